// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFileLayout.h"
#include "itkDicomLayout.h"
#include "itkFileBytes.h"
#include "itkImageFileHeaderText.h"
#include "itkNiftiLayout.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

std::size_t
CountNumbers(const std::string & text)
{
  std::istringstream stream(text);
  std::size_t        count = 0;
  for (double number = 0; stream >> number; ++count)
  {}
  return count;
}

/** MetaIO loops as often as a header says. */
void
VerifyMetaImageDimension(const ImageFileHeaderText & header)
{
  constexpr std::size_t most = 10;
  const std::string     text = header.Get("NDims");
  const auto            dimension = static_cast<std::size_t>(std::max(std::atoi(text.c_str()), 0));
  if (dimension < 1 || dimension > most || CountNumbers(text) != 1)
  {
    itkGenericExceptionMacro("it is damaged: it must have 1 to " << most << " dimensions, but has " << text << '.');
  }
  if (CountNumbers(header.Get("DimSize")) != dimension)
  {
    itkGenericExceptionMacro("it is damaged: it must have " << dimension << " sizes, but has " << header.Get("DimSize")
                                                            << '.');
  }
}

/** "LIST" and names in the lines that follow the header, or a name with a number: "slice%03d.raw 1 40 1".
 * \throws ExceptionObject with a sentence, if it is neither */
std::vector<std::string>
FindPixelFiles(const std::string & fileName, const std::string & place, std::uint64_t headerEnd)
{
  std::vector<std::string> files;
  if (IsList(place))
  {
    std::ifstream stream(fileName, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(headerEnd));
    for (std::string line; std::getline(stream, line);)
    {
      if (!Trimmed(line).empty())
      {
        files.push_back(Trimmed(line));
      }
    }
    return files;
  }
  constexpr long     most = 100000;
  std::istringstream words(place);
  std::string        name;
  long               first = 0;
  long               last = 0;
  long               step = 1;
  words >> name >> first >> last;
  if (!words || !(words >> step || words.eof()) || step < 1 || first < 0 || last < first || last - first > most)
  {
    itkGenericExceptionMacro("it is damaged: the files of its pixels must be numbered, but are " << place << '.');
  }
  const auto percent = name.find('%');
  const auto letter = name.find_first_not_of("0123456789", percent + 1);
  const auto width = std::atoi(name.c_str() + percent + 1);
  if (letter == std::string::npos || name[letter] != 'd' || width > 20)
  {
    itkGenericExceptionMacro("it is damaged: the files of its pixels must be numbered, but are " << place << '.');
  }
  for (long number = first; number <= last; number += step)
  {
    std::string digits = std::to_string(number);
    digits.insert(0, std::string(static_cast<std::size_t>(std::max(width - static_cast<int>(digits.size()), 0)), '0'));
    files.push_back(name.substr(0, percent) + digits + name.substr(letter + 1));
  }
  return files;
}

/** \throws ExceptionObject with a sentence, unless there are all files, with as many bytes each */
void
VerifyPixelFiles(const std::string & fileName, const std::vector<std::string> & files, double wanted)
{
  if (files.empty())
  {
    itkGenericExceptionMacro("it is damaged: it names no files of its pixels.");
  }
  for (const std::string & name : files)
  {
    const fs::path pixels = fs::path(fileName).parent_path() / name;
    if (!fs::exists(pixels))
    {
      itkGenericExceptionMacro("its pixels must be in " << pixels.string() << ", but there is no such file.");
    }
    RequireBytes(wanted / static_cast<double>(files.size()), SizeOf(pixels));
  }
}

