// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRandomAugmentation.h"

#include "itkIntensityChanges.h"
#include "itkKerasSamples.h"
#include "itkRandomAugmentationDraw.h"
#include "itkTestHelpers.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"
#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <cmath>
#include <numeric>
#include <set>
#include <tuple>

namespace
{
using itk::AugmentationImages;
using itk::RandomAugmentation;
using itk::RandomAugmentationCenter;
using itk::RandomAugmentationParameters;
using itk::RandomAugmentationPreset;
using itk::RandomAugmentationRecord;
using itk::Test::ExpectContains;
using itk::Test::MessageOf;

itk::TorchTensor
OnHost(const at::Tensor & tensor)
{
  return itk::MakeTorchTensor(tensor, itk::TorchDevice::CPU());
}

/** Smooth values in [0, 1] or so. */
at::Tensor
MakeImage(std::vector<std::int64_t> shape)
{
  at::Tensor   image = at::empty(shape, at::kFloat);
  auto * const values = image.data_ptr<float>();
  for (std::int64_t i = 0; i < image.numel(); ++i)
  {
    values[i] = 0.5f + 0.3f * std::sin(0.37f * static_cast<float>(i % shape.back())) +
                0.2f * std::cos(0.0061f * static_cast<float>(i));
  }
  return image;
}

/** Blocks of 5 pixels with the labels 0, 7, 14, … */
at::Tensor
MakeLabels(std::vector<std::int64_t> shape)
{
  at::Tensor   labels = at::empty(shape, at::kInt);
  auto * const values = labels.data_ptr<std::int32_t>();
  for (std::int64_t i = 0; i < labels.numel(); ++i)
  {
    values[i] = static_cast<std::int32_t>(7 * (i / 5 % 6));
  }
  return labels;
}

AugmentationImages
MakeImages(std::vector<std::int64_t> shape)
{
  AugmentationImages images;
  images.Image = OnHost(MakeImage(shape));
  shape[1] = 1;
  images.Label = OnHost(MakeLabels(shape));
  images.Weight = OnHost(MakeImage(shape) + 1.0);
  return images;
}

RandomAugmentationRecord
Draw(const RandomAugmentationParameters & parameters,
     const AugmentationImages &           images,
     std::uint32_t                        sample = 0,
     std::vector<double>                  spacing = {})
{
  spacing = spacing.empty() ? std::vector<double>(images.Image.GetShape().size() - 2, 1.0) : spacing;
  return RandomAugmentation::Draw(parameters, images, spacing, { 5, 3, sample });
}

AugmentationImages
Apply(const RandomAugmentationRecord & record,
      const AugmentationImages &       images,
      const itk::TorchDevice &         device = "cpu")
{
  return RandomAugmentation::Apply({ record }, { images }, device).front();
}

at::Tensor
ImageOf(const AugmentationImages & images)
{
  return itk::GetATensor(images.Image).to(at::kCPU);
}

/** Everything at once. */
RandomAugmentationParameters
Everything()
{
  auto p = RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::Nuclei);
  p.RotationProbability = p.ZoomProbability = p.ShearProbability = p.TranslationProbability = p.ElasticProbability =
    1.0;
  p.BlurProbability = p.ContrastProbability = p.GainProbability = p.OffsetProbability = p.GammaProbability = 1.0;
  p.NoiseProbability = p.PoissonProbability = p.ChannelShuffleProbability = 1.0;
  p.Tilt = { -20.0, 20.0 };
  p.Deviation = { 3.0 };
  return p;
}

class RandomAugmentationOnDevice : public ::testing::TestWithParam<const char *>
{};

INSTANTIATE_TEST_SUITE_P(Devices,
                         RandomAugmentationOnDevice,
                         itk::Test::DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });
} // namespace

TEST_P(RandomAugmentationOnDevice, EveryDeviceGivesTheHostsResult)
{
  const itk::TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  for (const auto & shape :
       { std::vector<std::int64_t>{ 1, 3, 41, 67 }, std::vector<std::int64_t>{ 1, 2, 13, 21, 17 } })
  {
    const auto images = MakeImages(shape);
    for (const bool isCropped : { false, true })
    {
      auto parameters = Everything();
      // Poisson numbers jump where a mean crosses a count, so they are compared by themselves.
      parameters.PoissonProbability = 0.0;
      parameters.CropSize = isCropped ? std::vector<double>{ 16.0 } : std::vector<double>{};
      const auto record = Draw(parameters, images);
      const auto expected = Apply(record, images);
      const auto found = Apply(record, images, device);
      EXPECT_LT((ImageOf(found) - ImageOf(expected)).abs().max().item<float>(), 2e-3f);
      EXPECT_LT((itk::GetATensor(found.Weight).cpu() - itk::GetATensor(expected.Weight)).abs().max().item<float>(),
                2e-4f);
      // Two labels may be equally near at a few pixels.
      EXPECT_LE(itk::GetATensor(found.Label).cpu().ne(itk::GetATensor(expected.Label)).sum().item<std::int64_t>(), 1);
    }
  }
}

