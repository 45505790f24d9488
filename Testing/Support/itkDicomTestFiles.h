// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDicomTestFiles_h
#define itkDicomTestFiles_h

#include "itkFolderTest.h"
#include <array>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace itk
{
namespace Test
{
/** A slice of 4 × 3 pixels of 16 bits, or what is said of it instead. */
struct DicomSlice
{
  std::string         Series{ "1.2.3" };
  std::string         Instance;
  std::string         Number{ "1" };
  std::string         Description;
  std::string         Modality{ "CT" };
  std::string         Photometric{ "MONOCHROME2" };
  std::string         Thickness;
  std::string         Slope;
  std::string         Intercept;
  std::size_t         Columns{ 4 };
  std::size_t         Rows{ 3 };
  unsigned int        BitsAllocated{ 16 };
  unsigned int        BitsStored{ 16 };
  bool                IsSigned{ false };
  std::vector<double> Position{ 0, 0, 0 };
  std::vector<double> Orientation{ 1, 0, 0, 0, 1, 0 };
  /** Of rows, then of columns. */
  std::vector<double>        PixelSpacing{ 0.75, 0.5 };
  std::vector<std::uint16_t> Pixels = std::vector<std::uint16_t>(12);
};

inline std::string
PrintDicomNumbers(const std::vector<double> & numbers)
{
  std::ostringstream text;
  text.precision(12);
  for (std::size_t i = 0; i < numbers.size(); ++i)
  {
    text << (i == 0 ? "" : "\\") << numbers[i];
  }
  return text.str();
}

/** An element in explicit little-endian form. */
inline std::string
MakeDicomElement(std::uint32_t tag, const std::string & kind, std::string value)
{
  const auto number = [](std::size_t of, std::size_t bytes)
  {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i)
    {
      text += static_cast<char>(of >> 8 * i);
    }
    return text;
  };
  if (value.size() % 2 == 1)
  {
    value += kind == "UI" ? '\0' : ' ';
  }
  const bool isLong = kind == "OB" || kind == "OW" || kind == "SQ";
  return number(tag >> 16, 2) + number(tag & 0xffff, 2) + kind +
         (isLong ? number(0, 2) + number(value.size(), 4) : number(value.size(), 2)) + value;
}

inline std::string
MakeDicomFile(const DicomSlice & slice)
{
  const auto whole = [](std::size_t of) { return std::string{ static_cast<char>(of), static_cast<char>(of >> 8) }; };
  const std::string computedTomography = "1.2.840.10008.5.1.4.1.1.2";
  const std::string description = MakeDicomElement(0x00020002, "UI", computedTomography) +
                                  MakeDicomElement(0x00020003, "UI", slice.Instance) +
                                  MakeDicomElement(0x00020010, "UI", "1.2.840.10008.1.2.1");
  std::string file = std::string(128, '\0') + "DICM" +
                     MakeDicomElement(0x00020000, "UL", whole(description.size()) + std::string(2, '\0')) + description;
  const auto add = [&](std::uint32_t tag, const char * kind, const std::string & value)
  { file += value.empty() ? "" : MakeDicomElement(tag, kind, value); };
  add(0x00080016, "UI", computedTomography);
  add(0x00080018, "UI", slice.Instance);
  add(0x00080060, "CS", slice.Modality);
  add(0x0008103e, "LO", slice.Description);
  add(0x00180050, "DS", slice.Thickness);
  add(0x0020000e, "UI", slice.Series);
  add(0x00200011, "IS", slice.Number);
  add(0x00200032, "DS", PrintDicomNumbers(slice.Position));
  add(0x00200037, "DS", PrintDicomNumbers(slice.Orientation));
  add(0x00280002, "US", whole(1));
  add(0x00280004, "CS", slice.Photometric);
  add(0x00280010, "US", whole(slice.Rows));
  add(0x00280011, "US", whole(slice.Columns));
  add(0x00280030, "DS", PrintDicomNumbers(slice.PixelSpacing));
  add(0x00280100, "US", whole(slice.BitsAllocated));
  add(0x00280101, "US", whole(slice.BitsStored));
  add(0x00280102, "US", whole(slice.BitsStored - 1));
  add(0x00280103, "US", whole(slice.IsSigned ? 1 : 0));
  add(0x00281052, "DS", slice.Intercept);
  add(0x00281053, "DS", slice.Slope);
  std::string pixels;
  for (const auto number : slice.Pixels)
  {
    pixels += whole(number);
  }
  return file + MakeDicomElement(0x7fe00010, "OW", pixels);
}

/** Slices of different numbers, one above the other along the normal.
 * \param order heights of the files 0, 1, … in units of `distance` */
inline std::vector<DicomSlice>
MakeDicomStack(const std::vector<int> & order, double distance = 2.5, const DicomSlice & like = {})
{
  const auto &                a = like.Orientation;
  const std::array<double, 3> normal{ a[1] * a[5] - a[2] * a[4], a[2] * a[3] - a[0] * a[5], a[0] * a[4] - a[1] * a[3] };
  std::vector<DicomSlice>     slices;
  for (const int height : order)
  {
    DicomSlice slice = like;
    slice.Instance = like.Series + '.' + std::to_string(height + 100);
    for (std::size_t axis = 0; axis < 3; ++axis)
    {
      slice.Position[axis] += height * distance * normal[axis];
    }
    for (std::size_t i = 0; i < slice.Pixels.size(); ++i)
    {
      slice.Pixels[i] = static_cast<std::uint16_t>((static_cast<std::size_t>(height + 10) * 100 + i * 7) % 4096);
    }
    slices.push_back(slice);
  }
  return slices;
}
} // namespace Test
} // namespace itk

#endif
