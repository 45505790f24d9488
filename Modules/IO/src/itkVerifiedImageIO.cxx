// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkVerifiedImageIO.h"
#include "itkDicomImageIO.h"
#include "itkDicomLayout.h"
#include "itkErrorSentence.h"
#include "itkFileAlias.h"
#include "itkFormatCorrections.h"
#include "itkImageFileFormat.h"
#include "itkImageFileHeaderText.h"
#include "itkImageFileLayout.h"
#include "itkMetaImageText.h"
#include "itkNiftiLayout.h"
#include "itkPictureImageIO.h"
#include "itkPixelBytes.h"
#include "itkRemoteImageIO.h"
#include "itkUnknownSpacing.h"
#include "itkVerifiedImageReader.h"
#include "itksys/SystemTools.hxx"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

/** Values that no image has, which would end in a waste of time and memory later. */
void
VerifyDescription(const ImageIOBase & io)
{
  constexpr double leastSpacing = 1e-9;
  constexpr double largestSpacing = 1e6;
  constexpr double largestOrigin = 1e9;
  const auto       refuse = [](const char * what, const char * range, double value)
  { itkGenericExceptionMacro("its " << what << " must be " << range << ", but is " << value << '.'); };
  if (io.GetNumberOfComponents() == 0)
  {
    itkGenericExceptionMacro("it holds no pixels: it has 0 components.");
  }
  for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
  {
    if (io.GetDimensions(axis) == 0)
    {
      itkGenericExceptionMacro("it holds no pixels: its size along axis " << axis << " is 0.");
    }
    const double spacing = io.GetSpacing(axis);
    if (!(std::abs(spacing) >= leastSpacing && std::abs(spacing) <= largestSpacing))
    {
      refuse("spacing", "in [1e-9, 1e6] mm", spacing);
    }
    if (!(std::abs(io.GetOrigin(axis)) <= largestOrigin))
    {
      refuse("origin", "in [-1e9, 1e9] mm", io.GetOrigin(axis));
    }
    const auto direction = io.GetDirection(axis);
    double     squares = 0;
    for (const double part : direction)
    {
      squares += part * part;
    }
    if (!(std::abs(squares - 1) < 0.01))
    {
      refuse("direction", "of vectors of length 1", std::sqrt(squares));
    }
  }
}

/** What a compressed file of these bytes can hold at most, as far as nothing else is known. */
void
VerifyPromise(const ImageIOBase & io, double present, ImageFileFormat format)
{
  const bool   isPlain = format == ImageFileFormat::Other && (std::strcmp(io.GetNameOfClass(), "BioRadImageIO") == 0 ||
                                                            std::strcmp(io.GetNameOfClass(), "StimulateImageIO") == 0);
  const double ratio = isPlain ? 1 : 65536;
  double       bytes = io.GetComponentSize() * static_cast<double>(io.GetNumberOfComponents());
  for (unsigned int axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
  {
    bytes *= static_cast<double>(io.GetDimensions(axis));
  }
  const bool hasOtherFiles =
    format == ImageFileFormat::MetaImage || format == ImageFileFormat::Nrrd || format == ImageFileFormat::NiftiPair;
  if (!hasOtherFiles && bytes > present * ratio)
  {
    itkGenericExceptionMacro("it promises " << bytes << " bytes of pixels, more than its " << present
                                            << " bytes can hold.");
  }
}

/** Whether a reader that goes by the name needs another one. */
bool
NeedsAlias(const std::string & fileName, const ImageFileKind & kind)
{
  if (kind.Format == ImageFileFormat::Other || kind.Format == ImageFileFormat::NiftiPair)
  {
    return false;
  }
  // niftilib takes a file of the same name that is not compressed, or in two files.
  const auto endings = GetImageFormatEndings(kind);
  return kind.Format == ImageFileFormat::Nifti ||
         std::none_of(endings.begin(),
                      endings.end(),
                      [&](const std::string & ending)
                      { return itksys::SystemTools::StringEndsWith(fileName, ending.c_str()); });
}

/** The last thing that a library said, as a sentence. */
std::string
Tidied(std::string sentence)
{
  // NRRD's library names each function on the way to the problem.
  const std::string library = "[nrrd] ";
  const auto        last = sentence.rfind(library);
  if (last != std::string::npos)
  {
    const auto function = sentence.find(": ", last);
    sentence = "its header cannot be read: " +
               sentence.substr(function == std::string::npos ? last + library.size() : function + 2);
  }
  sentence.erase(sentence.find_last_not_of(".!") + 1);
  return sentence + '.';
}

/** \throws ExceptionObject that names the file, not another name of it, if `function` throws one */
template <typename TFunction>
void
NameFile(const std::string & fileName, const std::string & alias, TFunction && function)
{
  try
  {
    function();
  }
  catch (const std::exception & error)
  {
    std::string sentence = Tidied(ErrorSentence(error));
    for (auto at = sentence.find(alias); !alias.empty() && at != std::string::npos;
         at = sentence.find(alias, at + fileName.size()))
    {
      sentence.replace(at, alias.size(), fileName);
    }
    const bool isNamed = sentence.rfind(fileName + ": ", 0) == 0;
    itkGenericExceptionMacro(<< (isNamed ? "" : fileName + ": ") << sentence);
  }
  catch (...)
  {
    // Such as those of HDF5, which are no std::exception.
    itkGenericExceptionMacro(<< fileName << ": it is damaged.");
  }
}
} // namespace

