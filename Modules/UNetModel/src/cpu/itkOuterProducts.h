// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkOuterProducts_h
#define itkOuterProducts_h

#include <cstdint>

namespace itk
{
/** C += Aᵀ B, on the calling thread, of matrices that the cache holds. Sums are in float, with one rounding of a·b+c
 * where the processor has that.
 * \param count rows of A and B
 * \param rows columns of A, a multiple of 8
 * \param columns of B, a multiple of 8
 * \param a count × rows, densely
 * \param b count × columns, densely
 * \param c rows × columns, densely */
void
AddOuterProducts(std::int64_t  count,
                 std::int64_t  rows,
                 std::int64_t  columns,
                 const float * a,
                 const float * b,
                 float *       c);
} // namespace itk

#endif
