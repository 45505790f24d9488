// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPictureDecoder.h"
#include "itkTiffFile.h"
#include "itkTiffPages.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>

namespace itk
{
namespace
{
std::optional<IOComponentEnum>
GetTiffSampleType(const TiffPage & page)
{
  const unsigned int bits = page.Bits;
  switch (page.NumberFormat)
  {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
      return bits == 0    ? std::nullopt
             : bits <= 8  ? std::make_optional(IOComponentEnum::UCHAR)
             : bits <= 16 ? std::make_optional(IOComponentEnum::USHORT)
             : bits == 32 ? std::make_optional(IOComponentEnum::UINT)
             : bits == 64 ? std::make_optional(IOComponentEnum::ULONGLONG)
                          : std::nullopt;
    case SAMPLEFORMAT_INT:
      return bits == 8    ? std::make_optional(IOComponentEnum::CHAR)
             : bits == 16 ? std::make_optional(IOComponentEnum::SHORT)
             : bits == 32 ? std::make_optional(IOComponentEnum::INT)
             : bits == 64 ? std::make_optional(IOComponentEnum::LONGLONG)
                          : std::nullopt;
    case SAMPLEFORMAT_IEEEFP:
      return bits == 16 || bits == 32 ? std::make_optional(IOComponentEnum::FLOAT)
             : bits == 64             ? std::make_optional(IOComponentEnum::DOUBLE)
                                      : std::nullopt;
    default:
      return std::nullopt;
  }
}

/** IEEE 754 numbers of 16 bits. */
float
HalfToFloat(std::uint16_t half)
{
  const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
  const int   exponent = half >> 10 & 0x1f;
  const auto  fraction = static_cast<float>(half & 0x3ff) / 1024.0f;
  if (exponent == 31)
  {
    return fraction == 0.0f ? sign * HUGE_VALF : NAN;
  }
  return sign * (exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1.0f + fraction, exponent - 15));
}

void
SwapBytes(void * numbers, std::size_t size, std::size_t count)
{
  auto * bytes = static_cast<std::uint8_t *>(numbers);
  for (std::size_t i = 0; i < count; ++i, bytes += size)
  {
    std::reverse(bytes, bytes + size);
  }
}

/** \class TiffDecoder
 * \brief Planes and channels of a TIFF file, block by block. */
class TiffDecoder : public PictureDecoder
{
public:
  TiffDecoder(const std::string & fileName, unsigned int level)
    : m_File(fileName)
    , m_FileName(fileName)
  {
    m_Header.Format = "TIFF";
    this->ReadPages();
    const TiffPage whole = m_Page;
    if (level > 0)
    {
      this->TakeLevel(level);
    }
    this->DescribePixels();
    this->DescribeSpacing(static_cast<double>(whole.Width) / m_Page.Width,
                          static_cast<double>(whole.Height) / m_Page.Height);
  }

  void
  Read(const PictureRegion & region, void * samples) override
  {
    const std::size_t         pixel = GetSampleSize(m_Header.SampleType) * m_Page.Samples;
    const std::size_t         pixels = region.Size[0] * region.Size[1];
    auto *                    destination = static_cast<std::uint8_t *>(samples);
    std::vector<std::uint8_t> channel(m_Order.Channels > 1 ? pixels * pixel : 0);
    for (std::size_t z = region.Index[2]; z < region.Index[2] + region.Size[2]; ++z)
    {
      for (std::size_t c = 0; c < m_Order.Channels; ++c)
      {
        this->ReadPlane(z * m_Order.Channels + c, region, m_Order.Channels > 1 ? channel.data() : destination);
        for (std::size_t i = 0; m_Order.Channels > 1 && i < pixels; ++i)
        {
          std::memcpy(destination + (i * m_Order.Channels + c) * pixel, channel.data() + i * pixel, pixel);
        }
      }
      destination += pixels * pixel * m_Order.Channels;
    }
  }

private:
  // What the file holds.