TEST_P(RandomAugmentationOnDevice, ABatchIsItsSamplesOneByOne)
{
  const itk::TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  std::vector<AugmentationImages>       samples;
  std::vector<RandomAugmentationRecord> records;
  for (std::uint32_t sample = 0; sample < 4; ++sample)
  {
    samples.push_back(MakeImages({ 1, 1, 30 + sample, 50 - 3 * sample }));
    auto parameters = Everything();
    parameters.CropSize = { 24.0, 32.0 };
    records.push_back(Draw(parameters, samples.back(), sample));
  }
  const auto batch = RandomAugmentation::Apply(records, samples, device);
  for (std::size_t i = 0; i < samples.size(); ++i)
  {
    const auto alone = Apply(records[i], samples[i], device);
    EXPECT_TRUE(at::equal(ImageOf(batch[i]), ImageOf(alone)));
    EXPECT_TRUE(at::equal(itk::GetATensor(batch[i].Label), itk::GetATensor(alone.Label)));
  }
}

TEST(RandomAugmentation, NothingDrawnGivesTheInputBitForBit)
{
  const auto images = MakeImages({ 1, 2, 33, 20 });
  const auto record = Draw(RandomAugmentationParameters{}, images);
  const auto result = Apply(record, images);
  EXPECT_TRUE(at::equal(ImageOf(result), ImageOf(images)));
  EXPECT_TRUE(at::equal(itk::GetATensor(result.Label), itk::GetATensor(images.Label)));
  EXPECT_TRUE(at::equal(itk::GetATensor(result.Weight), itk::GetATensor(images.Weight)));
}

TEST(RandomAugmentation, FlipsAndQuarterTurnsAreExactPermutations)
{
  const auto images = MakeImages({ 1, 1, 24, 24 });
  const auto image = ImageOf(images);
  const auto applied = [&](std::vector<int> flip, int turns)
  {
    auto record = Draw(RandomAugmentationParameters{}, images);
    record.Flip = flip;
    record.QuarterTurns = turns;
    record.Map = itk::ComposeAffineMap(record, { 1.0, 1.0 }, RandomAugmentationCenter::Image);
    return ImageOf(Apply(record, images));
  };
  EXPECT_TRUE(at::equal(applied({ 1, 0 }, 0), image.flip(3)));
  EXPECT_TRUE(at::equal(applied({ 0, 1 }, 0), image.flip(2)));
  // Towards the side that a rotation by 90 degrees turns to, which is Keras's.
  EXPECT_TRUE(at::equal(applied({ 0, 0 }, 1), image.rot90(-1, { 2, 3 })));
  auto rotated = Draw(RandomAugmentationParameters{}, images);
  rotated.Rotation = 90.0;
  rotated.Map = itk::ComposeAffineMap(rotated, { 1.0, 1.0 }, RandomAugmentationCenter::Image);
  EXPECT_LT((ImageOf(Apply(rotated, images)) - applied({ 0, 0 }, 1)).abs().max().item<float>(), 1e-4f);
  EXPECT_TRUE(at::equal(applied({ 0, 0 }, 2), image.flip({ 2, 3 })));
  EXPECT_TRUE(at::equal(applied({ 0, 0 }, 3), applied({ 1, 1 }, 1)));
}

TEST(RandomAugmentation, AnImageThatIsNotSquareIsTurnedByHalfTurnsOnly)
{
  RandomAugmentationParameters parameters;
  parameters.TurnProbability = 1.0;
  std::set<int> square;
  std::set<int> oblong;
  std::set<int> anisotropic;
  const auto    squareImages = MakeImages({ 1, 1, 8, 8 });
  const auto    oblongImages = MakeImages({ 1, 1, 8, 9 });
  for (std::uint32_t sample = 0; sample < 50; ++sample)
  {
    square.insert(Draw(parameters, squareImages, sample).QuarterTurns);
    oblong.insert(Draw(parameters, oblongImages, sample).QuarterTurns);
    anisotropic.insert(Draw(parameters, squareImages, sample, { 1.0, 2.0 }).QuarterTurns);
  }
  EXPECT_EQ(square, (std::set<int>{ 1, 2, 3 }));
  EXPECT_EQ(oblong, (std::set<int>{ 2 }));
  EXPECT_EQ(anisotropic, (std::set<int>{ 2 }));
}

TEST(RandomAugmentation, MapsAndImagesAreThoseOfKerasPreprocessing)
{
  using itk::Test::kerasHeight;
  using itk::Test::kerasWidth;
  const auto image = at::tensor(itk::Test::kerasImage, at::kDouble)
                       .reshape({ 1, 1, std::int64_t{ kerasHeight }, std::int64_t{ kerasWidth } });
  for (const auto & sample : itk::Test::kerasSamples)
  {
    AugmentationImages images;
    images.Image = OnHost(image);
    auto record = Draw(RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::KerasGenerator), images);
    record.Rotation = sample.Rotation;
    record.Shear = sample.Shear;
    record.Zoom = { sample.ZoomOfColumns, sample.ZoomOfRows };
    record.Translation = { sample.ShiftOfColumns, sample.ShiftOfRows };
    record.Map = itk::ComposeAffineMap(record, { 1.0, 1.0 }, RandomAugmentationCenter::Keras);
    // Keras's matrices are of (row, column).
    for (std::size_t row = 0; row < 2; ++row)
    {
      for (std::size_t column = 0; column < 2; ++column)
      {
        EXPECT_NEAR(record.Map.Matrix[row][column], sample.Matrix[2 * (1 - row) + 1 - column], 1e-12);
      }
      EXPECT_NEAR(record.Map.Offset[row], sample.Offset[1 - row], 1e-12);
    }
    const auto expected = at::tensor(sample.Image, at::kDouble).reshape(image.sizes());
    // Fractions are float, and the image changes by up to 49 from pixel to pixel.
    EXPECT_LT((ImageOf(Apply(record, images)) - expected).abs().max().item<double>(), 1e-3);
  }
}

