// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchConnectedComponentImageFilter.h"
#include "itkInstanceTestImages.h"
#include "itkProgressTestHelpers.h"
#include "itkTestHelpers.h"

#include "itkStreamingImageFilter.h"
#include <algorithm>

using itk::TorchDevice;
using namespace itk::Test;

namespace
{
class TorchConnectedComponentImageFilter : public ::testing::TestWithParam<const char *>
{};
INSTANTIATE_TEST_SUITE_P(Devices,
                         TorchConnectedComponentImageFilter,
                         DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });

template <typename TImage, typename TOutput = itk::Image<unsigned int, TImage::ImageDimension>>
auto
MakeFilter(const TImage * image, const TorchDevice & device = TorchDevice::CPU())
{
  auto filter = itk::TorchConnectedComponentImageFilter<TImage, TOutput>::New();
  filter->SetInput(image);
  filter->SetDevice(device);
  return filter;
}

/** The numbers of a search from pixel to pixel, and its sizes. */
template <typename TImage>
void
ExpectComponentsBySearch(const TImage * image, const TorchDevice & device)
{
  for (const bool isFullyConnected : { false, true })
  {
    for (const bool areLabelsApart : { false, true })
    {
      auto filter = MakeFilter(image, device);
      filter->SetFullyConnected(isFullyConnected);
      filter->SetKeepLabelsApart(areLabelsApart);
      filter->Update();
      const auto expected = ComponentsBySearch(PixelsOf(image), GridSizeOf(image), isFullyConnected, areLabelsApart);
      const auto actual = PixelsOf(filter->GetOutput());
      ASSERT_TRUE(std::equal(expected.begin(), expected.end(), actual.begin(), actual.end())) << isFullyConnected;
      const auto last = *std::max_element(expected.begin(), expected.end());
      ASSERT_EQ(filter->GetNumberOfObjects(), static_cast<itk::SizeValueType>(last));
      ASSERT_EQ(filter->GetSizeOfObjectsInPixels().size(), static_cast<std::size_t>(last));
      for (std::int64_t object = 1; object <= last; ++object)
      {
        ASSERT_EQ(filter->GetSizeOfObjectsInPixels()[static_cast<std::size_t>(object) - 1],
                  static_cast<itk::SizeValueType>(std::count(expected.begin(), expected.end(), object)));
      }
    }
  }
}

template <unsigned int D>
void
ExpectComponentsOfRandomImages(const TorchDevice & device)
{
  std::uint64_t seed = 0;
  for (const double share : { 0.0, 0.1, 0.3, 0.5, 0.7, 0.95, 1.0 })
  {
    SCOPED_TRACE(std::to_string(D) + " axes, share " + std::to_string(share));
    const auto image = MakeRandomImage<itk::Image<unsigned short, D>>(++seed, share, 2);
    ExpectComponentsBySearch(image.GetPointer(), device);
  }
}

/** A wall that winds inwards with a corridor of one pixel: one component of each. */
MaskImage::Pointer
DrawSpiral(int edge)
{
  auto image = MaskImage::New();
  image->SetRegions(
    MaskImage::SizeType{ { static_cast<itk::SizeValueType>(edge), static_cast<itk::SizeValueType>(edge) } });
  image->Allocate(true);
  MaskImage::IndexType at{ { 0, 0 } };
  const auto           isFree = [&](const MaskImage::IndexType & place)
  { return image->GetLargestPossibleRegion().IsInside(place) && image->GetPixel(place) == 0; };
  int           turns = 0;
  constexpr int steps[4][2] = { { 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 } };
  for (int direction = 0; turns < 2;)
  {
    image->SetPixel(at, 1);
    const auto ahead = [&](int by) {
      return MaskImage::IndexType{ { at[0] + by * steps[direction][0], at[1] + by * steps[direction][1] } };
    };
    const bool isInsideFar = image->GetLargestPossibleRegion().IsInside(ahead(2));
    if (isFree(ahead(1)) && (!isInsideFar || image->GetPixel(ahead(2)) == 0))
    {
      at = ahead(1);
      turns = 0;
    }
    else
    {
      direction = (direction + 1) % 4;
      ++turns;
    }
  }
  return image;
}
} // namespace

