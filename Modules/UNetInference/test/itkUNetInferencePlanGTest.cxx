// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInferencePlan.h"
#include "itkUNetTestHelpers.h"
#include "itkTorchRuntime.h"
#include "cpu/itkWinogradConvolution.h"

using itk::UNetInferenceParameters;
using itk::UNetInferencePlan;
using itk::UNetPrecision;
using itk::UNetRegion;
using itk::UNetSpecification;
using itk::UNetTiling;
using namespace itk::Test;

namespace
{
itk::UNetConvolutionChoice
Choice(const UNetInferenceParameters & parameters)
{
  return { parameters.Convolution, UNetPrecision::Float32, true };
}

const itk::UNetConvolutionChoice inFloat32 = Choice({});

UNetRegion
Whole(const std::vector<std::int64_t> & extent)
{
  return { std::vector<std::int64_t>(extent.size(), 0), extent };
}

TEST(UNetInferencePlan, AWholeImageOfTheStrideCostsItsMultiplyAddsOnce)
{
  UNetSpecification specification;
  specification.Channels = 3;
  const UNetInferencePlan plan(specification, {}, inFloat32, { 512, 512 });
  const auto              cost = plan.EstimateCost(Whole({ 512, 512 }));
  EXPECT_EQ(cost.NumberOfWindows, 1u);
  EXPECT_EQ(cost.WindowSize, (std::vector<std::int64_t>{ 512, 512 }));
  EXPECT_EQ(cost.Factor, 1.0);
  EXPECT_NEAR(cost.MultiplyAdds, 192.686e9, 0.001e9);

  UNetInferenceParameters flips;
  flips.TestTimeAugmentation = itk::UNetTestTimeAugmentation::Flips;
  const UNetInferencePlan four(specification, flips, Choice(flips), { 512, 512 });
  EXPECT_EQ(four.EstimateCost(Whole({ 512, 512 })).Factor, 4.0);
}

TEST(UNetInferencePlan, BlendingIsCheaperThanExactTilesOfADeepNetworkInVolumes)
{
  UNetSpecification specification;
  specification.Dimension = 3;
  const std::vector<std::int64_t> extent{ 1280, 1280, 1280 };
  const UNetRegion                inner{ { 640, 640, 640 }, { 128, 128, 128 } };
  const UNetInferencePlan         exact(specification, {}, inFloat32, extent);
  // 128 outputs and a margin of 96 at either side.
  EXPECT_NEAR(exact.EstimateCost(inner).Factor, 320.0 * 320 * 320 / (128.0 * 128 * 128), 1e-9);

  UNetInferenceParameters parameters;
  parameters.Tiling = UNetTiling::Blended;
  const UNetInferencePlan blended(specification, parameters, Choice(parameters), extent);
  // Windows of 128 at every 96 pixels.
  EXPECT_NEAR(blended.EstimateCost(Whole(extent)).Factor, std::pow(13.0 * 128 / 1280, 3), 1e-9);
}

TEST(UNetInferencePlan, TheSumsOfBlendedWindowsCountTowardsTheMaximumMemory)
{
  auto specification = SmallSpecification();
  specification.Levels = 2;
  UNetInferenceParameters parameters;
  parameters.Tiling = UNetTiling::Blended;
  parameters.MaximumWindowSize = 64;
  const std::vector<std::int64_t> extent{ 1 << 20, 64 };
  const UNetInferencePlan         plan(specification, parameters, Choice(parameters), extent);
  // 64 rows, twice, of two floats for each pixel.
  const std::uint64_t sums = (std::uint64_t{ 1 } << 20) * 64 * 2 * 2 * sizeof(float);
  EXPECT_EQ(plan.EstimateCost(Whole(extent)).Memory, plan.EstimateMemory({ 64, 64 }) + sums);
  const UNetInferencePlan small(specification, parameters, Choice(parameters), extent, sums);
  ExpectContains(MessageOf([&] { small.MakeTiles(Whole(extent)); }), "MaximumMemory must be at least 1025 MiB");
}

TEST(UNetInferencePlan, WinogradsFilteringCountsItsWeightsAndItsScratch)
{
  if (!itk::WinogradConvolution::IsFaster(64, 64, at::kFloat))
  {
    GTEST_SKIP() << "LibTorch has no small products for this processor";
  }
  const UNetSpecification specification;
  std::uint64_t           filtered = 0;
  for (const auto & tensor : specification.GetTensors())
  {
    // All but the convolution of the image's one channel.
    const bool isConvolution = tensor.Name.find(".convolution.weight") != std::string::npos;
    filtered +=
      isConvolution && tensor.Shape[1] > 1 ? static_cast<std::uint64_t>(tensor.Shape[0] * tensor.Shape[1] * 9) : 0;
  }
  const auto threads = itk::TorchRuntime::GetNumberOfThreads();
  itk::TorchRuntime::SetNumberOfThreads(2);
  const auto estimate = [&](itk::UNetConvolution convolution)
  {
    UNetInferenceParameters parameters;
    parameters.Convolution = convolution;
    return UNetInferencePlan(specification, parameters, Choice(parameters), { 512, 512 }).EstimateMemory({ 512, 512 });
  };
  // 36 numbers for 9; the most scratch is that of 1024 and 512 channels on 64 x 64 pixels, for two threads.
  const std::uint64_t scratch = 2u * 36 * (64 * 1024 + 16 + 64 * 512 + 16) * 4;
  EXPECT_NEAR(static_cast<double>(estimate(itk::UNetConvolution::Winograd)),
              static_cast<double>(estimate(itk::UNetConvolution::Direct) + 3 * filtered * sizeof(float) + scratch),
              16.0);
  itk::TorchRuntime::SetNumberOfThreads(threads);
}

TEST(UNetInferencePlan, HalfTheBytesOfANumberTakeAboutHalfTheMemory)
{
  itk::UNetInferenceParameters direct;
  direct.Convolution = itk::UNetConvolution::Direct;
  const UNetInferencePlan full({}, direct, Choice(direct), { 1024, 1024 });
  const UNetInferencePlan half({},
                               direct,
                               itk::UNetConvolutionChoice(itk::UNetConvolution::Direct, UNetPrecision::BFloat16, true),
                               { 1024, 1024 });
  EXPECT_NEAR(static_cast<double>(half.EstimateMemory({ 1024, 1024 })) /
                static_cast<double>(full.EstimateMemory({ 1024, 1024 })),
              0.5,
              0.02);
}

TEST(UNetInferencePlan, EachStreamedPieceIsOneRowOfWindowsWithinTheMemory)
{
  itk::TorchRandom random(8);
  int              numberOfCuts = 0;
  for (int trial = 0; trial < 300; ++trial)
  {
    auto specification = SmallSpecification(static_cast<unsigned int>(Draw(random, 2, 3)));
    specification.BaseFilters = 8;
    specification.Levels = static_cast<unsigned int>(Draw(random, 1, specification.Dimension == 3 ? 2 : 4));
    std::vector<std::int64_t> extent;
    for (unsigned int axis = 0; axis < specification.Dimension; ++axis)
    {
      extent.push_back(Draw(random, 1, specification.Dimension == 3 ? 300 : 4000));
    }
    const auto              maximum = static_cast<std::uint64_t>(Draw(random, 80, 500)) << 20;
    const UNetInferencePlan plan(specification, {}, inFloat32, extent, maximum);
    const auto              pieces = static_cast<std::int64_t>(plan.GetNumberOfStreamDivisions());
    numberOfCuts += pieces > 1 ? 1 : 0;
    const std::int64_t rows = (extent.back() + pieces - 1) / pieces;
    for (std::int64_t begin = 0; begin < extent.back(); begin += rows)
    {
      UNetRegion piece = Whole(extent);
      piece.Start.back() = begin;
      piece.Size.back() = std::min(rows, extent.back() - begin);
      const auto tiles = plan.MakeTiles(piece);
      EXPECT_LE(plan.EstimateCost(piece).Memory, maximum);
      for (const auto & tile : tiles)
      {
        ASSERT_EQ(tile.Output.Size.back(), piece.Size.back())
          << "trial " << trial << " extent " << extent.back() << " pieces " << pieces;
      }
    }
  }
  EXPECT_GT(numberOfCuts, 100);
}

TEST(UNetInferencePlan, PiecesThatBeginBetweenStridesAreOneRowOfWindowsToo)
{
  itk::TorchRandom random(9);
  for (int trial = 0; trial < 2000; ++trial)
  {
    auto specification = SmallSpecification();
    specification.Levels = static_cast<unsigned int>(Draw(random, 1, 3));
    const std::int64_t      extent = Draw(random, 100, 5000);
    UNetInferenceParameters parameters;
    parameters.MaximumWindowSize = static_cast<std::uint64_t>(Draw(random, 120, 300));
    const UNetInferencePlan plan(specification, parameters, Choice(parameters), { 8, extent });
    const auto              pieces = static_cast<std::int64_t>(plan.GetNumberOfStreamDivisions());
    const std::int64_t      rows = (extent + pieces - 1) / pieces;
    for (std::int64_t begin = 0; begin < extent; begin += rows)
    {
      const UNetRegion piece{ { 0, begin }, { 8, std::min(rows, extent - begin) } };
      ASSERT_EQ(plan.MakeTiles(piece).size(), 1u) << "levels " << specification.Levels << " extent " << extent
                                                  << " tile " << parameters.MaximumWindowSize << " piece at " << begin;
    }
  }
}

TEST(UNetInferencePlan, WindowsCanBeHalvedDownToTheSmallest)
{
  const std::vector<std::int64_t> extent{ 2000, 2000 };
  UNetInferencePlan               plan({}, {}, inFloat32, extent);
  std::int64_t                    edge = 2000;
  int                             times = 0;
  while (plan.HalveWindows(Whole(extent)))
  {
    ++times;
    const auto size = plan.MakeTiles(Whole(extent)).front().Window.Size;
    EXPECT_LT(size[0], edge);
    edge = size[0];
  }
  // A margin of 96 at either side of one stride.
  EXPECT_EQ(edge, 208);
  EXPECT_GE(times, 3);
}
} // namespace
