// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentation.h"
#include "itkDistanceMaxima.h"
#include "itkInstanceTestImages.h"

using itk::InstanceChannels;
using itk::InstanceLandscape;
using itk::InstanceSeeds;
using itk::InstanceSegmentationParameters;
using itk::InstanceSeparation;
using itk::TorchComponentType;
using itk::TorchTensor;

namespace
{
/** One row for each string; a digit d is the probability d / 10, '#' is 1 and '.' is 0. */
std::vector<float>
DrawProbabilities(const std::vector<std::string> & rows)
{
  std::vector<float> pixels;
  for (const std::string & row : rows)
  {
    for (const char c : row)
    {
      pixels.push_back(c == '#' ? 1.0f : c == '.' ? 0.0f : static_cast<float>(c - '0') / 10.0f);
    }
  }
  return pixels;
}

/** What it gives, drawn with '.' for 0.
 * \param depth planes of a volume; 0: the image is a plane */
std::vector<std::string>
Segment(std::vector<float>                     pixels,
        std::int64_t                           width,
        const InstanceSegmentationParameters & parameters,
        std::int64_t                           depth = 0,
        double                                 spacing = 1.0)
{
  const std::int64_t        components = parameters.GetNumberOfComponents();
  const std::int64_t        rows = static_cast<std::int64_t>(pixels.size()) / components / width;
  std::vector<std::int64_t> size{ width, rows / std::max<std::int64_t>(1, depth) };
  if (depth > 0)
  {
    size.push_back(depth);
  }
  const auto result = itk::InstanceSegmentation::Compute(
    TorchTensor::FromPixels(pixels.data(), TorchComponentType::Float32, size, components),
    std::vector<double>(size.size(), spacing),
    parameters,
    TorchComponentType::UInt8,
    [](double) {});
  const auto *             labels = static_cast<const std::uint8_t *>(result.Labels.GetPointer());
  std::vector<std::string> drawn;
  for (std::int64_t row = 0; row < rows; ++row)
  {
    drawn.emplace_back();
    for (std::int64_t x = 0; x < width; ++x, ++labels)
    {
      drawn.back().push_back(*labels == 0 ? '.' : static_cast<char>('0' + *labels));
    }
  }
  return drawn;
}

std::vector<std::string>
Segment(const std::vector<std::string> &       rows,
        const InstanceSegmentationParameters & parameters,
        std::int64_t                           depth = 0,
        double                                 spacing = 1.0)
{
  return Segment(DrawProbabilities(rows), static_cast<std::int64_t>(rows[0].size()), parameters, depth, spacing);
}

using Drawing = std::vector<std::string>;

InstanceSegmentationParameters
WithSmallSeeds()
{
  InstanceSegmentationParameters parameters;
  parameters.MinimumSeedSize = 0;
  return parameters;
}
} // namespace

TEST(InstanceRules, ThresholdsAreStrict)
{
  auto parameters = WithSmallSeeds();
  // 0.5 is not in the mask, 0.7 is not in a seed: the two of 0.8 are two seeds.
  EXPECT_EQ(Segment(Drawing{ "5876785" }, parameters), (Drawing{ ".11122." }));
  parameters.MaskThreshold = 0.6;
  EXPECT_EQ(Segment(Drawing{ "5876785" }, parameters), (Drawing{ ".11.22." }));
  parameters.MaskThreshold = 0.5;
  parameters.SeedThreshold = 0.5;
  EXPECT_EQ(Segment(Drawing{ "5876785" }, parameters), (Drawing{ ".11111." }));
}