TEST_P(TorchConnectedComponentImageFilter, GivesWhatASearchFromPixelToPixelGives)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectComponentsOfRandomImages<1>(device);
  ExpectComponentsOfRandomImages<2>(device);
  ExpectComponentsOfRandomImages<3>(device);
  ExpectComponentsOfRandomImages<4>(device);
}

TEST_P(TorchConnectedComponentImageFilter, RowsOfEveryLengthAndSinglePixels)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  for (itk::SizeValueType length = 1; length < 20; ++length)
  {
    ExpectComponentsBySearch(MakeRandomImage<MaskImage>(length, 0.6, 1, { length, 1 }).GetPointer(), device);
    ExpectComponentsBySearch(MakeRandomImage<MaskImage>(length, 0.6, 1, { 1, length }).GetPointer(), device);
  }
  ExpectComponentsBySearch(MakeRandomImage<itk::Image<short, 3>>(1, 0.6, 3, { 1, 1, 1 }).GetPointer(), device);
}

TEST_P(TorchConnectedComponentImageFilter, ShapesThatMergeLateAreOneComponent)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  for (const int edge : { 5, 31, 64 })
  {
    const auto spiral = DrawSpiral(edge);
    auto       filter = MakeFilter(spiral.GetPointer(), device);
    filter->Update();
    EXPECT_EQ(filter->GetNumberOfObjects(), 1u) << edge;
    ExpectComponentsBySearch(spiral.GetPointer(), device);
  }
  const auto comb = DrawImage<MaskImage>({ "#.#.#.#.#.#.#.#.#",
                                           "#.#.#.#.#.#.#.#.#",
                                           "#.###.###.###.###",
                                           "#.....#.......#..",
                                           "#######.#######..",
                                           "........#........",
                                           "#.......#.......#" });
  ExpectComponentsBySearch(comb.GetPointer(), device);
}

TEST_P(TorchConnectedComponentImageFilter, ACheckerboardIsOnePixelEachOrOneComponent)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  auto image = itk::Image<unsigned char, 3>::New();
  image->SetRegions(itk::Size<3>{ { 9, 8, 7 } });
  image->Allocate();
  for (itk::ImageRegionIterator<itk::Image<unsigned char, 3>> it(image, image->GetBufferedRegion()); !it.IsAtEnd();
       ++it)
  {
    const auto index = it.GetIndex();
    it.Set((index[0] + index[1] + index[2]) % 2 == 0);
  }
  auto filter = MakeFilter(image.GetPointer(), device);
  filter->Update();
  EXPECT_EQ(filter->GetNumberOfObjects(), 252u);
  filter->FullyConnectedOn();
  filter->Update();
  EXPECT_EQ(filter->GetNumberOfObjects(), 1u);
  EXPECT_EQ(filter->GetSizeOfObjectsInPixels()[0], 252u);
}

TEST_P(TorchConnectedComponentImageFilter, SmallOnesAreDroppedAndEquallyLargeOnesKeepTheirOrder)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = DrawImage<MaskImage>({ "##.#..##", "...#....", "#..#.##." });
  auto       filter = MakeFilter(image.GetPointer(), device);
  filter->SetMinimumObjectSize(2);
  filter->Update();
  EXPECT_EQ(PixelsOf(filter->GetOutput()),
            PixelsOf(DrawImage<NumberImage>({ "11.2..33", "...2....", "...2.44." }).GetPointer()));
  EXPECT_EQ(filter->GetSizeOfObjectsInPixels(), (std::vector<itk::SizeValueType>{ 2, 3, 2, 2 }));
  filter->SortByObjectSizeOn();
  filter->Update();
  EXPECT_EQ(PixelsOf(filter->GetOutput()),
            PixelsOf(DrawImage<NumberImage>({ "22.1..33", "...1....", "...1.44." }).GetPointer()));
  EXPECT_EQ(filter->GetSizeOfObjectsInPixels(), (std::vector<itk::SizeValueType>{ 3, 2, 2, 2 }));
  filter->SetMinimumObjectSize(4);
  filter->Update();
  EXPECT_EQ(filter->GetNumberOfObjects(), 0u);
}

