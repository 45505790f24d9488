// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef CannyBaseline_h
#define CannyBaseline_h

#include "itkCannyComparison.h"

#include <array>
#include <vector>

/** \class CannyBaseline
 * \brief How well Canny's edges and a threshold's outlines find the outlines of the true objects, if Canny's parameters
 * are chosen by the truth: an upper bound of what Canny can do.
 *
 * Each image is tried with every variance and every upper threshold; the lower threshold is 0.4 of it. ODS is the best
 * threshold for the whole set, OIS the best one of each image, each with the variance that is best for it. P. Arbeláez
 * et al., "Contour detection and hierarchical image segmentation", IEEE PAMI 33, 2011. */
class CannyBaseline
{
public:
  static constexpr std::size_t NumberOfTolerances = 3;
  using Numbers = std::array<double, NumberOfTolerances>; // at 1, 2 and 3 pixels

  /** Gaussian variances in squared pixels, and upper thresholds of the gradient's magnitude per pixel, of 8-bit
   * luminance. */
  static const std::vector<double> &
  GetVariances();
  static const std::vector<double> &
  GetThresholds();

  /** \param luminance float, shape (1, 1, y, x)
   * \param otsu the threshold's objects, integers of that shape
   * \param truth likewise */
  void
  Add(const itk::TorchTensor & luminance, const itk::TorchTensor & otsu, const itk::TorchTensor & truth);

  struct Result
  {
    Numbers Otsu;      // mean F
    Numbers Ods;       // mean F
    Numbers OdsPooled; // F of all pixels together, with what is best for that
    Numbers Ois;       // mean F
    Numbers OdsVariance;
    Numbers OdsThreshold;
    Numbers OisVariance;
  };

  Result
  GetResult() const;

private:
  /** Counts of one image: of the threshold, and of Canny by variance and threshold. */
  struct Image
  {
    std::vector<itk::BoundaryCounts>                           Otsu;
    std::vector<std::vector<std::vector<itk::BoundaryCounts>>> Canny; // [variance][threshold][tolerance]
  };

  std::vector<Image> m_Images;
};

#endif