TEST(InstanceRules, ASeedIsNotWhereTheBorderIs)
{
  auto parameters = WithSmallSeeds();
  parameters.Channels = InstanceChannels::ForegroundBorder;
  // Foreground 1 everywhere; border 0, 0.2, 0.2, 0, 0.
  const std::vector<float> pixels{ 1.0f, 0.0f, 1.0f, 0.2f, 1.0f, 0.2f, 1.0f, 0.0f, 1.0f, 0.0f };
  EXPECT_EQ(Segment(pixels, 5, parameters), (Drawing{ "11111" }));
  parameters.BorderThreshold = 0.2;
  EXPECT_EQ(Segment(pixels, 5, parameters), (Drawing{ "11222" }));
  parameters.BorderThreshold = 0.0;
  EXPECT_EQ(Segment(pixels, 5, parameters), (Drawing{ "11111" }));
  parameters.KeepUnseeded = false;
  EXPECT_EQ(Segment(pixels, 5, parameters), (Drawing{ "....." }));
}

TEST(InstanceRules, SmallSeedsAreNone)
{
  auto parameters = WithSmallSeeds();
  // The higher one of two seeds takes the pixel between them.
  EXPECT_EQ(Segment(Drawing{ "9968669" }, parameters), (Drawing{ "1112233" }));
  parameters.MinimumSeedSize = 2;
  EXPECT_EQ(Segment(Drawing{ "9968669" }, parameters), (Drawing{ "1111111" }));
  parameters.MinimumSeedSize = 3;
  EXPECT_EQ(Segment(Drawing{ "9968669" }, parameters), (Drawing{ "1111111" }));
}

TEST(InstanceRules, SeedsEndWhereTheMaskDoes)
{
  auto parameters = WithSmallSeeds();
  parameters.MaskThreshold = 0.7;
  parameters.SeedThreshold = 0.5;
  parameters.KeepUnseeded = false;
  parameters.MinimumSeedSize = 2;
  EXPECT_EQ(Segment(Drawing{ "6688666" }, parameters), (Drawing{ "..11..." }));
  parameters.MinimumSeedSize = 3;
  EXPECT_EQ(Segment(Drawing{ "6688666" }, parameters), (Drawing{ "......." }));
}

TEST(InstanceRules, PartsWithoutASeedAreKeptOrDropped)
{
  auto          parameters = WithSmallSeeds();
  const Drawing image{ "66.99.6", "....9.6" };
  EXPECT_EQ(Segment(image, parameters), (Drawing{ "11.22.3", "....2.3" }));
  parameters.KeepUnseeded = false;
  EXPECT_EQ(Segment(image, parameters), (Drawing{ "...11..", "....1.." }));
  parameters.KeepUnseeded = true;
  parameters.MinimumObjectSize = 3;
  EXPECT_EQ(Segment(image, parameters), (Drawing{ "...11..", "....1.." }));
}

TEST(InstanceRules, SeedsGrowOnTheLandscapeThatWasChosen)
{
  auto parameters = WithSmallSeeds();
  // The valley of 0.6 lies at the left; the middle between the seeds is farther right.
  const Drawing image{ "9687777779" };
  parameters.SeedThreshold = 0.85;
  EXPECT_EQ(Segment(image, parameters), (Drawing{ "1122222222" }));
  parameters.Landscape = InstanceLandscape::SeedDistance;
  EXPECT_EQ(Segment(image, parameters), (Drawing{ "1111122222" }));
}

/** Two disks that touch at x = 20; the seed of the left one is farther from there, and higher than the pass. */
TEST(InstanceRules, OnTheDistanceToTheBorderObjectsMeetWhereTheMaskIsNarrow)
{
  constexpr std::int64_t width = 41;
  std::vector<float>     pixels;
  for (std::int64_t y = -12; y < 12; ++y)
  {
    for (std::int64_t x = 0; x < width; ++x)
    {
      const double row = static_cast<double>(y);
      const bool   isMask =
        std::hypot(static_cast<double>(x) - 12.0, row) < 9.5 || std::hypot(static_cast<double>(x) - 28.0, row) < 9.5;
      const bool isSeed = y == 0 && (x == 9 || x == 28);
      pixels.push_back(isSeed ? 1.0f : isMask ? 0.6f : 0.0f);
    }
  }
  auto       parameters = WithSmallSeeds();
  const auto countWrong = [&]
  {
    int wrong = 0;
    for (const std::string & row : Segment(pixels, width, parameters))
    {
      for (std::size_t x = 0; x < row.size(); ++x)
      {
        wrong += (row[x] == '1' && x > 20) || (row[x] == '2' && x < 20) ? 1 : 0;
      }
    }
    return wrong;
  };
  EXPECT_GT(countWrong(), 5);
  parameters.Landscape = InstanceLandscape::SeedDistance;
  EXPECT_GT(countWrong(), 5);
  parameters.Landscape = InstanceLandscape::MaskDistance;
  EXPECT_EQ(countWrong(), 0);
}

