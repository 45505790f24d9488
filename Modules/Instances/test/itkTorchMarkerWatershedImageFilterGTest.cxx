// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchMarkerWatershedImageFilter.h"
#include "itkInstanceTestImages.h"
#include "itkTestHelpers.h"

#include "itkMorphologicalWatershedFromMarkersImageFilter.h"
#include "itkStreamingImageFilter.h"
#include <deque>
#include <limits>

using itk::TorchDevice;
using namespace itk::Test;

namespace
{
class TorchMarkerWatershedImageFilter : public ::testing::TestWithParam<const char *>
{};
INSTANTIATE_TEST_SUITE_P(Devices,
                         TorchMarkerWatershedImageFilter,
                         DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });

template <typename TImage, typename TLabels>
auto
MakeFilter(const TImage * landscape, const TLabels * markers, const TorchDevice & device = TorchDevice::CPU())
{
  auto filter = itk::TorchMarkerWatershedImageFilter<TImage, TLabels>::New();
  filter->SetInput(landscape);
  filter->SetMarkerImage(markers);
  filter->SetDevice(device);
  return filter;
}

/** Equal labels in every pixel, for both connectivities, with a line and without. */
template <typename TImage, typename TLabels>
void
ExpectLabelsOfITK(const TImage * landscape, const TLabels * markers, const TorchDevice & device)
{
  for (const bool isFullyConnected : { false, true })
  {
    for (const bool hasLine : { false, true })
    {
      auto itks = itk::MorphologicalWatershedFromMarkersImageFilter<TImage, TLabels>::New();
      itks->SetInput(landscape);
      itks->SetMarkerImage(markers);
      itks->SetFullyConnected(isFullyConnected);
      itks->SetMarkWatershedLine(hasLine);
      itks->Update();
      auto filter = MakeFilter(landscape, markers, device);
      filter->SetFullyConnected(isFullyConnected);
      filter->SetMarkWatershedLine(hasLine);
      filter->Update();
      SCOPED_TRACE(std::string(isFullyConnected ? "full" : "face") + (hasLine ? ", line" : ""));
      ExpectSameImage<TLabels>(filter->GetOutput(), itks->GetOutput());
    }
  }
}

template <unsigned int D>
void
ExpectLabelsOfITKForRandomImages(const TorchDevice & device, const std::vector<itk::SizeValueType> & sizes)
{
  // Few levels, so that the order of the queues decides; and all levels of 16 bits.
  for (const unsigned int levels : { 1u, 3u, 20u, 65535u })
  {
    const auto landscape = MakeRandomImage<itk::Image<unsigned short, D>>(levels, 0.9, levels, sizes);
    const auto markers = MakeRandomImage<itk::Image<unsigned short, D>>(levels + 1, 0.03, 9, sizes);
    SCOPED_TRACE(std::to_string(D) + " axes, " + std::to_string(levels) + " levels");
    ExpectLabelsOfITK(landscape.GetPointer(), markers.GetPointer(), device);
  }
}

/** Labels by the rule of MarkerWatershed as it is written, on any grid and within a mask. */
template <unsigned int D>
std::vector<unsigned short>
FloodSlowly(const itk::Image<unsigned short, D> * landscape,
            const itk::Image<unsigned short, D> * markers,
            const itk::Image<unsigned char, D> *  mask,
            bool                                  isFullyConnected,
            bool                                  hasLine)
{
  const auto                                        neighbors = NeighborsOfPixels(GridSizeOf(mask), isFullyConnected);
  const auto                                        levels = PixelsOf(landscape);
  auto                                              labels = PixelsOf(markers);
  std::vector<bool>                                 isOpen(labels.size());
  std::map<unsigned short, std::deque<std::size_t>> waiting;
  for (std::size_t i = 0; i < labels.size(); ++i)
  {
    const bool isInside = mask->GetBufferPointer()[i] != 0;
    labels[i] = isInside ? labels[i] : 0;
    isOpen[i] = isInside && labels[i] == 0;
  }
  const auto reachNeighbors = [&](std::size_t pixel, unsigned short level)
  {
    for (const std::size_t next : neighbors[pixel])
    {
      if (isOpen[next])
      {
        isOpen[next] = false;
        labels[next] = hasLine ? 0 : labels[pixel];
        waiting[std::max(level, levels[next])].push_back(next);
      }
    }
  };
  const auto sources = labels;
  for (std::size_t i = 0; i < labels.size(); ++i)
  {
    if (sources[i] != 0 && hasLine)
    {
      reachNeighbors(i, 0);
    }
    else if (sources[i] != 0)
    {
      waiting[levels[i]].push_back(i);
    }
  }
  while (!waiting.empty())
  {
    const auto        lowest = waiting.begin();
    const auto        level = lowest->first;
    const std::size_t pixel = lowest->second.front();
    lowest->second.pop_front();
    if (lowest->second.empty())
    {
      waiting.erase(lowest);
    }
    std::set<unsigned short> around;
    for (const std::size_t other : neighbors[pixel])
    {
      around.insert(labels[other]);
    }
    around.erase(0);
    if (!hasLine || around.size() == 1)
    {
      labels[pixel] = hasLine ? *around.begin() : labels[pixel];
      reachNeighbors(pixel, level);
    }
  }
  return labels;
}

