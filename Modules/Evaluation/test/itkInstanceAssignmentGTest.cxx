// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceMatching.h"

#include <gtest/gtest.h>

namespace
{
using Labels = std::vector<std::uint32_t>;
using Rule = itk::InstanceMatchRule;

itk::InstanceMatching
Match(const Labels & predicted, const Labels & truth)
{
  EXPECT_EQ(predicted.size(), truth.size());
  return { predicted.data(), truth.data(), truth.size() };
}
} // namespace

TEST(InstanceMatching, RulesDifferWhereTheRatioEqualsTheThreshold)
{
  const auto half = Match({ 1, 1, 0, 0 }, { 1, 1, 1, 1 });
  EXPECT_EQ(half.GetCounts(0.5, Rule::Greater).TruePositives, 0u);
  EXPECT_EQ(half.GetCounts(0.5, Rule::AtLeast).TruePositives, 1u);
  // 11 of 20 is 0.55.
  Labels predicted(20, 0);
  std::fill_n(predicted.begin(), 11, 4);
  const auto counts = itk::CountAtInstanceThresholds(Match(predicted, Labels(20, 1)), Rule::AtLeast);
  EXPECT_EQ(counts[1].TruePositives, 1u);
  EXPECT_EQ(counts[2].TruePositives, 0u);
}

// A true object in two halves: both have ratio 0.5, and only one may have it.
TEST(InstanceMatching, TwoCandidatesOfOneObjectMatchOnce)
{
  const auto counts = Match({ 1, 1, 2, 2 }, { 5, 5, 5, 5 }).GetCounts(0.5, Rule::AtLeast);
  EXPECT_EQ(counts.TruePositives, 1u);
  EXPECT_EQ(counts.FalsePositives, 1u);
  EXPECT_EQ(counts.FalseNegatives, 0u);
}

/* P1 shares 4 of 8 pixels with T1 and 2 of 8 with T2; P2 shares 2 of 6 with T1 and nothing with T2. The best pair first
 * (P1, T1) leaves one match at 0.25; the optimum has two: (P1, T2), (P2, T1). */
TEST(InstanceMatching, AssignmentFindsMoreMatchesThanTheBestPairFirst)
{
  const auto matching = Match({ 1, 1, 1, 1, 2, 2, 1, 1, 0, 0 }, { 1, 1, 1, 1, 1, 1, 2, 2, 2, 2 });
  const auto counts = matching.GetCounts(0.25, Rule::AtLeast);
  EXPECT_EQ(counts.TruePositives, 2u);
  EXPECT_EQ(counts.FalsePositives, 0u);
  EXPECT_EQ(counts.FalseNegatives, 0u);
  EXPECT_DOUBLE_EQ(counts.IntersectionOverUnion, 2.0 / 8.0 + 2.0 / 6.0);
  EXPECT_EQ(matching.GetCounts(0.25, Rule::Greater).TruePositives, 1u);
}

/* Ratios 2/3 (P1, T1), 1 (P2, T2), and P3 without a partner.
 * PQ = (2/3 + 1) / (2 + 1/2) = 2/3; SQ = 5/6; precision 2/3, recall 1, F1 = 4/5. */
TEST(InstanceMatching, RatiosOfCountsAreThoseWorkedOutByHand)
{
  const auto counts = Match({ 1, 1, 0, 2, 2, 3 }, { 1, 1, 1, 2, 2, 0 }).GetCounts(0.5);
  EXPECT_DOUBLE_EQ(counts.PanopticQuality(), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(counts.SegmentationQuality(), 5.0 / 6.0);
  EXPECT_DOUBLE_EQ(counts.Precision(), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(counts.Recall(), 1.0);
  EXPECT_DOUBLE_EQ(counts.F1(), 0.8);
  EXPECT_DOUBLE_EQ(counts.AveragePrecision(), 2.0 / 3.0);
}

TEST(InstanceMatching, RatiosWithoutObjectsAreOne)
{
  for (const auto & counts : { itk::InstanceCounts{}, Match({ 0, 0 }, { 0, 0 }).GetCounts(0.5) })
  {
    EXPECT_EQ(counts.PanopticQuality(), 1.0);
    EXPECT_EQ(counts.SegmentationQuality(), 1.0);
    EXPECT_EQ(counts.Precision(), 1.0);
    EXPECT_EQ(counts.Recall(), 1.0);
    EXPECT_EQ(counts.F1(), 1.0);
  }
  const auto missed = Match({ 0, 0 }, { 1, 1 }).GetCounts(0.5);
  EXPECT_EQ(missed.PanopticQuality(), 0.0);
  EXPECT_EQ(missed.Precision(), 0.0);
  EXPECT_EQ(missed.Recall(), 0.0);
  EXPECT_EQ(missed.F1(), 0.0);
}

// 8 of 10 pixels: above 0.50 … 0.75, six of the ten thresholds; 0.80 is reached, not exceeded.
TEST(InstanceMatching, MeanAveragePrecisionIsOverTenThresholds)
{
  const auto matching = Match({ 1, 1, 1, 1, 1, 1, 1, 1, 0, 0 }, Labels(10, 1));
  EXPECT_DOUBLE_EQ(itk::MeanAveragePrecision(itk::CountAtInstanceThresholds(matching, Rule::Greater)), 0.6);
  EXPECT_DOUBLE_EQ(itk::MeanAveragePrecision(itk::CountAtInstanceThresholds(matching, Rule::AtLeast)), 0.7);
}

/* T1 = 4 pixels with P1 (3 shared, P1 has 3): 3 / 4. T2 = 2 pixels, best P2 (1 shared of 4): 1 / 5. T3 = 1 pixel, best
 * P2, too (1 shared): 1 / 4. T4 = 2 pixels without a partner; P3 = 1 pixel without one. Intersections 3 + 1 + 1;
 * unions 4 + 5 + 4 + 2 + 1. */
TEST(InstanceMatching, AggregatedJaccardIsThatWorkedOutByHand)
{
  const Labels truth{ 1, 1, 1, 1, 2, 2, 3, 0, 0, 4, 4, 0 };
  const Labels predicted{ 1, 1, 1, 0, 2, 0, 2, 2, 2, 0, 0, 3 };
  const auto   sums = Match(predicted, truth).GetAggregatedJaccard();
  EXPECT_EQ(sums.Intersection, 5u);
  EXPECT_EQ(sums.Union, 16u);
  EXPECT_DOUBLE_EQ(sums.Index(), 5.0 / 16.0);
  EXPECT_EQ(Match({ 0 }, { 0 }).GetAggregatedJaccard().Index(), 1.0);
  EXPECT_EQ(Match({ 1 }, { 0 }).GetAggregatedJaccard().Index(), 0.0);
  EXPECT_EQ(Match({ 0 }, { 1 }).GetAggregatedJaccard().Index(), 0.0);
}

TEST(InstanceMatching, CountsOfImagesAddUp)
{
  auto       sum = Match({ 1, 1, 0 }, { 1, 1, 0 }).GetCounts(0.5);
  const auto other = Match({ 0, 1, 1, 1 }, { 2, 1, 1, 0 }).GetCounts(0.5);
  sum += other;
  EXPECT_EQ(sum.TruePositives, 2u);
  EXPECT_EQ(sum.FalseNegatives, 1u);
  EXPECT_DOUBLE_EQ(sum.IntersectionOverUnion, 1.0 + 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(sum.AveragePrecision(), 2.0 / 3.0);
}
