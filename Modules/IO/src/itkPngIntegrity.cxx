// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPngIntegrity.h"
#include "itkTruncatedImage.h"
#include "itkImageIOBase.h"
#include "itkMacro.h"
#include "itk_zlib.h"
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace itk
{
namespace
{
constexpr std::string_view signature("\x89PNG\r\n\x1a\n", 8);

std::uint32_t
BigEndian(std::string_view bytes)
{
  std::uint32_t value = 0;
  for (const char byte : bytes)
  {
    value = value << 8 | static_cast<unsigned char>(byte);
  }
  return value;
}

std::uint32_t
CheckSum(std::string_view bytes)
{
  return static_cast<std::uint32_t>(
    crc32(0, reinterpret_cast<const Bytef *>(bytes.data()), static_cast<uInt>(bytes.size())));
}
} // namespace

bool
IsIntactPng(const std::string & fileName)
{
  constexpr std::size_t field = 4;

  std::ifstream     stream(fileName, std::ios::binary);
  const std::string text{ std::istreambuf_iterator<char>(stream), {} };
  std::string_view  rest = text;
  if (rest.substr(0, signature.size()) != signature)
  {
    return false;
  }
  rest.remove_prefix(signature.size());

  // A chunk: length of the data, type, data, check sum of type and data.
  bool hasData = false;
  for (bool isFirst = true; rest.size() >= 3 * field; isFirst = false)
  {
    const std::size_t length = BigEndian(rest.substr(0, field));
    if (length > rest.size() - 3 * field)
    {
      return false;
    }
    const auto type = rest.substr(field, field);
    const auto checked = rest.substr(field, field + length);
    const bool isHeader = type == "IHDR" && length == 13;
    if (isFirst != isHeader || CheckSum(checked) != BigEndian(rest.substr(2 * field + length, field)))
    {
      return false;
    }
    if (type == "IEND")
    {
      return hasData;
    }
    hasData = hasData || type == "IDAT";
    rest.remove_prefix(3 * field + length);
  }
  return false;
}

void
VerifyImageFile(const std::string & fileName)
{
  std::error_code error;
  if (!std::filesystem::exists(fileName, error))
  {
    itkGenericExceptionMacro(<< fileName << ": there is no such file.");
  }
  std::ifstream stream(fileName, std::ios::binary);
  std::string   begin(signature.size(), '\0');
  stream.read(&begin[0], static_cast<std::streamsize>(begin.size()));
  if (begin == signature && !IsIntactPng(fileName))
  {
    itkGenericExceptionMacro(<< fileName << ": it is not an image that can be read.");
  }
  if (IsTruncatedImage(fileName))
  {
    itkGenericExceptionMacro(<< fileName << ": the file ends before its pixels do.");
  }
}

void
VerifyImageFileDimension(const ImageIOBase & io, unsigned int dimension)
{
  for (unsigned int axis = dimension; axis < io.GetNumberOfDimensions(); ++axis)
  {
    if (io.GetDimensions(axis) > 1)
    {
      itkGenericExceptionMacro(<< io.GetFileName() << ": its dimension must be " << dimension << ", but is "
                               << io.GetNumberOfDimensions() << '.');
    }
  }
}
} // namespace itk
