// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyOnDevice.h"
#include "cuda/itkCannyEdgeDetectionCuda.h"
#include "composed/itkCannyComposed.h"
#include "itkTorchKernelLibrary.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/isfinite.h>
#include <algorithm>
#include <limits>

namespace itk
{
namespace
{
using StepsLauncher = decltype(&ITKTorchCannySteps);
using HysteresisLauncher = decltype(&ITKTorchCannyHysteresis);

/** What both kernels are told of an image. */
template <typename TJob>
TJob
DescribeImage(const at::Tensor & image)
{
  TJob job{};
  job.Dimension = static_cast<std::int32_t>(image.dim());
  job.IsDouble = image.scalar_type() == at::kDouble ? 1 : 0;
  std::copy(image.sizes().rbegin(), image.sizes().rend(), job.Size);
  return job;
}

CannyTensors
LaunchCannySteps(StepsLauncher                     launch,
                 const CannyProblem &              problem,
                 const at::Tensor &                image,
                 const CannyEdgeDetectionOutputs & outputs,
                 const TorchDevice &               device)
{
  auto steps = DescribeImage<CannyCudaSteps>(image);
  for (std::size_t axis = 0; axis < problem.Weights.size(); ++axis)
  {
    const auto & weights = problem.Weights[axis];
    TORCH_CHECK(
      weights.size() <= CannyCudaSteps::MaximumWeights, "a kernel of ", weights.size(), " weights is too wide");
    steps.NumberOfWeights[axis] = static_cast<std::int32_t>(weights.size());
    std::copy(weights.begin(), weights.end(), steps.Weights[axis]);
    steps.PixelSize[axis] = problem.PixelSize[axis];
  }
  const at::Tensor scratch[2] = { at::empty_like(image), at::empty_like(image) };
  CannyTensors     result;
  result.Suppressed = at::empty_like(image);
  steps.Image = image.const_data_ptr();
  steps.Scratch[0] = scratch[0].data_ptr();
  steps.Scratch[1] = scratch[1].data_ptr();
  steps.Suppressed = result.Suppressed.data_ptr();
  if (outputs.GradientMagnitude)
  {
    result.Magnitude = at::empty_like(image);
    steps.Magnitude = result.Magnitude.data_ptr();
  }
  if (outputs.GradientDirection)
  {
    auto shape = image.sizes().vec();
    shape.push_back(image.dim());
    result.Direction = at::empty(shape, image.options());
    steps.Direction = result.Direction.data_ptr();
  }
  const char * const failure = launch(&steps, device.GetIndex(), TorchKernelLibrary::GetCurrentStream(device));
  TORCH_CHECK(failure == nullptr, "the kernel of Canny's steps failed: ", failure);
  return result;
}

at::Tensor
LaunchCannyHysteresis(HysteresisLauncher      launch,
                      const at::Tensor &      suppressed,
                      const CannyThresholds & thresholds,
                      const TorchDevice &     device)
{
  auto             hysteresis = DescribeImage<CannyCudaHysteresis>(suppressed);
  const at::Tensor parents = at::empty_like(suppressed, suppressed.options().dtype(at::kInt));
  const at::Tensor isStrong = at::empty_like(suppressed, suppressed.options().dtype(at::kByte));
  const at::Tensor edges = at::empty_like(suppressed);
  hysteresis.Lower = thresholds.Lower;
  hysteresis.Upper = thresholds.Upper;
  hysteresis.Suppressed = suppressed.const_data_ptr();
  hysteresis.Parents = parents.data_ptr<std::int32_t>();
  hysteresis.IsStrong = isStrong.data_ptr<std::uint8_t>();
  hysteresis.Edges = edges.data_ptr();
  const char * const failure = launch(&hysteresis, device.GetIndex(), TorchKernelLibrary::GetCurrentStream(device));
  TORCH_CHECK(failure == nullptr, "the kernel of Canny's hysteresis failed: ", failure);
  return edges;
}
} // namespace

CannyTensors
DetectCannyOnDevice(const CannyProblem &                 problem,
                    const at::Tensor &                   image,
                    const CannyEdgeDetectionParameters & parameters,
                    const CannyEdgeDetectionOutputs &    outputs,
                    const TorchDevice &                  device,
                    const std::function<void(double)> &  progress)
{
  if (!at::isfinite(image).all().item<bool>())
  {
    ThrowNotFinite(image);
  }
  const bool hasKernels =
    device.GetKind() == TorchDevice::Kind::CUDA && image.numel() <= std::numeric_limits<std::int32_t>::max();
  const auto steps =
    reinterpret_cast<StepsLauncher>(hasKernels ? TorchKernelLibrary::Find("ITKTorchCannySteps") : nullptr);
  const auto hysteresis =
    reinterpret_cast<HysteresisLauncher>(hasKernels ? TorchKernelLibrary::Find("ITKTorchCannyHysteresis") : nullptr);
  CannyTensors result = steps != nullptr
                          ? LaunchCannySteps(steps, problem, image, outputs, device)
                          : ComposeCannySteps(problem, image, outputs, PartOfProgress(progress, 0.0, 0.5));
  progress(0.5);
  result.Thresholds = parameters.ThresholdRule == CannyThresholdRule::Given
                        ? GivenCannyThresholds(parameters, image.scalar_type())
                        : FindCannyThresholds(parameters.ThresholdRule, result.Suppressed);
  progress(0.6);
  result.Edges = hysteresis != nullptr
                   ? LaunchCannyHysteresis(hysteresis, result.Suppressed, result.Thresholds, device)
                   : ComposeCannyHysteresis(result.Suppressed, result.Thresholds, PartOfProgress(progress, 0.6, 1.0));
  if (!outputs.NonMaximumSuppression)
  {
    result.Suppressed = at::Tensor();
  }
  progress(1.0);
  return result;
}
} // namespace itk