VerifiedImageIO::VerifiedImageIO() = default;
VerifiedImageIO::~VerifiedImageIO() = default;

bool
VerifiedImageIO::CanReadFile(const char * fileName)
{
  std::error_code error;
  return fs::is_regular_file(fileName, error) || NamesDicomFolder(fileName);
}

void
VerifiedImageIO::ReadImageInformation()
{
  NameFile(m_FileName, "", [this] { this->Open(); });
}

void
VerifiedImageIO::Open()
{
  VerifyImageFile(m_FileName);
  m_Information = {};
  m_Format = nullptr;
  m_Alias.reset();
  m_Plain.reset();
  m_Header = m_FileName;
  m_IsCompressed = false;
  m_IsText = false;
  m_HoldsRealNumbers = false;
  m_HasBits = false;
  m_Factor = 1;
  if (HasImageReadingProgram())
  {
    this->OpenInOtherProcess();
    this->Describe();
    return;
  }
  if (NamesDicomFolder(m_FileName))
  {
    this->OpenSeries();
    this->Describe();
    return;
  }
  const ImageFileKind kind = GetImageFileKind(m_FileName);
  if (IsPictureFormat(kind.Format) && kind.IsGzip)
  {
    itkGenericExceptionMacro("it is a " << GetImageFormatName(kind.Format)
                                        << " file that is compressed by gzip, which is not read here.");
  }
  if (IsPictureFormat(kind.Format))
  {
    this->OpenPicture();
  }
  else
  {
    this->OpenWithITK(kind);
  }
  VerifyDescription(*m_Format);
  const std::string wrongName = DescribeWrongName(m_FileName, kind);
  this->AddNotes(wrongName.empty() ? std::vector<std::string>{} : std::vector<std::string>{ wrongName });
  this->Describe();
}

void
VerifiedImageIO::OpenInOtherProcess()
{
  auto remote = RemoteImageIO::New();
  remote->SetReadsLabels(m_ReadsLabels);
  remote->SetLevel(m_Level);
  remote->SetFileName(m_FileName);
  remote->ReadImageInformation();
  m_Information = remote->GetInformation();
  m_Format = remote;
}

void
VerifiedImageIO::OpenPicture()
{
  auto picture = PictureImageIO::New();
  picture->SetLevel(m_Level);
  picture->SetExpandRGBPalette(!m_ReadsLabels);
  picture->SetFileName(m_FileName);
  picture->ReadImageInformation();
  m_Information = picture->GetInformation();
  m_Format = picture;
}

void
VerifiedImageIO::VerifyHasNoLevels() const
{
  if (m_Level > 0)
  {
    itkGenericExceptionMacro("level must be 0, as its format has no levels, but is " << m_Level << '.');
  }
}

