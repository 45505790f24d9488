// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkOpenImageFile.h"
#include "itkPngIntegrity.h"
#include "itkImageIOFactory.h"

namespace itk
{
ImageIOBase::Pointer
OpenImageFile(const std::string & fileName)
{
  VerifyImageFile(fileName);
  auto io = ImageIOFactory::CreateImageIO(fileName.c_str(), ImageIOFactory::IOFileModeEnum::ReadMode);
  if (!io)
  {
    itkGenericExceptionMacro(<< fileName << ": it is not an image that can be read.");
  }
  io->SetFileName(fileName);
  io->ReadImageInformation();
  return io;
}

unsigned int
GetImageFileDimension(const ImageIOBase & io)
{
  const unsigned int dimension = io.GetNumberOfDimensions() > 2 && io.GetDimensions(2) > 1 ? 3 : 2;
  VerifyImageFileDimension(io, dimension);
  return dimension;
}
} // namespace itk