TEST(InstanceRules, AHoleBelongsToTheOneObjectAroundIt)
{
  auto parameters = WithSmallSeeds();
  // A hole; a bay; a hole that another object is in; a hole that leaks through a corner.
  const Drawing image{ "####.####.#####.####",
                       "#..#.#..#.#...#.#..#",
                       "#..#.#....#.#.#.#..#",
                       "####.####.#...#.###.",
                       "..........#####....." };
  EXPECT_EQ(Segment(image, parameters),
            (Drawing{ "1111.2222.33333.4444",
                      "1111.2..2.3...3.4..4",
                      "1111.2....3.5.3.4..4",
                      "1111.2222.3...3.444.",
                      "..........33333....." }));
  parameters.MinimumObjectSize = 2;
  EXPECT_EQ(Segment(image, parameters)[2], "1111.2....33333.4..4");
  parameters.FullyConnected = true;
  EXPECT_EQ(Segment(image, parameters)[2], "1111.2....33333.4444");
  parameters.FillHoles = false;
  EXPECT_EQ(Segment(image, parameters)[2], "1..1.2....3...3.4..4");
}

TEST(InstanceRules, BackgroundIsConnectedAcrossCornersWhereObjectsAreNot)
{
  auto parameters = WithSmallSeeds();
  parameters.Separation = InstanceSeparation::None;
  // The hole leaks through a corner, between two pixels of an object that hangs together elsewhere.
  const Drawing image{ ".......", ".####..", ".#..#..", ".#...#.", ".#####.", "......." };
  EXPECT_EQ(Segment(image, parameters)[2], ".1..1..");
  parameters.FullyConnected = true;
  EXPECT_EQ(Segment(image, parameters)[2], ".1111..");
}

TEST(InstanceRules, AHoleBetweenTwoObjectsStays)
{
  auto          parameters = WithSmallSeeds();
  const Drawing image{ "996699", "9.66.9", "99..99", "9966.9", "996699" };
  EXPECT_EQ(Segment(image, parameters)[2], "11..22");
}

TEST(InstanceRules, AVolumesHoleIsClosedInAllDirections)
{
  auto          parameters = WithSmallSeeds();
  const Drawing plate{ "###", "###", "###" };
  const Drawing ring{ "###", "#.#", "###" };
  Drawing       closed = plate;
  closed.insert(closed.end(), ring.begin(), ring.end());
  Drawing open = closed;
  closed.insert(closed.end(), plate.begin(), plate.end());
  open.insert(open.end(), ring.begin(), ring.end());
  EXPECT_EQ(Segment(closed, parameters, 3)[4], "111");
  EXPECT_EQ(Segment(open, parameters, 3)[4], "1.1");
  // A volume of one plane is a plane, whichever axis has one pixel.
  EXPECT_EQ(Segment(ring, parameters, 1)[1], "111");
  EXPECT_EQ(Segment(ring, parameters, 3)[1], "111");
  EXPECT_EQ(Segment(Drawing{ "#", "#", "#", "#", ".", "#", "#", "#", "#" }, parameters, 3)[4], "1");
}

