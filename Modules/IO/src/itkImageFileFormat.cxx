// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFileFormat.h"
#include "itkObjectFactoryBase.h"
#include "itk_zlib.h"
#include "itksys/SystemTools.hxx"
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace itk
{
namespace
{
struct FormatTraits
{
  ImageFileFormat Format;
  const char *    Name;
  /** ITK's class. */
  const char * Class;
  const char * Endings;
};

constexpr FormatTraits traits[] = {
  { ImageFileFormat::Other, "", "", "" },
  { ImageFileFormat::Tiff, "TIFF", "TIFFImageIO", ".tif .tiff" },
  { ImageFileFormat::Png, "PNG", "PNGImageIO", ".png" },
  { ImageFileFormat::Jpeg, "JPEG", "JPEGImageIO", ".jpg .jpeg" },
  { ImageFileFormat::Bitmap, "BMP", "BMPImageIO", ".bmp" },
  { ImageFileFormat::MetaImage, "MetaImage", "MetaImageIO", ".mha .mhd" },
  { ImageFileFormat::Nrrd, "NRRD", "NrrdImageIO", ".nrrd .nhdr" },
  { ImageFileFormat::Nifti, "NIfTI", "NiftiImageIO", ".nii" },
  { ImageFileFormat::NiftiPair, "NIfTI or Analyze in two files", "NiftiImageIO", ".hdr .img" },
  { ImageFileFormat::Dicom, "DICOM", "GDCMImageIO", ".dcm .dicom" },
  { ImageFileFormat::Gipl, "GIPL", "GiplImageIO", ".gipl" },
  { ImageFileFormat::Vtk, "VTK", "VTKImageIO", ".vtk" },
  { ImageFileFormat::Mrc, "MRC", "MRCImageIO", ".mrc .rec .st .map" },
  { ImageFileFormat::Minc, "MINC", "", ".mnc" },
  { ImageFileFormat::Jpeg2000, "JPEG 2000", "", ".jp2 .j2k" },
  { ImageFileFormat::Hdf5, "HDF5", "HDF5ImageIO", ".hdf .h4 .hdf4 .h5 .hdf5 .he4 .he5 .hd5" },
};

const FormatTraits &
TraitsOf(ImageFileFormat format)
{
  return traits[static_cast<std::size_t>(format)];
}

constexpr std::size_t lookedAt = 1024;

/** Lines "Name = value", one of which says that it is an image, or how many dimensions it has. */
bool
IsMetaHeader(std::string_view text)
{
  const auto first = text.find_first_not_of(" \t\r\n");
  const auto equals = text.find('=');
  const auto line = text.find('\n');
  return first != std::string_view::npos && equals != std::string_view::npos && equals < line &&
         (text.find("NDims") != std::string_view::npos || text.find("DimSize") != std::string_view::npos);
}

ImageFileFormat
GetFormat(std::string_view bytes)
{
  using Format = ImageFileFormat;
  const auto has = [bytes](std::size_t at, std::string_view wanted)
  { return bytes.size() >= at + wanted.size() && bytes.substr(at, wanted.size()) == wanted; };
  using namespace std::string_view_literals;
  const bool isNiftiHeader = has(0, "\x5c\x01\0\0"sv) || has(0, "\0\0\x01\x5c"sv);
  const bool isNifti2Header = has(0, "\x1c\x02\0\0"sv) || has(0, "\0\0\x02\x1c"sv);

  // Before TIFF, as which the preamble of a DICOM file may begin.
  if (has(128, "DICM"sv))
  {
    return Format::Dicom;
  }
  if (has(0, "II*\0"sv) || has(0, "MM\0*"sv) || has(0, "II+\0"sv) || has(0, "MM\0+"sv))
  {
    return Format::Tiff;
  }
  if (has(0, "\x89PNG\r\n\x1a\n"sv))
  {
    return Format::Png;
  }
  if (has(0, "\xff\xd8\xff"sv))
  {
    return Format::Jpeg;
  }
  if (has(0, "\x89HDF\r\n\x1a\n"sv))
  {
    return Format::Hdf5;
  }
  if (has(0, "\0\0\0\x0cjP  \r\n"sv) || has(0, "\xff\x4f\xff\x51"sv))
  {
    return Format::Jpeg2000;
  }
  if (has(0, "CDF\1"sv) || has(0, "CDF\2"sv))
  {
    return Format::Minc;
  }
  if (has(0, "NRRD000"sv))
  {
    return Format::Nrrd;
  }
  if (has(0, "# vtk DataFile"sv))
  {
    return Format::Vtk;
  }
  if (isNiftiHeader)
  {
    return has(344, "n+1"sv) ? Format::Nifti : Format::NiftiPair;
  }
  if (isNifti2Header)
  {
    return has(4, "n+2"sv) ? Format::Nifti : Format::NiftiPair;
  }
  if (has(252, "\xef\xff\xe9\xb0"sv) || has(252, "\x2a\xe3\x89\xb8"sv))
  {
    return Format::Gipl;
  }
  if (has(208, "MAP "sv))
  {
    return Format::Mrc;
  }
  if (has(0, "BM"sv))
  {
    return Format::Bitmap;
  }
  return IsMetaHeader(bytes) ? Format::MetaImage : Format::Other;
}
} // namespace

ImageFileKind
GetImageFileKind(const std::string & fileName)
{
  ImageFileKind kind;
  if (const gzFile file = gzopen(fileName.c_str(), "rb"))
  {
    std::array<char, lookedAt> bytes{};
    const int                  count = gzread(file, bytes.data(), bytes.size());
    kind.IsGzip = gzdirect(file) == 0;
    gzclose(file);
    kind.Format = GetFormat({ bytes.data(), static_cast<std::size_t>(std::max(count, 0)) });
  }
  return kind;
}

std::string
GetImageFormatName(ImageFileFormat format)
{
  return TraitsOf(format).Name;
}

std::vector<std::string>
GetImageFormatEndings(const ImageFileKind & kind)
{
  std::vector<std::string> endings;
  std::string_view         rest = TraitsOf(kind.Format).Endings;
  while (!rest.empty())
  {
    const auto end = std::min(rest.find(' '), rest.size());
    endings.push_back(std::string(rest.substr(0, end)) + (kind.IsGzip ? ".gz" : ""));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return endings;
}

std::string
DescribeWrongName(const std::string & fileName, const ImageFileKind & kind)
{
  const std::string name = itksys::SystemTools::LowerCase(fileName);
  for (const auto & other : traits)
  {
    // Endings such as .img and .map mean many things.
    const bool isClear = other.Format != ImageFileFormat::NiftiPair && other.Format != ImageFileFormat::Mrc;
    const auto has = [&](const std::string & ending)
    {
      return itksys::SystemTools::StringEndsWith(name, ending.c_str()) ||
             itksys::SystemTools::StringEndsWith(name, (ending + ".gz").c_str());
    };
    const auto endings = GetImageFormatEndings({ other.Format, false });
    const auto found = std::find_if(endings.begin(), endings.end(), has);
    if (isClear && found != endings.end() && other.Format != kind.Format && kind.Format != ImageFileFormat::Other)
    {
      return "Its name ends in " + *found + ", but it is a file of the format " + GetImageFormatName(kind.Format) + '.';
    }
  }
  return {};
}

std::set<std::string>
GetAllImageFormatEndings()
{
  std::set<std::string> endings;
  for (const auto & format : traits)
  {
    // Endings of MRC such as .map are also those of other files.
    const bool isClear = format.Format != ImageFileFormat::Mrc;
    for (const std::string & ending :
         isClear ? GetImageFormatEndings({ format.Format, false }) : std::vector<std::string>{})
    {
      endings.insert(ending);
      if (!IsPictureFormat(format.Format))
      {
        endings.insert(ending + ".gz");
      }
    }
  }
  return endings;
}

bool
IsPictureFormat(ImageFileFormat format)
{
  return format == ImageFileFormat::Tiff || format == ImageFileFormat::Png || format == ImageFileFormat::Jpeg ||
         format == ImageFileFormat::Bitmap;
}

ImageIOBase::Pointer
MakeImageIO(ImageFileFormat format)
{
  for (const auto & object : ObjectFactoryBase::CreateAllInstance("itkImageIOBase"))
  {
    auto * const io = dynamic_cast<ImageIOBase *>(object.GetPointer());
    if (io != nullptr && std::strcmp(io->GetNameOfClass(), TraitsOf(format).Class) == 0)
    {
      return io;
    }
  }
  return nullptr;
}

ImageIOBase::Pointer
MakeOtherImageIO(const std::string & fileName)
{
  // These take a file by its name and an incomplete beginning, and misread it or crash.
  constexpr const char * misread[] = { "TIFFImageIO", "LSMImageIO",      "PNGImageIO", "JPEGImageIO",
                                       "BMPImageIO",  "JPEG2000ImageIO", "MINCImageIO" };
  for (const auto & object : ObjectFactoryBase::CreateAllInstance("itkImageIOBase"))
  {
    auto * const io = dynamic_cast<ImageIOBase *>(object.GetPointer());
    const auto   is = [io](const char * name) { return std::strcmp(io->GetNameOfClass(), name) == 0; };
    if (io != nullptr && std::none_of(std::begin(misread), std::end(misread), is) && io->CanReadFile(fileName.c_str()))
    {
      return io;
    }
  }
  return nullptr;
}
} // namespace itk
