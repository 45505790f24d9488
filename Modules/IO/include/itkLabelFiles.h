// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelFiles_h
#define itkLabelFiles_h

#include "ITKTorchIOExport.h"
#include "itkWriteImageFile.h"
#include "itkCastImageFilter.h"
#include "itkMinimumMaximumImageFilter.h"

namespace itk
{
template <unsigned int VDimension>
using LabelImageType = Image<std::int64_t, VDimension>;

/** In 16 bits where that is enough, else in 32. */
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
  extrema->GetMaximum() > 0xffff ? writeAs(std::uint32_t{}) : writeAs(std::uint16_t{});
}

/** \return the dimension, 2 or 3
 * \throws ExceptionObject that names the file, unless it is a scalar image */
ITKTorchIO_EXPORT unsigned int
GetLabelFileDimension(const std::string & fileName);

/** Labels in any number type; also real numbers, if all of them are whole.
 * \throws ExceptionObject that names the file, if it is no such image of this dimension */
template <unsigned int VDimension>
ITKTorchIO_EXPORT typename LabelImageType<VDimension>::Pointer
ReadLabels(const std::string & fileName);

extern template LabelImageType<2>::Pointer
ReadLabels<2>(const std::string & fileName);
extern template LabelImageType<3>::Pointer
ReadLabels<3>(const std::string & fileName);
} // namespace itk

#endif
