// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyEdgeDetection.h"
#include "cpu/itkCannyOnHost.h"
#include "itkCannyTestImages.h"
#include "itkTestHelpers.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

namespace
{
using itk::CannyEdgeDetection;
using itk::CannyEdgeDetectionParameters;
using itk::CannySpacingMode;
using itk::CannyThresholdRule;
using itk::TorchDevice;

class CannyEdgeDetectionOn : public ::testing::TestWithParam<const char *>
{
protected:
  // The images are small.
  const itk::Test::ThreadsScope m_Threads{ 1 };
};

INSTANTIATE_TEST_SUITE_P(Devices, CannyEdgeDetectionOn, itk::Test::DeviceNames());

constexpr itk::CannyEdgeDetectionOutputs allOutputs{ true, true, true };

CannyEdgeDetectionParameters
MakeParameters(double variance, double lower, double upper)
{
  CannyEdgeDetectionParameters parameters;
  parameters.Variance = { variance };
  parameters.LowerThreshold = lower;
  parameters.UpperThreshold = upper;
  return parameters;
}
} // namespace

TEST_P(CannyEdgeDetectionOn, SpacingAwareIsITKsResultForPixelsOfSizeOne)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const itk::TorchTensor image = itk::MakeTorchTensor(at::rand({ 1, 1, 40, 70 }) * 255.0, device);
  auto                   parameters = MakeParameters(2.0, 2.0, 8.0);
  const auto             compatible = CannyEdgeDetection::Compute(image, { 1.0, 1.0 }, parameters, allOutputs);
  parameters.SpacingMode = CannySpacingMode::SpacingAware;
  const auto aware = CannyEdgeDetection::Compute(image, { 1.0, 1.0 }, parameters, allOutputs);
  EXPECT_TRUE(at::equal(GetATensor(aware.Edges), GetATensor(compatible.Edges)));
  EXPECT_TRUE(at::equal(GetATensor(aware.GradientMagnitude), GetATensor(compatible.GradientMagnitude)));
  EXPECT_TRUE(at::equal(GetATensor(aware.GradientDirection), GetATensor(compatible.GradientDirection)));
  EXPECT_TRUE(at::equal(GetATensor(aware.NonMaximumSuppression), GetATensor(compatible.NonMaximumSuppression)));
}

TEST_P(CannyEdgeDetectionOn, ConstantImagesHaveNoEdgesByAnyRule)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const itk::TorchTensor image = itk::MakeTorchTensor(at::zeros({ 1, 1, 9, 7 }) + 3.0, device);
  for (const auto rule : { CannyThresholdRule::Given, CannyThresholdRule::Median, CannyThresholdRule::Otsu })
  {
    auto parameters = MakeParameters(1.0, 0.0, 0.0);
    parameters.ThresholdRule = rule;
    const auto result = CannyEdgeDetection::Compute(image, { 1.0, 1.0 }, parameters, allOutputs);
    EXPECT_EQ(GetATensor(result.Edges).sum().item<double>(), 0.0);
    EXPECT_EQ(result.LowerThreshold, 0.0);
    EXPECT_EQ(result.UpperThreshold, 0.0);
    EXPECT_TRUE((GetATensor(result.GradientMagnitude) == 0.01f).all().item<bool>());
    EXPECT_TRUE((GetATensor(result.GradientDirection) == 0.0f).all().item<bool>());
  }
}

