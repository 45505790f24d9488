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
           "Variance of the Gaussian in physical units squared: one number, or one for each axis.",
           Range::AtLeast(0))
      .Add("MaximumError",
           &P::MaximumError,
           "Fraction of the Gaussian's area that its kernel may omit: one number, or one for each axis.",
           Range{ 0.0, 1.0, false, false })
      .Add("LowerThreshold",
           &P::LowerThreshold,
           "Pixels with a gradient magnitude above it are edges if they touch an edge.")
      .Add("UpperThreshold", &P::UpperThreshold, "Pixels with a gradient magnitude above it are edges.")
      .AddChoice("SpacingMode", &P::SpacingMode, "Compute derivatives per pixel as in ITK, or per physical unit.")
      .AddChoice("ThresholdRule",
                 &P::ThresholdRule,
                 "Use the given thresholds, or find them from the gradient's maxima (not in ITK).");
  return table;
}
} // namespace itk
