// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyOnDevice_h
#define itkCannyOnDevice_h

#include "cpu/itkCannyOnHost.h"

namespace itk
{
/** By the CUDA kernels where the plug-in has them, else composed of LibTorch's operators; see there for how equal the
 * results are. */
CannyTensors
DetectCannyOnDevice(const CannyProblem &                 problem,
                    const at::Tensor &                   image,
                    const CannyEdgeDetectionParameters & parameters,
                    const CannyEdgeDetectionOutputs &    outputs,
                    const TorchDevice &                  device,
                    const std::function<void(double)> &  progress);
} // namespace itk

#endif
