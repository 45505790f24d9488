// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "cuda/itkPixelUnion.h"
#include "itkInstanceTestImages.h"
#include <algorithm>
#include <numeric>

using namespace itk::Test;

namespace
{
/** What the kernel's threads do, one after the other, in a random order. */
std::vector<std::int32_t>
FindRoots(const std::vector<std::int64_t> & values,
          const std::vector<std::int64_t> & size,
          bool                              isFullyConnected,
          std::uint64_t                     seed)
{
  itk::PixelGrid grid{ {}, static_cast<int>(size.size()), isFullyConnected };
  std::copy(size.begin(), size.end(), grid.Size);
  std::vector<std::int32_t> parents(values.size());
  std::vector<std::int32_t> order(values.size());
  std::iota(parents.begin(), parents.end(), 0);
  std::iota(order.begin(), order.end(), 0);
  itk::TorchRandom random(seed);
  for (std::size_t i = order.size(); i-- > 1;)
  {
    std::swap(order[i], order[static_cast<std::size_t>(random.Uniform(0.0, static_cast<double>(i)))]);
  }
  const auto exchangeLess = [](std::int32_t * to, std::int32_t value)
  {
    const std::int32_t before = *to;
    *to = std::min(before, value);
    return before;
  };
  for (const std::int32_t pixel : order)
  {
    itk::UniteWithEarlierNeighbors(grid, values.data(), parents.data(), pixel, exchangeLess);
  }
  std::vector<std::int32_t> roots;
  for (std::size_t pixel = 0; pixel < values.size(); ++pixel)
  {
    roots.push_back(values[pixel] == 0 ? -1 : itk::FindPixelRoot(parents.data(), static_cast<std::int32_t>(pixel)));
  }
  return roots;
}
} // namespace

TEST(PixelUnion, EveryPixelFindsTheFirstOneOfItsComponent)
{
  std::uint64_t seed = 0;
  for (const std::vector<std::int64_t> & size :
       { std::vector<std::int64_t>{ 40 }, { 17, 23 }, { 1, 30 }, { 7, 9, 8 }, { 4, 5, 3, 6 } })
  {
    for (const bool isFullyConnected : { false, true })
    {
      for (const double share : { 0.3, 0.6, 0.95 })
      {
        itk::TorchRandom          random(++seed);
        std::vector<std::int64_t> values(static_cast<std::size_t>(itk::NumberOfPixels(size)));
        for (std::int64_t & value : values)
        {
          value = random.Uniform(0.0, 1.0) < share ? 1 + static_cast<std::int64_t>(random.Uniform(0.0, 2.0)) : 0;
        }
        const auto                numbers = ComponentsBySearch(values, size, isFullyConnected, true);
        std::vector<std::int32_t> first(values.size() + 1, -1);
        const auto                roots = FindRoots(values, size, isFullyConnected, seed);
        for (std::size_t pixel = 0; pixel < values.size(); ++pixel)
        {
          auto & expected = first[static_cast<std::size_t>(numbers[pixel])];
          if (numbers[pixel] != 0 && expected < 0)
          {
            expected = static_cast<std::int32_t>(pixel);
          }
          ASSERT_EQ(roots[pixel], numbers[pixel] == 0 ? -1 : expected) << seed << ": " << pixel;
        }
      }
    }
  }
}

/** Between two looks of a thread another one may give its root a parent. */
TEST(PixelUnion, ARootThatHasGotAParentMeanwhileBringsItAlong)
{
  std::vector<std::int32_t> parents{ 0, 1, 2, 3 };
  bool                      isFirst = true;
  itk::UnitePixels(parents.data(),
                   3,
                   1,
                   [&](std::int32_t * to, std::int32_t value)
                   {
                     if (isFirst)
                     {
                       isFirst = false;
                       parents[3] = 2; // the other thread
                     }
                     const std::int32_t before = *to;
                     *to = std::min(before, value);
                     return before;
                   });
  for (const std::int32_t pixel : { 1, 2, 3 })
  {
    EXPECT_EQ(itk::FindPixelRoot(parents.data(), pixel), 1) << pixel;
  }
  EXPECT_EQ(parents[0], 0);
}
