// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelFiles_h
#define itkLabelFiles_h

#include "itkLabelImageReader.h"
#include "itkWriteImageFile.h"
#include "itkCastImageFilter.h"
#include "itkMinimumMaximumImageFilter.h"
#include <filesystem>
#include <set>

namespace itk
{
/** In 16 bits where that is enough, else in 32. More labels than its format holds are written into a .nrrd beside it,
 * so that they are not lost.
 * \throws ExceptionObject that names the file and cause, also in that case */
template <unsigned int VDimension>
void
WriteLabels(LabelImageType<VDimension> * labels, const std::string & fileName)
{
  const auto writeAs = [&](auto pixel)
  {
    using OutputType = Image<decltype(pixel), VDimension>;
    auto cast = CastImageFilter<LabelImageType<VDimension>, OutputType>::New();
    cast->SetInput(labels);
    WriteImageFile(cast->GetOutput(), fileName);
  };
  auto extrema = MinimumMaximumImageFilter<LabelImageType<VDimension>>::New();
  extrema->SetInput(labels);
  extrema->Update();
  if (extrema->GetMinimum() < 0 || extrema->GetMaximum() > 0xffffffff)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": labels must be in [0, 4294967295], but are in ["
                                             << extrema->GetMinimum() << ", " << extrema->GetMaximum() << "].");
  }
  const auto format = MakeImageWriter(fileName);
  // Of ITK 5.2.
  const std::set<std::string> ofLargeNumbers{ "HDF5ImageIO", "MetaImageIO", "NiftiImageIO", "NrrdImageIO" };
  if (extrema->GetMaximum() > 0xffff && format && ofLargeNumbers.count(format->GetNameOfClass()) == 0)
  {
    const std::string stem = fileName.substr(0, fileName.rfind('.'));
    std::string       otherName = stem + ".nrrd";
    std::error_code   error;
    for (int number = 1; std::filesystem::exists(otherName, error); ++number)
    {
      otherName = stem + '-' + std::to_string(number) + ".nrrd";
    }
    WriteLabels<VDimension>(labels, otherName);
    itkGenericExceptionMacro("Cannot write " << fileName
                                             << ": its format holds labels in [0, 65535], but the largest is "
                                             << extrema->GetMaximum() << "; they are in " << otherName << '.');
  }
  extrema->GetMaximum() > 0xffff ? writeAs(std::uint32_t{}) : writeAs(std::uint16_t{});
}
} // namespace itk

#endif
