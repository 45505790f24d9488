// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkFloodLevels.h"
#include "itkLargePages.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

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

/** In what values are compared: a double cannot hold every integer of 64 bits. */
template <typename TValue>
using NumberOf = std::conditional_t<std::is_integral<TValue>::value && sizeof(TValue) == 8, TValue, double>;

/** Least and greatest value.
 * \throws ExceptionObject if one is not a number */
template <typename TValue, typename TNumber = NumberOf<TValue>>
std::pair<TNumber, TNumber>
FindRange(const TValue * values, std::int64_t count)
{
  auto least = static_cast<TNumber>(values[0]);
  auto greatest = least;
  for (std::int64_t i = 0; i < count; ++i)
  {
    const auto value = static_cast<TNumber>(values[i]);
    if constexpr (std::is_floating_point<TValue>::value)
    {
      if (std::isnan(value))
      {
        itkGenericExceptionMacro("The landscape must hold numbers, but holds " << value << '.');
      }
    }
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  return { least, greatest };
}

/** An end of the range of levels: a number that values are compared with, and the rest. */
template <typename TNumber>
struct RangeEnd
{
  TNumber Number;
  double  Rest;
};

template <typename TNumber>
RangeEnd<TNumber>
MakeRangeEnd(double end, TNumber ifInfinite)
{
  if (std::isinf(end))
  {
    return { ifInfinite, 0.0 };
  }
  if constexpr (std::is_integral<TNumber>::value)
  {
    constexpr TNumber least = std::numeric_limits<TNumber>::min();
    constexpr TNumber greatest = std::numeric_limits<TNumber>::max();
    const double      whole = std::floor(end);
    const TNumber     number = whole <= static_cast<double>(least)      ? least
                               : whole >= static_cast<double>(greatest) ? greatest
                                                                        : static_cast<TNumber>(whole);
    return { number, end - static_cast<double>(number) };
  }
  else
  {
    return { end, 0.0 };
  }
}

/** to - from; of doubles half of it, which cannot overflow. */
template <typename TNumber>
double
Rise(TNumber from, TNumber to)
{
  if constexpr (std::is_integral<TNumber>::value)
  {
    const auto first = static_cast<std::uint64_t>(from);
    const auto last = static_cast<std::uint64_t>(to);
    return from <= to ? static_cast<double>(last - first) : -static_cast<double>(first - last);
  }
  else
  {
    return 0.5 * to - 0.5 * from;
  }
}

template <typename TValue>
void
Quantize(const TValue * values, std::int64_t count, double lower, double upper, std::uint16_t * levels)
{
  using NumberType = NumberOf<TValue>;
  const auto [least, greatest] = FindRange(values, count);
  const RangeEnd<NumberType> from = MakeRangeEnd(lower, least);
  const RangeEnd<NumberType> to = MakeRangeEnd(upper, greatest);
  if (!std::isfinite(static_cast<double>(from.Number)) || !std::isfinite(static_cast<double>(to.Number)))
  {
    itkGenericExceptionMacro("The landscape's values must be finite, or LevelRange must be, but they lie between "
                             << from.Number << " and " << to.Number << '.');
  }
  const double span = std::max(0.0, Rise(from.Number, to.Number) + (to.Rest - from.Rest));
  at::parallel_for(0,
                   count,
                   grain,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t i = begin; i < end; ++i)
                     {
                       const double rise = Rise(from.Number, static_cast<NumberType>(values[i])) - from.Rest;
                       const double share = span > 0.0 ? std::clamp(rise, 0.0, span) / span : 0.0;
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
                Quantize(from, values.numel(), lower, upper, to);
              }
            });
  return levels;
}
} // namespace itk
