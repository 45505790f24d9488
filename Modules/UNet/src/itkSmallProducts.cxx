// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSmallProducts.h"
#include <ATen/TensorOperators.h>
#include <ATen/native/CPUBlas.h>
#include <vector>

namespace itk
{
namespace
{
template <typename TNumber>
constexpr bool IsNarrow = sizeof(TNumber) < sizeof(float);

template <typename TNumber>
bool
TryToMultiply()
{
  const std::vector<TNumber> numbers(64, TNumber(1.0f));
  std::vector<float>         sums(64);
  try
  {
    MultiplySmall(8, 8, 8, numbers.data(), numbers.data(), sums.data(), 8, false);
    EndSmallProducts<TNumber>();
  }
  catch (const c10::Error &)
  {
    return false;
  }
  return true;
}
} // namespace

std::int64_t
GetGroupOfColumns(std::int64_t columns)
{
  return columns % LargestGroupOfColumns == 0 ? LargestGroupOfColumns : columns;
}

bool
CanMultiplySmall(at::ScalarType precision)
{
  static const bool canFloat = TryToMultiply<float>();
  static const bool canBFloat16 = TryToMultiply<c10::BFloat16>();
  return (precision == at::kFloat && canFloat) || (precision == at::kBFloat16 && canBFloat16);
}

at::Tensor
PackSmallMatrices(const at::Tensor & matrices, at::ScalarType precision)
{
  const std::int64_t        rows = matrices.size(-2);
  const std::int64_t        columns = matrices.size(-1);
  const std::int64_t        group = GetGroupOfColumns(columns);
  std::vector<std::int64_t> shape{ matrices.sizes().begin(), matrices.sizes().end() - 2 };
  const auto                shaped = [&shape](std::initializer_list<std::int64_t> last)
  {
    auto whole = shape;
    whole.insert(whole.end(), last);
    return whole;
  };
  at::Tensor packed = matrices.to(precision).reshape(shaped({ rows, columns / group, group })).transpose(-3, -2);
  if (precision == at::kBFloat16)
  {
    packed = packed.reshape(shaped({ columns / group, rows / 2, 2, group })).transpose(-2, -1);
  }
  return packed.reshape(shaped({ columns / group, rows, group })).contiguous();
}

#define ITKTorch_SMALL_PRODUCTS(T)                                                                                     \
  template <>                                                                                                          \
  void MultiplySmall<T>(std::int64_t rows,                                                                             \
                        std::int64_t columns,                                                                          \
                        std::int64_t inner,                                                                            \
                        const T *    a,                                                                                \
                        const T *    b,                                                                                \
                        float *      c,                                                                                \
                        std::int64_t stepOfC,                                                                          \
                        bool         isAdded)                                                                          \
  {                                                                                                                    \
    at::native::cpublas::brgemm(rows, columns, inner, inner, columns, stepOfC, isAdded, a, b, c, IsNarrow<T>);         \
  }                                                                                                                    \
  template <>                                                                                                          \
  void EndSmallProducts<T>()                                                                                           \
  {                                                                                                                    \
    at::native::cpublas::brgemm_release(IsNarrow<T>);                                                                  \
  }

ITKTorch_SMALL_PRODUCTS(float) ITKTorch_SMALL_PRODUCTS(c10::BFloat16)
} // namespace itk
