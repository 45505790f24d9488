// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkStoredOtherwise_h
#define itkStoredOtherwise_h

#include "itkImageRegionIteratorWithIndex.h"
#include <array>

namespace itk
{
namespace Test
{
/** The same volume with its axes in another order, some of them reversed: each pixel keeps its place. */
template <typename TImage>
typename TImage::Pointer
StoredOtherwise(const TImage * image, const std::array<unsigned int, 3> & axes, const std::array<bool, 3> & isReversed)
{
  const auto region = image->GetLargestPossibleRegion();
  auto       size = region.GetSize();
  auto       first = region.GetIndex();
  auto       spacing = image->GetSpacing();
  auto       direction = image->GetDirection();
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    const unsigned int from = axes[axis];
    size[axis] = region.GetSize(from);
    first[from] = isReversed[axis] ? region.GetUpperIndex()[from] : region.GetIndex(from);
    spacing[axis] = image->GetSpacing()[from];
    for (unsigned int row = 0; row < 3; ++row)
    {
      direction[row][axis] = (isReversed[axis] ? -1.0 : 1.0) * image->GetDirection()[row][from];
    }
  }
  typename TImage::PointType origin;
  image->TransformIndexToPhysicalPoint(first, origin);
  auto stored = TImage::New();
  stored->SetRegions(size);
  stored->SetSpacing(spacing);
  stored->SetDirection(direction);
  stored->SetOrigin(origin);
  stored->Allocate();
  for (ImageRegionIteratorWithIndex<TImage> it(stored, stored->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
  {
    typename TImage::PointType place;
    stored->TransformIndexToPhysicalPoint(it.GetIndex(), place);
    it.Set(image->GetPixel(image->TransformPhysicalPointToIndex(place)));
  }
  return stored;
}
} // namespace Test
} // namespace itk

#endif
