// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFileInformation_h
#define itkImageFileInformation_h

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace itk
{
/** What an image file says beside what itk::ImageIOBase holds: size, component type, spacing, origin, direction. */
struct ImageFileInformation
{
  /** Such as "TIFF" or "NIfTI". */
  std::string Format;
  /** Such as "LZW"; "none" without; empty if it is not known. */
  std::string Compression;
  /** Pixels were changed when they were written, as by JPEG. */
  bool IsLossy{ false };
  /** Of a component in the file; 0 if it is not known. */
  unsigned int BitsPerComponent{ 0 };
  /** Whether the last component is an opacity. */
  bool HasAlpha{ false };
  /** Whether the numbers of the file are entries of a color table. */
  bool HasColorTable{ false };
  /** As in EXIF, 1 to 8; pixels are read upright. */
  unsigned int Orientation{ 1 };
  /** What states the spacing, such as "OME"; empty if nothing does. Densities for printing do not. */
  std::string SpacingSource;
  /** Empty unless the components are images of several wavelengths. */
  std::vector<std::string> ChannelNames;
  /** Columns and rows of smaller versions of a pyramid, beginning with level 1. */
  std::vector<std::array<std::size_t, 2>> Levels;
  /** Sentences about what is in the file and is not read, or was guessed. */
  std::vector<std::string> Notes;
};
} // namespace itk

#endif