TEST(RandomAugmentation, KerasGeneratorDrawsFromItsRanges)
{
  const auto images = MakeImages({ 1, 1, 40, 60 });
  const auto parameters = RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::KerasGenerator);
  EXPECT_EQ(parameters.PaddingMode, itk::SamplingPaddingMode::Reflect);
  double least[6] = { 1e9, 1e9, 1e9, 1e9, 1e9, 1e9 };
  double most[6] = { -1e9, -1e9, -1e9, -1e9, -1e9, -1e9 };
  for (std::uint32_t sample = 0; sample < 2000; ++sample)
  {
    const auto   record = Draw(parameters, images, sample);
    const double drawn[6] = { record.Rotation, record.Shear,          record.Zoom[0],
                              record.Zoom[1],  record.Translation[0], record.Translation[1] };
    for (int i = 0; i < 6; ++i)
    {
      least[i] = std::min(least[i], drawn[i]);
      most[i] = std::max(most[i], drawn[i]);
    }
  }
  const double limits[6][2] = { { -50, 50 }, { -0.5, 0.5 }, { 0.8, 1.2 }, { 0.8, 1.2 }, { -12, 12 }, { -8, 8 } };
  for (int i = 0; i < 6; ++i)
  {
    // Of 2000 uniform numbers the extrema lie within 1 % of the ends but for a probability of 2e-9.
    const double margin = 0.01 * (limits[i][1] - limits[i][0]);
    EXPECT_GE(least[i], limits[i][0]);
    EXPECT_LE(least[i], limits[i][0] + margin);
    EXPECT_LE(most[i], limits[i][1]);
    EXPECT_GE(most[i], limits[i][1] - margin);
  }
}

TEST(RandomAugmentation, AnglesAreUniformAndProbabilitiesAreKept)
{
  constexpr int                draws = 2000;
  RandomAugmentationParameters parameters;
  parameters.RotationProbability = 0.5;
  parameters.FlipProbability = { 0.3, 0.8 };
  const auto       images = MakeImages({ 1, 1, 10, 10 });
  std::vector<int> bins(10);
  int              rotated = 0;
  int              flipped[2] = { 0, 0 };
  for (std::uint32_t sample = 0; sample < draws; ++sample)
  {
    const auto record = Draw(parameters, images, sample);
    flipped[0] += record.Flip[0];
    flipped[1] += record.Flip[1];
    if (record.Rotation != 0.0)
    {
      ++rotated;
      ++bins[static_cast<std::size_t>((record.Rotation + 180.0) / 36.0)];
    }
  }
  // Four standard deviations of binomial numbers.
  EXPECT_NEAR(rotated, 1000, 90);
  EXPECT_NEAR(flipped[0], 600, 82);
  EXPECT_NEAR(flipped[1], 1600, 72);
  double chiSquared = 0.0;
  for (const int count : bins)
  {
    chiSquared += std::pow(count - rotated / 10.0, 2.0) / (rotated / 10.0);
  }
  // The 99.9 % point of nine degrees of freedom.
  EXPECT_LT(chiSquared, 27.9);
}

TEST(RandomAugmentation, ForwardAndInverseMapsReturnTheImage)
{
  AugmentationImages images;
  at::Tensor         smooth = at::empty({ 1, 1, 80, 90 }, at::kFloat);
  for (std::int64_t i = 0; i < smooth.numel(); ++i)
  {
    smooth.data_ptr<float>()[i] =
      std::sin(0.06f * static_cast<float>(i % 90)) * std::cos(0.05f * static_cast<float>(i / 90));
  }
  images.Image = OnHost(smooth);
  auto record = Draw(RandomAugmentationParameters{}, images);
  record.Interpolation = itk::SamplingInterpolation::Cubic;
  record.Rotation = 20.0;
  record.Zoom = { 1.1, 0.95 };
  record.Translation = { 2.0, -1.5 };
  record.Map = itk::ComposeAffineMap(record, { 1.0, 1.0 }, RandomAugmentationCenter::Image);
  auto         inverse = record;
  const auto & m = record.Map.Matrix;
  const double determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
  inverse.Map.Matrix = { { { { m[1][1] / determinant, -m[0][1] / determinant, 0 } },
                           { { -m[1][0] / determinant, m[0][0] / determinant, 0 } },
                           { { 0, 0, 1 } } } };
  for (std::size_t row = 0; row < 2; ++row)
  {
    inverse.Map.Offset[row] =
      -inverse.Map.Matrix[row][0] * record.Map.Offset[0] - inverse.Map.Matrix[row][1] * record.Map.Offset[1];
  }
  const auto returned = ImageOf(Apply(inverse, Apply(record, images)));
  const auto inner = [](const at::Tensor & image) { return image.narrow(2, 25, 30).narrow(3, 25, 40); };
  // Two cubic interpolations of a wave of a hundred pixels.
  EXPECT_LT((inner(returned) - inner(smooth)).abs().max().item<float>(), 1e-4f);
}

