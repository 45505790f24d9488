// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageContinuation.h"
#include "itkRandomField.h"
#include <gtest/gtest.h>
#include <algorithm>
#include <set>
#include <tuple>

namespace
{
using namespace itk::Test;

constexpr double highest = 0.9995;

itk::ImageContinuations
FindIn(const std::vector<FieldType::Pointer> & images)
{
  std::vector<itk::ImageBorders> borders;
  for (const auto & image : images)
  {
    borders.push_back(itk::GetImageBorders(image));
  }
  std::vector<const itk::ImageBorders *> pointers;
  for (const auto & border : borders)
  {
    pointers.push_back(&border);
  }
  return itk::FindImageContinuations(pointers);
}

/** A border whose lines are those of an image's first column and the one beside it. */
itk::ImageBorders::Border
FirstColumn(const FieldType * image)
{
  return itk::GetImageBorders(image).Sides[0][0];
}

itk::ImageBorders::Border
LastColumn(const FieldType * image)
{
  return itk::GetImageBorders(image).Sides[0][1];
}
} // namespace

TEST(ImageContinuation, BordersAreTheMeansOfComponentsFromTheOutermostLineOn)
{
  auto image = MakeField(3, 2, 2);
  for (std::size_t i = 0; i < 12; ++i)
  {
    image->GetBufferPointer()[i] = static_cast<float>(i * i);
  }
  // Means of i² and (i + 1)²: 0.5, 6.5, 20.5 above 42.5, 72.5, 110.5.
  const auto sides = itk::GetImageBorders(image).Sides;
  EXPECT_EQ(sides[0][0].Outer, (std::vector<float>{ 0.5f, 42.5f }));
  EXPECT_EQ(sides[0][0].Inner, (std::vector<float>{ 6.5f, 72.5f }));
  EXPECT_EQ(sides[0][1].Outer, (std::vector<float>{ 20.5f, 110.5f }));
  EXPECT_EQ(sides[0][1].Inner, (std::vector<float>{ 6.5f, 72.5f }));
  EXPECT_EQ(sides[1][0].Outer, (std::vector<float>{ 0.5f, 6.5f, 20.5f }));
  EXPECT_EQ(sides[1][0].Inner, (std::vector<float>{ 42.5f, 72.5f, 110.5f }));
  EXPECT_EQ(sides[1][1].Outer, sides[1][0].Inner);
  EXPECT_EQ(sides[1][1].Inner, sides[1][0].Outer);
}

TEST(ImageContinuation, TilesAreFoundWhereTheyMeetAndNowhereElse)
{
  std::vector<FieldType::Pointer>                          tiles;
  std::set<std::tuple<std::size_t, std::size_t, unsigned>> expected;
  for (unsigned int seed = 0; seed < 5; ++seed)
  {
    const auto        field = MakeRandomField(seed, 256, 260);
    const std::size_t first = tiles.size();
    for (const auto & [x, y] : { std::pair(0, 0), std::pair(128, 0), std::pair(0, 130), std::pair(128, 130) })
    {
      tiles.push_back(CutTile(field, x, y, 128, 130));
    }
    expected.insert({ first, first + 1, 0u });
    expected.insert({ first + 2, first + 3, 0u });
    expected.insert({ first, first + 2, 1u });
    expected.insert({ first + 1, first + 3, 1u });
  }
  const auto                                               result = FindIn(tiles);
  std::set<std::tuple<std::size_t, std::size_t, unsigned>> found;
  for (const auto & continuation : result.Found)
  {
    found.insert({ continuation.First, continuation.Second, continuation.Axis });
    EXPECT_TRUE(continuation.IsCertain) << continuation.Score;
  }
  EXPECT_EQ(found, expected);
  EXPECT_TRUE(result.ChanceScores.empty());
}

TEST(ImageContinuation, ImagesThatDoNotMeetAreNotFound)
{
  std::vector<FieldType::Pointer> images;
  for (unsigned int seed = 0; seed < 30; ++seed)
  {
    images.push_back(MakeRandomField(100 + seed, 128, 128));
  }
  EXPECT_TRUE(FindIn(images).Found.empty());
}

