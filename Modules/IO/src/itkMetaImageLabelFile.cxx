// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMetaImageLabelFile.h"
#include "itkMacro.h"
#include "metaImage.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <numeric>

namespace itk
{
namespace fs = std::filesystem;

namespace
{
constexpr std::uint32_t largestNarrow = std::numeric_limits<std::uint16_t>::max();

std::string
EndingOf(const std::string & fileName)
{
  return fs::path(fileName).extension().string();
}

/** Writes a header without pixels. */
bool
WriteHeader(const std::string &                  fileName,
            const std::string &                  pixelFileName,
            const MetaImageLabelFile::Geometry & geometry,
            MET_ValueEnumType                    type)
{
  const std::vector<int> size(geometry.Size.begin(), geometry.Size.end());
  const auto             dimension = static_cast<int>(size.size());
  MetaImage              image;
  image.InitializeEssential(dimension, size.data(), geometry.Spacing.data(), type, 1, nullptr, false);
  image.SetDoublePrecision(std::numeric_limits<double>::max_digits10);
  image.BinaryData(true);
  image.Position(geometry.Origin.data());
  for (int row = 0; row < dimension; ++row)
  {
    for (int column = 0; column < dimension; ++column)
    {
      // The file has one axis after the other.
      image.TransformMatrix(column, row, geometry.Direction[static_cast<std::size_t>(row * dimension + column)]);
    }
  }
  return image.Write(fileName.c_str(), pixelFileName.c_str(), false);
}
} // namespace

MetaImageLabelFile::MetaImageLabelFile(std::string fileName, Geometry geometry, std::string nameInMessages)
  : m_FileName(std::move(fileName))
  , m_PixelFileName(EndingOf(m_FileName) == ".mha" ? m_FileName
                                                   : fs::path(m_FileName).replace_extension("raw").string())
  , m_Geometry(std::move(geometry))
  , m_NameInMessages(std::move(nameInMessages))
{
  VerifyName(m_FileName);
  this->Open();
}

void
MetaImageLabelFile::Append(const std::uint32_t * labels, std::int64_t count)
{
  if (!m_IsWide && std::any_of(labels, labels + count, [](std::uint32_t label) { return label > largestNarrow; }))
  {
    this->Widen();
  }
  if (m_IsWide)
  {
    this->Write(labels, count * static_cast<std::int64_t>(sizeof(std::uint32_t)));
  }
  else
  {
    m_Narrow.assign(labels, labels + count);
    this->Write(m_Narrow.data(), count * static_cast<std::int64_t>(sizeof(std::uint16_t)));
  }
  m_Count += count;
}

void
MetaImageLabelFile::Close()
{
  m_File.close();
  if (!m_File)
  {
    this->ThrowForSystem();
  }
  const std::int64_t pixels =
    std::accumulate(m_Geometry.Size.begin(), m_Geometry.Size.end(), std::int64_t{ 1 }, std::multiplies<>());
  if (m_Count != pixels)
  {
    itkGenericExceptionMacro("Cannot write " << m_NameInMessages << ": its " << pixels
                                             << " pixels need as many labels, "
                                             << "but there are " << m_Count << '.');
  }
}

void
MetaImageLabelFile::VerifyName(const std::string & fileName)
{
  const std::string ending = EndingOf(fileName);
  if (ending != ".mha" && ending != ".mhd")
  {
    itkGenericExceptionMacro("Cannot write "
                             << fileName << ": since labels are written in pieces, its name must end in .mha or .mhd.");
  }
}

void
MetaImageLabelFile::Open()
{
  const bool  isOneFile = m_PixelFileName == m_FileName;
  std::string pixels = isOneFile ? "LOCAL" : fs::path(m_PixelFileName).filename().string();
  errno = 0;
  if (!WriteHeader(m_FileName, pixels, m_Geometry, m_IsWide ? MET_UINT : MET_USHORT))
  {
    this->ThrowForSystem();
  }
  m_File.open(m_PixelFileName, std::ios::binary | (isOneFile ? std::ios::app : std::ios::trunc));
  m_File.seekp(0, std::ios::end);
  m_Start = m_File.tellp();
  if (!m_File || (isOneFile && m_Start == 0))
  {
    this->ThrowForSystem();
  }
}

/** Writes what is there again, with more bits. */
void
MetaImageLabelFile::Widen()
{
  m_File.close();
  if (!m_File)
  {
    this->ThrowForSystem();
  }
  const std::string narrowName = m_PixelFileName + ".narrow";
  const auto        start = m_Start;
  fs::rename(m_PixelFileName, narrowName);
  std::ifstream narrow(narrowName, std::ios::binary);
  narrow.seekg(start);
  m_IsWide = true;
  this->Open();
  constexpr std::int64_t     chunk = 1 << 20;
  std::vector<std::uint16_t> labels(chunk);
  std::vector<std::uint32_t> wide;
  for (std::int64_t done = 0; done < m_Count; done += chunk)
  {
    const std::int64_t count = std::min(chunk, m_Count - done);
    if (!narrow.read(reinterpret_cast<char *>(labels.data()), count * 2))
    {
      this->ThrowForSystem();
    }
    wide.assign(labels.begin(), labels.begin() + count);
    this->Write(wide.data(), count * 4);
  }
  fs::remove(narrowName);
}

void
MetaImageLabelFile::Write(const void * data, std::int64_t bytes)
{
  if (!m_File.write(static_cast<const char *>(data), bytes))
  {
    this->ThrowForSystem();
  }
}

void
MetaImageLabelFile::ThrowForSystem() const
{
  itkGenericExceptionMacro("Cannot write " << m_NameInMessages << ": " << std::strerror(errno) << '.');
}
} // namespace itk