TEST(RandomAugmentation, RotationKeepsShapesInPhysicalUnits)
{
  const auto                   images = MakeImages({ 1, 1, 30, 40 });
  RandomAugmentationParameters parameters;
  parameters.RotationProbability = 1.0;
  const std::vector<double> spacing{ 0.5, 2.0 };
  const auto                map = Draw(parameters, images, 0, spacing).Map.Matrix;
  // Spacing · matrix / spacing is orthogonal.
  const double a = map[0][0];
  const double b = spacing[0] * map[0][1] / spacing[1];
  const double c = spacing[1] * map[1][0] / spacing[0];
  const double d = map[1][1];
  EXPECT_NEAR(a * a + c * c, 1.0, 1e-12);
  EXPECT_NEAR(b * b + d * d, 1.0, 1e-12);
  EXPECT_NEAR(a * b + c * d, 0.0, 1e-12);
  EXPECT_GT(std::abs(b), 0.01);
}

TEST(RandomAugmentation, CropsAreUniformAndHoldTheForegroundWhenAsked)
{
  AugmentationImages images = MakeImages({ 1, 1, 40, 50 });
  at::Tensor         label = at::zeros({ 1, 1, 40, 50 }, at::kByte);
  label[0][0][31][7] = 9;
  images.Label = OnHost(label);
  RandomAugmentationParameters parameters;
  parameters.CropSize = { 11.0, 8.0 };
  std::vector<int> starts(40);
  int              holding = 0;
  for (std::uint32_t sample = 0; sample < 2000; ++sample)
  {
    parameters.ForegroundProbability = 0.0;
    const auto record = Draw(parameters, images, sample);
    ++starts[static_cast<std::size_t>(record.CropStart[0])];
    EXPECT_EQ(record.OutputSize, (std::vector<std::int64_t>{ 11, 8 }));
    parameters.ForegroundProbability = 1.0;
    const auto biased = Apply(Draw(parameters, images, sample), images);
    holding += itk::GetATensor(biased.Label).max().item<int>() == 9 ? 1 : 0;
  }
  EXPECT_EQ(holding, 2000);
  double chiSquared = 0.0;
  for (const int count : starts)
  {
    chiSquared += std::pow(count - 50.0, 2.0) / 50.0;
  }
  // The 99.9 % point of 39 degrees of freedom.
  EXPECT_LT(chiSquared, 72.1);
}

TEST(RandomAugmentation, ACropIsThatPartOfTheImage)
{
  const auto                   images = MakeImages({ 1, 2, 40, 50 });
  RandomAugmentationParameters parameters;
  parameters.CropSize = { 16.0 };
  const auto record = Draw(parameters, images);
  const auto expected = ImageOf(images)
                          .narrow(3, static_cast<std::int64_t>(record.CropStart[0]), 16)
                          .narrow(2, static_cast<std::int64_t>(record.CropStart[1]), 16);
  EXPECT_TRUE(at::equal(ImageOf(Apply(record, images)), expected));
}

TEST(RandomAugmentation, ALargerCropIsCenteredAndFilledOrAnError)
{
  const auto                   images = MakeImages({ 1, 1, 6, 9 });
  RandomAugmentationParameters parameters;
  parameters.CropSize = { 12.0 };
  const auto result = ImageOf(Apply(Draw(parameters, images), images));
  EXPECT_EQ(result.sizes(), (std::vector<std::int64_t>{ 1, 1, 12, 12 }));
  EXPECT_TRUE(at::equal(result.narrow(2, 3, 6).narrow(3, 1, 9), ImageOf(images)));
  // Reflected at the pixels' edge.
  EXPECT_TRUE(at::equal(result.select(2, 2), result.select(2, 3)));
  parameters.PadSmallImages = false;
  ExpectContains(MessageOf([&] { Draw(parameters, images); }),
                 "CropSize must be at most the image's size 9,6 without PadSmallImages, but is 12.");
}

TEST(RandomAugmentation, DrawsDependOnSeedEpochAndSampleAlone)
{
  const auto images = MakeImages({ 1, 3, 31, 37 });
  const auto parameters = Everything();
  const auto drawn = [&](std::uint64_t seed, std::uint32_t epoch, std::uint32_t sample) {
    return RandomAugmentation::Draw(parameters, images, { 1.0, 1.0 }, { seed, epoch, sample }).ToJson();
  };
  const auto expected = drawn(1, 2, 3);
  EXPECT_NE(drawn(1, 2, 4), expected);
  EXPECT_NE(drawn(1, 3, 3), expected);
  EXPECT_NE(drawn(2, 2, 3), expected);
  EXPECT_EQ(drawn(1, 2, 3), expected);
}

TEST(RandomAugmentation, OneChangeDoesNotAlterTheOthers)
{
  const auto images = MakeImages({ 1, 3, 31, 37 });
  auto       parameters = Everything();
  const auto all = Draw(parameters, images);
  parameters.FlipProbability = { 0.0 };
  parameters.ZoomProbability = 0.0;
  parameters.GainProbability = 0.0;
  const auto some = Draw(parameters, images);
  EXPECT_EQ(some.Rotation, all.Rotation);
  EXPECT_EQ(some.Translation, all.Translation);
  EXPECT_EQ(some.ElasticNodes, all.ElasticNodes);
  EXPECT_EQ(some.Gamma, all.Gamma);
  EXPECT_EQ(some.NoiseKey, all.NoiseKey);
  EXPECT_NE(some.Gain, all.Gain);
}

