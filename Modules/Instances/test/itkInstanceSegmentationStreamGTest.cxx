// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentationStream.h"
#include "itkStreamedProbabilities.h"

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

} // namespace

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

TEST(InstanceSegmentationStream, LabelsLeaveAsSoonAsTheirObjectsAreWhole)
{
  const TemporaryFolder          folder;
  InstanceSegmentationParameters parameters;
  parameters.MinimumSeedSize = 0;
  Probabilities image = Draw({ "###......", "#.#......", "###......", ".........", ".....##..", "........." });
  std::int64_t  left = 0;
  itk::InstanceSegmentationStream stream(image.Size,
                                         image.Spacing,
                                         parameters,
                                         folder.File("maps"),
                                         [&](const std::uint32_t *, std::int64_t count) { left += count; });
  // After each row, the rows whose labels no later row can change.
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < 6; ++row)
  {
    stream.Append(image.GetPlanes(row, 1), [](double) {});
    EXPECT_EQ(left % 9, 0);
    rows.push_back(left / 9);
  }
  EXPECT_EQ(rows, (std::vector<std::int64_t>{ 0, 0, 0, 3, 3, 6 }));
  EXPECT_EQ(stream.GetNumberOfObjects(), 2u);
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
  // The levels of the small objects alone tell steps along x from those along y, which those of the whole image do not.
  InstanceSegmentationParameters parameters;
  parameters.Seeds = InstanceSeeds::DistanceMaxima;
  parameters.MaximaHeight = 0.5;
  parameters.Landscape = InstanceLandscape::MaskDistance;
  parameters.UseImageSpacing = true;
  int differences = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
  {
    Probabilities small{ { 60, 44 }, {}, 1, { 1.0, 1.0002 } };
    TorchRandom   random(seed);
    for (std::int64_t pixel = 0; pixel < 60 * 44; ++pixel)
    {
      small.Values.push_back(pixel / 60 < 43 && random.Uniform(0.0, 1.0) < 0.9 ? 0.9f : 0.1f);
    }
    auto image = small;
    image.Size[1] = 110;
    image.Values.resize(60 * 110, 0.9f);
    EXPECT_GT(ExpectSameAsWhole(image, parameters, { 1, 44, 45, 60, 110 }), 30u);
    const auto alone = WholeLabels(small, parameters);
    const auto together = WholeLabels(image, parameters);
    differences += std::equal(alone.begin(), alone.end(), together.begin()) ? 0 : 1;
  }
  EXPECT_GT(differences, 0);
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
  image.Spacing = { 1.0 };
  ExpectContains(MessageOf([&] { StreamLabels(image, parameters, 1); }), "there are 1.");
  image.Spacing = { 1.0, 1.0 };
  image.Values[9] = 1.5f;
  ExpectContains(MessageOf([&] { StreamLabels(image, parameters, 1); }), "in [0, 1], but one is 1.5.");
}
