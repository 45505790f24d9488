// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchImageGeometry_h
#define itkTorchImageGeometry_h

#include "itkImageBase.h"
#include <vector>

namespace itk
{
/** Pixels of a region along x, y, z, … */
template <unsigned int VDimension>
std::vector<std::int64_t>
GetTorchSize(const ImageRegion<VDimension> & region)
{
  return { region.GetSize().begin(), region.GetSize().end() };
}

/** Where a region begins, counted from the first pixel of `whole`, along x, y, z, … */
template <unsigned int VDimension>
std::vector<std::int64_t>
GetTorchStart(const ImageRegion<VDimension> & region, const ImageRegion<VDimension> & whole)
{
  std::vector<std::int64_t> start;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    start.push_back(region.GetIndex(axis) - whole.GetIndex(axis));
  }
  return start;
}

template <unsigned int VDimension>
std::vector<double>
GetTorchSpacing(const ImageBase<VDimension> * image)
{
  const auto & spacing = image->GetSpacing();
  return { spacing.Begin(), spacing.End() };
}

/** Row by row; the columns are the directions of the axes. */
template <unsigned int VDimension>
std::vector<double>
GetTorchDirection(const ImageBase<VDimension> * image)
{
  std::vector<double> direction;
  for (unsigned int row = 0; row < VDimension; ++row)
  {
    for (unsigned int column = 0; column < VDimension; ++column)
    {
      direction.push_back(image->GetDirection()(row, column));
    }
  }
  return direction;
}
} // namespace itk

#endif
