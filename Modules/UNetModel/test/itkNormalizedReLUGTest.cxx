// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "cpu/itkNormalizedReLU.h"
#include "itkTorchRuntime.h"
#include "itkUNetConvolution.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <c10/core/GradMode.h>

using namespace itk::Test;

namespace
{
constexpr double epsilon = 1e-3;

/** Sizes that are odd, smaller than a row of the loops, and larger than a chunk of them; channels that do not suit
 * vectors. */
const std::vector<std::vector<std::int64_t>> shapes{ { 1, 5, 7, 3 },     { 3, 16, 33, 21 }, { 2, 24, 1, 1 },
                                                     { 2, 3, 65, 130 },  { 1, 70, 19, 23 }, { 1, 8, 3, 5, 7 },
                                                     { 2, 40, 6, 9, 11 } };

struct Trial
{
  at::Tensor Image;
  at::Tensor Weight;
  at::Tensor Bias;
  at::Tensor Gradient;

  Trial(const std::vector<std::int64_t> & shape, at::ScalarType precision)
  {
    itk::TorchRandom random(17);
    const auto       layout = itk::ChannelsLast(static_cast<std::int64_t>(shape.size()));
    const auto       ofChannels = [&] { return MakeNumbers({ shape[1] }, random); };
    auto             inChannel = std::vector<std::int64_t>(shape.size(), 1);
    inChannel[1] = -1;
    // Means far from 0, so that squares minus squared means would not do.
    Image = (MakeNumbers(shape, random) + 20.0 * ofChannels().view(inChannel)).to(precision).contiguous(layout);
    Gradient = MakeNumbers(shape, random).to(precision).contiguous(layout);
    Weight = ofChannels();
    Bias = ofChannels();
  }
};

struct Composed
{
  at::Tensor Output;
  at::Tensor Image;
  at::Tensor Weight;
  at::Tensor Bias;
};

/** By LibTorch, in double. */
Composed
Compose(const Trial & trial)
{
  const c10::AutoGradMode withGradients(true);
  const auto       leaf = [](const at::Tensor & tensor) { return tensor.to(at::kDouble).set_requires_grad(true); };
  const at::Tensor image = leaf(trial.Image);
  const at::Tensor weight = leaf(trial.Weight);
  const at::Tensor bias = leaf(trial.Bias);
  const at::Tensor output = at::batch_norm(image, weight, bias, {}, {}, true, 0.1, epsilon, false).relu();
  output.backward(trial.Gradient.to(at::kDouble));
  return { output.detach(), image.grad(), weight.grad(), bias.grad() };
}

double
LargestDifference(const at::Tensor & found, const at::Tensor & expected)
{
  return ((found - expected).abs().max() / expected.abs().max().clamp_min(1e-30)).item<double>();
}

void
ExpectComposed(at::ScalarType precision, double tolerance)
{
  for (const auto & shape : shapes)
  {
    SCOPED_TRACE(at::IntArrayRef(shape));
    const Trial    trial(shape, precision);
    const Composed expected = Compose(trial);
    const auto     statistics = itk::ComputeNormalizationStatistics(trial.Image);
    const auto     output = itk::ComputeNormalizedReLU(trial.Image, statistics, trial.Weight, trial.Bias, epsilon);
    const auto     gradients =
      itk::ComputeNormalizedReLUGradients(trial.Gradient, trial.Image, statistics, trial.Weight, trial.Bias, epsilon);
    EXPECT_EQ(output.scalar_type(), precision);
    EXPECT_EQ(gradients.Image.scalar_type(), precision);
    EXPECT_LE(LargestDifference(output, expected.Output), tolerance);
    EXPECT_LE(LargestDifference(gradients.Image, expected.Image), tolerance);
    // Sums are in float and double either way.
    EXPECT_LE(LargestDifference(gradients.Weight, expected.Weight), 2e-5);
    EXPECT_LE(LargestDifference(gradients.Bias, expected.Bias), 2e-5);
  }
}

// Means of 20 beside deviations of 0.6 cost 5 of the 24 bits.
TEST(NormalizedReLU, IsLibTorchsWithItsGradientsInFloat)
{
  ExpectComposed(at::kFloat, 2e-5);
}

// The results are rounded to eight bits; the same rounded images are normalized.
TEST(NormalizedReLU, IsLibTorchsWithItsGradientsInBFloat16)
{
  ExpectComposed(at::kBFloat16, 1.0 / 256.0);
}

TEST(NormalizedReLU, StatisticsAreMeanAndVarianceOfEachChannel)
{
  for (const auto & shape : shapes)
  {
    SCOPED_TRACE(at::IntArrayRef(shape));
    const Trial      trial(shape, at::kFloat);
    const auto       statistics = itk::ComputeNormalizationStatistics(trial.Image);
    const at::Tensor values = trial.Image.to(at::kDouble).transpose(0, 1).flatten(1);
    EXPECT_LE(LargestDifference(statistics.Mean, values.mean(1)), 1e-6);
    EXPECT_LE(LargestDifference(statistics.Variance, values.var(1, false)), 1e-5);
  }
}

TEST(NormalizedReLU, GivesTheSameBitsOnAnyNumberOfThreads)
{
  const Trial trial({ 2, 24, 65, 67 }, at::kFloat);
  const auto  compute = [&trial](unsigned int threads)
  {
    itk::TorchRuntime::SetNumberOfThreads(threads);
    const auto statistics = itk::ComputeNormalizationStatistics(trial.Image);
    return itk::ComputeNormalizedReLUGradients(
      trial.Gradient, trial.Image, statistics, trial.Weight, trial.Bias, epsilon);
  };
  const auto one = compute(1);
  const auto three = compute(3);
  EXPECT_TRUE(one.Image.equal(three.Image));
  EXPECT_TRUE(one.Weight.equal(three.Weight));
  EXPECT_TRUE(one.Bias.equal(three.Bias));
}

TEST(NormalizedReLU, PassesOnWhatIsNotANumber)
{
  Trial trial({ 1, 8, 4, 4 }, at::kBFloat16);
  trial.Image[0][3][1][2] = std::numeric_limits<float>::quiet_NaN();
  const auto output = itk::ComputeNormalizedReLU(
    trial.Image, itk::ComputeNormalizationStatistics(trial.Image), trial.Weight, trial.Bias, epsilon);
  EXPECT_TRUE(output.select(1, 3).isnan().all().item<bool>());
  EXPECT_FALSE(output.select(1, 2).isnan().any().item<bool>());
}
} // namespace