TEST(CannyEdgeDetection, NumberOfThreadsChangesNoBit)
{
  const itk::Test::ThreadsScope scope(1);
  auto                          parameters = MakeParameters(2.0, 1.0, 8.0);
  for (const std::vector<std::int64_t> & shape :
       { std::vector<std::int64_t>{ 1, 1, 301, 203 }, { 1, 1, 45, 150, 130 }, { 1, 1, 3, 400, 90 } })
  {
    const itk::TorchTensor    image = itk::MakeTorchTensor(at::rand(shape) * 255.0, TorchDevice::CPU());
    const std::vector<double> spacing(shape.size() - 2, 1.0);
    const auto                one = CannyEdgeDetection::Compute(image, spacing, parameters, allOutputs);
    for (const unsigned int threads : { 2u, 3u })
    {
      itk::TorchRuntime::SetNumberOfThreads(threads);
      const auto many = CannyEdgeDetection::Compute(image, spacing, parameters, allOutputs);
      EXPECT_TRUE(at::equal(GetATensor(many.Edges), GetATensor(one.Edges))) << threads;
      EXPECT_TRUE(at::equal(GetATensor(many.GradientMagnitude), GetATensor(one.GradientMagnitude))) << threads;
      EXPECT_TRUE(at::equal(GetATensor(many.GradientDirection), GetATensor(one.GradientDirection))) << threads;
      EXPECT_TRUE(at::equal(GetATensor(many.NonMaximumSuppression), GetATensor(one.NonMaximumSuppression))) << threads;
      itk::TorchRuntime::SetNumberOfThreads(1);
    }
  }
}

TEST(CannyEdgeDetection, OutputsThatAreNotWantedAreUndefined)
{
  const itk::TorchTensor image = itk::MakeTorchTensor(at::rand({ 1, 1, 9, 7 }), TorchDevice::CPU());
  const auto             result = CannyEdgeDetection::Compute(image, { 1.0, 1.0 }, {});
  EXPECT_EQ(result.Edges.GetShape(), (std::vector<std::int64_t>{ 1, 1, 9, 7 }));
  EXPECT_FALSE(result.GradientMagnitude.IsDefined());
  EXPECT_FALSE(result.GradientDirection.IsDefined());
  EXPECT_FALSE(result.NonMaximumSuppression.IsDefined());
  const auto all = CannyEdgeDetection::Compute(image, { 1.0, 1.0 }, {}, allOutputs);
  EXPECT_EQ(all.GradientDirection.GetShape(), (std::vector<std::int64_t>{ 1, 2, 9, 7 }));
  EXPECT_EQ(all.GradientMagnitude.GetShape(), (std::vector<std::int64_t>{ 1, 1, 9, 7 }));
}

TEST(CannyEdgeDetection, ViewsOfALargerImageAreTakenAsTheyAre)
{
  const at::Tensor large = at::rand({ 1, 1, 30, 40 });
  const at::Tensor part = large.narrow(2, 5, 20).narrow(3, 7, 25);
  const auto       compute = [](const at::Tensor & image)
  {
    return GetATensor(
      CannyEdgeDetection::Compute(itk::MakeTorchTensor(image, TorchDevice::CPU()), { 1.0, 1.0 }, {}).Edges);
  };
  EXPECT_TRUE(at::equal(compute(part), compute(part.contiguous())));
}

TEST(CannyEdgeDetection, OtherTensorsAreRefused)
{
  const auto messageOf = [](const at::Tensor & image)
  {
    return itk::Test::MessageOf(
      [&] {
        CannyEdgeDetection::Compute(itk::MakeTorchTensor(image, TorchDevice::CPU()), { 1.0, 1.0 }, {});
      });
  };
  for (const at::Tensor & image : { at::zeros({ 1, 1, 5, 5 }, at::kInt),
                                    at::zeros({ 2, 1, 5, 5 }),
                                    at::zeros({ 1, 3, 5, 5 }),
                                    at::zeros({ 1, 1, 0, 5 }),
                                    at::zeros({ 5, 5 }) })
  {
    itk::Test::ExpectContains(messageOf(image), "a single 2D or 3D image with one float or double component");
  }
}

TEST(CannyEdgeDetection, PixelsThatAreNotFiniteAreFoundInLargeVolumesToo)
{
  at::Tensor     volume = at::zeros({ 5, 1100, 1000 });
  float * const  pixels = volume.data_ptr<float>();
  const auto     messageOf = [&] { return itk::Test::MessageOf([&] { itk::ThrowNotFinite(volume); }); };
  constexpr auto plane = 1100000;
  pixels[4 * plane + 7 * 1000 + 3] = std::numeric_limits<float>::infinity();
  itk::Test::ExpectContains(messageOf(), "but 1 of them are not; the first one is [3, 7, 4] pixels");
  pixels[4 * plane + 900 * 1000 + 2] = std::numeric_limits<float>::quiet_NaN();
  pixels[4 * plane + 6 * 1000 + 999] = -std::numeric_limits<float>::infinity();
  itk::Test::ExpectContains(messageOf(), "but 3 of them are not; the first one is [999, 6, 4] pixels");
  pixels[2 * plane + 1099 * 1000] = std::numeric_limits<float>::quiet_NaN();
  itk::Test::ExpectContains(messageOf(), "but 4 of them are not; the first one is [0, 1099, 2] pixels");
}