TEST_P(TorchConnectedComponentImageFilter, IntegersOfEveryTypeAreMasksAndLabels)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto expect = [&device](auto low, auto high)
  {
    using PixelType = decltype(low);
    auto image = itk::Image<PixelType, 2>::New();
    image->SetRegions(itk::Size<2>{ { 4, 1 } });
    image->Allocate(true);
    image->SetPixel({ { 1, 0 } }, low);
    image->SetPixel({ { 2, 0 } }, high);
    auto filter = MakeFilter<itk::Image<PixelType, 2>, itk::Image<PixelType, 2>>(image.GetPointer(), device);
    filter->Update();
    EXPECT_EQ(PixelsOf(filter->GetOutput()), (std::vector<PixelType>{ 0, 1, 1, 0 }));
    filter->KeepLabelsApartOn();
    filter->Update();
    EXPECT_EQ(PixelsOf(filter->GetOutput()), (std::vector<PixelType>{ 0, 1, 2, 0 }));
  };
  expect(std::uint8_t{ 1 }, std::uint8_t{ 255 });
  expect(std::int8_t{ -128 }, std::int8_t{ 127 });
  expect(std::uint16_t{ 256 }, std::uint16_t{ 65535 });
  expect(std::int16_t{ -32768 }, std::int16_t{ 256 });
  expect(std::uint32_t{ 1u << 31 }, std::uint32_t{ 1u << 16 });
  expect(std::int32_t{ -1 }, std::int32_t{ 1 << 16 });
  // Equal in their lower 32 bits.
  expect(std::int64_t{ 1 } << 32, std::int64_t{ 1 } << 33);
  expect(std::uint64_t{ 1 } << 63, std::uint64_t{ 1 } << 32);
}

TEST_P(TorchConnectedComponentImageFilter, TooManyObjectsForTheOutputAreAnError)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  auto image = MaskImage::New();
  image->SetRegions(MaskImage::SizeType{ { 256, 1 } });
  image->Allocate(true);
  for (long x = 0; x < 256; x += 2)
  {
    image->SetPixel({ { x, 0 } }, 7);
  }
  auto narrow = MakeFilter<MaskImage, itk::Image<signed char, 2>>(image.GetPointer(), device);
  ExpectContains(MessageOf([&] { narrow->Update(); }), "can number at most 127 objects, but there are 128;");
  narrow->SetMinimumObjectSize(2);
  narrow->Update();
  EXPECT_EQ(narrow->GetNumberOfObjects(), 0u);
  auto wide = MakeFilter<MaskImage, MaskImage>(image.GetPointer(), device);
  wide->Update();
  EXPECT_EQ(wide->GetOutput()->GetPixel({ { 254, 0 } }), 128);
}

TEST(ConnectedComponents, TheWholeImageIsMadeWhateverRegionIsAskedFor)
{
  const auto image = MakeRandomImage<MaskImage>(5, 0.5, 1, { 40, 40 });
  auto       whole = MakeFilter(image.GetPointer());
  whole->Update();
  auto filter = MakeFilter(image.GetPointer());
  auto streamer = itk::StreamingImageFilter<NumberImage, NumberImage>::New();
  streamer->SetInput(filter->GetOutput());
  streamer->SetNumberOfStreamDivisions(4);
  streamer->Update();
  ExpectSameImage<NumberImage>(streamer->GetOutput(), whole->GetOutput());
  auto ofNumber = MakeFilter(image.GetPointer());
  const_cast<itk::DataObject *>(static_cast<const itk::DataObject *>(ofNumber->GetNumberOfObjectsOutput()))->Update();
  EXPECT_EQ(ofNumber->GetNumberOfObjects(), whole->GetNumberOfObjects());
}

TEST(ConnectedComponents, ReportsProgressAndCanBeAbortedWithinALongStep)
{
  for (const char * const device : { "cpu", "staged" })
  {
    SCOPED_TRACE(device);
    const bool isHost = TorchDevice(device).IsHost();
    const auto image = MakeRandomImage<MaskImage>(
      6, 0.5, 1, isHost ? std::vector<itk::SizeValueType>{ 2000, 1900 } : std::vector<itk::SizeValueType>{ 300, 290 });
    ExpectProgressAndAborts(MakeFilter(image.GetPointer(), TorchDevice(device)).GetPointer(), isHost ? 0.25 : 0.55);
  }
}
