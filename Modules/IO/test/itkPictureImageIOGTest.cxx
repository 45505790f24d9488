// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPictureImageIO.h"
#include "itkErrorSentence.h"
#include "itkFolderTest.h"
#include "itkTestHelpers.h"
#include <gtest/gtest.h>
#include <png.h>
#include <tiffio.h>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
// After <cstdio>, whose types it uses.
#include <jpeglib.h>

namespace
{
namespace fs = std::filesystem;

/** How the pages of a TIFF file are written. */
struct TiffOptions
{
  std::uint32_t               Width{ 7 };
  std::uint32_t               Height{ 5 };
  std::uint16_t               Samples{ 1 };
  std::uint16_t               Bits{ 8 };
  std::uint16_t               Format{ SAMPLEFORMAT_UINT };
  std::uint16_t               Photometric{ PHOTOMETRIC_MINISBLACK };
  std::uint16_t               Compression{ COMPRESSION_NONE };
  bool                        IsPlanar{ false };
  std::uint32_t               Tile{ 0 };
  std::uint32_t               RowsPerStrip{ 2 };
  const char *                Mode{ "w" };
  std::function<void(TIFF *)> SetFields = [](TIFF *) {};
};

/** Appends a page whose samples are given row by row, packed as in the file. */
void
WriteTiffPage(TIFF * tiff, const TiffOptions & options, const std::vector<std::uint8_t> & rows)
{
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, options.Width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, options.Height);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, options.Samples);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, options.Bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, options.Format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, options.Photometric);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, options.Compression);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, options.IsPlanar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  options.SetFields(tiff);
  const std::size_t planes = options.IsPlanar ? options.Samples : 1;
  const std::size_t rowBytes =
    (std::size_t{ options.Width } * (options.IsPlanar ? 1 : options.Samples) * options.Bits + 7) / 8;
  if (options.Tile > 0)
  {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, options.Tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, options.Tile);
    const std::size_t pixelBytes = rowBytes / options.Width;
    for (std::size_t plane = 0; plane < planes; ++plane)
    {
      for (std::uint32_t y0 = 0; y0 < options.Height; y0 += options.Tile)
      {
        for (std::uint32_t x0 = 0; x0 < options.Width; x0 += options.Tile)
        {
          std::vector<std::uint8_t> tile(static_cast<std::size_t>(TIFFTileSize(tiff)));
          for (std::uint32_t y = y0; y < std::min(y0 + options.Tile, options.Height); ++y)
          {
            const std::size_t count = std::min(options.Tile, options.Width - x0) * pixelBytes;
            std::memcpy(tile.data() + (y - y0) * options.Tile * pixelBytes,
                        rows.data() + (plane * options.Height + y) * rowBytes + x0 * pixelBytes,
                        count);
          }
          TIFFWriteTile(tiff, tile.data(), x0, y0, 0, static_cast<std::uint16_t>(plane));
        }
      }
    }
  }
  else
  {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, options.RowsPerStrip);
    for (std::size_t plane = 0; plane < planes; ++plane)
    {
      for (std::uint32_t y = 0; y < options.Height; ++y)
      {
        std::vector<std::uint8_t> row(
          rows.begin() + static_cast<std::ptrdiff_t>((plane * options.Height + y) * rowBytes),
          rows.begin() + static_cast<std::ptrdiff_t>((plane * options.Height + y + 1) * rowBytes));
        TIFFWriteScanline(tiff, row.data(), y, static_cast<std::uint16_t>(plane));
      }
    }
  }
  TIFFWriteDirectory(tiff);
}

void
WriteTiff(const std::string & fileName, const TiffOptions & options, const std::vector<std::uint8_t> & rows)
{
  TIFF * const tiff = TIFFOpen(fileName.c_str(), options.Mode);
  WriteTiffPage(tiff, options, rows);
  TIFFClose(tiff);
}

/** Bytes of numbers that differ from pixel to pixel. */
template <typename TSample>
std::vector<std::uint8_t>
MakeRows(std::size_t count)
{
  std::vector<std::uint8_t> bytes(count * sizeof(TSample));
  for (std::size_t i = 0; i < count; ++i)
  {
    const auto number = static_cast<TSample>(static_cast<double>(i * 37 % 101) * (sizeof(TSample) > 1 ? 1.5 : 1.0));
    std::memcpy(bytes.data() + i * sizeof(TSample), &number, sizeof(TSample));
  }
  return bytes;
}

std::vector<std::uint8_t>
Sequence(std::size_t count)
{
  return MakeRows<std::uint8_t>(count);
}

void
Put(std::string & bytes, std::size_t position, std::uint32_t number, std::size_t size)
{
  for (std::size_t i = 0; i < size; ++i)
  {
    bytes[position + i] = static_cast<char>(number >> 8 * i);
  }
}

class PictureImageIO : public itk::Test::FolderTest
{
protected:
  itk::PictureImageIO::Pointer
  Open(const std::string & name, bool expands = true) const
  {
    auto io = itk::PictureImageIO::New();
    io->SetExpandRGBPalette(expands);
    io->SetFileName(this->In(name));
    io->ReadImageInformation();
    return io;
  }

