// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPictureDecoder_h
#define itkPictureDecoder_h

#include "itkCommonEnums.h"
#include "itkMacro.h"
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace itk
{
/** What the samples of a picture's pixel mean, beside an opacity that may follow them. */
enum class PictureColor : std::uint8_t
{
  Gray,
  /** 0 is white. */
  InvertedGray,
  /** An entry of the color table. */
  Palette,
  RGB,
  CMYK,
  /** 0 is all ink. */
  InvertedCMYK,
  /** Images of several wavelengths on one grid. */
  Channels
};

/** A picture as its file holds it. Of three numbers, the first is along a row, the second down a column, the third
 * through the planes. */
struct PictureHeader
{
  /** Such as "TIFF". */
  std::string Format;
  /** Such as "LZW"; "none" without. */
  std::string Compression;
  /** Pixels were changed when they were written. */
  bool IsLossy{ false };

  std::array<std::size_t, 3> Size{ 1, 1, 1 };
  PictureColor               Color{ PictureColor::Gray };
  /** All of a pixel, with the opacity. */
  unsigned int Samples{ 1 };
  /** Whether the last sample is the opacity. */
  bool HasAlpha{ false };
  /** In the file. */
  unsigned int BitsPerSample{ 8 };
  /** As they are decoded. */
  IOComponentEnum SampleType{ IOComponentEnum::UCHAR };
  /** By how much gray values are multiplied, so that the largest is that of a byte. */
  unsigned int GrayFactor{ 1 };
  /** Red, green, blue and opacity. */
  std::vector<std::array<std::uint8_t, 4>> Palette;
  /** As in EXIF and TIFF: 1 (the first row is on top, the first column left) to 8. */
  unsigned int Orientation{ 1 };

  /** In millimeters; empty if the file states none in a unit of microscopy. */
  std::vector<double> Spacing;
  /** What states it, such as "OME". */
  std::string SpacingSource;

  std::vector<std::string> ChannelNames;
  /** Columns and rows of smaller versions, in the order of the file. */
  std::vector<std::array<std::size_t, 2>> Levels;
  bool                                    CanReadRegions{ false };
  /** Sentences about what is in the file and not read. */
  std::vector<std::string> Notes;
};

/** Part of a picture as stored, before its orientation is applied. */
struct PictureRegion
{
  std::array<std::size_t, 3> Index{ 0, 0, 0 };
  std::array<std::size_t, 3> Size{ 0, 0, 0 };
};

/** \class PictureDecoder
 * \brief An open file of a picture. */
class PictureDecoder
{
public:
  virtual ~PictureDecoder() = default;

  const PictureHeader &
  GetHeader() const
  {
    return m_Header;
  }

  /** Pixels in raster order, the samples of each together.
   * \param region the whole picture, unless PictureHeader::CanReadRegions
   * \throws ExceptionObject with a sentence on what is wrong with the file */
  virtual void
  Read(const PictureRegion & region, void * samples) = 0;

  /** Tiles, strips or rows that were decoded so far. */
  std::uint64_t
  GetNumberOfDecodedBlocks() const
  {
    return m_NumberOfDecodedBlocks;
  }

protected:
  PictureHeader m_Header;
  std::uint64_t m_NumberOfDecodedBlocks{ 0 };
};

/** Bytes of a decoded sample. */
std::size_t
GetSampleSize(IOComponentEnum type);

/** \throws ExceptionObject if `bytes` of a file cannot hold what it promises
 * \param largestRatio of the decoded to the stored size */
void
VerifyDecodedSize(const PictureHeader & header, std::uintmax_t bytes, std::uintmax_t largestRatio);

/** Rows whose samples have few bits, the first in the highest, to one number for each sample.
 * \param bits 1 to 32
 * \param numbers of 8, 16 or 32 bits: the first size that holds them */
void
UnpackSamples(const std::uint8_t * packed, unsigned int bits, std::size_t count, void * numbers);

// The decoder of a file, or null if the file does not begin as this format does.
std::unique_ptr<PictureDecoder>
OpenTiffPicture(const std::string & fileName, unsigned int level);
std::unique_ptr<PictureDecoder>
OpenJpegPicture(const std::string & fileName);
std::unique_ptr<PictureDecoder>
OpenPngPicture(const std::string & fileName);
std::unique_ptr<PictureDecoder>
OpenBitmapPicture(const std::string & fileName);
} // namespace itk

#endif
