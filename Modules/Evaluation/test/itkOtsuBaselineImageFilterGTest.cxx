// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkOtsuBaselineImageFilter.h"

#include "itkImage.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkRGBAPixel.h"
#include "itkRGBPixel.h"
#include "itkStreamingImageFilter.h"
#include "itkVectorImage.h"

#include <gtest/gtest.h>

namespace
{
template <unsigned int VDimension>
using Mask = itk::Image<unsigned char, VDimension>;

template <unsigned int VDimension>
itk::ImageRegion<VDimension>
OddRegion()
{
  itk::ImageRegion<VDimension> region;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    region.SetIndex(axis, 3 - 7 * static_cast<int>(axis));
    region.SetSize(axis, 9 + 2 * axis);
  }
  return region;
}

// A bright box of 4 pixels an axis.
template <typename TIndex>
bool
IsInBox(const TIndex & index)
{
  bool inside = true;
  for (unsigned int axis = 0; axis < TIndex::Dimension; ++axis)
  {
    const auto position = index[axis] - (3 - 7 * static_cast<int>(axis));
    inside = inside && position >= 2 && position < 6;
  }
  return inside;
}

template <typename TImage>
typename TImage::Pointer
BoxImage(const typename TImage::PixelType & inside,
         const typename TImage::PixelType & outside,
         unsigned int                       components = 1)
{
  auto         image = TImage::New();
  const double spacing[] = { 0.5, 2.0, 3.0 };
  image->SetRegions(OddRegion<TImage::ImageDimension>());
  image->SetSpacing(spacing);
  image->SetNumberOfComponentsPerPixel(components);
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<TImage> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(IsInBox(it.GetIndex()) ? inside : outside);
  }
  return image;
}

template <typename TImage>
typename Mask<TImage::ImageDimension>::Pointer
Baseline(const TImage * image)
{
  auto filter = itk::OtsuBaselineImageFilter<TImage, Mask<TImage::ImageDimension>>::New();
  filter->SetInput(image);
  filter->Update();
  return filter->GetOutput();
}

template <typename TImage>
void
ExpectBox(const TImage * mask)
{
  ASSERT_EQ(mask->GetBufferedRegion(), OddRegion<TImage::ImageDimension>());
  EXPECT_EQ(mask->GetSpacing()[0], 0.5);
  for (itk::ImageRegionConstIteratorWithIndex<TImage> it(mask, mask->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    EXPECT_EQ(it.Get(), IsInBox(it.GetIndex()) ? 1 : 0) << it.GetIndex();
  }
}

template <typename TPixel>
TPixel
Pixel(unsigned char red, unsigned char green, unsigned char blue)
{
  TPixel pixel;
  pixel.SetRed(red);
  pixel.SetGreen(green);
  pixel.SetBlue(blue);
  return pixel;
}
} // namespace

TEST(OtsuBaselineImageFilter, BrightObjectOnDarkGroundIsFound)
{
  ExpectBox(Baseline(BoxImage<itk::Image<unsigned char, 2>>(60, 50).GetPointer()).GetPointer());
  ExpectBox(Baseline(BoxImage<itk::Image<unsigned char, 3>>(255, 0).GetPointer()).GetPointer());
}

TEST(OtsuBaselineImageFilter, DarkObjectOnBrightGroundIsFound)
{
  ExpectBox(Baseline(BoxImage<itk::Image<unsigned char, 2>>(50, 60).GetPointer()).GetPointer());
  ExpectBox(Baseline(BoxImage<itk::Image<unsigned char, 3>>(0, 255).GetPointer()).GetPointer());
}

// Luminance by hand: 0.587·100 = 58.7 for the green box, 0.299·190 = 56.8 for the red ground.
TEST(OtsuBaselineImageFilter, ColorIsWeightedByLuminance)
{
  using RGB = itk::RGBPixel<unsigned char>;
  ExpectBox(
    Baseline(BoxImage<itk::Image<RGB, 2>>(Pixel<RGB>(0, 100, 0), Pixel<RGB>(190, 0, 0)).GetPointer()).GetPointer());
}

// Rounded, the box has 0.299·9 = 2.69 -> 3 and the ground 2; truncated, both would be 2.
TEST(OtsuBaselineImageFilter, LuminanceIsRoundedToTheNearestValue)
{
  using RGB = itk::RGBPixel<unsigned char>;
  ExpectBox(Baseline(BoxImage<itk::Image<RGB, 2>>(Pixel<RGB>(9, 0, 0), Pixel<RGB>(2, 2, 2)).GetPointer()).GetPointer());
}

TEST(OtsuBaselineImageFilter, AlphaIsIgnored)
{
  using RGBA = itk::RGBAPixel<unsigned char>;
  auto inside = Pixel<RGBA>(20, 20, 20);
  auto outside = Pixel<RGBA>(10, 10, 10);
  inside.SetAlpha(0);
  outside.SetAlpha(255);
  ExpectBox(Baseline(BoxImage<itk::Image<RGBA, 3>>(inside, outside).GetPointer()).GetPointer());
}

TEST(OtsuBaselineImageFilter, VectorImagesOfOneThreeAndFourComponentsAreAccepted)
{
  using VectorImageType = itk::VectorImage<unsigned char, 2>;
  for (const unsigned int components : { 1u, 3u, 4u })
  {
    VectorImageType::PixelType inside(components);
    VectorImageType::PixelType outside(components);
    inside.Fill(20);
    outside.Fill(10);
    ExpectBox(Baseline(BoxImage<VectorImageType>(inside, outside, components).GetPointer()).GetPointer());
  }
}

TEST(OtsuBaselineImageFilter, AnotherNumberOfComponentsIsAnError)
{
  using VectorImageType = itk::VectorImage<unsigned char, 2>;
  VectorImageType::PixelType pixel(2);
  pixel.Fill(1);
  try
  {
    Baseline(BoxImage<VectorImageType>(pixel, pixel, 2).GetPointer());
    FAIL() << "no exception";
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_NE(std::string(error.GetDescription()).find("not 2"), std::string::npos) << error.GetDescription();
  }
}

TEST(OtsuBaselineImageFilter, ImageOfOneValueHasNoObject)
{
  const auto mask = Baseline(BoxImage<itk::Image<unsigned char, 2>>(255, 255).GetPointer());
  for (itk::ImageRegionConstIterator<Mask<2>> it(mask, mask->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    EXPECT_EQ(it.Get(), 0);
  }
}

TEST(OtsuBaselineImageFilter, StreamingConsumerGetsTheThresholdOfTheWholeImage)
{
  auto filter = itk::OtsuBaselineImageFilter<itk::Image<unsigned char, 2>, Mask<2>>::New();
  filter->SetInput(BoxImage<itk::Image<unsigned char, 2>>(60, 50));
  auto streamer = itk::StreamingImageFilter<Mask<2>, Mask<2>>::New();
  streamer->SetInput(filter->GetOutput());
  streamer->SetNumberOfStreamDivisions(5);
  streamer->Update();
  ExpectBox(streamer->GetOutput());
}
