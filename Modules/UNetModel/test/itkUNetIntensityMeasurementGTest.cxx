// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetIntensityMeasurement.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetTestHelpers.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <limits>

using itk::TorchDevice;
using itk::UNetIntensityMeasurement;
using itk::UNetIntensityNormalization;
using itk::UNetIntensityScale;
using namespace itk::Test;

namespace
{
/** (1, components, height, width), the components of a pixel side by side. */
at::Tensor
MakePixels(std::int64_t components, std::int64_t height, std::int64_t width, double scale, at::ScalarType type)
{
  itk::TorchRandom random(9);
  at::Tensor       pixels = at::empty({ 1, height, width, components }, at::kDouble);
  for (std::int64_t i = 0; i < pixels.numel(); ++i)
  {
    pixels.mutable_data_ptr<double>()[i] = scale * random.Normal();
  }
  return (type == at::kFloat ? pixels : pixels.abs().clamp_max(60000.0)).to(type).movedim(-1, 1);
}

UNetIntensityScale
MeasureInPieces(const UNetIntensityNormalization & rule, const at::Tensor & pixels, std::int64_t rows)
{
  UNetIntensityMeasurement measurement(rule);
  while (measurement.NeedsPass())
  {
    for (std::int64_t row = 0; row < pixels.size(2); row += rows)
    {
      const at::Tensor part = pixels.narrow(2, row, std::min(rows, pixels.size(2) - row));
      measurement.Add(itk::MakeTorchTensor(part, TorchDevice::CPU()));
    }
    measurement.EndPass();
  }
  return measurement.GetScale();
}

void
ExpectSame(const UNetIntensityScale & a, const UNetIntensityScale & b)
{
  EXPECT_EQ(a.Offset, b.Offset);
  EXPECT_EQ(a.Divisor, b.Divisor);
  EXPECT_EQ(a.Factor, b.Factor);
  EXPECT_EQ(a.IsCut, b.IsCut);
  EXPECT_EQ(a.IsInverted, b.IsInverted);
}

TEST(UNetIntensityMeasurement, PercentilesAreThoseOfTheSortedValues)
{
  UNetIntensityNormalization rule;
  for (const double scale : { 1.0, 1e-30, 1e30, 3e4 })
  {
    const at::Tensor pixels = MakePixels(1, 41, 57, scale, at::kFloat);
    const at::Tensor sorted = std::get<0>(pixels.reshape(-1).sort());
    for (const auto & [lower, upper] : { std::array<double, 2>{ 0.0, 100.0 }, { 1.0, 99.8 }, { 37.3, 61.0 } })
    {
      rule.LowerPercentile = lower;
      rule.UpperPercentile = upper;
      const auto  last = static_cast<double>(pixels.numel() - 1);
      const float a = sorted[static_cast<std::int64_t>(lower / 100.0 * last)].item<float>();
      const float b = sorted[static_cast<std::int64_t>(upper / 100.0 * last)].item<float>();
      const auto  found = MeasureInPieces(rule, pixels, 41);
      EXPECT_EQ(found.Offset, a);
      EXPECT_EQ(found.Divisor, b - a);
    }
  }
}

TEST(UNetIntensityMeasurement, PiecesGiveTheSameBitsAsTheWholeForAnyNumberOfThreads)
{
  for (const auto scaling :
       { itk::UNetIntensityScaling::Percentiles, itk::UNetIntensityScaling::ZScore, itk::UNetIntensityScaling::Factor })
  {
    for (const auto type : { at::kByte, at::kUInt16, at::kFloat })
    {
      UNetIntensityNormalization rule;
      rule.Scaling = scaling;
      rule.Factor = 0.3;
      // More than a thread's share.
      const at::Tensor pixels = MakePixels(3, 1201, 903, type == at::kByte ? 60.0 : 1000.0, type);
      itk::TorchRuntime::SetNumberOfThreads(1);
      const auto whole = MeasureInPieces(rule, pixels, pixels.size(2));
      itk::TorchRuntime::SetNumberOfThreads(3);
      ExpectSame(MeasureInPieces(rule, pixels, pixels.size(2)), whole);
      ExpectSame(MeasureInPieces(rule, pixels, 7), whole);
      itk::TorchRuntime::SetNumberOfThreads(0);
    }
  }
}

TEST(UNetIntensityMeasurement, ADeviceGivesTheHostsAnswer)
{
  for (const auto scaling :
       { itk::UNetIntensityScaling::Percentiles, itk::UNetIntensityScaling::ZScore, itk::UNetIntensityScaling::Factor })
  {
    for (const std::int64_t components : { 1, 3 })
    {
      UNetIntensityNormalization rule;
      rule.Scaling = scaling;
      rule.Factor = 0.3;
      // Mostly bright, so that polarity matters.
      const at::Tensor pixels = MakePixels(components, 33, 29, 500.0, at::kUInt16).to(at::kFloat).neg_().add_(70000.0);
      const auto       onHost = itk::MakeTorchTensor(pixels, TorchDevice::CPU());
      const auto       onDevice = onHost.To("staged");
      const auto       host = rule.Measure(onHost);
      const auto       device = rule.Measure(onDevice);
      EXPECT_EQ(host.IsInverted, scaling == itk::UNetIntensityScaling::Percentiles);
      EXPECT_EQ(host.IsInverted, device.IsInverted);
      // The mean is added in another order.
      EXPECT_FLOAT_EQ(host.Offset, device.Offset);
      EXPECT_FLOAT_EQ(host.Divisor, device.Divisor);
      const at::Tensor difference =
        itk::GetATensor(rule.Apply(onHost, host)) - itk::GetATensor(rule.Apply(onDevice, host).To(TorchDevice::CPU()));
      EXPECT_EQ(difference.abs().max().item<float>(), 0.0f);
    }
  }
}

TEST(UNetIntensityMeasurement, AnImageOfNegativeAndPositiveZeroIsConstant)
{
  UNetIntensityNormalization rule;
  rule.LowerPercentile = 0;
  rule.UpperPercentile = 100;
  const at::Tensor pixels = at::tensor({ 0.0f, -0.0f, 0.0f, -0.0f }).reshape({ 1, 1, 1, 4 });
  EXPECT_EQ(MeasureInPieces(rule, pixels, 1).Divisor, std::numeric_limits<float>::infinity());
}

TEST(UNetIntensityMeasurement, ValuesThatAreNotFiniteAreCountedInAllPieces)
{
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto pixels = at::tensor({ 1.0f, infinity, -infinity, nan, -nan, 3e38f, -3e38f, 0.0f }).reshape({ 1, 1, 4, 2 });
  for (const auto scaling : { itk::UNetIntensityScaling::Percentiles, itk::UNetIntensityScaling::ZScore })
  {
    UNetIntensityNormalization rule;
    rule.Scaling = scaling;
    ExpectContains(MessageOf([&] { MeasureInPieces(rule, pixels, 1); }),
                   "The image's intensities must be finite, but 4 of 8 are NaN or infinite.");
  }
}
} // namespace