  static std::vector<std::uint8_t>
  ReadRegion(itk::PictureImageIO & io, const std::vector<long> & index, const std::vector<unsigned long> & size)
  {
    itk::ImageIORegion region(io.GetNumberOfDimensions());
    std::size_t        count = io.GetNumberOfComponents() * io.GetComponentSize();
    for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
    {
      region.SetIndex(axis, index[axis]);
      region.SetSize(axis, size[axis]);
      count *= size[axis];
    }
    io.SetIORegion(region);
    std::vector<std::uint8_t> pixels(count);
    io.Read(pixels.data());
    return pixels;
  }

  static std::vector<std::uint8_t>
  ReadAll(itk::PictureImageIO & io)
  {
    std::vector<unsigned long> size;
    for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
    {
      size.push_back(io.GetDimensions(axis));
    }
    return ReadRegion(io, std::vector<long>(size.size(), 0), size);
  }

  std::vector<std::uint8_t>
  Read(const std::string & name, bool expands = true) const
  {
    return ReadAll(*this->Open(name, expands));
  }

  std::string
  Problem(const std::string & name) const
  {
    return itk::Test::ProblemOf([&] { this->Read(name); });
  }

  /** Every compression that keeps the samples, tiles, strips, planes of samples, both byte orders and BigTIFF. */
  template <typename TSample>
  void
  ExpectEveryLayoutReads(std::uint16_t format, itk::IOComponentEnum type) const
  {
    TiffOptions options;
    options.Width = 37;
    options.Height = 21;
    options.Bits = 8 * sizeof(TSample);
    options.Format = format;
    for (const std::uint16_t samples : { 1, 3 })
    {
      options.Samples = samples;
      options.Photometric = samples == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
      const auto rows = MakeRows<TSample>(37 * 21 * samples);
      for (const std::uint16_t compression :
           { COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS, COMPRESSION_ZSTD })
      {
        for (const std::uint32_t tile : { 0, 16 })
        {
          for (const char * const mode : { "wl", "wb", "w8" })
          {
            options.Compression = compression;
            options.Tile = tile;
            options.Mode = mode;
            const auto where = ::testing::Message() << "samples " << samples << ", compression " << compression
                                                    << ", tile " << tile << ", mode " << mode;
            WriteTiff(this->In("a.tif"), options, rows);
            const auto io = this->Open("a.tif");
            EXPECT_EQ(io->GetComponentType(), type) << where;
            EXPECT_EQ(io->GetNumberOfComponents(), samples) << where;
            EXPECT_EQ(ReadAll(*io), rows) << where;
          }
        }
      }
    }
  }
};

/** 3 × 2 pixels: 1 2 3 / 4 5 6. */
const std::vector<std::uint8_t> six{ 1, 2, 3, 4, 5, 6 };

TiffOptions
MakeSix()
{
  TiffOptions options;
  options.Width = 3;
  options.Height = 2;
  return options;
}
} // namespace

TEST_F(PictureImageIO, EveryNumberTypeOfTiffIsReadInEveryLayout)
{
  this->ExpectEveryLayoutReads<std::uint8_t>(SAMPLEFORMAT_UINT, itk::IOComponentEnum::UCHAR);
  this->ExpectEveryLayoutReads<std::int8_t>(SAMPLEFORMAT_INT, itk::IOComponentEnum::CHAR);
  this->ExpectEveryLayoutReads<std::uint16_t>(SAMPLEFORMAT_UINT, itk::IOComponentEnum::USHORT);
  this->ExpectEveryLayoutReads<std::int16_t>(SAMPLEFORMAT_INT, itk::IOComponentEnum::SHORT);
  this->ExpectEveryLayoutReads<std::uint32_t>(SAMPLEFORMAT_UINT, itk::IOComponentEnum::UINT);
  this->ExpectEveryLayoutReads<std::int32_t>(SAMPLEFORMAT_INT, itk::IOComponentEnum::INT);
  this->ExpectEveryLayoutReads<std::uint64_t>(SAMPLEFORMAT_UINT, itk::IOComponentEnum::ULONGLONG);
  this->ExpectEveryLayoutReads<float>(SAMPLEFORMAT_IEEEFP, itk::IOComponentEnum::FLOAT);
  this->ExpectEveryLayoutReads<double>(SAMPLEFORMAT_IEEEFP, itk::IOComponentEnum::DOUBLE);
}

TEST_F(PictureImageIO, PlanesOfSamplesAreBroughtTogether)
{
  TiffOptions options = MakeSix();
  options.Samples = 3;
  options.Photometric = PHOTOMETRIC_RGB;
  options.IsPlanar = true;
  const std::vector<std::uint8_t> planes{ 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26 };
  const std::vector<std::uint8_t> together{ 1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24, 5, 15, 25, 6, 16, 26 };
  for (const std::uint32_t tile : { 0, 16 })
  {
    options.Tile = tile;
    WriteTiff(this->In("a.tif"), options, planes);
    EXPECT_EQ(this->Read("a.tif"), together) << tile;
  }
}

