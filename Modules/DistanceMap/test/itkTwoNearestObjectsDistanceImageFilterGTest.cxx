// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsDistanceImageFilter.h"
#include "itkLabelTestImages.h"
#include "itkProgressTestHelpers.h"
#include "itkTestHelpers.h"

#include "itkCommand.h"
#include "itkImageFileReader.h"
#include "itkPipelineMonitorImageFilter.h"
#include "itkShiftScaleImageFilter.h"
#include "itkSignedMaurerDistanceMapImageFilter.h"
#include "itkStreamingImageFilter.h"
#include "itkTorchRuntime.h"
#include <array>
#include <map>

using itk::TorchDevice;
using namespace itk::Test;

namespace
{
class TwoNearestObjectsDistanceImageFilter : public ::testing::TestWithParam<const char *>
{};
INSTANTIATE_TEST_SUITE_P(Devices,
                         TwoNearestObjectsDistanceImageFilter,
                         DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });

template <typename TImage, typename TOutput = itk::Image<double, TImage::ImageDimension>>
auto
MakeFilter(const TImage * labels, const TorchDevice & device = TorchDevice::CPU())
{
  auto filter = itk::TwoNearestObjectsDistanceImageFilter<TImage, TOutput>::New();
  filter->SetInput(labels);
  filter->SetDevice(device);
  return filter;
}

/** Distances within 1e-12 of those by looking at every pixel (both are sums of squares in double), labels among the
 * nearest. */
template <typename TFilter>
void
ExpectDistancesByLooking(TFilter * filter)
{
  filter->Update();
  const auto * const image = filter->GetInput();
  using ImageType = std::decay_t<decltype(*image)>;
  const bool isToEdge = filter->GetBorder() == itk::ObjectBorder::PixelEdge;
  const auto units =
    itk::GetDistanceUnits({ image->GetSpacing().Begin(), image->GetSpacing().End() }, filter->GetUseImageSpacing());
  const double infinity = std::numeric_limits<double>::infinity();
  for (itk::ImageRegionConstIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto index = it.GetIndex();
    auto       objects = SquaredDistancesByLooking(image, index, units, isToEdge);
    const auto within = [&](double distance) { return distance <= filter->GetMaximumDistance() ? distance : infinity; };
    const double first = within(NthDistance(objects, 0));
    const double second = within(NthDistance(objects, 1));
    const double actualFirst = filter->GetOutput()->GetPixel(index);
    const double actualSecond = filter->GetSecondDistance()->GetPixel(index);
    ASSERT_TRUE(actualFirst == first || std::abs(actualFirst - first) <= 1e-12 * first) << index << ' ' << actualFirst;
    ASSERT_TRUE(actualSecond == second || std::abs(actualSecond - second) <= 1e-12 * second)
      << index << ' ' << actualSecond << " instead of " << second;
    const auto firstLabel = filter->GetFirstLabel()->GetPixel(index);
    const auto secondLabel = filter->GetSecondLabel()->GetPixel(index);
    ASSERT_EQ(firstLabel == 0, std::isinf(first)) << index;
    ASSERT_EQ(secondLabel == 0, std::isinf(second)) << index;
    ASSERT_TRUE(firstLabel == 0 || std::abs(std::sqrt(objects[firstLabel]) - first) <= 1e-12 * first) << index;
    ASSERT_TRUE(secondLabel == 0 || std::abs(std::sqrt(objects[secondLabel]) - second) <= 1e-12 * second) << index;
    ASSERT_TRUE(firstLabel == 0 || firstLabel != secondLabel) << index;
  }
}

template <unsigned int D>
void
ExpectDistancesOfManyImages(const TorchDevice & device)
{
  std::uint64_t seed = 0;
  for (const double share : D < 4 ? std::vector<double>{ 0.0, 0.02, 0.15, 0.6, 1.0 } : std::vector<double>{ 0.02 })
  {
    for (const unsigned int labels : { 1u, 2u, 7u })
    {
      for (const auto border : { itk::ObjectBorder::PixelCenter, itk::ObjectBorder::PixelEdge })
      {
        for (const bool isPhysical : { false, true })
        {
          const auto image = MakeRandomLabels<LabelImage<D>>(++seed, labels, share);
          auto       filter = MakeFilter(image.GetPointer(), device);
          filter->SetBorder(border);
          filter->SetUseImageSpacing(isPhysical);
          SCOPED_TRACE("seed " + std::to_string(seed));
          ExpectDistancesByLooking(filter.GetPointer());
          filter->SetMaximumDistance(2.3);
          ExpectDistancesByLooking(filter.GetPointer());
        }
      }
    }
  }
}

