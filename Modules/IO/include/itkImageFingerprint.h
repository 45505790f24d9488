// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFingerprint_h
#define itkImageFingerprint_h

#include "ITKTorchIOExport.h"
#include "itkVectorImage.h"
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace itk
{
/** What images are recognized by that have pixels in common, wherever these lie in them. */
struct ImageFingerprint
{
  /** A row of pixels somewhere in the image. */
  struct Mark
  {
    std::uint64_t               Digest{ 0 };
    std::array<std::int32_t, 3> Index{ 0, 0, 0 };
  };

  std::array<std::size_t, 3> Size{ 1, 1, 1 };
  /** The same for images of the same size and pixels, however they are stored; also for one component in place of three
   * equal ones. */
  std::uint64_t Digest{ 0 };
  /** The same also for images turned by quarters or mirrored; of volumes, that of the pixels alone. */
  std::uint64_t TurnedDigest{ 0 };
  /** One in 256 of the rows of 32 pixels along x, chosen by what they hold, so that the same rows of another image are
   * chosen there too. Rows of few changes are left out. */
  std::vector<Mark> Marks;
  /** Means of the gray values in 8 and in 32 parts along each axis (of volumes, 4 and 10), less their mean and divided
   * by the root of their sum of squares; zeros without contrast. */
  std::vector<float> Coarse;
  std::vector<float> Fine;
  /** Whether all pixels are equal. */
  bool IsFlat{ true };
};

/** \ingroup ITKTorchIO */
template <unsigned int VDimension>
ITKTorchIO_EXPORT ImageFingerprint
GetImageFingerprint(const VectorImage<float, VDimension> * image);

extern template ImageFingerprint
GetImageFingerprint<2>(const VectorImage<float, 2> * image);
extern template ImageFingerprint
GetImageFingerprint<3>(const VectorImage<float, 3> * image);

/** Two images that have pixels in common. */
struct SharedPixels
{
  enum class Kind : std::uint8_t
  {
    /** All of both. */
    Same,
    /** All of both, turned or mirrored. */
    Turned,
    /** Not the pixels, but what they show: the correlation of the fine means is at least 0.95, also without what they
     * have in common with the mean of all other images, such as a shading, and the proportions are the same within 2 %.
     * So are copies with other contrast, size or compression, neighboring slices of a volume and frames of a film. */
    Alike,
    /** A part: a pixel of the second image is the first one's at its index plus Offset. */
    Part
  };

  /** Numbers of the images, the smaller one first. */
  std::size_t                 First{ 0 };
  std::size_t                 Second{ 0 };
  Kind                        Sharing{ Kind::Same };
  std::array<std::int64_t, 3> Offset{ 0, 0, 0 };
  /** Of the part, in pixels along x, y, z. */
  std::array<std::size_t, 3> Extent{ 0, 0, 0 };
  /** The latter, where images are alike; else 1. */
  double Correlation{ 1 };
};

/** Of several images with the same pixels, each is named with the first one only; of those that are alike, with the one
 * before it that is most alike. A part counts where at least 4 marks
 * and half of those of either image in it agree. Flat images have nothing in common.
 * \param images null for one that is left out
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT std::vector<SharedPixels>
FindSharedPixels(const std::vector<const ImageFingerprint *> & images);
} // namespace itk

#endif
