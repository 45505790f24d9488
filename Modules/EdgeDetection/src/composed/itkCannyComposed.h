// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyComposed_h
#define itkCannyComposed_h

#include "ITKTorchEdgeDetectionExport.h"
#include "cpu/itkCannyOnHost.h"
#include "itkTorchProgress.h"

namespace itk
{
/** All steps but the hysteresis by LibTorch's operators, on any device; Suppressed is always there. The bits of the
 * CPU's kernel, but that LibTorch's square root of a double may be one unit in the last place off, and so magnitudes
 * of double and directions. */
CannyTensors
ComposeCannySteps(
  const CannyProblem &              problem,
  const at::Tensor &                image,
  const CannyEdgeDetectionOutputs & outputs,
  const TorchProgress &             progress = [](double) {});

/** The edges, by union of the pixels above the lower threshold that touch each other. Asks the device a few times
 * whether it is done, about the logarithm of the longest edge. */
ITKTorchEdgeDetection_EXPORT at::Tensor
ComposeCannyHysteresis(
  const at::Tensor &      suppressed,
  const CannyThresholds & thresholds,
  const TorchProgress &   progress = [](double) {});
} // namespace itk

#endif