TEST_F(PictureImageIO, SamplesOfFewBitsAreUnpacked)
{
  TiffOptions options = MakeSix();
  options.Bits = 1;
  WriteTiff(this->In("1.tif"), options, { 0b10100000, 0b01100000 });
  EXPECT_EQ(this->Read("1.tif"), (std::vector<std::uint8_t>{ 1, 0, 1, 0, 1, 1 }));
  options.Bits = 4;
  WriteTiff(this->In("4.tif"), options, { 0x12, 0x30, 0xfe, 0xd0 });
  EXPECT_EQ(this->Read("4.tif"), (std::vector<std::uint8_t>{ 1, 2, 3, 15, 14, 13 }));
  options.Bits = 12;
  WriteTiff(this->In("12.tif"), options, { 0x12, 0x3f, 0xed, 0x00, 0x10, 0x00, 0x00, 0x20, 0x03, 0x00 });
  const auto                   bytes = this->Read("12.tif");
  std::array<std::uint16_t, 6> numbers{};
  ASSERT_EQ(bytes.size(), sizeof(numbers));
  std::memcpy(numbers.data(), bytes.data(), sizeof(numbers));
  EXPECT_EQ(numbers, (std::array<std::uint16_t, 6>{ 0x123, 0xfed, 0x001, 0x000, 0x020, 0x030 }));
}

TEST_F(PictureImageIO, RealNumbersOf16BitsBecomeFloat)
{
  TiffOptions options = MakeSix();
  options.Bits = 16;
  options.Format = SAMPLEFORMAT_IEEEFP;
  // 1, -2, 65504, the smallest number, infinity, 0.333…
  const std::array<std::uint16_t, 6> halves{ 0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0x3555 };
  std::vector<std::uint8_t>          rows(12);
  std::memcpy(rows.data(), halves.data(), 12);
  WriteTiff(this->In("a.tif"), options, rows);
  const auto           bytes = this->Read("a.tif");
  std::array<float, 6> numbers{};
  ASSERT_EQ(bytes.size(), sizeof(numbers));
  std::memcpy(numbers.data(), bytes.data(), sizeof(numbers));
  EXPECT_EQ(numbers,
            (std::array<float, 6>{ 1.0f, -2.0f, 65504.0f, 5.9604644775390625e-8f, HUGE_VALF, 0.333251953125f }));
}

TEST_F(PictureImageIO, WhiteAsZeroIsTurnedForImagesAndKeptForLabels)
{
  TiffOptions options = MakeSix();
  options.Photometric = PHOTOMETRIC_MINISWHITE;
  WriteTiff(this->In("a.tif"), options, six);
  EXPECT_EQ(this->Read("a.tif"), (std::vector<std::uint8_t>{ 254, 253, 252, 251, 250, 249 }));
  EXPECT_EQ(this->Read("a.tif", false), six);
}

TEST_F(PictureImageIO, AColorTableGivesColorsOrItsEntriesNumbers)
{
  TiffOptions options = MakeSix();
  options.Photometric = PHOTOMETRIC_PALETTE;
  std::array<std::uint16_t, 256> red{};
  std::array<std::uint16_t, 256> green{};
  std::array<std::uint16_t, 256> blue{};
  for (std::uint16_t i = 0; i < 256; ++i)
  {
    red[i] = static_cast<std::uint16_t>((100 + i) << 8);
    green[i] = static_cast<std::uint16_t>(i << 8);
  }
  options.SetFields = [&](TIFF * tiff) { TIFFSetField(tiff, TIFFTAG_COLORMAP, red.data(), green.data(), blue.data()); };
  WriteTiff(this->In("a.tif"), options, six);
  EXPECT_EQ(this->Read("a.tif"),
            (std::vector<std::uint8_t>{ 101, 1, 0, 102, 2, 0, 103, 3, 0, 104, 4, 0, 105, 5, 0, 106, 6, 0 }));
  EXPECT_EQ(this->Read("a.tif", false), six);
  EXPECT_TRUE(this->Open("a.tif", false)->GetIsReadAsScalarPlusPalette());
}

TEST_F(PictureImageIO, InksBecomeRedGreenAndBlue)
{
  TiffOptions options = MakeSix();
  options.Width = 1;
  options.Samples = 4;
  options.Photometric = PHOTOMETRIC_SEPARATED;
  // No ink but half of the cyan; all black.
  WriteTiff(this->In("a.tif"), options, { 128, 0, 0, 0, 0, 0, 0, 255 });
  EXPECT_EQ(this->Read("a.tif"), (std::vector<std::uint8_t>{ 127, 255, 255, 0, 0, 0 }));
}

TEST_F(PictureImageIO, TheOrientationIsApplied)
{
  const std::vector<std::vector<std::uint8_t>> upright{ { 1, 2, 3, 4, 5, 6 }, { 3, 2, 1, 6, 5, 4 },
                                                        { 6, 5, 4, 3, 2, 1 }, { 4, 5, 6, 1, 2, 3 },
                                                        { 1, 4, 2, 5, 3, 6 }, { 4, 1, 5, 2, 6, 3 },
                                                        { 6, 3, 5, 2, 4, 1 }, { 3, 6, 2, 5, 1, 4 } };
  for (std::uint16_t orientation = 1; orientation <= 8; ++orientation)
  {
    TiffOptions options = MakeSix();
    options.SetFields = [=](TIFF * tiff) { TIFFSetField(tiff, TIFFTAG_ORIENTATION, orientation); };
    WriteTiff(this->In("a.tif"), options, six);
    const auto io = this->Open("a.tif");
    EXPECT_EQ(io->GetDimensions(0), orientation < 5 ? 3u : 2u);
    const auto whole = ReadAll(*io);
    EXPECT_EQ(whole, upright[orientation - 1]) << orientation;
    // The last pixel of the first row alone.
    EXPECT_EQ(ReadRegion(*io, { static_cast<long>(io->GetDimensions(0)) - 1, 0 }, { 1, 1 })[0],
              whole[io->GetDimensions(0) - 1])
      << orientation;
  }
}

