// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelFiles.h"
#include "itkPngIntegrity.h"
#include "itkTwoNearestObjectsDistance.h"
#include "itkImageIOFactory.h"

namespace itk
{
unsigned int
VerifyLabelFile(const std::string & fileName)
{
  VerifyImageFile(fileName);
  const auto io = ImageIOFactory::CreateImageIO(fileName.c_str(), ImageIOFactory::IOFileModeEnum::ReadMode);
  if (!io)
  {
    itkGenericExceptionMacro(<< fileName << ": it is not an image that can be read.");
  }
  io->SetFileName(fileName);
  io->ReadImageInformation();
  const auto type = io->GetComponentType();
  if (type == IOComponentEnum::FLOAT || type == IOComponentEnum::DOUBLE || type == IOComponentEnum::LDOUBLE)
  {
    itkGenericExceptionMacro(<< fileName << ": labels must be whole numbers, but are "
                             << ImageIOBase::GetComponentTypeAsString(type) << '.');
  }
  if (io->GetNumberOfComponents() != 1)
  {
    itkGenericExceptionMacro(<< fileName << ": labels must have 1 component, but have " << io->GetNumberOfComponents()
                             << '.');
  }
  std::vector<double> spacing;
  for (unsigned int axis = 0; axis < io->GetNumberOfDimensions(); ++axis)
  {
    spacing.push_back(io->GetSpacing(axis));
  }
  VerifySpacing(spacing);
  const unsigned int dimension = io->GetNumberOfDimensions() > 2 && io->GetDimensions(2) > 1 ? 3 : 2;
  VerifyImageFileDimension(*io, dimension);
  return dimension;
}
} // namespace itk