TEST(InstanceRules, ObjectsMergeWhereTheirContactIsNoValley)
{
  auto          parameters = WithSmallSeeds();
  const Drawing image{ "9976679959", "9976679959" };
  EXPECT_EQ(Segment(image, parameters)[0], "11112222.3");
  // Along the contact both sides are 0.6.
  parameters.MergeThreshold = 0.61;
  EXPECT_EQ(Segment(image, parameters)[0], "11112222.3");
  parameters.MergeThreshold = 0.59;
  EXPECT_EQ(Segment(image, parameters)[0], "11111111.2");
  // The mean of 0.6 and 0.7.
  const Drawing uneven{ "99669977799", "99779977799" };
  parameters.SeedThreshold = 0.8;
  parameters.MergeThreshold = 0.66;
  EXPECT_EQ(Segment(uneven, parameters)[0], "11122222222");
  parameters.MergeThreshold = 0.64;
  EXPECT_EQ(Segment(uneven, parameters)[0], "11111111111");
}

TEST(InstanceRules, ContactsAreSeenAlongAllAxes)
{
  const Drawing column{ "9", "9", "7", "6", "6", "7", "9", "9" };
  auto          parameters = WithSmallSeeds();
  for (const std::int64_t depth : { 0, 1, 8 })
  {
    parameters.MergeThreshold = 0.61;
    EXPECT_EQ(Segment(column, parameters, depth), (Drawing{ "1", "1", "1", "1", "2", "2", "2", "2" }));
    parameters.MergeThreshold = 0.59;
    EXPECT_EQ(Segment(column, parameters, depth), Drawing(8, "1"));
  }
}

TEST(InstanceRules, ComponentsAreCombinedAsTheirMeaningSays)
{
  using Pixels = std::vector<float>;
  auto parameters = WithSmallSeeds();
  parameters.Channels = InstanceChannels::ForegroundBorder;
  // Foreground without border: 0.9, 0.54, 0.9.
  EXPECT_EQ(Segment(Pixels{ 0.9f, 0.0f, 0.9f, 0.4f, 0.9f, 0.0f }, 3, parameters), (Drawing{ "112" }));
  parameters.SeedThreshold = parameters.BorderThreshold = 0.3;
  // The interior of the pixel between is 0.5, its border 0.4.
  parameters.Channels = InstanceChannels::InteriorBorder;
  EXPECT_EQ(Segment(Pixels{ 0.9f, 0.0f, 0.5f, 0.4f, 0.9f, 0.0f }, 3, parameters), (Drawing{ "112" }));
  parameters.Channels = InstanceChannels::BackgroundInteriorBorder;
  EXPECT_EQ(Segment(Pixels{ 0.1f, 0.9f, 0.0f, 0.1f, 0.5f, 0.4f, 0.1f, 0.9f, 0.0f }, 3, parameters), (Drawing{ "112" }));
}

TEST(InstanceRules, FullyConnectedObjectsGrowAcrossCorners)
{
  auto parameters = WithSmallSeeds();
  EXPECT_EQ(Segment(Drawing{ "6..9", ".6.." }, parameters), (Drawing{ "1..2", ".3.." }));
  parameters.FullyConnected = true;
  EXPECT_EQ(Segment(Drawing{ "6..9", ".6.." }, parameters), (Drawing{ "1..2", ".1.." }));
  parameters.KeepUnseeded = false;
  EXPECT_EQ(Segment(Drawing{ "96.", "..6" }, parameters), (Drawing{ "11.", "..1" }));
  EXPECT_EQ(Segment(Drawing{ "9.", ".9" }, parameters), (Drawing{ "1.", ".1" }));
  parameters.Seeds = InstanceSeeds::DistanceMaxima;
  parameters.MaximaHeight = 0.0;
  EXPECT_EQ(Segment(Drawing{ "#.", ".#" }, parameters), (Drawing{ "1.", ".1" }));
}

TEST(InstanceRules, OnEachFaceOfAContactTheLesserSideCounts)
{
  auto parameters = WithSmallSeeds();
  parameters.SeedThreshold = 0.85;
  for (const Drawing & image : { Drawing{ "996899" }, Drawing{ "998699" } })
  {
    parameters.MergeThreshold = 0.7;
    EXPECT_EQ(Segment(image, parameters), (Drawing{ "111222" }));
    parameters.MergeThreshold = 0.59;
    EXPECT_EQ(Segment(image, parameters), (Drawing{ "111111" }));
  }
}