TEST_F(PictureImageIO, ARegionDecodesOnlyTheTilesThatItTouches)
{
  TiffOptions options;
  options.Width = 100;
  options.Height = 70;
  options.Tile = 16;
  options.Compression = COMPRESSION_ADOBE_DEFLATE;
  const auto rows = Sequence(7000);
  WriteTiff(this->In("a.tif"), options, rows);
  const auto io = this->Open("a.tif");
  EXPECT_TRUE(io->CanStreamRead());
  EXPECT_EQ(io->GetNumberOfDecodedBlocks(), 0u);
  // From x = 30 to 33 and y = 15 to 17: two tiles across, two down.
  const auto part = ReadRegion(*io, { 30, 15 }, { 4, 3 });
  EXPECT_EQ(io->GetNumberOfDecodedBlocks(), 4u);
  for (std::size_t y = 0; y < 3; ++y)
  {
    for (std::size_t x = 0; x < 4; ++x)
    {
      EXPECT_EQ(part[y * 4 + x], rows[(15 + y) * 100 + 30 + x]);
    }
  }
}

TEST_F(PictureImageIO, PagesOfOneKindAreAVolume)
{
  TIFF * const      tiff = TIFFOpen(this->In("a.tif").c_str(), "w");
  const TiffOptions options = MakeSix();
  WriteTiffPage(tiff, options, six);
  WriteTiffPage(tiff, options, { 7, 8, 9, 10, 11, 12 });
  TIFFClose(tiff);
  const auto io = this->Open("a.tif");
  EXPECT_EQ(io->GetNumberOfDimensions(), 3u);
  EXPECT_EQ(io->GetDimensions(2), 2u);
  EXPECT_EQ(ReadAll(*io), (std::vector<std::uint8_t>{ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }));
  EXPECT_EQ(ReadRegion(*io, { 1, 0, 1 }, { 1, 2, 1 }), (std::vector<std::uint8_t>{ 8, 11 }));
}

TEST_F(PictureImageIO, PagesThatDifferAreRefusedUnlessTheyAreMarkedAsSmall)
{
  TiffOptions other = MakeSix();
  other.Width = 1;
  for (const bool isMarked : { false, true })
  {
    TIFF * const tiff = TIFFOpen(this->In("a.tif").c_str(), "w");
    WriteTiffPage(tiff, MakeSix(), six);
    other.SetFields = [=](TIFF * page)
    { TIFFSetField(page, TIFFTAG_SUBFILETYPE, isMarked ? FILETYPE_REDUCEDIMAGE : 0); };
    WriteTiffPage(tiff, other, { 1, 2 });
    TIFFClose(tiff);
    if (isMarked)
    {
      const auto io = this->Open("a.tif");
      EXPECT_EQ(ReadAll(*io), six);
      ASSERT_EQ(io->GetInformation().Notes.size(), 1u);
    }
    else
    {
      EXPECT_EQ(this->Problem("a.tif"),
                this->In("a.tif") + ": its pages differ: page 2 has 1 x 2 pixels of 1 x 8 bits, but page 1 has 3 x 2 "
                                    "pixels of 1 x 8 bits; they are no volume.");
    }
  }
}

TEST_F(PictureImageIO, LevelsOfAPyramidAreReadOneByOne)
{
  TiffOptions options = MakeSix();
  options.Width = 4;
  options.Height = 4;
  TIFF * const tiff = TIFFOpen(this->In("a.tif").c_str(), "w");
  options.SetFields = [](TIFF * page)
  {
    TIFFSetField(page, TIFFTAG_IMAGEDESCRIPTION, "ImageJ=1.54f\nunit=um\n");
    TIFFSetField(page, TIFFTAG_XRESOLUTION, 2.0);
    TIFFSetField(page, TIFFTAG_YRESOLUTION, 4.0);
  };
  WriteTiffPage(tiff, options, Sequence(16));
  options.Width = 2;
  options.Height = 2;
  options.SetFields = [](TIFF * page) { TIFFSetField(page, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE); };
  WriteTiffPage(tiff, options, { 1, 2, 3, 4 });
  TIFFClose(tiff);

  auto io = this->Open("a.tif");
  EXPECT_EQ(ReadAll(*io), Sequence(16));
  ASSERT_EQ(io->GetInformation().Levels.size(), 1u);
  EXPECT_DOUBLE_EQ(io->GetSpacing(0), 0.0005);
  EXPECT_DOUBLE_EQ(io->GetSpacing(1), 0.00025);
  io->SetLevel(1);
  io->ReadImageInformation();
  EXPECT_EQ(ReadAll(*io), (std::vector<std::uint8_t>{ 1, 2, 3, 4 }));
  EXPECT_DOUBLE_EQ(io->GetSpacing(0), 0.001);
  io->SetLevel(2);
  EXPECT_EQ(itk::Test::ProblemOf([&] { io->ReadImageInformation(); }),
            this->In("a.tif") + ": level must be at most 1, but is 2.");
}

