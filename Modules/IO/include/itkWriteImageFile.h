// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWriteImageFile_h
#define itkWriteImageFile_h

#include "itkAtomicFileWrite.h"
#include "itkErrorSentence.h"
#include "itkImageFileContent.h"
#include "itkVerifiedImageReader.h"
#include "itkImageFileWriter.h"
#include <algorithm>

namespace itk
{
/** \throws ExceptionObject that names file and cause, if no image can be written there */
inline void
VerifyImageCanBeWritten(const std::string & fileName)
{
  const auto format = MakeImageWriter(fileName);
  if (!format)
  {
    itkGenericExceptionMacro("Cannot write " << fileName
                                             << ": its file extension must be that of an ITK image format.");
  }
  const std::string name = format->GetNameOfClass();
  // LSM is written as a plain TIFF, the last three with spacings, sides or colors that mean something else.
  constexpr const char * wrong[] = { "BioRadImageIO", "StimulateImageIO", "LSMImageIO",
                                     "MRCImageIO",    "MINCImageIO",      "JPEG2000ImageIO" };
  if (std::find(std::begin(wrong), std::end(wrong), name) != std::end(wrong))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": ITK writes its format wrongly; use .nrrd, .mha, .nii.gz "
                                             << "or .tif.");
  }
  VerifyFileCanBeWritten(fileName);
}

/** ITK 5.2 writes the first slice of a volume as PNG and says nothing.
 * \throws ExceptionObject that names the file, if its format does not hold all slices */
template <unsigned int VDimension>
void
VerifyFileHoldsSlices(const std::string & fileName, const Size<VDimension> & size)
{
  const auto format = MakeImageWriter(fileName);
  if (format && std::string(format->GetNameOfClass()) == "PNGImageIO" &&
      std::any_of(size.begin() + 2, size.end(), [](SizeValueType length) { return length > 1; }))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": a PNG holds one slice, but the image has size " << size
                                             << '.');
  }
}

/** Whether a format holds pixels in a row, so that an image can be written in pieces. */
inline bool
CanWritePieces(const std::string & fileName)
{
  const auto format = MakeImageWriter(fileName);
  return format && format->CanStreamWrite();
}

/** Writes under a temporary name, with errors that name the file instead.
 * \param bytes about what the file will take */
template <typename TImage>
void
WriteTemporaryImage(ImageFileWriter<TImage> & writer,
                    const std::string &       fileName,
                    const std::string &       temporaryName,
                    std::size_t               bytes)
{
  // ITK 5.2 corrupts the heap when libpng finds no room.
  VerifyRoomForFile(fileName, temporaryName, bytes + 65536);
  writer.SetFileName(temporaryName);
  try
  {
    writer.Update();
  }
  catch (const ProcessAborted &)
  {
    throw;
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
  // Those of BMP and HDF5 finish the file when they end.
  writer.SetImageIO(nullptr);
  // ITK 5.2 writes MetaImage and NIfTI on a full disk as if nothing were wrong.
  try
  {
    OpenImageFile(temporaryName);
  }
  catch (const ExceptionObject &)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": not all of it could be written.");
  }
}

/** Updates an image, once it is known that its file can be made, and writes it, compressed, in the format of the file's
 * name; see AtomicFileWrite().
 * \param compressionLevel 1 (fast) to 9 (small); negative for the format's own
 * \throws ExceptionObject that names file and cause, if the file cannot be written */
template <typename TImage>
void
WriteImageFile(TImage * image, const std::string & fileName, int compressionLevel = -1)
{
  VerifyImageCanBeWritten(fileName);
  image->UpdateOutputInformation();
  VerifyFileHoldsSlices(fileName, image->GetLargestPossibleRegion().GetSize());

  const auto write = [&](const std::string & temporaryName)
  {
    image->Update();

    auto writer = ImageFileWriter<TImage>::New();
    writer->SetImageIO(MakeImageWriter(fileName));
    writer->SetInput(image);
    writer->UseCompressionOn();
    if (compressionLevel >= 0)
    {
      writer->SetCompressionLevel(compressionLevel);
    }
    // A compressed image is hardly larger than its pixels.
    const auto bytes = image->GetPixelContainer()->Size() * sizeof(typename TImage::PixelContainer::Element);
    WriteTemporaryImage(*writer, fileName, temporaryName, bytes + bytes / 8);
  };
  AtomicFileWrite(fileName, write);
}

/** Writes an image that is made piece by piece along its last axis and never is in memory as a whole; not compressed.
 * \param fileName of a format of CanWritePieces()
 * \throws ExceptionObject that names file and cause, if the file cannot be written, and what making the image throws */
template <typename TImage>
void
WriteImageFileInPieces(TImage * image, const std::string & fileName, unsigned int pieces)
{
  VerifyImageCanBeWritten(fileName);
  image->UpdateOutputInformation();
  const auto write = [&](const std::string & temporaryName)
  {
    auto writer = ImageFileWriter<TImage>::New();
    writer->SetInput(image);
    writer->SetNumberOfStreamDivisions(pieces);
    const auto bytes = image->GetLargestPossibleRegion().GetNumberOfPixels() * image->GetNumberOfComponentsPerPixel() *
                       sizeof(typename TImage::PixelContainer::Element);
    WriteTemporaryImage(*writer, fileName, temporaryName, bytes);
  };
  AtomicFileWrite(fileName, write);
}
} // namespace itk

#endif
