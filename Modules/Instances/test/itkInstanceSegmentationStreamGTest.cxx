// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentationStream.h"
#include "itkInstanceTestImages.h"
#include "itkTestHelpers.h"

#include <algorithm>
#include <numeric>

using itk::InstanceChannels;
using itk::InstanceLandscape;
using itk::InstanceSeeds;
using itk::InstanceSegmentationParameters;
using itk::InstanceSeparation;
using itk::TorchRandom;
using namespace itk::Test;

namespace
{
/** An image along x, y, z, …, with interleaved components. */
struct Probabilities
{
  std::vector<std::int64_t> Size;
  std::vector<float>        Values;
  std::int64_t              Components{ 1 };
  std::vector<double>       Spacing;

  std::size_t
  GetSlabAxis() const
  {
    std::size_t axis = Size.size() - 1;
    for (; axis > 0 && Size[axis] == 1; --axis)
    {}
    return axis;
  }

  /** `count` planes from `first` on. */
  itk::TorchTensor
  GetPlanes(std::int64_t first, std::int64_t count)
  {
    auto size = Size;
    size[this->GetSlabAxis()] = count;
    const std::int64_t plane = itk::NumberOfPixels(size) / std::max<std::int64_t>(1, count);
    return itk::TorchTensor::FromPixels(
      Values.data() + first * plane * Components, itk::TorchComponentType::Float32, size, Components);
  }
};

using Labels = std::vector<std::uint32_t>;

Labels
WholeLabels(Probabilities & image, const InstanceSegmentationParameters & parameters)
{
  const auto         result = itk::InstanceSegmentation::Compute(image.GetPlanes(0, image.Size[image.GetSlabAxis()]),
                                                         image.Spacing,
                                                         parameters,
                                                         itk::TorchComponentType::UInt32,
                                                         [](double) {});
  const auto * const labels = static_cast<const std::uint32_t *>(result.Labels.GetPointer());
  return { labels, labels + itk::NumberOfPixels(image.Size) };
}

/** What a stream gave. */
struct Streamed
{
  Labels        Numbers;
  std::uint64_t Objects;
  std::int64_t  LargestExtent;
  std::int64_t  LargestNumberOfPlanes;
};

Streamed
StreamLabels(Probabilities & image, const InstanceSegmentationParameters & parameters, std::int64_t thickness)
{
  const TemporaryFolder           folder;
  Labels                          labels;
  itk::InstanceSegmentationStream stream(image.Size,
                                         image.Spacing,
                                         parameters,
                                         folder.File("maps"),
                                         [&](const std::uint32_t * pixels, std::int64_t count)
                                         { labels.insert(labels.end(), pixels, pixels + count); });
  const std::int64_t              planes = image.Size[image.GetSlabAxis()];
  for (std::int64_t first = 0; first < planes; first += thickness)
  {
    stream.Append(image.GetPlanes(first, std::min(thickness, planes - first)), [](double) {});
  }
  EXPECT_EQ(folder.GetNumberOfFiles(), 0u);
  return { labels, stream.GetNumberOfObjects(), stream.GetLargestExtent(), stream.GetLargestNumberOfPlanes() };
}

/** Planes that the largest component of the mask extends over. */
std::int64_t
LargestExtentOf(Probabilities & image, InstanceSegmentationParameters parameters)
{
  parameters.Separation = InstanceSeparation::None;
  parameters.FillHoles = false;
  parameters.MinimumObjectSize = 0;
  parameters.MergeThreshold = 1.0;
  const auto labels = WholeLabels(image, parameters);
  const auto planes = image.Size[image.GetSlabAxis()];
  const auto plane = static_cast<std::int64_t>(labels.size()) / planes;
  std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>> extents;
  std::int64_t                                                   largest = 0;
  for (std::int64_t pixel = 0; pixel < static_cast<std::int64_t>(labels.size()); ++pixel)
  {
    const std::uint32_t label = labels[static_cast<std::size_t>(pixel)];
    if (label != 0)
    {
      const auto [first, last] = std::pair(extents.emplace(label, std::pair(pixel / plane, 0)).first, pixel / plane);
      largest = std::max(largest, last + 1 - first->second.first);
    }
  }
  return largest;
}

/** \return number of objects */
std::uint64_t
ExpectSameAsWhole(Probabilities &                        image,
                  const InstanceSegmentationParameters & parameters,
                  const std::vector<std::int64_t> &      thicknesses)
{
  const auto    expected = WholeLabels(image, parameters);
  const auto    extent = LargestExtentOf(image, parameters);
  std::uint64_t objects = expected.empty() ? 0 : *std::max_element(expected.begin(), expected.end());
  for (const std::int64_t thickness : thicknesses)
  {
    const auto streamed = StreamLabels(image, parameters, thickness);
    EXPECT_EQ(streamed.Numbers, expected) << "in slabs of " << thickness;
    EXPECT_EQ(streamed.Objects, objects);
    EXPECT_EQ(streamed.LargestExtent, extent);
    EXPECT_LE(streamed.LargestNumberOfPlanes, thickness + extent + 1);
  }
  return objects;
}

/** One row for each string: digits are tenths, '#' is 0.9, others 0.1. */
Probabilities
Draw(const std::vector<std::string> & rows)
{
  Probabilities image{
    { static_cast<std::int64_t>(rows[0].size()), static_cast<std::int64_t>(rows.size()) }, {}, 1, { 1.0, 1.0 }
  };
  for (const std::string & row : rows)
  {
    for (const char c : row)
    {
      image.Values.push_back(c == '#' ? 0.9f : c >= '0' && c <= '9' ? 0.1f * static_cast<float>(c - '0') : 0.1f);
    }
  }
  return image;
}

std::vector<std::int64_t>
EveryThicknessOf(const Probabilities & image)
{
  std::vector<std::int64_t> thicknesses(static_cast<std::size_t>(image.Size[image.GetSlabAxis()]));
  std::iota(thicknesses.begin(), thicknesses.end(), 1);
  return thicknesses;
}

/** With and without holes, both kinds of connectivity, every thickness of slabs. */
void
ExpectSameInAllWays(Probabilities image)
{
  for (const int ways : { 0, 1, 2, 3, 4, 5, 6, 7 })
  {
    InstanceSegmentationParameters parameters;
    parameters.FillHoles = (ways & 1) != 0;
    parameters.FullyConnected = (ways & 2) != 0;
    parameters.MinimumSeedSize = 0;
    parameters.KeepUnseeded = (ways & 4) != 0;
    ExpectSameAsWhole(image, parameters, EveryThicknessOf(image));
  }
}

/** Noise, waves or rings, which have objects of all shapes and within each other. */
Probabilities
MakeRandomProbabilities(TorchRandom & random, std::vector<std::int64_t> size, std::int64_t components)
{
  Probabilities image{ std::move(size), {}, components, {} };
  for (std::size_t axis = 0; axis < image.Size.size(); ++axis)
  {
    image.Spacing.push_back(0.5 + std::floor(random.Uniform(0.0, 4.0)) * 0.3);
  }
  const double kind = random.Uniform(0.0, 3.0);
  const double noise = kind < 1.0 ? 1.0 : random.Uniform(0.0, 0.4);
  const double step = random.Uniform(0.4, 1.2);
  const double bias = random.Uniform(-0.1, 0.2);
  for (std::int64_t pixel = 0; pixel < itk::NumberOfPixels(image.Size); ++pixel)
  {
    double       wave = 0.0;
    double       radius = 0.0;
    std::int64_t rest = pixel;
    for (const std::int64_t length : image.Size)
    {
      const auto at = static_cast<double>(rest % length);
      wave += std::sin(step * at) / static_cast<double>(image.Size.size());
      radius += (at - 0.4 * static_cast<double>(length)) * (at - 0.4 * static_cast<double>(length));
      rest /= length;
    }
    const double signal = 0.5 + 0.5 * (kind < 2.0 ? wave : std::sin(2.0 * step * std::sqrt(radius)));
    const double p = std::clamp((1.0 - noise) * signal + noise * random.Uniform(0.0, 1.0) + bias, 0.0, 1.0);
    const double border = random.Uniform(0.0, 1.0 - p);
    const std::vector<double> values = components == 1   ? std::vector{ p }
                                       : components == 2 ? std::vector{ p, border }
                                                         : std::vector{ 1.0 - p - border, p, border };
    image.Values.insert(image.Values.end(), values.begin(), values.end());
  }
  return image;
}

InstanceSegmentationParameters
MakeRandomParameters(TorchRandom & random)
{
  const auto isHeads = [&] { return random.Uniform(0.0, 1.0) < 0.5; };
  const auto oneOf = [&](std::initializer_list<double> values)
  { return values.begin()[static_cast<std::size_t>(random.Uniform(0.0, static_cast<double>(values.size())))]; };
  InstanceSegmentationParameters parameters;
  parameters.Channels = static_cast<InstanceChannels>(static_cast<int>(oneOf({ 0, 0, 1, 2, 3, 4 })));
  parameters.MaskThreshold = oneOf({ 0.4, 0.5, 0.6 });
  parameters.Separation = oneOf({ 0, 1, 1, 1 }) < 0.5 ? InstanceSeparation::None : InstanceSeparation::Watershed;
  parameters.Seeds = isHeads() ? InstanceSeeds::Probability : InstanceSeeds::DistanceMaxima;
  parameters.SeedThreshold = oneOf({ 0.5, 0.7, 0.9 });
  parameters.BorderThreshold = oneOf({ 0.3, 0.5 });
  parameters.MinimumSeedSize = static_cast<std::uint64_t>(oneOf({ 0, 2, 5 }));
  parameters.MaximaHeight = oneOf({ 0.0, 0.5, 1.0 });
  parameters.Landscape = isHeads() ? InstanceLandscape::Probability : InstanceLandscape::MaskDistance;
  parameters.KeepUnseeded = isHeads();
  parameters.MergeThreshold = oneOf({ 1.0, 0.8, 0.6 });
  parameters.MinimumObjectSize = static_cast<std::uint64_t>(oneOf({ 0, 2, 5, 10 }));
  parameters.FillHoles = oneOf({ 0, 1, 1 }) > 0.5;
  parameters.FullyConnected = isHeads();
  parameters.UseImageSpacing = isHeads();
  return parameters;
}

void
ExpectSameForRandomImages(std::uint64_t seed, int count, const std::vector<std::vector<std::int64_t>> & sizes)
{
  std::uint64_t objects = 0;
  for (int i = 0; i < count; ++i)
  {
    TorchRandom random(seed + static_cast<std::uint64_t>(i));
    const auto  parameters = MakeRandomParameters(random);
    auto        image = MakeRandomProbabilities(
      random, sizes[static_cast<std::size_t>(i) % sizes.size()], parameters.GetNumberOfComponents());
    const auto planes = static_cast<double>(image.Size[image.GetSlabAxis()]);
    objects +=
      ExpectSameAsWhole(image, parameters, { 1 + i % 3, 1 + static_cast<std::int64_t>(random.Uniform(0.0, planes)) });
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed + static_cast<std::uint64_t>(i);
  }
  EXPECT_GT(objects, static_cast<std::uint64_t>(4 * count));
}
} // namespace

