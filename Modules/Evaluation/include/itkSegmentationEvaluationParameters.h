// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationEvaluationParameters_h
#define itkSegmentationEvaluationParameters_h

#include "itkTorchParameterTable.h"
#include <cstdint>

namespace itk
{
/** What the labels of prediction and truth mean. */
enum class SegmentationLabels : std::uint8_t
{
  /** Each label but 0 is an object; the same object may have different labels in prediction and truth. */
  Objects,
  /** Labels are classes, the same on both sides. */
  Classes
};

struct SegmentationEvaluationParameters
{
  SegmentationLabels Labels{ SegmentationLabels::Objects };
  double             BoundaryTolerance{ 2.0 };
  double             SurfaceTolerance{ 1.0 };
  bool               EvaluateBoundary{ true };
  bool               EvaluateSurface{ true };

  static const TorchParameterTable<SegmentationEvaluationParameters> &
  Describe();
};
} // namespace itk

#endif
