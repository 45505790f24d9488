// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsOnDevice.h"
#include "cuda/itkTwoNearestObjectsCuda.h"
#include "itkTorchKernelLibrary.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <utility>

namespace itk
{
namespace
{
using CudaLauncher = decltype(&ITKTorchTwoNearestObjects);

TwoNearestObjectsTensors
LaunchTwoNearestObjects(CudaLauncher                                 launch,
                        const TwoNearestObjectsProblem &             problem,
                        const at::Tensor &                           objects,
                        const TorchDevice &                          device,
                        const std::function<void(double fraction)> & progress)
{
  const auto makeTensors = [&objects]
  {
    const auto squared = objects.options().dtype(c10::kDouble);
    return TwoNearestObjectsTensors{ at::empty(objects.sizes(), squared),
                                     at::empty(objects.sizes(), squared),
                                     at::empty_like(objects),
                                     at::empty_like(objects) };
  };
  const auto buffersOf = [](const TwoNearestObjectsTensors & tensors)
  {
    return TwoNearestObjectsBuffers{ tensors.First.data_ptr<double>(),
                                     tensors.Second.data_ptr<double>(),
                                     tensors.FirstLabel.data_ptr<std::int32_t>(),
                                     tensors.SecondLabel.data_ptr<std::int32_t>() };
  };
  // Each axis reads what the one before it wrote.
  TwoNearestObjectsTensors from = makeTensors();
  TwoNearestObjectsTensors to = makeTensors();
  const auto               dimension = static_cast<int>(problem.Size.size());
  for (int axis = 0; axis < dimension; ++axis)
  {
    std::swap(from, to);
    const char * const failure = launch(objects.data_ptr<std::int32_t>(),
                                        problem.Size.data(),
                                        problem.Spacing.data(),
                                        dimension,
                                        axis,
                                        problem.MaximumDistance,
                                        problem.IsToPixelEdge,
                                        buffersOf(from),
                                        buffersOf(to),
                                        static_cast<int>(device.GetIndex()),
                                        TorchKernelLibrary::GetCurrentStream(device));
    TORCH_CHECK(failure == nullptr, "the kernel of the distance transform failed: ", failure);
    progress(static_cast<double>(axis + 1) / dimension);
  }
  return to;
}
} // namespace

TwoNearestObjectsTensors
ComputeTwoNearestObjectsOnDevice(const TwoNearestObjectsProblem &             problem,
                                 const at::Tensor &                           objects,
                                 const TorchDevice &                          device,
                                 const std::function<void(double fraction)> & progress)
{
  const TwoNearestObjectsProblem inSteps = problem.InSteps();
  const auto                     scaled = [&problem](TwoNearestObjectsTensors result)
  {
    const double step = problem.GetStep();
    result.First *= step * step;
    result.Second *= step * step;
    return result;
  };
  if (device.GetKind() == TorchDevice::Kind::CUDA)
  {
    if (void * const launch = TorchKernelLibrary::Find("ITKTorchTwoNearestObjects"))
    {
      return scaled(
        LaunchTwoNearestObjects(reinterpret_cast<CudaLauncher>(launch), inSteps, objects, device, progress));
    }
  }
  return scaled(ComposeTwoNearestObjects(inSteps, objects, progress));
}
} // namespace itk
