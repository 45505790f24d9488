// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationEvaluationParameters.h"

namespace itk
{
const TorchParameterTable<SegmentationEvaluationParameters> &
SegmentationEvaluationParameters::Describe()
{
  using P = SegmentationEvaluationParameters;
  using Range = TorchParameterRange;
  static const auto table =
    TorchParameterTable<SegmentationEvaluationParameters>()
      .AddChoice("Labels",
                 &P::Labels,
                 "Whether each label other than 0 is an object, which may match an object of any label, or a class.",
                 { LabelMeaning::Objects, LabelMeaning::Classes })
      .Add("BoundaryTolerance",
           &P::BoundaryTolerance,
           "Largest distance at which outlines agree in BoundaryPrecision, BoundaryRecall and BoundaryF.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("SurfaceTolerance",
           &P::SurfaceTolerance,
           "Largest distance at which surfaces agree in SurfaceDice.",
           Range::AtLeast(0),
           TorchParameterUnit::Millimeters)
      .Add(
        "EvaluateBoundary", &P::EvaluateBoundary, "Whether to compute BoundaryPrecision, BoundaryRecall and BoundaryF.")
      .Add("EvaluateSurface", &P::EvaluateSurface, "Whether to compute the distances between surfaces.");
  return table;
}
} // namespace itk