TEST(InstanceSegmentationStream, RandomImagesHaveTheObjectsOfTheWholeImage)
{
  ExpectSameForRandomImages(1000, 400, { { 23, 31 }, { 40, 17 }, { 12, 60 } });
}

TEST(InstanceSegmentationStream, RandomVolumesHaveTheObjectsOfTheWholeImage)
{
  ExpectSameForRandomImages(2000, 200, { { 9, 8, 11 }, { 7, 1, 23 }, { 12, 11, 6 }, { 5, 6, 4, 7 } });
}

TEST(InstanceSegmentationStream, AnAxisOfOnePixelIsNotCutInSlabs)
{
  ExpectSameForRandomImages(3000, 40, { { 40, 23, 1 }, { 61, 1, 1 }, { 61, 1 }, { 1, 61 }, { 1, 1, 61 } });
}

TEST(InstanceSegmentationStream, ThinAndTinyImages)
{
  for (const auto & size : std::vector<std::vector<std::int64_t>>{ { 1, 1 }, { 2, 1 }, { 1, 2 }, { 2, 2 }, { 3, 2 } })
  {
    for (const float probability : { 0.0f, 0.9f })
    {
      const auto pixels = static_cast<std::size_t>(itk::NumberOfPixels(size));
      ExpectSameInAllWays({ size, std::vector<float>(pixels, probability), 1, { 1.0, 1.0 } });
    }
  }
}

