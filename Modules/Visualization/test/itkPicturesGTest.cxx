// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkAugmentationSheet.h"
#include "itkFolderTest.h"
#include "itkMiddlePlane.h"
#include "itkWeightMapPicture.h"

#include "itkImageFileReader.h"
#include "itkImageRegionIteratorWithIndex.h"

namespace
{
using Colors = std::array<int, 3>;
constexpr Colors black{ 0, 0, 0 };
constexpr Colors white{ 255, 255, 255 };
constexpr Colors outline{ 255, 200, 0 };

Colors
ColorAt(const itk::ColorImage * picture, long x, long y)
{
  const auto & pixel = picture->GetPixel({ { x, y } });
  return { pixel[0], pixel[1], pixel[2] };
}

/** Numbers of a function of x and y, in an image whose index does not begin at 0. */
template <typename TImage, typename TFunction>
typename TImage::Pointer
MakeImage(itk::SizeValueType width, itk::SizeValueType height, const TFunction & function, unsigned int components = 1)
{
  auto                        image = TImage::New();
  typename TImage::RegionType region;
  region.SetIndex({ { -3, 5 } });
  region.SetSize({ { width, height } });
  image->SetRegions(region);
  image->SetNumberOfComponentsPerPixel(components);
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<TImage> it(image, region); !it.IsAtEnd(); ++it)
  {
    it.Set(function(it.GetIndex()[0] + 3, it.GetIndex()[1] - 5));
  }
  return image;
}

using LabelImage = itk::Image<std::int64_t, 2>;
using WeightImage = itk::Image<float, 2>;
using PixelImage = itk::VectorImage<float, 2>;

PixelImage::PixelType
MakePixel(std::initializer_list<float> components)
{
  PixelImage::PixelType pixel(static_cast<unsigned int>(components.size()));
  std::copy(components.begin(), components.end(), &pixel[0]);
  return pixel;
}

/** Black on the left, white on the right. */
PixelImage::Pointer
MakeHalves(float dark, float bright)
{
  return MakeImage<PixelImage>(4, 2, [&](long x, long) { return MakePixel({ x < 2 ? dark : bright }); });
}

class Pictures : public itk::Test::FolderTest
{
protected:
  itk::ColorImage::Pointer
  Read() const
  {
    return itk::ReadImage<itk::ColorImage>(In("a.png"));
  }
};
} // namespace

TEST_F(Pictures, ASheetShowsAnImageInItsProportionsOnWhite)
{
  itk::AugmentationSheet sheet;
  sheet.Add(MakeHalves(-100.0f, 300.0f), nullptr, nullptr);
  sheet.Write(In("a.png"));
  const auto picture = this->Read();
  // A tile of 224 × 112 with 6 pixels around it.
  ASSERT_EQ(picture->GetLargestPossibleRegion().GetSize(), (itk::Size<2>{ { 236, 124 } }));
  EXPECT_EQ(ColorAt(picture, 5, 60), white);
  EXPECT_EQ(ColorAt(picture, 6, 6), black);
  EXPECT_EQ(ColorAt(picture, 117, 60), black);
  EXPECT_EQ(ColorAt(picture, 118, 60), white);
}

TEST_F(Pictures, ASheetShowsAllDrawsInTheContrastOfTheFirst)
{
  itk::AugmentationSheet sheet;
  sheet.Add(MakeHalves(0.0f, 100.0f), nullptr, nullptr);
  sheet.Add(MakeHalves(-50.0f, 60.0f), nullptr, nullptr);
  sheet.Write(In("a.png"));
  const auto picture = this->Read();
  ASSERT_EQ(picture->GetLargestPossibleRegion().GetSize(0), 2u * 230 + 6);
  EXPECT_EQ(ColorAt(picture, 236 + 10, 60), black);
  EXPECT_EQ(ColorAt(picture, 236 + 200, 60), (Colors{ 153, 153, 153 }));
}

TEST_F(Pictures, ASheetShowsColorsAsTheyAre)
{
  itk::AugmentationSheet sheet;
  sheet.Add(MakeImage<PixelImage>(
              3,
              3,
              [](long x, long) {
                return MakePixel({ x == 0 ? 255.0f : 0.0f, 51.0f, 102.0f });
              },
              3),
            nullptr,
            nullptr);
  sheet.Write(In("a.png"));
  EXPECT_EQ(ColorAt(this->Read(), 20, 20), (Colors{ 255, 51, 102 }));
  EXPECT_EQ(ColorAt(this->Read(), 200, 20), (Colors{ 0, 51, 102 }));
}