ImageIOBase::Pointer
VerifiedImageIO::MakeFormat(ImageFileFormat format) const
{
  if (format != ImageFileFormat::Dicom || !MakeImageIO(format))
  {
    return MakeImageIO(format);
  }
  auto dicom = DicomImageIO::New();
  dicom->SetKeepsStoredGrays(m_ReadsLabels);
  return dicom.GetPointer();
}

void
VerifiedImageIO::OpenSeries()
{
  this->VerifyHasNoLevels();
  const DicomSeries series = ChooseDicomSeries(m_FileName);
  m_Format = this->MakeFormat(ImageFileFormat::Dicom);
  if (!m_Format)
  {
    itkGenericExceptionMacro("it is a folder of DICOM files, which are not read here.");
  }
  dynamic_cast<DicomImageIO &>(*m_Format).SetSeries(series);
  m_Format->SetFileName(m_FileName);
  m_Format->ReadImageInformation();
  double bytes = 0;
  for (const std::string & file : series.Files)
  {
    bytes += GetImageFileBytes(file);
  }
  VerifyPromise(*m_Format, bytes, ImageFileFormat::Dicom);
  if (series.Files.size() == 1)
  {
    CorrectGeometry(*m_Format, series.Files.front(), ImageFileFormat::Dicom);
  }
  VerifyDescription(*m_Format);
  m_Information = dynamic_cast<DicomImageIO &>(*m_Format).GetInformation();
  m_Information.SpacingSource = GetSpacingSource(*m_Format, series.Files.front(), ImageFileFormat::Dicom);
  m_Factor = GetPixelFactor(*m_Format, ImageFileFormat::Dicom);
  m_HasBits = ReadDicomHeader(series.Files.front()).HasBits();
}

void
VerifiedImageIO::OpenWithITK(const ImageFileKind & kindOfFile)
{
  this->VerifyHasNoLevels();
  const ImageFileKind kind = this->FindHeader(kindOfFile);
  const bool          isNifti = kind.Format == ImageFileFormat::Nifti || kind.Format == ImageFileFormat::NiftiPair;
  VerifyImageFileLayout(m_Header, kind);
  m_Format = kind.Format == ImageFileFormat::Other ? MakeOtherImageIO(m_Header) : this->MakeFormat(kind.Format);
  if (!m_Format)
  {
    const std::string name = GetImageFormatName(kind.Format);
    itkGenericExceptionMacro(<< (name.empty() ? "it is not an image that can be read."
                                              : "it is an image in the format " + name + ", which is not read here."));
  }
  const NiftiPair pair = isNifti ? DescribeAsNiftiPair(m_Header, kind) : NiftiPair{};
  m_HoldsRealNumbers = pair.HoldsRealNumbers;
  if (!pair.Header.empty())
  {
    m_Alias = FileAlias::OfFile(pair.Pixels, pair.IsGzip ? ".img.gz" : ".img");
    m_Alias->AddHeader(pair.Header, ".hdr");
  }
  else if (NeedsAlias(m_Header, kind))
  {
    m_Alias = FileAlias::OfFile(m_Header, GetImageFormatEndings(kind).front());
  }
  const std::string name = m_Alias ? m_Alias->GetName() : m_Header;
  NameFile(m_FileName,
           name,
           [&]
           {
             if (kind.Format != ImageFileFormat::Other && !m_Format->CanReadFile(name.c_str()))
             {
               itkGenericExceptionMacro("it is damaged: its header cannot be read.");
             }
             m_Format->SetFileName(name);
             m_Format->ReadImageInformation();
           });
  if (const auto * const dicom = dynamic_cast<DicomImageIO *>(m_Format.GetPointer()))
  {
    m_Information = dicom->GetInformation();
  }
  VerifyPromise(*m_Format, GetImageFileBytes(m_Header), kind.Format);
  CorrectGeometry(*m_Format, m_Header, kind.Format);
  ScaleLengths(*m_Format, pair.Millimeters);
  m_Factor = GetPixelFactor(*m_Format, kind.Format);
  m_HasBits = kind.Format == ImageFileFormat::Dicom && ReadDicomHeader(m_Header).HasBits();
  m_IsText = kind.Format == ImageFileFormat::MetaImage && HasTextPixels(ReadMetaImageHeader(m_Header));
  m_Information.Format =
    kind.Format == ImageFileFormat::Other ? m_Format->GetNameOfClass() : GetImageFormatName(kind.Format);
  m_Information.BitsPerComponent = m_HasBits ? 1 : static_cast<unsigned int>(8 * m_Format->GetComponentSize());
  m_Information.SpacingSource = GetSpacingSource(*m_Format, m_Header, kind.Format);
  const auto compressed = FindCompressedPixels(m_Header, kind);
  const bool isGzip = kind.IsGzip || pair.IsGzip;
  m_Information.Compression = isGzip || kindOfFile.IsGzip ? "gzip"
                              : compressed.Bytes > 0      ? "deflate"
                                                          : m_Information.Compression;
  m_IsCompressed = isGzip || compressed.Bytes > 0;
}