TEST(InstanceSegmentationStream, NoMaskAndNothingElse)
{
  ExpectSameInAllWays({ { 7, 9 }, std::vector<float>(63, 0.2f), 1, { 1.0, 1.0 } });
  Probabilities full{ { 7, 9 }, std::vector<float>(63, 0.9f), 1, { 1.0, 1.0 } };
  ExpectSameInAllWays(full);
  InstanceSegmentationParameters parameters;
  parameters.Seeds = InstanceSeeds::DistanceMaxima;
  parameters.Landscape = InstanceLandscape::MaskDistance;
  EXPECT_EQ(ExpectSameAsWhole(full, parameters, EveryThicknessOf(full)), 1u);
}

TEST(InstanceSegmentationStream, ObjectsThatCrossAllSlabs)
{
  ExpectSameInAllWays(Draw({ "#########",
                             "........#",
                             "#######.#",
                             "#.....#.#",
                             "#.###.#.#",
                             "#.#.#.#.#",
                             "#.#...#.#",
                             "#.#####.#",
                             "#.......#",
                             "#########" }));
  ExpectSameInAllWays(Draw({ "#...#..#.", "#.#.#..#.", "#...#..#.", "#.#.#....", "#####..##", "........#" }));
  ExpectSameInAllWays(
    Draw({ "..#####..", "..#...#..", "..#.#.#..", "..#...#..", "..#...#..", "#........", "#.######." }));
}

