// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTiffFile.h"
#include "itkPictureDecoder.h"
#include <algorithm>
#include <map>

namespace itk
{
std::string
GetTiffCompressionName(unsigned int compression)
{
  static const std::map<unsigned int, const char *> names{
    { COMPRESSION_NONE, "none" },
    { COMPRESSION_CCITTRLE, "CCITT RLE" },
    { COMPRESSION_CCITTFAX3, "CCITT fax 3" },
    { COMPRESSION_CCITTFAX4, "CCITT fax 4" },
    { COMPRESSION_LZW, "LZW" },
    { COMPRESSION_OJPEG, "old JPEG" },
    { COMPRESSION_JPEG, "JPEG" },
    { COMPRESSION_ADOBE_DEFLATE, "deflate" },
    { COMPRESSION_DEFLATE, "deflate" },
    { COMPRESSION_PACKBITS, "PackBits" },
    { COMPRESSION_LZMA, "LZMA" },
    { COMPRESSION_ZSTD, "zstd" },
    { COMPRESSION_WEBP, "WebP" },
    { COMPRESSION_LERC, "LERC" },
    { 33003, "JPEG 2000" },
    { 33005, "JPEG 2000" },
    { COMPRESSION_JP2000, "JPEG 2000" },
    { 22610, "JPEG XR" },
    { 34934, "JPEG XR" },
    { 50002, "JPEG XL" },
    { 52546, "JPEG XL" },
  };
  const auto found = names.find(compression);
  return found == names.end() ? "number " + std::to_string(compression) : found->second;
}

bool
IsLossyTiffCompression(unsigned int compression)
{
  const std::string name = GetTiffCompressionName(compression);
  return name.find("JP") != std::string::npos || name == "WebP" || name == "LERC";
}

namespace
{
/** How much larger than its data a block can be. */
std::uintmax_t
GetLargestRatio(unsigned int compression)
{
  switch (compression)
  {
    case COMPRESSION_NONE:
      return 1;
    case COMPRESSION_PACKBITS:
      return 64;
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
      return 1033;
    case COMPRESSION_LZW:
      return 4096;
    default:
      return 65536;
  }
}
} // namespace

void
VerifyTiffBlocks(const TiffFile & file, const TiffPage & page)
{
  const auto * const  tiff = file.Get();
  const std::uint64_t blocks = page.IsTiled ? TIFFNumberOfTiles(file.Get()) : TIFFNumberOfStrips(file.Get());
  const std::uint64_t wanted = (std::uint64_t{ page.Width } + page.BlockWidth - 1) / page.BlockWidth *
                               ((std::uint64_t{ page.Height } + page.BlockHeight - 1) / page.BlockHeight) *
                               (page.IsPlanar ? page.Samples : 1);
  const auto * const offsets =
    file.GetField<std::uint64_t *>(page.IsTiled ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS, nullptr);
  const auto * const counts =
    file.GetField<std::uint64_t *>(page.IsTiled ? TIFFTAG_TILEBYTECOUNTS : TIFFTAG_STRIPBYTECOUNTS, nullptr);
  if (tiff == nullptr || offsets == nullptr || counts == nullptr || blocks < wanted || wanted == 0)
  {
    itkGenericExceptionMacro("it is damaged: it does not say where all of its pixels are.");
  }
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < wanted; ++i)
  {
    if (counts[i] == 0)
    {
      itkGenericExceptionMacro("pixels are missing: " << (page.IsTiled ? "tile " : "strip ") << i << " of " << wanted
                                                      << " is empty.");
    }
    if (offsets[i] > file.GetBytes() || counts[i] > file.GetBytes() - offsets[i])
    {
      itkGenericExceptionMacro("the file ends before its pixels do.");
    }
    bytes += counts[i];
  }
  PictureHeader header;
  header.Size = { page.Width, page.Height, 1 };
  header.Samples = page.Samples;
  header.BitsPerSample = page.Bits;
  // Subsampled colors take half of their size.
  VerifyDecodedSize(header, bytes, GetLargestRatio(page.Compression) * (page.Photometric == PHOTOMETRIC_YCBCR ? 4 : 1));
}

TiffPage
ReadTiffPage(TiffFile & file)
{
  TIFF * const tiff = file.Get();
  TiffPage     page;
  page.Directory = TIFFCurrentDirOffset(tiff);
  page.Width = file.GetField<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  page.Height = file.GetField<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  page.Bits = file.GetDefaultedField<std::uint16_t>(TIFFTAG_BITSPERSAMPLE);
  page.Samples = file.GetDefaultedField<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
  page.NumberFormat = file.GetDefaultedField<std::uint16_t>(TIFFTAG_SAMPLEFORMAT);
  page.Photometric = file.GetField<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  page.IsPlanar =
    page.Samples > 1 && file.GetDefaultedField<std::uint16_t>(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  page.Compression = file.GetDefaultedField<std::uint16_t>(TIFFTAG_COMPRESSION);
  page.FillOrder = file.GetDefaultedField<std::uint16_t>(TIFFTAG_FILLORDER);
  page.Orientation = file.GetDefaultedField<std::uint16_t>(TIFFTAG_ORIENTATION);
  page.IsCmyk = file.GetDefaultedField<std::uint16_t>(TIFFTAG_INKSET) == INKSET_CMYK;
  page.Kind = file.GetDefaultedField<std::uint32_t>(TIFFTAG_SUBFILETYPE);
  std::uint16_t         extras = 0;
  const std::uint16_t * meanings = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &extras, &meanings) == 1)
  {
    page.ExtraSamples.assign(meanings, meanings + extras);
  }
  std::uint16_t         smaller = 0;
  const std::uint64_t * offsets = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_SUBIFD, &smaller, &offsets) == 1)
  {
    page.Smaller.assign(offsets, offsets + smaller);
  }
  page.IsTiled = TIFFIsTiled(tiff) != 0;
  if (page.IsTiled)
  {
    page.BlockWidth = file.GetField<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
    page.BlockHeight = file.GetField<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
  }
  else
  {
    page.BlockWidth = page.Width;
    page.BlockHeight = std::min(file.GetDefaultedField<std::uint32_t>(TIFFTAG_ROWSPERSTRIP), page.Height);
  }
  if (page.Width == 0 || page.Height == 0 || page.BlockWidth == 0 || page.BlockHeight == 0 || page.Samples == 0)
  {
    itkGenericExceptionMacro("it is damaged: a page has no pixels.");
  }
  return page;
}
} // namespace itk
