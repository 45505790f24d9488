// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTiles.h"
#include "itkTorchRandom.h"
#include "itkUNetReceptiveField.h"
#include "itkUNetTestHelpers.h"
#include <map>

using itk::UNetInterval;
using itk::UNetRegion;
using itk::UNetSpecification;
using itk::UNetTile;
using namespace itk::Test;

namespace
{
UNetInterval
Axis(const UNetRegion & region, std::size_t axis)
{
  return { region.Start[axis], region.Start[axis] + region.Size[axis] };
}

TEST(UNetTiles, AWholeImageWithoutLimitIsOneTile)
{
  const auto tiles =
    itk::MakeUNetTiles(UNetSpecification(), { { 0, 0 }, { 100, 37 } }, { 100, 37 }, { 1 << 20, 1 << 20 });
  ASSERT_EQ(tiles.size(), 1u);
  EXPECT_EQ(tiles[0].Window, (UNetRegion{ { 0, 0 }, { 112, 48 } }));
  EXPECT_EQ(tiles[0].Output, (UNetRegion{ { 0, 0 }, { 100, 37 } }));
}

// The margin of 94 takes 96 on the grid. At an end of the image a window needs no margin there.
TEST(UNetTiles, ALongLineIsCutIntoEqualWindowsThatShareTheirMargins)
{
  const auto tiles = itk::MakeUNetTiles(UNetSpecification(), { { 0, 0 }, { 1600, 16 } }, { 1600, 16 }, { 700, 700 });
  ASSERT_EQ(tiles.size(), 3u);
  // 3 windows of w give 3 w - 4 * 96 outputs: at least 662, on the grid 672.
  EXPECT_EQ(tiles[0].Window, (UNetRegion{ { 0, 0 }, { 672, 16 } }));
  EXPECT_EQ(tiles[0].Output, (UNetRegion{ { 0, 0 }, { 576, 16 } }));
  EXPECT_EQ(tiles[1].Window, (UNetRegion{ { 480, 0 }, { 672, 16 } }));
  EXPECT_EQ(tiles[1].Output, (UNetRegion{ { 576, 0 }, { 480, 16 } }));
  EXPECT_EQ(tiles[2].Window, (UNetRegion{ { 928, 0 }, { 672, 16 } }));
  EXPECT_EQ(tiles[2].Output, (UNetRegion{ { 1056, 0 }, { 544, 16 } }));
}

TEST(UNetTiles, OutputsPartARegionAndEachHasWhatDecidesItInAWindowOfOneSize)
{
  itk::TorchRandom random(11);
  for (int trial = 0; trial < 2000; ++trial)
  {
    UNetSpecification specification;
    specification.Levels = static_cast<unsigned int>(Draw(random, 1, 5));
    specification.ConvolutionsPerLevel = static_cast<unsigned int>(Draw(random, 1, 2));
    const itk::UNetReceptiveField field(specification);
    const std::int64_t            stride = specification.GetStride();
    const std::int64_t            extent = Draw(random, 1, 2000);
    const std::int64_t            begin = Draw(random, 0, extent - 1);
    const std::int64_t            end = Draw(random, begin + 1, extent);
    const std::int64_t            padded = (extent + stride - 1) / stride * stride;
    const std::int64_t            tileSize = Draw(random, 1, 1000);
    const UNetRegion              region{ { begin, 0 }, { end - begin, 1 } };
    const auto         tiles = itk::MakeUNetTiles(specification, region, { extent, 1 }, { tileSize, tileSize });
    const auto         whole = itk::GetUNetWindow(specification, region, { extent, 1 });
    const std::int64_t margin = (field.GetMargin() + stride - 1) / stride * stride;
    std::int64_t       next = begin;
    for (const auto & tile : tiles)
    {
      const auto output = Axis(tile.Output, 0);
      const auto window = Axis(tile.Window, 0);
      const auto needed = field.GetInput(output, padded);
      ASSERT_EQ(output.Begin, next);
      ASSERT_LT(output.Begin, output.End);
      ASSERT_LE(window.Begin, needed.Begin);
      ASSERT_GE(window.End, needed.End);
      ASSERT_EQ(window.Begin % stride, 0);
      ASSERT_EQ(window.End % stride, 0);
      ASSERT_GE(window.Begin, Axis(whole, 0).Begin);
      ASSERT_LE(window.End, Axis(whole, 0).End);
      ASSERT_LE(tile.Window.Size[0], std::max(tileSize, 2 * margin + stride));
      ASSERT_EQ(tile.Window.Size, tiles[0].Window.Size);
      next = output.End;
    }
    ASSERT_EQ(next, end);
  }
}

TEST(UNetTiles, TheLargestWindowsThatFitAreFound)
{
  const UNetSpecification specification;
  const UNetRegion        region{ { 0, 0 }, { 3000, 2000 } };
  constexpr std::int64_t  pixels = 1 << 20;
  const auto              isSmall = [](const std::vector<std::int64_t> & size) { return size[0] * size[1] <= pixels; };
  const auto              tiles = itk::MakeLargestUNetTiles(specification, region, { 3000, 2000 }, 1 << 20, isSmall);
  const auto &            size = tiles.front().Window.Size;
  EXPECT_TRUE(isSmall(size));
  // 4 by 2 tiles: (3000 + 6 * 96) / 4 and (2000 + 2 * 96) / 2, on the grid. 3 by 2 would take 1136 by 1104 pixels.
  EXPECT_EQ(tiles.size(), 8u);
  EXPECT_EQ(size, (std::vector<std::int64_t>{ 896, 1104 }));

  const auto all =
    itk::MakeLargestUNetTiles(specification, region, { 3000, 2000 }, 1 << 20, [](auto &) { return true; });
  EXPECT_EQ(all.size(), 1u);
  const auto none =
    itk::MakeLargestUNetTiles(specification, region, { 3000, 2000 }, 1 << 20, [](auto &) { return false; });
  EXPECT_EQ(none.front().Window.Size, (std::vector<std::int64_t>{ 208, 208 }));
  const auto limited =
    itk::MakeLargestUNetTiles(specification, region, { 3000, 2000 }, 500, [](auto &) { return true; });
  EXPECT_LE(limited.front().Window.Size[0], 500);
}

TEST(UNetTiles, TheFirstAxisVariesFastest)
{
  UNetSpecification specification = SmallSpecification(3);
  specification.Levels = 1;
  const auto tiles = itk::MakeUNetTiles(specification, { { 0, 0, 0 }, { 40, 40, 40 } }, { 40, 40, 40 }, { 40, 30, 30 });
  ASSERT_EQ(tiles.size(), 4u);
  EXPECT_EQ(tiles[1].Output.Start, (std::vector<std::int64_t>{ 0, tiles[0].Output.Size[1], 0 }));
  EXPECT_EQ(tiles[2].Output.Start, (std::vector<std::int64_t>{ 0, 0, tiles[0].Output.Size[2] }));
}

TEST(UNetTiles, ANetworkThatNeedsTheWholeImageIsNotCut)
{
  UNetSpecification specification = SmallSpecification();
  specification.Normalization = itk::UNetNormalization::Instance;
  const auto tiles = itk::MakeUNetTiles(specification, { { 3, 0 }, { 5, 1000 } }, { 1000, 1000 }, { 64, 64 });
  ASSERT_EQ(tiles.size(), 1u);
  EXPECT_EQ(tiles[0].Window, (UNetRegion{ { 0, 0 }, { 1000, 1000 } }));
}
} // namespace
