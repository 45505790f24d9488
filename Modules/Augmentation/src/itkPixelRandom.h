// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPixelRandom_h
#define itkPixelRandom_h

#include "itkTorchRandom.h"

#if !defined(ITKTorch_HOST_DEVICE) && defined(__CUDACC__)
#  define ITKTorch_HOST_DEVICE __host__ __device__
#elif !defined(ITKTorch_HOST_DEVICE)
#  define ITKTorch_HOST_DEVICE
#endif

namespace itk
{
/** Random numbers of pixels: four words for each, a pure function of a key, the pixel's index and a channel. */
struct PixelRandomKey
{
  std::uint32_t First{ 0 };
  std::uint32_t Second{ 0 };
};

inline PixelRandomKey
TakePixelRandomKey(TorchRandom & random)
{
  PixelRandomKey key;
  key.First = random.Bits();
  key.Second = random.Bits();
  return key;
}

/** Replaces x, y, z, channel by the words of TorchRandom::Philox(), which device code cannot call. */
ITKTorch_HOST_DEVICE inline void
MakePixelRandomWords(std::uint32_t * words, PixelRandomKey key)
{
  for (int round = 0; round < 10; ++round)
  {
    const std::uint64_t product0 = std::uint64_t{ 0xD2511F53u } * words[0];
    const std::uint64_t product1 = std::uint64_t{ 0xCD9E8D57u } * words[2];
    words[0] = static_cast<std::uint32_t>(product1 >> 32) ^ words[1] ^ key.First;
    words[1] = static_cast<std::uint32_t>(product1);
    words[2] = static_cast<std::uint32_t>(product0 >> 32) ^ words[3] ^ key.Second;
    words[3] = static_cast<std::uint32_t>(product0);
    key.First += 0x9E3779B9u;
    key.Second += 0xBB67AE85u;
  }
}

/** In (0, 1): the middle of one of 2^23 equal intervals, all of which float holds. */
ITKTorch_HOST_DEVICE inline float
ToUniform(std::uint32_t word)
{
  return (static_cast<float>(static_cast<std::int32_t>(word >> 9)) + 0.5f) * 0x1p-23f;
}
} // namespace itk

#endif
