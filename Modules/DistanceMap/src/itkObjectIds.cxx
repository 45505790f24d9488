// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkObjectIds.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/_unique2.h>
#include <ATen/ops/aminmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <limits>

namespace itk
{
namespace
{
/** Unsigned numbers of 32 and 64 bits, for which LibTorch has few operators, as signed ones of the same bits. */
c10::ScalarType
SignedTypeOf(c10::ScalarType type)
{
  return type == c10::kUInt32 ? c10::kInt : type == c10::kUInt64 ? c10::kLong : type;
}

bool
FitsInt(const at::Tensor & labels, bool isUnsigned)
{
  const auto [smallest, largest] = at::aminmax(labels);
  return smallest.item<std::int64_t>() >= (isUnsigned ? 0 : std::numeric_limits<std::int32_t>::min()) &&
         largest.item<std::int64_t>() <= std::numeric_limits<std::int32_t>::max();
}
} // namespace

ObjectIds::ObjectIds(const at::Tensor & labels)
  : m_Type(labels.scalar_type())
{
  TORCH_CHECK(at::isIntegralType(m_Type, false) || c10::isBarebonesUnsignedType(m_Type),
              "labels must be integers, but are ",
              m_Type);
  TORCH_CHECK(labels.numel() > 0, "the label image must have at least 1 pixel, but its shape is ", labels.sizes());
  const at::Tensor dense = labels.squeeze(0).squeeze(0).contiguous();
  const at::Tensor numbers = SignedTypeOf(m_Type) == m_Type ? dense : dense.view(SignedTypeOf(m_Type));
  const bool       isUnsigned = SignedTypeOf(m_Type) != m_Type;
  const bool       isLarge = numbers.scalar_type() == c10::kLong || isUnsigned;
  if (!isLarge || FitsInt(numbers, isUnsigned))
  {
    Ids = numbers.to(c10::kInt);
    return;
  }
  const auto [values, places, counts] = at::_unique2(numbers.flatten(), true, true);
  // The upper half of unsigned numbers, taken as signed, comes first.
  const std::int64_t last = isUnsigned ? (values < 0).sum().item<std::int64_t>() : 0;
  const at::Tensor   order = (places - last).remainder_(values.numel()) + 1;
  Ids = order.masked_fill_(numbers.flatten() == 0, 0).to(c10::kInt).view(numbers.sizes());
  m_Table = at::cat({ at::zeros({ 1 }, values.options()), values.roll(-last) }).to(c10::kLong);
}

at::Tensor
ObjectIds::ToLabels(const at::Tensor & ids) const
{
  const at::Tensor numbers = m_Table.defined() ? m_Table.index_select(0, ids.flatten()).view(ids.sizes()) : ids;
  const auto       type = SignedTypeOf(m_Type);
  const at::Tensor labels = numbers.to(type);
  return type == m_Type ? labels : labels.view(m_Type);
}

at::Tensor
ObjectIds::GetWideLabels() const
{
  const at::Tensor wide =
    m_Table.defined() ? m_Table.index_select(0, Ids.flatten()).view(Ids.sizes()) : Ids.to(c10::kLong);
  return m_Type == c10::kUInt32 ? wide.bitwise_and(std::int64_t{ 0xffffffff }) : wide;
}
} // namespace itk
