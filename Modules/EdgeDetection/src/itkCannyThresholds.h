// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyThresholds_h
#define itkCannyThresholds_h

#include "ITKTorchEdgeDetectionExport.h"
#include "itkCannyEdgeDetection.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** As compared with: numbers of the pixels' type. */
struct CannyThresholds
{
  double Lower{ 0.0 };
  double Upper{ 0.0 };
};

/** The given ones, rounded to the pixels' type. */
CannyThresholds
GivenCannyThresholds(const CannyEdgeDetectionParameters & parameters, at::ScalarType type);

/** By a rule, from what survives non-maximum suppression; see CannyThresholdRule. On any device. */
ITKTorchEdgeDetection_EXPORT CannyThresholds
FindCannyThresholds(CannyThresholdRule rule, const at::Tensor & suppressed);
} // namespace itk

#endif