/** Labels of the two nearest objects by the rule that the filter promises, from looking at every pixel: squared
 * distances summed along x, y, … in units of the finest spacing, and of equal ones the smaller label. */
template <typename TImage>
class LabelsByRule
{
public:
  using IndexType = typename TImage::IndexType;
  using PixelType = typename TImage::PixelType;

  LabelsByRule(const TImage * image, bool isToEdge, double maximumDistance)
    : m_IsToEdge(isToEdge)
  {
    const auto & spacing = image->GetSpacing();
    const double finest = *std::min_element(spacing.Begin(), spacing.End());
    m_Reach = maximumDistance / (finest * (isToEdge ? 0.5 : 1.0));
    std::transform(spacing.Begin(), spacing.End(), m_Units.begin(), [finest](double s) { return s / finest; });
    for (itk::ImageRegionConstIterator<TImage> it(image, image->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
    {
      if (it.Get() != 0)
      {
        m_Objects.emplace_back(it.GetIndex(), it.Get());
      }
    }
  }

  std::pair<PixelType, PixelType>
  At(const IndexType & index) const
  {
    std::map<PixelType, double> nearest;
    for (const auto & [place, label] : m_Objects)
    {
      double squared = 0.0;
      for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
      {
        const auto   pixels = std::abs(static_cast<double>(place[axis] - index[axis]));
        const double steps = m_IsToEdge ? std::max(0.0, 2.0 * pixels - 1.0) : pixels;
        squared += m_Units[axis] * m_Units[axis] * (steps * steps);
      }
      if (squared <= m_Reach * m_Reach)
      {
        const auto found = nearest.emplace(label, squared).first;
        found->second = std::min(found->second, squared);
      }
    }
    std::vector<std::pair<double, PixelType>> sorted;
    for (const auto & [label, squared] : nearest)
    {
      sorted.emplace_back(squared, label);
    }
    std::sort(sorted.begin(), sorted.end());
    sorted.resize(std::max<std::size_t>(2, sorted.size()));
    return { sorted[0].second, sorted[1].second };
  }

private:
  bool                                         m_IsToEdge;
  double                                       m_Reach;
  std::array<double, TImage::ImageDimension>   m_Units;
  std::vector<std::pair<IndexType, PixelType>> m_Objects;
};

/** Everything a filter gives for a region of its output. */
template <typename TFilter>
std::vector<double>
ResultOf(TFilter * filter, const typename TFilter::OutputImageType::RegionType & region)
{
  filter->GetOutput()->SetRequestedRegion(region);
  filter->Update();
  std::vector<double> all;
  const auto          append = [&](const auto * image)
  {
    using ImageType = std::decay_t<decltype(*image)>;
    for (itk::ImageRegionConstIterator<ImageType> it(image, region); !it.IsAtEnd(); ++it)
    {
      all.push_back(static_cast<double>(it.Get()));
    }
  };
  append(filter->GetOutput());
  append(filter->GetSecondDistance());
  append(filter->GetFirstLabel());
  append(filter->GetSecondLabel());
  return all;
}

/** Of images with many equally far objects: labels follow the rule, and every piece has the bits of the whole.
 * \param isExact whether sums of squares in units of the finest axis have no rounding */
template <unsigned int D>
void
ExpectTiesWithoutARegion(const TorchDevice & device, const std::array<double, D> & spacing, bool isExact)
{
  for (std::uint64_t seed = 0; seed < 3; ++seed)
  {
    const auto image = MakeRandomLabels<LabelImage<D>>(seed + 1, 9, D == 2 ? 0.03 : 0.01, D == 2 ? 45 : 17);
    image->SetSpacing(spacing.data());
    const double finest = *std::min_element(spacing.begin(), spacing.end());
    for (const auto border : { itk::ObjectBorder::PixelCenter, itk::ObjectBorder::PixelEdge })
    {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", border " + std::to_string(static_cast<int>(border)));
      auto filter = MakeFilter(image.GetPointer(), device);
      filter->SetBorder(border);
      filter->SetMaximumDistance(8.1 * finest);
      const auto largest = image->GetLargestPossibleRegion();
      auto       whole = MakeFilter(image.GetPointer(), device);
      whole->SetParameters(filter->GetParameters());
      whole->Update();
      const LabelsByRule<LabelImage<D>> rule(
        image.GetPointer(), border == itk::ObjectBorder::PixelEdge, filter->GetMaximumDistance());
      std::size_t wrong = 0;
      for (itk::ImageRegionConstIterator<LabelImage<D>> it(image, largest); isExact && !it.IsAtEnd(); ++it)
      {
        const auto [first, second] = rule.At(it.GetIndex());
        wrong += whole->GetFirstLabel()->GetPixel(it.GetIndex()) != first ? 1 : 0;
        wrong += whole->GetSecondLabel()->GetPixel(it.GetIndex()) != second ? 1 : 0;
      }
      EXPECT_EQ(wrong, 0u) << "labels against the rule";
      for (unsigned int axis = 0; axis < D; ++axis)
      {
        for (const itk::SizeValueType begin : { 1u, 5u, 11u })
        {
          auto piece = largest;
          piece.SetIndex(axis, largest.GetIndex(axis) + static_cast<itk::IndexValueType>(begin));
          piece.SetSize(axis, 5);
          ASSERT_EQ(ResultOf(filter.GetPointer(), piece), ResultOf(whole.GetPointer(), piece)) << piece;
        }
      }
    }
  }
}
} // namespace

