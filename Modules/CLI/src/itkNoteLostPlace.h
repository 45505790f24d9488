// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNoteLostPlace_h
#define itkNoteLostPlace_h

#include "itkImageFileContent.h"
#include <iostream>

namespace itk
{
/** Says on standard error what an output file will not hold of its image's spacing, origin and direction. */
template <unsigned int VDimension>
void
NoteLostPlace(const ImageBase<VDimension> * image, const std::string & fileName)
{
  const std::string lost = DescribeLostPlace<VDimension>(image, fileName);
  if (!lost.empty())
  {
    std::cerr << "itktorch: " << lost << std::endl;
  }
}
} // namespace itk

#endif
