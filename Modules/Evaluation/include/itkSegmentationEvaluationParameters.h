// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationEvaluationParameters_h
#define itkSegmentationEvaluationParameters_h

#include "ITKTorchEvaluationExport.h"
#include "itkLabelMeaning.h"
#include "itkTorchParameterTable.h"
#include <cstdint>

namespace itk
{
/** What the labels of prediction and truth mean. */
struct ITKTorchEvaluation_EXPORT SegmentationEvaluationParameters
{
  LabelMeaning Labels{ LabelMeaning::Objects };
  double       BoundaryTolerance{ 2.0 };
  double       SurfaceTolerance{ 1.0 };
  bool         EvaluateBoundary{ true };
  bool         EvaluateSurface{ true };

  static const TorchParameterTable<SegmentationEvaluationParameters> &
  Describe();
};
} // namespace itk

#endif
