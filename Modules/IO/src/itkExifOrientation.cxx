// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkExifOrientation.h"

namespace itk
{
unsigned int
GetExifOrientation(const std::uint8_t * data, std::size_t size)
{
  if (size < 8 || data[0] != data[1] || (data[0] != 'I' && data[0] != 'M'))
  {
    return 1;
  }
  const bool isLittle = data[0] == 'I';
  // 0 beyond the end.
  const auto number = [&](std::size_t at, std::size_t bytes)
  {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes && at + bytes <= size; ++i)
    {
      value |= std::size_t{ data[at + i] } << 8 * (isLittle ? i : bytes - 1 - i);
    }
    return value;
  };
  constexpr std::size_t orientationTag = 0x0112;
  constexpr std::size_t entryBytes = 12;

  const std::size_t directory = number(4, 4);
  const std::size_t entries = number(directory, 2);
  for (std::size_t i = 0; i < entries && directory + 2 + (i + 1) * entryBytes <= size; ++i)
  {
    const std::size_t entry = directory + 2 + i * entryBytes;
    if (number(entry, 2) == orientationTag)
    {
      const std::size_t value = number(entry + 8, 2);
      return value >= 1 && value <= 8 ? static_cast<unsigned int>(value) : 1;
    }
  }
  return 1;
}
} // namespace itk
