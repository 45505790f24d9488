// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkFormatCorrections.h"
#include "itkDicomLayout.h"
#include "itkFileBytes.h"
#include "itkImageFileHeaderText.h"
#include "itkMetaDataObject.h"
#include "itkTiffPages.h"
#include <cstdlib>
#include <sstream>

namespace itk
{
namespace
{
constexpr double millimetersOfAngstrom = 1e-7;

/** The first of several texts in quotation marks. */
std::string
GetFirstQuoted(const std::string & text)
{
  const auto begin = text.find('"');
  const auto end = begin == std::string::npos ? begin : text.find('"', begin + 1);
  return end == std::string::npos ? "" : text.substr(begin + 1, end - begin - 1);
}

/** A unit that is not known, such as "pixel", leaves lengths as they are. */
double
GetNrrdUnit(const ImageFileHeaderText & header)
{
  const std::string unit =
    GetFirstQuoted(header.Get("space units").empty() ? header.Get("units") : header.Get("space units"));
  const double factor = unit == "m" ? 1000 : unit == "cm" ? 10 : GetLengthInMillimeters(unit);
  return factor > 0 ? factor : 1;
}

/** ITK turns left to right in place of anterior to posterior. */
void
TurnLeftAnteriorSuperior(ImageIOBase & io)
{
  const unsigned int dimension = io.GetNumberOfDimensions();
  io.SetOrigin(0, -io.GetOrigin(0));
  io.SetOrigin(1, -io.GetOrigin(1));
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    auto direction = io.GetDirection(axis);
    direction[0] = -direction[0];
    direction[1] = -direction[1];
    io.SetDirection(axis, direction);
  }
}

void
CorrectNrrd(ImageIOBase & io, const std::string & fileName)
{
  const auto        header = ReadNrrdHeader(fileName);
  const std::string space = header.Get("space");
  const bool        isTurned =
    space == "left-anterior-superior" || space == "LAS" || space == "left-anterior-superior-time" || space == "LAST";
  if (isTurned && io.GetNumberOfDimensions() >= 3)
  {
    TurnLeftAnteriorSuperior(io);
  }
  ScaleLengths(io, GetNrrdUnit(header));
}

std::string
GetDicomText(const ImageIOBase & io, const char * tag)
{
  std::string text;
  ExposeMetaData<std::string>(io.GetMetaDataDictionary(), tag, text);
  return text;
}

/** Numbers between backslashes. */
std::vector<double>
GetDicomNumbers(const ImageIOBase & io, const char * tag)
{
  std::istringstream  stream(GetDicomText(io, tag));
  std::vector<double> numbers;
  for (std::string number; std::getline(stream, number, '\\');)
  {
    numbers.push_back(std::atof(number.c_str()));
  }
  return numbers;
}

bool
IsAtOrigin(const ImageIOBase & io)
{
  for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
  {
    const auto direction = io.GetDirection(axis);
    for (unsigned int i = 0; i < direction.size(); ++i)
    {
      if (direction[i] != (i == axis ? 1.0 : 0.0) || io.GetOrigin(axis) != 0)
      {
        return false;
      }
    }
  }
  return true;
}

/** GDCM looks for the place and the spacing of a secondary capture elsewhere than its writers put them, and gives a
 * single slice no thickness. */
void
CorrectDicom(ImageIOBase & io)
{
  const auto spacing = GetDicomNumbers(io, "0028|0030");
  if (io.GetSpacing(0) == 1 && io.GetSpacing(1) == 1 && spacing.size() == 2 && spacing[0] > 0 && spacing[1] > 0)
  {
    io.SetSpacing(0, spacing[1]);
    io.SetSpacing(1, spacing[0]);
  }
  const auto thickness = GetDicomNumbers(io, "0018|0050");
  if (io.GetNumberOfDimensions() == 3 && io.GetDimensions(2) == 1 && io.GetSpacing(2) == 1 && !thickness.empty() &&
      thickness[0] > 0)
  {
    io.SetSpacing(2, thickness[0]);
  }
  const auto origin = GetDicomNumbers(io, "0020|0032");
  const auto axes = GetDicomNumbers(io, "0020|0037");
  if (io.GetNumberOfDimensions() != 3 || !IsAtOrigin(io) || origin.size() != 3 || axes.size() != 6)
  {
    return;
  }
  const std::vector<double> row(axes.begin(), axes.begin() + 3);
  const std::vector<double> column(axes.begin() + 3, axes.end());
  io.SetDirection(0, row);
  io.SetDirection(1, column);
  io.SetDirection(2,
                  { row[1] * column[2] - row[2] * column[1],
                    row[2] * column[0] - row[0] * column[2],
                    row[0] * column[1] - row[1] * column[0] });
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    io.SetOrigin(axis, origin[axis]);
  }
}

bool
StatesSpacing(const ImageIOBase & io, const std::string & fileName)
{
  const bool isInText = !GetDicomText(io, "0028|0030").empty() || !GetDicomText(io, "0018|1164").empty() ||
                        !GetDicomText(io, "0018|2010").empty();
  const bool isOne = io.GetSpacing(0) == 1 && io.GetSpacing(1) == 1;
  return isInText || !isOne || ReadDicomHeader(fileName).StatesSpacing;
}

bool
HasCellSize(const std::string & fileName)
{
  const FileBytes bytes = ReadBeginning(fileName, 52);
  return bytes.Get<std::uint32_t>(40) != 0 || bytes.Get<std::uint32_t>(44) != 0;
}
} // namespace

void
ScaleLengths(ImageIOBase & io, double factor)
{
  for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
  {
    io.SetSpacing(axis, io.GetSpacing(axis) * factor);
    io.SetOrigin(axis, io.GetOrigin(axis) * factor);
  }
}

void
CorrectGeometry(ImageIOBase & io, const std::string & fileName, ImageFileFormat format)
{
  switch (format)
  {
    case ImageFileFormat::Nrrd:
      return CorrectNrrd(io, fileName);
    case ImageFileFormat::Mrc:
      return ScaleLengths(io, HasCellSize(fileName) ? millimetersOfAngstrom : 1);
    case ImageFileFormat::Dicom:
      return CorrectDicom(io);
    default:
      return;
  }
}

std::string
GetSpacingSource(const ImageIOBase & io, const std::string & fileName, ImageFileFormat format)
{
  switch (format)
  {
    case ImageFileFormat::MetaImage:
    {
      const auto header = ReadMetaImageHeader(fileName);
      return header.Get("ElementSpacing").empty() && header.Get("ElementSize").empty() ? "" : "MetaImage";
    }
    case ImageFileFormat::Nrrd:
    {
      const auto header = ReadNrrdHeader(fileName);
      return header.Get("spacings").empty() && header.Get("space directions").empty() ? "" : "NRRD";
    }
    case ImageFileFormat::Dicom:
      return StatesSpacing(io, fileName) ? "DICOM" : "";
    case ImageFileFormat::Mrc:
      return HasCellSize(fileName) ? "MRC" : "";
    case ImageFileFormat::Other:
      return io.GetNameOfClass();
    default:
      return GetImageFormatName(format);
  }
}

double
GetPixelFactor(const ImageIOBase & io, ImageFileFormat format)
{
  const std::string text = format == ImageFileFormat::Dicom ? GetDicomText(io, "3004|000e") : "";
  const bool        isWhole =
    io.GetComponentType() != IOComponentEnum::FLOAT && io.GetComponentType() != IOComponentEnum::DOUBLE;
  const double factor = std::atof(text.c_str());
  return isWhole && factor > 0 ? factor : 1;
}
} // namespace itk
