// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyEdgeDetectionParameters_h
#define itkCannyEdgeDetectionParameters_h

#include "ITKTorchEdgeDetectionExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>
#include <vector>

namespace itk
{
/** What a derivative is taken by. */
enum class CannySpacingMode : std::uint8_t
{
  /** As in ITK: smoothing in physical units, derivatives by pixel. */
  ITKCompatible,
  /** Derivatives by physical unit, too, so that edges and thresholds do not depend on the grid. */
  SpacingAware
};
itkTorchEnumerationMacro(CannySpacingMode, { "ITKCompatible", "itk-compatible" }, { "SpacingAware", "spacing-aware" });

/** Where the thresholds come from. Median and Otsu are this project's, not ITK's. With G the gradients' lengths
 * |g| = √(m² − 0.0001) of the pixels that survive non-maximum suppression, flat ones (no gradient) left out; a threshold
 * t of |g| is compared with m as √(t² + 0.0001), rounded to the pixels' type: */
enum class CannyThresholdRule : std::uint8_t
{
  /** LowerThreshold and UpperThreshold. */
  Given,
  /** Lower: the median of G, of an even number the lesser middle one; upper: twice that. For images where most
   * survivors are noise. */
  Median,
  /** Upper: the greatest length of the lower one of the two classes that Otsu's method finds in G, by a histogram of
   * 256 equal bins from the least to the greatest; lower: half of it. */
  Otsu
};
itkTorchEnumerationMacro(CannyThresholdRule, { "Given", "given" }, { "Median", "median" }, { "Otsu", "otsu" });

/** Each of Variance and MaximumError is one number for all axes, or one along x, y (, z). */
struct ITKTorchEdgeDetection_EXPORT CannyEdgeDetectionParameters
{
  std::vector<double> Variance{ 0.0 };
  std::vector<double> MaximumError{ 0.01 };
  double              LowerThreshold{ 0.0 };
  double              UpperThreshold{ 0.0 };
  CannySpacingMode    SpacingMode{ CannySpacingMode::ITKCompatible };
  CannyThresholdRule  ThresholdRule{ CannyThresholdRule::Given };

  static const TorchParameterTable<CannyEdgeDetectionParameters> &
  Describe();
};
} // namespace itk

#endif
