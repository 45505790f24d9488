// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomLayout.h"
#include "itkMacro.h"
#include <algorithm>
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
const std::string       deflated = "1.2.840.10008.1.2.1.99";
const std::string       runLengths = "1.2.840.10008.1.2.5";
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
constexpr std::uint32_t imagerSpacing = 0x00181164;
constexpr std::uint32_t scannedSpacing = 0x00182010;
constexpr std::uint32_t pixelSpacing = 0x00280030;
constexpr std::uint32_t pixelMeasures = 0x00289110;
constexpr std::uint32_t sharedGroups = 0x52009229;
constexpr std::uint32_t groupsOfFrames = 0x52009230;

/** \class DicomWalk
 * \brief Goes from element to element up to the pixels, as PS3.5 of the standard describes them. */
class DicomWalk
{
public:
  explicit DicomWalk(const std::string & fileName)
    : m_Stream(fileName, std::ios::binary)
    , m_Size(std::filesystem::file_size(fileName))
  {}

  DicomLayout
  Read()
  {
    this->Walk();
    return { m_StatesSpacing, m_Bits == 1 };
  }

private:
  void
  Walk()
  {
    constexpr std::uint64_t preamble = 132;
    m_Position = preamble;
    while (m_Position < m_Size)
    {
      const Element element = this->ReadElement();
      if (m_Syntax == deflated && !m_IsInDescription)
      {
        // Deflated as a whole.
        return;
      }
      if (element.Tag == pixelData)
      {
        this->VerifyPixels(element);
        return;
      }
      this->ReadValue(element);
      this->SkipElement(element, 0);
    }
    itkGenericExceptionMacro("it holds no pixels.");
  }

  struct Element
  {
    std::uint32_t Tag;
    std::uint32_t Length;
    /** Two letters; empty where the file does not say it. */
    std::string Kind;
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
  ReadBytes(std::uint64_t position, std::size_t length)
  {
    std::string text(length, '\0');
    m_Stream.seekg(static_cast<std::streamoff>(position));
    m_Stream.read(text.data(), static_cast<std::streamsize>(length));
    m_Stream.clear();
    return text;
  }

  std::string
  ReadText(std::uint64_t position, std::size_t length)
  {
    const std::string text = this->ReadBytes(position, length);
    return text.substr(0, text.find_last_not_of(std::string(" \0", 2)) + 1);
  }

  /** Whether two capital letters follow the number of an element: some writers say that they do, and leave them out. */
  bool
  HasKind(std::uint64_t position)
  {
    const std::string kind = this->ReadBytes(position, 2);
    const auto        isCapital = [](char letter) { return letter >= 'A' && letter <= 'Z'; };
    return m_Syntax == deflated || (isCapital(kind[0]) && isCapital(kind[1]));
  }

