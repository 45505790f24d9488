// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationScoreSet.h"
#include "itkTestHelpers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace
{
using Metric = itk::SegmentationMetric;

/** An image on which TP of `objects` objects match, and Dice is as given in hundredths. */
itk::SegmentationScores
MakeScores(std::uint64_t diceHundredths, std::uint64_t matches, std::uint64_t objects, double hausdorff)
{
  itk::SegmentationScores scores;
  scores.Overlap = { diceHundredths, 100 - diceHundredths, 100 - diceHundredths, 0 };
  for (auto & counts : scores.Kaggle)
  {
    counts.TruePositives = matches;
    counts.FalseNegatives = objects - matches;
  }
  scores.AreInstancesComputed = true;
  scores.Surface.HausdorffDistance = hausdorff;
  scores.Surface.IsComputed = true;
  return scores;
}

constexpr double Infinity = std::numeric_limits<double>::infinity();
} // namespace

TEST(SegmentationMetric, NamesAreDistinctAndEveryMetricIsDescribed)
{
  std::set<std::string> names;
  for (const auto & metric : Metric::GetAll())
  {
    EXPECT_TRUE(names.insert(metric.Name).second) << metric.Name;
    EXPECT_EQ(metric.Description.back(), '.') << metric.Name;
    EXPECT_EQ(Metric::Get(metric.Name).Description, metric.Description);
  }
  EXPECT_GT(names.size(), 50u);
  itk::Test::ExpectContains(itk::Test::MessageOf([] { Metric::Get("Dise"); }), "no metric named Dise");
}

TEST(SegmentationMetric, WhatWasNotComputedIsNaN)
{
  for (const auto & metric : Metric::GetAll())
  {
    const double value = metric.Value({});
    const bool   isOfPixels = metric.Name == "Dice" || metric.Name == "IntersectionOverUnion" ||
                            metric.Name == "Precision" || metric.Name == "Recall" || metric.Name == "Specificity" ||
                            metric.Name == "Accuracy";
    const bool isPixelCount =
      metric.Name.find("Positives") != std::string::npos || metric.Name.find("Negatives") != std::string::npos;
    EXPECT_EQ(std::isnan(value), !isOfPixels && !isPixelCount) << metric.Name;
  }
}

TEST(SegmentationMetric, KnowsWhatItNeeds)
{
  for (const auto & metric : Metric::GetAll())
  {
    const bool isDistance = metric.What == Metric::Kind::Distance;
    EXPECT_EQ(metric.IsOfBoundary(), metric.Name.rfind("Boundary", 0) == 0) << metric.Name;
    EXPECT_EQ(metric.IsOfSurface(), isDistance || metric.Name == "SurfaceDice") << metric.Name;
  }
}

// Means weigh images alike, sums weigh pixels and objects: (0.9 + 0.6) / 2; (1/1 + 1/4) / 2 and 2 / 5.
TEST(SegmentationScoreSet, MeansAndPooledValuesAreThoseWorkedOutByHand)
{
  itk::SegmentationScoreSet set;
  set.Add("a", MakeScores(90, 1, 1, 3.0));
  set.Add("b", MakeScores(60, 1, 4, 5.0));
  EXPECT_DOUBLE_EQ(set.GetMean(Metric::Get("Dice")), 0.75);
  EXPECT_DOUBLE_EQ(set.GetPooled(Metric::Get("Dice")), 0.75);
  EXPECT_DOUBLE_EQ(set.GetMean(Metric::Get("KaggleAveragePrecision50")), 0.625);
  EXPECT_DOUBLE_EQ(set.GetPooled(Metric::Get("KaggleAveragePrecision50")), 0.4);
  EXPECT_DOUBLE_EQ(set.GetMean(Metric::Get("HausdorffDistance")), 4.0);
  EXPECT_TRUE(std::isnan(set.GetPooled(Metric::Get("HausdorffDistance"))));
  EXPECT_TRUE(std::isnan(set.GetMean(Metric::Get("BoundaryF"))));
}

TEST(SegmentationScoreSet, InfiniteDistancesAreLeftOutAndCounted)
{
  itk::SegmentationScoreSet set;
  const auto &              hausdorff = Metric::Get("HausdorffDistance");
  set.Add("a", MakeScores(90, 1, 1, 3.0));
  set.Add("b", MakeScores(0, 0, 4, Infinity));
  EXPECT_EQ(set.GetMean(hausdorff), 3.0);
  EXPECT_EQ(set.GetNumberOfFiniteValues(hausdorff), 1u);
  EXPECT_EQ(set.GetNumberOfFiniteValues(Metric::Get("Dice")), 2u);
}