/** Finds the file that says what the pixels are, which is another where the user names the pixels of two files, or a
 * compressed file that ITK's reader does not decompress. */
ImageFileKind
VerifiedImageIO::FindHeader(const ImageFileKind & kind)
{
  m_Header = m_FileName;
  const bool isDecompressedLater = kind.Format == ImageFileFormat::Nifti || kind.Format == ImageFileFormat::NiftiPair ||
                                   kind.Format == ImageFileFormat::Gipl || kind.Format == ImageFileFormat::Other;
  if (kind.IsGzip && !isDecompressedLater)
  {
    // Of what is read at once, more is not in a computer.
    constexpr std::uint64_t mostBytes = 4'000'000'000;
    m_Plain = FileAlias::OfDecompressed(
      m_FileName, 0, "", mostBytes, false, GetImageFormatEndings({ kind.Format, false }).front());
    m_Header = m_Plain->GetName();
    return { kind.Format, false };
  }
  std::string name = m_FileName;
  name = itksys::SystemTools::StringEndsWith(name, ".gz") ? name.substr(0, name.size() - 3) : name;
  const std::string header = fs::path(name).replace_extension(".hdr").string();
  if (kind.Format == ImageFileFormat::Other && fs::path(name).extension() == ".img" && fs::exists(header))
  {
    const ImageFileKind kindOfHeader = GetImageFileKind(header);
    if (kindOfHeader.Format == ImageFileFormat::NiftiPair)
    {
      m_Header = header;
      return kindOfHeader;
    }
  }
  return kind;
}

/** ITK's readers overlook damage in compressed pixels, and misread text: they get what was decompressed and checked. */
void
VerifiedImageIO::MakePlain()
{
  const ImageFileKind kind = GetImageFileKind(m_Header);
  const std::string   ending = GetImageFormatEndings({ kind.Format, false }).front();
  const auto          compressed = FindCompressedPixels(m_Header, kind);
  const bool          isNifti = kind.Format == ImageFileFormat::Nifti || kind.Format == ImageFileFormat::NiftiPair;
  const NiftiPair     pair = isNifti ? DescribeAsNiftiPair(m_Header, kind) : NiftiPair{};
  // With room for a header.
  const std::uint64_t mostBytes = 2 * m_Format->GetImageSizeInBytes() + (1u << 20);
  if (!pair.Header.empty())
  {
    m_Alias = FileAlias::OfDecompressed(pair.Pixels, 0, "", mostBytes, false, ".img");
    m_Alias->AddHeader(pair.Header, ".hdr");
  }
  else if (m_IsText)
  {
    m_Alias = FileAlias::OfContent(MakeBinaryMetaImage(m_Header), ending);
  }
  else
  {
    m_Alias = kind.IsGzip ? FileAlias::OfDecompressed(m_Header, 0, "", mostBytes, false, ending)
                          : FileAlias::OfDecompressed(
                              compressed.File, compressed.Offset, compressed.Header, compressed.Bytes, true, ending);
  }
  m_Format = MakeImageIO(kind.Format);
  m_Format->CanReadFile(m_Alias->GetName().c_str());
  m_Format->SetFileName(m_Alias->GetName());
  m_Format->ReadImageInformation();
  m_IsCompressed = false;
  m_IsText = false;
}

