// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSmallProducts.h"
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <exception>
#include <vector>

namespace itk
{
namespace
{
template <typename TNumber>
bool
CanMultiply(at::ScalarType precision)
{
  if (!at::hasMKLDNN() || !at::globalContext().userEnabledMkldnn())
  {
    return false;
  }
  const std::vector<TNumber> numbers(64, TNumber(1.0f));
  std::vector<float>         sums(64);
  try
  {
    const SmallProducts products(precision);
    products.Multiply(8, 8, 8, numbers.data(), numbers.data(), sums.data(), 8, false);
  }
  // oneDNN's errors are not LibTorch's.
  catch (const std::exception &)
  {
    return false;
  }
  return true;
}
} // namespace

SmallProducts::SmallProducts(at::ScalarType precision)
  : m_IsNarrow(precision != at::kFloat)
{}

SmallProducts::~SmallProducts()
{
  LibTorchPrivate::ReleaseMultiplySmall(m_IsNarrow);
}

bool
SmallProducts::AreAvailable(at::ScalarType precision)
{
  if (precision == at::kFloat)
  {
    static const bool canFloat = CanMultiply<float>(precision);
    return canFloat;
  }
  if (precision == at::kBFloat16)
  {
    static const bool canBFloat16 = CanMultiply<c10::BFloat16>(precision);
    return canBFloat16;
  }
  return false;
}

std::int64_t
SmallProducts::GetColumnsOfGroup(std::int64_t columns)
{
  constexpr std::int64_t group = 64;
  return columns % group == 0 ? group : columns;
}

at::Tensor
SmallProducts::Pack(const at::Tensor & matrices, at::ScalarType precision)
{
  const std::int64_t        rows = matrices.size(-2);
  const std::int64_t        columns = matrices.size(-1);
  const std::int64_t        group = GetColumnsOfGroup(columns);
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
} // namespace itk
