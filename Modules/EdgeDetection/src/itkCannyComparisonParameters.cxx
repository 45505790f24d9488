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
           "Distances at which boundaries still match, for precision, recall and F.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("AgreementTolerance",
           &P::AgreementTolerance,
           "The same for the comparison image.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .AddChoice("Matching",
                 &P::Matching,
                 "Whether a pixel may be the partner of several (BF score) or of one only (BSDS).",
                 { "within-tolerance", "maximum" })
      .Add("UseImageSpacing", &P::UseImageSpacing, "Distances and tolerances in physical units instead of pixels.");
  return table;
}
} // namespace itk
