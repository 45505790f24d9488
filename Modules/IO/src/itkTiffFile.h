// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTiffFile_h
#define itkTiffFile_h

#include "itkMacro.h"
#include <tiffio.h>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace itk
{
/** One page as its directory describes it. */
struct TiffPage
{
  /** Where its directory is. */
  std::uint64_t Directory{ 0 };

  std::uint32_t              Width{ 0 };
  std::uint32_t              Height{ 0 };
  bool                       IsTiled{ false };
  std::uint32_t              BlockWidth{ 0 };
  std::uint32_t              BlockHeight{ 0 };
  std::uint16_t              Bits{ 1 };
  std::uint16_t              Samples{ 1 };
  std::uint16_t              NumberFormat{ SAMPLEFORMAT_UINT };
  std::uint16_t              Photometric{ PHOTOMETRIC_MINISBLACK };
  bool                       IsPlanar{ false };
  std::uint16_t              Compression{ COMPRESSION_NONE };
  std::uint16_t              FillOrder{ FILLORDER_MSB2LSB };
  std::uint16_t              Orientation{ ORIENTATION_TOPLEFT };
  std::vector<std::uint16_t> ExtraSamples;
  bool                       IsCmyk{ false };
  std::uint32_t              Kind{ 0 };
  std::vector<std::uint64_t> Smaller;

  /** The pixels alike, so that both can be planes of one image. */
  bool
  IsLike(const TiffPage & other) const
  {
    return Width == other.Width && Height == other.Height && this->HasPixelsLike(other);
  }

  bool
  HasPixelsLike(const TiffPage & other) const
  {
    return Bits == other.Bits && Samples == other.Samples && NumberFormat == other.NumberFormat &&
           Photometric == other.Photometric && ExtraSamples == other.ExtraSamples && Orientation == other.Orientation;
  }
};

/** \class TiffFile
 * \brief An open TIFF file, whose library's messages become exceptions. */
class TiffFile
{
public:
  explicit TiffFile(const std::string & fileName)
    : m_Bytes(std::filesystem::file_size(fileName))
  {
    TIFFOpenOptions * const options = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetErrorHandlerExtR(options, &TiffFile::HearError, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options, &TiffFile::HearWarning, this);
    // Not mapped: a file that shrinks while it is read would end the process.
    m_Tiff = TIFFOpenExt(fileName.c_str(), "rm", options);
    TIFFOpenOptionsFree(options);
    if (m_Tiff == nullptr)
    {
      this->ThrowDamaged();
    }
  }
  ~TiffFile()
  {
    if (m_Tiff != nullptr)
    {
      TIFFClose(m_Tiff);
    }
  }
  TiffFile(const TiffFile &) = delete;
  TiffFile &
  operator=(const TiffFile &) = delete;

  TIFF *
  Get() const
  {
    return m_Tiff;
  }

  std::uint64_t
  GetBytes() const
  {
    return m_Bytes;
  }

  template <typename TValue>
  TValue
  GetField(std::uint32_t tag, TValue byDefault) const
  {
    TValue value = byDefault;
    return TIFFGetField(m_Tiff, tag, &value) == 1 ? value : byDefault;
  }

  template <typename TValue>
  TValue
  GetDefaultedField(std::uint32_t tag) const
  {
    TValue value{};
    TIFFGetFieldDefaulted(m_Tiff, tag, &value);
    return value;
  }

  std::string
  GetText(std::uint32_t tag) const
  {
    const char * text = nullptr;
    return TIFFGetField(m_Tiff, tag, &text) == 1 && text != nullptr ? text : "";
  }

  /** \throws ExceptionObject unless nothing was wrong since the last call */
  void
  Require(bool isWell)
  {
    if (!isWell || !m_Problem.empty())
    {
      this->ThrowDamaged();
    }
  }

  void
  OpenDirectory(std::uint64_t offset)
  {
    if (TIFFCurrentDirOffset(m_Tiff) != offset)
    {
      this->Require(TIFFSetSubDirectory(m_Tiff, offset) == 1);
      this->AskForRgb();
    }
  }

  void
  AskForRgb() const
  {
    if (GetDefaultedField<std::uint16_t>(TIFFTAG_COMPRESSION) == COMPRESSION_JPEG)
    {
      TIFFSetField(m_Tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }
  }

private:
  [[noreturn]] void
  ThrowDamaged()
  {
    const std::string problem = std::exchange(m_Problem, {});
    itkGenericExceptionMacro("it is damaged" << (problem.empty() ? "" : ": ") << problem << '.');
  }

  void
  Keep(const char * format, va_list arguments)
  {
    char text[300];
    std::vsnprintf(text, sizeof(text), format, arguments);
    std::string sentence = text;
    sentence.erase(sentence.find_last_not_of(". \n") + 1);
    m_Problem = m_Problem.empty() ? sentence : m_Problem;
  }

  static int
  HearError(TIFF *, void * self, const char *, const char * format, va_list arguments)
  {
    static_cast<TiffFile *>(self)->Keep(format, arguments);
    return 1;
  }

  /** libjpeg guesses the rest of damaged data and only warns; libtiff ignores a description beyond the file's end, by
   * which pages belong together. */
  static int
  HearWarning(TIFF *, void * self, const char * module, const char * format, va_list arguments)
  {
    const bool isOfJpeg = module != nullptr && std::strncmp(module, "JPEG", 4) == 0;
    if (isOfJpeg || IsLostDescription(format, arguments))
    {
      static_cast<TiffFile *>(self)->Keep(format, arguments);
    }
    return 1;
  }

  static bool
  IsLostDescription(const char * format, va_list arguments)
  {
    char    text[300];
    va_list copy;
    va_copy(copy, arguments);
    std::vsnprintf(text, sizeof(text), format, copy);
    va_end(copy);
    return std::strstr(text, "ImageDescription") != nullptr && std::strstr(text, "ignored") != nullptr;
  }

  TIFF *        m_Tiff{ nullptr };
  std::uint64_t m_Bytes;
  std::string   m_Problem;
};

/** Such as "LZW"; "number 12" for one without a name here. */
std::string
GetTiffCompressionName(unsigned int compression);

bool
IsLossyTiffCompression(unsigned int compression);

/** What the file's current directory says.
 * \throws ExceptionObject with a sentence, if it describes no pixels */
TiffPage
ReadTiffPage(TiffFile & file);

/** Every block of the page of the current directory lies in the file and is large enough for its pixels.
 * \throws ExceptionObject with a sentence otherwise */
void
VerifyTiffBlocks(const TiffFile & file, const TiffPage & page);
} // namespace itk

#endif
