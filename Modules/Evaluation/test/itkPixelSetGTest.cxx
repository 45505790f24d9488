// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPixelSet.h"
#include "itkPixelSetTestHelpers.h"
#include "itkTestHelpers.h"

using itk::Test::AsTensor;
using itk::Test::BytesOf;

TEST(PixelSet, OutlineIsTheInnerBorderOfEachLabel)
{
  std::vector<short>              labels{ 0, 0, 0, 0, 0, 0, //
                             0, 3, 3, 3, 7, 7, //
                             0, 3, 3, 3, 7, 7, //
                             0, 3, 3, 3, 7, 7 };
  const auto                      tensor = AsTensor(labels, { 6, 4 });
  const std::vector<std::uint8_t> open{ 0, 0, 0, 0, 0, 0, //
                                        0, 1, 1, 1, 1, 1, //
                                        0, 1, 0, 1, 1, 0, //
                                        0, 1, 0, 1, 1, 0 };
  const std::vector<std::uint8_t> closed{ 0, 0, 0, 0, 0, 0, //
                                          0, 1, 1, 1, 1, 1, //
                                          0, 1, 0, 1, 1, 1, //
                                          0, 1, 1, 1, 1, 1 };
  const std::vector<std::uint8_t> any{ 0, 0, 0, 0, 0, 0, //
                                       0, 1, 1, 1, 1, 1, //
                                       0, 1, 0, 0, 0, 0, //
                                       0, 1, 0, 0, 0, 0 };
  const std::vector<std::uint8_t> one{ 0, 0, 0, 0, 0, 0, //
                                       0, 0, 0, 0, 1, 1, //
                                       0, 0, 0, 0, 1, 0, //
                                       0, 0, 0, 0, 1, 0 };
  using Kind = itk::ObjectSelection::Kind;
  EXPECT_EQ(BytesOf(itk::PixelSet::FromOutline(tensor, {}, false)), open);
  EXPECT_EQ(BytesOf(itk::PixelSet::FromOutline(tensor, {}, true)), closed);
  EXPECT_EQ(BytesOf(itk::PixelSet::FromOutline(tensor, { Kind::AnyLabel, 0 }, false)), any);
  EXPECT_EQ(BytesOf(itk::PixelSet::FromOutline(tensor, { Kind::OneLabel, 7 }, false)), one);
  EXPECT_EQ(itk::PixelSet::FromOutline(tensor, { Kind::OneLabel, 7 + (1 << 16) }, false).Count(), 0)
    << "a label that the pixels cannot hold";
}

TEST(PixelSet, OutlineOfAVolumeLooksAlongAllAxes)
{
  std::vector<std::uint8_t> box(5 * 5 * 5, 1);
  auto                      outline = itk::PixelSet::FromOutline(AsTensor(box, { 5, 5, 5 }), {}, true);
  EXPECT_EQ(outline.Count(), 125 - 27);
  box[2 + 5 * 2] = 0;
  outline = itk::PixelSet::FromOutline(AsTensor(box, { 5, 5, 5 }), {}, false);
  EXPECT_EQ(outline.Count(), 5) << "four neighbors in the plane and one behind";
  EXPECT_EQ(outline.GetBytes()[2 + 5 * 2 + 25], 1);
}

// Otherwise an image full of one object and an empty one would have the same outline: none.
TEST(PixelSet, ObjectThatFillsTheImageHasTheBorderAsOutline)
{
  std::vector<int> one{ 4 };
  std::vector<int> none{ 0 };
  std::vector<int> full(20, 7);
  for (const bool isOutsideBackground : { true, false })
  {
    EXPECT_EQ(itk::PixelSet::FromOutline(AsTensor(one, { 1, 1 }), {}, isOutsideBackground).Count(), 1);
    EXPECT_EQ(itk::PixelSet::FromOutline(AsTensor(none, { 1, 1 }), {}, isOutsideBackground).Count(), 0);
    EXPECT_EQ(itk::PixelSet::FromOutline(AsTensor(full, { 5, 4 }), {}, isOutsideBackground).Count(), 14);
  }
}

TEST(PixelSet, TensorsOfOtherShapesAreRefused)
{
  std::vector<float> pixels(12);
  const auto tensor = itk::TorchTensor::FromPixels(pixels.data(), itk::TorchComponentType::Float32, { 3, 2 }, 2);
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { itk::PixelSet::FromMask(tensor); }), "[1, 2, 2, 3]");
}

TEST(PixelSet, RowIsOutlineAtItsEnds)
{
  std::vector<int> row{ 0, 4, 4, 4, 9 };
  EXPECT_EQ(BytesOf(itk::PixelSet::FromOutline(AsTensor(row, { 5, 1 }), {}, false)),
            (std::vector<std::uint8_t>{ 0, 1, 0, 1, 1 }));
}

TEST(PixelSet, MaskOfFloatsAndOfWideIntegersIsWhatIsNotZero)
{
  std::vector<float>         numbers{ 0.0f, -0.0f, 0.25f, -3.0f };
  std::vector<std::uint64_t> wide{ 0, std::uint64_t{ 1 } << 40, 0, 1 };
  EXPECT_EQ(BytesOf(itk::PixelSet::FromMask(AsTensor(numbers, { 4, 1 }))), (std::vector<std::uint8_t>{ 0, 0, 1, 1 }));
  EXPECT_EQ(BytesOf(itk::PixelSet::FromMask(AsTensor(wide, { 4, 1 }))), (std::vector<std::uint8_t>{ 0, 1, 0, 1 }));
}
