// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomLayout.h"
#include "itkErrorSentence.h"
#include "itkMacro.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

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
constexpr std::uint32_t rows = 0x00280010;
constexpr std::uint32_t columns = 0x00280011;
constexpr std::uint32_t bitsAllocated = 0x00280100;
constexpr std::uint32_t bitsStored = 0x00280101;
constexpr std::uint32_t pixelRepresentation = 0x00280103;
constexpr std::uint32_t pixelData = 0x7fe00010;
constexpr std::uint32_t imagerSpacing = 0x00181164;
constexpr std::uint32_t scannedSpacing = 0x00182010;
constexpr std::uint32_t pixelSpacing = 0x00280030;
constexpr std::uint32_t pixelMeasures = 0x00289110;
constexpr std::uint32_t sharedGroups = 0x52009229;
constexpr std::uint32_t groupsOfFrames = 0x52009230;

bool
IsDicomTag(std::uint32_t tag)
{
  static const std::set<std::uint32_t> tags = []
  {
    std::set<std::uint32_t> all;
    for (const DicomTag each : dicomTags)
    {
      all.insert(static_cast<std::uint32_t>(each));
    }
    return all;
  }();
  return tags.count(tag) > 0;
}

/** \class DicomWalk
 * \brief Goes from element to element up to the pixels, as PS3.5 of the standard describes them. */
class DicomWalk
{
public:
  DicomWalk(const std::string & fileName, DicomHeader & header)
    : m_Stream(fileName, std::ios::binary)
    , m_Size(std::filesystem::file_size(fileName))
    , m_Header(header)
  {}

  /** Whether it begins as a DICOM file. */
  bool
  Begin()
  {
    constexpr std::uint64_t preamble = 128;
    const std::string       word = "DICM";
    m_Position = preamble + word.size();
    return this->ReadText(preamble, word.size()) == word;
  }

  void
  Walk()
  {
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
        m_Header.PixelPosition = m_Position;
        this->VerifyPixels(element);
        return;
      }
      this->ReadValue(element);
      this->SkipElement(element, 0);
    }
    m_Header.LacksPixels = true;
    if (m_Header.GetText(DicomTag::MediaStorageClass) == "1.2.840.10008.1.3.10")
    {
      itkGenericExceptionMacro("it is a DICOMDIR, which lists the files of a folder: name the folder instead.");
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

  /** Headers are many small elements: the file is read in pieces of some of them.
   * \return null if the file ends before */
  const char *
  Load(std::uint64_t position, std::size_t length)
  {
    constexpr std::size_t pieceLength = 8192;
    if (length > m_Size || position > m_Size - length)
    {
      return nullptr;
    }
    if (position < m_PiecePosition || position + length > m_PiecePosition + m_Piece.size())
    {
      m_PiecePosition = position;
      m_Piece.resize(std::min<std::uint64_t>(std::max(length, pieceLength), m_Size - position));
      m_Stream.seekg(static_cast<std::streamoff>(position));
      m_Stream.read(m_Piece.data(), static_cast<std::streamsize>(m_Piece.size()));
      m_Piece.resize(static_cast<std::size_t>(std::max<std::streamsize>(m_Stream.gcount(), 0)));
      m_Stream.clear();
    }
    return length <= m_Piece.size() ? m_Piece.data() + (position - m_PiecePosition) : nullptr;
  }

  std::uint32_t
  ReadNumber(std::size_t bytes)
  {
    const char * const read = this->Load(m_Position, bytes);
    if (read == nullptr)
    {
      ThrowTruncated();
    }
    m_Position += bytes;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i)
    {
      number |= static_cast<std::uint32_t>(static_cast<unsigned char>(read[i]))
                << 8 * (m_IsBigEndian ? bytes - 1 - i : i);
    }
    return number;
  }

  std::string
  ReadBytes(std::uint64_t position, std::size_t length)
  {
    const char * const read = this->Load(position, length);
    return { read == nullptr ? "" : read, read == nullptr ? 0 : length };
  }

  /** Without blanks at its end. */
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
    return m_Syntax == deflated || (kind.size() == 2 && isCapital(kind[0]) && isCapital(kind[1]));
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
      m_Header.StatesSpacing = m_Header.StatesSpacing || IsSpacing(element);
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

  /** Those that the size of the pixels depends on, and what a series is told by. */
  void
  ReadValue(const Element & element)
  {
    constexpr std::uint32_t longest = 256;
    m_Header.StatesSpacing = m_Header.StatesSpacing || IsSpacing(element);
    if (IsDicomTag(element.Tag))
    {
      // Of a sequence it only matters that it is there.
      const std::string text = element.Length > longest ? "" : this->ReadText(m_Position, element.Length);
      m_Header.Texts[static_cast<DicomTag>(element.Tag)] = text;
      if (element.Tag == static_cast<std::uint32_t>(DicomTag::Photometric) && !text.empty())
      {
        m_Header.PhotometricPosition = m_Position + text.find_first_not_of(' ');
      }
      return;
    }
    const std::uint64_t position = m_Position;
    switch (element.Length < 2 || element.Length > longest ? 0 : element.Tag)
    {
      case transferSyntax:
        m_Syntax = this->ReadText(position, element.Length);
        m_Header.TransferSyntax = m_Syntax;
        break;
      case samplesPerPixel:
        m_Header.Samples = this->ReadNumber(2);
        break;
      case rows:
        m_Header.Rows = this->ReadNumber(2);
        break;
      case columns:
        m_Header.Columns = this->ReadNumber(2);
        break;
      case bitsAllocated:
        m_Header.BitsAllocated = this->ReadNumber(2);
        break;
      case bitsStored:
        m_Header.BitsStored = this->ReadNumber(2);
        break;
      case pixelRepresentation:
        m_Header.IsSigned = this->ReadNumber(2) == 1;
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
    const unsigned int bits = m_Header.BitsAllocated;
    if (m_Syntax == runLengths && m_Header.Samples > 1 && bits > 8)
    {
      itkGenericExceptionMacro("its colors of " << bits
                                                << " bits are compressed by run lengths, which is not read "
                                                   "here.");
    }
    if (m_IsBigEndian && bits > 16)
    {
      itkGenericExceptionMacro("its pixels of " << bits << " bits are big-endian, which is not read here.");
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
    const std::string photometric = m_Header.GetText(DicomTag::Photometric);
    const bool        isHalved = photometric == "YBR_FULL_422" || photometric == "YBR_PARTIAL_422";
    const double      samples = isHalved ? 2 : m_Header.Samples;
    const double      wanted = m_Header.GetNumberOfPixels() * samples * m_Header.BitsAllocated / 8;
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
    const double     wanted = m_Header.GetNumberOfPixels() * m_Header.Samples * m_Header.BitsAllocated / 8;
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
    if ((rowsOfStream != m_Header.Rows && rowsOfStream != 0) || columnsOfStream != m_Header.Columns)
    {
      itkGenericExceptionMacro("it is damaged: its header says " << m_Header.Columns << " x " << m_Header.Rows
                                                                 << " pixels, its compressed pixels " << columnsOfStream
                                                                 << " x " << rowsOfStream << '.');
    }
  }

  [[noreturn]] static void
  ThrowTruncated()
  {
    itkGenericExceptionMacro("the file ends before its pixels do.");
  }

  std::ifstream     m_Stream;
  std::uint64_t     m_Size;
  DicomHeader &     m_Header;
  std::uint64_t     m_Position{ 0 };
  std::vector<char> m_Piece;
  std::uint64_t     m_PiecePosition{ 0 };
  std::string       m_Syntax;
  bool              m_IsInDescription{ true };
  bool              m_IsExplicit{ true };
  bool              m_IsBigEndian{ false };
};
} // namespace

