// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkFileBytes.h"
#include "itkMacro.h"
#include "itk_zlib.h"
#include <fstream>

namespace itk
{
FileBytes
ReadBeginning(const std::string & fileName, std::size_t count)
{
  std::vector<std::uint8_t> bytes(count);
  int                       read = 0;
  if (const gzFile file = gzopen(fileName.c_str(), "rb"))
  {
    read = gzread(file, bytes.data(), static_cast<unsigned int>(count));
    gzclose(file);
  }
  bytes.resize(static_cast<std::size_t>(std::max(read, 0)));
  return FileBytes(std::move(bytes));
}

std::uint32_t
GetGzipLength(const std::string & fileName)
{
  std::array<unsigned char, 4> end{};
  std::ifstream                stream(fileName, std::ios::binary);
  stream.seekg(-4, std::ios::end);
  stream.read(reinterpret_cast<char *>(end.data()), end.size());
  return end[0] | end[1] << 8 | end[2] << 16 | static_cast<std::uint32_t>(end[3]) << 24;
}

std::uint64_t
CountDecompressed(const std::string & fileName, std::uint64_t most)
{
  std::uint64_t count = 0;
  if (const gzFile file = gzopen(fileName.c_str(), "rb"))
  {
    std::vector<char> part(std::size_t{ 1 } << 18);
    for (int read = 1; read > 0 && count < most; count += static_cast<std::uint64_t>(std::max(read, 0)))
    {
      read = gzread(file, part.data(), static_cast<unsigned int>(part.size()));
    }
    gzclose(file);
  }
  return std::min(count, most);
}

std::uint64_t
SizeOf(const std::filesystem::path & file)
{
  std::error_code error;
  const auto      size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

void
RequireBytes(double wanted, std::uint64_t present, double largestRatio)
{
  if (wanted <= static_cast<double>(present) * largestRatio)
  {
    return;
  }
  if (wanted > 64.0 * static_cast<double>(present) * largestRatio)
  {
    itkGenericExceptionMacro("it promises " << wanted << " bytes of pixels, more than its " << present
                                            << " bytes can hold.");
  }
  itkGenericExceptionMacro("the file ends before its pixels do.");
}

void
RequireStored(double wanted, const std::string & fileName, bool isGzip)
{
  RequireBytes(wanted, SizeOf(fileName), isGzip ? largestDeflateRatio : 1);
  if (isGzip && wanted < 4294967296.0 && GetGzipLength(fileName) != static_cast<std::uint32_t>(wanted) &&
      static_cast<double>(CountDecompressed(fileName, static_cast<std::uint64_t>(wanted))) < wanted)
  {
    itkGenericExceptionMacro("the file ends before its pixels do.");
  }
}
} // namespace itk
