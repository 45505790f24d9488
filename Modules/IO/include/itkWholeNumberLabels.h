// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWholeNumberLabels_h
#define itkWholeNumberLabels_h

#include "itkImage.h"
#include <algorithm>
#include <cmath>

namespace itk
{
/** Labels that a file holds as real numbers.
 * \throws ExceptionObject that names the file and a number that is no label, unless all are whole
 * \ingroup ITKTorchIO */
template <unsigned int VDimension>
typename Image<std::int64_t, VDimension>::Pointer
MakeWholeNumberLabels(const Image<double, VDimension> * numbers, const std::string & fileName)
{
  const auto begin = numbers->GetBufferPointer();
  const auto end = begin + numbers->GetBufferedRegion().GetNumberOfPixels();
  // Beyond 2^53 not every whole number is a double.
  const auto isNoLabel = [](double value) { return std::trunc(value) != value || std::abs(value) > 0x1p53; };
  const auto found = std::find_if(begin, end, isNoLabel);
  if (found != end)
  {
    itkGenericExceptionMacro(<< fileName << ": labels must be whole numbers, but one is " << *found << '.');
  }
  auto labels = Image<std::int64_t, VDimension>::New();
  labels->CopyInformation(numbers);
  labels->SetRegions(numbers->GetBufferedRegion());
  labels->Allocate();
  std::transform(begin, end, labels->GetBufferPointer(), [](double value) { return static_cast<std::int64_t>(value); });
  return labels;
}
} // namespace itk

#endif
