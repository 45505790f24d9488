// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelFiles.h"
#include "itkOpenImageFile.h"
#include "itkTwoNearestObjectsDistance.h"

namespace itk
{
unsigned int
VerifyLabelFile(const std::string & fileName)
{
  const auto io = OpenImageFile(fileName);
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
  return GetImageFileDimension(*io);
}
} // namespace itk
