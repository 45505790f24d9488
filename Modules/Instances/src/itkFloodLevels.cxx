// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkFloodLevels.h"
#include "itkLargePages.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace itk
{
namespace
{
template <typename TVisit>
void
VisitType(TorchComponentType type, const TVisit & visit)
{
  switch (type)
  {
    case TorchComponentType::UInt8:
      return visit(std::uint8_t{});
    case TorchComponentType::Int8:
      return visit(std::int8_t{});
    case TorchComponentType::UInt16:
      return visit(std::uint16_t{});
    case TorchComponentType::Int16:
      return visit(std::int16_t{});
    case TorchComponentType::UInt32:
      return visit(std::uint32_t{});
    case TorchComponentType::Int32:
      return visit(std::int32_t{});
    case TorchComponentType::UInt64:
      return visit(std::uint64_t{});
    case TorchComponentType::Int64:
      return visit(std::int64_t{});
    case TorchComponentType::Float32:
      return visit(float{});
    default:
      return visit(double{});
  }
}

constexpr std::int64_t grain = 50000;

/** Least and greatest value.
 * \throws ExceptionObject if one is not a number */
template <typename TValue>
std::pair<double, double>
FindRange(const TValue * values, std::int64_t count)
{
  auto least = static_cast<double>(values[0]);
  auto greatest = least;
  for (std::int64_t i = 0; i < count; ++i)
  {
    const auto value = static_cast<double>(values[i]);
    if (std::isnan(value))
    {
      itkGenericExceptionMacro("The landscape must hold numbers, but holds " << value << '.');
    }
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  return { least, greatest };
}

template <typename TValue>
void
Quantise(const TValue * values, std::int64_t count, double lower, double upper, std::uint16_t * levels)
{
  const auto [least, greatest] = FindRange(values, count);
  const double from = std::isinf(lower) ? least : lower;
  const double to = std::isinf(upper) ? greatest : upper;
  if (!std::isfinite(from) || !std::isfinite(to))
  {
    itkGenericExceptionMacro("The landscape's values must be finite, or LevelRange must be, but they lie between "
                             << from << " and " << to << '.');
  }
  at::parallel_for(0,
                   count,
                   grain,
                   [&, first = from, last = to](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t i = begin; i < end; ++i)
                     {
                       const double value = std::clamp(static_cast<double>(values[i]), first, std::max(first, last));
                       const double share = last > first ? (value - first) / (last - first) : 0.0;
                       levels[i] = static_cast<std::uint16_t>(highestFloodLevel * share + 0.5);
                     }
                   });
}

/** Of 8 or 16 bits: the least number is level 0. */
template <typename TValue>
void
CopyLevels(const TValue * values, std::int64_t count, std::uint16_t * levels)
{
  at::parallel_for(0,
                   count,
                   grain,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t i = begin; i < end; ++i)
                     {
                       levels[i] = static_cast<std::uint16_t>(values[i] - std::numeric_limits<TValue>::min());
                     }
                   });
}
} // namespace

at::Tensor
ToFloodLevels(const TorchTensor & landscape, double lower, double upper)
{
  const at::Tensor pixels = GetATensor(landscape);
  TORCH_CHECK(pixels.dim() > 2 && pixels.size(0) == 1 && pixels.size(1) == 1 && pixels.numel() > 0,
              "a landscape must have 1 component and at least 1 pixel, but its shape is ",
              pixels.sizes());
  const at::Tensor values = pixels.squeeze(0).squeeze(0).contiguous();
  if (landscape.GetComponentType() == TorchComponentType::UInt16)
  {
    return values;
  }
  const at::Tensor levels = EmptyOnLargePages(values.sizes(), c10::kUInt16);
  VisitType(landscape.GetComponentType(),
            [&](auto value)
            {
              using ValueType = decltype(value);
              const auto * const from = static_cast<const ValueType *>(values.const_data_ptr());
              auto * const       to = static_cast<std::uint16_t *>(levels.data_ptr());
              if constexpr (sizeof(ValueType) <= 2)
              {
                CopyLevels(from, values.numel(), to);
              }
              else
              {
                Quantise(from, values.numel(), lower, upper, to);
              }
            });
  return levels;
}
} // namespace itk
