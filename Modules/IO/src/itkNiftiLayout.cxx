// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNiftiLayout.h"
#include "itkFileBytes.h"
#include "itkMacro.h"
#include <cmath>
#include <limits>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

/** Places in a header of NIfTI-1 or NIfTI-2. */
struct NiftiFields
{
  bool        IsSecond;
  std::size_t Sizes;
  std::size_t Bits;
  std::size_t Spacing;
  std::size_t Offset;
  std::size_t QuaternionCode;
  std::size_t MatrixCode;
  std::size_t Quaternion;
  std::size_t Matrix;
};
constexpr NiftiFields nifti1{ false, 40, 72, 76, 108, 252, 254, 256, 280 };
constexpr NiftiFields nifti2{ true, 16, 14, 104, 168, 344, 348, 352, 400 };

/** \class NiftiHeader
 * \brief A NIfTI header as far as a reader's memory and life depend on it. */
class NiftiHeader
{
public:
  explicit NiftiHeader(const std::string & fileName)
    : m_Bytes(ReadBeginning(fileName, 540))
    , m_Fields(m_Bytes.Get<std::int32_t>(0) == 540 || m_Bytes.GetSwapped<std::int32_t>(0) == 540 ? nifti2 : nifti1)
  {
    m_Bytes.SetIsSwapped(m_Bytes.Get<std::int32_t>(0) != (m_Fields.IsSecond ? 540 : 348));
    if (m_Bytes.GetSize() < (m_Fields.IsSecond ? 540u : 348u))
    {
      itkGenericExceptionMacro("the file ends before its pixels do.");
    }
  }

  double
  CountPixelBytes() const
  {
    double     bits = m_Bytes.Get<std::int16_t>(m_Fields.Bits);
    const auto axes = this->GetSize(0);
    if (axes < 1 || axes > 7)
    {
      itkGenericExceptionMacro("it is damaged: it must have 1 to 7 dimensions, but has " << axes << '.');
    }
    for (std::size_t axis = 1; axis <= static_cast<std::size_t>(axes); ++axis)
    {
      const auto size = this->GetSize(axis);
      if (size < 0)
      {
        itkGenericExceptionMacro("it is damaged: its sizes must be at least 1, but one is " << size << '.');
      }
      bits *= static_cast<double>(std::max<std::int64_t>(size, 1));
    }
    return bits / 8;
  }

  double
  GetOffset() const
  {
    const double offset = m_Fields.IsSecond ? static_cast<double>(m_Bytes.Get<std::int64_t>(m_Fields.Offset))
                                            : static_cast<double>(m_Bytes.Get<float>(m_Fields.Offset));
    return offset > 0 ? offset : 0;
  }

  /** niftilib hands on what is no number, over which ITK ends the process. */
  void
  VerifyGeometry() const
  {
    for (std::size_t axis = 1; axis <= 3; ++axis)
    {
      this->VerifyNumber("spacing", m_Fields.Spacing, axis);
    }
    for (std::size_t i = 0; i < 6 && this->GetCode(m_Fields.QuaternionCode) > 0; ++i)
    {
      this->VerifyNumber("quaternion or offset", m_Fields.Quaternion, i);
    }
    for (std::size_t i = 0; i < 12 && this->GetCode(m_Fields.MatrixCode) > 0; ++i)
    {
      this->VerifyNumber("matrix", m_Fields.Matrix, i);
    }
  }

private:
  std::int64_t
  GetSize(std::size_t axis) const
  {
    return m_Fields.IsSecond ? m_Bytes.Get<std::int64_t>(m_Fields.Sizes + 8 * axis)
                             : std::int64_t{ m_Bytes.Get<std::int16_t>(m_Fields.Sizes + 2 * axis) };
  }

  int
  GetCode(std::size_t at) const
  {
    return m_Fields.IsSecond ? m_Bytes.Get<std::int32_t>(at) : m_Bytes.Get<std::int16_t>(at);
  }

  void
  VerifyNumber(const char * name, std::size_t at, std::size_t i) const
  {
    constexpr double largest = 1e9;
    const double     number =
      m_Fields.IsSecond ? m_Bytes.Get<double>(at + 8 * i) : static_cast<double>(m_Bytes.Get<float>(at + 4 * i));
    if (!(std::abs(number) <= largest))
    {
      itkGenericExceptionMacro("its " << name << " must be numbers of at most " << largest << ", but one is " << number
                                      << '.');
    }
  }

  FileBytes           m_Bytes;
  const NiftiFields & m_Fields;
};

