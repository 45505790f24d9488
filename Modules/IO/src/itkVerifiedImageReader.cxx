// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#define itkVerifiedImageReader_cxx
#include "itkVerifiedImageReader.h"
#include "itkDicomSeries.h"
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace itk
{
void
VerifyImageFile(const std::string & fileName)
{
  namespace fs = std::filesystem;
  if (NamesDicomFolder(fileName))
  {
    return;
  }
  std::error_code error;
  const auto      status = fs::status(fileName, error);
  const auto      refuse = [&fileName](const std::string & sentence)
  { itkGenericExceptionMacro(<< fileName << ": " << sentence); };
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
  {
    refuse("it cannot be opened: " + error.message() + '.');
  }
  if (!fs::exists(status))
  {
    refuse("there is no such file.");
  }
  if (!fs::is_regular_file(status))
  {
    refuse("it must be a regular file, but is a pipe, a socket or a device.");
  }
  if (fs::file_size(fileName, error) == 0)
  {
    refuse("it is empty.");
  }
  if (!std::ifstream(fileName, std::ios::binary))
  {
    refuse(std::string("it cannot be opened: ") + std::strerror(errno) + '.');
  }
}

void
VerifyStatedSpacing(const std::vector<double> & spacing)
{
  constexpr double least = 1e-9;
  constexpr double largest = 1e6;
  for (const double along : spacing)
  {
    if (!(along >= least && along <= largest))
    {
      itkGenericExceptionMacro("Spacing must be in [" << least << ", " << largest << "] mm, but is " << along << '.');
    }
  }
}

VerifiedImageIO::Pointer
OpenImageFile(const std::string & fileName)
{
  auto io = VerifiedImageIO::New();
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

void
VerifyImageFileDimension(const ImageIOBase & io, unsigned int dimension)
{
  bool isOther = io.GetNumberOfDimensions() < dimension;
  for (unsigned int axis = dimension; axis < io.GetNumberOfDimensions(); ++axis)
  {
    isOther = isOther || io.GetDimensions(axis) > 1;
  }
  if (isOther)
  {
    itkGenericExceptionMacro(<< io.GetFileName() << ": its dimension must be " << dimension << ", but is "
                             << io.GetNumberOfDimensions() << '.');
  }
}
} // namespace itk

itkTorchReadersMacro();
