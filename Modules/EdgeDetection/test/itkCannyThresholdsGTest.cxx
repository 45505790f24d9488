// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyThresholds.h"
#include "itkCannyEdgeDetection.h"
#include "itkCannyTestImages.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <algorithm>
#include <cmath>

namespace
{
using itk::CannyEdgeDetection;
using itk::CannyEdgeDetectionParameters;
using itk::CannyThresholdRule;
using itk::TorchDevice;

class CannyThresholdsOn : public ::testing::TestWithParam<const char *>
{
protected:
  // The images are small.
  const itk::Test::ThreadsScope m_Threads{ 1 };
};

INSTANTIATE_TEST_SUITE_P(Devices, CannyThresholdsOn, itk::Test::DeviceNames());

constexpr itk::CannyEdgeDetectionOutputs allOutputs{ true, true, true };
constexpr CannyThresholdRule             rules[] = { CannyThresholdRule::Median, CannyThresholdRule::Otsu };

CannyEdgeDetectionParameters
MakeParameters(double variance, double lower, double upper)
{
  CannyEdgeDetectionParameters parameters;
  parameters.Variance = { variance };
  parameters.LowerThreshold = lower;
  parameters.UpperThreshold = upper;
  return parameters;
}

double
LengthOf(double magnitude)
{
  return std::sqrt(magnitude * magnitude - 0.0001);
}

double
MagnitudeOf(double length)
{
  return std::sqrt(length * length + 0.0001);
}

/** The magnitudes of pixels whose gradients have such lengths. */
at::Tensor
MagnitudesOf(const std::vector<double> & lengths, double scale, at::ScalarType type)
{
  const at::Tensor scaled = at::tensor(lengths, at::kDouble) * scale;
  return (scaled * scaled + 0.0001).sqrt().to(type);
}

/** Discs with soft borders of contrasts from 1 to 32, none twice another one: rounding decides about such. */
itk::Image<float, 2>::Pointer
MakeDiscs(double scale)
{
  using ImageType = itk::Image<float, 2>;
  return itk::Test::MakeImageOf<ImageType>(
    { { 180, 150 } },
    [scale](const auto & index)
    {
      const double x = static_cast<double>(index[0] % 30) - 14.3;
      const double y = static_cast<double>(index[1] % 30) - 15.1;
      const auto   kind = static_cast<double>((index[0] / 30 + 2 * (index[1] / 30)) % 6);
      const double contrast = 1.0 + 1.25 * kind * kind;
      return scale * (3.0 + contrast / (1.0 + std::exp(2.0 * (std::hypot(x, y) - 9.0))));
    });
}
} // namespace

TEST_P(CannyThresholdsOn, ThresholdsByRuleGiveTheEdgesOfTheSameThresholdsGiven)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  for (const std::vector<std::int64_t> & shape : { std::vector<std::int64_t>{ 1, 1, 50, 60 }, { 1, 1, 12, 20, 30 } })
  {
    const itk::TorchTensor    image = itk::MakeTorchTensor(at::rand(shape, at::kDouble) * 255.0, device);
    const std::vector<double> spacing(shape.size() - 2, 1.0);
    auto                      parameters = MakeParameters(1.0, 0.0, 0.0);
    for (const auto rule : { CannyThresholdRule::Median, CannyThresholdRule::Otsu })
    {
      parameters.ThresholdRule = rule;
      const auto byRule = CannyEdgeDetection::Compute(image, spacing, parameters);
      EXPECT_FALSE(byRule.NonMaximumSuppression.IsDefined());
      EXPECT_GT(byRule.LowerThreshold, 0.01);
      EXPECT_DOUBLE_EQ(LengthOf(byRule.UpperThreshold), 2.0 * LengthOf(byRule.LowerThreshold));
      const auto given =
        CannyEdgeDetection::Compute(image, spacing, MakeParameters(1.0, byRule.LowerThreshold, byRule.UpperThreshold));
      EXPECT_TRUE(at::equal(GetATensor(byRule.Edges), GetATensor(given.Edges)));
      EXPECT_GT(GetATensor(given.Edges).sum().item<double>(), 0.0);
      const auto withAll = CannyEdgeDetection::Compute(image, spacing, parameters, allOutputs);
      EXPECT_TRUE(at::equal(GetATensor(withAll.Edges), GetATensor(given.Edges)));
    }
  }
}

