// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomImageIO.h"
#include "itkDicomLayout.h"
#include "itkErrorSentence.h"
#include "itkFileAlias.h"
#include "itkImageFileFormat.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

namespace itk
{
namespace
{
/** Calls `function` with a null pointer to one of the types of GDCM's pixels. */
template <typename TFunction>
void
CallWithPixelType(IOComponentEnum type, TFunction && function)
{
  switch (type)
  {
    case IOComponentEnum::UCHAR:
      return function(static_cast<unsigned char *>(nullptr));
    case IOComponentEnum::CHAR:
      return function(static_cast<signed char *>(nullptr));
    case IOComponentEnum::USHORT:
      return function(static_cast<unsigned short *>(nullptr));
    case IOComponentEnum::SHORT:
      return function(static_cast<short *>(nullptr));
    case IOComponentEnum::UINT:
      return function(static_cast<unsigned int *>(nullptr));
    case IOComponentEnum::INT:
      return function(static_cast<int *>(nullptr));
    case IOComponentEnum::FLOAT:
      return function(static_cast<float *>(nullptr));
    case IOComponentEnum::DOUBLE:
      return function(static_cast<double *>(nullptr));
    default:
      itkGenericExceptionMacro("its type of numbers is not read here.");
  }
}

/** Of the smallest and the largest number that can be stored, rescaled. */
double
GetSumOfEnds(const DicomHeader & header)
{
  const unsigned int bits = header.BitsStored > 0 ? header.BitsStored : header.BitsAllocated;
  const double       sumOfStored = header.IsSigned ? -1.0 : std::exp2(bits) - 1;
  const auto         getNumber = [&](DicomTag tag, double otherwise)
  {
    const auto numbers = header.GetNumbers(tag);
    return numbers.empty() ? otherwise : numbers.front();
  };
  const double slope = getNumber(DicomTag::RescaleSlope, 1);
  // GDCM takes a slope of 0 for 1.
  return (slope == 0 ? 1 : slope) * sumOfStored + 2 * getNumber(DicomTag::RescaleIntercept, 0);
}

/** In the range that can be stored. */
void
Mirror(const DicomHeader & header, IOComponentEnum type, std::size_t count, char * pixels)
{
  const double sum = GetSumOfEnds(header);
  CallWithPixelType(type,
                    [&](auto * null)
                    {
                      using Number = std::remove_pointer_t<decltype(null)>;
                      constexpr double least = std::numeric_limits<Number>::lowest();
                      constexpr double most = std::numeric_limits<Number>::max();
                      auto * const     numbers = reinterpret_cast<Number *>(pixels);
                      for (std::size_t i = 0; i < count; ++i)
                      {
                        const double mirrored = sum - static_cast<double>(numbers[i]);
                        numbers[i] = static_cast<Number>(std::clamp(mirrored, least, most));
                      }
                    });
}

bool
IsInverted(const DicomHeader & header)
{
  return header.Samples == 1 && header.GetText(DicomTag::Photometric) == "MONOCHROME1";
}

/** Of files with functional groups, the rescaling is in these, which are not read here. */
bool
CanBeMirrored(const DicomHeader & header)
{
  return header.Texts.count(DicomTag::SharedFunctionalGroups) == 0;
}

/** \throws ExceptionObject with a sentence that begins with the slice's name, if `function` throws one */
template <typename TFunction>
void
NameSlice(const std::string & file, TFunction && function)
{
  try
  {
    function();
  }
  catch (const std::exception & error)
  {
    itkGenericExceptionMacro(<< std::filesystem::path(file).filename().string() << ": " << ErrorSentence(error));
  }
}

std::size_t
CountNumbers(const ImageIOBase & io)
{
  return static_cast<std::size_t>(io.GetImageSizeInComponents());
}
} // namespace

DicomImageIO::DicomImageIO() = default;
DicomImageIO::~DicomImageIO() = default;

bool
DicomImageIO::CanReadFile(const char * fileName)
{
  const auto io = MakeImageIO(ImageFileFormat::Dicom);
  return io && io->CanReadFile(fileName);
}

void
DicomImageIO::ReadImageInformation()
{
  if (m_Series.Name.empty())
  {
    m_Series.Files = { m_FileName };
    m_Series.HasInvertedGrays = IsInverted(ReadDicomHeader(m_FileName));
  }
  m_First = MakeImageIO(ImageFileFormat::Dicom);
  m_First->SetFileName(m_Series.Files.front());
  const bool isVolume = m_Series.Files.size() > 1;
  if (isVolume)
  {
    NameSlice(m_Series.Files.front(), [this] { m_First->ReadImageInformation(); });
  }
  else
  {
    m_First->ReadImageInformation();
  }
  const auto dimension = isVolume ? 3 : m_First->GetNumberOfDimensions();
  this->SetNumberOfDimensions(dimension);
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    const bool isSlices = isVolume && axis == 2;
    this->SetDimensions(axis, isSlices ? m_Series.Files.size() : m_First->GetDimensions(axis));
    this->SetSpacing(axis, isVolume ? m_Series.Spacing[axis] : m_First->GetSpacing(axis));
    this->SetOrigin(axis, isVolume ? m_Series.Origin[axis] : m_First->GetOrigin(axis));
    const auto & direction = m_Series.Directions[axis < 3 ? axis : 0];
    this->SetDirection(
      axis, isVolume ? std::vector<double>(direction.begin(), direction.end()) : m_First->GetDirection(axis));
  }
  this->SetNumberOfComponents(m_First->GetNumberOfComponents());
  this->SetPixelType(m_First->GetPixelType());
  this->SetComponentType(m_Series.HasManyRanges ? IOComponentEnum::DOUBLE : m_First->GetComponentType());
  this->SetMetaDataDictionary(m_First->GetMetaDataDictionary());

