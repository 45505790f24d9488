// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "CannyBaseline.h"
#include "ObjectBaselines.h"

#include <cmath>
#include <gtest/gtest.h>

namespace
{
using Nuclei::FloatType;
using Nuclei::ImageType;
using Nuclei::LabelType;

template <typename TImage>
typename TImage::Pointer
MakeImage(itk::SizeValueType edge)
{
  auto image = TImage::New();
  image->SetRegions(itk::Size<2>{ { edge, edge } });
  image->Allocate(true);
  return image;
}

template <typename TImage>
void
FillRectangle(TImage * image, int x, int y, int width, int height, typename TImage::PixelType value)
{
  for (int i = 0; i < width * height; ++i)
  {
    image->SetPixel({ { x + i % width, y + i / width } }, value);
  }
}

double
Mean(const ObjectBaselines & baselines, std::size_t row, const std::string & metric)
{
  return baselines.GetRows()[row].Scores.GetMean(itk::SegmentationMetric::Get(metric));
}

/** Two nuclei of 10 by 10 pixels that touch along a side, and a bright speck of 3 by 3 that is none. */
ObjectBaselines
MakeBaselinesOfTouchingSquares(int speckEdge)
{
  const auto                 image = MakeImage<ImageType>(40);
  const auto                 truth = MakeImage<LabelType>(40);
  const ImageType::PixelType bright(static_cast<unsigned char>(200));
  FillRectangle(image.GetPointer(), 5, 5, 20, 10, bright);
  FillRectangle(image.GetPointer(), 30, 30, speckEdge, speckEdge, bright);
  FillRectangle(truth.GetPointer(), 5, 5, 10, 10, LabelType::PixelType{ 1 });
  FillRectangle(truth.GetPointer(), 15, 5, 10, 10, LabelType::PixelType{ 2 });
  ObjectBaselines baselines;
  baselines.Add("touching", image, truth);
  return baselines;
}
} // namespace

TEST(ObjectBaselines, AThresholdCountsSpecksAsPixelsButNotAsObjects)
{
  const auto baselines = MakeBaselinesOfTouchingSquares(3);
  EXPECT_DOUBLE_EQ(Mean(baselines, 0, "Dice"), 2.0 * 200 / (209 + 200));
  EXPECT_DOUBLE_EQ(Mean(baselines, 0, "IntersectionOverUnion"), 200.0 / 209);
  EXPECT_EQ(Mean(baselines, 0, "PredictedObjects"), 1.0);
  // One object of both nuclei overlaps either by exactly a half, which is not more than a half.
  EXPECT_EQ(Mean(baselines, 0, "KaggleMeanAveragePrecision"), 0.0);
  EXPECT_EQ(Mean(MakeBaselinesOfTouchingSquares(4), 0, "PredictedObjects"), 2.0);
}

TEST(ObjectBaselines, APerfectMaskJoinsNucleiThatTouch)
{
  const auto baselines = MakeBaselinesOfTouchingSquares(3);
  EXPECT_EQ(Mean(baselines, 1, "Dice"), 1.0);
  EXPECT_EQ(Mean(baselines, 1, "PredictedObjects"), 1.0);
  EXPECT_EQ(Mean(baselines, 1, "KaggleMeanAveragePrecision"), 0.0);
}

TEST(ObjectBaselines, WithoutTouchingPixelsNucleiArePartedAndTooSmall)
{
  const auto baselines = MakeBaselinesOfTouchingSquares(3);
  EXPECT_DOUBLE_EQ(Mean(baselines, 2, "Dice"), 2.0 * 180 / (180 + 200));
  EXPECT_EQ(Mean(baselines, 2, "PredictedObjects"), 2.0);
  // Each overlaps by 0.9: more than the thresholds 0.5, 0.55, …, 0.85.
  EXPECT_DOUBLE_EQ(Mean(baselines, 2, "KaggleMeanAveragePrecision"), 0.8);
}

TEST(ObjectBaselines, RegrownNucleiAreTheTrueOnes)
{
  const auto baselines = MakeBaselinesOfTouchingSquares(3);
  EXPECT_EQ(Mean(baselines, 3, "Dice"), 1.0);
  EXPECT_EQ(Mean(baselines, 3, "KaggleMeanAveragePrecision"), 1.0);
}

