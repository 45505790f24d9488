// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetIntensityNormalization.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetTestHelpers.h"
#include <ATen/ops/tensor.h>
#include <limits>

using itk::TorchDevice;
using itk::UNetIntensityNormalization;
using namespace itk::Test;

namespace
{
/** The rule applied to a row of pixels with C components: pixels (1, C, 1, N) given component by component. */
std::vector<float>
Apply(const UNetIntensityNormalization & rule, const at::Tensor & row)
{
  const auto       result = rule.Apply(itk::MakeTorchTensor(row, TorchDevice::CPU()));
  const at::Tensor flat = itk::GetATensor(result).contiguous().reshape(-1);
  return { flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel() };
}

at::Tensor
Row(const std::vector<float> & values)
{
  return at::tensor(values).reshape({ 1, 1, 1, -1 });
}

TEST(UNetIntensityNormalization, PercentilesAreOrderStatisticsAndValuesOutsideAreCut)
{
  UNetIntensityNormalization rule;
  rule.Polarity = itk::UNetPolarity::Bright;
  rule.LowerPercentile = 25;
  rule.UpperPercentile = 75;
  // Sorted 0 10 20 30 100: ranks 2 and 4, so 10 becomes 0 and 30 becomes 1.
  EXPECT_EQ(Apply(rule, Row({ 100, 0, 20, 10, 30 })), (std::vector<float>{ 1, 0, 0.5, 0, 1 }));
}

TEST(UNetIntensityNormalization, ScalingMakesGainAndOffsetOfTheImageIrrelevant)
{
  const UNetIntensityNormalization rule;
  const std::vector<float>         values{ 3, 1, 4, 1, 5, 9, 2, 6 };
  std::vector<float>               changed;
  for (const float value : values)
  {
    changed.push_back(4.0f * value + 16.0f);
  }
  EXPECT_EQ(Apply(rule, Row(values)), Apply(rule, Row(changed)));
}

TEST(UNetIntensityNormalization, EqualPercentilesBecomeWiderUntilTheyDiffer)
{
  UNetIntensityNormalization rule;
  rule.Polarity = itk::UNetPolarity::Bright;
  // Of the ranks 0 to 999, percentile 99.8 has 996, 99.98 and those after it have 998, and 100 has 999.
  std::vector<float> values(1000, 3.0f);
  values[400] = 7.0f;
  const auto onDevice = [&]
  {
    const auto row = itk::MakeTorchTensor(Row(values), TorchDevice::CPU());
    return rule.Measure(row.To("staged"));
  };
  EXPECT_EQ(Apply(rule, Row(values))[400], 1.0f);
  EXPECT_EQ(onDevice().Divisor, 4.0f);
  values[500] = 9.0f;
  const auto scaled = Apply(rule, Row(values));
  EXPECT_EQ(scaled[0], 0.0f);
  EXPECT_EQ(scaled[400], 1.0f) << "of rank 998; the largest value is cut";
  EXPECT_EQ(onDevice().Divisor, 4.0f);
}

TEST(UNetIntensityNormalization, MostlyBrightImagesAreInverted)
{
  UNetIntensityNormalization rule;
  rule.UpperPercentile = 100;
  rule.LowerPercentile = 0;
  EXPECT_EQ(Apply(rule, Row({ 200, 200, 200, 200, 100 })), (std::vector<float>{ 0, 0, 0, 0, 1 }));
  EXPECT_EQ(Apply(rule, Row({ 100, 100, 100, 100, 200 })), (std::vector<float>{ 0, 0, 0, 0, 1 }));
  rule.Polarity = itk::UNetPolarity::Bright;
  EXPECT_EQ(Apply(rule, Row({ 200, 200, 200, 200, 100 })), (std::vector<float>{ 1, 1, 1, 1, 0 }));
  rule.Polarity = itk::UNetPolarity::Dark;
  EXPECT_EQ(Apply(rule, Row({ 100, 100, 100, 100, 200 })), (std::vector<float>{ 1, 1, 1, 1, 0 }));
  EXPECT_EQ(Apply(rule, Row({ 7, 7, 7 })), (std::vector<float>{ 0, 0, 0 })) << "nothing is an object";
}

TEST(UNetIntensityNormalization, TheShareOfBrightPixelsTellsWhetherThePolarityIsDoubtful)
{
  UNetIntensityNormalization rule;
  rule.UpperPercentile = 100;
  rule.LowerPercentile = 0;
  for (const char * const device : { "cpu", "staged" })
  {
    const auto measure = [&](const std::vector<float> & values)
    { return rule.Measure(itk::MakeTorchTensor(Row(values), TorchDevice::CPU()).To(device)); };
    EXPECT_FLOAT_EQ(measure({ 200, 200, 200, 200, 100 }).BrightShare, 0.8f);
    EXPECT_FALSE(measure({ 200, 200, 200, 200, 100 }).IsPolarityDoubtful());
    EXPECT_FLOAT_EQ(measure({ 200, 200, 100, 100, 100 }).BrightShare, 0.4f);
    EXPECT_TRUE(measure({ 200, 200, 100, 100, 100 }).IsPolarityDoubtful());
    rule.Polarity = itk::UNetPolarity::Dark;
    EXPECT_FALSE(measure({ 200, 200, 100, 100, 100 }).IsPolarityDoubtful()) << "it is known";
    rule.Polarity = itk::UNetPolarity::Automatic;
  }
}

TEST(UNetIntensityNormalization, DarkObjectsNeedPercentiles)
{
  UNetIntensityNormalization rule;
  rule.Polarity = itk::UNetPolarity::Dark;
  rule.Scaling = itk::UNetIntensityScaling::ZScore;
  EXPECT_NE(
    MessageOf([&] { rule.Verify(); }).find("Polarity must be auto or bright with z-score scaling, but is dark."),
    std::string::npos);
}

TEST(UNetIntensityNormalization, LuminanceWeighsTheFirstThreeComponents)
{
  UNetIntensityNormalization rule;
  rule.Scaling = itk::UNetIntensityScaling::Factor;
  const at::Tensor pixels = at::tensor(std::vector<float>{ 100, 10, 1, 7 }).reshape({ 1, 4, 1, 1 });
  const auto       values = Apply(rule, pixels);
  ASSERT_EQ(values.size(), 1u);
  EXPECT_FLOAT_EQ(values[0], 0.299f * 100 + 0.587f * 10 + 0.114f * 1);
}

TEST(UNetIntensityNormalization, ZScoreHasMeanZeroAndDeviationOne)
{
  UNetIntensityNormalization rule;
  rule.Scaling = itk::UNetIntensityScaling::ZScore;
  const auto values = Apply(rule, Row({ 2, 4, 4, 4, 5, 5, 7, 9 }));
  EXPECT_FLOAT_EQ(values[0], -1.5f);
  EXPECT_FLOAT_EQ(values[7], 2.0f);
}

TEST(UNetIntensityNormalization, AConstantImageBecomesZero)
{
  UNetIntensityNormalization rule;
  EXPECT_EQ(Apply(rule, Row({ 7, 7, 7 })), (std::vector<float>{ 0, 0, 0 }));
  rule.Scaling = itk::UNetIntensityScaling::ZScore;
  EXPECT_EQ(Apply(rule, Row({ 7, 7, 7 })), (std::vector<float>{ 0, 0, 0 }));
}

TEST(UNetIntensityNormalization, IntegerPixelsGiveWhatTheirFloatsGive)
{
  const UNetIntensityNormalization rule;
  const at::Tensor                 row = Row({ 0, 60000, 30000, 5, 7, 9, 100 });
  for (const auto type : { at::kUInt16, at::kInt, at::kLong, at::kDouble })
  {
    EXPECT_EQ(Apply(rule, row.to(type)), Apply(rule, row));
  }
}

TEST(UNetIntensityNormalization, PixelsThatAreNotFiniteAreCounted)
{
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  ExpectContains(MessageOf(
                   [&] {
                     Apply({}, Row({ 1, nan, infinity, 2 }));
                   }),
                 "intensities must be finite, but 2 of 4 are NaN or infinite");
}

TEST(UNetIntensityNormalization, TwoComponentsHaveNoLuminance)
{
  ExpectContains(MessageOf(
                   [&] {
                     Apply({}, at::tensor(std::vector<float>{ 1, 2 }).reshape({ 1, 2, 1, 1 }));
                   }),
                 "must have 1, 3 or more components for a luminance, but has 2");
}

TEST(UNetIntensityNormalization, PercentilesMustBeInOrder)
{
  UNetIntensityNormalization rule;
  rule.LowerPercentile = 60;
  rule.UpperPercentile = 40;
  ExpectContains(MessageOf([&] { rule.Verify(); }),
                 "LowerPercentile must be less than UpperPercentile (40), but is 60.");
}
} // namespace