template <unsigned int D>
void
ExpectTheRuleWithinAMask(const TorchDevice & device, const std::vector<itk::SizeValueType> & sizes)
{
  using ShortImage = itk::Image<unsigned short, D>;
  for (const unsigned int levels : { 1u, 4u, 60000u })
  {
    const auto landscape = MakeRandomImage<ShortImage>(levels, 0.9, levels, sizes);
    const auto markers = MakeRandomImage<ShortImage>(levels + 1, 0.03, 6, sizes);
    const auto mask = MakeRandomImage<itk::Image<unsigned char, D>>(levels + 2, 0.65, 1, sizes);
    for (const bool isFullyConnected : { false, true })
    {
      for (const bool hasLine : { false, true })
      {
        auto filter = MakeFilter(landscape.GetPointer(), markers.GetPointer(), device);
        filter->SetMaskImage(mask);
        filter->SetFullyConnected(isFullyConnected);
        filter->SetMarkWatershedLine(hasLine);
        filter->Update();
        EXPECT_EQ(
          PixelsOf(filter->GetOutput()),
          FloodSlowly<D>(landscape.GetPointer(), markers.GetPointer(), mask.GetPointer(), isFullyConnected, hasLine))
          << D << " axes, " << levels << " levels, " << isFullyConnected << hasLine;
      }
    }
  }
}
} // namespace

TEST_P(TorchMarkerWatershedImageFilter, WithinAMaskLabelsFollowFromTheRule)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectTheRuleWithinAMask<2>(device, { 61, 47 });
  ExpectTheRuleWithinAMask<2>(device, { 67, 1 });
  ExpectTheRuleWithinAMask<3>(device, { 19, 14, 11 });
}

TEST_P(TorchMarkerWatershedImageFilter, TheHighestLevelOf16BitsIsALevelLikeOthers)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto landscape = MakeRandomImage<itk::Image<unsigned short, 2>>(6, 0.75, 3, { 53, 41 });
  for (std::size_t i = 0; i < 53 * 41; ++i)
  {
    auto & level = landscape->GetBufferPointer()[i];
    level = static_cast<unsigned short>(65535 - level);
  }
  const auto markers = MakeRandomImage<itk::Image<unsigned short, 2>>(7, 0.03, 9, { 53, 41 });
  ExpectLabelsOfITK(landscape.GetPointer(), markers.GetPointer(), device);
}

/** Numbers that are one in double. */
TEST_P(TorchMarkerWatershedImageFilter, IntegersOf64BitsKeepTheirOrderFarFrom0)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto markers = DrawImage<NumberImage>({ "1.....2" });
  const auto expect = [&](auto base)
  {
    using ValueType = decltype(base);
    auto landscape = itk::Image<ValueType, 2>::New();
    landscape->SetRegions(markers->GetLargestPossibleRegion());
    landscape->Allocate();
    landscape->FillBuffer(base);
    landscape->SetPixel({ { 2, 0 } }, base + 1);
    ExpectLabelsOfITK(landscape.GetPointer(), markers.GetPointer(), device);
    auto filter = MakeFilter(landscape.GetPointer(), markers.GetPointer(), device);
    filter->MarkWatershedLineOff();
    filter->Update();
    using Labels = std::vector<unsigned int>;
    EXPECT_EQ(PixelsOf(filter->GetOutput()), (Labels{ 1, 1, 1, 2, 2, 2, 2 }));
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double lower : { -infinity, static_cast<double>(base) - 0.5 })
    {
      filter->SetLevelRange({ lower, infinity });
      filter->Update();
      EXPECT_EQ(PixelsOf(filter->GetOutput()), (Labels{ 1, 1, 1, 2, 2, 2, 2 }));
    }
    // All are cut to the range's end.
    filter->SetLevelRange({ -infinity, static_cast<double>(base) });
    filter->Update();
    EXPECT_EQ(PixelsOf(filter->GetOutput()), (Labels{ 1, 1, 1, 1, 2, 2, 2 }));
  };
  expect(std::int64_t{ 1 } << 60);
  expect(-(std::int64_t{ 1 } << 60));
  expect(std::numeric_limits<std::int64_t>::min());
  expect(std::uint64_t{ 1 } << 63);
  expect(std::uint64_t{ 0 });
}

