// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkOuterProducts.h"
#include "itkTorchTargetClones.h"
#include <cstring>

#define ITKTorch_INLINE inline __attribute__((always_inline))

namespace itk
{
namespace
{
template <int VLanes>
struct VectorOf
{
  typedef float Type __attribute__((vector_size(VLanes * sizeof(float))));
};

constexpr std::int64_t rowsOfBlock = 8;

/** Of so many rows and `VVectors` times `VLanes` columns, whose sums stay in registers. */
template <int VLanes, int VVectors>
ITKTorch_INLINE void
AddBlock(std::int64_t count, std::int64_t rows, std::int64_t columns, const float * a, const float * b, float * c)
{
  using Vector = typename VectorOf<VLanes>::Type;
  Vector sums[rowsOfBlock][VVectors];
#pragma GCC unroll 8
  for (int row = 0; row < rowsOfBlock; ++row)
  {
#pragma GCC unroll 3
    for (int i = 0; i < VVectors; ++i)
    {
      sums[row][i] = Vector{};
    }
  }
  for (std::int64_t k = 0; k < count; ++k, a += rows, b += columns)
  {
    Vector numbers[VVectors];
#pragma GCC unroll 3
    for (int i = 0; i < VVectors; ++i)
    {
      std::memcpy(&numbers[i], b + i * VLanes, sizeof(Vector));
    }
#pragma GCC unroll 8
    for (int row = 0; row < rowsOfBlock; ++row)
    {
#pragma GCC unroll 3
      for (int i = 0; i < VVectors; ++i)
      {
        sums[row][i] += a[row] * numbers[i];
      }
    }
  }
#pragma GCC unroll 8
  for (int row = 0; row < rowsOfBlock; ++row)
  {
#pragma GCC unroll 3
    for (int i = 0; i < VVectors; ++i)
    {
      Vector whole;
      std::memcpy(&whole, c + row * columns + i * VLanes, sizeof(Vector));
      whole += sums[row][i];
      std::memcpy(c + row * columns + i * VLanes, &whole, sizeof(Vector));
    }
  }
}
} // namespace

ITKTorch_TARGET_CLONES void
AddOuterProducts(std::int64_t  count,
                 std::int64_t  rows,
                 std::int64_t  columns,
                 const float * a,
                 const float * b,
                 float *       c)
{
  for (std::int64_t row = 0; row < rows; row += rowsOfBlock)
  {
    std::int64_t column = 0;
    for (; column + 32 <= columns; column += 32)
    {
      AddBlock<16, 2>(count, rows, columns, a + row, b + column, c + row * columns + column);
    }
    for (; column + 16 <= columns; column += 16)
    {
      AddBlock<16, 1>(count, rows, columns, a + row, b + column, c + row * columns + column);
    }
    for (; column < columns; column += 8)
    {
      AddBlock<8, 1>(count, rows, columns, a + row, b + column, c + row * columns + column);
    }
  }
}
} // namespace itk