void
VerifiedImageIO::Describe()
{
  const unsigned int dimension = m_Format->GetNumberOfDimensions();
  this->SetNumberOfDimensions(dimension);
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    this->SetDimensions(axis, m_Format->GetDimensions(axis));
    this->SetSpacing(axis, m_Format->GetSpacing(axis));
    this->SetOrigin(axis, m_Format->GetOrigin(axis));
    this->SetDirection(axis, m_Format->GetDirection(axis));
  }
  const unsigned int components = m_Format->GetNumberOfComponents();
  const bool         isRemote = dynamic_cast<RemoteImageIO *>(m_Format.GetPointer()) != nullptr;
  const bool         dropsAlpha = m_Information.HasAlpha && !isRemote;
  const bool         isDouble = m_Factor != 1 || (m_HoldsRealNumbers && m_Format->GetComponentSize() == sizeof(double));
  this->SetComponentType(isDouble             ? IOComponentEnum::DOUBLE
                         : m_HoldsRealNumbers ? IOComponentEnum::FLOAT
                                              : m_Format->GetComponentType());
  this->SetNumberOfComponents(components - (dropsAlpha ? 1 : 0));
  this->SetPixelType(!dropsAlpha       ? m_Format->GetPixelType()
                     : components == 2 ? IOPixelEnum::SCALAR
                     : components == 4 ? IOPixelEnum::RGB
                                       : IOPixelEnum::VECTOR);
  this->SetMetaDataDictionary(m_Format->GetMetaDataDictionary());
  MarkSpacingAsUnknown(this->GetMetaDataDictionary(), m_Information.SpacingSource.empty());
  if (!m_PartSize.empty())
  {
    this->TakePart();
  }
}

void
VerifiedImageIO::Read(void * buffer)
{
  NameFile(m_FileName, m_Alias ? m_Alias->GetName() : "", [&] { this->ReadPixels(buffer); });
}

void
VerifiedImageIO::ReadPixels(void * buffer)
{
  if (m_IsCompressed || m_IsText)
  {
    this->MakePlain();
  }
  const std::size_t pixels = m_IORegion.GetNumberOfPixels();
  const std::size_t components = m_Format->GetNumberOfComponents();
  const std::size_t bytes = m_Format->GetComponentSize();
  ImageIORegion     region = m_IORegion;
  for (unsigned int axis = 0; axis < m_PartIndex.size() && axis < region.GetImageDimension(); ++axis)
  {
    region.SetIndex(axis, region.GetIndex(axis) + m_PartIndex[axis]);
  }
  if (m_Factor != 1)
  {
    std::vector<char> stored(pixels * components * bytes);
    this->ReadFormat(region, stored.data());
    Multiply(stored.data(), m_Format->GetComponentType(), pixels * components, m_Factor, static_cast<double *>(buffer));
  }
  else if (components == this->GetNumberOfComponents())
  {
    this->ReadFormat(region, static_cast<char *>(buffer));
  }
  else
  {
    std::vector<char> all(pixels * components * bytes);
    this->ReadFormat(region, all.data());
    DropLastComponent(all.data(), bytes, components, pixels, static_cast<char *>(buffer));
    if (!IsOpaque(all.data(), m_Format->GetComponentType(), bytes, components, pixels))
    {
      m_Information.Notes.push_back(m_ReadsLabels
                                      ? "Its opacity is not full everywhere; what is transparent is background."
                                      : "Its opacity, which is not full everywhere, is dropped.");
    }
    if (m_ReadsLabels)
    {
      ClearTransparent(all.data(), bytes, components, pixels, static_cast<char *>(buffer));
    }
  }
  if (m_HasBits && bytes == 1)
  {
    MakeBits(static_cast<unsigned char *>(buffer), pixels * components);
  }
  if (const auto * const format = dynamic_cast<ReadOnlyImageIO *>(m_Format.GetPointer()))
  {
    this->AddNotes(format->GetInformation().Notes);
  }
}

bool
VerifiedImageIO::IsReadByRegions() const
{
  return !m_IsCompressed && !m_IsText && m_Format->CanStreamRead();
}