  void
  ReadPages()
  {
    m_File.Require(true);
    m_File.AskForRgb();
    const std::string description = m_File.GetText(TIFFTAG_IMAGEDESCRIPTION);
    m_Page = ReadTiffPage(m_File);
    VerifyTiffBlocks(m_File, m_Page);
    m_XResolution = m_File.GetField<float>(TIFFTAG_XRESOLUTION, 0);
    m_YResolution = m_File.GetField<float>(TIFFTAG_YRESOLUTION, 0);
    this->ReadPalette();

    const bool                 isAperio = description.rfind("Aperio", 0) == 0;
    std::vector<TiffPage>      smaller;
    std::optional<std::string> different;
    m_Directories = { m_Page.Directory };
    while (TIFFReadDirectory(m_File.Get()) == 1)
    {
      const TiffPage page = ReadTiffPage(m_File);
      const bool     isSmaller = (page.Kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0 || isAperio;
      if (isSmaller)
      {
        smaller.push_back(page);
      }
      else if (page.IsLike(m_Page))
      {
        VerifyTiffBlocks(m_File, page);
        m_Directories.push_back(page.Directory);
      }
      else if (!different)
      {
        different = "page " + std::to_string(TIFFCurrentDirectory(m_File.Get()) + 1) + " has " + DescribePage(page) +
                    ", but page 1 has " + DescribePage(m_Page);
      }
    }
    m_File.Require(true);
    if (different)
    {
      itkGenericExceptionMacro("its pages differ: " << *different << "; they are no volume.");
    }
    this->ListLevels(smaller);
    this->OrderPages(description);
    m_File.OpenDirectory(m_Page.Directory);
  }

  static std::string
  DescribePage(const TiffPage & page)
  {
    return std::to_string(page.Width) + " x " + std::to_string(page.Height) + " pixels of " +
           std::to_string(page.Samples) + " x " + std::to_string(page.Bits) + " bits";
  }

  void
  ReadPalette()
  {
    const std::uint16_t * red = nullptr;
    const std::uint16_t * green = nullptr;
    const std::uint16_t * blue = nullptr;
    if (m_Page.Photometric != PHOTOMETRIC_PALETTE || m_Page.Bits > 16 ||
        TIFFGetField(m_File.Get(), TIFFTAG_COLORMAP, &red, &green, &blue) != 1)
    {
      return;
    }
    const std::size_t count = std::size_t{ 1 } << m_Page.Bits;
    // Some programs write a byte for each color.
    const auto isByte = [count](const std::uint16_t * color)
    { return std::all_of(color, color + count, [](std::uint16_t value) { return value < 256; }); };
    const int shift = isByte(red) && isByte(green) && isByte(blue) ? 0 : 8;
    for (std::size_t i = 0; i < count; ++i)
    {
      m_Header.Palette.push_back({ static_cast<std::uint8_t>(red[i] >> shift),
                                   static_cast<std::uint8_t>(green[i] >> shift),
                                   static_cast<std::uint8_t>(blue[i] >> shift),
                                   255 });
    }
  }

  /** Smaller pages are levels of a pyramid if they show the same in the same way, else thumbnails, labels or masks. */
  void
  ListLevels(std::vector<TiffPage> pages)
  {
    for (const std::uint64_t directory : m_Page.Smaller)
    {
      if (TIFFSetSubDirectory(m_File.Get(), directory) == 1)
      {
        pages.push_back(ReadTiffPage(m_File));
      }
    }
    m_File.Require(true);
    std::size_t others = 0;
    for (const auto & page : pages)
    {
      const double across = static_cast<double>(m_Page.Width) / page.Width;
      const double down = static_cast<double>(m_Page.Height) / page.Height;
      // Sizes are rounded up or down.
      const bool isSameShape =
        std::abs(page.Height - m_Page.Height / across) <= 1 || std::abs(page.Width - m_Page.Width / down) <= 1;
      if (isSameShape && across > 1 && page.HasPixelsLike(m_Page) && (page.Kind & FILETYPE_MASK) == 0)
      {
        m_Levels.push_back(page);
        m_Header.Levels.push_back({ page.Width, page.Height });
      }
      else
      {
        ++others;
      }
    }
    if (others > 0)
    {
      m_Header.Notes.push_back(others == 1
                                 ? "It also holds a thumbnail, a mask or another small picture, which is not read."
                                 : "It also holds " + std::to_string(others) +
                                     " thumbnails, masks or other small pictures, which are not read.");
    }
  }

  void
  OrderPages(const std::string & description)
  {
    m_Order = ParseTiffDescription(description, m_Page.Samples, m_Directories.size());
    const std::size_t pages = m_Directories.size();
    if (m_Order.TimePoints > 1)
    {
      itkGenericExceptionMacro("it holds " << m_Order.TimePoints << " points in time; an image of one is read.");
    }
    if (m_Order.Source.empty() || m_Order.Source == "Aperio")
    {
      m_Order.Planes = pages;
    }
    const std::size_t images = m_Order.Planes * m_Order.Channels;
    if (m_Order.Source == "ImageJ" && pages == 1 && images > 1)
    {
      this->FindPlanesAfterFirst(images);
    }
    else if (m_Order.Source != "OME" && images != pages)
    {
      itkGenericExceptionMacro("ImageJ's description names " << images << " images, but the file has " << pages
                                                             << " pages.");
    }
    if (!m_Order.Pages.empty())
    {
      std::vector<std::uint64_t> ordered;
      for (const std::size_t page : m_Order.Pages)
      {
        ordered.push_back(m_Directories[page]);
      }
      m_Directories = std::move(ordered);
    }
    m_Header.Size = { m_Page.Width, m_Page.Height, m_Order.Planes };
  }

  /** ImageJ writes stacks of more than 4 GB with the directory of their first plane alone. */
  void
  FindPlanesAfterFirst(std::size_t images)
  {
    m_File.OpenDirectory(m_Page.Directory);
    const auto * const offsets = m_File.GetField<std::uint64_t *>(TIFFTAG_STRIPOFFSETS, nullptr);
    if (!this->HasRawRows() || offsets == nullptr)
    {
      itkGenericExceptionMacro("ImageJ's description names " << images
                                                             << " images, but the file has 1 page and is compressed.");
    }
    m_PlaneBytes = this->GetRowBytes() * m_Page.Height;
    const std::uint64_t room = m_File.GetBytes() - offsets[0];
    if (room / m_PlaneBytes < images)
    {
      itkGenericExceptionMacro("the file ends before its pixels do: ImageJ's description names "
                               << images << " images, but there are " << room / m_PlaneBytes << '.');
    }
    m_Directories.assign(images, m_Page.Directory);
  }

  void
  TakeLevel(unsigned int level)
  {
    if (level > m_Levels.size())
    {
      itkGenericExceptionMacro("level must be at most " << m_Levels.size() << ", but is " << level << '.');
    }
    if (m_Directories.size() > 1)
    {
      itkGenericExceptionMacro("levels of a volume or of several channels are not read.");
    }
    m_Page = m_Levels[level - 1];
    m_File.OpenDirectory(m_Page.Directory);
    VerifyTiffBlocks(m_File, m_Page);
    m_Directories = { m_Page.Directory };
    m_Header.Size = { m_Page.Width, m_Page.Height, 1 };
  }

  void
  DescribePixels()
  {
    m_Header.Compression = GetTiffCompressionName(m_Page.Compression);
    m_Header.IsLossy = IsLossyTiffCompression(m_Page.Compression);
    m_Header.BitsPerSample = m_Page.Bits;
    m_Header.Orientation = m_Page.Orientation >= 1 && m_Page.Orientation <= 8 ? m_Page.Orientation : 1;
    m_Header.CanReadRegions = true;
    if (TIFFIsCODECConfigured(m_Page.Compression) == 0)
    {
      itkGenericExceptionMacro("its pixels are compressed by a method that is not read here: " << m_Header.Compression
                                                                                               << '.');
    }
    const auto type = GetTiffSampleType(m_Page);
    if (!type)
    {
      constexpr const char * formats[] = { "",          "whole numbers",         "signed numbers", "real numbers",
                                           "raw bytes", "complex whole numbers", "complex numbers" };
      itkGenericExceptionMacro("its pixels are of a type that is not read here: "
                               << (m_Page.NumberFormat < 7 ? formats[m_Page.NumberFormat] : "unknown") << " of "
                               << m_Page.Bits << " bits.");
    }
    m_Header.SampleType = *type;
    this->DescribeColor();
    m_Header.Samples = static_cast<unsigned int>(m_Page.Samples * m_Order.Channels);
    if (m_Order.Channels > 1)
    {
      if (m_Page.Samples > 1)
      {
        itkGenericExceptionMacro("it holds " << m_Order.Channels << " pages of " << m_Page.Samples
                                             << " colors for each plane, which is not read.");
      }
      m_Header.Color = PictureColor::Channels;
      m_Header.HasAlpha = false;
    }
    m_Header.ChannelNames = m_Order.ChannelNames;
    m_Header.ChannelNames.resize(m_Header.Color == PictureColor::Channels ? m_Header.Samples : 0);
  }

  void
  DescribeColor()
  {
    const auto         extras = static_cast<unsigned int>(m_Page.ExtraSamples.size());
    const unsigned int colors = m_Page.Samples - std::min<unsigned int>(extras, m_Page.Samples);
    const bool         isAlpha = extras == 1 && (m_Page.ExtraSamples[0] == EXTRASAMPLE_ASSOCALPHA ||
                                         m_Page.ExtraSamples[0] == EXTRASAMPLE_UNASSALPHA);
    const auto         is = [&](unsigned int wanted) { return colors == wanted && (extras == 0 || isAlpha); };
    const auto         takeAs = [&](PictureColor color)
    {
      m_Header.Color = color;
      m_Header.HasAlpha = isAlpha;
    };
    const bool isUnsigned = m_Page.NumberFormat == SAMPLEFORMAT_UINT || m_Page.NumberFormat == SAMPLEFORMAT_VOID;
    switch (m_Page.Photometric)
    {
      case PHOTOMETRIC_MINISWHITE:
        is(1) ? takeAs(isUnsigned ? PictureColor::InvertedGray : PictureColor::Gray) : takeAs(PictureColor::Channels);
        break;
      case PHOTOMETRIC_MINISBLACK:
      case PHOTOMETRIC_MASK:
        is(1) ? takeAs(PictureColor::Gray) : takeAs(PictureColor::Channels);
        break;
      case PHOTOMETRIC_RGB:
        is(3) ? takeAs(PictureColor::RGB) : takeAs(PictureColor::Channels);
        break;
      case PHOTOMETRIC_YCBCR:
        this->DescribeYCbCr();
        break;
      case PHOTOMETRIC_PALETTE:
        if (m_Page.Samples != 1 || m_Header.Palette.empty())
        {
          itkGenericExceptionMacro("it is damaged: it has no color table for its " << m_Page.Samples << " samples.");
        }
        takeAs(PictureColor::Palette);
        break;
      case PHOTOMETRIC_SEPARATED:
        m_Page.IsCmyk && is(4) && isUnsigned && (m_Page.Bits == 8 || m_Page.Bits == 16)
          ? takeAs(PictureColor::CMYK)
          : takeAs(PictureColor::Channels);
        break;
      default:
        itkGenericExceptionMacro("its colors are of a kind that is not read here: number " << m_Page.Photometric
                                                                                           << " of TIFF.");
    }
    if (m_Header.Color == PictureColor::Channels)
    {
      m_Header.HasAlpha = false;
    }
  }

  /** JPEG is decoded to RGB by libjpeg, blocks of other compressions by libtiff's conversion to RGBA. */
  void
  DescribeYCbCr()
  {
    if (m_Page.Samples != 3 || m_Page.Bits != 8)
    {
      itkGenericExceptionMacro("its YCbCr colors must have 3 x 8 bits, but have " << m_Page.Samples << " x "
                                                                                  << m_Page.Bits << '.');
    }
    m_Header.Color = PictureColor::RGB;
    m_IsConverted = m_Page.Compression != COMPRESSION_JPEG;
    if (m_IsConverted && m_Header.Orientation != 1)
    {
      itkGenericExceptionMacro("its YCbCr colors are not read in an orientation other than 1.");
    }
  }

  void
  DescribeSpacing(double across, double down)
  {
    double spacing[3]{ m_Order.Spacing[0], m_Order.Spacing[1], m_Order.Spacing[2] };
    if (m_Order.UnitInMillimeters > 0 && m_XResolution > 0 && m_YResolution > 0)
    {
      spacing[0] = m_Order.UnitInMillimeters / static_cast<double>(m_XResolution);
      spacing[1] = m_Order.UnitInMillimeters / static_cast<double>(m_YResolution);
    }
    const bool isVolume = m_Header.Size[2] > 1;
    if (spacing[0] > 0 && spacing[1] > 0)
    {
      m_Header.Spacing = { spacing[0] * across, spacing[1] * down };
      m_Header.SpacingSource = m_Order.Source;
    }
    if (isVolume && !m_Header.Spacing.empty())
    {
      if (spacing[2] <= 0)
      {
        m_Header.Notes.push_back(
          "It states a spacing along x and y, but none along z, which is taken to be that of x.");
      }
      m_Header.Spacing.push_back(spacing[2] > 0 ? spacing[2] : spacing[0]);
    }
  }

  // Pixels.

  std::size_t
  GetRowBytes() const
  {
    return std::size_t{ m_Page.Width } * m_Page.Samples * m_Page.Bits / 8;
  }

  bool
  HasRawRows() const
  {
    const bool areWhole = m_Page.Bits == 8 || m_Page.Bits == 16 || m_Page.Bits == 32 || m_Page.Bits == 64;
    return m_Page.Compression == COMPRESSION_NONE && !m_Page.IsTiled && !m_Page.IsPlanar && areWhole &&
           m_Page.FillOrder == FILLORDER_MSB2LSB && m_Page.Photometric != PHOTOMETRIC_YCBCR;
  }

  bool
  IsHalf() const
  {
    return m_Page.NumberFormat == SAMPLEFORMAT_IEEEFP && m_Page.Bits == 16;
  }

  void
  ReadPlane(std::size_t plane, const PictureRegion & region, std::uint8_t * destination)
  {
    m_File.OpenDirectory(m_Directories[plane]);
    if (m_IsConverted)
    {
      this->ReadConverted(region, destination);
    }
    else if (this->HasRawRows())
    {
      this->ReadRawRows(plane, region, destination);
    }
    else
    {
      this->ReadBlocks(region, destination);
    }
  }

  /** Samples of the file's type to those of the header's. */
  void
  Store(const std::uint8_t * row, std::size_t firstSample, std::size_t count, std::uint8_t * destination) const
  {
    if (this->IsHalf())
    {
      for (std::size_t i = 0; i < count; ++i)
      {
        std::uint16_t half;
        std::memcpy(&half, row + 2 * (firstSample + i), 2);
        const float number = HalfToFloat(half);
        std::memcpy(destination + 4 * i, &number, 4);
      }
      return;
    }
    const std::size_t bits = m_Page.Bits;
    if (bits % 8 == 0 && bits != 24)
    {
      std::memcpy(destination, row + firstSample * bits / 8, count * bits / 8);
      return;
    }
    std::vector<std::uint8_t> numbers((firstSample + count) * GetSampleSize(m_Header.SampleType));
    UnpackSamples(row, static_cast<unsigned int>(bits), firstSample + count, numbers.data());
    std::copy(numbers.begin() + static_cast<std::ptrdiff_t>(firstSample * GetSampleSize(m_Header.SampleType)),
              numbers.end(),
              destination);
  }

  /** Rows of uncompressed strips from where they are, without the others. */
  void
  ReadRawRows(std::size_t plane, const PictureRegion & region, std::uint8_t * destination)
  {
    const auto * const offsets = m_File.GetField<std::uint64_t *>(TIFFTAG_STRIPOFFSETS, nullptr);
    const std::size_t  rowBytes = this->GetRowBytes();
    const std::size_t  size = m_Page.Bits / 8;
    const std::size_t  samples = region.Size[0] * m_Page.Samples;
    const std::size_t  stored = samples * GetSampleSize(m_Header.SampleType);
    if (!m_Stream.is_open())
    {
      m_Stream.open(m_FileName, std::ios::binary);
    }
    std::vector<std::uint8_t> row(this->IsHalf() ? samples * size : 0);
    const bool                areWhole = region.Size[0] == m_Page.Width && !this->IsHalf();
    for (std::size_t y = region.Index[1]; y < region.Index[1] + region.Size[1];)
    {
      const std::size_t strip = y / m_Page.BlockHeight;
      const std::size_t inStrip = y % m_Page.BlockHeight;
      const std::size_t rows =
        areWhole ? std::min(m_Page.BlockHeight - inStrip, region.Index[1] + region.Size[1] - y) : 1;
      const std::uint64_t offset = offsets[strip] + inStrip * rowBytes + region.Index[0] * m_Page.Samples * size +
                                   (m_PlaneBytes > 0 ? plane * m_PlaneBytes : 0);
      std::uint8_t * const target = this->IsHalf() ? row.data() : destination;
      m_Stream.seekg(static_cast<std::streamoff>(offset));
      if (!m_Stream.read(reinterpret_cast<char *>(target), static_cast<std::streamsize>(rows * samples * size)))
      {
        m_Stream.clear();
        itkGenericExceptionMacro("the file ends before its pixels do.");
      }
      if (TIFFIsByteSwapped(m_File.Get()) != 0 && size > 1)
      {
        SwapBytes(target, size, rows * samples);
      }
      if (this->IsHalf())
      {
        this->Store(row.data(), 0, samples, destination);
      }
      destination += rows * stored;
      y += rows;
      m_NumberOfDecodedBlocks += rows;
    }
  }

  /** Calls `take` with each block that the region touches, and the part of it that both have. */
  template <typename TTake>
  void
  ForBlocks(const PictureRegion & region, TTake && take) const
  {
    const std::size_t endX = region.Index[0] + region.Size[0];
    const std::size_t endY = region.Index[1] + region.Size[1];
    for (std::size_t by = region.Index[1] / m_Page.BlockHeight; by * m_Page.BlockHeight < endY; ++by)
    {
      for (std::size_t bx = region.Index[0] / m_Page.BlockWidth; bx * m_Page.BlockWidth < endX; ++bx)
      {
        PictureRegion part;
        part.Index = { std::max(region.Index[0], bx * m_Page.BlockWidth),
                       std::max(region.Index[1], by * m_Page.BlockHeight),
                       0 };
        part.Size = { std::min(endX, (bx + 1) * m_Page.BlockWidth) - part.Index[0],
                      std::min(endY, (by + 1) * m_Page.BlockHeight) - part.Index[1],
                      1 };
        take(bx, by, part);
      }
    }
  }

  void
  ReadBlocks(const PictureRegion & region, std::uint8_t * destination)
  {
    const std::size_t planes = m_Page.IsPlanar ? m_Page.Samples : 1;
    const std::size_t together = m_Page.IsPlanar ? 1 : m_Page.Samples;
    const std::size_t size = GetSampleSize(m_Header.SampleType);
    const std::size_t blockRow = (m_Page.BlockWidth * together * m_Page.Bits + 7) / 8;
    const std::size_t across = (m_Page.Width + m_Page.BlockWidth - 1) / m_Page.BlockWidth;
    const std::size_t down = (m_Page.Height + m_Page.BlockHeight - 1) / m_Page.BlockHeight;
    // Strips of bytes, and of larger whole numbers, are decoded where they belong.
    const bool isDirect =
      !m_Page.IsTiled && planes == 1 && region.Size[0] == m_Page.Width && m_Page.Bits == size * 8 && !this->IsHalf();
    std::vector<std::uint8_t> block;
    std::vector<std::uint8_t> row;
    this->ForBlocks(
      region,
      [&](std::size_t bx, std::size_t by, const PictureRegion & part)
      {
        const std::size_t rows = m_Page.IsTiled
                                   ? m_Page.BlockHeight
                                   : std::min<std::size_t>(m_Page.BlockHeight, m_Page.Height - by * m_Page.BlockHeight);
        for (std::size_t s = 0; s < planes; ++s)
        {
          const auto number = static_cast<std::uint32_t>((s * down + by) * across + bx);
          const bool fitsHere = isDirect && part.Size[1] == rows;
          const auto offsetOf = [&](std::size_t y)
          {
            return ((part.Index[1] + y - region.Index[1]) * region.Size[0] + part.Index[0] - region.Index[0]) *
                   m_Page.Samples * size;
          };
          if (!fitsHere)
          {
            block.resize(rows * blockRow);
          }
          std::uint8_t * const target = fitsHere ? destination + offsetOf(0) : block.data();
          const auto           wanted = static_cast<tmsize_t>(rows * blockRow);
          const tmsize_t       got = m_Page.IsTiled ? TIFFReadEncodedTile(m_File.Get(), number, target, wanted)
                                                    : TIFFReadEncodedStrip(m_File.Get(), number, target, wanted);
          m_File.Require(got == wanted);
          ++m_NumberOfDecodedBlocks;
          for (std::size_t y = 0; !fitsHere && y < part.Size[1]; ++y)
          {
            const std::uint8_t * const from = block.data() + (part.Index[1] + y - by * m_Page.BlockHeight) * blockRow;
            const std::size_t          first = (part.Index[0] - bx * m_Page.BlockWidth) * together;
            if (planes == 1)
            {
              this->Store(from, first, part.Size[0] * together, destination + offsetOf(y));
              continue;
            }
            row.resize(part.Size[0] * size);
            this->Store(from, first, part.Size[0], row.data());
            for (std::size_t x = 0; x < part.Size[0]; ++x)
            {
              std::memcpy(destination + offsetOf(y) + (x * planes + s) * size, row.data() + x * size, size);
            }
          }
        }
      });
  }

  void
  ReadConverted(const PictureRegion & region, std::uint8_t * destination)
  {
    std::vector<std::uint32_t> block(std::size_t{ m_Page.BlockWidth } * m_Page.BlockHeight);
    this->ForBlocks(region,
                    [&](std::size_t bx, std::size_t by, const PictureRegion & part)
                    {
                      const auto        x0 = static_cast<std::uint32_t>(bx * m_Page.BlockWidth);
                      const auto        y0 = static_cast<std::uint32_t>(by * m_Page.BlockHeight);
                      const std::size_t rows =
                        m_Page.IsTiled ? m_Page.BlockHeight : std::min(m_Page.BlockHeight, m_Page.Height - y0);
                      m_File.Require((m_Page.IsTiled ? TIFFReadRGBATileExt(m_File.Get(), x0, y0, block.data(), 1)
                                                     : TIFFReadRGBAStripExt(m_File.Get(), y0, block.data(), 1)) == 1);
                      ++m_NumberOfDecodedBlocks;
                      for (std::size_t y = part.Index[1]; y < part.Index[1] + part.Size[1]; ++y)
                      {
                        // The last row comes first.
                        const std::uint32_t * from =
                          block.data() + (rows - 1 - (y - y0)) * m_Page.BlockWidth + (part.Index[0] - x0);
                        std::uint8_t * to =
                          destination + ((y - region.Index[1]) * region.Size[0] + part.Index[0] - region.Index[0]) * 3;
                        for (std::size_t x = 0; x < part.Size[0]; ++x, ++from)
                        {
                          *to++ = static_cast<std::uint8_t>(TIFFGetR(*from));
                          *to++ = static_cast<std::uint8_t>(TIFFGetG(*from));
                          *to++ = static_cast<std::uint8_t>(TIFFGetB(*from));
                        }
                      }
                    });
  }

  TiffFile    m_File;
  std::string m_FileName;
  /** The one whose pixels are described. */
  TiffPage              m_Page;
  std::vector<TiffPage> m_Levels;
  TiffPageOrder         m_Order;
  /** Of the page of each channel of each plane. */
  std::vector<std::uint64_t> m_Directories;
  /** Between planes without a directory of their own. */
  std::uint64_t m_PlaneBytes{ 0 };
  float         m_XResolution{ 0 };
  float         m_YResolution{ 0 };
  bool          m_IsConverted{ false };
  std::ifstream m_Stream;
};
} // namespace

std::unique_ptr<PictureDecoder>
OpenTiffPicture(const std::string & fileName, unsigned int level)
{
  std::uint8_t  begin[4]{};
  std::ifstream stream(fileName, std::ios::binary);
  stream.read(reinterpret_cast<char *>(begin), 4);
  const bool isLittle = begin[0] == 'I' && begin[1] == 'I' && (begin[2] == 42 || begin[2] == 43) && begin[3] == 0;
  const bool isBig = begin[0] == 'M' && begin[1] == 'M' && begin[2] == 0 && (begin[3] == 42 || begin[3] == 43);
  return stream && (isLittle || isBig) ? std::make_unique<TiffDecoder>(fileName, level) : nullptr;
}
} // namespace itk