TEST(InstanceSegmentationStream, AHoleThatASecondObjectIsInStaysWhereverTheSlabsAreCut)
{
  ExpectSameInAllWays(
    Draw({ ".........", ".#######.", ".#.....#.", ".#.##..#.", ".#.....#.", ".#.....#.", ".#######.", "........." }));
  // Rings in rings, one of them with a gap.
  ExpectSameInAllWays(Draw({ "###########",
                             "#.........#",
                             "#.#######.#",
                             "#.#.....#.#",
                             "#.#.###.#.#",
                             "#.#.#.#.#.#",
                             "#.#.###.#.#",
                             "#.#.....#.#",
                             "#.###.###.#",
                             "#.........#",
                             "###########" }));
}

TEST(InstanceSegmentationStream, AWholeRingIsNotPartedFromWhatIsInItByAnObjectAroundBoth)
{
  // In slabs of seven rows the outer object is open when ring and dot are whole; the box around it holds the dot alone.
  ExpectSameInAllWays(Draw({ "..#####..",
                             "..#...#..",
                             "#.#.#.#.#",
                             "#.#...#.#",
                             "#.#####.#",
                             "#.......#",
                             "#########",
                             "#.......#",
                             "........#" }));
}

TEST(InstanceSegmentationStream, ADroppedObjectInAHoleIsFilledWithIt)
{
  auto image = Draw({ "........", ".######.", ".#....#.", ".#.#..#.", ".#....#.", ".#....#.", ".######.", "........" });
  InstanceSegmentationParameters parameters;
  parameters.MinimumObjectSize = 2;
  EXPECT_EQ(ExpectSameAsWhole(image, parameters, EveryThicknessOf(image)), 1u);
  parameters.MinimumObjectSize = 0;
  EXPECT_EQ(ExpectSameAsWhole(image, parameters, EveryThicknessOf(image)), 2u);
  parameters.KeepUnseeded = false;
  EXPECT_EQ(ExpectSameAsWhole(image, parameters, EveryThicknessOf(image)), 1u);
}

