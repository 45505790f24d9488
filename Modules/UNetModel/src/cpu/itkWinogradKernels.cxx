// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWinogradKernels.h"
#include "itkSmallProducts.h"
#include "itkTorchTargetClones.h"
#include "itkUNetConvolution.h"
#include "itkWinogradTransforms.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <type_traits>

namespace itk
{
namespace
{
/** Kernels are computed by blocks of as many inputs and outputs. */
constexpr std::int64_t edgeOfBlock = WinogradChannels;

/** G g Gᵀ.
 * \param g the first of nine numbers, `step` apart, each of the block's inputs
 * \param rows of G, VEdge · 3
 * \param u the first of VEdge² numbers, `stepOfProducts` apart */
template <int VEdge, typename T>
inline __attribute__((always_inline)) void
TransformKernel(const T * g, std::int64_t step, const T * rows, T * u, std::int64_t stepOfProducts)
{
  T half[VEdge][3][edgeOfBlock];
  for (int a = 0; a < VEdge; ++a)
  {
    for (int x = 0; x < 3; ++x)
    {
      for (std::int64_t i = 0; i < edgeOfBlock; ++i)
      {
        half[a][x][i] = rows[3 * a] * g[x * step + i] + rows[3 * a + 1] * g[(3 + x) * step + i] +
                        rows[3 * a + 2] * g[(6 + x) * step + i];
      }
    }
  }
  for (int a = 0; a < VEdge; ++a)
  {
    for (int b = 0; b < VEdge; ++b)
    {
      for (std::int64_t i = 0; i < edgeOfBlock; ++i)
      {
        u[(a * VEdge + b) * stepOfProducts + i] =
          rows[3 * b] * half[a][0][i] + rows[3 * b + 1] * half[a][1][i] + rows[3 * b + 2] * half[a][2][i];
      }
    }
  }
}

#define ITKTorch_TRANSFORM_KERNEL(T)                                                                                   \
  ITKTorch_TARGET_CLONES void TransformKernel(                                                                         \
    int edge, const T * g, std::int64_t step, const T * rows, T * u, std::int64_t stepOfProducts)                      \
  {                                                                                                                    \
    edge == 6 ? TransformKernel<6>(g, step, rows, u, stepOfProducts)                                                   \
              : TransformKernel<4>(g, step, rows, u, stepOfProducts);                                                  \
  }

ITKTorch_TRANSFORM_KERNEL(float) ITKTorch_TRANSFORM_KERNEL(double)

#undef ITKTorch_TRANSFORM_KERNEL

  /** Gᵀ u G of some inputs of one output.
 * \param u the first of 36 numbers, `stepOfProducts` apart
 * \param g the first of nine, `step` apart */
  ITKTorch_TARGET_CLONES
  void GatherKernel(const float * u, std::int64_t stepOfProducts, const float * rows, float * g, std::int64_t step)
{
  constexpr int edge = WinogradEdge<float>;
  float         half[3][edge][edgeOfBlock];
  for (int y = 0; y < 3; ++y)
  {
    for (int b = 0; b < edge; ++b)
    {
      for (std::int64_t i = 0; i < edgeOfBlock; ++i)
      {
        float sum = 0.0f;
        for (int a = 0; a < edge; ++a)
        {
          sum += rows[3 * a + y] * u[(a * edge + b) * stepOfProducts + i];
        }
        half[y][b][i] = sum;
      }
    }
  }
  for (int y = 0; y < 3; ++y)
  {
    for (int x = 0; x < 3; ++x)
    {
      for (std::int64_t i = 0; i < edgeOfBlock; ++i)
      {
        float sum = 0.0f;
        for (int b = 0; b < edge; ++b)
        {
          sum += rows[3 * b + x] * half[y][b][i];
        }
        g[(3 * y + x) * step + i] = sum;
      }
    }
  }
}

template <typename TWeight, typename TNumber>
class KernelTransform
{
public:
  KernelTransform(const at::Tensor & weight, WinogradDirection direction)
    : m_IsBackward(direction == WinogradDirection::Backward)
    , m_Weight(weight.contiguous(ChannelsLast(weight.dim())))
    , m_Outputs(weight.size(0))
    , m_Inputs(weight.size(1))
    , m_Planes(weight.dim() == 5 ? 3 : 1)
  {
    const std::vector<double> rows = GetWinogradKernelTransform(WinogradTile<TNumber>);
    m_Rows.assign(rows.begin(), rows.end());
    m_MatrixRows = m_IsBackward ? m_Outputs : m_Inputs;
    m_Columns = m_IsBackward ? m_Inputs : m_Outputs;
    m_Group = SmallProducts::GetColumnsOfGroup(m_Columns);
  }

  at::Tensor
  Compute() const
  {
    at::Tensor   packed = at::empty({ m_Planes, products, m_Columns / m_Group, m_MatrixRows, m_Group },
                                  c10::CppTypeToScalarType<TNumber>::value);
    auto * const numbers = packed.mutable_data_ptr<TNumber>();
    at::parallel_for(0,
                     m_Outputs / edgeOfBlock * m_Planes,
                     1,
                     [&](std::int64_t begin, std::int64_t end)
                     {
                       for (std::int64_t i = begin; i < end; ++i)
                       {
                         for (std::int64_t input = 0; input < m_Inputs; input += edgeOfBlock)
                         {
                           this->ComputeBlock(i / m_Planes * edgeOfBlock, input, i % m_Planes, numbers);
                         }
                       }
                     });
    return packed;
  }

private:
  static constexpr int          edge = WinogradEdge<TNumber>;
  static constexpr std::int64_t products = WinogradProducts<TNumber>;