TEST_P(TwoNearestObjectsDistanceImageFilter, OfEquallyFarObjectsTheSmallerLabelIsNearerInEveryRegion)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectTiesWithoutARegion<2>(device, { 1.0, 1.0 }, true);
  ExpectTiesWithoutARegion<2>(device, { 0.8, 0.8 }, true);
  ExpectTiesWithoutARegion<2>(device, { 0.1, 0.1 }, true);
  ExpectTiesWithoutARegion<2>(device, { 0.5, 0.75 }, true);
  ExpectTiesWithoutARegion<2>(device, { 0.1, 0.3 }, true);
  ExpectTiesWithoutARegion<2>(device, { 0.3, 0.1 }, true);
  ExpectTiesWithoutARegion<3>(device, { 0.8, 0.8, 0.8 }, true);
  ExpectTiesWithoutARegion<3>(device, { 0.3, 0.3, 0.9 }, true);
  ExpectTiesWithoutARegion<3>(device, { 0.5, 0.25, 1.0 }, true);
  ExpectTiesWithoutARegion<3>(device, { 0.1, 0.3, 0.7 }, false);
  ExpectTiesWithoutARegion<3>(device, { 0.7, 0.3, 0.1 }, false);
}

TEST_P(TwoNearestObjectsDistanceImageFilter, GivesWhatLookingAtEveryPixelGives)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectDistancesOfManyImages<1>(device);
  ExpectDistancesOfManyImages<2>(device);
  ExpectDistancesOfManyImages<3>(device);
  ExpectDistancesOfManyImages<4>(device);
}

TEST_P(TwoNearestObjectsDistanceImageFilter, SquaredDistancesAreTheSquaresUpToAMaximumThatIsNotSquared)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeRandomLabels<LabelImage<2>>(5, 4, 0.05);
  auto       distance = MakeFilter(image.GetPointer(), device);
  distance->SetMaximumDistance(2.3);
  distance->Update();
  auto squared = MakeFilter(image.GetPointer(), device);
  squared->SetMaximumDistance(2.3);
  squared->SetSquaredDistance(true);
  squared->Update();
  std::size_t beyondOne = 0;
  const auto  compare = [&](double actual, double root)
  {
    EXPECT_TRUE(actual == root * root || std::abs(actual - root * root) <= 1e-12 * actual) << actual << ' ' << root;
    beyondOne += actual > 2.3 && std::isfinite(actual) ? 1 : 0;
  };
  for (itk::ImageRegionConstIterator<LabelImage<2>> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto index = it.GetIndex();
    compare(squared->GetOutput()->GetPixel(index), distance->GetOutput()->GetPixel(index));
    compare(squared->GetSecondDistance()->GetPixel(index), distance->GetSecondDistance()->GetPixel(index));
  }
  EXPECT_GT(beyondOne, 0u);
}

