// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetUpsampling.h"
#include "itkSmallProducts.h"
#include "itkTorchTargetClones.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <algorithm>
#include <vector>

namespace itk
{
namespace
{
constexpr std::int64_t PixelsAtOnce = 64;

template <typename TNumber>
void
AddBias(const float * sums, const float * bias, std::int64_t count, TNumber * result);

#define ITKTorch_ADD_BIAS(T)                                                                                           \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void AddBias<T>(                                                                              \
    const float * __restrict sums, const float * __restrict bias, std::int64_t count, T * __restrict result)           \
  {                                                                                                                    \
    for (std::int64_t i = 0; i < count; ++i)                                                                           \
    {                                                                                                                  \
      result[i] = static_cast<T>(sums[i] + bias[i]);                                                                   \
    }                                                                                                                  \
  }

ITKTorch_ADD_BIAS(float) ITKTorch_ADD_BIAS(c10::BFloat16)
} // namespace

UNetUpsampling::UNetUpsampling(const at::Tensor & weight, const at::Tensor & bias, at::ScalarType precision)
  : m_Positions(std::int64_t{ 1 } << (weight.dim() - 2))
  , m_IsPacked(weight.is_cpu() && weight.size(0) % 2 == 0 && CanMultiplySmall(precision))
{
  if (m_IsPacked)
  {
    m_Matrices = PackSmallMatrices(weight.flatten(2).permute({ 2, 0, 1 }), precision);
    m_Bias = bias.to(at::kFloat).contiguous();
    return;
  }
  m_Matrices = weight.to(precision).movedim(1, -1).reshape({ weight.size(0), -1 }).contiguous();
  m_Bias = bias.to(precision).repeat({ m_Positions });
}

void
UNetUpsampling::Compute(const at::Tensor & image, const at::Tensor & output) const
{
  if (!m_IsPacked)
  {
    this->ComputeByOperations(image, output);
  }
  else if (image.scalar_type() == at::kFloat)
  {
    this->ComputeOnHost<float>(image, output);
  }
  else
  {
    this->ComputeOnHost<c10::BFloat16>(image, output);
  }
}

template <typename TNumber>
void
UNetUpsampling::ComputeOnHost(const at::Tensor & image, const at::Tensor & output) const
{
  // (N, z, y, x, channels)
  const auto channelsLast = [](const at::Tensor & tensor)
  { return (tensor.dim() == 4 ? tensor.unsqueeze(2) : tensor).movedim(1, -1); };
  const at::Tensor   in = channelsLast(image).contiguous();
  const at::Tensor   out = channelsLast(output);
  const std::int64_t depth = in.size(1);
  const std::int64_t height = in.size(2);
  const std::int64_t width = in.size(3);
  const std::int64_t inputs = in.size(4);
  const std::int64_t outputs = out.size(4);
  const std::int64_t group = m_Matrices.size(3);
  const std::int64_t pixels = in.size(0) * depth * height * width;
  const bool         isFlat = image.dim() == 4;
  const auto * const from = in.const_data_ptr<TNumber>();
  auto * const       to = out.mutable_data_ptr<TNumber>();
  const auto * const bias = m_Bias.const_data_ptr<float>();
  const std::int64_t chunks = (pixels + PixelsAtOnce - 1) / PixelsAtOnce;
  const auto         compute = [&](std::int64_t begin, std::int64_t end)
  {
    std::vector<float>        sums(static_cast<std::size_t>(PixelsAtOnce * group));
    std::vector<std::int64_t> corner(PixelsAtOnce);
    for (std::int64_t chunk = begin; chunk < end; ++chunk)
    {
      const std::int64_t first = chunk * PixelsAtOnce;
      const std::int64_t count = std::min(PixelsAtOnce, pixels - first);
      for (std::int64_t i = 0; i < count; ++i)
      {
        const std::int64_t x = (first + i) % width;
        const std::int64_t y = (first + i) / width % height;
        const std::int64_t z = (first + i) / width / height % depth;
        const std::int64_t n = (first + i) / width / height / depth;
        corner[static_cast<std::size_t>(i)] =
          n * out.stride(0) + (isFlat ? 1 : 2) * z * out.stride(1) + 2 * y * out.stride(2) + 2 * x * out.stride(3);
      }
      const auto * matrix = m_Matrices.const_data_ptr<TNumber>();
      for (std::int64_t position = 0; position < m_Positions; ++position)
      {
        const std::int64_t place =
          position / 4 * out.stride(1) + position / 2 % 2 * out.stride(2) + position % 2 * out.stride(3);
        for (std::int64_t channel = 0; channel < outputs; channel += group, matrix += inputs * group)
        {
          MultiplySmall(count, group, inputs, from + first * inputs, matrix, sums.data(), group, false);
          for (std::int64_t i = 0; i < count; ++i)
          {
            AddBias(sums.data() + i * group,
                    bias + channel,
                    group,
                    to + corner[static_cast<std::size_t>(i)] + place + channel);
          }
        }
      }
    }
    EndSmallProducts<TNumber>();
  };
  at::parallel_for(0, chunks, 1, compute);
}

void
UNetUpsampling::ComputeByOperations(const at::Tensor & image, const at::Tensor & output) const
{
  const at::Tensor   in = image.movedim(1, -1);
  const at::Tensor   products = at::addmm(m_Bias, in.reshape({ -1, in.size(-1) }), m_Matrices);
  const std::int64_t dimension = image.dim() - 2;
  // From (N, y, x, 2, 2, outputs) to (N, y, 2, x, 2, outputs), and alike in 3D.
  std::vector<std::int64_t> fromShape{ in.sizes().begin(), in.sizes().end() - 1 };
  std::vector<std::int64_t> toShape{ in.size(0) };
  std::vector<std::int64_t> order{ 0 };
  for (std::int64_t axis = 0; axis < dimension; ++axis)
  {
    fromShape.push_back(2);
    toShape.push_back(in.size(1 + axis));
    toShape.push_back(2);
    order.push_back(1 + axis);
    order.push_back(1 + dimension + axis);
  }
  fromShape.push_back(output.size(1));
  toShape.push_back(output.size(1));
  order.push_back(1 + 2 * dimension);
  output.movedim(1, -1).view(toShape).copy_(products.view(fromShape).permute(order));
}
} // namespace itk
