// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyEdgeDetectionParameters.h"

namespace itk
{
const TorchParameterTable<CannyEdgeDetectionParameters> &
CannyEdgeDetectionParameters::Describe()
{
  using P = CannyEdgeDetectionParameters;
  using Range = TorchParameterRange;
  static const auto table =
    TorchParameterTable<CannyEdgeDetectionParameters>()
      .Add("Variance",
           &P::Variance,
           "Variance of the Gaussian in physical units squared: one number, or one along each axis.",
           Range::AtLeast(0))
      .Add("MaximumError",
           &P::MaximumError,
           "Part of the Gaussian's area that its kernel may leave out: one number, or one along each axis.",
           Range{ 0.0, 1.0, false, false })
      .Add("LowerThreshold", &P::LowerThreshold, "Pixels above it are edges where they touch an edge.")
      .Add("UpperThreshold", &P::UpperThreshold, "Pixels above it are edges.")
      .AddChoice("SpacingMode",
                 &P::SpacingMode,
                 "Derivatives by pixel as in ITK, or by physical unit.",
                 { "itk-compatible", "spacing-aware" })
      .AddChoice("ThresholdRule",
                 &P::ThresholdRule,
                 "The thresholds as given, or found from the gradient's maxima; not in ITK.",
                 { "given", "median", "otsu" });
  return table;
}
} // namespace itk