TEST(ImageContinuation, TheSameLineHasTheHighestScore)
{
  const auto line = FirstColumn(MakeRandomField(1, 8, 140));
  EXPECT_NEAR(itk::GetContinuationScore(line, line), 3 * std::atanh(highest), 1e-9);
}

TEST(ImageContinuation, UnitAndZeroOfIntensitiesDoNotMatter)
{
  const auto field = MakeRandomField(5, 200, 140);
  const auto score = [&](float factor, float zero)
  {
    const auto other = MakeFieldOf(
      200, 140, [&](std::size_t x, std::size_t y) { return zero + factor * field->GetBufferPointer()[y * 200 + x]; });
    return itk::GetContinuationScore(LastColumn(CutTile(other, 0, 0, 100, 140)),
                                     FirstColumn(CutTile(other, 100, 0, 100, 140)));
  };
  const double plain = score(1, 0);
  EXPECT_GT(plain, 5.1);
  EXPECT_LT(plain, 3 * std::atanh(highest));
  // Single precision holds numbers of 65,000 to 0.004.
  EXPECT_NEAR(score(257, -1000), plain, 1e-3);
  EXPECT_NEAR(score(1.0f / 256, 0), plain, 1e-9);
}

TEST(ImageContinuation, LinesOfTwoLevelsScoreLess)
{
  // The same line, but beside a line of its own image that is like it: a jump of brightness is no continuation.
  auto border = FirstColumn(MakeRandomField(1, 8, 140, 0));
  border.Inner = border.Outer;
  auto brighter = border;
  for (float & value : brighter.Outer)
  {
    value += 40;
  }
  brighter.Inner = brighter.Outer;
  EXPECT_EQ(itk::GetContinuationScore(border, brighter), -std::numeric_limits<double>::infinity());
}

TEST(ImageContinuation, FlatShortUnequalAndInfiniteLinesHaveNoScore)
{
  const double nothing = -std::numeric_limits<double>::infinity();
  const auto   line = [](std::size_t length) { return FirstColumn(MakeRandomField(1, 8, length)); };
  EXPECT_GT(itk::GetContinuationScore(line(128), line(128)), 5.1);
  EXPECT_EQ(itk::GetContinuationScore(line(127), line(127)), nothing);
  EXPECT_EQ(itk::GetContinuationScore(line(128), line(129)), nothing);
  const auto flat = FirstColumn(MakeFieldOf(8, 140, [](std::size_t, std::size_t) { return 7; }));
  EXPECT_EQ(itk::GetContinuationScore(flat, flat), nothing);
  auto infinite = line(140);
  infinite.Inner[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(itk::GetContinuationScore(infinite, infinite), nothing);
}

TEST(ImageContinuation, ShadingThatAllImagesShareIsNoContinuation)
{
  std::vector<FieldType::Pointer> images;
  std::mt19937                    random(1);
  for (unsigned int i = 0; i < 12; ++i)
  {
    images.push_back(MakeFieldOf(140,
                                 140,
                                 [&](std::size_t x, std::size_t y)
                                 {
                                   const double dx = (static_cast<double>(x) - 69.5) / 70;
                                   const double dy = (static_cast<double>(y) - 69.5) / 70;
                                   return 1000 - 300 * (dx * dx + dy * dy) + static_cast<double>(random() % 3);
                                 }));
  }
  // Without the comparison with chance, they would be found.
  EXPECT_GT(itk::GetContinuationScore(LastColumn(images[0]), FirstColumn(images[1])), 5.1);
  const auto result = FindIn(images);
  EXPECT_TRUE(result.Found.empty());
  EXPECT_FALSE(result.ChanceScores.empty());
}

TEST(ImageContinuation, ImagesOfNoOrOneColumnAndNullAreLeftOut)
{
  const auto borders = itk::GetImageBorders(MakeRandomField(1, 1, 140));
  EXPECT_TRUE(itk::FindImageContinuations({ &borders, nullptr, &borders }).Found.empty());
  EXPECT_TRUE(itk::FindImageContinuations({}).Found.empty());
}
