// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsOnDevice_h
#define itkTwoNearestObjectsOnDevice_h

#include "ITKTorchDistanceMapExport.h"
#include "composed/itkTwoNearestObjectsComposed.h"
#include "itkTorchDevice.h"

namespace itk
{
/** By the CUDA kernel where there is one for `device`, else composed. */
ITKTorchDistanceMap_EXPORT TwoNearestObjectsTensors
ComputeTwoNearestObjectsOnDevice(const TwoNearestObjectsProblem &             problem,
                                 const at::Tensor &                           objects,
                                 const TorchDevice &                          device,
                                 const std::function<void(double fraction)> & progress);
} // namespace itk

#endif
