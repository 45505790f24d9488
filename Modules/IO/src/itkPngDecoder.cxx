// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkExifOrientation.h"
#include "itkPictureDecoder.h"
#include <png.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace itk
{
namespace
{
using FilePointer = std::unique_ptr<std::FILE, int (*)(std::FILE *)>;

/** What the chunks of a file say before anything is decoded. */
struct PngChunks
{
  std::uintmax_t DataBytes{ 0 };
  bool           HasEnd{ false };
  bool           IsAnimation{ false };
};

PngChunks
FindPngChunks(std::FILE * file)
{
  PngChunks    chunks;
  std::uint8_t begin[8];
  std::fseek(file, 0, SEEK_END);
  const long end = std::ftell(file);
  long       at = 8;
  while (at + 12 <= end && !chunks.HasEnd)
  {
    std::fseek(file, at, SEEK_SET);
    if (std::fread(begin, 1, sizeof(begin), file) != sizeof(begin))
    {
      break;
    }
    const long length = static_cast<long>(begin[0]) << 24 | begin[1] << 16 | begin[2] << 8 | begin[3];
    const auto is = [&](const char * type) { return std::memcmp(begin + 4, type, 4) == 0; };
    if (length > end - at - 12)
    {
      break;
    }
    chunks.DataBytes += is("IDAT") ? static_cast<std::uintmax_t>(length) : 0;
    chunks.IsAnimation = chunks.IsAnimation || is("acTL");
    chunks.HasEnd = is("IEND");
    at += length + 12;
  }
  return chunks;
}

/** \class PngDecoder
 * \brief A PNG file, decoded as a whole. */
class PngDecoder : public PictureDecoder
{
public:
  explicit PngDecoder(const std::string & fileName)
    : m_File(std::fopen(fileName.c_str(), "rb"), &std::fclose)
  {
    if (!m_File)
    {
      itkGenericExceptionMacro("it cannot be opened: " << std::strerror(errno) << '.');
    }
    const PngChunks chunks = FindPngChunks(m_File.get());
    if (!chunks.HasEnd)
    {
      itkGenericExceptionMacro("the file ends before its pixels do.");
    }
    if (!this->ReadHeader())
    {
      this->ThrowDamaged();
    }
    this->Describe();
    if (chunks.IsAnimation)
    {
      m_Header.Notes.push_back("It is an animation, whose first picture is read.");
    }
    VerifyDecodedSize(m_Header, chunks.DataBytes, 1033);
  }
  ~PngDecoder() override { this->Close(); }
  PngDecoder(const PngDecoder &) = delete;
  PngDecoder &
  operator=(const PngDecoder &) = delete;

  void
  Read(const PictureRegion &, void * samples) override
  {
    if (!m_IsAtPixels && !this->ReadHeader())
    {
      this->ThrowDamaged();
    }
    m_IsAtPixels = false;
    // Without the opacity that a color of the file stands for.
    const std::size_t stride =
      m_Header.Size[0] * (m_Header.Samples - (m_HasTransparentColor ? 1 : 0)) * GetSampleSize(m_Header.SampleType);
    std::vector<png_bytep> rows(m_Header.Size[1]);
    for (std::size_t y = 0; y < rows.size(); ++y)
    {
      rows[y] = static_cast<png_bytep>(samples) + y * stride;
    }
    const bool isRead = this->ReadRows(rows.data());
    if (!isRead)
    {
      this->ThrowDamaged();
    }
    m_NumberOfDecodedBlocks += m_Header.Size[1];
    if (m_HasTransparentColor)
    {
      m_Header.SampleType == IOComponentEnum::UCHAR ? this->AddOpacity(static_cast<std::uint8_t *>(samples))
                                                    : this->AddOpacity(static_cast<std::uint16_t *>(samples));
    }
  }

private:
  // What may be left by a jump has no destructors.

  bool
  ReadHeader()
  {
    this->Close();
    m_Message[0] = '\0';
    m_Png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngDecoder::Fail, &PngDecoder::Ignore);
    m_Info = m_Png == nullptr ? nullptr : png_create_info_struct(m_Png);
    if (m_Info == nullptr || setjmp(png_jmpbuf(m_Png)) != 0)
    {
      return false;
    }
    png_set_crc_action(m_Png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    std::rewind(m_File.get());
    png_init_io(m_Png, m_File.get());
    png_read_info(m_Png, m_Info);
    m_IsAtPixels = true;
    return true;
  }

  bool
  ReadRows(png_bytepp rows)
  {
    if (setjmp(png_jmpbuf(m_Png)) != 0)
    {
      return false;
    }
    if (png_get_bit_depth(m_Png, m_Info) < 8)
    {
      png_set_packing(m_Png);
    }
    const std::uint16_t one = 1;
    if (png_get_bit_depth(m_Png, m_Info) == 16 && *reinterpret_cast<const std::uint8_t *>(&one) == 1)
    {
      png_set_swap(m_Png);
    }
    png_set_interlace_handling(m_Png);
    png_read_update_info(m_Png, m_Info);
    png_read_image(m_Png, rows);
    png_read_end(m_Png, nullptr);
    return true;
  }

  void
  Describe()
  {
    const unsigned int type = png_get_color_type(m_Png, m_Info);
    m_Header.Format = "PNG";
    m_Header.Compression = "deflate";
    m_Header.Size = { png_get_image_width(m_Png, m_Info), png_get_image_height(m_Png, m_Info), 1 };
    m_Header.Samples = png_get_channels(m_Png, m_Info);
    m_Header.BitsPerSample = png_get_bit_depth(m_Png, m_Info);
    m_Header.SampleType = m_Header.BitsPerSample == 16 ? IOComponentEnum::USHORT : IOComponentEnum::UCHAR;
    m_Header.HasAlpha = (type & PNG_COLOR_MASK_ALPHA) != 0;
    m_Header.Color = type == PNG_COLOR_TYPE_PALETTE       ? PictureColor::Palette
                     : (type & PNG_COLOR_MASK_COLOR) != 0 ? PictureColor::RGB
                                                          : PictureColor::Gray;
    if (m_Header.Color == PictureColor::Gray && m_Header.BitsPerSample < 8)
    {
      m_Header.GrayFactor = 255 / ((1u << m_Header.BitsPerSample) - 1);
    }
    this->ReadPalette();
    this->ReadTransparentColor();
    this->ReadScale();
    png_uint_32 length = 0;
    png_bytep   exif = nullptr;
    if (png_get_eXIf_1(m_Png, m_Info, &length, &exif) != 0)
    {
      m_Header.Orientation = GetExifOrientation(exif, length);
    }
  }

  void
  ReadPalette()
  {
    png_colorp    colors = nullptr;
    int           count = 0;
    png_bytep     opacities = nullptr;
    int           opacityCount = 0;
    png_color_16p color = nullptr;
    if (m_Header.Color != PictureColor::Palette || png_get_PLTE(m_Png, m_Info, &colors, &count) == 0)
    {
      return;
    }
    png_get_tRNS(m_Png, m_Info, &opacities, &opacityCount, &color);
    for (int i = 0; i < count; ++i)
    {
      const std::uint8_t opacity = opacities != nullptr && i < opacityCount ? opacities[i] : 255;
      m_Header.Palette.push_back({ colors[i].red, colors[i].green, colors[i].blue, opacity });
    }
  }

  /** A color may stand for full transparency. */
  void
  ReadTransparentColor()
  {
    png_bytep     opacities = nullptr;
    int           count = 0;
    png_color_16p color = nullptr;
    if (m_Header.Color == PictureColor::Palette || m_Header.HasAlpha ||
        png_get_tRNS(m_Png, m_Info, &opacities, &count, &color) == 0 || color == nullptr)
    {
      return;
    }
    m_HasTransparentColor = true;
    m_Header.HasAlpha = true;
    ++m_Header.Samples;
    m_TransparentColor = m_Header.Color == PictureColor::RGB
                           ? std::array<std::uint16_t, 3>{ color->red, color->green, color->blue }
                           : std::array<std::uint16_t, 3>{ color->gray, 0, 0 };
  }

  /** The size of what is shown, in meters. ITK writes its millimeters there as if they were meters, 1 for an image
   * without a spacing; no pixel of ITK's is as small as this, none of a microscope's as large. */
  void
  ReadScale()
  {
#ifdef PNG_READ_sCAL_SUPPORTED
    int              unit = PNG_SCALE_UNKNOWN;
    double           width = 0;
    double           height = 0;
    constexpr double largestInMeters = 1e-5;
    if (png_get_sCAL(m_Png, m_Info, &unit, &width, &height) != 0 && unit == PNG_SCALE_METER &&
        !(width == 1 && height == 1))
    {
      const double factor = std::max(width, height) < largestInMeters ? 1000 : 1;
      m_Header.Spacing = { width * factor, height * factor };
      m_Header.SpacingSource = "PNG's scale";
    }
#endif
  }

  /** From the last pixel to the first, each of which moves to a larger place. */
  template <typename TSample>
  void
  AddOpacity(TSample * samples) const
  {
    const std::size_t colors = m_Header.Samples - 1;
    for (std::size_t i = m_Header.Size[0] * m_Header.Size[1]; i-- > 0;)
    {
      std::array<TSample, 3> color{};
      bool                   isTransparent = true;
      for (std::size_t c = 0; c < colors; ++c)
      {
        color[c] = samples[i * colors + c];
        isTransparent = isTransparent && color[c] == m_TransparentColor[c];
      }
      std::copy_n(color.begin(), colors, samples + i * (colors + 1));
      samples[i * (colors + 1) + colors] = isTransparent ? TSample{ 0 } : static_cast<TSample>(~TSample{ 0 });
    }
  }

  [[noreturn]] static void
  Fail(png_structp png, png_const_charp message)
  {
    auto & self = *static_cast<PngDecoder *>(png_get_error_ptr(png));
    std::snprintf(self.m_Message, sizeof(self.m_Message), "%s", message);
    png_longjmp(png, 1);
  }

  static void
  Ignore(png_structp, png_const_charp)
  {}

  [[noreturn]] void
  ThrowDamaged() const
  {
    itkGenericExceptionMacro("it is damaged: " << m_Message << '.');
  }

  void
  Close()
  {
    if (m_Png != nullptr)
    {
      png_destroy_read_struct(&m_Png, &m_Info, nullptr);
    }
    m_Png = nullptr;
    m_Info = nullptr;
  }

  FilePointer                  m_File;
  png_structp                  m_Png{ nullptr };
  png_infop                    m_Info{ nullptr };
  char                         m_Message[200]{};
  bool                         m_IsAtPixels{ false };
  bool                         m_HasTransparentColor{ false };
  std::array<std::uint16_t, 3> m_TransparentColor{};
};
} // namespace

std::unique_ptr<PictureDecoder>
OpenPngPicture(const std::string & fileName)
{
  std::uint8_t      begin[8]{};
  const FilePointer file(std::fopen(fileName.c_str(), "rb"), &std::fclose);
  const bool        isPng = file && std::fread(begin, 1, 8, file.get()) == 8 && png_sig_cmp(begin, 0, 8) == 0;
  return isPng ? std::make_unique<PngDecoder>(fileName) : nullptr;
}
} // namespace itk
