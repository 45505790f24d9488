// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNumberConversion_h
#define itkNumberConversion_h

#include <c10/util/BFloat16.h>
#include <cstdint>
#include <cstring>

/** Conversions for hot loops of float or bfloat16, in integers, so that compilers make vectors of them. */
namespace itk
{
inline __attribute__((always_inline)) float
ToFloat(float value)
{
  return value;
}

inline __attribute__((always_inline)) float
ToFloat(c10::BFloat16 value)
{
  const std::uint32_t bits = static_cast<std::uint32_t>(value.x) << 16;
  float               number;
  std::memcpy(&number, &bits, sizeof(number));
  return number;
}

inline __attribute__((always_inline)) void
FromFloat(float value, float & result)
{
  result = value;
}

/** Rounded to the nearest, halves to even. */
inline __attribute__((always_inline)) void
FromFloat(float value, c10::BFloat16 & result)
{
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  result.x = static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
} // namespace itk

#endif
