// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPixelSetTestHelpers_h
#define itkPixelSetTestHelpers_h

#include "itkPixelSet.h"

namespace itk
{
namespace Test
{
/** Pixels along x, y, … */
using Size = std::vector<std::int64_t>;

/** Labels as a tensor that shares them. */
template <typename TLabel>
TorchTensor
AsTensor(std::vector<TLabel> & labels, const Size & size)
{
  return TorchTensor::FromPixels(labels.data(), GetTorchComponentType<TLabel>(), size, 1);
}

inline PixelSet
MakeSet(const Size & size, std::vector<std::uint8_t> pixels)
{
  return PixelSet::FromMask(AsTensor(pixels, size));
}

inline std::vector<std::uint8_t>
BytesOf(const PixelSet & set)
{
  return { set.GetBytes(), set.GetBytes() + set.GetNumberOfImagePixels() };
}
} // namespace Test
} // namespace itk

#endif
