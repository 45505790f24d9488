// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchRandom.h"

#include <gtest/gtest.h>
#include <limits>
#include <set>
#include <vector>

using itk::TorchRandom;

namespace
{
constexpr int numberOfDraws = 200000;

std::vector<std::uint32_t>
FirstBits(TorchRandom random, int count)
{
  std::vector<std::uint32_t> bits;
  for (int i = 0; i < count; ++i)
  {
    bits.push_back(random.Bits());
  }
  return bits;
}

// Expected values: the known answers that the authors publish with Random123 (kat_vectors, philox4x32 10).
TEST(TorchRandom, PhiloxGivesTheKnownAnswers)
{
  constexpr std::uint32_t ones = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(TorchRandom::Philox({}, {}),
            (TorchRandom::CounterType{ { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u } }));
  EXPECT_EQ(TorchRandom::Philox({ { ones, ones, ones, ones } }, { { ones, ones } }),
            (TorchRandom::CounterType{ { 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu } }));
  EXPECT_EQ(
    TorchRandom::Philox({ { 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u } }, { { 0xa4093822u, 0x299f31d0u } }),
    (TorchRandom::CounterType{ { 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u } }));
}

TEST(TorchRandom, BitsAreTheBlocksOfAStatedCounterAndKey)
{
  constexpr std::uint64_t seed = 0x0123456789abcdefu;
  const auto              bits = FirstBits(TorchRandom(seed, 3, 5, 7), 8);
  for (std::uint32_t block = 0; block < 2; ++block)
  {
    const auto expected = TorchRandom::Philox({ { block, 7, 5, 3 } }, { { 0x89abcdefu, 0x01234567u } });
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), bits.begin() + 4 * block)) << "block " << block;
  }
}

TEST(TorchRandom, EachOfSeedEpochSampleAndStreamStartsAnotherStream)
{
  std::set<std::vector<std::uint32_t>> streams;
  for (const auto & random : { TorchRandom(1),
                               TorchRandom(2),
                               TorchRandom(std::uint64_t{ 1 } << 32),
                               TorchRandom(1, 1),
                               TorchRandom(1, 0, 1),
                               TorchRandom(1, 0, 0, 1),
                               TorchRandom(1, 1, 1, 1) })
  {
    streams.insert(FirstBits(random, 4));
  }
  EXPECT_EQ(streams.size(), 7u);
}

TEST(TorchRandom, AStreamDoesNotDependOnWhatOthersDraw)
{
  const auto  alone = FirstBits(TorchRandom(1, 2, 3), 100);
  TorchRandom first(1, 2, 3);
  TorchRandom second(1, 2, 4);
  for (int i = 0; i < 100; ++i)
  {
    for (int draws = i % 7; draws > 0; --draws)
    {
      second.Bits();
    }
    ASSERT_EQ(first.Bits(), alone[static_cast<std::size_t>(i)]);
  }
}

TEST(TorchRandom, UniformIsTheFirst53BitsOfTwoWords)
{
  TorchRandom random(1, 2, 3, 4);
  const auto  bits = FirstBits(random, 8);
  for (std::size_t i = 0; i < bits.size(); i += 2)
  {
    const std::uint64_t word = (std::uint64_t{ bits[i] } << 32) | bits[i + 1];
    EXPECT_EQ(random.Uniform(), std::ldexp(static_cast<double>(word >> 11), -53));
  }
}

// Tolerances: five standard deviations of the estimate over numberOfDraws draws.
TEST(TorchRandom, UniformHasTheMomentsOfAUniformNumberAndStaysBelowOne)
{
  TorchRandom random(11);
  double      sum = 0.0;
  double      squares = 0.0;
  double      products = 0.0;
  double      last = 0.5;
  int         tenths[10]{};
  for (int i = 0; i < numberOfDraws; ++i)
  {
    const double value = random.Uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
    squares += value * value;
    products += (value - 0.5) * (last - 0.5);
    last = value;
    ++tenths[static_cast<int>(10.0 * value)];
  }
  EXPECT_NEAR(sum / numberOfDraws, 0.5, 5.0 * std::sqrt(1.0 / 12.0 / numberOfDraws));
  EXPECT_NEAR(squares / numberOfDraws, 1.0 / 3.0, 5.0 * std::sqrt(4.0 / 45.0 / numberOfDraws));
  EXPECT_NEAR(products / numberOfDraws, 0.0, 5.0 / 12.0 / std::sqrt(1.0 * numberOfDraws));
  double chiSquare = 0.0;
  for (const int count : tenths)
  {
    chiSquare += std::pow(count - 0.1 * numberOfDraws, 2.0) / (0.1 * numberOfDraws);
  }
  // 9 degrees of freedom: exceeded with probability 1e-5.
  EXPECT_LT(chiSquare, 39.3);
}

TEST(TorchRandom, NormalHasTheMomentsOfAStandardNormalNumber)
{
  TorchRandom random(12);
  double      moments[5]{};
  for (int i = 0; i < numberOfDraws; ++i)
  {
    const double value = random.Normal();
    double       power = 1.0;
    for (double & moment : moments)
    {
      moment += power / numberOfDraws;
      power *= value;
    }
  }
  const double unit = 5.0 / std::sqrt(1.0 * numberOfDraws);
  EXPECT_NEAR(moments[1], 0.0, unit);
  EXPECT_NEAR(moments[2], 1.0, unit * std::sqrt(2.0));
  EXPECT_NEAR(moments[3], 0.0, unit * std::sqrt(15.0));
  EXPECT_NEAR(moments[4], 3.0, unit * std::sqrt(96.0));
}

TEST(TorchRandom, IntegerDrawsEachOfItsValuesAlikeOften)
{
  TorchRandom random(13);
  int         counts[7]{};
  for (int i = 0; i < 70000; ++i)
  {
    const auto value = random.Integer(7);
    ASSERT_LT(value, 7u);
    ++counts[value];
  }
  for (const int count : counts)
  {
    EXPECT_NEAR(count, 10000, 5.0 * std::sqrt(10000.0 * 6.0 / 7.0));
  }
  EXPECT_EQ(random.Integer(1), 0u);
}

TEST(TorchRandom, UniformBetweenLimitsStaysBetweenThem)
{
  TorchRandom random(14);
  for (int i = 0; i < 1000; ++i)
  {
    const double value = random.Uniform(-3.0, 5.0);
    ASSERT_GE(value, -3.0);
    ASSERT_LT(value, 5.0);
  }
}
} // namespace
