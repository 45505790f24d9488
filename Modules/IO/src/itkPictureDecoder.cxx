// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPictureDecoder.h"

namespace itk
{
std::size_t
GetSampleSize(IOComponentEnum type)
{
  switch (type)
  {
    case IOComponentEnum::UCHAR:
    case IOComponentEnum::CHAR:
      return 1;
    case IOComponentEnum::USHORT:
    case IOComponentEnum::SHORT:
      return 2;
    case IOComponentEnum::UINT:
    case IOComponentEnum::INT:
    case IOComponentEnum::FLOAT:
      return 4;
    default:
      return 8;
  }
}

void
VerifyDecodedSize(const PictureHeader & header, std::uintmax_t bytes, std::uintmax_t largestRatio)
{
  // In real numbers, which do not overflow.
  double bits = static_cast<double>(header.Samples) * header.BitsPerSample;
  for (const std::size_t size : header.Size)
  {
    bits *= static_cast<double>(size);
  }
  if (bits / 8 > static_cast<double>(bytes) * static_cast<double>(largestRatio))
  {
    itkGenericExceptionMacro("it promises " << header.Size[0] << " x " << header.Size[1] << " x " << header.Size[2]
                                            << " pixels, more than its " << bytes << " bytes can hold.");
  }
}

namespace
{
template <typename TNumber>
void
Unpack(const std::uint8_t * packed, unsigned int bits, std::size_t count, TNumber * numbers)
{
  std::uint64_t       held = 0;
  unsigned int        heldBits = 0;
  const std::uint64_t mask = (std::uint64_t{ 1 } << bits) - 1;
  for (std::size_t i = 0; i < count; ++i)
  {
    for (; heldBits < bits; heldBits += 8)
    {
      held = held << 8 | *packed++;
    }
    heldBits -= bits;
    numbers[i] = static_cast<TNumber>(held >> heldBits & mask);
  }
}
} // namespace

void
UnpackSamples(const std::uint8_t * packed, unsigned int bits, std::size_t count, void * numbers)
{
  bits <= 8    ? Unpack(packed, bits, count, static_cast<std::uint8_t *>(numbers))
  : bits <= 16 ? Unpack(packed, bits, count, static_cast<std::uint16_t *>(numbers))
               : Unpack(packed, bits, count, static_cast<std::uint32_t *>(numbers));
}
} // namespace itk