TEST(ObjectBaselines, NucleiThatTouchAtACornerLoseThatPixelEach)
{
  const auto image = MakeImage<ImageType>(40);
  const auto truth = MakeImage<LabelType>(40);
  FillRectangle(truth.GetPointer(), 5, 5, 5, 5, LabelType::PixelType{ 1 });
  FillRectangle(truth.GetPointer(), 10, 10, 5, 5, LabelType::PixelType{ 2 });
  image->GetBufferPointer()[0].Fill(200);
  ObjectBaselines baselines;
  baselines.Add("at a corner", image, truth);
  EXPECT_EQ(Mean(baselines, 1, "KaggleMeanAveragePrecision"), 1.0);
  EXPECT_DOUBLE_EQ(Mean(baselines, 2, "Dice"), 2.0 * 48 / (48 + 50));
  EXPECT_EQ(Mean(baselines, 3, "Dice"), 1.0);
}

namespace
{
/** Adds an image with one nucleus, a square, and perhaps another square that is none. */
void
AddSquare(CannyBaseline & canny, float height, float heightOfOther, bool isFoundByOtsu)
{
  const auto image = MakeImage<FloatType>(96);
  const auto otsu = MakeImage<LabelType>(96);
  const auto truth = MakeImage<LabelType>(96);
  FillRectangle(image.GetPointer(), 10, 10, 24, 24, height);
  FillRectangle(image.GetPointer(), 60, 60, 24, 24, heightOfOther);
  FillRectangle(truth.GetPointer(), 10, 10, 24, 24, LabelType::PixelType{ 1 });
  if (isFoundByOtsu)
  {
    FillRectangle(otsu.GetPointer(), 10, 10, 24, 24, LabelType::PixelType{ 1 });
  }
  canny.Add(
    Nuclei::AsTensor(image.GetPointer()), Nuclei::AsTensor(otsu.GetPointer()), Nuclei::AsTensor(truth.GetPointer()));
}
} // namespace

// A low threshold finds both squares of the first image, so F is 2/3, and the square of the second image: F is 1. A
// high one finds the nucleus of the first image alone, F is 1, and nothing in the second: F is 0.
TEST(CannyBaseline, OneThresholdForAllIsWorseThanTheBestOfEachImage)
{
  CannyBaseline canny;
  AddSquare(canny, 128.0f, 8.0f, true);
  AddSquare(canny, 8.0f, 0.0f, false);
  const auto     result = canny.GetResult();
  constexpr auto twoPixels = 1;
  EXPECT_DOUBLE_EQ(result.Otsu[twoPixels], 0.5);
  EXPECT_NEAR(result.Ods[twoPixels], (2.0 / 3 + 1) / 2, 1e-12);
  EXPECT_NEAR(result.Ois[twoPixels], 1.0, 1e-12);
  // Low: all of the two outlines, with as many false pixels as one has, precision 2/3 and recall 1.
  EXPECT_NEAR(result.OdsPooled[twoPixels], 0.8, 1e-12);
  // The gradient of a step of 8 is at most 8 / sqrt(2 pi variance) per pixel.
  EXPECT_LT(result.OdsThreshold[twoPixels], 8.0 / std::sqrt(2.0 * 3.14159265 * result.OdsVariance[twoPixels]));
}

TEST(CannyBaseline, EachToleranceIsCountedByItself)
{
  CannyBaseline canny;
  const auto    image = MakeImage<FloatType>(64);
  const auto    otsu = MakeImage<LabelType>(64);
  const auto    truth = MakeImage<LabelType>(64);
  FillRectangle(image.GetPointer(), 20, 0, 44, 64, 128.0f);
  // Outlines are straight lines 3 pixels apart: the truth begins at 20, the threshold's object at 23.
  FillRectangle(truth.GetPointer(), 20, 0, 44, 64, LabelType::PixelType{ 1 });
  FillRectangle(otsu.GetPointer(), 23, 0, 41, 64, LabelType::PixelType{ 1 });
  canny.Add(
    Nuclei::AsTensor(image.GetPointer()), Nuclei::AsTensor(otsu.GetPointer()), Nuclei::AsTensor(truth.GetPointer()));
  const auto result = canny.GetResult();
  EXPECT_EQ(result.Otsu, (CannyBaseline::Numbers{ 0.0, 0.0, 1.0 }));
  EXPECT_EQ(result.Ois, (CannyBaseline::Numbers{ 1.0, 1.0, 1.0 }));
  EXPECT_EQ(result.Ods, result.Ois);
}

TEST(CannyBaseline, NoImagesGiveZeros)
{
  EXPECT_EQ(CannyBaseline().GetResult().Ods, (CannyBaseline::Numbers{}));
}
