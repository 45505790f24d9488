// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryDistances.h"
#include "itkMaximumMatching.h"
#include "itkPixelSetTestHelpers.h"
#include "itkTestHelpers.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"

#include "itkHausdorffDistanceImageFilter.h"
#include "itkImage.h"

#include <gtest/gtest.h>

#include <cmath>

namespace
{
using itk::Test::AsTensor;
using itk::Test::MakeSet;
using itk::Test::Size;
using Distances = std::vector<double>;

itk::PixelSet
RandomSet(itk::TorchRandom & random, const Size & size, double density)
{
  itk::PixelSet set(size);
  for (std::int64_t i = 0; i < set.GetNumberOfImagePixels(); ++i)
  {
    set.GetBytes()[i] = random.Uniform() < density;
  }
  return set;
}

/** From each pixel of one set to the nearest of the other one, looking at all pairs. */
Distances
SlowDistances(const itk::PixelSet & from, const itk::PixelSet & to, const std::vector<double> & spacing)
{
  const auto place = [&](std::int64_t offset)
  {
    std::vector<double> point;
    for (std::size_t axis = 0; axis < spacing.size(); ++axis)
    {
      point.push_back(spacing[axis] * static_cast<double>(offset % from.GetSize()[axis]));
      offset /= from.GetSize()[axis];
    }
    return point;
  };
  Distances distances;
  for (std::int64_t i = 0; i < from.GetNumberOfImagePixels(); ++i)
  {
    if (from.GetBytes()[i] == 0)
    {
      continue;
    }
    double best = std::numeric_limits<double>::infinity();
    for (std::int64_t k = 0; k < to.GetNumberOfImagePixels(); ++k)
    {
      if (to.GetBytes()[k] != 0)
      {
        const auto a = place(i);
        const auto b = place(k);
        double     squared = 0.0;
        for (std::size_t axis = 0; axis < spacing.size(); ++axis)
        {
          squared += (a[axis] - b[axis]) * (a[axis] - b[axis]);
        }
        best = std::min(best, std::sqrt(squared));
      }
    }
    distances.push_back(best);
  }
  return distances;
}

void
ExpectNear(const Distances & actual, const Distances & expected)
{
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
  {
    if (std::isinf(expected[i]))
    {
      EXPECT_EQ(actual[i], expected[i]);
    }
    else
    {
      EXPECT_NEAR(actual[i], expected[i], 1e-9) << i; // squares of multiples of the spacing, added in another order
    }
  }
}
} // namespace

TEST(BoundaryDistances, EqualThoseOfLookingAtAllPairs)
{
  itk::TorchRandom random(1);
  const Size       sizes[] = { { 1, 1 }, { 23, 1 }, { 1, 31 }, { 17, 29 }, { 67, 13 }, { 7, 11, 9 }, { 1, 5, 33 } };
  for (const auto & size : sizes)
  {
    for (const double density : { 0.02, 0.2, 0.9 })
    {
      const auto a = RandomSet(random, size, density);
      const auto b = RandomSet(random, size, density);
      const auto spacing = size.size() == 2 ? std::vector<double>{ 0.7, 1.9 } : std::vector<double>{ 1.0, 0.4, 2.5 };
      for (const unsigned int threads : { 1u, 3u })
      {
        itk::TorchRuntime::SetNumberOfThreads(threads);
        const auto distances = itk::BoundaryDistances::Compute(a, b, spacing);
        ExpectNear(distances.GetFromPrediction(), SlowDistances(a, b, spacing));
        ExpectNear(distances.GetFromTruth(), SlowDistances(b, a, spacing));
      }
    }
  }
  itk::TorchRuntime::SetNumberOfThreads(0);
}