namespace
{
/** A TIFF of 3 × 2 bytes with a description, whose directory comes before its pixels. */
std::string
MakeTiffWithPixelsLast(const std::string & description, const std::string & pixels)
{
  const std::uint32_t     descriptionAt = 8 + 2 + 10 * 12 + 4;
  const auto              descriptionSize = static_cast<std::uint32_t>(description.size() + 1);
  constexpr std::uint32_t shortNumber = 3;
  constexpr std::uint32_t longNumber = 4;
  constexpr std::uint32_t text = 2;
  const std::uint32_t     entries[10][4] = { { TIFFTAG_IMAGEWIDTH, shortNumber, 1, 3 },
                                             { TIFFTAG_IMAGELENGTH, shortNumber, 1, 2 },
                                             { TIFFTAG_BITSPERSAMPLE, shortNumber, 1, 8 },
                                             { TIFFTAG_COMPRESSION, shortNumber, 1, COMPRESSION_NONE },
                                             { TIFFTAG_PHOTOMETRIC, shortNumber, 1, PHOTOMETRIC_MINISBLACK },
                                             { TIFFTAG_IMAGEDESCRIPTION, text, descriptionSize, descriptionAt },
                                             { TIFFTAG_STRIPOFFSETS, longNumber, 1, descriptionAt + descriptionSize },
                                             { TIFFTAG_SAMPLESPERPIXEL, shortNumber, 1, 1 },
                                             { TIFFTAG_ROWSPERSTRIP, shortNumber, 1, 2 },
                                             { TIFFTAG_STRIPBYTECOUNTS, longNumber, 1, 6 } };
  std::string             bytes(descriptionAt, '\0');
  bytes.replace(0, 4, std::string("II*\0", 4));
  Put(bytes, 4, 8, 4);
  Put(bytes, 8, 10, 2);
  for (std::size_t i = 0; i < 10; ++i)
  {
    const std::size_t at = 10 + 12 * i;
    Put(bytes, at, entries[i][0], 2);
    Put(bytes, at + 2, entries[i][1], 2);
    Put(bytes, at + 4, entries[i][2], 4);
    Put(bytes, at + 8, entries[i][3], 4);
  }
  return bytes + description + '\0' + pixels;
}
} // namespace

TEST_F(PictureImageIO, AStackOfImageJMayHaveOneDirectory)
{
  const std::string description = "ImageJ=1.54f\nimages=3\nslices=3\nunit=micron\nspacing=2\n";
  std::string       pixels;
  for (char i = 1; i <= 18; ++i)
  {
    pixels += i;
  }
  itk::Test::WriteFileBytes(this->In("a.tif"), MakeTiffWithPixelsLast(description, pixels));
  const auto io = this->Open("a.tif");
  EXPECT_EQ(io->GetDimensions(2), 3u);
  const auto read = ReadAll(*io);
  EXPECT_EQ(std::string(read.begin(), read.end()), pixels);
  EXPECT_EQ(ReadRegion(*io, { 1, 1, 1 }, { 2, 1, 2 }), (std::vector<std::uint8_t>{ 11, 12, 17, 18 }));

  itk::Test::WriteFileBytes(this->In("a.tif"), MakeTiffWithPixelsLast(description, pixels.substr(1)));
  EXPECT_EQ(this->Problem("a.tif"),
            this->In("a.tif") +
              ": the file ends before its pixels do: ImageJ's description names 3 images, but there are 2.");
  itk::Test::WriteFileBytes(this->In("a.tif"),
                            MakeTiffWithPixelsLast("ImageJ=1.54f\nimages=4\nslices=2\nframes=2\n", pixels));
  EXPECT_EQ(this->Problem("a.tif"), this->In("a.tif") + ": it holds 2 points in time; an image of one is read.");
}

TEST_F(PictureImageIO, ChannelsOfOmeBecomeComponents)
{
  TiffOptions options = MakeSix();
  options.SetFields = [](TIFF * page)
  {
    TIFFSetField(page,
                 TIFFTAG_IMAGEDESCRIPTION,
                 "<?xml version=\"1.0\"?><OME><Image><Pixels DimensionOrder=\"XYZCT\" SizeX=\"3\" SizeY=\"2\" "
                 "SizeZ=\"1\" SizeC=\"2\" SizeT=\"1\" PhysicalSizeX=\"0.5\" PhysicalSizeY=\"250\" "
                 "PhysicalSizeYUnit=\"nm\"><Channel Name=\"DAPI\"/><Channel Name=\"GFP\"/><TiffData/></Pixels>"
                 "</Image></OME>");
  };
  TIFF * const tiff = TIFFOpen(this->In("a.tif").c_str(), "w");
  WriteTiffPage(tiff, options, six);
  WriteTiffPage(tiff, MakeSix(), { 11, 12, 13, 14, 15, 16 });
  TIFFClose(tiff);
  const auto io = this->Open("a.tif");
  EXPECT_EQ(io->GetNumberOfComponents(), 2u);
  EXPECT_EQ(io->GetInformation().ChannelNames, (std::vector<std::string>{ "DAPI", "GFP" }));
  EXPECT_EQ(io->GetInformation().SpacingSource, "OME");
  EXPECT_DOUBLE_EQ(io->GetSpacing(0), 0.0005);
  EXPECT_DOUBLE_EQ(io->GetSpacing(1), 0.00025);
  EXPECT_EQ(ReadAll(*io), (std::vector<std::uint8_t>{ 1, 11, 2, 12, 3, 13, 4, 14, 5, 15, 6, 16 }));
}

