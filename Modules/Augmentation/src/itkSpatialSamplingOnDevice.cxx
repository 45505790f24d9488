// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSpatialSamplingOnDevice.h"
#include "composed/itkSpatialSamplingComposed.h"
#include "itkTorchKernelLibrary.h"
#include "itkTorchTensorAccess.h"
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <algorithm>
#include <cstring>

namespace itk
{
namespace
{
using SampleLauncher = decltype(&ITKTorchSampleImages);

SpatialSamplingCudaImage
DescribeImage(const SpatialSamplingProblem & problem, const SampledImage & image)
{
  SpatialSamplingCudaImage description{};
  std::int64_t             first = 0;
  for (unsigned int axis = 0; axis < problem.Dimension; ++axis)
  {
    description.InputStride[axis] = image.Input.stride(-1 - static_cast<std::int64_t>(axis));
    description.OutputStride[axis] = image.Output.stride(-1 - static_cast<std::int64_t>(axis));
    first += image.InputStart[axis] * description.InputStride[axis];
  }
  description.Input = static_cast<const char *>(image.Input.const_data_ptr()) -
                      first * static_cast<std::int64_t>(image.Input.element_size());
  description.Output = image.Output.data_ptr();
  description.InputComponentStride = image.Input.stride(1);
  description.OutputComponentStride = image.Output.stride(1);
  description.Components = static_cast<std::int32_t>(image.Input.size(1));
  description.Type = static_cast<std::int32_t>(MakeTorchTensor(image.Input, TorchDevice::CPU()).GetComponentType());
  description.Interpolation = static_cast<std::int32_t>(image.Interpolation);
  description.PaddingValue = image.PaddingValue;
  return description;
}
} // namespace

std::vector<SpatialSamplingCudaJob>
DescribeSpatialSamplingJobs(const std::vector<SpatialSamplingJob> & jobs,
                            const at::Device &                      device,
                            std::vector<at::Tensor> &               kept)
{
  // One upload for the coefficients of all jobs.
  std::vector<std::int64_t> begin;
  std::int64_t              count = 0;
  for (const auto & job : jobs)
  {
    begin.push_back(count);
    count += static_cast<std::int64_t>(job.Problem.Grid.GetCoefficients().size());
  }
  at::Tensor coefficients = at::empty({ count }, at::kFloat);
  for (std::size_t i = 0; i < jobs.size(); ++i)
  {
    const auto & values = jobs[i].Problem.Grid.GetCoefficients();
    std::copy(values.begin(), values.end(), coefficients.data_ptr<float>() + begin[i]);
  }
  kept.push_back(coefficients.to(device));
  const float * const onDevice = kept.back().data_ptr<float>();

  std::vector<SpatialSamplingCudaJob> descriptions;
  for (std::size_t i = 0; i < jobs.size(); ++i)
  {
    const SpatialSamplingProblem & problem = jobs[i].Problem;
    SpatialSamplingCudaJob         description{};
    TORCH_CHECK(jobs[i].Images.size() <= std::size(description.Images),
                "a job samples at most ",
                std::size(description.Images),
                " images");
    description.Dimension = static_cast<std::int32_t>(problem.Dimension);
    description.PaddingMode = static_cast<std::int32_t>(problem.PaddingMode);
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      description.OutputStart[axis] = problem.OutputStart[axis];
      description.OutputSize[axis] = problem.OutputSize[axis];
      description.InputSize[axis] = static_cast<std::int32_t>(problem.InputSize[axis]);
      description.Offset[axis] = problem.Map.Offset[axis];
      std::copy(problem.Map.Matrix[axis].begin(), problem.Map.Matrix[axis].end(), description.Matrix[axis]);
      description.Splines[axis] = static_cast<std::int32_t>(problem.Grid.GetNumberOfSplines(axis));
      description.CellSize[axis] = problem.Grid.GetCellSize(axis);
    }
    if (!problem.Grid.IsEmpty())
    {
      description.Coefficients = onDevice + begin[i];
    }
    else if (!problem.Noise.IsEmpty())
    {
      kept.push_back(ComputeSmoothedNoise(problem).to(device));
      description.Field = kept.back().data_ptr<float>();
    }
    for (const auto & image : jobs[i].Images)
    {
      description.Images[description.NumberOfImages++] = DescribeImage(problem, image);
    }
    descriptions.push_back(description);
  }
  return descriptions;
}

void
SampleImagesOnDevice(const std::vector<SpatialSamplingJob> & jobs, const TorchDevice & device)
{
  void * const launch =
    device.GetKind() == TorchDevice::Kind::CUDA ? TorchKernelLibrary::Find("ITKTorchSampleImages") : nullptr;
  if (launch == nullptr || jobs.empty())
  {
    for (const auto & job : jobs)
    {
      ComposeSampledImages(job);
    }
    return;
  }
  const at::Device        c10Device = GetC10Device(device);
  std::vector<at::Tensor> kept;
  const auto              jobDescriptions = DescribeSpatialSamplingJobs(jobs, c10Device, kept);
  const std::size_t       bytes = jobDescriptions.size() * sizeof(SpatialSamplingCudaJob);
  const at::Tensor        descriptions = at::empty({ static_cast<std::int64_t>(bytes) }, at::kByte);
  std::memcpy(descriptions.data_ptr<std::uint8_t>(), jobDescriptions.data(), bytes);
  std::int64_t pixels = 0;
  for (const auto & job : jobs)
  {
    const auto & size = job.Problem.OutputSize;
    pixels = std::max(pixels, size[0] * size[1] * size[2]);
  }
  const at::Tensor   onDevice = descriptions.to(c10Device);
  const char * const failure = reinterpret_cast<SampleLauncher>(launch)(
    reinterpret_cast<const SpatialSamplingCudaJob *>(onDevice.const_data_ptr()),
    static_cast<int>(jobs.size()),
    pixels,
    device.GetIndex(),
    TorchKernelLibrary::GetCurrentStream(device));
  TORCH_CHECK(failure == nullptr, "the kernel of the sampling failed: ", failure);
}
} // namespace itk
