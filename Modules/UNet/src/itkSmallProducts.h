// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSmallProducts_h
#define itkSmallProducts_h

#include <ATen/core/Tensor.h>

namespace itk
{
/** Columns of B that are multiplied at once, where their number is a multiple of it. */
constexpr std::int64_t LargestGroupOfColumns = 64;

std::int64_t
GetGroupOfColumns(std::int64_t columns);

/** Whether LibTorch has products of small matrices for this processor: where it was built with oneDNN. */
bool
CanMultiplySmall(at::ScalarType precision);

/** Matrices B, (…, rows, columns) in any precision, as MultiplySmall() takes them: (…, groups, rows, columns of a group), in
 * bfloat16 with every two rows interleaved.
 * \param matrices of an even number of rows */
at::Tensor
PackSmallMatrices(const at::Tensor & matrices, at::ScalarType precision);

/** C = A B, or C + A B, on the calling thread.
 * \param a rows × inner, densely
 * \param b inner × columns, packed
 * \param c rows of `columns` floats that begin `stepOfC` apart */
template <typename TNumber>
void
MultiplySmall(std::int64_t    rows,
              std::int64_t    columns,
              std::int64_t    inner,
              const TNumber * a,
              const TNumber * b,
              float *         c,
              std::int64_t    stepOfC,
              bool            isAdded);

/** At the end of a thread's products. */
template <typename TNumber>
void
EndSmallProducts();
} // namespace itk

#endif
