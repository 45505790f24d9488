// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelFiles.h"
#include "itkErrorSentence.h"
#include "itkOpenImageFile.h"
#include "itkSpacing.h"
#include "itkWholeNumberLabels.h"
#include "itkImageFileReader.h"

namespace itk
{
namespace
{
bool
HoldsRealNumbers(const ImageIOBase & io)
{
  const auto type = io.GetComponentType();
  return type == IOComponentEnum::FLOAT || type == IOComponentEnum::DOUBLE || type == IOComponentEnum::LDOUBLE;
}
} // namespace

unsigned int
GetLabelFileDimension(const std::string & fileName)
{
  const auto io = OpenImageFile(fileName);
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
  try
  {
    VerifySpacing(spacing, spacing.size());
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro(<< fileName << ": " << ErrorSentence(error));
  }
  return GetImageFileDimension(*io);
}

template <unsigned int VDimension>
typename LabelImageType<VDimension>::Pointer
ReadLabels(const std::string & fileName)
{
  const unsigned int dimension = GetLabelFileDimension(fileName);
  if (dimension != VDimension)
  {
    itkGenericExceptionMacro(<< fileName << ": labels must have " << VDimension << " dimensions, but have " << dimension
                             << '.');
  }
  return HoldsRealNumbers(*OpenImageFile(fileName))
           ? MakeWholeNumberLabels<VDimension>(ReadImage<Image<double, VDimension>>(fileName), fileName)
           : ReadImage<LabelImageType<VDimension>>(fileName);
}

template LabelImageType<2>::Pointer
ReadLabels<2>(const std::string & fileName);
template LabelImageType<3>::Pointer
ReadLabels<3>(const std::string & fileName);
} // namespace itk
