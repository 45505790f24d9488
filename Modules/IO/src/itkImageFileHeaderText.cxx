// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFileHeaderText.h"
#include "itkFileBytes.h"
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

constexpr std::size_t longestLine = 1u << 16;

std::uint64_t
GetMetaImageTypeSize(const std::string & type)
{
  static const std::map<std::string, std::uint64_t> sizes{
    { "MET_CHAR", 1 },      { "MET_UCHAR", 1 },      { "MET_SHORT", 2 }, { "MET_USHORT", 2 },
    { "MET_INT", 4 },       { "MET_UINT", 4 },       { "MET_LONG", 4 },  { "MET_ULONG", 4 },
    { "MET_LONG_LONG", 8 }, { "MET_ULONG_LONG", 8 }, { "MET_FLOAT", 4 }, { "MET_DOUBLE", 8 }
  };
  const auto found = sizes.find(type);
  return found == sizes.end() ? 0 : found->second;
}
} // namespace

std::string
Trimmed(const std::string & text)
{
  constexpr const char * blank = " \t\r";
  const auto             first = text.find_first_not_of(blank);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string
Lowered(std::string text)
{
  std::transform(text.begin(),
                 text.end(),
                 text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

double
CountBytes(const std::string & sizes, double bytesOfPixel)
{
  std::istringstream stream(sizes);
  for (double size = 0; stream >> size; bytesOfPixel *= size)
  {
    if (!(size >= 1))
    {
      itkGenericExceptionMacro("it is damaged: its sizes must be at least 1, but are " << Trimmed(sizes) << '.');
    }
  }
  return bytesOfPixel;
}

double
CountMetaImageBytes(const ImageFileHeaderText & header)
{
  const std::string channels = header.Get("ElementNumberOfChannels");
  return CountBytes(header.Get("DimSize"),
                    static_cast<double>(GetMetaImageTypeSize(header.Get("ElementType"))) *
                      (channels.empty() ? 1.0 : std::atof(channels.c_str())));
}

std::uint64_t
CountMetaImageNumbers(const ImageFileHeaderText & header)
{
  const std::string channels = header.Get("ElementNumberOfChannels");
  return static_cast<std::uint64_t>(
    CountBytes(header.Get("DimSize"), channels.empty() ? 1.0 : std::atof(channels.c_str())));
}

bool
IsList(const std::string & place)
{
  return place == "LIST" || place.rfind("LIST ", 0) == 0;
}

bool
IsInSeveralFiles(const std::string & place)
{
  return place.find('%') != std::string::npos || IsList(place);
}

std::uint64_t
GetNrrdTypeSize(const std::string & type)
{
  static const std::map<std::string, std::uint64_t> sizes{
    { "signed char", 1 },
    { "int8", 1 },
    { "int8_t", 1 },
    { "uchar", 1 },
    { "unsigned char", 1 },
    { "uint8", 1 },
    { "uint8_t", 1 },
    { "short", 2 },
    { "short int", 2 },
    { "signed short", 2 },
    { "signed short int", 2 },
    { "int16", 2 },
    { "int16_t", 2 },
    { "ushort", 2 },
    { "unsigned short", 2 },
    { "unsigned short int", 2 },
    { "uint16", 2 },
    { "uint16_t", 2 },
    { "int", 4 },
    { "signed int", 4 },
    { "int32", 4 },
    { "int32_t", 4 },
    { "uint", 4 },
    { "unsigned int", 4 },
    { "uint32", 4 },
    { "uint32_t", 4 },
    { "float", 4 },
    { "double", 8 },
    { "longlong", 8 },
    { "long long", 8 },
    { "long long int", 8 },
    { "signed long long", 8 },
    { "signed long long int", 8 },
    { "int64", 8 },
    { "int64_t", 8 },
    { "ulonglong", 8 },
    { "unsigned long long", 8 },
    { "unsigned long long int", 8 },
    { "uint64", 8 },
    { "uint64_t", 8 },
  };
  const auto found = sizes.find(type);
  if (found == sizes.end())
  {
    itkGenericExceptionMacro("its numbers are of a type that is not read here: " << type << '.');
  }
  return found->second;
}

std::string
ImageFileHeaderText::Get(const std::string & name) const
{
  const auto found = Fields.find(name);
  return found == Fields.end() ? "" : found->second;
}

bool
ImageFileHeaderText::IsTrue(const std::string & name) const
{
  const std::string text = this->Get(name);
  return !text.empty() && std::tolower(static_cast<unsigned char>(text[0])) == 't';
}

bool
HasTextPixels(const ImageFileHeaderText & header)
{
  return !header.Get("BinaryData").empty() && !header.IsTrue("BinaryData");
}

ImageFileHeaderText
ReadMetaImageHeader(const std::string & fileName)
{
  ImageFileHeaderText header;
  std::ifstream       stream(fileName, std::ios::binary);
  std::string         line;
  while (header.Fields.count("ElementDataFile") == 0 && std::getline(stream, line) && line.size() < longestLine)
  {
    const auto equals = line.find('=');
    if (equals == std::string::npos)
    {
      break;
    }
    header.Fields[Trimmed(line.substr(0, equals))] = Trimmed(line.substr(equals + 1));
  }
  header.End = stream ? static_cast<std::uint64_t>(stream.tellg()) : SizeOf(fileName);
  return header;
}

ImageFileHeaderText
ReadNrrdHeader(const std::string & fileName)
{
  ImageFileHeaderText header;
  std::ifstream       stream(fileName, std::ios::binary);
  std::string         line;
  while (std::getline(stream, line) && line.size() < longestLine && !Trimmed(line).empty())
  {
    const auto colon = line.find(':');
    if (line[0] == '#' || colon == std::string::npos)
    {
      continue;
    }
    // Key-value pairs have ":=".
    const bool isPair = colon + 1 < line.size() && line[colon + 1] == '=';
    header.Fields[isPair ? line.substr(0, colon) : Lowered(Trimmed(line.substr(0, colon)))] =
      Trimmed(line.substr(colon + (isPair ? 2 : 1)));
    if (IsList(header.Get("data file") + header.Get("datafile")))
    {
      break;
    }
  }
  header.End = stream ? static_cast<std::uint64_t>(stream.tellg()) : SizeOf(fileName);
  return header;
}

namespace
{
/** Without what says how the pixels are compressed and where they are. */
std::string
MakePlainHeader(const std::string & fileName, bool isMetaImage)
{
  std::ifstream stream(fileName, std::ios::binary);
  std::string   header;
  std::string   line;
  while (std::getline(stream, line) && line.size() < longestLine)
  {
    const std::string name = Lowered(Trimmed(line.substr(0, line.find_first_of("=:"))));
    if (isMetaImage && name == "elementdatafile")
    {
      return header + "ElementDataFile = LOCAL\n";
    }
    if (!isMetaImage && Trimmed(line).empty())
    {
      break;
    }
    const bool isOfStorage = name == "compresseddata" || name == "compresseddatasize" || name == "encoding" ||
                             name == "data file" || name == "datafile" || name == "headersize";
    header += isOfStorage ? "" : line + '\n';
  }
  return header + "encoding: raw\n\n";
}

/** \return no bytes for pixels in several files */
CompressedPixels
MakeCompressedPixels(const std::string & fileName,
                     const std::string & place,
                     std::uint64_t       headerEnd,
                     double              bytes,
                     bool                isMetaImage)
{
  CompressedPixels pixels;
  if (!IsInSeveralFiles(place))
  {
    pixels.File = place.empty() ? fileName : (fs::path(fileName).parent_path() / place).string();
    pixels.Offset = place.empty() ? headerEnd : 0;
    pixels.Header = MakePlainHeader(fileName, isMetaImage);
    pixels.Bytes = static_cast<std::uint64_t>(bytes);
  }
  return pixels;
}
} // namespace

CompressedPixels
FindCompressedPixels(const std::string & fileName, const ImageFileKind & kind)
{
  if (kind.Format == ImageFileFormat::MetaImage)
  {
    const auto        header = ReadMetaImageHeader(fileName);
    const std::string place = header.Get("ElementDataFile");
    if (header.IsTrue("CompressedData"))
    {
      return MakeCompressedPixels(
        fileName, Lowered(place) == "local" ? "" : place, header.End, CountMetaImageBytes(header), true);
    }
  }
  if (kind.Format == ImageFileFormat::Nrrd)
  {
    const auto        header = ReadNrrdHeader(fileName);
    const std::string encoding = Lowered(header.Get("encoding"));
    // Lines and bytes are skipped in what is compressed, or before it.
    const bool isSkipped =
      !(header.Get("line skip") + header.Get("lineskip") + header.Get("byte skip") + header.Get("byteskip")).empty();
    if ((encoding == "gzip" || encoding == "gz") && !isSkipped)
    {
      return MakeCompressedPixels(fileName,
                                  header.Get("data file") + header.Get("datafile"),
                                  header.End,
                                  CountBytes(header.Get("sizes"), 1) *
                                    static_cast<double>(GetNrrdTypeSize(Lowered(header.Get("type")))),
                                  false);
    }
  }
  return {};
}
} // namespace itk
