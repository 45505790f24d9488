// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkResampleOntoGrid.h"
#include "itkTorchTestImages.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkImageRegionIteratorWithIndex.h"

namespace
{
template <typename T>
class ResampleOntoGrid : public ::testing::Test
{
public:
  using Type = T;
};

using ImageTypes = ::testing::Types<itk::Image<float, 2>, itk::Image<float, 3>>;
TYPED_TEST_SUITE(ResampleOntoGrid, ImageTypes, );

template <typename TPoint>
double
Ramp(const TPoint & point)
{
  double value = 3.0;
  for (unsigned int axis = 0; axis < TPoint::PointDimension; ++axis)
  {
    value += (0.5 + axis) * point[axis];
  }
  return value;
}

template <typename TImage>
typename TImage::Pointer
MakeRampImage()
{
  auto image = TImage::New();
  itk::Test::SetAwkwardGeometry(image.GetPointer());
  auto region = image->GetLargestPossibleRegion();
  auto size = region.GetSize();
  for (auto & length : size)
  {
    length += 20;
  }
  region.SetSize(size);
  image->SetRegions(region);
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<TImage> it(image, region); !it.IsAtEnd(); ++it)
  {
    typename TImage::PointType point;
    image->TransformIndexToPhysicalPoint(it.GetIndex(), point);
    it.Set(static_cast<float>(Ramp(point)));
  }
  return image;
}

// Away from the edges, where pixels are repeated; 1e-4: float on values of some tens.
template <typename TImage>
void
ExpectRamp(const TImage * image, itk::SizeValueType edge)
{
  auto region = image->GetLargestPossibleRegion();
  region.ShrinkByRadius(edge);
  ASSERT_GT(region.GetNumberOfPixels(), 0u);
  for (itk::ImageRegionConstIteratorWithIndex<TImage> it(image, region); !it.IsAtEnd(); ++it)
  {
    typename TImage::PointType point;
    image->TransformIndexToPhysicalPoint(it.GetIndex(), point);
    ASSERT_NEAR(it.Get(), Ramp(point), 1e-4) << it.GetIndex();
  }
}

// The corner where the field of the first pixel begins, or where that of the last one ends.
template <typename TImage>
typename TImage::PointType
Corner(const TImage * image, bool isLast)
{
  const auto                                           region = image->GetLargestPossibleRegion();
  itk::ContinuousIndex<double, TImage::ImageDimension> index;
  for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
  {
    index[axis] =
      static_cast<double>(region.GetIndex(axis)) - 0.5 + (isLast ? static_cast<double>(region.GetSize(axis)) : 0.0);
  }
  typename TImage::PointType point;
  image->TransformContinuousIndexToPhysicalPoint(index, point);
  return point;
}
} // namespace

TYPED_TEST(ResampleOntoGrid, ThereAndBackARampStaysInItsPhysicalPlace)
{
  using ImageType = typename TestFixture::Type;
  const auto image = MakeRampImage<ImageType>();
  for (const double factor : { 0.5, 0.8, 1.7 })
  {
    std::vector<double> spacing;
    for (unsigned int axis = 0; axis < ImageType::ImageDimension; ++axis)
    {
      spacing.push_back(factor * image->GetSpacing()[axis]);
    }
    const auto there = itk::ResampleToSpacing(image.GetPointer(), spacing);
    there->Update();
    ExpectRamp(there->GetOutput(), 2);
    const auto back = itk::ResampleOntoGrid(there->GetOutput(), image.GetPointer());
    back->Update();
    EXPECT_EQ(back->GetOutput()->GetLargestPossibleRegion(), image->GetLargestPossibleRegion());
    EXPECT_EQ(back->GetOutput()->GetOrigin(), image->GetOrigin());
    EXPECT_EQ(back->GetOutput()->GetDirection(), image->GetDirection());
    ExpectRamp(back->GetOutput(), 4);
  }
}

TYPED_TEST(ResampleOntoGrid, TheFieldKeepsItsFirstCornerAndHalfAPixelOfItsLast)
{
  using ImageType = typename TestFixture::Type;
  const auto image = MakeRampImage<ImageType>();
  const auto resample = itk::ResampleToSpacing(image.GetPointer(), std::vector<double>(ImageType::ImageDimension, 0.9));
  resample->UpdateOutputInformation();
  const auto * const output = resample->GetOutput();
  const auto         last = Corner(output, true) - Corner(image.GetPointer(), true);
  EXPECT_NEAR(Corner(output, false).EuclideanDistanceTo(Corner(image.GetPointer(), false)), 0.0, 1e-9);
  EXPECT_LE(last.GetNorm(), 0.45 * std::sqrt(ImageType::ImageDimension) + 1e-9);
}

TYPED_TEST(ResampleOntoGrid, TheSameSpacingGivesTheSamePixels)
{
  using ImageType = typename TestFixture::Type;
  const auto          image = itk::Test::MakeAwkwardImage<ImageType>();
  std::vector<double> spacing(image->GetSpacing().Begin(), image->GetSpacing().End());
  for (const auto & wanted : { std::vector<double>{}, spacing })
  {
    const auto there = itk::ResampleToSpacing(image.GetPointer(), wanted);
    const auto back = itk::ResampleOntoGrid(there->GetOutput(), image.GetPointer());
    back->Update();
    // 1e-4: rounding of the interpolation's weights, on values up to 100.
    itk::Test::ExpectSameImage(back->GetOutput(), image.GetPointer(), 1e-4);
  }
}