/** Of a header in a file of its own; empty if there is none. */
std::string
FindNiftiPixels(const std::string & fileName)
{
  fs::path header(fileName);
  if (header.extension() == ".gz")
  {
    header.replace_extension("");
  }
  for (const char * const ending : { ".img", ".IMG", ".img.gz" })
  {
    const fs::path pixels = fs::path(header).replace_extension(ending);
    if (fs::exists(pixels))
    {
      return pixels.string();
    }
  }
  return {};
}

bool
IsGzipName(const std::string & name)
{
  return fs::path(name).extension() == ".gz";
}
} // namespace

void
VerifyNiftiLayout(const std::string & fileName, const ImageFileKind & kind)
{
  const NiftiHeader header(fileName);
  header.VerifyGeometry();
  const bool        isPair = kind.Format == ImageFileFormat::NiftiPair;
  const std::string pixels = isPair ? FindNiftiPixels(fileName) : fileName;
  if (pixels.empty())
  {
    itkGenericExceptionMacro("its pixels must be in " << fs::path(fileName).replace_extension(".img").string()
                                                      << ", but there is no such file.");
  }
  RequireStored(header.GetOffset() + header.CountPixelBytes(), pixels, isPair ? IsGzipName(pixels) : kind.IsGzip);
}

namespace
{
/** \class Nifti1Header
 * \brief A header that is being written, in the byte order of another. */
class Nifti1Header
{
public:
  static constexpr std::size_t Size = 348;

  explicit Nifti1Header(bool isSwapped)
    : m_Bytes(Size, '\0')
    , m_IsSwapped(isSwapped)
  {}

  template <typename TNumber>
  void
  Put(std::size_t at, TNumber number)
  {
    char bytes[sizeof(TNumber)];
    std::memcpy(bytes, &number, sizeof(TNumber));
    if (m_IsSwapped)
    {
      std::reverse(bytes, bytes + sizeof(TNumber));
    }
    m_Bytes.replace(at, sizeof(TNumber), bytes, sizeof(TNumber));
  }

  void
  PutBytes(std::size_t at, const FileBytes & from, std::size_t fromAt, std::size_t count)
  {
    const auto & all = from.GetAll();
    for (std::size_t i = 0; i < count && fromAt + i < all.size(); ++i)
    {
      m_Bytes[at + i] = static_cast<char>(all[fromAt + i]);
    }
  }

