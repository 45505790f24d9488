// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkValidationPicture.h"
#include "itkComparisonSheet.h"
#include <gtest/gtest.h>
#include <numeric>

using itk::ComparisonSheet;
using itk::TorchTensor;

namespace
{
std::vector<std::size_t>
ChosenOf(std::size_t count)
{
  std::vector<std::size_t> chosen;
  for (std::size_t number = 0; number < count; ++number)
  {
    if (itk::HasValidationPicture(number, count))
    {
      chosen.push_back(number);
    }
  }
  return chosen;
}

/** Pixels of a color in each third of a picture. */
std::vector<std::size_t>
CountByColumn(const ComparisonSheet::ImageType * picture, const ComparisonSheet::ColorType & color)
{
  const auto               size = picture->GetBufferedRegion().GetSize();
  std::vector<std::size_t> counts(3);
  // Below the titles, which have a bar in the color of their column.
  for (std::size_t y = size[1] / 6; y < size[1]; ++y)
  {
    for (std::size_t x = 0; x < size[0]; ++x)
    {
      const ComparisonSheet::ImageType::IndexType index{ { static_cast<long>(x), static_cast<long>(y) } };
      counts[3 * x / size[0]] += picture->GetPixel(index) == color ? 1 : 0;
    }
  }
  return counts;
}
} // namespace

TEST(ValidationPicture, AtMostFourImagesAreChosenEvenlySpread)
{
  using Numbers = std::vector<std::size_t>;
  EXPECT_EQ(ChosenOf(0), Numbers{});
  EXPECT_EQ(ChosenOf(1), Numbers{ 0 });
  EXPECT_EQ(ChosenOf(4), (Numbers{ 0, 1, 2, 3 }));
  EXPECT_EQ(ChosenOf(5), (Numbers{ 0, 1, 2, 3 }));
  EXPECT_EQ(ChosenOf(13), (Numbers{ 0, 3, 6, 9 }));
}

TEST(ValidationPicture, TruthAndPredictionAreOutlinedBesideTheImageAlone)
{
  std::vector<float>        pixels(2 * 32 * 32);
  std::vector<std::int64_t> truth(pixels.size());
  std::vector<std::int64_t> prediction(pixels.size());
  std::iota(pixels.begin(), pixels.end(), 0.0f);
  // In the second plane, the middle of two, a square of 8 pixels; in the first one nothing.
  for (std::size_t y = 8; y < 24; ++y)
  {
    for (std::size_t x = 8; x < 24; ++x)
    {
      truth[32 * 32 + 32 * y + x] = 70000;
    }
  }
  // Ignored pixels have no outline.
  truth[32 * 32] = -1;
  itk::UNetValidationCase each;
  each.Count = 1;
  each.Name = "folder/cells.png";
  each.Image = TorchTensor::FromPixels(pixels.data(), itk::TorchComponentType::Float32, { 32, 32, 2 }, 1);
  each.Truth = TorchTensor::FromPixels(truth.data(), itk::TorchComponentType::Int64, { 32, 32, 2 }, 1);
  each.Prediction = TorchTensor::FromPixels(prediction.data(), itk::TorchComponentType::Int64, { 32, 32, 2 }, 1);
  const auto ofTruth = [&] { return CountByColumn(itk::DrawValidationPicture(each), ComparisonSheet::GetColor(1)); };
  const auto ofPrediction = [&]
  { return CountByColumn(itk::DrawValidationPicture(each), ComparisonSheet::GetColor(2)); };
  // Lines are a pixel of the sheet wide, whose cells are 9 pixels for one of the image.
  const std::size_t expected = 4 * (16 * ComparisonSheet::CellSize / 32 - 1);
  EXPECT_EQ(ofTruth(), (std::vector<std::size_t>{ 0, expected, 0 }));
  EXPECT_EQ(ofPrediction(), (std::vector<std::size_t>{ 0, 0, 0 }));
  each.Prediction = each.Truth;
  EXPECT_EQ(ofPrediction(), (std::vector<std::size_t>{ 0, 0, expected }));
  each.Truth = TorchTensor::FromPixels(prediction.data(), itk::TorchComponentType::Int64, { 32, 32, 2 }, 1);
  EXPECT_EQ(ofTruth(), (std::vector<std::size_t>{ 0, 0, 0 }));
}
