// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkConnectedComponentsOnDevice.h"
#include "composed/itkConnectedComponentsComposed.h"
#include "cuda/itkConnectedComponentsCuda.h"
#include "itkTorchKernelLibrary.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <limits>

namespace itk
{
namespace
{
using CudaLauncher = decltype(&ITKTorchConnectedComponents);

at::Tensor
LaunchComponentRoots(CudaLauncher launch, const at::Tensor & values, bool isFullyConnected, const TorchDevice & device)
{
  const std::vector<std::int64_t> size(values.sizes().rbegin(), values.sizes().rend());
  const at::Tensor                dense = values.contiguous();
  at::Tensor                      roots = at::empty(values.sizes(), values.options().dtype(c10::kInt));
  const char * const              failure = launch(dense.data_ptr<std::int64_t>(),
                                      size.data(),
                                      static_cast<int>(size.size()),
                                      isFullyConnected,
                                      roots.data_ptr<std::int32_t>(),
                                      device.GetIndex(),
                                      TorchKernelLibrary::GetCurrentStream(device));
  TORCH_CHECK(failure == nullptr, "the kernel of the connected components failed: ", failure);
  return roots.to(c10::kLong);
}
} // namespace

at::Tensor
ComputeComponentRootsOnDevice(const at::Tensor &                  values,
                              bool                                isFullyConnected,
                              const TorchDevice &                 device,
                              const std::function<void(double)> & progress)
{
  if (device.GetKind() == TorchDevice::Kind::CUDA && values.numel() < std::numeric_limits<std::int32_t>::max())
  {
    if (void * const launch = TorchKernelLibrary::Find("ITKTorchConnectedComponents"))
    {
      return LaunchComponentRoots(reinterpret_cast<CudaLauncher>(launch), values, isFullyConnected, device);
    }
  }
  return ComposeComponentRoots(values, isFullyConnected, progress);
}
} // namespace itk
