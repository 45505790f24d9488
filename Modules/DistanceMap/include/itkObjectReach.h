// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkObjectReach_h
#define itkObjectReach_h

#include "itkImageRegion.h"
#include <algorithm>
#include <cmath>
#include <vector>

namespace itk
{
/** The pixels that are needed for those of `region`, if none matters that is farther away than `reach`.
 * \param units distance between pixels along each axis
 * \param whole where there are pixels; asked for as a whole for an infinite reach */
template <unsigned int VDimension>
ImageRegion<VDimension>
PadByReach(ImageRegion<VDimension>         region,
           const ImageRegion<VDimension> & whole,
           double                          reach,
           const std::vector<double> &     units)
{
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    // One more for the edge of the outermost pixel.
    const double pixels = std::ceil(reach / units[axis]) + 1.0;
    if (!(pixels < static_cast<double>(whole.GetSize(axis))))
    {
      region.SetIndex(axis, whole.GetIndex(axis));
      region.SetSize(axis, whole.GetSize(axis));
      continue;
    }
    const auto margin = static_cast<IndexValueType>(pixels);
    const auto begin = std::max(region.GetIndex(axis) - margin, whole.GetIndex(axis));
    const auto end = std::min(region.GetIndex(axis) + static_cast<IndexValueType>(region.GetSize(axis)) + margin,
                              whole.GetIndex(axis) + static_cast<IndexValueType>(whole.GetSize(axis)));
    region.SetIndex(axis, begin);
    region.SetSize(axis, static_cast<SizeValueType>(end - begin));
  }
  return region;
}
} // namespace itk

#endif