TEST(CannyEdgeDetection, SpacingMustBePositive)
{
  const itk::TorchTensor image = itk::MakeTorchTensor(at::zeros({ 1, 1, 5, 5 }), TorchDevice::CPU());
  for (const double bad : { 0.0, -1.0 })
  {
    itk::Test::ExpectContains(itk::Test::MessageOf(
                                [&] {
                                  CannyEdgeDetection::Compute(image, { 1.0, bad }, {});
                                }),
                              "Spacing along axis 1 must be a number greater than 0, but is");
  }
}

TEST(CannyEdgeDetection, ParametersOutsideTheirRangesAreRefused)
{
  const itk::TorchTensor image = itk::MakeTorchTensor(at::zeros({ 1, 1, 5, 5 }), TorchDevice::CPU());
  const auto             messageFor = [&](const CannyEdgeDetectionParameters & parameters) {
    return itk::Test::MessageOf([&] { CannyEdgeDetection::Compute(image, { 1.0, 1.0 }, parameters); });
  };
  auto parameters = MakeParameters(-1.0, 0.0, 0.0);
  itk::Test::ExpectContains(messageFor(parameters), "CannyEdgeDetection: Variance must be numbers, each at least 0");
  parameters = MakeParameters(1.0, 0.0, 0.0);
  parameters.MaximumError = { 0.1, 1.0 };
  itk::Test::ExpectContains(messageFor(parameters), "MaximumError must be numbers, each in (0, 1), but is 0.1,1.");
  parameters = MakeParameters(1.0, std::numeric_limits<double>::quiet_NaN(), 0.0);
  itk::Test::ExpectContains(messageFor(parameters), "LowerThreshold must be a number, but is nan.");
}

TEST(CannyEdgeDetection, ListsOfAnotherLengthThanTheNumberOfAxesAreRefused)
{
  const auto messageFor =
    [](const std::vector<std::int64_t> & shape, const std::vector<double> & spacing, const std::vector<double> & list)
  {
    const itk::TorchTensor       image = itk::MakeTorchTensor(at::zeros(shape), TorchDevice::CPU());
    CannyEdgeDetectionParameters parameters;
    parameters.Variance = list;
    return itk::Test::MessageOf([&] { CannyEdgeDetection::Compute(image, spacing, parameters); });
  };
  itk::Test::ExpectContains(messageFor({ 1, 1, 5, 5 }, { 1.0 }, { 1.0 }),
                            "Spacing must be 2 numbers, one for each axis, but is 1.");
  itk::Test::ExpectContains(messageFor({ 1, 1, 5, 5 }, { 1.0, 1.0, 1.0 }, { 1.0, 2.0 }),
                            "Spacing must be 2 numbers, one for each axis, but is 3.");
  itk::Test::ExpectContains(messageFor({ 1, 1, 5, 5, 5 }, { 1.0, 1.0 }, { 1.0 }),
                            "Spacing must be 3 numbers, one for each axis, but is 2.");
  itk::Test::ExpectContains(messageFor({ 1, 1, 5, 5, 5 }, {}, { 1.0 }),
                            "Spacing must be 3 numbers, one for each axis, but is 0.");
  itk::Test::ExpectContains(messageFor({ 1, 1, 5, 5 }, { 1.0, 1.0 }, { 1.0, 2.0, 3.0 }),
                            "Variance must be 1 number or 2, one for each axis, but is 3.");
  itk::Test::ExpectContains(messageFor({ 1, 1, 5, 5, 5 }, { 1.0, 1.0, 1.0 }, { 1.0, 2.0 }),
                            "Variance must be 1 number or 3, one for each axis, but is 2.");
}