TEST_P(TwoNearestObjectsDistanceImageFilter, TakesIntegersOfEveryTypeAndKeepsLabelsApart)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto expect = [&device](auto one, auto other)
  {
    using PixelType = decltype(one);
    using ImageType = itk::Image<PixelType, 2>;
    auto image = ImageType::New();
    image->SetRegions(typename ImageType::SizeType{ { 5, 1 } });
    image->Allocate(true);
    image->SetPixel({ { 0, 0 } }, one);
    image->SetPixel({ { 4, 0 } }, other);
    auto filter = MakeFilter(image.GetPointer(), device);
    filter->Update();
    EXPECT_EQ(filter->GetFirstLabel()->GetPixel({ { 1, 0 } }), one);
    EXPECT_EQ(filter->GetSecondLabel()->GetPixel({ { 1, 0 } }), other);
    EXPECT_EQ(filter->GetSecondDistance()->GetPixel({ { 1, 0 } }), 3.0);
    EXPECT_EQ(filter->GetSecondDistance()->GetPixel({ { 4, 0 } }), 4.0);
  };
  expect(std::uint8_t{ 1 }, std::uint8_t{ 255 });
  expect(std::int8_t{ -1 }, std::int8_t{ 1 });
  expect(std::uint16_t{ 65535 }, std::uint16_t{ 1 });
  expect(std::int16_t{ -32768 }, std::int16_t{ 32767 });
  expect(std::uint32_t{ 1 }, std::uint32_t{ 1u << 31 });
  expect(std::int32_t{ -1 }, std::int32_t{ 1 });
  expect(std::int64_t{ 1 }, std::int64_t{ 1 } << 31);
  // Equal in their lower 32 bits.
  expect(std::int64_t{ 1 }, (std::int64_t{ 1 } << 32) + 1);
  expect(std::int64_t{ 1 } << 32, std::int64_t{ -1 });
  expect(~std::uint64_t{ 0 }, std::uint64_t{ 1 } << 33);
}

TEST_P(TwoNearestObjectsDistanceImageFilter, TheSmallerLabelOfEveryTypeIsTheSmallerNumber)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto expect = [&device](auto smaller, auto larger)
  {
    for (const bool isSmallerLeft : { false, true })
    {
      using ImageType = itk::Image<decltype(smaller), 2>;
      auto image = ImageType::New();
      image->SetRegions(typename ImageType::SizeType{ { 5, 3 } });
      image->Allocate(true);
      image->SetPixel({ { isSmallerLeft ? 0 : 4, 1 } }, smaller);
      image->SetPixel({ { isSmallerLeft ? 4 : 0, 1 } }, larger);
      auto filter = MakeFilter(image.GetPointer(), device);
      filter->Update();
      EXPECT_EQ(filter->GetFirstLabel()->GetPixel({ { 2, 0 } }), smaller);
      EXPECT_EQ(filter->GetSecondLabel()->GetPixel({ { 2, 0 } }), larger);
    }
  };
  expect(std::int8_t{ -1 }, std::int8_t{ 1 });
  expect(std::uint16_t{ 1 }, std::uint16_t{ 65535 });
  expect(std::uint32_t{ 1 }, std::uint32_t{ 1u << 31 });
  expect(std::uint32_t{ 1u << 31 }, ~std::uint32_t{ 0 });
  expect(std::int32_t{ -1 }, std::int32_t{ 1 });
  expect(std::int64_t{ -1 }, std::int64_t{ 1 } << 40);
  expect(std::uint64_t{ 1 } << 33, ~std::uint64_t{ 0 });
}

TEST_P(TwoNearestObjectsDistanceImageFilter, StreamsWithAMaximumDistanceAndAsksForItsMarginOnly)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeRandomLabels<LabelImage<2>>(3, 5, 0.05, 40);
  auto       whole = MakeFilter(image.GetPointer(), device);
  whole->SetMaximumDistance(4.0);
  whole->Update();

  auto copy = itk::ShiftScaleImageFilter<LabelImage<2>, LabelImage<2>>::New();
  copy->SetInput(image);
  auto monitor = itk::PipelineMonitorImageFilter<LabelImage<2>>::New();
  monitor->SetInput(copy->GetOutput());
  auto pieces = MakeFilter(monitor->GetOutput(), device);
  pieces->SetMaximumDistance(4.0);
  using DistanceImage = itk::Image<double, 2>;
  auto streamer = itk::StreamingImageFilter<DistanceImage, DistanceImage>::New();
  streamer->SetInput(pieces->GetSecondDistance());
  streamer->SetNumberOfStreamDivisions(4);
  streamer->Update();
  ExpectSameImage<DistanceImage>(streamer->GetOutput(), whole->GetSecondDistance());
  EXPECT_TRUE(monitor->VerifyAllInputCanStream(4));
  // Spacing 1.2 along y: a piece of 10 rows and at most 4 / 1.2 + 1, rounded up, on either side.
  for (const auto & region : monitor->GetUpdatedRequestedRegions())
  {
    EXPECT_LE(region.GetSize(1), 10u + 2 * 5);
  }
}

