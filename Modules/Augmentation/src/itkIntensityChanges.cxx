// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkIntensityChanges.h"
#include "cuda/itkSpatialSamplingCuda.h"
#include "itkTorchKernelLibrary.h"
#include "itkTorchTargetClones.h"
#include "itkTorchTensorAccess.h"
#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace itk
{
namespace
{
/** A row of a component. */
ITKTorch_TARGET_CLONES void
MakeUniformRow(float *        first,
               float *        second,
               std::int64_t   width,
               std::int64_t   y,
               std::int64_t   z,
               std::int64_t   channel,
               PixelRandomKey key)
{
  for (std::int64_t x = 0; x < width; ++x)
  {
    std::uint32_t words[4] = { static_cast<std::uint32_t>(x),
                               static_cast<std::uint32_t>(y),
                               static_cast<std::uint32_t>(z),
                               static_cast<std::uint32_t>(channel) };
    MakePixelRandomWords(words, key);
    first[x] = ToUniform(words[0]);
    second[x] = ToUniform(words[1]);
  }
}

at::Tensor
Blur(const at::Tensor & image, double sigma)
{
  const auto          radius = static_cast<std::int64_t>(std::ceil(3.0 * sigma));
  std::vector<double> weights;
  double              sum = 0.0;
  for (std::int64_t k = -radius; k <= radius; ++k)
  {
    weights.push_back(std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma)));
    sum += weights.back();
  }
  at::Tensor result = image;
  for (std::int64_t axis = 2; axis < image.dim(); ++axis)
  {
    const std::int64_t size = image.size(axis);
    if (size == 1)
    {
      continue;
    }
    at::Tensor index = at::arange(-radius, size + radius, at::TensorOptions(at::kLong).device(image.device()));
    index = index.remainder(2 * size);
    index = at::where(index >= size, 2 * size - 1 - index, index);
    const at::Tensor padded = result.index_select(axis, index);
    result = at::zeros_like(image);
    for (std::int64_t k = 0; k <= 2 * radius; ++k)
    {
      result.add_(padded.narrow(axis, k, size), weights[static_cast<std::size_t>(k)] / sum);
    }
  }
  return result;
}

/** (1, C, 1, …); on the host as sums of blocks that do not depend on the number of threads. */
at::Tensor
ComponentMeans(const at::Tensor & image)
{
  const std::int64_t components = image.size(1);
  const std::int64_t pixels = image.numel() / components;
  at::Tensor         means;
  if (image.is_cuda())
  {
    means = image.reshape({ components, pixels }).mean(1);
  }
  else
  {
    constexpr std::int64_t block = 65536;
    const std::int64_t     blocks = (pixels + block - 1) / block;
    const at::Tensor       values = image.reshape({ components, pixels }).to(at::kDouble).contiguous();
    const auto * const     from = values.const_data_ptr<double>();
    std::vector<double>    sums(static_cast<std::size_t>(components * blocks));
    at::parallel_for(0,
                     components * blocks,
                     1,
                     [&](std::int64_t first, std::int64_t last)
                     {
                       for (std::int64_t number = first; number < last; ++number)
                       {
                         const std::int64_t begin = number % blocks * block;
                         const auto * const row = from + number / blocks * pixels;
                         sums[static_cast<std::size_t>(number)] =
                           std::accumulate(row + begin, row + std::min(begin + block, pixels), 0.0);
                       }
                     });
    means = at::empty({ components }, at::kDouble);
    for (std::int64_t component = 0; component < components; ++component)
    {
      const auto begin = sums.begin() + component * blocks;
      means[component] = std::accumulate(begin, begin + blocks, 0.0) / static_cast<double>(pixels);
    }
  }
  std::vector<std::int64_t> shape(static_cast<std::size_t>(image.dim()), 1);
  shape[1] = components;
  return means.to(image.scalar_type()).reshape(shape);
}

/** Normal numbers by Box and Muller's transform. */
at::Tensor
MakeNormals(const at::Tensor & uniforms)
{
  constexpr double twoPi = 6.28318530717958647692;
  return uniforms.narrow(0, 0, 1).log().mul_(-2.0).sqrt_().mul_(uniforms.narrow(0, 1, 1).mul(twoPi).cos_());
}

/** Poisson numbers: by inversion of the distribution function up to a mean of 60, above as rounded normal numbers. */
at::Tensor
MakePoisson(const at::Tensor & mean, const at::Tensor & uniforms)
{
  constexpr double largestInverted = 60.0;
  const at::Tensor small = mean.clamp_max(largestInverted).to(at::kDouble);
  const at::Tensor uniform = uniforms.narrow(0, 0, 1).to(at::kDouble);
  at::Tensor       probability = (-small).exp_();
  at::Tensor       distribution = probability.clone();
  at::Tensor       count = at::zeros_like(small);
  // The mean and ten deviations of what is inverted.
  const double greatest = std::min(small.max().item<double>(), largestInverted);
  const int    last = static_cast<int>(greatest + 10.0 * std::sqrt(greatest) + 10.0);
  for (int k = 1; k <= last; ++k)
  {
    count.add_(uniform > distribution);
    probability.mul_(small).div_(k);
    distribution.add_(probability);
  }
  const at::Tensor normal = (mean + mean.sqrt() * MakeNormals(uniforms)).add_(0.5).floor_().clamp_min_(0.0);
  return at::where(mean > largestInverted, normal, count.to(mean.scalar_type()));
}

