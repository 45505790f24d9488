// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWriteImage_h
#define itkWriteImage_h

#include "itkAtomicFileWrite.h"
#include "itkErrorSentence.h"
#include "itkTruncatedImage.h"
#include "itkImageFileWriter.h"
#include <algorithm>

namespace itk
{
/** \throws ExceptionObject that names file and cause, if no image can be written there */
inline void
VerifyImageCanBeWritten(const std::string & fileName)
{
  if (!ImageIOFactory::CreateImageIO(fileName.c_str(), ImageIOFactory::IOFileModeEnum::WriteMode))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": its name must end like an image format of ITK.");
  }
  VerifyFileCanBeWritten(fileName);
}

/** Updates an image, once it is known that its file can be made, and writes it, compressed, in the format of the file's
 * name; see AtomicFileWrite().
 * \param compressionLevel 1 (fast) to 9 (small); negative for the format's own
 * \throws ExceptionObject that names file and cause, if the file cannot be written */
template <typename TImage>
void
WriteImage(TImage * image, const std::string & fileName, int compressionLevel = -1)
{
  VerifyImageCanBeWritten(fileName);
  const auto format = ImageIOFactory::CreateImageIO(fileName.c_str(), ImageIOFactory::IOFileModeEnum::WriteMode);
  // ITK 5.2 writes the first slice and says nothing.
  image->UpdateOutputInformation();
  const auto size = image->GetLargestPossibleRegion().GetSize();
  if (std::string(format->GetNameOfClass()) == "PNGImageIO" &&
      std::any_of(size.begin() + 2, size.end(), [](SizeValueType length) { return length > 1; }))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": a PNG holds one slice, but the image has size " << size
                                             << '.');
  }

  const auto write = [&](const std::string & temporaryName)
  {
    image->Update();

    // ITK 5.2 corrupts the heap when libpng finds no room; a compressed image is hardly larger than its pixels.
    const auto bytes = image->GetPixelContainer()->Size() * sizeof(typename TImage::PixelContainer::Element);
    VerifyRoomForFile(fileName, temporaryName, bytes + bytes / 8 + 65536);

    auto writer = ImageFileWriter<TImage>::New();
    writer->SetImageIO(format);
    writer->SetInput(image);
    writer->SetFileName(temporaryName);
    writer->UseCompressionOn();
    if (compressionLevel >= 0)
    {
      writer->SetCompressionLevel(compressionLevel);
    }
    try
    {
      writer->Update();
    }
    catch (const ExceptionObject & error)
    {
      std::string cause = ErrorSentence(error);
      for (auto at = cause.find(temporaryName); at != std::string::npos; at = cause.find(temporaryName))
      {
        cause.replace(at, temporaryName.size(), "the file");
      }
      itkGenericExceptionMacro("Cannot write " << fileName << ": " << cause << (cause.back() == '.' ? "" : "."));
    }
    if (IsTruncatedImage(temporaryName))
    {
      itkGenericExceptionMacro("Cannot write " << fileName << ": not all of it could be written.");
    }
  };
  AtomicFileWrite(fileName, write);
}
} // namespace itk

#endif
