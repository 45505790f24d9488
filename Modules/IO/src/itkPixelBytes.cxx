// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPixelBytes.h"
#include <algorithm>
#include <cstdint>
#include <cstring>

namespace itk
{
void
DropLastComponent(const char * from, std::size_t componentBytes, std::size_t components, std::size_t pixels, char * to)
{
  const std::size_t kept = componentBytes * (components - 1);
  for (std::size_t i = 0; i < pixels; ++i)
  {
    std::memcpy(to + i * kept, from + i * (kept + componentBytes), kept);
  }
}

void
CopyRows(const char *          from,
         const ImageIORegion & whole,
         std::size_t           pixelBytes,
         const ImageIORegion & region,
         char *                to)
{
  const std::size_t rowBytes = region.GetSize(0) * pixelBytes;
  std::size_t       rows = 1;
  for (unsigned int axis = 1; axis < region.GetImageDimension(); ++axis)
  {
    rows *= region.GetSize(axis);
  }
  for (std::size_t row = 0; row < rows; ++row, to += rowBytes)
  {
    std::size_t rest = row;
    std::size_t offset = static_cast<std::size_t>(region.GetIndex(0));
    std::size_t stride = whole.GetSize(0);
    for (unsigned int axis = 1; axis < region.GetImageDimension() && axis < whole.GetImageDimension(); ++axis)
    {
      offset += (static_cast<std::size_t>(region.GetIndex(axis)) + rest % region.GetSize(axis)) * stride;
      stride *= whole.GetSize(axis);
      rest /= region.GetSize(axis);
    }
    std::memcpy(to, from + offset * pixelBytes, rowBytes);
  }
}

namespace
{
template <typename TNumber>
void
MultiplyNumbers(const char * from, std::size_t count, double factor, double * to)
{
  for (std::size_t i = 0; i < count; ++i)
  {
    TNumber number;
    std::memcpy(&number, from + i * sizeof(TNumber), sizeof(TNumber));
    to[i] = static_cast<double>(number) * factor;
  }
}
} // namespace

void
Multiply(const char * from, IOComponentEnum type, std::size_t count, double factor, double * to)
{
  switch (type)
  {
    case IOComponentEnum::UCHAR:
      return MultiplyNumbers<std::uint8_t>(from, count, factor, to);
    case IOComponentEnum::CHAR:
      return MultiplyNumbers<std::int8_t>(from, count, factor, to);
    case IOComponentEnum::USHORT:
      return MultiplyNumbers<std::uint16_t>(from, count, factor, to);
    case IOComponentEnum::SHORT:
      return MultiplyNumbers<std::int16_t>(from, count, factor, to);
    case IOComponentEnum::UINT:
      return MultiplyNumbers<std::uint32_t>(from, count, factor, to);
    case IOComponentEnum::INT:
      return MultiplyNumbers<std::int32_t>(from, count, factor, to);
    default:
      itkGenericExceptionMacro("its pixels are of a type that no dose has.");
  }
}

bool
IsOpaque(const char *    pixels,
         IOComponentEnum type,
         std::size_t     componentBytes,
         std::size_t     components,
         std::size_t     count)
{
  std::uint64_t opaque = ~std::uint64_t{ 0 };
  const float   one = 1;
  const double  oneOfDoubles = 1;
  if (type == IOComponentEnum::FLOAT)
  {
    std::memcpy(&opaque, &one, sizeof(one));
  }
  if (type == IOComponentEnum::DOUBLE)
  {
    std::memcpy(&opaque, &oneOfDoubles, sizeof(oneOfDoubles));
  }
  for (std::size_t i = 0; i < count; ++i)
  {
    if (std::memcmp(pixels + ((i + 1) * components - 1) * componentBytes, &opaque, componentBytes) != 0)
    {
      return false;
    }
  }
  return true;
}

void
MakeBits(unsigned char * values, std::size_t count)
{
  std::transform(
    values, values + count, values, [](unsigned char value) { return static_cast<unsigned char>(value == 0 ? 0 : 1); });
}

void
ClearTransparent(const char * pixels,
                 std::size_t  componentBytes,
                 std::size_t  components,
                 std::size_t  count,
                 char *       kept)
{
  const std::size_t   keptBytes = componentBytes * (components - 1);
  const std::uint64_t transparent = 0;
  for (std::size_t i = 0; i < count; ++i)
  {
    if (std::memcmp(pixels + ((i + 1) * components - 1) * componentBytes, &transparent, componentBytes) == 0)
    {
      std::memset(kept + i * keptBytes, 0, keptBytes);
    }
  }
}
} // namespace itk
