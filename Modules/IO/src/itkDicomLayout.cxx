// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomLayout.h"
#include "itkMacro.h"
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace itk
{
namespace
{
constexpr std::uint32_t unknownLength = 0xffffffff;
constexpr std::uint32_t item = 0xfffee000;
constexpr std::uint32_t itemEnd = 0xfffee00d;
constexpr std::uint32_t sequenceEnd = 0xfffee0dd;
constexpr std::uint32_t transferSyntax = 0x00020010;
constexpr std::uint32_t samplesPerPixel = 0x00280002;
constexpr std::uint32_t photometric = 0x00280004;
constexpr std::uint32_t numberOfFrames = 0x00280008;
constexpr std::uint32_t rows = 0x00280010;
constexpr std::uint32_t columns = 0x00280011;
constexpr std::uint32_t bitsAllocated = 0x00280100;
constexpr std::uint32_t pixelData = 0x7fe00010;

/** \class DicomWalk
 * \brief Goes from element to element up to the pixels, as PS3.5 of the standard describes them. */
class DicomWalk
{
public:
  explicit DicomWalk(const std::string & fileName)
    : m_Stream(fileName, std::ios::binary)
    , m_Size(std::filesystem::file_size(fileName))
  {}

  void
  Verify()
  {
    constexpr std::uint64_t preamble = 132;
    m_Position = preamble;
    while (m_Position < m_Size)
    {
      const Element element = this->ReadElement();
      if (m_Syntax == "1.2.840.10008.1.2.1.99" && !m_IsInDescription)
      {
        // Deflated as a whole.
        return;
      }
      if (element.Tag == pixelData)
      {
        this->VerifyPixels(element);
        return;
      }
      if (element.Length == unknownLength)
      {
        this->SkipSequence(0);
      }
      else
      {
        this->ReadValue(element);
        this->Skip(element.Length);
      }
    }
    itkGenericExceptionMacro("it holds no pixels.");
  }

private:
  struct Element
  {
    std::uint32_t Tag;
    std::uint32_t Length;
  };

  std::uint32_t
  ReadNumber(std::size_t bytes)
  {
    std::array<unsigned char, 4> read{};
    m_Stream.seekg(static_cast<std::streamoff>(m_Position));
    if (!m_Stream.read(reinterpret_cast<char *>(read.data()), static_cast<std::streamsize>(bytes)))
    {
      ThrowTruncated();
    }
    m_Position += bytes;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i)
    {
      number |= static_cast<std::uint32_t>(read[i]) << 8 * (m_IsBigEndian ? bytes - 1 - i : i);
    }
    return number;
  }

  std::string
  ReadText(std::uint64_t position, std::size_t length)
  {
    std::string text(length, '\0');
    m_Stream.seekg(static_cast<std::streamoff>(position));
    m_Stream.read(text.data(), static_cast<std::streamsize>(length));
    m_Stream.clear();
    return text.substr(0, text.find_last_not_of(std::string(" \0", 2)) + 1);
  }

  Element
  ReadElement()
  {
    std::uint32_t group = this->ReadNumber(2);
    // The group of the file's own description has a form of its own.
    if (m_IsInDescription && group != 2)
    {
      m_IsInDescription = false;
      m_IsExplicit = m_Syntax != "1.2.840.10008.1.2";
      m_IsBigEndian = m_Syntax == "1.2.840.10008.1.2.2";
      m_Position -= 2;
      group = this->ReadNumber(2);
    }
    Element element{ group << 16 | this->ReadNumber(2), 0 };
    if (group == 0xfffe || !m_IsExplicit)
    {
      element.Length = this->ReadNumber(4);
      return element;
    }
    static const std::set<std::string> areLong{ "OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                "SV", "UC", "UN", "UR", "UT", "UV" };
    const std::string                  kind = this->ReadText(m_Position, 2);
    m_Position += 2;
    if (areLong.count(kind) > 0)
    {
      m_Position += 2;
      element.Length = this->ReadNumber(4);
    }
    else
    {
      element.Length = this->ReadNumber(2);
    }
    return element;
  }

  void
  Skip(std::uint32_t length)
  {
    m_Position += length;
    if (m_Position > m_Size)
    {
      ThrowTruncated();
    }
  }

  /** Items up to the sequence's end. */
  void
  SkipSequence(int depth)
  {
    constexpr int deepest = 50;
    if (depth > deepest)
    {
      itkGenericExceptionMacro("it is damaged: its sequences are nested more than " << deepest << " deep.");
    }
    for (;;)
    {
      const Element element = this->ReadElement();
      if (element.Tag == sequenceEnd)
      {
        return;
      }
      if (element.Tag != item)
      {
        itkGenericExceptionMacro("it is damaged: a sequence holds what is no item.");
      }
      element.Length == unknownLength ? this->SkipItem(depth) : this->Skip(element.Length);
    }
  }

  void
  SkipItem(int depth)
  {
    for (;;)
    {
      const Element element = this->ReadElement();
      if (element.Tag == itemEnd)
      {
        return;
      }
      element.Length == unknownLength ? this->SkipSequence(depth + 1) : this->Skip(element.Length);
    }
  }

  /** Those that the size of the pixels depends on. */
  void
  ReadValue(const Element & element)
  {
    constexpr std::uint32_t longest = 64;
    if (element.Length > longest)
    {
      return;
    }
    const std::uint64_t position = m_Position;
    switch (element.Tag)
    {
      case transferSyntax:
        m_Syntax = this->ReadText(position, element.Length);
        break;
      case numberOfFrames:
        m_Frames = std::atof(this->ReadText(position, element.Length).c_str());
        break;
      case photometric:
        m_Photometric = this->ReadText(position, element.Length);
        break;
      case samplesPerPixel:
        m_Samples = this->ReadNumber(2);
        break;
      case rows:
        m_Rows = this->ReadNumber(2);
        break;
      case columns:
        m_Columns = this->ReadNumber(2);
        break;
      case bitsAllocated:
        m_Bits = this->ReadNumber(2);
        break;
      default:
        break;
    }
    m_Position = position;
  }

  /** GDCM 3.0 mixes up the bytes of two kinds. */
  void
  VerifyIsReadRight() const
  {
    const bool isRunLength = m_Syntax == "1.2.840.10008.1.2.5";
    if (isRunLength && m_Samples > 1 && m_Bits > 8)
    {
      itkGenericExceptionMacro("its colors of " << m_Bits
                                                << " bits are compressed by run lengths, which is not read "
                                                   "here.");
    }
    if (m_IsBigEndian && m_Bits > 16)
    {
      itkGenericExceptionMacro("its pixels of " << m_Bits << " bits are big-endian, which is not read here.");
    }
  }

  void
  VerifyPixels(const Element & element)
  {
    this->VerifyIsReadRight();
    if (element.Length == unknownLength)
    {
      // Compressed, in fragments, after which the end of the sequence may be missing.
      while (m_Position < m_Size)
      {
        const Element fragment = this->ReadElement();
        if (fragment.Tag == sequenceEnd)
        {
          return;
        }
        if (fragment.Tag != item || fragment.Length == unknownLength)
        {
          itkGenericExceptionMacro("it is damaged: its compressed pixels are not in fragments.");
        }
        this->Skip(fragment.Length);
      }
      return;
    }
    const bool   isHalved = m_Photometric == "YBR_FULL_422" || m_Photometric == "YBR_PARTIAL_422";
    const double samples = isHalved ? 2 : m_Samples;
    const double wanted = m_Rows * m_Columns * samples * m_Bits / 8 * std::max(m_Frames, 1.0);
    if (element.Length > m_Size - m_Position || wanted > element.Length)
    {
      ThrowTruncated();
    }
  }

  [[noreturn]] static void
  ThrowTruncated()
  {
    itkGenericExceptionMacro("the file ends before its pixels do.");
  }

  std::ifstream m_Stream;
  std::uint64_t m_Size;
  std::uint64_t m_Position{ 0 };
  std::string   m_Syntax;
  std::string   m_Photometric;
  bool          m_IsInDescription{ true };
  bool          m_IsExplicit{ true };
  bool          m_IsBigEndian{ false };
  double        m_Rows{ 0 };
  double        m_Columns{ 0 };
  double        m_Samples{ 1 };
  double        m_Bits{ 0 };
  double        m_Frames{ 1 };
};
} // namespace

void
VerifyDicomLayout(const std::string & fileName)
{
  DicomWalk(fileName).Verify();
}
} // namespace itk
