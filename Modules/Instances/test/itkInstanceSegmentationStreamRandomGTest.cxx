// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentationStream.h"
#include "itkStreamedProbabilities.h"

using itk::InstanceChannels;
using itk::InstanceLandscape;
using itk::InstanceSeeds;
using itk::InstanceSegmentationParameters;
using itk::InstanceSeparation;
using itk::TorchRandom;
using namespace itk::Test;

namespace
{
/** Noise, waves or rings, which have objects of all shapes and within each other. */
Probabilities
MakeRandomProbabilities(TorchRandom & random, std::vector<std::int64_t> size, std::int64_t components)
{
  Probabilities image{ std::move(size), {}, components, {} };
  for (std::size_t axis = 0; axis < image.Size.size(); ++axis)
  {
    image.Spacing.push_back(0.5 + std::floor(random.Uniform(0.0, 4.0)) * 0.3);
  }
  const double kind = random.Uniform(0.0, 3.0);
  const double noise = kind < 1.0 ? 1.0 : random.Uniform(0.0, 0.4);
  const double step = random.Uniform(0.4, 1.2);
  const double bias = random.Uniform(-0.1, 0.2);
  for (std::int64_t pixel = 0; pixel < itk::NumberOfPixels(image.Size); ++pixel)
  {
    double       wave = 0.0;
    double       radius = 0.0;
    std::int64_t rest = pixel;
    for (const std::int64_t length : image.Size)
    {
      const auto at = static_cast<double>(rest % length);
      wave += std::sin(step * at) / static_cast<double>(image.Size.size());
      radius += (at - 0.4 * static_cast<double>(length)) * (at - 0.4 * static_cast<double>(length));
      rest /= length;
    }
    const double signal = 0.5 + 0.5 * (kind < 2.0 ? wave : std::sin(2.0 * step * std::sqrt(radius)));
    const double p = std::clamp((1.0 - noise) * signal + noise * random.Uniform(0.0, 1.0) + bias, 0.0, 1.0);
    const double border = random.Uniform(0.0, 1.0 - p);
    const std::vector<double> values = components == 1   ? std::vector{ p }
                                       : components == 2 ? std::vector{ p, border }
                                                         : std::vector{ 1.0 - p - border, p, border };
    image.Values.insert(image.Values.end(), values.begin(), values.end());
  }
  return image;
}

InstanceSegmentationParameters
MakeRandomParameters(TorchRandom & random)
{
  const auto isHeads = [&] { return random.Uniform(0.0, 1.0) < 0.5; };
  const auto oneOf = [&](std::initializer_list<double> values)
  { return values.begin()[static_cast<std::size_t>(random.Uniform(0.0, static_cast<double>(values.size())))]; };
  InstanceSegmentationParameters parameters;
  parameters.Channels = static_cast<InstanceChannels>(static_cast<int>(oneOf({ 0, 0, 1, 2, 3, 4 })));
  parameters.MaskThreshold = oneOf({ 0.4, 0.5, 0.6 });
  parameters.Separation = oneOf({ 0, 1, 1, 1 }) < 0.5 ? InstanceSeparation::None : InstanceSeparation::Watershed;
  parameters.Seeds = isHeads() ? InstanceSeeds::Probability : InstanceSeeds::DistanceMaxima;
  parameters.SeedThreshold = oneOf({ 0.5, 0.7, 0.9 });
  parameters.BorderThreshold = oneOf({ 0.3, 0.5 });
  parameters.MinimumSeedSize = static_cast<std::uint64_t>(oneOf({ 0, 2, 5 }));
  parameters.MaximaHeight = oneOf({ 0.0, 0.5, 1.0 });
  parameters.Landscape = isHeads() ? InstanceLandscape::Probability : InstanceLandscape::MaskDistance;
  parameters.KeepUnseeded = isHeads();
  parameters.MergeThreshold = oneOf({ 1.0, 0.8, 0.6 });
  parameters.MinimumObjectSize = static_cast<std::uint64_t>(oneOf({ 0, 2, 5, 10 }));
  parameters.FillHoles = oneOf({ 0, 1, 1 }) > 0.5;
  parameters.FullyConnected = isHeads();
  parameters.UseImageSpacing = isHeads();
  return parameters;
}

void
ExpectSameForRandomImages(std::uint64_t seed, int count, const std::vector<std::vector<std::int64_t>> & sizes)
{
  std::uint64_t objects = 0;
  for (int i = 0; i < count; ++i)
  {
    TorchRandom random(seed + static_cast<std::uint64_t>(i));
    const auto  parameters = MakeRandomParameters(random);
    auto        image = MakeRandomProbabilities(
      random, sizes[static_cast<std::size_t>(i) % sizes.size()], parameters.GetNumberOfComponents());
    const auto planes = static_cast<double>(image.Size[image.GetSlabAxis()]);
    objects +=
      ExpectSameAsWhole(image, parameters, { 1 + i % 3, 1 + static_cast<std::int64_t>(random.Uniform(0.0, planes)) });
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed + static_cast<std::uint64_t>(i);
  }
  EXPECT_GT(objects, static_cast<std::uint64_t>(4 * count));
}
} // namespace

TEST(InstanceSegmentationStream, RandomImagesHaveTheObjectsOfTheWholeImage)
{
  ExpectSameForRandomImages(1000, 400, { { 23, 31 }, { 40, 17 }, { 12, 60 } });
}

TEST(InstanceSegmentationStream, RandomVolumesHaveTheObjectsOfTheWholeImage)
{
  ExpectSameForRandomImages(2000, 200, { { 9, 8, 11 }, { 7, 1, 23 }, { 12, 11, 6 }, { 5, 6, 4, 7 } });
}

TEST(InstanceSegmentationStream, AnAxisOfOnePixelIsNotCutInSlabs)
{
  ExpectSameForRandomImages(3000, 40, { { 40, 23, 1 }, { 61, 1, 1 }, { 61, 1 }, { 1, 61 }, { 1, 1, 61 } });
}