void
VerifyMetaImage(const std::string & fileName)
{
  const ImageFileHeaderText header = ReadMetaImageHeader(fileName);
  const std::string         place = header.Get("ElementDataFile");
  const bool                isText = HasTextPixels(header);
  if (place.empty())
  {
    itkGenericExceptionMacro("the file ends before its pixels do.");
  }
  VerifyMetaImageDimension(header);
  const double wanted = CountMetaImageBytes(header);
  if (IsInSeveralFiles(place))
  {
    const bool isPlain = !header.IsTrue("CompressedData") && !isText;
    VerifyPixelFiles(fileName, FindPixelFiles(fileName, place, header.End), isPlain ? wanted : 0);
    return;
  }
  const bool          isLocal = Lowered(place) == "local";
  const fs::path      pixels = isLocal ? fs::path(fileName) : fs::path(fileName).parent_path() / place;
  const std::uint64_t bytes = SizeOf(pixels);
  const std::uint64_t present = isLocal ? bytes - std::min(header.End, bytes) : bytes;
  if (!fs::exists(pixels))
  {
    itkGenericExceptionMacro("its pixels must be in " << pixels.string() << ", but there is no such file.");
  }
  if (isText)
  {
    // A figure and a blank at least.
    RequireBytes(2 * static_cast<double>(CountMetaImageNumbers(header)), present + 1);
  }
  else if (header.IsTrue("CompressedData"))
  {
    RequireBytes(std::atof(header.Get("CompressedDataSize").c_str()), present);
    RequireBytes(wanted, present, largestDeflateRatio);
  }
  else
  {
    RequireBytes(wanted, present);
  }
}

void
VerifyNrrd(const std::string & fileName)
{
  const ImageFileHeaderText header = ReadNrrdHeader(fileName);
  const std::string         place = header.Get("data file") + header.Get("datafile");
  const std::string         encoding = Lowered(header.Get("encoding"));
  const double              numbers = CountBytes(header.Get("sizes"), 1);
  const double              wanted = numbers * static_cast<double>(GetNrrdTypeSize(Lowered(header.Get("type"))));
  if (IsInSeveralFiles(place))
  {
    VerifyPixelFiles(fileName, FindPixelFiles(fileName, place, header.End), encoding == "raw" ? wanted : 0);
    return;
  }
  const fs::path pixels = place.empty() ? fs::path(fileName) : fs::path(fileName).parent_path() / place;
  if (!fs::exists(pixels))
  {
    itkGenericExceptionMacro("its pixels must be in " << pixels.string() << ", but there is no such file.");
  }
  const std::uint64_t bytes = SizeOf(pixels);
  const std::uint64_t present = place.empty() ? bytes - std::min(header.End, bytes) : bytes;
  if (encoding == "raw")
  {
    RequireBytes(wanted, present);
  }
  else if (encoding == "gzip" || encoding == "gz")
  {
    RequireBytes(wanted, present, largestDeflateRatio);
  }
  else if (encoding == "hex")
  {
    RequireBytes(2 * wanted, present);
  }
  else if (encoding == "text" || encoding == "txt" || encoding == "ascii")
  {
    RequireBytes(2 * numbers, present + 1);
  }
  else
  {
    itkGenericExceptionMacro("its pixels are encoded by a method that is not read here: " << encoding << '.');
  }
}

void
VerifyGipl(const std::string & fileName, bool isGzip)
{
  FileBytes bytes = ReadBeginning(fileName, 256);
  bytes.SetIsBigEndian();
  static const std::map<int, double> sizes{ { 1, 0.125 }, { 7, 1 },  { 8, 1 },  { 15, 2 }, { 16, 2 },
                                            { 31, 4 },    { 32, 4 }, { 64, 4 }, { 65, 8 } };
  const auto                         found = sizes.find(bytes.Get<std::uint16_t>(8));
  if (found == sizes.end())
  {
    return;
  }
  double wanted = found->second;
  for (std::size_t axis = 0; axis < 4; ++axis)
  {
    wanted *= std::max<double>(bytes.Get<std::uint16_t>(2 * axis), 1);
  }
  RequireStored(256 + wanted, fileName, isGzip);
}