/* More than 32 pixels apart, where looking around ends, and near each other in so large an image that it must not. */
TEST(BoundaryDistances, OfFarAndOfNearSetsEqualThoseOfLookingAtAllPairs)
{
  itk::TorchRandom random(2);
  for (const auto & size : { Size{ 90, 11 }, Size{ 7, 120 }, Size{ 4, 5, 70 }, Size{ 80, 3, 4 } })
  {
    for (const std::int64_t gap : { 3, 31, 33, 60 })
    {
      const auto longest = std::max_element(size.begin(), size.end()) - size.begin();
      auto       a = RandomSet(random, size, 0.3);
      auto       b = RandomSet(random, size, 0.3);
      for (std::int64_t i = 0; i < a.GetNumberOfImagePixels(); ++i)
      {
        std::int64_t place = i;
        for (std::ptrdiff_t axis = 0; axis < longest; ++axis)
        {
          place /= size[axis];
        }
        place %= size[longest];
        a.GetBytes()[i] = a.GetBytes()[i] != 0 && place < 6;
        b.GetBytes()[i] = b.GetBytes()[i] != 0 && place >= 5 + gap && place < 9 + gap;
      }
      const auto spacing = size.size() == 2 ? std::vector<double>{ 1.3, 1.0 } : std::vector<double>{ 1.0, 2.0, 1.1 };
      const auto distances = itk::BoundaryDistances::Compute(a, b, spacing);
      ExpectNear(distances.GetFromPrediction(), SlowDistances(a, b, spacing));
      ExpectNear(distances.GetFromTruth(), SlowDistances(b, a, spacing));
    }
  }
}

