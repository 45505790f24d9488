// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelParts.h"
#include <gtest/gtest.h>

namespace
{
template <unsigned int VDimension>
std::map<std::int64_t, itk::LabelParts>
PartsOf(const itk::Size<VDimension> & size, const std::vector<std::int64_t> & labels)
{
  auto image = itk::LabelImageType<VDimension>::New();
  image->SetRegions(size);
  image->Allocate();
  std::copy(labels.begin(), labels.end(), image->GetBufferPointer());
  return itk::FindLabelParts<VDimension>(image);
}
} // namespace

TEST(LabelParts, PixelsThatTouchByACornerAreOnePart)
{
  const auto parts = PartsOf<2>({ { 5, 3 } },
                                { 7,
                                  0,
                                  0,
                                  7,
                                  2, //
                                  0,
                                  7,
                                  0,
                                  0,
                                  2, //
                                  7,
                                  0,
                                  2,
                                  0,
                                  7 });
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts.at(7).Pixels, 5u);
  EXPECT_EQ(parts.at(7).Parts, 3u);
  EXPECT_EQ(parts.at(2).Pixels, 3u);
  EXPECT_EQ(parts.at(2).Parts, 2u);
}

TEST(LabelParts, APartMayMeetAfterTheRowsThatBeginIt)
{
  // A U, and a spiral's arm that comes from the right.
  EXPECT_EQ(PartsOf<2>({ { 3, 2 } }, { 1, 0, 1, 1, 1, 1 }).at(1).Parts, 1u);
  EXPECT_EQ(PartsOf<2>({ { 4, 2 } }, { 0, 0, 0, 1, 1, 0, 1, 0 }).at(1).Parts, 2u);
}

TEST(LabelParts, RowsAndSlicesDoNotGoOnAroundTheBorder)
{
  EXPECT_EQ(PartsOf<2>({ { 4, 2 } }, { 0, 0, 0, 1, 1, 0, 0, 0 }).at(1).Parts, 2u);
  EXPECT_EQ(PartsOf<3>({ { 1, 3, 2 } }, { 0, 0, 1, 1, 0, 0 }).at(1).Parts, 2u);
  EXPECT_EQ(PartsOf<3>({ { 1, 3, 2 } }, { 0, 1, 0, 1, 0, 0 }).at(1).Parts, 1u);
}

TEST(LabelParts, WhatLooksLikeAMaskIsSaid)
{
  EXPECT_EQ(itk::DescribeOddObjects({}), "");
  EXPECT_EQ(itk::DescribeOddObjects({ { 1, { 9, 1 } }, { 2, { 9, 1 } } }), "");
  EXPECT_EQ(itk::DescribeOddObjects({ { 1, { 9, 1 } } }), "");
  EXPECT_EQ(itk::DescribeOddObjects({ { 255, { 9, 1 } } }),
            "Its only label is 255: it looks like a mask, not like objects, each with a number of its own.");
  EXPECT_EQ(itk::DescribeOddObjects({ { 1, { 9, 4 } } }),
            "Its only label, 1, is in 4 parts: it looks like a mask, not like objects, each with a number of its own.");
  EXPECT_EQ(itk::DescribeOddObjects({ { 1, { 9, 1 } }, { 5, { 9, 2 } } }),
            "1 of its 2 labels is in several parts, such as label 5 in 2.");
}
