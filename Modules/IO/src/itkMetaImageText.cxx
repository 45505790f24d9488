// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMetaImageText.h"
#include "itkImageFileHeaderText.h"
#include "itkMacro.h"
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace itk
{
namespace
{
/** \return false at the end, or at what is no number of this type */
template <typename TNumber>
bool
TakeNumber(std::istream & stream, std::string & bytes)
{
  std::string word;
  if (!(stream >> word))
  {
    return false;
  }
  char *  end = nullptr;
  TNumber number;
  if constexpr (std::is_floating_point_v<TNumber>)
  {
    number = static_cast<TNumber>(std::strtod(word.c_str(), &end));
  }
  else if constexpr (std::is_signed_v<TNumber>)
  {
    number = static_cast<TNumber>(std::strtoll(word.c_str(), &end, 10));
  }
  else
  {
    number = static_cast<TNumber>(std::strtoull(word.c_str(), &end, 10));
  }
  bytes.append(reinterpret_cast<const char *>(&number), sizeof(number));
  return *end == '\0';
}

using Taker = bool (*)(std::istream &, std::string &);

Taker
FindTaker(const std::string & type)
{
  static const std::map<std::string, Taker> takers{ { "MET_CHAR", &TakeNumber<std::int8_t> },
                                                    { "MET_UCHAR", &TakeNumber<std::uint8_t> },
                                                    { "MET_SHORT", &TakeNumber<std::int16_t> },
                                                    { "MET_USHORT", &TakeNumber<std::uint16_t> },
                                                    { "MET_INT", &TakeNumber<std::int32_t> },
                                                    { "MET_UINT", &TakeNumber<std::uint32_t> },
                                                    { "MET_LONG", &TakeNumber<std::int32_t> },
                                                    { "MET_ULONG", &TakeNumber<std::uint32_t> },
                                                    { "MET_LONG_LONG", &TakeNumber<std::int64_t> },
                                                    { "MET_ULONG_LONG", &TakeNumber<std::uint64_t> },
                                                    { "MET_FLOAT", &TakeNumber<float> },
                                                    { "MET_DOUBLE", &TakeNumber<double> } };
  const auto                                found = takers.find(type);
  if (found == takers.end())
  {
    itkGenericExceptionMacro("it is damaged: its numbers are of the type " << type << '.');
  }
  return found->second;
}

bool
IsBigEndian()
{
  const std::uint16_t one = 1;
  return *reinterpret_cast<const char *>(&one) == 0;
}
} // namespace

std::string
MakeBinaryMetaImage(const std::string & fileName)
{
  const ImageFileHeaderText header = ReadMetaImageHeader(fileName);
  const std::string         place = header.Get("ElementDataFile");
  const bool                isLocal = place == "LOCAL" || place == "Local" || place == "local";
  std::string               bytes;
  std::string               rest;
  for (const auto & [name, value] : header.Fields)
  {
    const bool isOfStorage = name.find("Binary") == 0 || name.find("ByteOrder") != std::string::npos ||
                             name.find("Compressed") == 0 || name == "HeaderSize" || name == "ElementDataFile" ||
                             name == "ElementType" || name == "NDims";
    rest += isOfStorage ? "" : name + " = " + value + '\n';
  }
  // MetaIO wants the dimension before what depends on it.
  bytes = "NDims = " + header.Get("NDims") +
          "\nBinaryData = True\nBinaryDataByteOrderMSB = " + (IsBigEndian() ? "True" : "False") + '\n' + rest +
          "ElementType = " + header.Get("ElementType") + "\nElementDataFile = LOCAL\n";

  std::ifstream stream(isLocal ? fileName : (std::filesystem::path(fileName).parent_path() / place).string(),
                       std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(isLocal ? header.End : 0));
  const Taker         take = FindTaker(header.Get("ElementType"));
  const std::uint64_t wanted = CountMetaImageNumbers(header);
  for (std::uint64_t i = 0; i < wanted; ++i)
  {
    if (!take(stream, bytes))
    {
      itkGenericExceptionMacro("it must hold " << wanted << " numbers, but number " << i + 1 << " is missing.");
    }
  }
  return bytes;
}
} // namespace itk
