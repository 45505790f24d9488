// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTruncatedImage.h"
#include "itk_zlib.h"
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <sstream>
#include <vector>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

std::uintmax_t
SizeOf(const fs::path & file)
{
  std::error_code error;
  const auto      size = fs::file_size(file, error);
  return error ? 0 : size;
}

/** Of the host's byte order or, swapped, of the other one. */
template <typename TNumber>
TNumber
NumberAt(const unsigned char * bytes, std::size_t position, bool isSwapped = false)
{
  std::array<unsigned char, sizeof(TNumber)> part{};
  std::copy_n(bytes + position, sizeof(TNumber), part.begin());
  if (isSwapped)
  {
    std::reverse(part.begin(), part.end());
  }
  TNumber number;
  std::memcpy(&number, part.data(), sizeof(TNumber));
  return number;
}

/** Bytes of a component; 0 for an unknown type. */
std::uintmax_t
SizeOfMetaType(const std::string & type)
{
  static const std::map<std::string, std::uintmax_t> sizes{
    { "MET_CHAR", 1 }, { "MET_UCHAR", 1 },     { "MET_SHORT", 2 },      { "MET_USHORT", 2 }, { "MET_INT", 4 },
    { "MET_UINT", 4 }, { "MET_LONG_LONG", 8 }, { "MET_ULONG_LONG", 8 }, { "MET_FLOAT", 4 },  { "MET_DOUBLE", 8 }
  };
  const auto found = sizes.find(type);
  return found == sizes.end() ? 0 : found->second;
}

bool
IsTrue(const std::string & text)
{
  return !text.empty() && std::tolower(static_cast<unsigned char>(text[0])) == 't';
}

/** The lines "Name = value" up to the one that names where the pixels are. */
std::map<std::string, std::string>
ReadMetaHeader(std::istream & stream)
{
  constexpr std::size_t              longest = 4096;
  std::map<std::string, std::string> header;
  std::string                        line;
  while (header.count("ElementDataFile") == 0 && std::getline(stream, line) && line.size() < longest)
  {
    const auto equals = line.find('=');
    if (equals == std::string::npos)
    {
      break;
    }
    const auto trimmed = [&line](std::size_t begin, std::size_t end)
    {
      constexpr const char * blank = " \t\r";
      const std::string      text = line.substr(begin, end - begin);
      const auto             first = text.find_first_not_of(blank);
      return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blank) - first + 1);
    };
    header[trimmed(0, equals)] = trimmed(equals + 1, line.size());
  }
  return header;
}

std::uintmax_t
SizeOfMetaPixels(std::map<std::string, std::string> & header)
{
  if (IsTrue(header["CompressedData"]))
  {
    return std::strtoull(header["CompressedDataSize"].c_str(), nullptr, 10);
  }
  const std::string & channels = header["ElementNumberOfChannels"];
  std::uintmax_t      bytes = SizeOfMetaType(header["ElementType"]);
  bytes *= channels.empty() ? 1 : std::strtoull(channels.c_str(), nullptr, 10);
  std::istringstream sizes(header["DimSize"]);
  for (std::uintmax_t size = 0; sizes >> size;)
  {
    bytes *= size;
  }
  return bytes;
}

bool
IsTruncatedMetaImage(const std::string & fileName)
{
  std::ifstream     stream(fileName, std::ios::binary);
  auto              header = ReadMetaHeader(stream);
  const std::string place = header["ElementDataFile"];
  const bool        isText = !header["BinaryData"].empty() && !IsTrue(header["BinaryData"]);
  if (place.empty())
  {
    return !header["ObjectType"].empty();
  }
  if (isText || place.find('%') != std::string::npos || place.rfind("LIST", 0) == 0)
  {
    return false;
  }
  const std::uintmax_t wanted = SizeOfMetaPixels(header);
  if (place == "LOCAL" || place == "Local" || place == "local")
  {
    return stream && SizeOf(fileName) - static_cast<std::uintmax_t>(stream.tellg()) < wanted;
  }
  const fs::path pixels = fs::path(fileName).parent_path() / place;
  return fs::exists(pixels) && SizeOf(pixels) < wanted;
}

/** Length of what is compressed, or of the file if it is not; less where the compressed data end early. */
std::uintmax_t
CountDecompressed(const std::string & fileName)
{
  std::uintmax_t count = 0;
  if (const gzFile file = gzopen(fileName.c_str(), "rb"))
  {
    std::vector<char> part(std::size_t{ 1 } << 18);
    for (int read = 1; read > 0; count += static_cast<std::uintmax_t>(std::max(read, 0)))
    {
      read = gzread(file, part.data(), static_cast<unsigned int>(part.size()));
    }
    gzclose(file);
  }
  return count;
}

