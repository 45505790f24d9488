// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyComparisonParameters.h"

namespace itk
{
const TorchParameterTable<CannyComparisonParameters> &
CannyComparisonParameters::Describe()
{
  using P = CannyComparisonParameters;
  using Range = TorchParameterRange;
  static const auto table =
    TorchParameterTable<CannyComparisonParameters>()
      .Add("Tolerances",
           &P::Tolerances,
           "Largest distances at which boundaries match, for precision, recall and F.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("AgreementTolerance",
           &P::AgreementTolerance,
           "Largest distance at which boundaries match in the comparison image.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .AddChoice("Matching", &P::Matching, "Whether a pixel may match several pixels (BF score) or only one (BSDS).")
      .Add("UseImageSpacing",
           &P::UseImageSpacing,
           "Measure distances and tolerances in physical units instead of pixels.");
  return table;
}
} // namespace itk
