// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchRandom_h
#define itkTorchRandom_h

#include "ITKTorchCommonExport.h"
#include <array>
#include <cmath>
#include <cstdint>

namespace itk
{
/** \class TorchRandom
 * \brief Counter-based random numbers: a pure function of (seed, epoch, sample, position).
 *
 * The stream of one sample does not depend on the device, on the number of threads, or on what was drawn for other
 * samples. Generator: Philox4x32-10.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 * \ingroup ITKTorchCommon
 */
class ITKTorchCommon_EXPORT TorchRandom
{
public:
  using CounterType = std::array<std::uint32_t, 4>;
  using KeyType = std::array<std::uint32_t, 2>;

  /** The stream of `sample` in `epoch`.
   * \param stream separates uses that share the other three (crop places, noise, …) */
  explicit TorchRandom(std::uint64_t seed, std::uint32_t epoch = 0, std::uint32_t sample = 0, std::uint32_t stream = 0)
    : m_Counter{ { 0, stream, sample, epoch } }
    , m_Key{ { static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32) } }
  {}

  /** Ten rounds of Philox4x32. */
  static CounterType
  Philox(CounterType counter, KeyType key)
  {
    for (int round = 0; round < 10; ++round)
    {
      const std::uint64_t product0 = std::uint64_t{ 0xD2511F53u } * counter[0];
      const std::uint64_t product1 = std::uint64_t{ 0xCD9E8D57u } * counter[2];
      counter = { { static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
                    static_cast<std::uint32_t>(product1),
                    static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
                    static_cast<std::uint32_t>(product0) } };
      key[0] += 0x9E3779B9u;
      key[1] += 0xBB67AE85u;
    }
    return counter;
  }

  /** 32 random bits. */
  std::uint32_t
  Bits()
  {
    if (m_Used == 4)
    {
      m_Block = Philox(m_Counter, m_Key);
      ++m_Counter[0];
      m_Used = 0;
    }
    return m_Block[m_Used++];
  }

  /** In [0, 1), a multiple of 2^-53. */
  double
  Uniform()
  {
    const std::uint64_t high = Bits();
    const std::uint64_t low = Bits();
    return static_cast<double>((high << 21) | (low >> 11)) * 0x1p-53;
  }

  double
  Uniform(double lower, double upper)
  {
    return lower + (upper - lower) * Uniform();
  }

  /** One of 0 … count − 1; `count` is at least 1. */
  std::uint32_t
  Integer(std::uint32_t count)
  {
    return static_cast<std::uint32_t>((std::uint64_t{ Bits() } * count) >> 32);
  }

  /** Standard normal, by Box and Muller's transform. */
  double
  Normal()
  {
    constexpr double pi = 3.14159265358979323846;
    const double     radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
    return radius * std::cos(2.0 * pi * Uniform());
  }

private:
  CounterType  m_Counter;
  KeyType      m_Key;
  CounterType  m_Block{};
  unsigned int m_Used{ 4 };
};
} // namespace itk

#endif