TEST_P(CannyThresholdsOn, EdgesByRuleDoNotDependOnTheUnitOfTheIntensities)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto edgesOf = [&](CannyThresholdRule rule, double scale)
  {
    const auto image = MakeDiscs(scale);
    const auto filter = itk::Test::MakeCanny(image.GetPointer(), {}, device);
    filter->SetThresholdRule(rule);
    filter->Update();
    const float * const pixels = filter->GetOutput()->GetBufferPointer();
    return std::vector<float>(pixels, pixels + image->GetLargestPossibleRegion().GetNumberOfPixels());
  };
  for (const auto rule : rules)
  {
    const auto edges = edgesOf(rule, 1.0);
    const auto count = std::count(edges.begin(), edges.end(), 1.0f);
    EXPECT_GT(count, 300);
    for (const double scale : { 0.01, 100.0 })
    {
      const auto scaled = edgesOf(rule, scale);
      int        different = 0;
      for (std::size_t i = 0; i < edges.size(); ++i)
      {
        different += edges[i] != scaled[i] ? 1 : 0;
      }
      // Where two neighbors are about equally near to a sign change, the addend and rounding choose between them.
      EXPECT_LE(different, 4) << scale;
    }
  }
}

TEST(CannyThresholds, AreThoseWorkedOutByHand)
{
  const auto expectLengths =
    [](CannyThresholdRule rule, const std::vector<double> & lengths, double lower, double upper)
  {
    for (const double scale : { 0.01, 1.0, 100.0 })
    {
      for (const auto type : { at::kDouble, at::kFloat })
      {
        const auto found = itk::FindCannyThresholds(rule, MagnitudesOf(lengths, scale, type));
        // A float's m at |g| = 0.01 has half of its square from the addend.
        const double tolerance = type == at::kFloat ? 1e-6 : 1e-14;
        EXPECT_NEAR(found.Lower, MagnitudeOf(scale * lower), tolerance * found.Lower);
        EXPECT_NEAR(found.Upper, MagnitudeOf(scale * upper), tolerance * found.Upper);
      }
    }
  };
  expectLengths(CannyThresholdRule::Median, { 3.0, 1.0, 11.0, 2.0, 10.0 }, 3.0, 6.0);
  expectLengths(CannyThresholdRule::Median, { 3.0, 1.0, 10.0, 2.0 }, 2.0, 4.0);
  expectLengths(CannyThresholdRule::Otsu, { 12.0, 3.0, 1.0, 11.0, 2.0, 10.0 }, 1.5, 3.0);
  // One class alone stands out from nothing.
  expectLengths(CannyThresholdRule::Otsu, { 5.0, 5.0 }, 2.5, 5.0);
}

TEST(CannyThresholds, FlatSurvivorsAndSuppressedPixelsDoNotCount)
{
  for (const auto rule : rules)
  {
    const auto found = itk::FindCannyThresholds(rule, at::tensor({ 0.0f, 0.01f, 3.0f, 0.0f, 0.01f, 0.01f }));
    const auto alone = itk::FindCannyThresholds(rule, at::tensor({ 3.0f }));
    EXPECT_EQ(found.Lower, alone.Lower);
    EXPECT_EQ(found.Upper, alone.Upper);
    EXPECT_GT(found.Lower, 0.0);
    EXPECT_EQ(itk::FindCannyThresholds(rule, at::tensor({ 0.0f, 0.01f })).Lower, 0.0);
    EXPECT_EQ(itk::FindCannyThresholds(rule, at::tensor({ 0.0f, 0.01f })).Upper, 0.0);
  }
}

TEST(CannyThresholds, AreNumbersOfThePixelsTypeAndOtsusBorderIsASurvivor)
{
  const itk::Test::ThreadsScope scope(1);
  for (const double scale : { 0.01, 1.0, 100.0 })
  {
    const at::Tensor magnitudes = ((at::rand({ 501 }) * scale).square() + 0.0001).sqrt();
    for (const auto rule : rules)
    {
      const auto found = itk::FindCannyThresholds(rule, magnitudes);
      EXPECT_EQ(static_cast<double>(static_cast<float>(found.Lower)), found.Lower);
      EXPECT_EQ(static_cast<double>(static_cast<float>(found.Upper)), found.Upper);
      const double survivor = rule == CannyThresholdRule::Otsu ? found.Upper : found.Lower;
      EXPECT_EQ((magnitudes == survivor).sum().item<std::int64_t>(), 1);
    }
    const double median = itk::FindCannyThresholds(CannyThresholdRule::Median, magnitudes).Lower;
    EXPECT_EQ((magnitudes > median).sum().item<std::int64_t>(), 250);
  }
}