// Class 1: (0.9 + 0.6) / 2. Class 2, which image b does not have on either side: 0.2. Their mean: 0.475.
TEST(SegmentationScoreSet, MeanOverClassesLeavesOutWhatAnImageDoesNotHave)
{
  itk::SegmentationScoreSet set;
  itk::SegmentationScores   a;
  itk::SegmentationScores   b;
  const auto                makeClass = [](std::uint64_t diceHundredths, double hausdorff)
  {
    const auto scores = MakeScores(diceHundredths, 0, 0, hausdorff);
    return itk::ClassScores{ scores.Overlap, {}, false, scores.Surface };
  };
  a.Classes = { { 1, makeClass(90, 3.0) }, { 2, makeClass(20, Infinity) } };
  b.Classes = { { 1, makeClass(60, 5.0) } };
  set.Add("a", a);
  set.Add("b", b);
  const auto & dice = Metric::Get("Dice");
  EXPECT_DOUBLE_EQ(set.GetMeanOverClasses(dice), 0.475);
  EXPECT_EQ(set.GetNumberOfFiniteClasses(dice), 2u);
  const auto & hausdorff = Metric::Get("HausdorffDistance");
  EXPECT_DOUBLE_EQ(set.GetMeanOverClasses(hausdorff), 4.0);
  EXPECT_EQ(set.GetNumberOfFiniteClasses(hausdorff), 1u);
  EXPECT_TRUE(std::isnan(set.GetMeanOverClasses(Metric::Get("TruePositives")))) << "counts have no mean";
  EXPECT_TRUE(std::isnan(itk::SegmentationScoreSet().GetMeanOverClasses(dice)));
}

// A resample is one of {a, a}, {a, b}, {b, a}, {b, b}; without a there is no class 2, whose mean then does not count.
TEST(SegmentationScoreSet, IntervalOfTheMeanOverClassesIsThatOfItsResamples)
{
  itk::SegmentationScoreSet set;
  for (const std::uint64_t dice : { 90, 60 })
  {
    itk::SegmentationScores scores;
    scores.Classes[1].Overlap = MakeScores(dice, 0, 0, 0.0).Overlap;
    if (dice == 90)
    {
      scores.Classes[2].Overlap = MakeScores(20, 0, 0, 0.0).Overlap;
    }
    set.Add(std::to_string(dice), scores);
  }
  const auto interval = set.GetIntervalOfMeanOverClasses(Metric::Get("Dice"), 500);
  EXPECT_NEAR(interval.Lower, 0.475, 1e-12) << "{a, b}";
  EXPECT_NEAR(interval.Upper, 0.6, 1e-12) << "{b, b}";
}

TEST(SegmentationScoreSet, CountsBeyond32BitsAddUp)
{
  itk::SegmentationScores scores;
  scores.Overlap = { std::uint64_t{ 3 } << 31, 0, std::uint64_t{ 1 } << 31, std::uint64_t{ 5 } << 33 };
  itk::SegmentationScores sum = scores;
  sum += scores;
  EXPECT_EQ(sum.Overlap.TruePositives, std::uint64_t{ 3 } << 32);
  EXPECT_DOUBLE_EQ(sum.Overlap.Recall(), 0.75);
}

/* The mean of n values of a uniform distribution on [0, 1] has the standard deviation sqrt(1 / 12 n); 95 % of a normal
 * distribution lie within 1.96 of them. 4000 resamples place the bounds to a tenth of a deviation. */
TEST(SegmentationScoreSet, IntervalIsThatOfTheNormalApproximation)
{
  itk::SegmentationScoreSet set;
  constexpr int             count = 200;
  for (int i = 0; i < count; ++i)
  {
    set.Add(std::to_string(i), MakeScores(50, 1, 1, (i + 0.5) / count));
  }
  const auto   interval = set.GetIntervalOfMean(Metric::Get("HausdorffDistance"), 4000);
  const double deviation = std::sqrt(1.0 / 12.0 / count);
  EXPECT_NEAR(interval.Lower, 0.5 - 1.96 * deviation, 0.1 * deviation);
  EXPECT_NEAR(interval.Upper, 0.5 + 1.96 * deviation, 0.1 * deviation);
  const auto narrower = set.GetIntervalOfMean(Metric::Get("HausdorffDistance"), 4000, 0.5);
  EXPECT_NEAR(narrower.Upper, 0.5 + 0.6745 * deviation, 0.1 * deviation);
}

TEST(SegmentationScoreSet, IntervalsAreReproducibleAndChangeWithTheSeed)
{
  itk::SegmentationScoreSet set;
  for (std::uint64_t i = 0; i < 20; ++i)
  {
    set.Add(std::to_string(i), MakeScores(40 + i, i % 3, 3, 1.0));
  }
  for (const char * const name : { "Dice", "KaggleAveragePrecision50" })
  {
    const auto & metric = Metric::Get(name);
    const auto   first = set.GetIntervalOfPooled(metric, 200);
    EXPECT_EQ(first.Lower, set.GetIntervalOfPooled(metric, 200).Lower);
    EXPECT_NE(first.Lower, set.GetIntervalOfPooled(metric, 200, 0.95, 1).Lower);
    EXPECT_LT(first.Lower, set.GetPooled(metric));
    EXPECT_GT(first.Upper, set.GetPooled(metric));
  }
}

TEST(SegmentationScoreSet, EmptySetsAndWrongLevelsAreHandled)
{
  itk::SegmentationScoreSet set;
  const auto &              dice = Metric::Get("Dice");
  EXPECT_TRUE(std::isnan(set.GetMean(dice)));
  EXPECT_TRUE(std::isnan(set.GetPooled(dice)));
  EXPECT_TRUE(std::isnan(set.GetIntervalOfMean(dice).Lower));
  set.Add("a", MakeScores(90, 1, 1, 3.0));
  EXPECT_TRUE(std::isnan(set.GetIntervalOfMean(dice).Lower)) << "one image tells nothing about others";
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { set.GetIntervalOfMean(dice, 10, 1.5); }), "in (0, 1)");
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { set.GetIntervalOfMean(dice, 0); }), "at least 1");
}
