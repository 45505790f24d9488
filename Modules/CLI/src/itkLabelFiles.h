// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelFiles_h
#define itkLabelFiles_h

#include "itkWriteImage.h"
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
    WriteImage(cast->GetOutput(), fileName);
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
 * \throws ExceptionObject unless the file is an image of whole numbers */
unsigned int
VerifyLabelFile(const std::string & fileName);
} // namespace itk

#endif
