// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkConnectedComponentsOnDevice_h
#define itkConnectedComponentsOnDevice_h

#include "itkTorchDevice.h"
#include <ATen/core/Tensor.h>
#include <functional>

namespace itk
{
/** By the CUDA kernel where there is one for `device`, else composed. */
at::Tensor
ComputeComponentRootsOnDevice(const at::Tensor &                  values,
                              bool                                isFullyConnected,
                              const TorchDevice &                 device,
                              const std::function<void(double)> & progress);
} // namespace itk

#endif
