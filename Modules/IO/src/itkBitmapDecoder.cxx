// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPictureDecoder.h"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace itk
{
namespace
{
/** One of the colors in a pixel of 16 or 32 bits. */
struct BitmapMask
{
  std::uint32_t Bits{ 0 };
  unsigned int  Shift{ 0 };

  BitmapMask() = default;
  explicit BitmapMask(std::uint32_t bits)
    : Bits(bits)
  {
    while (bits != 0 && (bits >> Shift & 1) == 0)
    {
      ++Shift;
    }
  }

  std::uint8_t
  Get(std::uint32_t pixel) const
  {
    const std::uint64_t largest = Bits >> Shift;
    return largest == 0 ? 0 : static_cast<std::uint8_t>(((pixel & Bits) >> Shift) * std::uint64_t{ 255 } / largest);
  }
};

/** \class BitmapDecoder
 * \brief A BMP file: 1, 4, 8, 16, 24 or 32 bits, plain or run-length encoded, with headers of any version. */
class BitmapDecoder : public PictureDecoder
{
public:
  explicit BitmapDecoder(const std::string & fileName)
    : m_File(fileName, std::ios::binary)
    , m_FileBytes(std::filesystem::file_size(fileName))
  {
    constexpr std::size_t mostOfHeaders = 14 + 124 + 16;
    m_Head.resize(mostOfHeaders);
    m_File.read(reinterpret_cast<char *>(m_Head.data()), mostOfHeaders);
    m_Head.resize(static_cast<std::size_t>(m_File.gcount()));
    m_File.clear();
    this->ReadHeader();
  }

  void
  Read(const PictureRegion &, void * samples) override
  {
    const std::uintmax_t      bytes = m_FileBytes - m_Offset;
    const std::uintmax_t      wanted = m_IsRunLength ? bytes : m_RowBytes * m_Header.Size[1];
    std::vector<std::uint8_t> stored(wanted);
    m_File.seekg(static_cast<std::streamoff>(m_Offset));
    if (!m_File.read(reinterpret_cast<char *>(stored.data()), static_cast<std::streamsize>(wanted)))
    {
      m_File.clear();
      itkGenericExceptionMacro("the file ends before its pixels do.");
    }
    auto * const destination = static_cast<std::uint8_t *>(samples);
    m_IsRunLength ? this->DecodeRuns(stored, destination) : this->DecodeRows(stored, destination);
    m_NumberOfDecodedBlocks += m_Header.Size[1];
  }

private:
  /** Little-endian. */
  std::uint32_t
  Number(std::size_t at, std::size_t bytes) const
  {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
    {
      value |= at + i < m_Head.size() ? static_cast<std::uint32_t>(m_Head[at + i]) << 8 * i : 0;
    }
    return value;
  }

  void
  ReadHeader()
  {
    m_Header.Format = "BMP";
    m_Header.Compression = "none";
    const std::uint32_t headerBytes = this->Number(14, 4);
    const bool          isOld = headerBytes == 12;
    if (!isOld && (headerBytes < 40 || headerBytes > 124))
    {
      itkGenericExceptionMacro("it is damaged: its header has " << headerBytes << " bytes, not 12 or 40 to 124.");
    }
    const auto size = [&](std::size_t oldAt, std::size_t at) -> std::int64_t
    { return isOld ? std::int64_t{ this->Number(oldAt, 2) } : static_cast<std::int32_t>(this->Number(at, 4)); };
    const std::int64_t width = size(18, 18);
    const std::int64_t height = size(20, 22);
    m_Offset = this->Number(10, 4);
    m_Bits = this->Number(isOld ? 24 : 28, 2);
    const std::uint32_t           compression = isOld ? 0 : this->Number(30, 4);
    constexpr std::uint32_t       runs8 = 1;
    constexpr std::uint32_t       runs4 = 2;
    constexpr std::uint32_t       masks = 3;
    constexpr std::uint32_t       masksWithAlpha = 6;
    const bool                    areMasked = compression == masks || compression == masksWithAlpha;
    const std::set<std::uint32_t> plainBits{ 1, 4, 8, 16, 24, 32 };
    const bool isKnown = (compression == 0 && plainBits.count(m_Bits) > 0) || (compression == runs8 && m_Bits == 8) ||
                         (compression == runs4 && m_Bits == 4) || (areMasked && (m_Bits == 16 || m_Bits == 32));
    if (width <= 0 || height == 0 || height < -0x7fffffffLL || m_Offset >= m_FileBytes || !isKnown)
    {
      itkGenericExceptionMacro("it is damaged or of a kind that is not read here: "
                               << width << " x " << height << " pixels of " << m_Bits << " bits, compression "
                               << compression << '.');
    }
    m_IsTopDown = height < 0;
    m_IsRunLength = compression == runs8 || compression == runs4;
    m_Header.Compression = m_IsRunLength ? "run lengths" : "none";
    m_Header.Size = { static_cast<std::size_t>(width), static_cast<std::size_t>(std::abs(height)), 1 };
    m_RowBytes = (m_Header.Size[0] * m_Bits + 31) / 32 * 4;
    m_Header.BitsPerSample = std::min(m_Bits, 8u);
    if (m_Bits <= 8)
    {
      m_Header.Color = PictureColor::Palette;
      this->ReadPalette(14 + headerBytes, isOld ? 3 : 4, isOld ? 0 : this->Number(46, 4));
    }
    else
    {
      m_Header.Color = PictureColor::RGB;
      this->ReadMasks(areMasked, headerBytes);
      m_Header.HasAlpha = m_Masks[3].Bits != 0;
      m_Header.Samples = m_Header.HasAlpha ? 4 : 3;
    }
    if (m_IsRunLength)
    {
      // A run of two bytes has 255 pixels at most; pixels may also be left out.
      VerifyDecodedSize(m_Header, m_FileBytes, 256);
    }
    else if (static_cast<double>(m_RowBytes) * static_cast<double>(m_Header.Size[1]) >
             static_cast<double>(m_FileBytes - m_Offset))
    {
      itkGenericExceptionMacro("the file ends before its pixels do.");
    }
  }

  void
  ReadPalette(std::size_t at, std::size_t entryBytes, std::uint32_t used)
  {
    const std::size_t         all = std::size_t{ 1 } << m_Bits;
    const std::size_t         room = m_Offset > at ? (m_Offset - at) / entryBytes : 0;
    const std::size_t         count = std::min({ used == 0 ? all : std::size_t{ used }, all, room });
    std::vector<std::uint8_t> table(count * entryBytes);
    m_File.seekg(static_cast<std::streamoff>(at));
    m_File.read(reinterpret_cast<char *>(table.data()), static_cast<std::streamsize>(table.size()));
    m_File.clear();
    for (std::size_t i = 0; i < count; ++i)
    {
      const std::uint8_t * const entry = table.data() + i * entryBytes;
      m_Header.Palette.push_back({ entry[2], entry[1], entry[0], 255 });
    }
  }

  void
  ReadMasks(bool areGiven, std::uint32_t headerBytes)
  {
    constexpr std::size_t firstMask = 54;
    if (areGiven)
    {
      for (std::size_t c = 0; c < 3; ++c)
      {
        m_Masks[c] = BitmapMask(this->Number(firstMask + 4 * c, 4));
      }
      // Before version 3 of the header there is none.
      m_Masks[3] = BitmapMask(headerBytes >= 56 ? this->Number(firstMask + 12, 4) : 0);
    }
    else if (m_Bits == 16)
    {
      m_Masks = { BitmapMask(0x7c00), BitmapMask(0x03e0), BitmapMask(0x001f), BitmapMask(0) };
    }
    else
    {
      m_Masks = { BitmapMask(0xff0000), BitmapMask(0xff00), BitmapMask(0xff), BitmapMask(0) };
    }
  }

  std::uint8_t *
  RowOf(std::uint8_t * destination, std::size_t storedRow) const
  {
    const std::size_t y = m_IsTopDown ? storedRow : m_Header.Size[1] - 1 - storedRow;
    return destination + y * m_Header.Size[0] * m_Header.Samples;
  }

  void
  DecodeRows(const std::vector<std::uint8_t> & stored, std::uint8_t * destination) const
  {
    const std::size_t width = m_Header.Size[0];
    for (std::size_t y = 0; y < m_Header.Size[1]; ++y)
    {
      const std::uint8_t * from = stored.data() + y * m_RowBytes;
      std::uint8_t *       to = this->RowOf(destination, y);
      if (m_Bits <= 8)
      {
        UnpackSamples(from, m_Bits, width, to);
        continue;
      }
      const std::size_t pixelBytes = m_Bits / 8;
      for (std::size_t x = 0; x < width; ++x, from += pixelBytes)
      {
        std::uint32_t pixel = 0;
        for (std::size_t i = 0; i < pixelBytes; ++i)
        {
          pixel |= static_cast<std::uint32_t>(from[i]) << 8 * i;
        }
        for (std::size_t c = 0; c < m_Header.Samples; ++c)
        {
          *to++ = m_Masks[c].Get(pixel);
        }
      }
    }
  }

  /** Pairs of bytes: a length and what is repeated, or 0 and a command. */
  void
  DecodeRuns(const std::vector<std::uint8_t> & stored, std::uint8_t * destination) const
  {
    const std::size_t width = m_Header.Size[0];
    const std::size_t height = m_Header.Size[1];
    std::fill_n(destination, width * height, std::uint8_t{ 0 });
    std::size_t x = 0;
    std::size_t y = 0;
    std::size_t at = 0;
    const auto  put = [&](std::uint8_t index)
    {
      if (x >= width || y >= height)
      {
        itkGenericExceptionMacro("it is damaged: a run of pixels does not fit.");
      }
      this->RowOf(destination, y)[x++] = index;
    };
    const auto half = [](std::uint8_t byte, std::size_t i)
    { return static_cast<std::uint8_t>(i % 2 == 0 ? byte >> 4 : byte & 15); };
    const bool isOf4 = m_Bits == 4;
    while (at + 2 <= stored.size())
    {
      const std::uint8_t count = stored[at];
      const std::uint8_t value = stored[at + 1];
      at += 2;
      if (count > 0)
      {
        for (std::size_t i = 0; i < count; ++i)
        {
          put(isOf4 ? half(value, i) : value);
        }
      }
      else if (value == 0)
      {
        x = 0;
        ++y;
      }
      else if (value == 1)
      {
        return;
      }
      else if (value == 2 && at + 2 <= stored.size())
      {
        x += stored[at];
        y += stored[at + 1];
        at += 2;
      }
      else
      {
        const std::size_t bytes = isOf4 ? (value + 1u) / 2 : value;
        if (at + bytes > stored.size())
        {
          break;
        }
        for (std::size_t i = 0; i < value; ++i)
        {
          put(isOf4 ? half(stored[at + i / 2], i) : stored[at + i]);
        }
        at += (bytes + 1) / 2 * 2;
      }
    }
    itkGenericExceptionMacro("the file ends before its pixels do.");
  }

  std::ifstream             m_File;
  std::uintmax_t            m_FileBytes;
  std::vector<std::uint8_t> m_Head;
  std::uint32_t             m_Offset{ 0 };
  std::uint32_t             m_Bits{ 0 };
  std::size_t               m_RowBytes{ 0 };
  bool                      m_IsTopDown{ false };
  bool                      m_IsRunLength{ false };
  std::array<BitmapMask, 4> m_Masks{};
};
} // namespace

std::unique_ptr<PictureDecoder>
OpenBitmapPicture(const std::string & fileName)
{
  char          begin[2]{};
  std::ifstream stream(fileName, std::ios::binary);
  return stream.read(begin, 2) && begin[0] == 'B' && begin[1] == 'M' ? std::make_unique<BitmapDecoder>(fileName)
                                                                     : nullptr;
}
} // namespace itk