TEST(RandomAugmentation, AnyNumberOfThreadsGivesTheSameBits)
{
  // Large enough for sums to be split.
  const auto images = MakeImages({ 1, 1, 1100, 1300 });
  const auto record = Draw(Everything(), images);
  const int  before = at::get_num_threads();
  at::set_num_threads(1);
  const auto expected = Apply(record, images);
  for (const int threads : { 2, 5 })
  {
    at::set_num_threads(threads);
    const auto found = Apply(record, images);
    EXPECT_TRUE(at::equal(ImageOf(found), ImageOf(expected))) << threads;
    EXPECT_TRUE(at::equal(itk::GetATensor(found.Label), itk::GetATensor(expected.Label))) << threads;
    EXPECT_TRUE(at::equal(itk::GetATensor(found.Weight), itk::GetATensor(expected.Weight))) << threads;
  }
  at::set_num_threads(before);
}

TEST(RandomAugmentation, WeightsAreInterpolatedLinearlyAndLabelsTakeTheNext)
{
  const auto images = MakeImages({ 1, 1, 12, 14 });
  auto       record = Draw(RandomAugmentationParameters{}, images);
  record.Map.Offset[0] = 0.5;
  const auto result = Apply(record, images);
  const auto left = [](const at::Tensor & t) { return t.narrow(3, 0, 13); };
  const auto right = [](const at::Tensor & t) { return t.narrow(3, 1, 13); };
  const auto weight = itk::GetATensor(images.Weight);
  EXPECT_LT((left(itk::GetATensor(result.Weight)) - (left(weight) + right(weight)) / 2).abs().max().item<float>(),
            1e-6f);
  EXPECT_TRUE(at::equal(left(itk::GetATensor(result.Label)), right(itk::GetATensor(images.Label))));
}

TEST(RandomAugmentation, ImagesThatAreOnDifferentDevicesAreChangedTogether)
{
  auto                         images = MakeImages({ 1, 1, 40, 50 });
  RandomAugmentationParameters parameters = Everything();
  parameters.CropSize = { 16.0 };
  const auto record = Draw(parameters, images);
  const auto expected = Apply(record, images, "staged");
  images.Label = images.Label.To("staged");
  const auto found = Apply(record, images, "staged");
  EXPECT_TRUE(at::equal(itk::GetATensor(found.Label), itk::GetATensor(expected.Label)));
  EXPECT_TRUE(at::equal(ImageOf(found), ImageOf(expected)));
}

TEST(RandomAugmentation, PixelsThatAreNoNumbersDoNotSpoilTheIntensityRange)
{
  auto       images = MakeImages({ 1, 1, 9, 9 });
  auto       image = ImageOf(images).clone();
  const auto range = RandomAugmentation::GetIntensityRange(OnHost(image));
  image[0][0][2][3] = NAN;
  image[0][0][4][4] = -INFINITY;
  const auto found = RandomAugmentation::GetIntensityRange(OnHost(image));
  EXPECT_NEAR(found[0], range[0], 0.1);
  EXPECT_NEAR(found[1], range[1], 0.1);
  EXPECT_EQ(RandomAugmentation::GetIntensityRange(OnHost(at::full({ 1, 1, 2, 2 }, NAN))),
            (std::vector<double>{ 0.0, 1.0 }));
}

TEST(RandomAugmentation, LabelsHoldNoValueThatWasNotThere)
{
  const auto images = MakeImages({ 1, 1, 60, 60 });
  for (std::uint32_t sample = 0; sample < 20; ++sample)
  {
    const auto label = itk::GetATensor(Apply(Draw(Everything(), images, sample), images).Label);
    EXPECT_TRUE((label.remainder(7) == 0).all().item<bool>());
    EXPECT_GE(label.min().item<int>(), 0);
    EXPECT_LE(label.max().item<int>(), 35);
  }
}

TEST(RandomAugmentation, IntensityChangesFollowTheirFormulas)
{
  const auto               image = at::tensor({ 10.0f, 20.0f, 30.0f, 50.0f }).reshape({ 1, 1, 2, 2 });
  RandomAugmentationRecord neutral;
  neutral.Low = 10.0;
  neutral.High = 50.0;
  const auto changed = [&](auto change)
  {
    auto record = neutral;
    change(record);
    return itk::ChangeIntensities(image, record, itk::TorchDevice::CPU()).flatten();
  };
  const auto expectNear = [](const at::Tensor & found, std::vector<double> expected)
  {
    for (std::int64_t i = 0; i < 4; ++i)
    {
      EXPECT_NEAR(found[i].item<double>(), expected[static_cast<std::size_t>(i)], 1e-4);
    }
  };
  // In units of 40 above 10: 0, 1/4, 1/2, 1; mean 7/16.
  expectNear(changed([](auto & r) { r.Gain = 2.0; }), { 10, 30, 50, 90 });
  expectNear(changed([](auto & r) { r.Offset = -0.25; }), { 0, 10, 20, 40 });
  expectNear(changed([](auto & r) { r.Gamma = 2.0; }), { 10, 12.5, 20, 50 });
  expectNear(changed([](auto & r) { r.Contrast = 2.0; }), { -7.5, 12.5, 32.5, 72.5 });
  expectNear(changed([](auto & r) { r.IsInverted = true; }), { 50, 40, 30, 10 });
  // Before the exponent negative values become 0.
  expectNear(changed(
               [](auto & r)
               {
                 r.Offset = -0.25;
                 r.Gamma = 0.5;
               }),
             { 10, 10, 30, 10 + 40 * std::sqrt(0.75) });
  EXPECT_TRUE(at::equal(changed([](auto &) {}), image.flatten()));
}

