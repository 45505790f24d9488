// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFileContent.h"
#include "itkImageIOFactory.h"
#include <set>

namespace itk
{
void
VerifyFormatHolds(const std::string & fileName, const ImageFileContent & content)
{
  const auto io = ImageIOFactory::CreateImageIO(fileName.c_str(), ImageIOFactory::IOFileModeEnum::WriteMode);
  if (!io)
  {
    itkGenericExceptionMacro("Cannot write " << fileName
                                             << ": its file extension must be that of an ITK image format.");
  }
  const std::string           format = io->GetNameOfClass();
  const std::set<std::string> ofBytes{ "BMPImageIO", "JPEGImageIO" };
  const std::set<std::string> thatChangePixels{ "JPEGImageIO", "JPEG2000ImageIO" };
  const std::set<std::string> ofWholeNumbers{ "BMPImageIO", "JPEGImageIO", "PNGImageIO" };
  // GIPL keeps the first component and says nothing.
  const std::set<std::string> ofManyComponents{ "HDF5ImageIO", "MetaImageIO", "NiftiImageIO",
                                                "NrrdImageIO", "TIFFImageIO", "VTKImageIO" };
  if (!content.AreRealNumbers && (content.AreBytes ? thatChangePixels : ofBytes).count(format) > 0)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": its format cannot store " << content.Name
                                             << " exactly; use .png, .nrrd, .mha, .nii.gz or .tif.");
  }
  if (content.AreRealNumbers && ofWholeNumbers.count(format) > 0)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << content.Name
                                             << " are real numbers, which its format cannot store; use .nrrd, .mha, "
                                                ".nii.gz or .tif.");
  }
  if (content.NumberOfComponents > 1 && ofManyComponents.count(format) == 0)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << content.Name << " have "
                                             << content.NumberOfComponents
                                             << " components, which its format cannot store; use .nrrd, .mha, "
                                                ".nii.gz or .tif.");
  }
}
} // namespace itk