TEST(InstanceSegmentationStream, ObjectsThatTouchAtCornersOnly)
{
  ExpectSameInAllWays(
    Draw({ "#.....#", ".#...#.", "..#.#..", "...#...", "..#.#..", ".#...#.", "#..#..#", "..#.#..", "...#..." }));
  // A ring that is closed at corners only, and its hole that is open there.
  ExpectSameInAllWays(
    Draw({ "...#....", "..#.#...", ".#...#..", "#..#..#.", ".#...#..", "..#.#...", "...#...#", "......#." }));
}

TEST(InstanceSegmentationStream, ObjectsOnTheFirstAndTheLastPlane)
{
  ExpectSameInAllWays(Draw({ "##.####.#", ".........", "...###...", "...#.#...", "##.#.#.##" }));
}

TEST(InstanceSegmentationStream, ShellsOfAVolumeKeepTheirInsides)
{
  Probabilities image{ { 9, 8, 10 }, {}, 1, { 1.0, 1.0, 1.0 } };
  for (std::int64_t pixel = 0; pixel < itk::NumberOfPixels(image.Size); ++pixel)
  {
    const std::int64_t place[] = { pixel % 9, pixel / 9 % 8, pixel / 72 };
    std::int64_t       depth = 100;
    for (int axis = 0; axis < 3; ++axis)
    {
      depth = std::min({ depth, place[axis], image.Size[static_cast<std::size_t>(axis)] - 1 - place[axis] });
    }
    image.Values.push_back(depth == 1 || depth == 3 ? 0.9f : 0.1f);
  }
  ExpectSameInAllWays(image);
  // Through the gap the outside comes in.
  image.Values[72 * 8 + 9 * 3 + 4] = 0.1f;
  ExpectSameInAllWays(image);
}

TEST(InstanceSegmentationStream, DistancesAreLevelledAsFarAsTheLargestOfTheImage)
{
  // Steps along x and y are told apart by the levels of small objects alone, but not by those of a large one's image.
  Probabilities image{ { 40, 90 }, {}, 1, { 1.0, 1.0002 } };
  TorchRandom   random(3);
  for (std::int64_t pixel = 0; pixel < 40 * 90; ++pixel)
  {
    const bool isNoise = pixel / 40 < 44 || pixel / 40 > 84;
    image.Values.push_back(isNoise ? (random.Uniform(0.0, 1.0) < 0.75 ? 0.9f : 0.1f) : pixel / 40 > 45 ? 0.9f : 0.1f);
  }
  InstanceSegmentationParameters parameters;
  parameters.Seeds = InstanceSeeds::DistanceMaxima;
  parameters.MaximaHeight = 0.0;
  parameters.Landscape = InstanceLandscape::MaskDistance;
  parameters.UseImageSpacing = true;
  EXPECT_GT(ExpectSameAsWhole(image, parameters, { 1, 7, 30, 89, 90 }), 100u);
}

TEST(InstanceSegmentationStream, ABadProbabilityAndParametersThatNeedTheWholeImageAreNamed)
{
  auto                           image = Draw({ "....", "####", "...." });
  InstanceSegmentationParameters parameters;
  parameters.Landscape = InstanceLandscape::SeedDistance;
  ExpectContains(MessageOf([&] { StreamLabels(image, parameters, 1); }),
                 "Landscape seed-distance needs the whole image in memory");
  parameters.Separation = InstanceSeparation::None;
  EXPECT_EQ(ExpectSameAsWhole(image, parameters, { 1 }), 1u);
  parameters.MaskThreshold = -1.0;
  ExpectContains(MessageOf([&] { StreamLabels(image, parameters, 1); }), "MaskThreshold must be in [0, 1], but is -1.");
  parameters.MaskThreshold = 0.5;
  parameters.Channels = InstanceChannels::ForegroundBorder;
  ExpectContains(MessageOf([&] { StreamLabels(image, parameters, 1); }), "must have 2 components, but have 1.");
  parameters.Channels = InstanceChannels::Foreground;
  image.Spacing = { 1.0, 0.0 };
  ExpectContains(MessageOf([&] { StreamLabels(image, parameters, 1); }), "Spacing along axis 1");
  image.Spacing = { 1.0, 1.0 };
  image.Values[9] = 1.5f;
  ExpectContains(MessageOf([&] { StreamLabels(image, parameters, 1); }), "in [0, 1], but one is 1.5.");
}
