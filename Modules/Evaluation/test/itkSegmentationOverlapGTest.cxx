// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationOverlap.h"

#include <gtest/gtest.h>

// Worked by hand: |P| = 4, |T| = 8, |P and T| = 3. Exact up to one rounding.
TEST(SegmentationOverlap, RatiosFollowTheirDefinitions)
{
  const itk::SegmentationOverlap overlap{ 3, 1, 5, 11 };
  EXPECT_DOUBLE_EQ(overlap.Dice(), 6.0 / 12.0);
  EXPECT_DOUBLE_EQ(overlap.IntersectionOverUnion(), 3.0 / 9.0);
  EXPECT_DOUBLE_EQ(overlap.Precision(), 3.0 / 4.0);
  EXPECT_DOUBLE_EQ(overlap.Recall(), 3.0 / 8.0);
}

TEST(SegmentationOverlap, NothingPredictedWhereNothingIsTrueIsPerfect)
{
  const itk::SegmentationOverlap overlap{ 0, 0, 0, 9 };
  EXPECT_EQ(overlap.Dice(), 1.0);
  EXPECT_EQ(overlap.IntersectionOverUnion(), 1.0);
  EXPECT_EQ(overlap.Precision(), 1.0);
  EXPECT_EQ(overlap.Recall(), 1.0);
}

TEST(SegmentationOverlap, OneEmptySetGivesZero)
{
  for (const itk::SegmentationOverlap & overlap :
       { itk::SegmentationOverlap{ 0, 0, 4, 5 }, itk::SegmentationOverlap{ 0, 4, 0, 5 } })
  {
    EXPECT_EQ(overlap.Dice(), 0.0);
    EXPECT_EQ(overlap.IntersectionOverUnion(), 0.0);
    EXPECT_EQ(overlap.Precision(), 0.0);
    EXPECT_EQ(overlap.Recall(), 0.0);
  }
}

TEST(SegmentationOverlap, AddingImagesAddsTheirCounts)
{
  itk::SegmentationOverlap sum{ 1, 2, 3, 4 };
  sum += { 10, 20, 30, std::uint64_t{ 1 } << 40 };
  EXPECT_EQ(sum.TruePositives, 11u);
  EXPECT_EQ(sum.FalsePositives, 22u);
  EXPECT_EQ(sum.FalseNegatives, 33u);
  EXPECT_EQ(sum.TrueNegatives, (std::uint64_t{ 1 } << 40) + 4);
}