TEST(RandomAugmentation, IntegersAreRoundedAndStayInTheirRange)
{
  const auto               image = at::tensor({ 0, 101, 200, 255 }, at::kByte).reshape({ 1, 1, 2, 2 });
  RandomAugmentationRecord record;
  record.High = 255.0;
  record.Gain = 1.5;
  const auto found = itk::ChangeIntensities(image, record, itk::TorchDevice::CPU()).flatten();
  EXPECT_TRUE(at::equal(found, at::tensor({ 0, 152, 255, 255 }, at::kByte)));
}

TEST(RandomAugmentation, BlurIsAGaussianThatKeepsTheSum)
{
  at::Tensor image = at::zeros({ 1, 1, 21, 31 });
  image[0][0][10][15] = 1.0f;
  RandomAugmentationRecord record;
  record.Blur = 2.0;
  const auto blurred = itk::ChangeIntensities(image, record, itk::TorchDevice::CPU());
  EXPECT_NEAR(blurred.sum().item<double>(), 1.0, 1e-5);
  const double center = blurred[0][0][10][15].item<double>();
  EXPECT_NEAR(blurred[0][0][10][17].item<double>() / center, std::exp(-0.5), 1e-5);
  EXPECT_NEAR(blurred[0][0][12][15].item<double>() / center, std::exp(-0.5), 1e-5);
  // At the border what is lost comes back.
  EXPECT_NEAR(
    itk::ChangeIntensities(at::full({ 1, 1, 5, 4 }, 3.0), record, itk::TorchDevice::CPU()).min().item<double>(),
    3.0,
    1e-5);
}

TEST(RandomAugmentation, NoiseHasTheStatedDistribution)
{
  RandomAugmentationRecord record;
  record.Noise = 0.1;
  record.NoiseKey = { 77, 5 };
  const auto noise = itk::ChangeIntensities(at::full({ 1, 2, 200, 250 }, 0.5), record, itk::TorchDevice::CPU()) - 0.5;
  // Four standard errors of 100000 numbers.
  EXPECT_NEAR(noise.mean().item<double>(), 0.0, 0.1 * 4.0 / std::sqrt(1e5));
  EXPECT_NEAR(noise.std().item<double>(), 0.1, 0.1 * 4.0 / std::sqrt(2e5));
  EXPECT_NEAR((noise / 0.1).pow(4).mean().item<double>(), 3.0, 4.0 * std::sqrt(96.0 / 1e5));
  // Of neighbors, and of the two components.
  EXPECT_NEAR(
    (noise.narrow(3, 0, 249) * noise.narrow(3, 1, 249)).mean().item<double>(), 0.0, 0.01 * 4.0 / std::sqrt(1e5));
  EXPECT_NEAR((noise.narrow(1, 0, 1) * noise.narrow(1, 1, 1)).mean().item<double>(), 0.0, 0.01 * 4.0 / std::sqrt(5e4));
}

TEST(RandomAugmentation, PoissonNoiseHasTheStatedDistributionBelowAndAboveTheSwitchToNormalNumbers)
{
  for (const double mean : { 0.3, 4.0, 59.0, 61.0, 900.0 })
  {
    RandomAugmentationRecord record;
    record.PoissonPeak = mean;
    record.NoiseKey = { 7, 8 };
    const auto counts = itk::ChangeIntensities(at::full({ 1, 1, 400, 250 }, 1.0), record, itk::TorchDevice::CPU())
                          .mul(mean)
                          .to(at::kDouble);
    EXPECT_LT((counts - counts.round()).abs().max().item<double>(), 1e-3);
    EXPECT_NEAR(counts.mean().item<double>(), mean, 4.0 * std::sqrt(mean / 1e5));
    // The variance of a variance is (μ4 − σ⁴) / n with μ4 = mean (1 + 3 mean); rounding adds 1/12.
    const double rounding = mean > 60.0 ? 1.0 / 12.0 : 0.0;
    EXPECT_NEAR(counts.var().item<double>(), mean + rounding, 4.0 * std::sqrt((mean + 2.0 * mean * mean) / 1e5));
  }
}

TEST(RandomAugmentation, GaussianAndPoissonNoiseOfARecordAreIndependent)
{
  const auto               image = at::full({ 1, 1, 300, 300 }, 1.0);
  RandomAugmentationRecord gaussian;
  RandomAugmentationRecord poisson;
  gaussian.Noise = 1.0;
  poisson.PoissonPeak = 40.0;
  gaussian.NoiseKey = poisson.NoiseKey = { 3, 4 };
  const auto normal = itk::ChangeIntensities(image, gaussian, itk::TorchDevice::CPU()) - 1.0;
  const auto counts = (itk::ChangeIntensities(image, poisson, itk::TorchDevice::CPU()) - 1.0) * std::sqrt(40.0);
  // Four standard errors of 90000 products.
  EXPECT_NEAR((normal * counts).mean().item<double>(), 0.0, 4.0 / 300.0);
  EXPECT_NEAR((normal.abs() * counts).mean().item<double>(), 0.0, 4.0 / 300.0);
}