TEST_P(TwoNearestObjectsDistanceImageFilter, AnObserverCanAbortAndTheNextRunIsGood)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeRandomLabels<LabelImage<2>>(4, 5, 0.02, 90);
  auto       filter = MakeFilter(image.GetPointer(), device);
  float      last = 0.0f;
  const auto tag = filter->AddObserver(itk::ProgressEvent(),
                                       [&](const itk::EventObject &)
                                       {
                                         last = filter->GetProgress();
                                         filter->SetAbortGenerateData(last > 0.0f);
                                       });
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
  EXPECT_GT(last, 0.0f);
  EXPECT_LT(last, 1.0f);
  filter->RemoveObserver(tag);
  ExpectDistancesByLooking(filter.GetPointer());
}

TEST_P(TwoNearestObjectsDistanceImageFilter, ReportsProgressAndCanBeAbortedWithinALongStep)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto size = device.IsHost() ? 1200 : 200;
  ExpectProgressAndAborts(
    MakeFilter(MakeRandomLabels<LabelImage<2>>(4, 5, 0.02, size).GetPointer(), device).GetPointer(), 0.15);
  const auto volume = MakeRandomLabels<LabelImage<3>>(4, 5, 0.02, device.IsHost() ? 130 : 40);
  ExpectProgressAndAborts(MakeFilter(volume.GetPointer(), device).GetPointer(), 0.15);
}

TEST(TwoNearestObjectsDistance, EveryNumberOfThreadsGivesTheSameBits)
{
  const auto image = MakeRandomLabels<LabelImage<3>>(5, 40, 0.01, 50);
  auto       filter = MakeFilter(image.GetPointer());
  const auto threads = itk::TorchRuntime::GetNumberOfThreads();
  const auto compute = [&](unsigned int number)
  {
    itk::TorchRuntime::SetNumberOfThreads(number);
    filter->Modified();
    filter->Update();
    std::vector<double> all;
    for (auto * const output : { filter->GetOutput(), filter->GetSecondDistance() })
    {
      auto * const pixels = output->GetPixelContainer();
      all.insert(all.end(), pixels->GetBufferPointer(), pixels->GetBufferPointer() + pixels->Size());
    }
    for (auto * const output : { filter->GetFirstLabel(), filter->GetSecondLabel() })
    {
      auto * const pixels = output->GetPixelContainer();
      all.insert(all.end(), pixels->GetBufferPointer(), pixels->GetBufferPointer() + pixels->Size());
    }
    return all;
  };
  const auto one = compute(1);
  EXPECT_EQ(compute(2), one);
  EXPECT_EQ(compute(5), one);
  itk::TorchRuntime::SetNumberOfThreads(threads);
}

TEST(TwoNearestObjectsDistance, RealNucleiGetTheBitsOfITKsDistanceMapForEachLabel)
{
  const std::string folder = ITKTorch_NUCLEI_FOLDER;
  if (!std::filesystem::exists(folder))
  {
    GTEST_SKIP() << folder << " is not there.";
  }
  using ImageType = LabelImage<2>;
  using DistanceImage = itk::Image<float, 2>;
  const auto labels = itk::ReadImage<ImageType>(folder + "/labels/00071198.png");
  auto       filter = MakeFilter<ImageType, DistanceImage>(labels.GetPointer());
  filter->Update();

  const auto         size = labels->GetPixelContainer()->Size();
  const auto * const label = labels->GetPixelContainer()->GetBufferPointer();
  std::vector<float> first(size, std::numeric_limits<float>::infinity());
  std::vector<float> second = first;
  const unsigned int last = *std::max_element(label, label + size);
  ASSERT_GT(last, 10u);
  for (unsigned int object = 1; object <= last; ++object)
  {
    auto mask = ImageType::New();
    mask->CopyInformation(labels);
    mask->SetRegions(labels->GetLargestPossibleRegion());
    mask->Allocate();
    std::transform(label,
                   label + size,
                   mask->GetPixelContainer()->GetBufferPointer(),
                   [object](unsigned short pixel) { return static_cast<unsigned short>(pixel == object); });
    auto maurer = itk::SignedMaurerDistanceMapImageFilter<ImageType, DistanceImage>::New();
    maurer->SetInput(mask);
    maurer->SquaredDistanceOff();
    maurer->Update();
    const float * const distance = maurer->GetOutput()->GetPixelContainer()->GetBufferPointer();
    for (std::size_t i = 0; i < size; ++i)
    {
      const float clipped = std::max(distance[i], 0.0f);
      second[i] = std::min(second[i], std::max(first[i], clipped));
      first[i] = std::min(first[i], clipped);
    }
  }
  EXPECT_TRUE(std::equal(first.begin(), first.end(), filter->GetOutput()->GetPixelContainer()->GetBufferPointer()));
  EXPECT_TRUE(
    std::equal(second.begin(), second.end(), filter->GetSecondDistance()->GetPixelContainer()->GetBufferPointer()));
}