void
VerifyMrc(const std::string & fileName)
{
  FileBytes bytes = ReadBeginning(fileName, 1024);
  if (bytes.GetSize() < 1024)
  {
    itkGenericExceptionMacro("the file ends before its pixels do.");
  }
  if (bytes.Get<std::uint8_t>(212) == 0x11)
  {
    bytes.SetIsBigEndian();
  }
  static const std::map<int, double> sizes{ { 0, 1 }, { 1, 2 }, { 2, 4 }, { 3, 4 }, { 4, 8 }, { 6, 2 }, { 16, 3 } };
  const auto                         found = sizes.find(bytes.Get<std::int32_t>(12));
  double                             wanted = found == sizes.end() ? 1 : found->second;
  for (std::size_t axis = 0; axis < 3; ++axis)
  {
    wanted *= std::max<double>(bytes.Get<std::int32_t>(4 * axis), 1);
  }
  RequireBytes(1024 + std::max<double>(bytes.Get<std::int32_t>(92), 0) + wanted, SizeOf(fileName));
}

/** Numbers between blanks from a place in the file on. */
double
CountWords(std::istream & stream)
{
  double count = 0;
  for (std::string word; stream >> word; ++count)
  {}
  return count;
}

/** Legacy VTK files of structured points with one attribute. */
void
VerifyVtk(const std::string & fileName)
{
  static const std::map<std::string, double> sizes{ { "unsigned_char", 1 },
                                                    { "char", 1 },
                                                    { "unsigned_short", 2 },
                                                    { "short", 2 },
                                                    { "unsigned_int", 4 },
                                                    { "int", 4 },
                                                    { "unsigned_long", 8 },
                                                    { "long", 8 },
                                                    { "float", 4 },
                                                    { "double", 8 },
                                                    { "vtktypeint64", 8 },
                                                    { "vtktypeuint64", 8 },
                                                    { "unsigned_long_long", 8 },
                                                    { "long_long", 8 } };
  std::ifstream                              stream(fileName, std::ios::binary);
  std::string                                line;
  std::string                                points;
  bool                                       isText = false;
  double                                     components = 0;
  std::string                                type;
  constexpr int                              mostLines = 30;
  for (int i = 0; i < mostLines && components == 0 && std::getline(stream, line); ++i)
  {
    std::istringstream words(Lowered(line));
    std::string        word;
    std::string        name;
    words >> word;
    isText = isText || word == "ascii";
    if (word == "dimensions")
    {
      std::getline(words, points);
    }
    else if (word == "scalars" && words >> name >> type)
    {
      components = 1;
      words >> components;
      components = std::max(components, 1.0);
      const auto position = stream.tellg();
      if (std::getline(stream, line) && Lowered(line).find("lookup_table") == std::string::npos)
      {
        stream.seekg(position);
      }
    }
    else if (word == "color_scalars" && words >> name >> components)
    {
      type = "unsigned_char";
    }
    else if ((word == "vectors" || word == "tensors") && words >> name >> type)
    {
      components = word == "vectors" ? 3 : 9;
    }
  }
  const auto position = stream.tellg();
  const auto size = sizes.find(type);
  if (components == 0 || points.empty() || position < 0)
  {
    itkGenericExceptionMacro("it is damaged: its header does not describe an image of structured points.");
  }
  const double        numbers = CountBytes(points, components);
  const std::uint64_t present = SizeOf(fileName) - static_cast<std::uint64_t>(position);
  if (!isText)
  {
    RequireBytes(numbers * (size == sizes.end() ? 1 : size->second), present);
    return;
  }
  RequireBytes(2 * numbers, present + 1);
  if (CountWords(stream) < numbers)
  {
    itkGenericExceptionMacro("the file ends before its pixels do.");
  }
}
} // namespace

void
VerifyImageFileLayout(const std::string & fileName, const ImageFileKind & kind)
{
  switch (kind.Format)
  {
    case ImageFileFormat::MetaImage:
      return VerifyMetaImage(fileName);
    case ImageFileFormat::Nrrd:
      return VerifyNrrd(fileName);
    case ImageFileFormat::Nifti:
    case ImageFileFormat::NiftiPair:
      return VerifyNiftiLayout(fileName, kind);
    case ImageFileFormat::Gipl:
      return VerifyGipl(fileName, kind.IsGzip);
    case ImageFileFormat::Mrc:
      return VerifyMrc(fileName);
    case ImageFileFormat::Vtk:
      return VerifyVtk(fileName);
    case ImageFileFormat::Dicom:
      VerifyDicomLayout(fileName);
      return;
    default:
      return;
  }
}
} // namespace itk