  const DicomHeader header = ReadDicomHeader(m_Series.Files.front());
  m_Information = {};
  m_Information.Format = "DICOM";
  m_Information.BitsPerComponent = header.BitsAllocated;
  m_Information.Compression = header.GetLossyCompression();
  m_Information.IsLossy = !m_Information.Compression.empty();
  m_Information.Notes = m_Series.Notes;
  if (m_Series.HasInvertedGrays && !m_KeepsStoredGrays)
  {
    m_Information.Notes.push_back(
      "Its grays are stored inverted (MONOCHROME1) and were turned, so that larger is brighter.");
  }
}

void
DicomImageIO::Read(void * buffer)
{
  if (m_Series.Files.size() > 1)
  {
    this->ReadSlices(static_cast<char *>(buffer));
    return;
  }
  this->ReadFile(m_Series.Files.front(), static_cast<char *>(buffer));
}

/** \param pixels all of the file's, as numbers of this image's type */
void
DicomImageIO::ReadFile(const std::string & fileName, char * pixels) const
{
  const DicomHeader header = m_Series.HasInvertedGrays ? ReadDicomHeader(fileName) : DicomHeader();
  const bool        isInverted = IsInverted(header) && CanBeMirrored(header);
  if (m_KeepsStoredGrays && IsInverted(header) && !isInverted)
  {
    itkGenericExceptionMacro("labels must not be stored inverted (MONOCHROME1) in a file of several frames.");
  }
  // GDCM 3.0 ends the process over signed numbers of 12 bits that it mirrors, and leaves those of 32 bits.
  const auto alias =
    isInverted ? FileAlias::OfChanged(fileName, header.PhotometricPosition, "MONOCHROME2", ".dcm") : nullptr;
  const LightObject::Pointer made = m_First->CreateAnother();
  auto * const               io = dynamic_cast<ImageIOBase *>(made.GetPointer());
  io->SetFileName(alias ? alias->GetName() : fileName);
  io->ReadImageInformation();
  const bool isSame =
    io->GetDimensions(0) == m_First->GetDimensions(0) && io->GetDimensions(1) == m_First->GetDimensions(1) &&
    io->GetNumberOfComponents() == m_First->GetNumberOfComponents() && CountNumbers(*io) == CountNumbers(*m_First) &&
    (m_Series.HasManyRanges || io->GetComponentType() == m_First->GetComponentType());
  if (!isSame)
  {
    itkGenericExceptionMacro("it differs from the first slice in its size or type of numbers.");
  }
  std::vector<char> own(m_Series.HasManyRanges ? io->GetImageSizeInBytes() : 0);
  char * const      read = m_Series.HasManyRanges ? own.data() : pixels;
  io->Read(read);
  if (isInverted && !m_KeepsStoredGrays)
  {
    Mirror(header, io->GetComponentType(), CountNumbers(*io), read);
  }
  if (m_Series.HasManyRanges)
  {
    CallWithPixelType(io->GetComponentType(),
                      [&](auto * null)
                      {
                        const auto * const numbers = reinterpret_cast<decltype(null)>(read);
                        std::copy_n(numbers, CountNumbers(*io), reinterpret_cast<double *>(pixels));
                      });
  }
}

void
DicomImageIO::ReadSlices(char * pixels) const
{
  const std::size_t pixelBytes = this->GetNumberOfComponents() * this->GetComponentSize();
  const std::size_t rowBytes = this->GetDimensions(0) * pixelBytes;
  const std::size_t wantedBytes = m_IORegion.GetSize(0) * pixelBytes;
  const bool        isThick = m_IORegion.GetImageDimension() > 2;
  const auto        begin = static_cast<std::size_t>(isThick ? m_IORegion.GetIndex(2) : 0);
  std::vector<char> slice(rowBytes * this->GetDimensions(1));
  for (std::size_t i = begin; i < begin + (isThick ? m_IORegion.GetSize(2) : 1); ++i)
  {
    const std::string & file = m_Series.Files[i];
    NameSlice(file, [&] { this->ReadFile(file, slice.data()); });
    const char * from = slice.data() + static_cast<std::size_t>(m_IORegion.GetIndex(1)) * rowBytes +
                        static_cast<std::size_t>(m_IORegion.GetIndex(0)) * pixelBytes;
    for (std::size_t row = 0; row < m_IORegion.GetSize(1); ++row, from += rowBytes, pixels += wantedBytes)
    {
      std::memcpy(pixels, from, wantedBytes);
    }
  }
}

ImageIORegion
DicomImageIO::GenerateStreamableReadRegionFromRequestedRegion(const ImageIORegion & requested) const
{
  return m_Series.Files.size() > 1 && this->GetUseStreamedReading()
           ? requested
           : Superclass::GenerateStreamableReadRegionFromRequestedRegion(requested);
}

void
DicomImageIO::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "KeepsStoredGrays: " << (m_KeepsStoredGrays ? "yes" : "no") << std::endl;
  os << indent << "Series: " << m_Series.Name << std::endl;
}
} // namespace itk