TEST(TwoNearestObjectsDistance, AHundredThousandObjectsOfOnePixel)
{
  using ImageType = itk::Image<std::uint32_t, 2>;
  auto image = ImageType::New();
  image->SetRegions(ImageType::SizeType{ { 640, 640 } });
  image->Allocate(true);
  std::uint32_t number = 0;
  for (long y = 0; y < 640; y += 2)
  {
    for (long x = 0; x < 640; x += 2)
    {
      image->SetPixel({ { x, y } }, ++number);
    }
  }
  ASSERT_GT(number, 100000u);
  auto filter = MakeFilter(image.GetPointer());
  filter->Update();
  for (itk::ImageRegionConstIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto index = it.GetIndex();
    const bool isOddX = index[0] % 2 == 1;
    const bool isOddY = index[1] % 2 == 1;
    const bool isInside = index[0] < 639 && index[1] < 639;
    if (isInside)
    {
      const double first = isOddX && isOddY ? std::sqrt(2.0) : isOddX || isOddY ? 1.0 : 0.0;
      ASSERT_EQ(filter->GetOutput()->GetPixel(index), first) << index;
      ASSERT_EQ(filter->GetSecondDistance()->GetPixel(index), isOddX || isOddY ? first : 2.0) << index;
    }
  }
}

TEST(TwoNearestObjectsDistance, OneObjectHasNoSecondAndAnEmptyImageHasNone)
{
  auto image = MakeRandomLabels<LabelImage<2>>(1, 1, 0.0);
  auto filter = MakeFilter(image.GetPointer());
  filter->Update();
  EXPECT_TRUE(std::isinf(filter->GetOutput()->GetPixel({ { 4, 0 } })));
  image->FillBuffer(9);
  image->Modified();
  filter->Update();
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 4, 0 } }), 0.0);
  EXPECT_EQ(filter->GetFirstLabel()->GetPixel({ { 4, 0 } }), 9);
  EXPECT_TRUE(std::isinf(filter->GetSecondDistance()->GetPixel({ { 4, 0 } })));
  EXPECT_EQ(filter->GetSecondLabel()->GetPixel({ { 4, 0 } }), 0);
}

TEST(TwoNearestObjectsDistance, BadInputIsNamed)
{
  auto image = MakeRandomLabels<LabelImage<2>>(1, 3, 0.3);
  auto filter = MakeFilter(image.GetPointer());
  filter->SetMaximumDistance(-1.0);
  ExpectContains(MessageOf([&] { filter->Update(); }), "MaximumDistance must be greater than 0, but is -1.");
  filter->SetMaximumDistance(5.0);
  // ITK 5.2 ends the program when an image gets a spacing that is not a number, and refuses 0.
  float      pixels[6]{};
  const auto messageFor = [&pixels](const std::vector<double> & spacing)
  {
    const auto labels = itk::TorchTensor::FromPixels(pixels, itk::TorchComponentType::Int32, { 3, 2 }, 1);
    return MessageOf(
      [&] {
        itk::TwoNearestObjectsDistance::Compute(labels, spacing, {}, itk::TorchComponentType::Float32, [](double) {});
      });
  };
  const double notANumber = std::numeric_limits<double>::quiet_NaN();
  ExpectContains(messageFor({ 1.0, notANumber }), "Spacing along axis 1 must be a number greater than 0, but is nan.");
  ExpectContains(messageFor({ 0.0, 1.0 }), "axis 0 must be a number greater than 0, but is 0.");
  ExpectContains(messageFor({ 1.0 }), "Spacing must be one number for each of the 2 axes, but there are 1.");
  auto empty = LabelImage<2>::New();
  empty->SetRegions(LabelImage<2>::SizeType{ { 0, 5 } });
  empty->Allocate();
  ExpectContains(MessageOf([&] { MakeFilter(empty.GetPointer())->Update(); }), "at least 1 pixel");
}
