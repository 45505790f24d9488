// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyOnHost_h
#define itkCannyOnHost_h

#include "ITKTorchEdgeDetectionExport.h"
#include "itkCannyProblem.h"
#include "itkCannyThresholds.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** See CannyEdgeDetection::Result; here of shape (…, y, x), the direction's components last. */
struct CannyTensors
{
  at::Tensor      Edges;
  at::Tensor      Magnitude;
  at::Tensor      Direction;
  at::Tensor      Suppressed;
  CannyThresholds Thresholds;
};

/** On the CPU, in pieces that stay in cache.
 * \param image contiguous, of shape (…, y, x) */
ITKTorchEdgeDetection_EXPORT CannyTensors
DetectCannyOnHost(const CannyProblem &                 problem,
                  const at::Tensor &                   image,
                  const CannyEdgeDetectionParameters & parameters,
                  const CannyEdgeDetectionOutputs &    outputs,
                  const std::function<void(double)> &  progress);

/** \throws ExceptionObject that says how many pixels are not finite, and where the first one is */
[[noreturn]] ITKTorchEdgeDetection_EXPORT void
ThrowNotFinite(const at::Tensor & image);
} // namespace itk

#endif