TEST(RandomAugmentation, ShuffledChannelsAreTheChannels)
{
  RandomAugmentationParameters parameters;
  parameters.ChannelShuffleProbability = 1.0;
  const auto                          images = MakeImages({ 1, 3, 6, 7 });
  std::set<std::vector<std::int64_t>> orders;
  for (std::uint32_t sample = 0; sample < 60; ++sample)
  {
    const auto record = Draw(parameters, images, sample);
    orders.insert(record.ChannelOrder);
    const auto result = ImageOf(Apply(record, images));
    for (std::int64_t channel = 0; channel < 3; ++channel)
    {
      EXPECT_TRUE(at::equal(result.select(1, channel),
                            ImageOf(images).select(1, record.ChannelOrder[static_cast<std::size_t>(channel)])));
    }
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST(RandomAugmentation, ARecordRoundTripsAndGivesTheSamePixels)
{
  const auto images = MakeImages({ 1, 3, 31, 37 });
  for (const auto model : { itk::ElasticModel::Grid, itk::ElasticModel::SmoothedNoise })
  {
    auto parameters = Everything();
    parameters.Model = model;
    parameters.Amplitude = { 30.0 };
    parameters.Sigma = { 2.5 };
    const auto record = Draw(parameters, images);
    const auto again = RandomAugmentationRecord::FromJson(record.ToJson());
    EXPECT_EQ(again.ToJson(), record.ToJson());
    const auto expected = Apply(record, images);
    const auto found = Apply(again, images);
    EXPECT_TRUE(at::equal(ImageOf(found), ImageOf(expected)));
    EXPECT_TRUE(at::equal(itk::GetATensor(found.Label), itk::GetATensor(expected.Label)));
  }
}

TEST(RandomAugmentation, EveryMemberOfARecordIsWrittenAndRead)
{
  RandomAugmentationRecord r;
  r.Seed = 0xffffffffffffffffu;
  r.Epoch = 2;
  r.Sample = 3;
  r.InputSize = { 4, 5, 6 };
  r.OutputSize = { 7, 8, 9 };
  r.Components = 2;
  r.Flip = { 1, 0, 1 };
  r.QuarterTurns = 3;
  r.Rotation = 0.1;
  r.Tilt = { 0.2, 0.3 };
  r.Zoom = { 1.1, 1.2, 1.3 };
  r.Shear = 0.4;
  r.Translation = { 0.5, 0.6, 0.7 };
  r.CropStart = { -1.0, -2.0, 3.0 };
  r.Map.Matrix = { { { { 1, 2, 3 } }, { { 4, 5, 6 } }, { { 7, 8, 1.0 / 3.0 } } } };
  r.Map.Offset = { { 0.8, 0.9, -1e-300 } };
  r.Interpolation = itk::SamplingInterpolation::Cubic;
  r.PaddingMode = itk::SamplingPaddingMode::Wrap;
  r.PaddingValue = -7.0;
  r.ElasticGrid = { 1, 2, 1 };
  r.ElasticNodes = { 1.5, 2.5, 3.5, 4.5, 5.5, 6.5 };
  r.ElasticNoiseKey = { 4000000000u, 1u };
  r.ElasticAmplitude = { 1.0, 2.0, 3.0 };
  r.ElasticSigma = { 4.0, 5.0, 6.0 };
  r.Low = -3.0;
  r.High = 11.0;
  r.Blur = 0.11;
  r.Contrast = 0.12;
  r.Gain = 0.13;
  r.Offset = 0.14;
  r.Gamma = 0.15;
  r.IsInverted = true;
  r.Noise = 0.16;
  r.PoissonPeak = 0.17;
  r.NoiseKey = { 5u, 6u };
  r.ChannelOrder = { 1, 0 };
  const auto found = RandomAugmentationRecord::FromJson(r.ToJson());
  const auto tie = [](const RandomAugmentationRecord & a)
  {
    return std::tie(a.Seed,
                    a.Epoch,
                    a.Sample,
                    a.InputSize,
                    a.OutputSize,
                    a.Components,
                    a.Flip,
                    a.QuarterTurns,
                    a.Rotation,
                    a.Tilt,
                    a.Zoom,
                    a.Shear,
                    a.Translation,
                    a.CropStart,
                    a.Map.Matrix,
                    a.Map.Offset,
                    a.Interpolation,
                    a.PaddingMode,
                    a.PaddingValue,
                    a.ElasticGrid,
                    a.ElasticNodes,
                    a.ElasticNoiseKey,
                    a.ElasticAmplitude,
                    a.ElasticSigma,
                    a.Low,
                    a.High,
                    a.Blur,
                    a.Contrast,
                    a.Gain,
                    a.Offset,
                    a.Gamma,
                    a.IsInverted,
                    a.Noise,
                    a.PoissonPeak,
                    a.NoiseKey,
                    a.ChannelOrder);
  };
  EXPECT_TRUE(tie(found) == tie(r));
}

TEST(RandomAugmentation, DamagedRecordsAreRefusedWithAReason)
{
  const auto        images = MakeImages({ 1, 1, 31, 37 });
  const std::string text = Draw(Everything(), images).ToJson();
  const auto        messageWith = [&](const std::string & from, const std::string & to)
  {
    std::string changed = text;
    const auto  at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    return MessageOf([&] { RandomAugmentationRecord::FromJson(changed); });
  };
  ExpectContains(messageWith("\"version\": 1", "\"version\": 2"), "its version must be 1, but is 2");
  ExpectContains(messageWith("ITKTorch augmentation", "other"),
                 "not a JSON file that RandomAugmentationImageFilter wrote");
  ExpectContains(MessageOf([] { RandomAugmentationRecord::FromJson("{"); }), "not a JSON file");
  ExpectContains(messageWith("\"fill\": \"reflect\"", "\"fill\": \"mirrored\""), "map.fill cannot be \"mirrored\"");
  ExpectContains(messageWith("\"gain\"", "\"gian\""), "key 'gain' not found");
  ExpectContains(messageWith("\"epoch\": 3", "\"epoch\": -3"), "key.epoch cannot be -3");
  ExpectContains(messageWith("\"blur\": ", "\"blur\": 99"), "blur, contrast, gain and noise must be in [0, 100]");
  ExpectContains(messageWith("\"gamma\": ", "\"gamma\": -"), "intensity.gamma must be in [0.01, 100]");
  ExpectContains(messageWith("\"high\": ", "\"high\": -9"), "intensity.low must be at most intensity.high");
  ExpectContains(messageWith("\"epoch\": 3", "\"epoch\": \"three\""), "type must be number, but is string");
}

TEST(RandomAugmentation, ARecordOfAnotherImageIsAnError)
{
  const auto record = Draw(Everything(), MakeImages({ 1, 1, 31, 37 }));
  ExpectContains(MessageOf(
                   [&] {
                     Apply(record, MakeImages({ 1, 1, 31, 38 }));
                   }),
                 "must be of an image of size 38,31 and 1 components, but is of 37,31 and 1.");
  ExpectContains(MessageOf(
                   [&] {
                     Apply(record, MakeImages({ 1, 3, 31, 37 }));
                   }),
                 "must be of an image of size 37,31 and 3 components, but is of 37,31 and 1.");
}

TEST(RandomAugmentation, WrongParametersAreNamedWithRangeAndValue)
{
  const auto images = MakeImages({ 1, 1, 12, 12 });
  const auto messageWith = [&](auto change)
  {
    RandomAugmentationParameters parameters;
    change(parameters);
    return MessageOf([&] { Draw(parameters, images); });
  };
  ExpectContains(messageWith([](auto & p) { p.GammaProbability = 1.5; }),
                 "GammaProbability must be in [0, 1], but is 1.5.");
  ExpectContains(messageWith([](auto & p) { p.FlipProbability = { -0.5 }; }),
                 "FlipProbability must be numbers, each in [0, 1], but is -0.5.");
  ExpectContains(messageWith(
                   [](auto & p) {
                     p.Rotation = { 20.0, 10.0 };
                   }),
                 "Rotation must be two numbers in [-360, 360], the lower one first, but is 20,10.");
  ExpectContains(messageWith([](auto & p) { p.Zoom = { 1.0 }; }),
                 "Zoom must be two numbers in [0.01, 100], the lower one first, but is 1.");
  ExpectContains(messageWith(
                   [](auto & p) {
                     p.CropSize = { 4.0, 4.0, 4.0 };
                   }),
                 "CropSize must be 1 number or 2, one for each axis, but is 4,4,4.");
  ExpectContains(messageWith([](auto & p) { p.CropSize = { 4.5 }; }), "CropSize must be whole numbers, but is 4.5.");
  ExpectContains(messageWith([](auto & p) { p.CropSize = { 0.0 }; }),
                 "CropSize must be numbers, each in [1, 1048576], but is 0.");
  ExpectContains(messageWith(
                   [](auto & p) {
                     p.IntensityRange = { 1.0, 1.0 };
                   }),
                 "IntensityRange must be two finite numbers, the lower one first, or none, but is 1,1.");
}

TEST(RandomAugmentation, LabelsOfAnotherSizeAreAnError)
{
  auto images = MakeImages({ 1, 1, 12, 12 });
  images.Label = OnHost(MakeLabels({ 1, 1, 12, 13 }));
  ExpectContains(MessageOf([&] { Draw(RandomAugmentationParameters{}, images); }),
                 "The label image must have the image's size 12,12, but has 13,12.");
}

TEST(RandomAugmentation, ConstantImagesAndSinglePixelsAreAugmented)
{
  for (const auto & shape : { std::vector<std::int64_t>{ 1, 1, 1, 1 }, std::vector<std::int64_t>{ 1, 2, 1, 30 } })
  {
    AugmentationImages images;
    images.Image = OnHost(at::full(shape, 4.0));
    auto parameters = Everything();
    parameters.NoiseProbability = parameters.PoissonProbability = 0.0;
    parameters.PreventFolding = true;
    const auto result = ImageOf(Apply(Draw(parameters, images), images));
    EXPECT_TRUE(result.isfinite().all().item<bool>());
    EXPECT_EQ(result.sizes(), shape);
    for (std::int64_t channel = 0; channel < shape[1]; ++channel)
    {
      const auto values = result.select(1, channel);
      EXPECT_LT((values.max() - values.min()).item<double>(), 1e-4) << "what is constant stays so";
    }
  }
}