  Element
  ReadElement()
  {
    std::uint32_t group = this->ReadNumber(2);
    // The group of the file's own description has a form of its own.
    if (m_IsInDescription && group != 2)
    {
      m_IsInDescription = false;
      m_IsExplicit = m_Syntax != "1.2.840.10008.1.2" && this->HasKind(m_Position + 2);
      m_IsBigEndian = m_Syntax == "1.2.840.10008.1.2.2";
      m_Position -= 2;
      group = this->ReadNumber(2);
    }
    Element element{ group << 16 | this->ReadNumber(2), 0, {} };
    if (group == 0xfffe || !m_IsExplicit)
    {
      element.Length = this->ReadNumber(4);
      return element;
    }
    static const std::set<std::string> areLong{ "OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                "SV", "UC", "UN", "UR", "UT", "UV" };
    element.Kind = this->ReadText(m_Position, 2);
    m_Position += 2;
    if (areLong.count(element.Kind) > 0)
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

  void
  SkipElement(const Element & element, int depth)
  {
    const bool isFrames = element.Tag == sharedGroups || element.Tag == groupsOfFrames || element.Tag == pixelMeasures;
    if (element.Length != unknownLength && !isFrames)
    {
      this->Skip(element.Length);
      return;
    }
    // A sequence of unknown kind is in the implicit form.
    const bool wasExplicit = m_IsExplicit;
    m_IsExplicit = m_IsExplicit && element.Kind != "UN";
    this->SkipSequence(element.Length, isFrames, depth);
    m_IsExplicit = wasExplicit;
  }

  /** Items up to the sequence's end; those that state their length may hold no elements. */
  void
  SkipSequence(std::uint32_t length, bool isOfFrames, int depth)
  {
    constexpr int deepest = 50;
    if (depth > deepest)
    {
      itkGenericExceptionMacro("it is damaged: its sequences are nested more than " << deepest << " deep.");
    }
    const std::uint64_t end = this->EndOf(length);
    while (m_Position < end)
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
      element.Length == unknownLength || isOfFrames ? this->SkipItem(element.Length, depth)
                                                    : this->Skip(element.Length);
    }
    this->RequireEnd(length, end);
  }

  void
  SkipItem(std::uint32_t length, int depth)
  {
    const std::uint64_t end = this->EndOf(length);
    while (m_Position < end)
    {
      const Element element = this->ReadElement();
      if (element.Tag == itemEnd)
      {
        return;
      }
      m_StatesSpacing = m_StatesSpacing || IsSpacing(element);
      this->SkipElement(element, depth + 1);
    }
    this->RequireEnd(length, end);
  }

  std::uint64_t
  EndOf(std::uint32_t length) const
  {
    return length == unknownLength ? m_Size : m_Position + length;
  }

  /** Of what has a length; what has none ends with an element for it. */
  void
  RequireEnd(std::uint32_t length, std::uint64_t end) const
  {
    if (length == unknownLength || m_Position > m_Size)
    {
      ThrowTruncated();
    }
    if (m_Position != end)
    {
      itkGenericExceptionMacro("it is damaged: a sequence is longer than it says.");
    }
  }

  static bool
  IsSpacing(const Element & element)
  {
    const bool isTag = element.Tag == pixelSpacing || element.Tag == imagerSpacing || element.Tag == scannedSpacing;
    return isTag && element.Length > 0;
  }

  /** Those that the size of the pixels depends on. */
  void
  ReadValue(const Element & element)
  {
    m_StatesSpacing = m_StatesSpacing || IsSpacing(element);
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
    if (m_Syntax == runLengths && m_Samples > 1 && m_Bits > 8)
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
      this->VerifyFragments();
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

  /** Compressed pixels, after which the end of the sequence may be missing. The first fragment is a table. */
  void
  VerifyFragments()
  {
    double bytes = 0;
    for (int number = 0; m_Position < m_Size; ++number)
    {
      const Element fragment = this->ReadElement();
      if (fragment.Tag == sequenceEnd)
      {
        break;
      }
      if (fragment.Tag != item || fragment.Length == unknownLength)
      {
        itkGenericExceptionMacro("it is damaged: its compressed pixels are not in fragments.");
      }
      if (number == 1)
      {
        this->VerifyCodeStream(m_Position, std::min<std::uint64_t>(m_Position + fragment.Length, m_Size));
      }
      bytes += number > 0 ? fragment.Length : 0;
      this->Skip(fragment.Length);
    }
    const double     wanted = m_Rows * m_Columns * m_Samples * m_Bits / 8 * std::max(m_Frames, 1.0);
    constexpr double largestRatio = 65536;
    if (wanted > bytes * (m_Syntax == runLengths ? 64 : largestRatio))
    {
      itkGenericExceptionMacro("it promises " << wanted << " bytes of pixels, more than its " << bytes
                                              << " compressed bytes can hold.");
    }
  }

  /** A reader allocates what the code stream says, and fills what the header says. */
  void
  VerifyCodeStream(std::uint64_t begin, std::uint64_t end)
  {
    const std::string bytes = this->ReadBytes(begin, std::min<std::uint64_t>(end - begin, 4096));
    const auto        number = [&bytes](std::size_t at, std::size_t count)
    {
      double value = 0;
      for (std::size_t i = 0; i < count && at + i < bytes.size(); ++i)
      {
        value = value * 256 + static_cast<unsigned char>(bytes[at + i]);
      }
      return value;
    };
    if (number(0, 4) == 0xff4fff51)
    {
      // JPEG 2000: the size of the canvas, and where the image begins on it.
      this->VerifySize(number(12, 4) - number(20, 4), number(8, 4) - number(16, 4));
      return;
    }
    std::size_t at = 2;
    while (number(0, 2) == 0xffd8 && at + 9 < bytes.size() && number(at, 1) == 0xff)
    {
      const auto marker = static_cast<unsigned int>(number(at + 1, 1));
      const bool isFrame =
        (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) || marker == 0xf7;
      if (isFrame)
      {
        this->VerifySize(number(at + 5, 2), number(at + 7, 2));
        return;
      }
      at += marker == 0xff ? 1 : 2 + static_cast<std::size_t>(number(at + 2, 2));
    }
  }

  void
  VerifySize(double rowsOfStream, double columnsOfStream) const
  {
    // Rows may be counted at the end only.
    if ((rowsOfStream != m_Rows && rowsOfStream != 0) || columnsOfStream != m_Columns)
    {
      itkGenericExceptionMacro("it is damaged: its header says " << m_Columns << " x " << m_Rows
                                                                 << " pixels, its compressed pixels " << columnsOfStream
                                                                 << " x " << rowsOfStream << '.');
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
  bool          m_StatesSpacing{ false };
  double        m_Rows{ 0 };
  double        m_Columns{ 0 };
  double        m_Samples{ 1 };
  double        m_Bits{ 0 };
  double        m_Frames{ 1 };
};
} // namespace

DicomLayout
ReadDicomLayout(const std::string & fileName)
{
  return DicomWalk(fileName).Read();
}
} // namespace itk