TEST_F(PictureImageIO, ADensityForPrintingIsNoSpacing)
{
  TiffOptions options = MakeSix();
  options.SetFields = [](TIFF * page)
  {
    TIFFSetField(page, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    TIFFSetField(page, TIFFTAG_XRESOLUTION, 300.0);
    TIFFSetField(page, TIFFTAG_YRESOLUTION, 300.0);
  };
  WriteTiff(this->In("a.tif"), options, six);
  const auto io = this->Open("a.tif");
  EXPECT_EQ(io->GetSpacing(0), 1.0);
  EXPECT_EQ(io->GetInformation().SpacingSource, "");
}

TEST_F(PictureImageIO, AFileThatWasRewrittenIsReadAnew)
{
  WriteTiff(this->In("a.tif"), MakeSix(), six);
  const auto io = this->Open("a.tif");
  EXPECT_EQ(ReadAll(*io), six);
  WriteTiff(this->In("a.tif"), MakeSix(), { 6, 5, 4, 3, 2, 1 });
  io->ReadImageInformation();
  EXPECT_EQ(ReadAll(*io), (std::vector<std::uint8_t>{ 6, 5, 4, 3, 2, 1 }));
}

TEST_F(PictureImageIO, WhatIsNotReadRightIsRefusedByName)
{
  TiffOptions options = MakeSix();
  options.Bits = 64;
  options.Format = SAMPLEFORMAT_COMPLEXIEEEFP;
  WriteTiff(this->In("complex.tif"), options, std::vector<std::uint8_t>(48));
  EXPECT_EQ(this->Problem("complex.tif"),
            this->In("complex.tif") + ": its pixels are of a type that is not read here: complex numbers of 64 bits.");
  options = MakeSix();
  options.Samples = 3;
  options.Photometric = PHOTOMETRIC_CIELAB;
  WriteTiff(this->In("lab.tif"), options, std::vector<std::uint8_t>(18));
  EXPECT_EQ(this->Problem("lab.tif"),
            this->In("lab.tif") + ": its colors are of a kind that is not read here: number 8 of TIFF.");
  std::ofstream(this->In("a.txt")) << "no picture";
  EXPECT_EQ(this->Problem("a.txt"), this->In("a.txt") + ": it must be a TIFF, PNG, JPEG or BMP file, but is none.");
}

namespace
{
/** A JPEG of 16 × 8 pixels, the left half bright; with an orientation in EXIF unless that is 0. */
void
WriteJpeg(const std::string & fileName, std::uint8_t orientation)
{
  std::FILE * const    file = std::fopen(fileName.c_str(), "wb");
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr       errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_stdio_dest(&jpeg, file);
  jpeg.image_width = 16;
  jpeg.image_height = 8;
  jpeg.input_components = 1;
  jpeg.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  if (orientation != 0)
  {
    const std::uint8_t exif[] = { 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42,          0, 0, 0, 8, 0, 1,
                                  1,   18,  0,   3,   0, 0, 0,   1,   0, orientation, 0, 0, 0, 0, 0, 0 };
    jpeg_write_marker(&jpeg, JPEG_APP0 + 1, exif, sizeof(exif));
  }
  for (int y = 0; y < 8; ++y)
  {
    std::array<JSAMPLE, 16> row{};
    std::fill_n(row.begin(), 8, JSAMPLE{ 200 });
    JSAMPROW rows[] = { row.data() };
    jpeg_write_scanlines(&jpeg, rows, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::fclose(file);
}
} // namespace

TEST_F(PictureImageIO, AJpegIsTurnedAsExifSays)
{
  WriteJpeg(this->In("0.jpg"), 0);
  WriteJpeg(this->In("3.jpg"), 3);
  WriteJpeg(this->In("6.jpg"), 6);
  // Losses are small.
  EXPECT_GT(this->Read("0.jpg")[0], 190);
  EXPECT_LT(this->Read("3.jpg")[0], 10);
  const auto turned = this->Open("6.jpg");
  EXPECT_EQ(turned->GetDimensions(0), 8u);
  EXPECT_EQ(turned->GetDimensions(1), 16u);
  const auto pixels = ReadAll(*turned);
  EXPECT_GT(pixels[0], 190);
  EXPECT_LT(pixels[8 * 15], 10);
  EXPECT_TRUE(turned->GetInformation().IsLossy);
}

TEST_F(PictureImageIO, ATruncatedFileIsRefusedAtEveryLength)
{
  WriteJpeg(this->In("a.jpg"), 0);
  TiffOptions options;
  options.Compression = COMPRESSION_LZW;
  WriteTiff(this->In("a.tif"), options, Sequence(35));
  for (const std::string name : { "a.jpg", "a.tif" })
  {
    const std::string bytes = itk::Test::ReadFileBytes(this->In(name));
    // The end marker of JPEG has two bytes.
    for (std::size_t size = 4; size + 2 < bytes.size(); ++size)
    {
      itk::Test::WriteFileBytes(this->In("part"), bytes.substr(0, size));
      EXPECT_NE(this->Problem("part"), "") << name << " of " << size << " bytes";
    }
  }
}

TEST_F(PictureImageIO, MorePixelsThanAFileCanHoldAreRefusedBeforeTheyAreAllocated)
{
  TiffOptions options = MakeSix();
  options.Compression = COMPRESSION_ADOBE_DEFLATE;
  options.RowsPerStrip = 2;
  WriteTiff(this->In("a.tif"), options, six);
  TIFF * const tiff = TIFFOpen(this->In("a.tif").c_str(), "r+");
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 1u << 30);
  TIFFRewriteDirectory(tiff);
  TIFFClose(tiff);
  EXPECT_NE(this->Problem("a.tif").find("it promises 1073741824 x 2 x 1 pixels"), std::string::npos)
    << this->Problem("a.tif");
}

namespace
{
/** A BMP header of 40 bytes for 3 × 2 pixels. */
std::string
MakeBitmap(std::uint32_t bits, std::uint32_t compression, const std::string & between, const std::string & pixels)
{
  std::string bytes(54, '\0');
  bytes.replace(0, 2, "BM");
  Put(bytes, 10, static_cast<std::uint32_t>(54 + between.size()), 4);
  Put(bytes, 14, 40, 4);
  Put(bytes, 18, 3, 4);
  Put(bytes, 22, 2, 4);
  Put(bytes, 26, 1, 2);
  Put(bytes, 28, bits, 2);
  Put(bytes, 30, compression, 4);
  return bytes + between + pixels;
}
} // namespace

TEST_F(PictureImageIO, ABitmapsUnusedByteIsNoColor)
{
  // The last row comes first; blue, green, red, unused.
  std::string pixels;
  for (const char blue : { 4, 5, 6, 1, 2, 3 })
  {
    pixels += { blue, 20, 30, 99 };
  }
  itk::Test::WriteFileBytes(this->In("a.bmp"), MakeBitmap(32, 0, "", pixels));
  EXPECT_EQ(this->Read("a.bmp"),
            (std::vector<std::uint8_t>{ 30, 20, 1, 30, 20, 2, 30, 20, 3, 30, 20, 4, 30, 20, 5, 30, 20, 6 }));
  itk::Test::WriteFileBytes(this->In("b.bmp"), MakeBitmap(32, 0, "", pixels.substr(1)));
  EXPECT_EQ(this->Problem("b.bmp"), this->In("b.bmp") + ": the file ends before its pixels do.");
}

TEST_F(PictureImageIO, ABitmapOfRunsAndAColorTableIsRead)
{
  std::string table;
  for (int i = 0; i < 256; ++i)
  {
    table += { static_cast<char>(i), static_cast<char>(i), static_cast<char>(i), 0 };
  }
  // Three times 7, end of row; 1 2 3 as they are, with a byte to fill; end of picture.
  const std::string runs("\3\7\0\0\0\3\1\2\3\0\0\1", 12);
  itk::Test::WriteFileBytes(this->In("a.bmp"), MakeBitmap(8, 1, table, runs));
  EXPECT_EQ(this->Read("a.bmp"), (std::vector<std::uint8_t>{ 1, 2, 3, 7, 7, 7 }));
  itk::Test::WriteFileBytes(this->In("b.bmp"), MakeBitmap(8, 1, table, std::string("\4\7\0\1", 4)));
  EXPECT_EQ(this->Problem("b.bmp"), this->In("b.bmp") + ": it is damaged: a run of pixels does not fit.");
}

namespace
{
/** \param write adds chunks and pixels after the header */
void
WritePng(const std::string &                                 fileName,
         int                                                 depth,
         int                                                 colorType,
         const std::function<void(png_structp, png_infop)> & addChunks,
         const std::vector<std::vector<std::uint8_t>> &      rows)
{
  std::FILE * const file = std::fopen(fileName.c_str(), "wb");
  png_structp       png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop         info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, 3, static_cast<png_uint_32>(rows.size()), depth, colorType, PNG_INTERLACE_NONE, 0, 0);
  addChunks(png, info);
  png_write_info(png, info);
  for (const auto & row : rows)
  {
    png_write_row(png, row.data());
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
}
} // namespace

TEST_F(PictureImageIO, APngsColorTableGivesColorsOrItsEntriesNumbers)
{
  WritePng(this->In("a.png"),
           2,
           PNG_COLOR_TYPE_PALETTE,
           [](png_structp png, png_infop info)
           {
             const png_color colors[] = { { 0, 0, 0 }, { 9, 8, 7 }, { 9, 8, 6 }, { 255, 255, 255 } };
             const png_byte  opacities[] = { 0 };
             png_set_PLTE(png, info, colors, 4);
             png_set_tRNS(png, info, opacities, 1, nullptr);
           },
           { { 0b00011000 }, { 0b11000100 } });
  EXPECT_EQ(this->Read("a.png", false), (std::vector<std::uint8_t>{ 0, 1, 2, 3, 0, 1 }));
  const auto io = this->Open("a.png");
  EXPECT_EQ(io->GetPixelType(), itk::IOPixelEnum::RGBA);
  EXPECT_EQ(ReadAll(*io), (std::vector<std::uint8_t>{ 0,   0,   0,   0,   9, 8, 7, 255, 9, 8, 6, 255,
                                                      255, 255, 255, 255, 0, 0, 0, 0,   9, 8, 7, 255 }));
}

TEST_F(PictureImageIO, AColorOfAPngMayStandForTransparency)
{
  WritePng(this->In("a.png"),
           16,
           PNG_COLOR_TYPE_GRAY,
           [](png_structp png, png_infop info)
           {
             png_color_16 color{};
             color.gray = 0x0102;
             png_set_tRNS(png, info, nullptr, 0, &color);
           },
           { { 1, 2, 1, 3, 0, 0 } });
  const auto bytes = this->Read("a.png");
  ASSERT_EQ(bytes.size(), 12u);
  std::array<std::uint16_t, 6> numbers{};
  std::memcpy(numbers.data(), bytes.data(), 12);
  EXPECT_EQ(numbers, (std::array<std::uint16_t, 6>{ 0x0102, 0, 0x0103, 0xffff, 0, 0xffff }));
  EXPECT_TRUE(this->Open("a.png")->GetInformation().HasAlpha);
}

TEST_F(PictureImageIO, EveryChangedByteOfAPngIsNoticed)
{
  WritePng(this->In("a.png"), 8, PNG_COLOR_TYPE_GRAY, [](png_structp, png_infop) {}, { { 1, 2, 3 }, { 4, 5, 6 } });
  EXPECT_EQ(this->Read("a.png"), six);
  const std::string bytes = itk::Test::ReadFileBytes(this->In("a.png"));
  for (std::size_t i = 8; i < bytes.size(); ++i)
  {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    itk::Test::WriteFileBytes(this->In("b.png"), changed);
    EXPECT_NE(this->Problem("b.png"), "") << i;
  }
  for (std::size_t size = 8; size < bytes.size(); ++size)
  {
    itk::Test::WriteFileBytes(this->In("b.png"), bytes.substr(0, size));
    EXPECT_EQ(this->Problem("b.png"), this->In("b.png") + ": the file ends before its pixels do.") << size;
  }
}

TEST_F(PictureImageIO, AScaleOfAPngIsASpacing)
{
  const auto write = [&](double width, double height)
  {
    WritePng(this->In("a.png"),
             8,
             PNG_COLOR_TYPE_GRAY,
             [&](png_structp png, png_infop info) { png_set_sCAL(png, info, PNG_SCALE_METER, width, height); },
             { { 1, 2, 3 } });
    return this->Open("a.png");
  };
  const auto ofMeters = write(2.5e-7, 5e-7);
  EXPECT_DOUBLE_EQ(ofMeters->GetSpacing(0), 0.00025);
  EXPECT_DOUBLE_EQ(ofMeters->GetSpacing(1), 0.0005);
  EXPECT_EQ(ofMeters->GetInformation().SpacingSource, "PNG's scale");
  // As ITK writes 0.25 mm, and an image without a spacing.
  EXPECT_DOUBLE_EQ(write(0.25, 0.5)->GetSpacing(0), 0.25);
  EXPECT_EQ(write(1, 1)->GetInformation().SpacingSource, "");
}

TEST_F(PictureImageIO, APngIsTurnedAsExifSays)
{
  // As a TIFF file with one entry, the orientation: the first row is the right side, the first column the top.
  std::string exif("MM\0\x2a\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 26);
  WritePng(this->In("a.png"),
           8,
           PNG_COLOR_TYPE_GRAY,
           [&](png_structp png, png_infop info) {
             png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()), reinterpret_cast<png_bytep>(exif.data()));
           },
           { { 1, 2, 3 }, { 4, 5, 6 } });
  const auto io = this->Open("a.png");
  EXPECT_EQ(io->GetInformation().Orientation, 6u);
  EXPECT_EQ(io->GetDimensions(0), 2u);
  EXPECT_EQ(ReadAll(*io), (std::vector<std::uint8_t>{ 4, 1, 5, 2, 6, 3 }));
}

TEST_F(PictureImageIO, ALevelThatAFileLacksIsRefused)
{
  WritePng(this->In("a.png"), 8, PNG_COLOR_TYPE_GRAY, [](png_structp, png_infop) {}, { { 1, 2, 3 } });
  auto io = itk::PictureImageIO::New();
  io->SetFileName(this->In("a.png"));
  io->SetLevel(1);
  EXPECT_EQ(itk::Test::ProblemOf([&] { io->ReadImageInformation(); }),
            this->In("a.png") + ": level must be at most 0, but is 1.");
}
