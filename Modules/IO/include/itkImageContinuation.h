// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageContinuation_h
#define itkImageContinuation_h

#include "ITKTorchIOExport.h"
#include "itkVectorImage.h"
#include <array>
#include <cstddef>
#include <vector>

namespace itk
{
/** The gray values (means of the components) along the four borders of a 2D image. */
struct ImageBorders
{
  /** The outermost line of pixels and the one beside it. */
  struct Border
  {
    std::vector<float> Outer;
    std::vector<float> Inner;
  };
  /** By axis, then at the first and at the last index along it; lines follow the other axis. Without lines where the
   * image is less than two pixels wide. */
  std::array<std::array<Border, 2>, 2> Sides;
};

/** \ingroup ITKTorchIO */
ITKTorchIO_EXPORT ImageBorders
GetImageBorders(const VectorImage<float, 2> * image);

/** How well one image's last line goes on in another's first one, as where a field was cut into tiles.
 *
 * \f[ S = \operatorname{artanh} r_l + \operatorname{artanh} r_d + \operatorname{artanh} r_s - \max(0, R) \f]
 *
 * Lines v are smoothed by means of 5 pixels, and bent, \f$ l = \ln(1 + 6 (v - a) / (b - a)) \f$, where a and b are the
 * extrema of both lines. The correlations are those of l, of the slopes of l, smoothed by means of 3 pixels, and of the
 * ranks of v. \f$ R = \ln(D / W) \f$ compares the mean square difference D of the two outermost lines with that of
 * neighboring lines inside the images, W; \f$ 10^{-4} (b - a)^2 \f$ is added to both. None of it depends on the unit
 * or the zero of the intensities.
 * \return S; negative infinity for lines of different lengths or of fewer than 128 pixels, for lines without contrast,
 * for plain correlations of at most 0.5 of the lines and 0.3 of their slopes, and for R of at least 0.8
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT double
GetContinuationScore(const ImageBorders::Border & last, const ImageBorders::Border & first);

/** Two images that continue each other. */
struct ImageContinuation
{
  /** Numbers of the images: the last line of `First` along the axis goes on in the first line of `Second`. */
  std::size_t  First{ 0 };
  std::size_t  Second{ 0 };
  unsigned int Axis{ 0 };
  double       Score{ 0 };
  /** Whether the score is at least 5.1; else it is at least 4.2. */
  bool IsCertain{ false };
};

struct ImageContinuations
{
  std::vector<ImageContinuation> Found;
  /** Scores of at least 4.2 among comparisons in which nothing can continue: borders of the same side, and borders of
   * which one is read backwards. There are twice as many as other comparisons. */
  std::vector<double> ChanceScores;
};

/** Compares the borders of all images, exactly those whose means of 32 parts are correlated by more than 0.5. Of each
 * border only the best partner counts, and only if that is mutual.
 *
 * Where the comparisons in which nothing can continue reach high scores too, as in images that are all darker towards
 * their corners, more is asked for: so much that the number expected by chance is at most 1 % of what is certain, and
 * 10 % of what is found, and 0.5 above that.
 * \param images null for one that is left out. Of copies of an image, all but one should be.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT ImageContinuations
FindImageContinuations(const std::vector<const ImageBorders *> & images);
} // namespace itk

#endif