TEST_P(TorchMarkerWatershedImageFilter, GivesITKsLabelInEveryPixel)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectLabelsOfITKForRandomImages<2>(device, { 53, 41 });
  ExpectLabelsOfITKForRandomImages<2>(device, { 97, 1 });
  ExpectLabelsOfITKForRandomImages<2>(device, { 1, 33 });
  ExpectLabelsOfITKForRandomImages<3>(device, { 19, 14, 11 });
}

TEST_P(TorchMarkerWatershedImageFilter, LevelsOfSignedBytesAndShortsKeepTheirOrder)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto markers = MakeRandomImage<itk::Image<int, 2>>(4, 0.05, 5);
  auto       bytes = MakeRandomImage<itk::Image<signed char, 2>>(5, 1.0, 250);
  ExpectLabelsOfITK(bytes.GetPointer(), markers.GetPointer(), device);
  auto shorts = MakeRandomImage<itk::Image<short, 2>>(5, 1.0, 60000);
  ExpectLabelsOfITK(shorts.GetPointer(), markers.GetPointer(), device);
  // Of 32 bits, but spanning less than 16.
  auto wide = MakeRandomImage<itk::Image<int, 2>>(5, 1.0, 60000);
  for (itk::ImageRegionIterator<itk::Image<int, 2>> it(wide, wide->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(it.Get() - 1000000);
  }
  ExpectLabelsOfITK(wide.GetPointer(), markers.GetPointer(), device);
}

TEST_P(TorchMarkerWatershedImageFilter, FloatsAreRoundedToLevelsOfTheRange)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using FloatImage = itk::Image<float, 2>;
  auto landscape = FloatImage::New();
  landscape->SetRegions(itk::Size<2>{ { 7, 1 } });
  landscape->Allocate();
  const auto markers = DrawImage<NumberImage>({ "1.....2" });
  const auto flood = [&](const std::vector<float> & values, const std::vector<double> & range)
  {
    std::copy(values.begin(), values.end(), landscape->GetBufferPointer());
    landscape->Modified();
    auto filter = MakeFilter(landscape.GetPointer(), markers.GetPointer(), device);
    filter->MarkWatershedLineOff();
    filter->SetLevelRange(range);
    filter->Update();
    return PixelsOf(filter->GetOutput());
  };
  const double infinity = std::numeric_limits<double>::infinity();
  using Labels = std::vector<unsigned int>;
  // Marker 2 comes to the ridge's foot first.
  EXPECT_EQ(flood({ 0, 0.3f, 0.9f, 0.2f, 0.2f, 0.1f, 0 }, { -infinity, infinity }), (Labels{ 1, 1, 2, 2, 2, 2, 2 }));
  // All of one level: the pixels in the middle go to the marker that comes first in raster order.
  EXPECT_EQ(flood({ 5, 5, 5, 5, 5, 5, 5 }, { -infinity, infinity }), (Labels{ 1, 1, 1, 1, 2, 2, 2 }));
  EXPECT_EQ(flood({ 0, 0.3f, 0.9f, 0.2f, 0.2f, 0.1f, 0 }, { 2.0, 3.0 }), (Labels{ 1, 1, 1, 1, 2, 2, 2 }));
  // Half a level of 1/65534: told apart in the narrow range only.
  const float step = 0.4f / 65534.0f;
  EXPECT_EQ(flood({ 0, 0, step, 0, 0, 0, 0 }, { 0.0, 1.0 }), (Labels{ 1, 1, 1, 1, 2, 2, 2 }));
  EXPECT_EQ(flood({ 0, 0, step, 0, 0, 0, 0 }, { 0.0, 0.5 }), (Labels{ 1, 1, 1, 2, 2, 2, 2 }));
}

TEST_P(TorchMarkerWatershedImageFilter, NothingFlowsOutsideTheMask)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto flat = DrawImage<MaskImage>({ "........", "........", "........" });
  const auto markers = DrawImage<NumberImage>({ "2...5...", "........", "..7....." });
  const auto mask = DrawImage<MaskImage>({ "###.####", "#.#.#..#", "##....##" });
  auto       filter = MakeFilter(flat.GetPointer(), markers.GetPointer(), device);
  filter->SetMaskImage(mask);
  filter->MarkWatershedLineOff();
  filter->Update();
  EXPECT_EQ(PixelsOf(filter->GetOutput()),
            PixelsOf(DrawImage<NumberImage>({ "222.5555", "2.2.5..5", "22....55" }).GetPointer()));
}

