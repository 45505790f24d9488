// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPictureImageIO.h"
#include "itkErrorSentence.h"
#include "itkPictureDecoder.h"
#include "itkPicturePixels.h"
#include <filesystem>

namespace itk
{
namespace
{
std::unique_ptr<PictureDecoder>
OpenPicture(const std::string & fileName, unsigned int level)
{
  std::error_code error;
  if (!std::filesystem::is_regular_file(fileName, error))
  {
    return nullptr;
  }
  auto decoder = OpenTiffPicture(fileName, level);
  for (auto * const open : { &OpenPngPicture, &OpenJpegPicture, &OpenBitmapPicture })
  {
    decoder = decoder ? std::move(decoder) : open(fileName);
  }
  return decoder;
}

/** \throws ExceptionObject that also names the file, if `function` throws one */
template <typename TFunction>
auto
NameFile(const std::string & fileName, TFunction && function)
{
  try
  {
    return function();
  }
  catch (const std::exception & error)
  {
    itkGenericExceptionMacro(<< fileName << ": " << ErrorSentence(error));
  }
}
} // namespace

PictureImageIO::PictureImageIO() = default;
PictureImageIO::~PictureImageIO() = default;

std::uint64_t
PictureImageIO::GetNumberOfDecodedBlocks() const
{
  return m_Decoder ? m_Decoder->GetNumberOfDecodedBlocks() : 0;
}

bool
PictureImageIO::CanReadFile(const char * fileName)
{
  try
  {
    return OpenPicture(fileName, 0) != nullptr;
  }
  catch (const ExceptionObject &)
  {
    // Of these formats, but damaged: no other reader is to guess.
    return true;
  }
}

void
PictureImageIO::ReadImageInformation()
{
  m_Decoder = NameFile(m_FileName, [this] { return OpenPicture(m_FileName, m_Level); });
  if (!m_Decoder)
  {
    itkGenericExceptionMacro(<< m_FileName << ": it must be a TIFF, PNG, JPEG or BMP file, but is none.");
  }
  if (m_Level > m_Decoder->GetHeader().Levels.size())
  {
    itkGenericExceptionMacro(<< m_FileName << ": level must be at most " << m_Decoder->GetHeader().Levels.size()
                             << ", but is " << m_Level << '.');
  }
  this->Describe();
}

void
PictureImageIO::Describe()
{
  const PictureHeader & header = m_Decoder->GetHeader();
  const auto            pixels = DescribePicturePixels(header, this->GetExpandRGBPalette());
  const unsigned int    dimension = header.Size[2] > 1 ? 3 : 2;
  this->SetNumberOfDimensions(dimension);
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    const unsigned int stored = axis < 2 && IsTransposed(header) ? 1 - axis : axis;
    this->SetDimensions(axis, header.Size[stored]);
    this->SetSpacing(axis, header.Spacing.size() > stored ? header.Spacing[stored] : 1.0);
    this->SetOrigin(axis, 0.0);
    std::vector<double> direction(dimension, 0.0);
    direction[axis] = 1.0;
    this->SetDirection(axis, direction);
  }
  this->SetComponentType(pixels.Type);
  this->SetNumberOfComponents(pixels.Components);
  const unsigned int colors = pixels.Components - (pixels.HasAlpha ? 1 : 0);
  const bool         hasColors = colors == 3 && header.Color != PictureColor::Channels;
  this->SetPixelType(pixels.Components == 1         ? IOPixelEnum::SCALAR
                     : hasColors && pixels.HasAlpha ? IOPixelEnum::RGBA
                     : hasColors                    ? IOPixelEnum::RGB
                                                    : IOPixelEnum::VECTOR);
  m_IsReadAsScalarPlusPalette = header.Color == PictureColor::Palette && pixels.AreSamples;
  m_CanReadRegions = header.CanReadRegions;

  m_Information = {};
  m_Information.Format = header.Format;
  m_Information.Compression = header.Compression;
  m_Information.IsLossy = header.IsLossy;
  m_Information.BitsPerComponent = header.BitsPerSample;
  m_Information.HasAlpha = pixels.HasAlpha;
  m_Information.HasColorTable = header.Color == PictureColor::Palette;
  m_Information.Orientation = header.Orientation;
  m_Information.SpacingSource = header.SpacingSource;
  m_Information.ChannelNames = header.ChannelNames;
  m_Information.Levels = header.Levels;
  m_Information.Notes = header.Notes;
}

void
PictureImageIO::Read(void * buffer)
{
  const PictureHeader & header = m_Decoder->GetHeader();
  const bool            expands = this->GetExpandRGBPalette();
  const auto            pixels = DescribePicturePixels(header, expands);
  PictureRegion         upright;
  upright.Size = { 1, 1, 1 };
  for (unsigned int axis = 0; axis < m_IORegion.GetImageDimension() && axis < 3; ++axis)
  {
    upright.Index[axis] = static_cast<std::size_t>(m_IORegion.GetIndex(axis));
    upright.Size[axis] = m_IORegion.GetSize(axis);
  }
  const PictureRegion stored = GetStoredRegion(header, upright);
  const std::size_t   count = stored.Size[0] * stored.Size[1] * stored.Size[2];
  const std::size_t   sampleBytes = count * header.Samples * GetSampleSize(header.SampleType);
  const std::size_t   pixelBytes = pixels.Components * GetSampleSize(pixels.Type);
  const bool          isTurned = header.Orientation != 1;

  NameFile(m_FileName,
           [&]
           {
             std::vector<std::uint8_t> samples(pixels.AreSamples && !isTurned ? 0 : sampleBytes);
             std::vector<std::uint8_t> converted(pixels.AreSamples || !isTurned ? 0 : count * pixelBytes);
             void * const              target = samples.empty() ? buffer : samples.data();
             m_Decoder->Read(stored, target);
             if (!pixels.AreSamples)
             {
               ConvertPicturePixels(header, expands, target, count, isTurned ? converted.data() : buffer);
             }
             if (isTurned)
             {
               TurnPictureUpright(
                 header, upright, pixelBytes, pixels.AreSamples ? samples.data() : converted.data(), buffer);
             }
           });
  m_Information.Notes = header.Notes;
}

bool
PictureImageIO::CanStreamRead()
{
  return m_CanReadRegions;
}

ImageIORegion
PictureImageIO::GenerateStreamableReadRegionFromRequestedRegion(const ImageIORegion & requested) const
{
  return m_UseStreamedReading && m_CanReadRegions
           ? requested
           : Superclass::GenerateStreamableReadRegionFromRequestedRegion(requested);
}

void
PictureImageIO::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "Level: " << m_Level << std::endl;
  os << indent << "Format: " << m_Information.Format << std::endl;
  os << indent << "Compression: " << m_Information.Compression << std::endl;
  os << indent << "Number of decoded blocks: " << this->GetNumberOfDecodedBlocks() << std::endl;
}
} // namespace itk