  void
  ComputeBlock(std::int64_t output, std::int64_t input, std::int64_t plane, TNumber * packed) const
  {
    TWeight                block[products * edgeOfBlock * edgeOfBlock];
    constexpr std::int64_t step = edgeOfBlock * edgeOfBlock;
    const std::int64_t     planeOfWeight = m_IsBackward ? m_Planes - 1 - plane : plane;
    for (std::int64_t o = 0; o < edgeOfBlock; ++o)
    {
      const TWeight * g =
        m_Weight.const_data_ptr<TWeight>() + ((output + o) * m_Planes + planeOfWeight) * 9 * m_Inputs + input;
      // A reversed kernel is one that is read from its end.
      TransformKernel(edge,
                      m_IsBackward ? g + 8 * m_Inputs : g,
                      m_IsBackward ? -m_Inputs : m_Inputs,
                      m_Rows.data(),
                      block + o * edgeOfBlock,
                      step);
    }
    const std::int64_t firstRow = m_IsBackward ? output : input;
    const std::int64_t firstColumn = m_IsBackward ? input : output;
    const std::int64_t alongRows = m_IsBackward ? edgeOfBlock : 1;
    const std::int64_t alongColumns = m_IsBackward ? 1 : edgeOfBlock;
    for (std::int64_t product = 0; product < products; ++product)
    {
      const std::int64_t matrix = (plane * products + product) * m_Columns / m_Group;
      for (std::int64_t row = 0; row < edgeOfBlock; ++row)
      {
        TNumber * const       place = packed + this->GetPlace(matrix, firstRow + row, firstColumn);
        const TWeight * const numbers = block + product * step + row * alongRows;
        for (std::int64_t column = 0; column < edgeOfBlock; ++column)
        {
          place[column * stepOfColumns] = static_cast<TNumber>(static_cast<float>(numbers[column * alongColumns]));
        }
      }
    }
  }

  /** As SmallProducts::Pack() orders them.
   * \param matrix number of the first group's
   * \param column first of a block's, which lie in one group */
  std::int64_t
  GetPlace(std::int64_t matrix, std::int64_t row, std::int64_t column) const
  {
    const std::int64_t ofGroup = (matrix + column / m_Group) * m_MatrixRows * m_Group;
    const std::int64_t inGroup = stepOfColumns * (column % m_Group);
    return ofGroup + row / stepOfColumns * stepOfColumns * m_Group + inGroup + row % stepOfColumns;
  }

  /** In bfloat16 every two rows are interleaved. */
  static constexpr std::int64_t stepOfColumns = std::is_same<TNumber, float>::value ? 1 : 2;

  bool                 m_IsBackward;
  std::vector<TWeight> m_Rows; // of G
  at::Tensor           m_Weight;
  std::int64_t         m_Outputs;
  std::int64_t         m_Inputs;
  std::int64_t         m_Planes;
  std::int64_t         m_MatrixRows; // inputs and outputs of the direction
  std::int64_t         m_Columns;
  std::int64_t         m_Group;
};
} // namespace

at::Tensor
TransformWinogradKernels(const at::Tensor & weight, at::ScalarType precision, WinogradDirection direction)
{
  const auto transform = [&](auto number)
  {
    using WeightType = decltype(number);
    return precision == at::kFloat ? KernelTransform<WeightType, float>(weight, direction).Compute()
                                   : KernelTransform<WeightType, c10::BFloat16>(weight, direction).Compute();
  };
  return weight.scalar_type() == at::kDouble ? transform(double{}) : transform(float{});
}

at::Tensor
GatherWinogradKernels(const at::Tensor & sums)
{
  const std::int64_t        planes = sums.size(0);
  const std::int64_t        outputs = sums.size(2);
  const std::int64_t        inputs = sums.size(3);
  const auto                doubles = GetWinogradKernelTransform(WinogradTile<float>);
  const std::vector<float>  rows{ doubles.begin(), doubles.end() };
  std::vector<std::int64_t> shape{ outputs, inputs, 3, 3 };
  if (planes == 3)
  {
    shape.push_back(3);
  }
  at::Tensor weight =
    at::empty(shape, sums.options().memory_format(ChannelsLast(static_cast<std::int64_t>(shape.size()))));
  const float * const u = sums.const_data_ptr<float>();
  float * const       g = weight.mutable_data_ptr<float>();
  at::parallel_for(0,
                   outputs * planes,
                   1,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t i = begin; i < end; ++i)
                     {
                       const std::int64_t plane = i % planes;
                       const float * ofOutput = u + (plane * WinogradProducts<float> * outputs + i / planes) * inputs;
                       for (std::int64_t input = 0; input < inputs; input += edgeOfBlock)
                       {
                         GatherKernel(
                           ofOutput + input, outputs * inputs, rows.data(), g + i * 9 * inputs + input, inputs);
                       }
                     }
                   });
  return weight;
}
} // namespace itk