/** A mask, and a landscape that is a wall outside it which no water climbs before all else is flooded. */
TEST_P(TorchMarkerWatershedImageFilter, AMaskActsLikeWallsThatNoWaterClimbs)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ShortImage = itk::Image<unsigned short, 2>;
  const auto landscape = MakeRandomImage<ShortImage>(1, 0.9, 30, { 61, 47 });
  const auto mask = MakeRandomImage<MaskImage>(2, 0.7, 1, { 61, 47 });
  auto       markers = MakeRandomImage<ShortImage>(3, 0.05, 6, { 61, 47 });
  auto       filter = MakeFilter(landscape.GetPointer(), markers.GetPointer(), device);
  filter->SetMaskImage(mask);
  filter->MarkWatershedLineOff();
  filter->Update();

  const auto     labels = PixelsOf(filter->GetOutput());
  const auto     inside = PixelsOf(mask.GetPointer());
  const auto     components = ComponentsBySearch(inside, GridSizeOf(mask.GetPointer()), false, false);
  auto * const   level = landscape->GetBufferPointer();
  auto * const   marker = markers->GetBufferPointer();
  std::set<long> flooded;
  for (std::size_t i = 0; i < inside.size(); ++i)
  {
    level[i] = inside[i] != 0 ? level[i] : 60000;
    marker[i] = inside[i] != 0 ? marker[i] : 0;
    if (marker[i] != 0)
    {
      flooded.insert(components[i]);
    }
  }
  auto itks = itk::MorphologicalWatershedFromMarkersImageFilter<ShortImage, ShortImage>::New();
  itks->SetInput(landscape);
  itks->SetMarkerImage(markers);
  itks->MarkWatershedLineOff();
  itks->Update();
  const auto expected = PixelsOf(itks->GetOutput());
  for (std::size_t i = 0; i < inside.size(); ++i)
  {
    ASSERT_EQ(labels[i], flooded.count(components[i]) != 0 ? expected[i] : 0) << i;
  }
}

TEST_P(TorchMarkerWatershedImageFilter, LabelsOfEveryTypeComeBackAsTheyWere)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto flat = DrawImage<MaskImage>({ "......" });
  const auto expect = [&](auto left, auto right)
  {
    using LabelType = decltype(left);
    auto markers = itk::Image<LabelType, 2>::New();
    markers->SetRegions(flat->GetLargestPossibleRegion());
    markers->Allocate(true);
    markers->SetPixel({ { 0, 0 } }, left);
    markers->SetPixel({ { 5, 0 } }, right);
    auto filter = MakeFilter(flat.GetPointer(), markers.GetPointer(), device);
    filter->MarkWatershedLineOff();
    filter->Update();
    EXPECT_EQ(PixelsOf(filter->GetOutput()), (std::vector<LabelType>{ left, left, left, right, right, right }));
  };
  expect(std::uint8_t{ 255 }, std::uint8_t{ 1 });
  expect(std::int8_t{ -1 }, std::int8_t{ 127 });
  expect(std::uint16_t{ 65535 }, std::uint16_t{ 1 });
  expect(std::int16_t{ -32768 }, std::int16_t{ 1 });
  expect(~std::uint32_t{ 0 }, std::uint32_t{ 1 });
  expect(std::int32_t{ -1 }, std::int32_t{ 5 });
  expect(std::int64_t{ 7 }, std::int64_t{ -1 });
  expect(std::int64_t{ 2147483647 }, std::int64_t{ -2147483648 });
  expect(std::int64_t{ 2147483648 }, std::int64_t{ 1 });
  expect(std::int64_t{ -2147483649 }, std::int64_t{ 1 });
  expect(std::int64_t{ 1 } << 32, std::int64_t{ -1 });
  expect(~std::uint64_t{ 0 }, std::uint64_t{ 3 });
  expect(~std::uint64_t{ 0 }, std::uint64_t{ 1 } << 33);
}

TEST(MarkerWatershed, AnImageOfOneRowOrColumnIsFloodedAsAWhole)
{
  const auto expect = [](const std::vector<std::string> & levels, const std::vector<std::string> & markers)
  {
    const auto image = DrawImage<MaskImage>(levels);
    auto       filter = MakeFilter(image.GetPointer(), DrawImage<NumberImage>(markers).GetPointer());
    filter->Update();
    EXPECT_EQ(PixelsOf(filter->GetOutput()),
              (std::vector<unsigned int>(image->GetBufferedRegion().GetNumberOfPixels(), 3)));
  };
  expect({ "5" }, { "3" });
  expect({ "2915091" }, { "..3...." });
  expect({ "2", "9", "1", "5", "0", "9", "1" }, { ".", ".", "3", ".", ".", ".", "." });
}

