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
                 "Whether each label but 0 is an object, to be matched with any other, or a class.",
                 { "objects", "classes" })
      .Add("BoundaryTolerance",
           &P::BoundaryTolerance,
           "Outlines so far apart still agree in BoundaryPrecision, -Recall and -F.",
           Range::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("SurfaceTolerance",
           &P::SurfaceTolerance,
           "Surfaces so far apart still agree in SurfaceDice.",
           Range::AtLeast(0),
           TorchParameterUnit::Millimeters)
      .Add("EvaluateBoundary", &P::EvaluateBoundary, "Whether to compute BoundaryPrecision, -Recall and -F.")
      .Add("EvaluateSurface", &P::EvaluateSurface, "Whether to compute the distances between surfaces.");
  return table;
}
} // namespace itk
