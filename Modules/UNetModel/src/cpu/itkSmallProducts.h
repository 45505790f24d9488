// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSmallProducts_h
#define itkSmallProducts_h

#include "ITKTorchUNetModelExport.h"
#include "itkLibTorchPrivate.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** \class SmallProducts
 * \brief Products of matrices that the processor's cache holds, on the calling thread, by LibTorch's microkernels.
 *
 * A kernel is made at the first product of its sizes and kept by its thread, so that callers keep to few numbers of
 * rows. The end of an object releases what a thread's products had to configure. */
class ITKTorchUNetModel_EXPORT SmallProducts
{
public:
  explicit SmallProducts(at::ScalarType precision);
  ~SmallProducts();
  SmallProducts(const SmallProducts &) = delete;
  SmallProducts &
  operator=(const SmallProducts &) = delete;

  /** Whether LibTorch was built with them and they suit this processor, in kFloat or kBFloat16. */
  static bool
  AreAvailable(at::ScalarType precision);

  /** Matrices B, (…, rows, columns) of an even number of rows in any precision, as Multiply() takes them: (…, groups,
   * rows, columns of a group), in bfloat16 with every two rows interleaved. */
  static at::Tensor
  Pack(const at::Tensor & matrices, at::ScalarType precision);

  /** Columns of a group: 64 where they divide the columns, else all. */
  static std::int64_t
  GetColumnsOfGroup(std::int64_t columns);

  /** C = A B, or C + A B.
   * \param a rows × inner, densely
   * \param b inner × columns, packed
   * \param c rows of `columns` floats that begin `step` apart */
  template <typename TNumber>
  void
  Multiply(std::int64_t    rows,
           std::int64_t    columns,
           std::int64_t    inner,
           const TNumber * a,
           const TNumber * b,
           float *         c,
           std::int64_t    step,
           bool            isAdded) const
  {
    LibTorchPrivate::MultiplySmall(rows, columns, inner, step, isAdded, a, b, c);
  }

private:
  bool m_IsNarrow;
};
} // namespace itk

#endif
