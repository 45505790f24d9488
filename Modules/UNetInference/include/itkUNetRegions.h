// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetRegions_h
#define itkUNetRegions_h

#include "itkImageRegion.h"
#include "itkUNetInferencePlan.h"
#include <algorithm>

namespace itk
{
/** A region of an image, from the first pixel of its largest region on. */
template <unsigned int VDimension>
UNetRegion
ToUNetRegion(const ImageRegion<VDimension> & region, const ImageRegion<VDimension> & largest)
{
  UNetRegion result;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    result.Start.push_back(region.GetIndex(axis) - largest.GetIndex(axis));
    result.Size.push_back(static_cast<std::int64_t>(region.GetSize(axis)));
  }
  return result;
}

/** The way back. */
template <unsigned int VDimension>
ImageRegion<VDimension>
ToImageRegion(const UNetRegion & region, const ImageRegion<VDimension> & largest)
{
  ImageRegion<VDimension> result;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    result.SetIndex(axis, largest.GetIndex(axis) + region.Start[axis]);
    result.SetSize(axis, static_cast<SizeValueType>(region.Size[axis]));
  }
  return result;
}

/** The smallest region with all pixels of both. */
template <unsigned int VDimension>
ImageRegion<VDimension>
GetRegionAround(const ImageRegion<VDimension> & one, const ImageRegion<VDimension> & other)
{
  ImageRegion<VDimension> around;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const IndexValueType begin = std::min(one.GetIndex(axis), other.GetIndex(axis));
    const IndexValueType last = std::max(one.GetUpperIndex()[axis], other.GetUpperIndex()[axis]);
    around.SetIndex(axis, begin);
    around.SetSize(axis, static_cast<SizeValueType>(last + 1 - begin));
  }
  return around;
}
} // namespace itk

#endif