TEST(MarkerWatershed, ARangeThatOverflowsIsDividedIntoLevels)
{
  constexpr double most = std::numeric_limits<double>::max();
  auto             landscape = itk::Image<double, 2>::New();
  landscape->SetRegions(itk::Size<2>{ { 7, 1 } });
  landscape->Allocate();
  const auto markers = DrawImage<NumberImage>({ "1.....2" });
  auto       filter = MakeFilter(landscape.GetPointer(), markers.GetPointer());
  filter->MarkWatershedLineOff();
  const std::vector<double> values{ -most, 0, most, -0.5 * most, -0.5 * most, -most, -most };
  std::copy(values.begin(), values.end(), landscape->GetBufferPointer());
  filter->Update();
  EXPECT_EQ(PixelsOf(filter->GetOutput()), (std::vector<unsigned int>{ 1, 1, 2, 2, 2, 2, 2 }));
}

TEST(MarkerWatershed, BadInputIsNamed)
{
  using FloatImage = itk::Image<float, 2>;
  auto landscape = MakeRandomImage<FloatImage>(1, 1.0, 5);
  auto markers = MakeRandomImage<NumberImage>(2, 0.1, 5);
  auto filter = MakeFilter(landscape.GetPointer(), markers.GetPointer());
  filter->SetLevelRange({ 2.0, 1.0 });
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "LevelRange must be two numbers the lower one first, but is 2,1.");
  filter->SetLevelRange(itk::MarkerWatershedParameters().LevelRange);
  landscape->SetPixel({ { 4, 0 } }, std::numeric_limits<float>::quiet_NaN());
  landscape->Modified();
  ExpectContains(MessageOf([&] { filter->Update(); }), "The landscape must hold numbers, but holds nan.");
  landscape->SetPixel({ { 4, 0 } }, std::numeric_limits<float>::infinity());
  landscape->Modified();
  ExpectContains(MessageOf([&] { filter->Update(); }), "lie between 1 and inf.");
  landscape->SetPixel({ { 4, 0 } }, 1.0f);
  landscape->Modified();
  filter->SetMarkerImage(MakeRandomImage<NumberImage>(2, 0.1, 5, { 5, 8 }));
  ExpectContains(MessageOf([&] { filter->Update(); }), "the marker image has size [5, 8] from index [3, -1].");
  auto moved = MakeRandomImage<NumberImage>(2, 0.1, 5);
  auto region = moved->GetLargestPossibleRegion();
  region.SetIndex(0, 0);
  moved->SetRegions(region);
  filter->SetMarkerImage(moved);
  ExpectContains(MessageOf([&] { filter->Update(); }), "from index [0, -1].");
  filter->SetMarkerImage(markers);
  filter->SetMaskImage(MakeRandomImage<MaskImage>(2, 0.5, 1, { 5, 8 }));
  ExpectContains(MessageOf([&] { filter->Update(); }), "the mask image has size [5, 8] from index [3, -1].");
  filter->SetMaskImage(nullptr);
  EXPECT_NO_THROW(filter->Update());
  filter->SetMarkerImage(nullptr);
  ExpectContains(MessageOf([&] { filter->Update(); }), "Input MarkerImage is required");
}

TEST(MarkerWatershed, StreamsAsAWholeAndCanBeAborted)
{
  const auto landscape = MakeRandomImage<MaskImage>(1, 1.0, 200, { 700, 600 });
  const auto markers = MakeRandomImage<NumberImage>(2, 0.001, 500, { 700, 600 });
  auto       whole = MakeFilter(landscape.GetPointer(), markers.GetPointer());
  whole->Update();
  auto filter = MakeFilter(landscape.GetPointer(), markers.GetPointer());
  auto streamer = itk::StreamingImageFilter<NumberImage, NumberImage>::New();
  streamer->SetInput(filter->GetOutput());
  streamer->SetNumberOfStreamDivisions(3);
  streamer->Update();
  ExpectSameImage<NumberImage>(streamer->GetOutput(), whole->GetOutput());

  filter->AddObserver(itk::ProgressEvent(),
                      [&](const itk::EventObject &) { filter->SetAbortGenerateData(filter->GetProgress() > 0.0f); });
  filter->Modified();
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
}