TEST(InstanceRules, AMergedObjectIsAsLargeAsItsParts)
{
  auto parameters = WithSmallSeeds();
  parameters.MergeThreshold = 0.59;
  parameters.MinimumObjectSize = 5;
  EXPECT_EQ(Segment(Drawing{ "996699.9999" }, parameters), (Drawing{ "111111....." }));
  parameters.MergeThreshold = 1.0;
  EXPECT_EQ(Segment(Drawing{ "996699.9999" }, parameters), (Drawing{ "..........." }));
}

TEST(InstanceRules, MaximaOfTheDistanceAreSeedsIfTheyStandHighEnough)
{
  InstanceSegmentationParameters parameters;
  parameters.Seeds = InstanceSeeds::DistanceMaxima;
  parameters.Landscape = InstanceLandscape::MaskDistance;
  // Distances 3 in the squares, 2 and 1 in the bridge.
  const Drawing image{ ".............", ".#####.#####.", ".#####.#####.", ".###########.",
                       ".#####.#####.", ".#####.#####.", "............." };
  parameters.MaximaHeight = 2.0;
  EXPECT_EQ(Segment(image, parameters)[1], ".11111.22222.");
  parameters.MaximaHeight = 2.1;
  EXPECT_EQ(Segment(image, parameters)[1], ".11111.11111.");
  // With pixels of 2 units the rise is 4 units.
  EXPECT_EQ(Segment(image, parameters, 0, 2.0)[1], ".11111.11111.");
  parameters.UseImageSpacing = true;
  EXPECT_EQ(Segment(image, parameters, 0, 2.0)[1], ".11111.22222.");
  parameters.MaximaHeight = 4.1;
  EXPECT_EQ(Segment(image, parameters, 0, 2.0)[1], ".11111.11111.");
}

TEST(DistanceMaxima, StandAsHighAsThePassToAHigherOneIsDeep)
{
  const std::vector<float>        heights{ 0, 5, 3, 4, 1, 6, 6, 2, 3, 0, 7 };
  const std::vector<std::uint8_t> mask{ 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1 };
  const auto                      find = [&](double rise)
  { return itk::FindMaxima(heights.data(), mask.data(), { 11 }, false, rise, [](double) {}); };
  using Places = std::vector<std::int64_t>;
  EXPECT_EQ(find(0.0), (Places{ 1, 3, 5, 8, 10 }));
  EXPECT_EQ(find(1.0), (Places{ 1, 3, 5, 8, 10 }));
  EXPECT_EQ(find(1.5), (Places{ 1, 5, 10 }));
  EXPECT_EQ(find(4.0), (Places{ 1, 5, 10 }));
  // Each part of the mask keeps its highest.
  EXPECT_EQ(find(4.5), (Places{ 5, 10 }));
  EXPECT_EQ(find(100.0), (Places{ 5, 10 }));
}

TEST(InstanceRules, APlateauIsOneMaximumHoweverItIsReached)
{
  // Two arms that meet after both have been found.
  const std::vector<std::uint8_t> mask{ 1, 0, 1, 1, 0, 1, 1, 1, 1 };
  const auto                      find = [&](const std::vector<float> & heights, double rise) {
    return itk::FindMaxima(heights.data(), mask.data(), { 3, 3 }, false, rise, [](double) {});
  };
  using Places = std::vector<std::int64_t>;
  const std::vector<float> flat(9, 1.0f);
  EXPECT_EQ(find(flat, 0.0), (Places{ 0 }));
  EXPECT_EQ(find(flat, 1.0), (Places{ 0 }));
  const std::vector<float> lowPass{ 2, 0, 2, 2, 0, 2, 2, 1, 2 };
  EXPECT_EQ(find(lowPass, 0.0), (Places{ 0, 2 }));
  EXPECT_EQ(find(lowPass, 1.0), (Places{ 0, 2 }));
  EXPECT_EQ(find(lowPass, 1.5), (Places{ 0 }));
}