/** What a gzip file of one member says about its length, modulo 2^32. */
std::uint32_t
ReadGzipLength(const std::string & fileName)
{
  std::array<unsigned char, 4> end{};
  std::ifstream                stream(fileName, std::ios::binary);
  stream.seekg(-4, std::ios::end);
  stream.read(reinterpret_cast<char *>(end.data()), end.size());
  return end[0] | end[1] << 8 | end[2] << 16 | static_cast<std::uint32_t>(end[3]) << 24;
}

bool
IsTruncatedNifti(const std::string & fileName, bool isCompressed)
{
  constexpr unsigned int                headerSize = 348;
  std::array<unsigned char, headerSize> header{};
  const gzFile                          file = gzopen(fileName.c_str(), "rb");
  const int read = file == nullptr ? 0 : gzread(file, header.data(), static_cast<unsigned int>(header.size()));
  gzclose(file);
  if (read != static_cast<int>(headerSize))
  {
    return true;
  }
  if (std::memcmp(header.data() + 344, "n+1", 3) != 0)
  {
    return false;
  }
  const bool     isSwapped = NumberAt<std::int32_t>(header.data(), 0) != static_cast<std::int32_t>(headerSize);
  const auto     dimension = NumberAt<std::int16_t>(header.data(), 40, isSwapped);
  std::uintmax_t bits = NumberAt<std::uint16_t>(header.data(), 72, isSwapped);
  for (std::int16_t axis = 1; axis <= std::min<std::int16_t>(dimension, 7); ++axis)
  {
    const auto size = NumberAt<std::int16_t>(header.data(), 40 + 2 * static_cast<std::size_t>(axis), isSwapped);
    bits *= static_cast<std::uintmax_t>(std::max<std::int16_t>(size, 1));
  }
  const auto           offset = NumberAt<float>(header.data(), 108, isSwapped);
  const std::uintmax_t wanted = static_cast<std::uintmax_t>(std::max(offset, 0.0f)) + bits / 8;
  if (isCompressed)
  {
    return ReadGzipLength(fileName) != static_cast<std::uint32_t>(wanted) && CountDecompressed(fileName) < wanted;
  }
  return SizeOf(fileName) < wanted;
}

std::string
ReadAll(const std::string & fileName)
{
  std::ifstream stream(fileName, std::ios::binary);
  return { std::istreambuf_iterator<char>(stream), {} };
}

/** A picture has its end after the beginning of its last scan; a thumbnail within it comes before. */
bool
IsTruncatedJpeg(const std::string & fileName)
{
  const std::string bytes = ReadAll(fileName);
  const auto        scan = bytes.rfind("\xff\xda");
  const auto        end = bytes.rfind("\xff\xd9");
  return bytes.rfind("\xff\xd8", 0) == 0 && (end == std::string::npos || (scan != std::string::npos && end < scan));
}

bool
IsTruncatedBitmap(const std::string & fileName)
{
  std::array<unsigned char, 54> header{};
  std::ifstream                 stream(fileName, std::ios::binary);
  stream.read(reinterpret_cast<char *>(header.data()), header.size());
  const bool isCompressed = NumberAt<std::uint32_t>(header.data(), 30) != 0;
  if (!stream || header[0] != 'B' || header[1] != 'M' || NumberAt<std::uint32_t>(header.data(), 14) < 40 ||
      isCompressed)
  {
    return false;
  }
  const auto           width = static_cast<std::uintmax_t>(std::abs(NumberAt<std::int32_t>(header.data(), 18)));
  const auto           height = static_cast<std::uintmax_t>(std::abs(NumberAt<std::int32_t>(header.data(), 22)));
  const std::uintmax_t bytesOfRow = (width * NumberAt<std::uint16_t>(header.data(), 28) + 31) / 32 * 4;
  return SizeOf(fileName) < NumberAt<std::uint32_t>(header.data(), 10) + bytesOfRow * height;
}

bool
EndsWith(const std::string & text, const std::string & end)
{
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}
} // namespace

bool
IsTruncatedImage(const std::string & fileName)
{
  std::string name = fileName;
  std::transform(name.begin(),
                 name.end(),
                 name.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  const auto endsWithOneOf = [&name](std::initializer_list<const char *> endings)
  { return std::any_of(endings.begin(), endings.end(), [&name](const char * end) { return EndsWith(name, end); }); };
  const bool isCompressed = EndsWith(name, ".gz");
  const bool isMeta = endsWithOneOf({ ".mha", ".mhd" });
  const bool isNifti = endsWithOneOf({ ".nii", ".nii.gz" });
  const bool isJpeg = endsWithOneOf({ ".jpg", ".jpeg" });
  const bool isBitmap = EndsWith(name, ".bmp");
  if (!fs::is_regular_file(fileName) || !(isMeta || isNifti || isJpeg || isBitmap))
  {
    return false;
  }
  return SizeOf(fileName) == 0 || (isMeta && IsTruncatedMetaImage(fileName)) ||
         (isNifti && IsTruncatedNifti(fileName, isCompressed)) || (isJpeg && IsTruncatedJpeg(fileName)) ||
         (isBitmap && IsTruncatedBitmap(fileName));
}
} // namespace itk
