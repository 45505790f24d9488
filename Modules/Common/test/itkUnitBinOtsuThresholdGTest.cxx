// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUnitBinOtsuThreshold.h"

#include <gtest/gtest.h>

#include <random>

namespace
{
using Histogram = std::array<std::uint64_t, 256>;

// The definition, pixel by pixel of the two classes, in exact arithmetic: (S0 n1 - S1 n0)^2 / (n0 n1).
unsigned int
BruteForceThreshold(const Histogram & histogram)
{
  unsigned int best = 0;
  long double  bestVariance = -1;
  for (unsigned int t = 0; t < 255; ++t)
  {
    std::int64_t n0 = 0;
    std::int64_t n1 = 0;
    std::int64_t s0 = 0;
    std::int64_t s1 = 0;
    for (unsigned int value = 0; value < 256; ++value)
    {
      (value > t ? n1 : n0) += static_cast<std::int64_t>(histogram[value]);
      (value > t ? s1 : s0) += static_cast<std::int64_t>(histogram[value] * value);
    }
    if (n0 == 0 || n1 == 0)
    {
      continue;
    }
    const auto        difference = static_cast<long double>(s0 * n1 - s1 * n0);
    const long double variance = difference * difference / (static_cast<long double>(n0) * n1);
    if (variance > bestVariance)
    {
      bestVariance = variance;
      best = t;
    }
  }
  return best;
}
} // namespace

// Worked by hand: n = 4, 2, 2 at 0, 1, 4. t = 0: 4·4·(2.5 - 0)^2 = 100; t = 1: 6·2·(4 - 1/3)^2 = 161.3.
TEST(UnitBinOtsuThreshold, MaximizesTheHandWorkedBetweenClassVariance)
{
  Histogram histogram{};
  histogram[0] = 4;
  histogram[1] = 2;
  histogram[4] = 2;
  EXPECT_EQ(itk::UnitBinOtsuThreshold(histogram), 1u);
}

TEST(UnitBinOtsuThreshold, EmptyBinsBetweenTwoValuesGiveTheLowerValue)
{
  Histogram histogram{};
  histogram[10] = 5;
  histogram[200] = 7;
  EXPECT_EQ(itk::UnitBinOtsuThreshold(histogram), 10u);
}

TEST(UnitBinOtsuThreshold, EqualsBruteForceOnRandomHistograms)
{
  std::mt19937 random(7);
  for (int repetition = 0; repetition < 200; ++repetition)
  {
    Histogram histogram{};
    for (int draw = 0; draw < 40; ++draw)
    {
      histogram[random() % 256] += random() % 1000;
    }
    EXPECT_EQ(itk::UnitBinOtsuThreshold(histogram), BruteForceThreshold(histogram)) << "repetition " << repetition;
  }
}

TEST(UnitBinOtsuThreshold, BillionsOfPixelsDoNotOverflow)
{
  Histogram histogram{};
  histogram[100] = std::uint64_t{ 1 } << 40;
  histogram[150] = std::uint64_t{ 1 } << 40;
  histogram[255] = 1;
  EXPECT_EQ(itk::UnitBinOtsuThreshold(histogram), 100u);
}

TEST(UnitBinOtsuThreshold, SingleValueIsAllBackground)
{
  for (const unsigned int value : { 0u, 1u, 128u, 255u })
  {
    Histogram histogram{};
    histogram[value] = 99;
    EXPECT_EQ(itk::UnitBinOtsuThreshold(histogram), value);
  }
}

TEST(UnitBinOtsuThreshold, EmptyHistogramGivesZero)
{
  EXPECT_EQ(itk::UnitBinOtsuThreshold(Histogram{}), 0u);
}
