// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMiddlePlane_h
#define itkMiddlePlane_h

#include "itkExtractImageFilter.h"

namespace itk
{
/** An image of the plane in the middle; in 2D the image itself. */
template <typename TImage>
auto
MiddlePlane(TImage * image)
{
  auto region = image->GetLargestPossibleRegion();
  if constexpr (TImage::ImageDimension == 3)
  {
    region.SetIndex(2, region.GetIndex(2) + static_cast<IndexValueType>(region.GetSize(2) / 2));
    region.SetSize(2, 0);
  }
  auto extract =
    ExtractImageFilter<TImage, typename TImage::template Rebind<typename TImage::PixelType, 2>::Type>::New();
  extract->SetDirectionCollapseToIdentity();
  extract->SetInput(image);
  extract->SetExtractionRegion(region);
  extract->Update();
  return typename TImage::template Rebind<typename TImage::PixelType, 2>::Type::Pointer(extract->GetOutput());
}

} // namespace itk

#endif