TEST_F(Pictures, ASheetOutlinesLabelsAndPutsThemAndTheWeightsBeside)
{
  const auto labels = MakeImage<LabelImage>(4, 2, [](long x, long) { return x < 2 ? 0 : 7; });
  const auto weights = MakeImage<WeightImage>(4, 2, [](long x, long) { return x < 1 ? 5.0f : 0.0f; });
  const auto image = MakeHalves(0.0f, 1.0f);
  {
    itk::AugmentationSheet sheet;
    sheet.Add(image, labels, nullptr);
    sheet.Write(In("a.png"));
    const auto picture = this->Read();
    EXPECT_EQ(picture->GetLargestPossibleRegion().GetSize(0), 236u);
    EXPECT_EQ(ColorAt(picture, 6 + 111, 60), outline);
    EXPECT_EQ(ColorAt(picture, 6 + 110, 60), black);
    EXPECT_EQ(ColorAt(picture, 6 + 112, 60), white);
  }
  itk::AugmentationSheet sheet;
  sheet.Add(image, labels, weights);
  sheet.Write(In("a.png"));
  const auto picture = this->Read();
  ASSERT_EQ(picture->GetLargestPossibleRegion().GetSize(0), 3u * 230 + 6);
  EXPECT_EQ(ColorAt(picture, 236 + 10, 60), black) << "label 0";
  EXPECT_NE(ColorAt(picture, 236 + 200, 60), black) << "label 7";
  EXPECT_EQ(ColorAt(picture, 466 + 10, 60), white) << "the greatest weight";
  EXPECT_EQ(ColorAt(picture, 466 + 200, 60), black) << "weight 0";
}

TEST_F(Pictures, AWeightMapIsShownBesideTheLabelsAndTheDistances)
{
  const auto labels = MakeImage<LabelImage>(4, 2, [](long x, long) { return x < 2 ? 0 : 7; });
  const auto distances = MakeImage<WeightImage>(4, 2, [](long x, long) { return x < 1 ? 0.0f : 20.0f; });
  const auto weights = MakeImage<WeightImage>(4, 2, [](long x, long) { return x < 3 ? 1.0f : 2.0f; });
  itk::WriteWeightMapPicture(labels, distances, 20.0f, weights, In("a.png"));
  const auto picture = this->Read();
  // Three panels of 4 × 2 with lines of 4 pixels between them.
  ASSERT_EQ(picture->GetLargestPossibleRegion().GetSize(), (itk::Size<2>{ { 20, 2 } }));
  EXPECT_EQ(ColorAt(picture, 0, 0), black);
  EXPECT_NE(ColorAt(picture, 3, 1), black);
  EXPECT_EQ(ColorAt(picture, 5, 0), white) << "a line";
  EXPECT_EQ(ColorAt(picture, 8, 0), white) << "the least distance";
  EXPECT_EQ(ColorAt(picture, 11, 0), black) << "the farthest";
  EXPECT_EQ(ColorAt(picture, 13, 0), white) << "a line";
  EXPECT_EQ(ColorAt(picture, 16, 0), black) << "the least weight";
  EXPECT_EQ(ColorAt(picture, 19, 1), white) << "the greatest weight";
}

TEST(MiddlePlane, IsTheOneInTheMiddleOfAVolumeAndAnImageItself)
{
  using VolumeType = itk::Image<float, 3>;
  auto                   volume = VolumeType::New();
  VolumeType::RegionType region;
  region.SetIndex({ { 2, -1, 10 } });
  region.SetSize({ { 3, 2, 5 } });
  volume->SetRegions(region);
  volume->Allocate();
  for (itk::ImageRegionIteratorWithIndex<VolumeType> it(volume, region); !it.IsAtEnd(); ++it)
  {
    const auto & index = it.GetIndex();
    it.Set(static_cast<float>(100 * index[2] + 10 * index[1] + index[0]));
  }
  const auto plane = itk::MiddlePlane(volume.GetPointer());
  ASSERT_EQ(plane->GetLargestPossibleRegion().GetSize(), (itk::Size<2>{ { 3, 2 } }));
  EXPECT_EQ(plane->GetPixel({ { 2, -1 } }), 1192.0f);
  EXPECT_EQ(plane->GetPixel({ { 4, 0 } }), 1204.0f);

  const auto image = MakeImage<WeightImage>(4, 2, [](long x, long y) { return static_cast<float>(x + 10 * y); });
  const auto same = itk::MiddlePlane(image.GetPointer());
  EXPECT_EQ(same->GetLargestPossibleRegion(), image->GetLargestPossibleRegion());
  EXPECT_EQ(same->GetPixel({ { 0, 6 } }), 13.0f);
}
