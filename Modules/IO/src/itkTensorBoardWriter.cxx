// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTensorBoardWriter.h"
#include "itkTensorBoardRecord.h"
#include "itkMacro.h"
#include <nlohmann/json.hpp>
#include <png.h>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

constexpr const char * filePrefix = "events.out.tfevents.";
constexpr std::size_t  digitsOfSeconds = 10;

double
GetWallTime()
{
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/** The first seconds whose names come after those of all files of the run; 0 without files. */
std::int64_t
FindSecondsAfterFiles(const std::string & folder)
{
  std::int64_t    seconds = 0;
  std::error_code error;
  for (const auto & entry : fs::directory_iterator(folder, error))
  {
    const std::string name = entry.path().filename().string();
    const auto        begin = name.begin() + static_cast<std::ptrdiff_t>(std::strlen(filePrefix));
    const std::size_t length = std::strlen(filePrefix) + digitsOfSeconds;
    if (name.size() > length && name.rfind(filePrefix, 0) == 0 && name[length] == '.' &&
        std::all_of(begin, begin + digitsOfSeconds, [](unsigned char digit) { return std::isdigit(digit) != 0; }))
    {
      seconds = std::max<std::int64_t>(seconds, std::stoll(std::string(begin, begin + digitsOfSeconds)) + 1);
    }
  }
  return seconds;
}

/** With nothing in it that a file name cannot have. */
std::string
GetHostName()
{
  char        buffer[256]{};
  std::string name = gethostname(buffer, sizeof(buffer) - 1) == 0 ? buffer : "";
  std::replace_if(
    name.begin(),
    name.end(),
    [](unsigned char letter) { return std::isalnum(letter) == 0 && letter != '-' && letter != '.'; },
    '_');
  return name.empty() ? "localhost" : name;
}

std::string
ReplaceWhatIsNoUtf8(const std::string & text)
{
  using Json = nlohmann::json;
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

/** A PNG file's number: 32 bits, the highest byte first. */
std::uint32_t
NumberAt(const std::string & png, std::size_t at)
{
  std::uint32_t number = 0;
  for (std::size_t byte = at; byte < at + 4; ++byte)
  {
    number = number << 8 | static_cast<unsigned char>(png[byte]);
  }
  return number;
}

std::string
EncodePng(const std::string &   fileName,
          const unsigned char * pixels,
          std::size_t           width,
          std::size_t           height,
          unsigned int          channels)
{
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  std::string      png(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = png.size();
  if (png_image_write_to_memory(&image, png.data(), &size, 0, pixels, 0, nullptr) == 0)
  {
    itkGenericExceptionMacro("Cannot write a picture to " << fileName << ": " << image.message << '.');
  }
  png.resize(size);
  return png;
}
} // namespace

TensorBoardWriter::TensorBoardWriter(const std::string & folder)
{
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
  {
    itkGenericExceptionMacro("Cannot make the folder '" << folder << "' for TensorBoard: " << error.message() << '.');
  }
  const auto seconds = std::max(static_cast<std::int64_t>(GetWallTime()), FindSecondsAfterFiles(folder));
  char       digits[32];
  std::snprintf(digits, sizeof(digits), "%0*lld", static_cast<int>(digitsOfSeconds), static_cast<long long>(seconds));
  const std::string begin = filePrefix + std::string(digits) + '.' + GetHostName() + '.' + std::to_string(getpid());
  // Another thread may make a writer for the same folder now.
  for (int number = 0; m_File < 0; ++number)
  {
    m_FileName = (fs::path(folder) / (begin + '.' + std::to_string(number))).string();
    m_File = open(m_FileName.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (m_File < 0 && errno != EEXIST)
    {
      itkGenericExceptionMacro("Cannot write " << m_FileName << ": " << std::strerror(errno) << '.');
    }
  }
  try
  {
    this->WriteRecord(EncodeTensorBoardVersion(GetWallTime()));
  }
  catch (...)
  {
    close(m_File);
    unlink(m_FileName.c_str());
    throw;
  }
}

TensorBoardWriter::~TensorBoardWriter()
{
  close(m_File);
}

void
TensorBoardWriter::AddScalar(const std::string & tag, std::int64_t step, float value)
{
  this->WriteValue(step, EncodeTensorBoardScalar(ReplaceWhatIsNoUtf8(tag), value));
}

void
TensorBoardWriter::AddImage(const std::string & tag,
                            std::int64_t        step,
                            const std::string & png,
                            unsigned int        width,
                            unsigned int        height,
                            unsigned int        channels)
{
  if (channels < 1 || channels > 4)
  {
    itkGenericExceptionMacro("Cannot write a picture to " << m_FileName
                                                          << ": the number of its channels must be 1 to 4, "
                                                          << "but is " << channels << '.');
  }
  // The signature of 8 bytes is followed by a chunk's length, its name, width and height.
  const std::string signature("\x89PNG\r\n\x1a\n");
  if (png.size() < 24 || png.compare(0, signature.size(), signature) != 0)
  {
    itkGenericExceptionMacro("Cannot write a picture to " << m_FileName << ": it is not a PNG file.");
  }
  if (NumberAt(png, 16) != width || NumberAt(png, 20) != height)
  {
    itkGenericExceptionMacro("Cannot write a picture to " << m_FileName << ": its size must be that of the PNG file, "
                                                          << NumberAt(png, 16) << " x " << NumberAt(png, 20)
                                                          << ", but is " << width << " x " << height << '.');
  }
  this->WriteValue(step, EncodeTensorBoardImage(ReplaceWhatIsNoUtf8(tag), png, width, height, channels));
}

template <typename TPixel>
void
TensorBoardWriter::AddPixels(const std::string &      tag,
                             std::int64_t             step,
                             const Image<TPixel, 2> * image,
                             unsigned int             channels)
{
  constexpr std::size_t mostBytes = std::size_t{ 1 } << 30;
  const auto            size = image->GetBufferedRegion().GetSize();
  const std::size_t     bytes = image->GetBufferedRegion().GetNumberOfPixels() * channels;
  if (bytes == 0 || bytes > mostBytes)
  {
    itkGenericExceptionMacro("Cannot write a picture to " << m_FileName << ": its pixels must take 1 to " << mostBytes
                                                          << " bytes, but take " << bytes << '.');
  }
  const auto * const pixels = reinterpret_cast<const unsigned char *>(image->GetBufferPointer());
  const auto         png = EncodePng(m_FileName, pixels, size[0], size[1], channels);
  this->AddImage(tag, step, png, static_cast<unsigned int>(size[0]), static_cast<unsigned int>(size[1]), channels);
}

void
TensorBoardWriter::AddImage(const std::string & tag, std::int64_t step, const Image<unsigned char, 2> * image)
{
  this->AddPixels(tag, step, image, 1);
}

void
TensorBoardWriter::AddImage(const std::string & tag, std::int64_t step, const Image<RGBPixel<unsigned char>, 2> * image)
{
  this->AddPixels(tag, step, image, 3);
}

void
TensorBoardWriter::AddText(const std::string & tag, std::int64_t step, const std::string & markdown)
{
  this->WriteValue(step, EncodeTensorBoardText(ReplaceWhatIsNoUtf8(tag), ReplaceWhatIsNoUtf8(markdown)));
}

void
TensorBoardWriter::WriteValue(std::int64_t step, const std::string & value)
{
  this->WriteRecord(EncodeTensorBoardEvent(GetWallTime(), step, value));
}

void
TensorBoardWriter::WriteRecord(const std::string & event)
{
  const std::string record = EncodeTensorBoardRecord(event);
  std::size_t       written = 0;
  bool              isWhole = this->TruncateToWholeRecords();
  while (isWhole && written < record.size())
  {
    const auto count = write(m_File, record.data() + written, record.size() - written);
    isWhole = count >= 0 || errno == EINTR;
    written += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  if (!isWhole)
  {
    const int error = errno;
    this->TruncateToWholeRecords();
    itkGenericExceptionMacro("Cannot write " << m_FileName << ": " << std::strerror(error) << '.');
  }
  m_Size += static_cast<std::int64_t>(record.size());
}

bool
TensorBoardWriter::TruncateToWholeRecords()
{
  return ftruncate(m_File, static_cast<off_t>(m_Size)) == 0;
}
} // namespace itk
