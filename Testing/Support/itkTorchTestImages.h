// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchTestImages_h
#define itkTorchTestImages_h

#include "itkImage.h"
#include "itkImageRegionConstIterator.h"
#include "itkImageRegionIterator.h"
#include "itkTorchRandom.h"
#include "itkVectorImage.h"
#include <gtest/gtest.h>

namespace itk
{
namespace Test
{
/** What is awkward about real images at once: sizes 5 × 7 (× 9), a non-zero start, unequal spacing, an oblique
 * direction and an origin away from zero. */
template <typename TImage>
void
SetAwkwardGeometry(TImage * image)
{
  constexpr unsigned int         D = TImage::ImageDimension;
  typename TImage::RegionType    region;
  typename TImage::SpacingType   spacing;
  typename TImage::PointType     origin;
  typename TImage::DirectionType direction;
  direction.SetIdentity();
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    region.SetSize(axis, 5 + 2 * axis);
    region.SetIndex(axis, 3 - 4 * static_cast<int>(axis));
    spacing[axis] = 0.5 + 0.7 * axis;
    origin[axis] = -11.0 + 5.0 * axis;
  }
  if constexpr (D > 1)
  {
    direction[0][0] = direction[1][1] = 0.8;
    direction[0][1] = -0.6;
    direction[1][0] = 0.6;
  }
  image->SetRegions(region);
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  image->SetDirection(direction);
}

/** An image of the awkward geometry whose pixels (one random number from 0 to 100 in each component) are all unlike. */
template <typename TImage>
typename TImage::Pointer
MakeAwkwardImage(unsigned int numberOfComponents = 0)
{
  auto image = TImage::New();
  SetAwkwardGeometry(image.GetPointer());
  if (numberOfComponents > 0)
  {
    image->SetNumberOfComponentsPerPixel(numberOfComponents);
  }
  image->Allocate();
  using ElementType = typename TImage::PixelContainer::Element;
  using ComponentType = typename NumericTraits<ElementType>::ValueType;
  auto * const      components = reinterpret_cast<ComponentType *>(image->GetPixelContainer()->GetBufferPointer());
  const std::size_t count = image->GetPixelContainer()->Size() * (sizeof(ElementType) / sizeof(ComponentType));
  TorchRandom       random(7);
  for (std::size_t i = 0; i < count; ++i)
  {
    components[i] = static_cast<ComponentType>(random.Uniform(0.0, 100.0));
  }
  return image;
}

/** Same pixels and same place in space; pixels within `tolerance`. */
template <typename TImage>
void
ExpectSameImage(const TImage * actual, const TImage * expected, double tolerance = 0.0)
{
  ASSERT_EQ(actual->GetBufferedRegion(), expected->GetBufferedRegion());
  EXPECT_EQ(actual->GetLargestPossibleRegion(), expected->GetLargestPossibleRegion());
  EXPECT_EQ(actual->GetSpacing(), expected->GetSpacing());
  EXPECT_EQ(actual->GetOrigin(), expected->GetOrigin());
  EXPECT_EQ(actual->GetDirection(), expected->GetDirection());
  ImageRegionConstIterator<TImage> a(actual, actual->GetBufferedRegion());
  ImageRegionConstIterator<TImage> e(expected, expected->GetBufferedRegion());
  for (; !e.IsAtEnd(); ++a, ++e)
  {
    if constexpr (std::is_arithmetic<typename TImage::PixelType>::value)
    {
      if (a.Get() == e.Get())
      {
        continue; // also for infinity
      }
      ASSERT_NEAR(a.Get(), e.Get(), tolerance) << "at " << e.GetIndex();
    }
    else
    {
      ASSERT_EQ(a.Get(), e.Get()) << "at " << e.GetIndex();
    }
  }
}
} // namespace Test
} // namespace itk

#endif