// From (0, 1), (4, 1) to (1, 1): 1 and 3; back: 1.
TEST(BoundaryDistances, StatisticsAreThoseWorkedOutByHand)
{
  const auto distances = itk::BoundaryDistances::Compute(MakeSet({ 6, 2 }, { 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0 }),
                                                         MakeSet({ 6, 2 }, { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 }),
                                                         { 1, 1 });
  EXPECT_EQ(distances.GetFromPrediction(), (Distances{ 1, 3 }));
  EXPECT_EQ(distances.GetFromTruth(), (Distances{ 1 }));
  EXPECT_EQ(distances.HausdorffDistance(), 3.0);
  EXPECT_DOUBLE_EQ(distances.HausdorffDistanceAtPercentile(95), 2.9);
  EXPECT_DOUBLE_EQ(distances.HausdorffDistanceAtPercentile(50), 2.0);
  EXPECT_DOUBLE_EQ(distances.PooledHausdorffDistanceAtPercentile(95), 2.8);
  EXPECT_DOUBLE_EQ(distances.PooledHausdorffDistanceAtPercentile(100), 3.0);
  EXPECT_DOUBLE_EQ(distances.Mean(), 5.0 / 3.0);
  EXPECT_DOUBLE_EQ(distances.MeanOfMeans(), 1.5);
  const auto within = distances.CountWithin(1.0);
  EXPECT_EQ(within.MatchedPrediction, 1u);
  EXPECT_EQ(within.Prediction, 2u);
  EXPECT_EQ(within.MatchedTruth, 1u);
  EXPECT_EQ(within.Truth, 1u);
  EXPECT_DOUBLE_EQ(within.Precision(), 0.5);
  EXPECT_DOUBLE_EQ(within.Recall(), 1.0);
  EXPECT_DOUBLE_EQ(within.F(), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(within.SurfaceDice(), 2.0 / 3.0);
}

TEST(BoundaryDistances, EmptySetsAreInfinitelyFarAndTwoOfThemAgree)
{
  const itk::PixelSet none({ 3, 2 });
  const auto          some = MakeSet({ 3, 2 }, { 0, 1, 0, 0, 1, 0 });
  const auto          both = itk::BoundaryDistances::Compute(none, none, { 1, 1 });
  EXPECT_EQ(both.HausdorffDistance(), 0.0);
  EXPECT_EQ(both.HausdorffDistanceAtPercentile(95), 0.0);
  EXPECT_EQ(both.Mean(), 0.0);
  EXPECT_EQ(both.MeanOfMeans(), 0.0);
  EXPECT_EQ(both.CountWithin(1).F(), 1.0);
  EXPECT_EQ(both.CountWithin(1).SurfaceDice(), 1.0);
  for (const auto & one :
       { itk::BoundaryDistances::Compute(none, some, { 1, 1 }), itk::BoundaryDistances::Compute(some, none, { 1, 1 }) })
  {
    EXPECT_TRUE(std::isinf(one.HausdorffDistance()));
    EXPECT_TRUE(std::isinf(one.HausdorffDistanceAtPercentile(95)));
    EXPECT_TRUE(std::isinf(one.PooledHausdorffDistanceAtPercentile(95)));
    EXPECT_TRUE(std::isinf(one.Mean()));
    EXPECT_TRUE(std::isinf(one.MeanOfMeans()));
    EXPECT_EQ(one.CountWithin(1).F(), 0.0);
    EXPECT_EQ(one.CountWithin(1).SurfaceDice(), 0.0);
  }
}

TEST(BoundaryDistances, ToleranceThatIsAMultipleOfTheSpacingIncludesItsNeighbor)
{
  const auto distances =
    itk::BoundaryDistances::Compute(MakeSet({ 4, 1 }, { 1, 0, 0, 0 }), MakeSet({ 4, 1 }, { 0, 0, 0, 1 }), { 0.1, 1.0 });
  EXPECT_EQ(distances.CountWithin(0.3).MatchedTruth, 1u) << "0.1 * 3 is more than 0.3";
  EXPECT_EQ(distances.CountWithin(0.2999).MatchedTruth, 0u);
}

TEST(BoundaryDistances, DistancesBeyondTheMaximumAreInfinite)
{
  const auto a = MakeSet({ 8, 1 }, { 1, 0, 0, 1, 0, 0, 0, 0 });
  const auto b = MakeSet({ 8, 1 }, { 0, 0, 0, 0, 0, 1, 0, 0 });
  const auto distances = itk::BoundaryDistances::Compute(a, b, { 1, 1 }, 3.0);
  EXPECT_TRUE(std::isinf(distances.GetFromPrediction()[0]));
  EXPECT_EQ(distances.GetFromPrediction()[1], 2.0);
}

/* Large enough to be shared out; equal bits, and not only near ones. */
TEST(BoundaryDistances, AreTheSameBitsForAnyNumberOfThreads)
{
  itk::TorchRandom random(3);
  const Size       size{ 1501, 1103 };
  const auto       a = RandomSet(random, size, 0.01);
  for (const double density : { 0.01, 0.00001 })
  {
    const auto b = RandomSet(random, size, density);
    itk::TorchRuntime::SetNumberOfThreads(1);
    const auto expected = itk::BoundaryDistances::ComputeBetweenSurfaces(a, a, b, b, { 1.0, 1.1 });
    for (const unsigned int threads : { 2u, 3u })
    {
      itk::TorchRuntime::SetNumberOfThreads(threads);
      const auto distances = itk::BoundaryDistances::ComputeBetweenSurfaces(a, a, b, b, { 1.0, 1.1 });
      EXPECT_EQ(distances.GetFromPrediction(), expected.GetFromPrediction());
      EXPECT_EQ(distances.GetFromTruth(), expected.GetFromTruth());
      EXPECT_EQ(distances.GetHausdorffDistanceOfSets(), expected.GetHausdorffDistanceOfSets());
    }
  }
  itk::TorchRuntime::SetNumberOfThreads(0);
}

TEST(BoundaryDistances, WrongSpacingsTolerancesAndPercentilesAreNamed)
{
  const itk::PixelSet set({ 3, 2 });
  const auto          message = [&set](const std::vector<double> & spacing)
  { return itk::Test::MessageOf([&] { itk::BoundaryDistances::Compute(set, set, spacing); }); };
  itk::Test::ExpectContains(message({ 1.0 }), "Spacing must be one number for each of the 2 axes, but there are 1.");
  itk::Test::ExpectContains(message({ 1.0, 1.0, 1.0, 1.0 }), "but there are 4");
  itk::Test::ExpectContains(message({ 1.0, -2.0 }), "-2");
  const double infinity = std::numeric_limits<double>::infinity();
  itk::Test::ExpectContains(itk::Test::MessageOf(
                              [&] {
                                itk::CountMaximumMatching(set, set, { 1, 1 }, infinity);
                              }),
                            "but is inf");
  const auto distances = itk::BoundaryDistances::Compute(set, set, { 1, 1 });
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { distances.HausdorffDistanceAtPercentile(101); }), "but is 101");
}

