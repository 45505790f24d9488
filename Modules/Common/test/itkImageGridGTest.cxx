// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageGrid.h"
#include "itkErrorSentence.h"
#include "itkImage.h"
#include <gtest/gtest.h>
#include <cmath>

namespace
{
using ImageType = itk::Image<float, 3>;

/** 40 × 30 × 20 pixels from index (3, -2, 5) on, oblique and far from the origin. */
ImageType::Pointer
MakeGrid()
{
  auto image = ImageType::New();
  image->SetRegions(ImageType::RegionType({ { 3, -2, 5 } }, { { 40, 30, 20 } }));
  const double spacing[] = { 0.5, 0.75, 2.0 };
  image->SetSpacing(spacing);
  const double origin[] = { -341.66479492187506, 120.5, -63.25 };
  image->SetOrigin(origin);
  ImageType::DirectionType direction;
  direction.SetIdentity();
  direction(0, 0) = direction(1, 1) = std::cos(0.3);
  direction(0, 1) = -std::sin(0.3);
  direction(1, 0) = std::sin(0.3);
  image->SetDirection(direction);
  return image;
}

template <typename TChange>
std::string
DifferenceAfter(TChange change, double tolerance = itk::defaultGridTolerance)
{
  const auto grid = MakeGrid();
  const auto image = MakeGrid();
  change(image.GetPointer());
  return itk::DescribeGridDifference<3>(grid, image, tolerance);
}

void
Shift(ImageType * image, double pixels)
{
  auto       origin = image->GetOrigin();
  const auto direction = image->GetDirection();
  for (unsigned int i = 0; i < 3; ++i)
  {
    origin[i] += direction(i, 0) * pixels * image->GetSpacing()[0];
  }
  image->SetOrigin(origin);
}
} // namespace

TEST(ImageGrid, RoundingToSinglePrecisionIsNoDifference)
{
  EXPECT_EQ(DifferenceAfter([](ImageType *) {}), "");
  EXPECT_EQ(DifferenceAfter(
              [](ImageType * image)
              {
                auto origin = image->GetOrigin();
                auto spacing = image->GetSpacing();
                auto direction = image->GetDirection();
                for (unsigned int i = 0; i < 3; ++i)
                {
                  origin[i] = static_cast<double>(static_cast<float>(origin[i]));
                  spacing[i] = static_cast<double>(static_cast<float>(spacing[i]));
                  for (unsigned int j = 0; j < 3; ++j)
                  {
                    direction(i, j) = static_cast<double>(static_cast<float>(direction(i, j)));
                  }
                }
                image->SetOrigin(origin);
                image->SetSpacing(spacing);
                image->SetDirection(direction);
              }),
            "");
}

TEST(ImageGrid, ACornersDistanceIsMeasuredInPixels)
{
  EXPECT_EQ(DifferenceAfter([](ImageType * image) { Shift(image, 0.0099); }), "");
  const std::string sentence = DifferenceAfter([](ImageType * image) { Shift(image, 0.25); });
  EXPECT_NE(sentence.find(", 0.25 pixels away; at most 0.01 are taken for the same place"), std::string::npos)
    << sentence;
  EXPECT_EQ(DifferenceAfter([](ImageType * image) { Shift(image, 0.25); }, 0.26), "");
  EXPECT_NE(DifferenceAfter([](ImageType * image) { Shift(image, 1e-6); }, 0.0), "");
}

TEST(ImageGrid, ASmallErrorOfTheSpacingAddsUpToTheFarthestCorner)
{
  // Along 39 pixels from the first on, whose index is 3: (3 + 39) · 0.001 pixels.
  const std::string sentence = DifferenceAfter(
    [](ImageType * image)
    {
      auto spacing = image->GetSpacing();
      spacing[0] *= 1.001;
      image->SetSpacing(spacing);
    });
  EXPECT_EQ(sentence.rfind("its corner [42, ", 0), 0u) << sentence;
  EXPECT_NE(sentence.find(", 0.042 pixels away"), std::string::npos) << sentence;
}

TEST(ImageGrid, ATurnedGridAndAnotherSizeAreDifferences)
{
  EXPECT_NE(DifferenceAfter(
              [](ImageType * image)
              {
                ImageType::DirectionType direction;
                direction.SetIdentity();
                image->SetDirection(direction);
              }),
            "");
  EXPECT_EQ(DifferenceAfter(
              [](ImageType * image) {
                image->SetRegions(ImageType::SizeType{ { 40, 30, 21 } });
              }),
            "its size must be [40, 30, 20], but is [40, 30, 21]");
}

TEST(ImageGrid, AnotherFirstIndexIsTheSameGridWhereThePixelsLieTheSame)
{
  EXPECT_EQ(DifferenceAfter(
              [](ImageType * image)
              {
                ImageType::PointType first;
                image->TransformIndexToPhysicalPoint(image->GetLargestPossibleRegion().GetIndex(), first);
                image->SetRegions(ImageType::SizeType{ { 40, 30, 20 } });
                image->SetOrigin(first);
              }),
            "");
}

TEST(ImageGrid, PlacesArePrintedInAsManyDigitsAsTellThemApart)
{
  itk::Point<double, 2> first;
  first[0] = -341.66479492187506;
  first[1] = 2;
  auto second = first;
  second[0] = -341.66479492187999;
  const auto [one, other] = itk::PrintApart(first, second);
  EXPECT_EQ(one, "[-341.664794921875, 2]");
  EXPECT_EQ(other, "[-341.66479492188, 2]");
}

TEST(ImageGrid, AMatchedImageHasExactlyTheGrid)
{
  const auto grid = MakeGrid();
  const auto image = MakeGrid();
  Shift(image, 0.005);
  itk::MatchGrid<3>(grid, "image.nrrd", image, "labels.nii");
  EXPECT_EQ(image->GetOrigin(), grid->GetOrigin());
  Shift(image, 0.5);
  std::string sentence;
  try
  {
    itk::MatchGrid<3>(grid, "image.nrrd", image, "labels.nii");
  }
  catch (const itk::ExceptionObject & error)
  {
    sentence = itk::ErrorSentence(error);
  }
  EXPECT_EQ(sentence.rfind("labels.nii: it must have the grid of image.nrrd: its corner [", 0), 0u) << sentence;
}
