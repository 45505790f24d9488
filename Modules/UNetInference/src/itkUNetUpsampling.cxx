// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetUpsampling.h"
#include "cpu/itkSmallProducts.h"
#include "itkTorchTargetClones.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <algorithm>
#include <array>
#include <vector>

namespace itk
{
namespace
{
/** Of an input image, that are multiplied at once. */
constexpr std::int64_t PixelsOfChunk = 64;

#define ITKTorch_ADD_BIAS(T)                                                                                           \
  ITKTorch_TARGET_CLONES void AddBias(                                                                                 \
    const float * __restrict sums, const float * __restrict bias, std::int64_t count, T * __restrict result)           \
  {                                                                                                                    \
    for (std::int64_t i = 0; i < count; ++i)                                                                           \
    {                                                                                                                  \
      result[i] = static_cast<T>(sums[i] + bias[i]);                                                                   \
    }                                                                                                                  \
  }

ITKTorch_ADD_BIAS(float) ITKTorch_ADD_BIAS(c10::BFloat16)

#undef ITKTorch_ADD_BIAS

  template <typename TNumber>
  struct UpsamplingLayer
{
  const TNumber *             Image;
  const TNumber *             Matrices;
  const float *               Bias;
  TNumber *                   Output;
  std::array<std::int64_t, 4> Size;   // N, z, y, x
  std::array<std::int64_t, 4> Stride; // of the output
  std::int64_t                StepAlongZ;
  std::int64_t                Positions;
  std::int64_t                Inputs;
  std::int64_t                Outputs;
  std::int64_t                OutputsOfGroup;
};

/** Pixels in the order of memory, chunk by chunk. */
template <typename TNumber>
class ChunkedUpsampling
{
public:
  explicit ChunkedUpsampling(const UpsamplingLayer<TNumber> & layer)
    : m_Layer(layer)
    , m_Pixels(layer.Size[0] * layer.Size[1] * layer.Size[2] * layer.Size[3])
  {}

  void
  Compute() const
  {
    at::parallel_for(0,
                     at::divup(m_Pixels, PixelsOfChunk),
                     1,
                     [this](std::int64_t begin, std::int64_t end)
                     {
                       const SmallProducts  multiplier(c10::CppTypeToScalarType<TNumber>::value);
                       std::vector<float>   sums(static_cast<std::size_t>(PixelsOfChunk * m_Layer.OutputsOfGroup));
                       std::vector<TNumber> last;
                       for (std::int64_t chunk = begin; chunk < end; ++chunk)
                       {
                         this->ComputeChunk(multiplier, chunk * PixelsOfChunk, sums.data(), last);
                       }
                     });
  }

private:
  /** \param last takes a chunk that is not full, so that all products have one size */
  void
  ComputeChunk(const SmallProducts & multiplier, std::int64_t first, float * sums, std::vector<TNumber> & last) const
  {
    const std::int64_t count = std::min(PixelsOfChunk, m_Pixels - first);
    const TNumber *    pixels = m_Layer.Image + first * m_Layer.Inputs;
    if (count < PixelsOfChunk)
    {
      last.resize(static_cast<std::size_t>(PixelsOfChunk * m_Layer.Inputs));
      std::copy_n(pixels, count * m_Layer.Inputs, last.begin());
      pixels = last.data();
    }
    std::array<TNumber *, PixelsOfChunk> corners;
    for (std::int64_t i = 0; i < count; ++i)
    {
      corners[static_cast<std::size_t>(i)] = this->GetCorner(first + i);
    }
    const std::int64_t group = m_Layer.OutputsOfGroup;
    const TNumber *    matrix = m_Layer.Matrices;
    for (std::int64_t position = 0; position < m_Layer.Positions; ++position)
    {
      const std::int64_t place =
        position / 4 * m_Layer.Stride[1] + position / 2 % 2 * m_Layer.Stride[2] + position % 2 * m_Layer.Stride[3];
      for (std::int64_t output = 0; output < m_Layer.Outputs; output += group, matrix += m_Layer.Inputs * group)
      {
        multiplier.Multiply(PixelsOfChunk, group, m_Layer.Inputs, pixels, matrix, sums, group, false);
        for (std::int64_t i = 0; i < count; ++i)
        {
          AddBias(
            sums + i * group, m_Layer.Bias + output, group, corners[static_cast<std::size_t>(i)] + place + output);
        }
      }
    }
  }

  /** The first output of an input pixel. */
  TNumber *
  GetCorner(std::int64_t pixel) const
  {
    const auto [images, depth, height, width] = m_Layer.Size;
    const std::int64_t x = pixel % width;
    const std::int64_t y = pixel / width % height;
    const std::int64_t z = pixel / width / height % depth;
    const std::int64_t image = pixel / width / height / depth;
    return m_Layer.Output + image * m_Layer.Stride[0] + m_Layer.StepAlongZ * z * m_Layer.Stride[1] +
           2 * y * m_Layer.Stride[2] + 2 * x * m_Layer.Stride[3];
  }

  UpsamplingLayer<TNumber> m_Layer;
  std::int64_t             m_Pixels;
};
} // namespace

UNetUpsampling::UNetUpsampling(const at::Tensor & weight, const at::Tensor & bias, at::ScalarType precision)
  : m_Positions(std::int64_t{ 1 } << (weight.dim() - 2))
  , m_IsPacked(weight.is_cpu() && weight.size(0) % 2 == 0 && SmallProducts::AreAvailable(precision))
{
  if (m_IsPacked)
  {
    m_Matrices = SmallProducts::Pack(weight.flatten(2).permute({ 2, 0, 1 }), precision);
    m_Bias = bias.to(at::kFloat).contiguous();
    return;
  }
  m_Matrices = weight.to(precision).movedim(1, -1).reshape({ weight.size(0), -1 }).contiguous();
  m_Bias = bias.to(precision).repeat({ m_Positions });
}

void
UNetUpsampling::Compute(const at::Tensor & image, const at::Tensor & output) const
{
  TORCH_CHECK(image.scalar_type() == m_Matrices.scalar_type(), "the image must have the precision of the convolution");
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
  const bool isFlat = image.dim() == 4;
  const auto laid = [isFlat](const at::Tensor & tensor)
  { return (isFlat ? tensor.unsqueeze(2) : tensor).movedim(1, -1); };
  const at::Tensor in = laid(image).contiguous();
  const at::Tensor out = laid(output);
  TORCH_CHECK(out.size(4) == 1 || out.stride(4) == 1, "the output must have the channels of a pixel side by side");
  ChunkedUpsampling<TNumber>({ in.const_data_ptr<TNumber>(),
                               m_Matrices.const_data_ptr<TNumber>(),
                               m_Bias.const_data_ptr<float>(),
                               out.mutable_data_ptr<TNumber>(),
                               { in.size(0), in.size(1), in.size(2), in.size(3) },
                               { out.stride(0), out.stride(1), out.stride(2), out.stride(3) },
                               isFlat ? 1 : 2,
                               m_Positions,
                               in.size(4),
                               out.size(4),
                               m_Matrices.size(3) })
    .Compute();
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