// A tolerance far beyond the image costs no more than the image.
TEST(BoundaryDistances, ToleranceOfOneToOneMatchesMayExceedTheImage)
{
  const auto counts =
    itk::CountMaximumMatching(MakeSet({ 4, 1 }, { 1, 0, 0, 0 }), MakeSet({ 4, 1 }, { 0, 0, 0, 1 }), { 1, 1 }, 1e9);
  EXPECT_EQ(counts.MatchedPrediction, 1u);
}

TEST(BoundaryDistances, SetsOfDifferentImagesAreRefused)
{
  itk::Test::ExpectContains(
    itk::Test::MessageOf(
      [] {
        itk::BoundaryDistances::Compute(itk::PixelSet({ 3, 2 }), itk::PixelSet({ 2, 3 }), { 1, 1 });
      }),
    "one is of 3 x 2 pixels, the other of 2 x 3");
  EXPECT_NE(itk::Test::MessageOf(
              [] {
                itk::CountMaximumMatching(itk::PixelSet({ 3, 2 }), itk::PixelSet({ 2, 3 }), { 1, 1 }, 1.0);
              }),
            "");
}

// Two pixels of the prediction lie next to the only one of the truth: both are near it, one has it.
TEST(BoundaryDistances, OnePartnerServesOnePixelOfAOneToOneMatching)
{
  const auto a = MakeSet({ 3, 1 }, { 1, 0, 1 });
  const auto b = MakeSet({ 3, 1 }, { 0, 1, 0 });
  EXPECT_EQ(itk::BoundaryDistances::Compute(a, b, { 1, 1 }).CountWithin(1).Precision(), 1.0);
  const auto counts = itk::CountMaximumMatching(a, b, { 1, 1 }, 1.0);
  EXPECT_EQ(counts.Precision(), 0.5);
  EXPECT_EQ(counts.Recall(), 1.0);
  EXPECT_EQ(itk::CountMaximumMatching(a, b, { 1.5, 1 }, 1.0).Precision(), 0.0) << "too far in physical units";
}

template <typename TImage>
class HausdorffDistanceOfSets : public ::testing::Test
{};

using MaskTypes = ::testing::Types<itk::Image<unsigned char, 2>, itk::Image<unsigned char, 3>>;
TYPED_TEST_SUITE(HausdorffDistanceOfSets, MaskTypes);