at::Tensor
ChangeNormalized(const at::Tensor & image, const RandomAugmentationRecord & record, const TorchDevice & device)
{
  at::Tensor v = image;
  if (record.Blur > 0.0)
  {
    v = Blur(v, record.Blur);
  }
  if (record.Contrast != 1.0)
  {
    const at::Tensor mean = ComponentMeans(v);
    v = (v - mean).mul_(record.Contrast).add_(mean);
  }
  if (record.Gain != 1.0 || record.Offset != 0.0)
  {
    v = v.mul(record.Gain).add_(record.Offset);
  }
  if (record.Gamma != 1.0)
  {
    v = v.clamp_min(0.0).pow_(record.Gamma);
  }
  if (record.IsInverted)
  {
    v = 1.0 - v;
  }
  if (record.Noise > 0.0 || record.PoissonPeak > 0.0)
  {
    const PixelRandomKey key{ record.NoiseKey[0], record.NoiseKey[1] };
    if (record.Noise > 0.0)
    {
      v = v + MakeNormals(MakePixelUniforms(v.sizes(), key, device)).to(v.scalar_type()).mul_(record.Noise);
    }
    if (record.PoissonPeak > 0.0)
    {
      // Another key, for numbers that do not depend on those of the noise.
      const at::Tensor uniforms = MakePixelUniforms(v.sizes(), { ~key.First, key.Second }, device).to(v.scalar_type());
      v = MakePoisson(v.clamp_min(0.0).mul_(record.PoissonPeak), uniforms).div_(record.PoissonPeak);
    }
  }
  return v;
}
} // namespace

at::Tensor
RoundToType(const at::Tensor & values, at::ScalarType type)
{
  if (at::isFloatingType(type))
  {
    return values.to(type);
  }
  const auto round = [&](auto pixel)
  {
    using Pixel = decltype(pixel);
    const auto lowest = static_cast<double>(std::numeric_limits<Pixel>::lowest());
    // The largest double that the type holds: of 64 bits not its own maximum.
    const auto largest = sizeof(Pixel) < 8
                           ? static_cast<double>(std::numeric_limits<Pixel>::max())
                           : std::nextafter(static_cast<double>(std::numeric_limits<Pixel>::max()), 0.0);
    return (values + 0.5).floor_().clamp_(lowest, largest).to(type);
  };
  switch (type)
  {
    case at::ScalarType::Byte:
      return round(std::uint8_t{});
    case at::ScalarType::Char:
      return round(std::int8_t{});
    case at::ScalarType::UInt16:
      return round(std::uint16_t{});
    case at::ScalarType::Short:
      return round(std::int16_t{});
    case at::ScalarType::UInt32:
      return round(std::uint32_t{});
    case at::ScalarType::Int:
      return round(std::int32_t{});
    case at::ScalarType::UInt64:
      return round(std::uint64_t{});
    default:
      return round(std::int64_t{});
  }
}

at::Tensor
MakePixelUniforms(c10::IntArrayRef shape, PixelRandomKey key, const TorchDevice & device)
{
  std::vector<std::int64_t> outputShape = shape.vec();
  outputShape.front() = 2;
  const std::int64_t size[3] = { shape[shape.size() - 1], shape[shape.size() - 2], shape.size() == 5 ? shape[2] : 1 };
  const std::int64_t channels = shape[1];
  if (device.GetKind() == TorchDevice::Kind::CUDA)
  {
    if (void * const launch = TorchKernelLibrary::Find("ITKTorchPixelUniforms"))
    {
      const at::Tensor   uniforms = at::empty(outputShape, at::TensorOptions(at::kFloat).device(GetC10Device(device)));
      const char * const failure =
        reinterpret_cast<decltype(&ITKTorchPixelUniforms)>(launch)(uniforms.data_ptr<float>(),
                                                                   size,
                                                                   channels,
                                                                   key.First,
                                                                   key.Second,
                                                                   device.GetIndex(),
                                                                   TorchKernelLibrary::GetCurrentStream(device));
      TORCH_CHECK(failure == nullptr, "the kernel of the random numbers failed: ", failure);
      return uniforms;
    }
  }
  const at::Tensor   uniforms = at::empty(outputShape, at::kFloat);
  auto * const       first = uniforms.data_ptr<float>();
  auto * const       second = first + uniforms.numel() / 2;
  const std::int64_t rows = channels * size[1] * size[2];
  at::parallel_for(0,
                   rows,
                   std::max(std::int64_t{ 1 }, 16384 / size[0]),
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t row = begin; row < end; ++row)
                     {
                       MakeUniformRow(first + row * size[0],
                                      second + row * size[0],
                                      size[0],
                                      row % size[1],
                                      row / size[1] % size[2],
                                      row / (size[1] * size[2]),
                                      key);
                     }
                   });
  return uniforms.to(GetC10Device(device));
}

at::Tensor
ChangeIntensities(const at::Tensor & image, const RandomAugmentationRecord & record, const TorchDevice & device)
{
  at::Tensor result = image;
  const bool changesValues = record.Blur > 0.0 || record.Contrast != 1.0 || record.Gain != 1.0 ||
                             record.Offset != 0.0 || record.Gamma != 1.0 || record.IsInverted || record.Noise > 0.0 ||
                             record.PoissonPeak > 0.0;
  if (changesValues)
  {
    const bool   isFloat = image.element_size() < 4 || image.scalar_type() == at::kFloat;
    const double extent = record.High > record.Low ? record.High - record.Low : 1.0;
    at::Tensor   v = image.to(isFloat ? at::kFloat : at::kDouble).sub(record.Low).div_(extent);
    v = ChangeNormalized(v, record, device);
    result = RoundToType(v.mul(extent).add_(record.Low), image.scalar_type());
  }
  if (!record.ChannelOrder.empty())
  {
    result = result.index_select(1, at::tensor(record.ChannelOrder, at::kLong).to(result.device()));
  }
  return result;
}
} // namespace itk
