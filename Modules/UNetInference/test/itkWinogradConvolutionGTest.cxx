// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "cpu/itkWinogradConvolution.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetConvolution.h"
#include "itkUNetPredictor.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/replication_pad2d.h>
#include <ATen/ops/replication_pad3d.h>

using itk::UNetPadding;
using itk::WinogradConvolution;
using namespace itk::Test;

namespace
{
/** By LibTorch, in double. */
at::Tensor
Reference(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias, UNetPadding padding)
{
  const bool         is3D = image.dim() == 5;
  const bool         isZero = padding == UNetPadding::Zero;
  const std::int64_t border = isZero ? 1 : 0;
  at::Tensor         input = image.to(at::kDouble);
  if (!isZero)
  {
    input = is3D ? at::replication_pad3d(input, { 1, 1, 1, 1, 1, 1 }) : at::replication_pad2d(input, { 1, 1, 1, 1 });
  }
  const at::Tensor w = weight.to(at::kDouble);
  const at::Tensor b = bias.defined() ? bias.to(at::kDouble) : bias;
  return is3D ? at::conv3d(input, w, b, 1, border) : at::conv2d(input, w, b, 1, border);
}

struct Trial
{
  at::Tensor  Image;
  at::Tensor  Weight;
  at::Tensor  Bias;
  UNetPadding Padding;
};

Trial
DrawTrial(std::size_t dimension, const std::vector<std::int64_t> & channels, itk::TorchRandom & random)
{
  const auto drawChannels = [&]
  { return channels[static_cast<std::size_t>(Draw(random, 0, static_cast<std::int64_t>(channels.size()) - 1))]; };
  std::vector<std::int64_t> shape{ Draw(random, 1, 3), drawChannels() };
  for (std::size_t axis = 0; axis < dimension; ++axis)
  {
    shape.push_back(Draw(random, 1, dimension == 3 ? 11 : 45));
  }
  std::vector<std::int64_t> kernel(dimension + 2, 3);
  kernel[0] = drawChannels();
  kernel[1] = shape[1];
  Trial trial;
  trial.Image = MakeNumbers(shape, random);
  trial.Weight = MakeNumbers(kernel, random);
  trial.Bias = random.Uniform() < 0.8 ? MakeNumbers({ kernel[0] }, random) : at::Tensor{};
  trial.Padding = random.Uniform() < 0.5 ? UNetPadding::Zero : UNetPadding::Edge;
  return trial;
}

/** \param tolerance of the largest value */
void
ExpectTheConvolution(std::size_t                       dimension,
                     const std::vector<std::int64_t> & channels,
                     at::ScalarType                    precision,
                     double                            tolerance)
{
  if (!WinogradConvolution::IsFaster(64, 64, precision))
  {
    GTEST_SKIP() << "LibTorch has no small products for this processor";
  }
  itk::TorchRandom random(31);
  for (int i = 0; i < 60; ++i)
  {
    const Trial      trial = DrawTrial(dimension, channels, random);
    const bool       withReLU = random.Uniform() < 0.5;
    const at::Tensor image = trial.Image.to(precision).contiguous(itk::ChannelsLast(trial.Image.dim()));
    const at::Tensor weight = trial.Weight.to(precision).to(at::kFloat);
    const at::Tensor sums = Reference(image, weight, trial.Bias, trial.Padding);
    const at::Tensor expected = withReLU ? sums.relu() : sums;
    const at::Tensor found = WinogradConvolution(weight, trial.Bias, precision)
                               .Compute(image, trial.Padding, withReLU, { Draw(random, 0, 9), Draw(random, 0, 9) });
    ASSERT_EQ(found.scalar_type(), precision);
    ASSERT_EQ(found.sizes(), expected.sizes());
    ASSERT_TRUE(found.is_contiguous(itk::ChannelsLast(found.dim())));
    const double largest = sums.abs().max().item<double>();
    ASSERT_LE((found - expected).abs().max().item<double>(), tolerance * largest)
      << "trial " << i << ", image " << image.sizes() << ", weight " << weight.sizes() << ", padding "
      << static_cast<int>(trial.Padding);
  }
}

// Float sums of some thousand products, whose terms the transforms make some times larger.
TEST(WinogradConvolution, IsTheConvolutionIn2D)
{
  ExpectTheConvolution(2, { 8, 16, 24, 40, 64, 72, 128 }, at::kFloat, 1e-5);
}

TEST(WinogradConvolution, IsTheConvolutionIn3D)
{
  ExpectTheConvolution(3, { 8, 16, 24, 64, 72 }, at::kFloat, 1e-5);
}

// Transformed pixels and kernels, and the result, are rounded to eight bits.
TEST(WinogradConvolution, IsTheConvolutionIn2DInBFloat16)
{
  ExpectTheConvolution(2, { 8, 64, 72, 128 }, at::kBFloat16, 0.01);
}

TEST(WinogradConvolution, IsTheConvolutionIn3DInBFloat16)
{
  ExpectTheConvolution(3, { 8, 64, 72 }, at::kBFloat16, 0.01);
}

TEST(WinogradConvolution, RoundsLittleMoreThanTheDefinition)
{
  itk::TorchRandom random(5);
  for (const auto precision : { at::kFloat, at::kBFloat16 })
  {
    if (!WinogradConvolution::IsFaster(64, 64, precision))
    {
      GTEST_SKIP() << "LibTorch has no small products of " << at::toString(precision) << " for this processor";
    }
    const at::Tensor image =
      MakeNumbers({ 1, 128, 40, 40 }, random).relu().to(precision).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor weight = MakeNumbers({ 64, 128, 3, 3 }, random);
    const at::Tensor exact = Reference(image, weight, {}, UNetPadding::Zero);
    const auto       error = [&exact](const at::Tensor & found) { return (found - exact).norm().item<double>(); };
    const double     direct = error(itk::Convolve(image, weight.to(precision), {}, UNetPadding::Zero, false));
    const double filtered = error(WinogradConvolution(weight, {}, precision).Compute(image, UNetPadding::Zero, false));
    EXPECT_LE(filtered, (precision == at::kFloat ? 4.0 : 2.0) * direct) << at::toString(precision);
    EXPECT_GT(filtered, direct) << at::toString(precision);
  }
}

TEST(WinogradConvolution, GivesTheSameBitsOnAnyNumberOfThreads)
{
  if (!WinogradConvolution::IsFaster(64, 64, at::kFloat))
  {
    GTEST_SKIP() << "LibTorch has no small products for this processor";
  }
  itk::TorchRandom random(6);
  const at::Tensor image = MakeNumbers({ 1, 16, 7, 50, 61 }, random).contiguous(at::MemoryFormat::ChannelsLast3d);
  const auto       threads = itk::TorchRuntime::GetNumberOfThreads();
  const WinogradConvolution convolution(MakeNumbers({ 24, 16, 3, 3, 3 }, random), {}, at::kFloat);
  itk::TorchRuntime::SetNumberOfThreads(1);
  const at::Tensor one = convolution.Compute(image, UNetPadding::Edge, true);
  itk::TorchRuntime::SetNumberOfThreads(3);
  const at::Tensor three = convolution.Compute(image, UNetPadding::Edge, true);
  itk::TorchRuntime::SetNumberOfThreads(threads);
  EXPECT_TRUE(at::equal(one, three));
}

TEST(WinogradConvolution, AWindowHasTheBitsOfTheWholeImageButForItsOutermostTiles)
{
  itk::TorchRandom random(7);
  for (const auto precision : { at::kFloat, at::kBFloat16 })
  {
    if (!WinogradConvolution::IsFaster(64, 64, precision))
    {
      GTEST_SKIP() << "LibTorch has no small products of " << at::toString(precision) << " for this processor";
    }
    const at::Tensor          image = MakeNumbers({ 1, 64, 60, 70 }, random).to(precision);
    const WinogradConvolution convolution(MakeNumbers({ 64, 64, 3, 3 }, random), {}, precision);
    const at::Tensor          whole = convolution.Compute(image, UNetPadding::Zero, true);
    for (int i = 0; i < 10; ++i)
    {
      const std::int64_t y = Draw(random, 0, 20);
      const std::int64_t x = Draw(random, 0, 20);
      const auto         crop = [](const at::Tensor & tensor, std::int64_t top, std::int64_t left, std::int64_t edge)
      { return tensor.narrow(2, top, edge).narrow(3, left, edge); };
      const at::Tensor found = convolution.Compute(crop(image, y, x, 37), UNetPadding::Zero, true, { y, x });
      // The outermost tiles see beyond the window.
      EXPECT_TRUE(at::equal(crop(found, 4, 4, 29), crop(whole, y + 4, x + 4, 29)))
        << at::toString(precision) << " from " << y << ", " << x;
    }
  }
}

TEST(WinogradConvolution, EstimatesItsScratch)
{
  const auto threads = itk::TorchRuntime::GetNumberOfThreads();
  itk::TorchRuntime::SetNumberOfThreads(2);
  const auto estimate = [](const std::array<std::int64_t, 4> & size, std::int64_t planes, at::ScalarType precision)
  { return WinogradConvolution::EstimateScratch(size, planes, 64, 128, precision); };
  // For each thread 36 products of 64 tiles, with a line of the cache.
  EXPECT_EQ(estimate({ 1, 1, 512, 512 }, 1, at::kFloat), 2u * 36 * (64 * 64 + 16 + 64 * 128 + 16) * 4);
  // 16 products of tiles of 2 pixels.
  EXPECT_EQ(estimate({ 1, 1, 512, 512 }, 1, at::kBFloat16), 2u * 16 * ((64 * 64 + 32) * 2 + (64 * 128 + 16) * 4));
  // Threads share 16 tiles.
  EXPECT_EQ(estimate({ 1, 1, 16, 16 }, 1, at::kFloat), 36u * (16 * 64 + 16 + 16 * 128 + 16) * 4);
  // Blocks of 8 planes of 8 tiles, which see 2 planes more.
  EXPECT_EQ(estimate({ 1, 64, 64, 64 }, 3, at::kFloat), 2u * 36 * (80 * 64 + 16 + 64 * 128 + 16) * 4);
  itk::TorchRuntime::SetNumberOfThreads(threads);
}

TEST(WinogradConvolution, OtherChannelsAndPrecisionsAreRefused)
{
  itk::TorchRandom random(9);
  EXPECT_THROW(WinogradConvolution(MakeNumbers({ 12, 8, 3, 3 }, random), {}, at::kFloat), c10::Error);
  const WinogradConvolution convolution(MakeNumbers({ 8, 8, 3, 3 }, random), {}, at::kFloat);
  const auto                compute = [&](std::int64_t channels, at::ScalarType precision) {
    convolution.Compute(MakeNumbers({ 1, channels, 5, 5 }, random).to(precision), UNetPadding::Zero, false);
  };
  EXPECT_THROW(compute(16, at::kFloat), c10::Error);
  EXPECT_THROW(compute(8, at::kDouble), c10::Error);
  // Products of float suit images of bfloat16, but not the other way round.
  EXPECT_NO_THROW(compute(8, at::kBFloat16));
  const WinogradConvolution narrow(MakeNumbers({ 8, 8, 3, 3 }, random), {}, at::kBFloat16);
  EXPECT_THROW(narrow.Compute(MakeNumbers({ 1, 8, 5, 5 }, random), UNetPadding::Zero, false), c10::Error);
  EXPECT_NO_THROW(compute(8, at::kFloat));
}

TEST(WinogradConvolution, IsForMultiplesOfEightChannels)
{
  for (const auto precision : { at::kFloat, at::kBFloat16 })
  {
    EXPECT_FALSE(WinogradConvolution::IsFaster(64, 3, precision));
    EXPECT_FALSE(WinogradConvolution::IsFaster(12, 64, precision));
  }
  EXPECT_FALSE(WinogradConvolution::IsFaster(32, 64, at::kBFloat16));
  EXPECT_FALSE(WinogradConvolution::IsFaster(64, 64, at::kHalf));
}

/** Weights of a trained kind: statistics of batch normalization that are not 0 and 1. */
void
ExpectTheNetwork(unsigned int dimension, itk::UNetNormalization normalization, UNetPadding padding)
{
  auto specification = SmallSpecification(dimension, 3);
  specification.BaseFilters = dimension == 3 ? 8 : 16;
  specification.Levels = dimension == 3 ? 2 : 4;
  specification.Normalization = normalization;
  specification.Padding = padding;
  itk::UNetWeights weights;
  itk::TorchRandom random(8);
  const auto       model = MakeModel(specification);
  for (const auto & [name, tensor] : model->GetWeights())
  {
    const at::Tensor values = itk::GetATensor(tensor);
    const bool       isWeight = name.find("convolution.weight") != std::string::npos;
    const at::Tensor noise = MakeNumbers(values.sizes().vec(), random);
    weights.emplace(name, isWeight ? values : values + 0.2 * noise);
  }
  const auto edge = dimension == 3 ? std::vector<std::int64_t>{ 24, 20, 28 } : std::vector<std::int64_t>{ 144, 208 };
  std::vector<std::int64_t> shape{ 2, 3 };
  shape.insert(shape.end(), edge.begin(), edge.end());
  const at::Tensor image = MakeNumbers(shape, random);
  const at::Tensor expected =
    itk::UNetPredictor(specification, weights, { itk::UNetConvolution::Direct, itk::UNetPrecision::Float32, true })
      .Predict(image);
  const at::Tensor found =
    itk::UNetPredictor(specification, weights, { itk::UNetConvolution::Winograd, itk::UNetPrecision::Float32, true })
      .Predict(image);
  // Ten or more layers of sums in float, whose rounding either has.
  EXPECT_LE((found - expected).abs().max().item<double>(), 3e-5 * expected.abs().max().item<double>());
  if (WinogradConvolution::IsFaster(16, 16, at::kFloat))
  {
    EXPECT_FALSE(at::equal(found, expected));
  }
}

TEST(WinogradConvolution, ANetworkOfItGivesTheSameLogits)
{
  for (const unsigned int dimension : { 2u, 3u })
  {
    for (const auto padding : { UNetPadding::Zero, UNetPadding::Edge })
    {
      SCOPED_TRACE(dimension);
      ExpectTheNetwork(dimension, itk::UNetNormalization::Batch, padding);
      ExpectTheNetwork(dimension, itk::UNetNormalization::Instance, padding);
    }
  }
}
} // namespace