  const std::string &
  Get() const
  {
    return m_Bytes;
  }

private:
  std::string m_Bytes;
  bool        m_IsSwapped;
};

std::int16_t
ToNifti1Size(std::int64_t size)
{
  constexpr std::int64_t most = std::numeric_limits<std::int16_t>::max();
  if (size < 0 || size > most)
  {
    itkGenericExceptionMacro("it is in the format NIfTI-2 with a size of " << size << "; sizes of at most " << most
                                                                           << " are read.");
  }
  return static_cast<std::int16_t>(size);
}

/** Places of a field in NIfTI-1, of 4 bytes, and in NIfTI-2, of 8 bytes; and of how many numbers. */
struct NiftiNumbers
{
  std::size_t First;
  std::size_t Second;
  std::size_t Count;
};

Nifti1Header
ToNifti1(const FileBytes & second)
{
  Nifti1Header header(second.GetIsSwapped());
  header.Put<std::int32_t>(0, Nifti1Header::Size);
  for (std::size_t i = 0; i < 8; ++i)
  {
    header.Put(40 + 2 * i, ToNifti1Size(second.Get<std::int64_t>(16 + 8 * i)));
  }
  constexpr NiftiNumbers numbers[] = { { 56, 80, 3 },   { 76, 104, 8 },  { 112, 176, 2 }, { 124, 192, 2 },
                                       { 132, 208, 2 }, { 256, 352, 6 }, { 280, 400, 12 } };
  for (const auto & field : numbers)
  {
    for (std::size_t i = 0; i < field.Count; ++i)
    {
      header.Put(field.First + 4 * i, static_cast<float>(second.Get<double>(field.Second + 8 * i)));
    }
  }
  header.Put(70, second.Get<std::int16_t>(12));
  header.Put(72, second.Get<std::int16_t>(14));
  header.Put(108, static_cast<float>(second.Get<std::int64_t>(168)));
  header.Put(252, static_cast<std::int16_t>(second.Get<std::int32_t>(344)));
  header.Put(254, static_cast<std::int16_t>(second.Get<std::int32_t>(348)));
  header.Put(68, static_cast<std::int16_t>(second.Get<std::int32_t>(504)));
  header.Put(123, static_cast<std::int8_t>(second.Get<std::int32_t>(500)));
  header.PutBytes(148, second, 240, 80);
  header.PutBytes(328, second, 508, 16);
  return header;
}

/** So that ITK does not turn the spacing alone.
 * \return millimeters of the unit that the header had */
double
PutMillimeters(const FileBytes & from, Nifti1Header & to)
{
  const int unit = from.Get<std::uint8_t>(123) & 7;
  to.Put(123, static_cast<std::uint8_t>((from.Get<std::uint8_t>(123) & ~7) | 2));
  return unit == 1 ? 1000 : unit == 3 ? 0.001 : 1;
}

/** Whether rows or columns of a plane leave the plane of x and y. */
bool
IsTilted(const FileBytes & header)
{
  if (header.Get<std::int16_t>(254) > 0)
  {
    return header.Get<float>(312) != 0 || header.Get<float>(316) != 0;
  }
  const double b = header.Get<float>(256);
  const double c = header.Get<float>(260);
  const double d = header.Get<float>(264);
  const double a = std::sqrt(std::max(1 - b * b - c * c - d * d, 0.0));
  // The third row of the matrix, as far as it is not rounding.
  constexpr double least = 1e-6;
  return header.Get<std::int16_t>(252) > 0 &&
         (std::abs(2 * (b * d - a * c)) > least || std::abs(2 * (c * d + a * b)) > least);
}

/** ITK cuts the direction of a plane to two rows and columns: a tilted one becomes a volume of one slice. */
void
PutSlice(const FileBytes & from, Nifti1Header & to)
{
  if (from.Get<std::int16_t>(40) == 2 && IsTilted(from))
  {
    to.Put<std::int16_t>(40, 3);
    to.Put<std::int16_t>(46, 1);
    to.Put(88, from.Get<float>(88) > 0 ? from.Get<float>(88) : 1.0f);
  }
}

/** \return whether real numbers are called whole numbers now */
bool
PutWholeNumbers(const FileBytes & from, Nifti1Header & to)
{
  constexpr std::int16_t float32 = 16;
  constexpr std::int16_t float64 = 64;
  constexpr std::int16_t int32 = 8;
  constexpr std::int16_t int64 = 1024;
  const auto             type = from.Get<std::int16_t>(70);
  const auto             slope = from.Get<float>(112);
  const bool             isScaled = std::isfinite(slope) && slope != 0 && (slope != 1 || from.Get<float>(116) != 0);
  const bool             isScalar = from.Get<std::int16_t>(40) <= 4 && from.Get<std::int16_t>(68) == 0;
  if (isScaled || !isScalar || (type != float32 && type != float64))
  {
    return false;
  }
  to.Put(70, type == float32 ? int32 : int64);
  return true;
}
} // namespace

NiftiPair
DescribeAsNiftiPair(const std::string & fileName, const ImageFileKind & kind)
{
  FileBytes  bytes = ReadBeginning(fileName, 540);
  const bool isSecond = bytes.Get<std::int32_t>(0) == 540 || bytes.GetSwapped<std::int32_t>(0) == 540;
  bytes.SetIsSwapped(bytes.Get<std::int32_t>(0) != (isSecond ? 540 : 348));
  const bool isAnalyze = !isSecond && bytes.Get<std::uint8_t>(344) != 'n';
  NiftiPair  pair;
  if (isAnalyze)
  {
    return pair;
  }
  Nifti1Header header(bytes.GetIsSwapped());
  header.PutBytes(0, bytes, 0, Nifti1Header::Size);
  if (isSecond)
  {
    header = ToNifti1(bytes);
  }
  FileBytes first(std::vector<std::uint8_t>(header.Get().begin(), header.Get().end()));
  first.SetIsSwapped(bytes.GetIsSwapped());
  // The least place in one file.
  constexpr float leastOffset = 352;
  if (kind.Format == ImageFileFormat::Nifti && !(first.Get<float>(108) >= leastOffset))
  {
    header.Put(108, leastOffset);
  }
  pair.Millimeters = PutMillimeters(first, header);
  PutSlice(first, header);
  pair.HoldsRealNumbers = PutWholeNumbers(first, header);
  header.PutBytes(344, FileBytes({ 'n', 'i', '1', 0 }), 0, 4);
  pair.Header = header.Get();
  pair.Pixels = kind.Format == ImageFileFormat::NiftiPair ? FindNiftiPixels(fileName) : fileName;
  pair.IsGzip = kind.Format == ImageFileFormat::NiftiPair ? IsGzipName(pair.Pixels) : kind.IsGzip;
  return pair;
}
} // namespace itk
