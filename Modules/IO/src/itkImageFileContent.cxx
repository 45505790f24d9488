// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFileContent.h"
#include "itkAtomicFileWrite.h"
#include "itkUnknownSpacing.h"
#include "itkImageIOFactory.h"
#include <map>
#include <set>

namespace itk
{
ImageIOBase::Pointer
MakeImageWriter(const std::string & fileName)
{
  return ImageIOFactory::CreateImageIO(WithSmallEnding(fileName).c_str(), ImageIOFactory::IOFileModeEnum::WriteMode);
}

void
VerifyFormatHolds(const std::string & fileName, const ImageFileContent & content)
{
  const auto io = MakeImageWriter(fileName);
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

template <unsigned int VDimension>
std::string
DescribeLostPlace(const ImageBase<VDimension> * image, const std::string & fileName)
{
  // Of ITK 5.2. TIFF, BMP and JPEG hold densities for printing, which are no pixel sizes.
  struct Kept
  {
    bool Spacing;
    bool Origin;
    bool Direction;
  };
  static const std::map<std::string, Kept> keptByFormat{
    { "HDF5ImageIO", { true, true, true } },  { "MetaImageIO", { true, true, true } },
    { "NiftiImageIO", { true, true, true } }, { "NrrdImageIO", { true, true, true } },
    { "GiplImageIO", { true, true, false } }, { "VTKImageIO", { true, true, false } },
    { "PNGImageIO", { true, false, false } },
  };
  const auto io = MakeImageWriter(fileName);
  if (!io || HasUnknownSpacing(image->GetMetaDataDictionary()))
  {
    return {};
  }
  const auto found = keptByFormat.find(io->GetNameOfClass());
  const Kept kept = found == keptByFormat.end() ? Kept{ false, false, false } : found->second;
  typename ImageBase<VDimension>::DirectionType identity;
  identity.SetIdentity();
  std::string lost;
  const auto  add = [&lost](const char * name) { lost += (lost.empty() ? "" : ", ") + std::string(name); };
  const auto  unit = typename ImageBase<VDimension>::SpacingType(1.0);
  const auto  zero = typename ImageBase<VDimension>::PointType(0.0);
  if (!kept.Spacing && image->GetSpacing() != unit)
  {
    add("spacing");
  }
  if (!kept.Origin && image->GetOrigin() != zero)
  {
    add("origin");
  }
  if (!kept.Direction && image->GetDirection() != identity)
  {
    add("direction");
  }
  return lost.empty()
           ? lost
           : "The format of " + fileName + " does not hold the image's " + lost + "; .nrrd, .mha and .nii.gz do.";
}

template std::string
DescribeLostPlace<2>(const ImageBase<2> *, const std::string &);
template std::string
DescribeLostPlace<3>(const ImageBase<3> *, const std::string &);
} // namespace itk