/** A format that is not read by regions gives all pixels, of which those of the region are taken. */
void
VerifiedImageIO::ReadFormat(const ImageIORegion & region, char * pixels)
{
  const bool isPart = !m_PartSize.empty();
  const bool isByRegions = this->IsReadByRegions();
  m_Format->SetUseStreamedReading(isPart ? isByRegions : this->GetUseStreamedReading() && !m_IsText);
  if (!isPart || isByRegions)
  {
    m_Format->SetIORegion(region);
    m_Format->Read(pixels);
    return;
  }
  ImageIORegion whole(m_Format->GetNumberOfDimensions());
  for (unsigned int axis = 0; axis < m_Format->GetNumberOfDimensions(); ++axis)
  {
    whole.SetSize(axis, m_Format->GetDimensions(axis));
  }
  m_Format->SetIORegion(whole);
  std::vector<char> all(m_Format->GetImageSizeInBytes());
  m_Format->Read(all.data());
  CopyRows(all.data(), whole, m_Format->GetNumberOfComponents() * m_Format->GetComponentSize(), region, pixels);
}

void
VerifiedImageIO::SetPart(const std::vector<std::int64_t> & index, const std::vector<std::uint64_t> & size)
{
  m_PartIndex = index;
  m_PartSize = size;
  this->Modified();
}

/** \throws ExceptionObject with a sentence, if the part is not in the image */
void
VerifiedImageIO::TakePart()
{
  unsigned int dimension = this->GetNumberOfDimensions();
  while (dimension > 2 && this->GetDimensions(dimension - 1) == 1)
  {
    --dimension;
  }
  if (m_PartSize.size() != dimension || m_PartIndex.size() != dimension)
  {
    itkGenericExceptionMacro("a part of it must have " << dimension << " dimensions, but has " << m_PartSize.size()
                                                       << '.');
  }
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    const std::uint64_t size = this->GetDimensions(axis);
    const auto          begin = static_cast<std::uint64_t>(m_PartIndex[axis]);
    if (m_PartIndex[axis] < 0 || m_PartSize[axis] == 0 || begin >= size || m_PartSize[axis] > size - begin)
    {
      itkGenericExceptionMacro("a part of it along axis " << axis << " must be within its " << size
                                                          << " pixels, but begins at " << m_PartIndex[axis]
                                                          << " and has " << m_PartSize[axis] << '.');
    }
    this->SetDimensions(axis, m_PartSize[axis]);
    const auto direction = this->GetDirection(axis);
    for (unsigned int i = 0; i < this->GetNumberOfDimensions(); ++i)
    {
      this->SetOrigin(
        i, this->GetOrigin(i) + direction[i] * this->GetSpacing(axis) * static_cast<double>(m_PartIndex[axis]));
    }
  }
}

void
VerifiedImageIO::AddNotes(const std::vector<std::string> & notes)
{
  for (const std::string & note : notes)
  {
    if (std::find(m_Information.Notes.begin(), m_Information.Notes.end(), note) == m_Information.Notes.end())
    {
      m_Information.Notes.push_back(note);
    }
  }
}

bool
VerifiedImageIO::CanStreamRead()
{
  return m_Format && this->IsReadByRegions();
}

ImageIORegion
VerifiedImageIO::GenerateStreamableReadRegionFromRequestedRegion(const ImageIORegion & requested) const
{
  if (m_IsCompressed || m_IsText || !m_PartSize.empty())
  {
    return this->GetUseStreamedReading() && this->IsReadByRegions()
             ? requested
             : Superclass::GenerateStreamableReadRegionFromRequestedRegion(requested);
  }
  m_Format->SetUseStreamedReading(this->GetUseStreamedReading());
  return m_Format->GenerateStreamableReadRegionFromRequestedRegion(requested);
}

void
VerifiedImageIO::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "ReadsLabels: " << (m_ReadsLabels ? "yes" : "no") << std::endl;
  os << indent << "Level: " << m_Level << std::endl;
  os << indent << "Format: " << m_Information.Format << std::endl;
  os << indent << "Compression: " << m_Information.Compression << std::endl;
}
} // namespace itk