std::string
DicomHeader::GetText(DicomTag tag) const
{
  const auto found = Texts.find(tag);
  return found == Texts.end()
           ? ""
           : found->second.substr(std::min(found->second.find_first_not_of(' '), found->second.size()));
}

std::vector<double>
DicomHeader::GetNumbers(DicomTag tag) const
{
  std::vector<double> numbers;
  std::istringstream  text(this->GetText(tag));
  for (std::string part; std::getline(text, part, '\\');)
  {
    char *       end = nullptr;
    const double number = std::strtod(part.c_str(), &end);
    if (end == part.c_str() || !std::isfinite(number))
    {
      return {};
    }
    numbers.push_back(number);
  }
  return numbers;
}

std::string
DicomHeader::GetLossyCompression() const
{
  static const std::map<std::string, std::string> methods{
    { "50", "JPEG" },      { "51", "JPEG" },       { "81", "JPEG-LS" },  { "91", "JPEG 2000" },
    { "93", "JPEG 2000" }, { "203", "JPEG 2000" }, { "111", "JPEG XL" }, { "112", "JPEG XL" },
  };
  const std::string jpeg = "1.2.840.10008.1.2.4.";
  const auto        found =
    TransferSyntax.rfind(jpeg, 0) == 0 ? methods.find(TransferSyntax.substr(jpeg.size())) : methods.end();
  if (found != methods.end())
  {
    return found->second;
  }
  return this->GetText(DicomTag::LossyCompression) == "01" ? "a lossy method, as it says" : "";
}

double
DicomHeader::GetNumberOfPixels() const
{
  return static_cast<double>(Rows) * Columns * this->GetFrames();
}

double
DicomHeader::GetFrames() const
{
  const auto numbers = this->GetNumbers(DicomTag::NumberOfFrames);
  return numbers.empty() ? 1 : std::max(numbers.front(), 1.0);
}

DicomHeader
ReadDicomHeader(const std::string & fileName)
{
  DicomHeader header;
  try
  {
    DicomWalk walk(fileName, header);
    header.IsDicom = walk.Begin();
    if (header.IsDicom)
    {
      walk.Walk();
    }
  }
  catch (const std::exception & error)
  {
    header.Problem = ErrorSentence(error);
  }
  return header;
}

DicomHeader
VerifyDicomLayout(const std::string & fileName)
{
  DicomHeader header = ReadDicomHeader(fileName);
  if (!header.Problem.empty())
  {
    itkGenericExceptionMacro(<< header.Problem);
  }
  return header;
}
} // namespace itk
