// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelOverlaps.h"
#include "itkTestHelpers.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"

#include <gtest/gtest.h>

#include <map>

namespace
{
using PairMap = std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t>;

template <typename TPredicted, typename TTrue>
itk::LabelOverlaps
Count(const std::vector<TPredicted> & predicted, const std::vector<TTrue> & truth)
{
  return { { predicted.data(), predicted.size() }, { truth.data(), truth.size() } };
}

PairMap
AsMap(const itk::LabelOverlaps & overlaps)
{
  PairMap map;
  for (const auto & [predicted, real, pixels] : overlaps.GetPairs())
  {
    EXPECT_EQ(map.count({ predicted, real }), 0u) << "each pair once";
    map[{ predicted, real }] = pixels;
  }
  return map;
}

void
ExpectOverlap(const itk::SegmentationOverlap & actual, const itk::SegmentationOverlap & expected)
{
  EXPECT_EQ(actual.TruePositives, expected.TruePositives);
  EXPECT_EQ(actual.FalsePositives, expected.FalsePositives);
  EXPECT_EQ(actual.FalseNegatives, expected.FalseNegatives);
  EXPECT_EQ(actual.TrueNegatives, expected.TrueNegatives);
}

/** Runs of up to 90 pixels, longer and shorter than what is compared at once, with 40 labels. */
template <typename TLabel>
std::vector<TLabel>
RandomRuns(itk::TorchRandom & random, std::size_t size)
{
  std::vector<TLabel> labels;
  while (labels.size() < size)
  {
    labels.insert(labels.end(), 1 + random.Integer(90), static_cast<TLabel>(random.Integer(40)));
  }
  labels.resize(size);
  return labels;
}
} // namespace

TEST(LabelOverlaps, PairsAreCountedAndSorted)
{
  const auto pairs =
    Count(std::vector<int>{ 0, 2, 2, 1, 0, 2 }, std::vector<unsigned char>{ 0, 5, 5, 5, 0, 3 }).GetPairs();
  ASSERT_EQ(pairs.size(), 4u);
  const std::uint64_t expected[4][3] = { { 0, 0, 2 }, { 1, 5, 1 }, { 2, 3, 1 }, { 2, 5, 2 } };
  for (int i = 0; i < 4; ++i)
  {
    EXPECT_EQ(pairs[i].PredictedLabel, expected[i][0]);
    EXPECT_EQ(pairs[i].TrueLabel, expected[i][1]);
    EXPECT_EQ(pairs[i].Pixels, expected[i][2]);
  }
}

TEST(LabelOverlaps, NegativeLabelsAreTheSameInEveryType)
{
  const auto overlaps = Count(std::vector<signed char>{ -1, -1, 7 }, std::vector<std::int64_t>{ -1, -1, 7 });
  EXPECT_EQ(overlaps.GetClassOverlap(static_cast<std::uint64_t>(std::int64_t{ -1 })).TruePositives, 2u);
  EXPECT_EQ(overlaps.GetClassOverlap(7).TruePositives, 1u);
  const auto unsignedByte = Count(std::vector<unsigned char>{ 255 }, std::vector<short>{ 255 });
  EXPECT_EQ(unsignedByte.GetClassOverlap(255).TruePositives, 1u) << "255 is not -1";
}

TEST(LabelOverlaps, EveryPixelIsCountedForAnyNumberOfThreads)
{
  itk::TorchRandom random(5);
  const auto       predicted = RandomRuns<std::uint16_t>(random, 1'000'003);
  const auto       truth = RandomRuns<std::uint64_t>(random, predicted.size());
  PairMap          expected;
  for (std::size_t i = 0; i < truth.size(); ++i)
  {
    ++expected[{ predicted[i], truth[i] }];
  }
  for (const unsigned int threads : { 1u, 2u, 3u })
  {
    itk::TorchRuntime::SetNumberOfThreads(threads);
    EXPECT_EQ(AsMap(Count(predicted, truth)), expected) << threads << " threads";
  }
  itk::TorchRuntime::SetNumberOfThreads(0);
}

TEST(LabelOverlaps, ManyPairsAreKeptApart)
{
  std::vector<std::uint64_t> predicted;
  std::vector<std::uint64_t> truth;
  for (std::uint64_t i = 0; i < 300; ++i)
  {
    for (std::uint64_t k = 0; k < 300; ++k)
    {
      predicted.push_back(i << 40);
      truth.push_back(k << 33);
    }
  }
  const auto pairs = Count(predicted, truth).GetPairs();
  ASSERT_EQ(pairs.size(), 90'000u);
  EXPECT_EQ(pairs[301].PredictedLabel, std::uint64_t{ 1 } << 40);
  EXPECT_EQ(pairs[301].TrueLabel, std::uint64_t{ 1 } << 33);
  EXPECT_EQ(pairs[301].Pixels, 1u);
}

TEST(LabelOverlaps, BuffersOfDifferentLengthsAreRefused)
{
  const std::vector<int> ten(10, 1);
  const std::vector<int> five(5, 1);
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { Count(ten, five); }), "but have 10 and 5");
}

TEST(LabelOverlaps, ForegroundAndClassesHaveTheirOwnCounts)
{
  const auto overlaps = Count(std::vector<int>{ 0, 0, 1, 1, 2, 2, 2 }, std::vector<int>{ 0, 2, 1, 2, 2, 2, 0 });
  ExpectOverlap(overlaps.GetForegroundOverlap(), { 4, 1, 1, 1 });
  ExpectOverlap(overlaps.GetClassOverlap(1), { 1, 1, 0, 5 });
  ExpectOverlap(overlaps.GetClassOverlap(2), { 2, 1, 2, 2 });
  ExpectOverlap(overlaps.GetClassOverlap(3), { 0, 0, 0, 7 });
  EXPECT_EQ(overlaps.GetLabels(), (std::vector<std::uint64_t>{ 1, 2 }));
}
