// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyRows.h"
#include "itkTorchTargetClones.h"
#include <cstring>
#include <type_traits>

#define ITKTorch_INLINE inline __attribute__((always_inline))

namespace itk
{
namespace
{
/** Eight bytes of 0 or 1 as eight bits, the first one lowest. */
ITKTorch_INLINE std::uint64_t
                PackBytes(std::uint64_t bytes)
{
  return (bytes * 0x0102040810204080u) >> 56;
}

/** Up to 64 pixels as codes: bit 0 weak, bit 1 strong. */
template <typename T>
ITKTorch_INLINE void
ClassifyRow(std::int64_t count, const T * suppressed, T lower, T upper, std::uint64_t * weak, std::uint64_t * strong)
{
  for (std::int64_t start = 0; start < count; start += 64)
  {
    unsigned char      codes[64] = {};
    const std::int64_t length = count - start < 64 ? count - start : 64;
    const T * const    values = suppressed + start;
    const auto         classify = [&](int i)
    {
      const auto isWeak = static_cast<unsigned char>(values[i] > lower);
      const auto isStrong = static_cast<unsigned char>(static_cast<float>(values[i]) > upper);
      codes[i] = static_cast<unsigned char>(isWeak | 2 * isStrong);
    };
    if (length == 64)
    {
      for (int i = 0; i < 64; ++i)
      {
        classify(i);
      }
    }
    else
    {
      for (int i = 0; i < length; ++i)
      {
        classify(i);
      }
    }
    std::uint64_t weakWord = 0;
    std::uint64_t strongWord = 0;
    for (int byte = 0; byte < 8; ++byte)
    {
      std::uint64_t eight;
      std::memcpy(&eight, codes + 8 * byte, sizeof(eight));
      weakWord |= PackBytes(eight & 0x0101010101010101u) << (8 * byte);
      strongWord |= PackBytes((eight >> 1) & 0x0101010101010101u) << (8 * byte);
    }
    weak[start / 64] = weakWord;
    strong[start / 64] = strongWord;
  }
}

template <typename T>
ITKTorch_INLINE bool
AreAllFinite(std::int64_t count, const T * pixels)
{
  // An exponent of ones alone; integers, because sums of T may not be reordered.
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr Bits exponent = sizeof(T) == 4 ? Bits{ 0x7f800000u } : static_cast<Bits>(0x7ff0000000000000u);
  Bits           isOther = 0;
  for (std::int64_t x = 0; x < count; ++x)
  {
    Bits bits;
    std::memcpy(&bits, pixels + x, sizeof(bits));
    isOther |= static_cast<Bits>((bits & exponent) == exponent);
  }
  return isOther == 0;
}

template <typename T>
ITKTorch_INLINE void
ExpandRow(std::int64_t count, const std::uint64_t * bits, T * pixels)
{
  for (std::int64_t start = 0; start < count; start += 64)
  {
    const std::uint64_t word = bits[start / 64];
    const int           length = static_cast<int>(count - start < 64 ? count - start : 64);
    for (int i = 0; i < length; ++i)
    {
      pixels[start + i] = T{ 0 };
    }
    for (std::uint64_t rest = word; rest != 0; rest &= rest - 1)
    {
      pixels[start + __builtin_ctzll(rest)] = T{ 1 };
    }
  }
}
} // namespace

#define ITKTorch_CANNY_BITS(T)                                                                                         \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void ClassifyPixels<T>(                                                                       \
    std::int64_t count, const T * suppressed, T lower, T upper, std::uint64_t * weak, std::uint64_t * strong)          \
  {                                                                                                                    \
    ClassifyRow(count, suppressed, lower, upper, weak, strong);                                                        \
  }                                                                                                                    \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES bool AreFinite<T>(std::int64_t count, const T * pixels)                                       \
  {                                                                                                                    \
    return AreAllFinite(count, pixels);                                                                                \
  }                                                                                                                    \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void ExpandBits<T>(std::int64_t count, const std::uint64_t * bits, T * pixels)                \
  {                                                                                                                    \
    ExpandRow(count, bits, pixels);                                                                                    \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

ITKTorch_CANNY_BITS(float);
ITKTorch_CANNY_BITS(double);
} // namespace itk