/* Boxes with holes, so that the farthest pixel may lie inside. ITK measures on a grid of floats: 1e-5. */
TYPED_TEST(HausdorffDistanceOfSets, EqualsThatOfITK)
{
  constexpr unsigned int Dimension = TypeParam::ImageDimension;
  itk::TorchRandom       random(7);
  for (int round = 0; round < 12; ++round)
  {
    typename TypeParam::SizeType    size;
    typename TypeParam::SpacingType spacing;
    for (unsigned int axis = 0; axis < Dimension; ++axis)
    {
      size[axis] = 19 + 4 * axis;
      spacing[axis] = round % 2 == 0 ? 1.0 : 0.5 + 0.75 * axis;
    }
    typename TypeParam::Pointer images[2];
    for (auto & image : images)
    {
      image = TypeParam::New();
      image->SetRegions(size);
      image->SetSpacing(spacing);
      image->Allocate(true);
      unsigned char * const pixels = image->GetBufferPointer();
      const std::int64_t    count = image->GetBufferedRegion().GetNumberOfPixels();
      const auto            hole = random.Integer(static_cast<std::uint32_t>(count));
      for (std::int64_t i = 0; i < count; ++i)
      {
        const auto index = image->ComputeIndex(i);
        bool       isInside = true;
        for (unsigned int axis = 0; axis < Dimension; ++axis)
        {
          isInside = isInside && index[axis] >= 2 + round % 3 && index[axis] < 9 + static_cast<int>(round % 5);
        }
        pixels[i] = isInside != (random.Uniform() < 0.01) && i != hole;
      }
    }
    const Size                 size64(size.begin(), size.end());
    std::vector<itk::PixelSet> sets;
    std::vector<itk::PixelSet> surfaces;
    for (auto & image : images)
    {
      const auto tensor =
        itk::TorchTensor::FromPixels(image->GetBufferPointer(), itk::TorchComponentType::UInt8, size64, 1);
      sets.push_back(itk::PixelSet::FromMask(tensor));
      surfaces.push_back(itk::PixelSet::FromOutline(tensor, {}, true));
    }
    const auto distances = itk::BoundaryDistances::ComputeBetweenSurfaces(
      surfaces[0], sets[0], surfaces[1], sets[1], { spacing.Begin(), spacing.End() });
    auto reference = itk::HausdorffDistanceImageFilter<TypeParam, TypeParam>::New();
    reference->SetInput1(images[0]);
    reference->SetInput2(images[1]);
    reference->Update();
    EXPECT_NEAR(distances.GetHausdorffDistanceOfSets(), reference->GetHausdorffDistance(), 1e-5) << round;
    EXPECT_GT(distances.GetHausdorffDistanceOfSets(), 0.0);
  }
}

// A ball of the given radius and a dot in its middle: every pixel of the ball is its distance from the dot away.
TEST(BoundaryDistances, InnerPixelsAreFoundFarAwayToo)
{
  for (const int radius : { 5, 20, 45 })
  {
    const std::int64_t        edge = 2 * radius + 3;
    std::vector<std::uint8_t> disc(edge * edge);
    std::vector<std::uint8_t> dot(edge * edge);
    for (std::int64_t i = 0; i < edge * edge; ++i)
    {
      disc[i] = std::hypot(i % edge - radius - 1, i / edge - radius - 1) <= radius;
    }
    dot[edge * (radius + 1) + radius + 1] = 1;
    const auto distances = itk::BoundaryDistances::ComputeBetweenSurfaces(
      itk::PixelSet::FromOutline(AsTensor(disc, { edge, edge }), {}, true),
      MakeSet({ edge, edge }, disc),
      MakeSet({ edge, edge }, dot),
      MakeSet({ edge, edge }, dot),
      { 1, 1 });
    EXPECT_DOUBLE_EQ(distances.GetHausdorffDistanceOfSets(), radius);
    EXPECT_DOUBLE_EQ(distances.HausdorffDistance(), radius);
  }
}

// A disc and a ring that is its rim: the surfaces' distance is small, that of the sets is the radius.
TEST(BoundaryDistances, InnerPixelsCountForTheDistanceOfSets)
{
  std::vector<std::uint8_t> disc(21 * 21);
  std::vector<std::uint8_t> ring(21 * 21);
  for (int i = 0; i < 441; ++i)
  {
    const double radius = std::hypot(i % 21 - 10, i / 21 - 10);
    disc[i] = radius <= 8;
    ring[i] = radius <= 8 && radius > 6;
  }
  const auto surface = [](std::vector<std::uint8_t> & mask) {
    return itk::PixelSet::FromOutline(AsTensor(mask, { 21, 21 }), {}, true);
  };
  const auto distances = itk::BoundaryDistances::ComputeBetweenSurfaces(
    surface(disc), MakeSet({ 21, 21 }, disc), surface(ring), MakeSet({ 21, 21 }, ring), { 1, 1 });
  EXPECT_LT(distances.HausdorffDistance(), 3.0);
  EXPECT_GT(distances.GetHausdorffDistanceOfSets(), 6.0);
}
