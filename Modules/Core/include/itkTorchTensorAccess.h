// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchTensorAccess_h
#define itkTorchTensorAccess_h

/** \file
 * The one public header that includes LibTorch: for code that computes on the tensors themselves. */

#include "itkTorchTensor.h"
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

namespace itk
{
/** The tensor inside; undefined where `tensor` is. */
inline at::Tensor
GetATensor(const TorchTensor & tensor)
{
  return tensor.GetHandle() ? *tensor.GetHandle() : at::Tensor{};
}

/** `tensor` as a handle. The staged device's tensors are CPU tensors to LibTorch, so the device is stated. */
inline TorchTensor
MakeTorchTensor(at::Tensor tensor, const TorchDevice & device)
{
  return { std::make_shared<at::Tensor>(std::move(tensor)), device };
}

/** LibTorch's device: the CPU for the staged device. */
inline c10::Device
GetC10Device(const TorchDevice & device)
{
  return device.GetKind() == TorchDevice::Kind::CUDA
           ? c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(device.GetIndex()))
           : c10::Device(c10::kCPU);
}
} // namespace itk

#endif
