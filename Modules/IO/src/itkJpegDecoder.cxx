// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkExifOrientation.h"
#include "itkPictureDecoder.h"
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <filesystem>
// After the standard headers, whose types it uses.
#include <jpeglib.h>
#include <jerror.h>

namespace itk
{
namespace
{
/** Where libjpeg returns to after an error, as its own way is to end the process. */
struct JpegErrors
{
  jpeg_error_mgr Manager;
  std::jmp_buf   Return;
  char           Message[JMSG_LENGTH_MAX];
  bool           HasUnusedBytes;
};

JpegErrors &
ErrorsOf(j_common_ptr jpeg)
{
  return *reinterpret_cast<JpegErrors *>(jpeg->err);
}

[[noreturn]] void
FailJpeg(j_common_ptr jpeg)
{
  JpegErrors & errors = ErrorsOf(jpeg);
  errors.Manager.format_message(jpeg, errors.Message);
  std::longjmp(errors.Return, 1);
}

/** libjpeg guesses pixels of damaged data and warns. */
void
HearJpeg(j_common_ptr jpeg, int level)
{
  JpegErrors & errors = ErrorsOf(jpeg);
  if (level < 0 && errors.Manager.msg_code == JWRN_EXTRANEOUS_DATA)
  {
    errors.HasUnusedBytes = true;
  }
  else if (level < 0)
  {
    FailJpeg(jpeg);
  }
}

/** A picture of few bytes may have any number of scans, each of which takes the time of a whole decoding. */
void
LimitScans(j_common_ptr jpeg)
{
  constexpr int most = 200;
  if (jpeg->is_decompressor != 0 && reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > most)
  {
    std::strcpy(ErrorsOf(jpeg).Message, "it has more than 200 scans");
    std::longjmp(ErrorsOf(jpeg).Return, 1);
  }
}

/** \class JpegDecoder
 * \brief A JPEG file, decoded as a whole. */
class JpegDecoder : public PictureDecoder
{
public:
  explicit JpegDecoder(const std::string & fileName)
    : m_File(std::fopen(fileName.c_str(), "rb"), &std::fclose)
  {
    if (!m_File)
    {
      itkGenericExceptionMacro("it cannot be opened: " << std::strerror(errno) << '.');
    }
    m_Progress.progress_monitor = &LimitScans;
    m_Jpeg.err = jpeg_std_error(&m_Errors.Manager);
    m_Errors.Manager.error_exit = &FailJpeg;
    m_Errors.Manager.emit_message = &HearJpeg;
    if (!this->ReadHeader())
    {
      this->ThrowDamaged();
    }
    m_Header.Format = "JPEG";
    m_Header.Compression = "JPEG";
    m_Header.IsLossy = true;
    m_Header.Size = { m_Jpeg.image_width, m_Jpeg.image_height, 1 };
    m_Header.Samples = static_cast<unsigned int>(m_Jpeg.num_components);
    m_Header.Color = m_Jpeg.out_color_space == JCS_GRAYSCALE ? PictureColor::Gray
                     : m_Jpeg.out_color_space == JCS_RGB     ? PictureColor::RGB
                     : m_Jpeg.out_color_space == JCS_CMYK
                       ? (m_Jpeg.saw_Adobe_marker != 0 ? PictureColor::InvertedCMYK : PictureColor::CMYK)
                       : PictureColor::Channels;
    m_Header.ChannelNames.resize(m_Header.Color == PictureColor::Channels ? m_Header.Samples : 0);
    for (const auto * marker = m_Jpeg.marker_list; marker != nullptr; marker = marker->next)
    {
      if (marker->data_length > 6 && std::memcmp(marker->data, "Exif\0", 6) == 0)
      {
        m_Header.Orientation = GetExifOrientation(marker->data + 6, marker->data_length - 6);
      }
    }
    VerifyDecodedSize(m_Header, std::filesystem::file_size(fileName), 1024);
  }
  ~JpegDecoder() override { jpeg_destroy_decompress(&m_Jpeg); }
  JpegDecoder(const JpegDecoder &) = delete;
  JpegDecoder &
  operator=(const JpegDecoder &) = delete;

  void
  Read(const PictureRegion &, void * samples) override
  {
    if (!m_IsAtPixels && !this->ReadHeader())
    {
      this->ThrowDamaged();
    }
    m_IsAtPixels = false;
    if (!this->ReadRows(static_cast<JSAMPROW>(samples)))
    {
      this->ThrowDamaged();
    }
    if (m_Errors.HasUnusedBytes)
    {
      m_Header.Notes.push_back("It has bytes that belong to no pixel; some of its pixels may be wrong.");
    }
    m_NumberOfDecodedBlocks += m_Jpeg.image_height;
  }

private:
  // What may be left by a jump has no destructors.

  bool
  ReadHeader()
  {
    jpeg_destroy_decompress(&m_Jpeg);
    m_Errors.HasUnusedBytes = false;
    m_Errors.Message[0] = '\0';
    if (setjmp(m_Errors.Return) != 0)
    {
      return false;
    }
    jpeg_create_decompress(&m_Jpeg);
    m_Jpeg.progress = &m_Progress;
    std::rewind(m_File.get());
    jpeg_stdio_src(&m_Jpeg, m_File.get());
    jpeg_save_markers(&m_Jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&m_Jpeg, TRUE);
    m_IsAtPixels = true;
    return true;
  }

  bool
  ReadRows(JSAMPROW row)
  {
    if (setjmp(m_Errors.Return) != 0)
    {
      return false;
    }
    jpeg_start_decompress(&m_Jpeg);
    const std::size_t stride = std::size_t{ m_Jpeg.output_width } * static_cast<std::size_t>(m_Jpeg.output_components);
    JSAMPROW          next = row;
    while (m_Jpeg.output_scanline < m_Jpeg.output_height)
    {
      next = row + m_Jpeg.output_scanline * stride;
      jpeg_read_scanlines(&m_Jpeg, &next, 1);
    }
    jpeg_finish_decompress(&m_Jpeg);
    return true;
  }

  [[noreturn]] void
  ThrowDamaged() const
  {
    itkGenericExceptionMacro("it is damaged: " << m_Errors.Message << '.');
  }

  std::unique_ptr<std::FILE, int (*)(std::FILE *)> m_File;
  jpeg_decompress_struct                           m_Jpeg{};
  jpeg_progress_mgr                                m_Progress{};
  JpegErrors                                       m_Errors{};
  bool                                             m_IsAtPixels{ false };
};
} // namespace

std::unique_ptr<PictureDecoder>
OpenJpegPicture(const std::string & fileName)
{
  std::uint8_t                                           begin[3]{};
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(fileName.c_str(), "rb"), &std::fclose);
  const bool                                             isJpeg =
    file && std::fread(begin, 1, 3, file.get()) == 3 && begin[0] == 0xff && begin[1] == 0xd8 && begin[2] == 0xff;
  return isJpeg ? std::make_unique<JpegDecoder>(fileName) : nullptr;
}
} // namespace itk
