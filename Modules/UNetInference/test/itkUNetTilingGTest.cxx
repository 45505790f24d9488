// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchTensorAccess.h"
#include "itkUNetReceptiveField.h"
#include "itkTorchTestImages.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetTestHelpers.h"
#include "itkPipelineMonitorImageFilter.h"
#include "itkShiftScaleImageFilter.h"
#include "itkStreamingImageFilter.h"
#include <ATen/ops/zeros.h>

using itk::UNetModel;
using itk::UNetSpecification;
using namespace itk::Test;

namespace
{
template <unsigned int D>
using ScalarImage = itk::Image<float, D>;
template <unsigned int D>
using VectorImage = itk::VectorImage<float, D>;

/** Noise on a grid whose index does not begin at 0. */
template <unsigned int D>
typename ScalarImage<D>::Pointer
MakeNoise(const typename ScalarImage<D>::SizeType & size, itk::TorchRandom & random)
{
  auto                                image = ScalarImage<D>::New();
  typename ScalarImage<D>::RegionType region(size);
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    region.SetIndex(axis, Draw(random, -20, 20));
  }
  image->SetRegions(region);
  image->Allocate();
  std::generate_n(
    image->GetBufferPointer(), region.GetNumberOfPixels(), [&] { return static_cast<float>(random.Uniform()); });
  return image;
}

template <typename TOutput, typename TInput>
auto
MakeFilter(const TInput * image, const UNetModel * model, std::uint64_t tileSize)
{
  auto filter = itk::UNetInferenceImageFilter<TInput, TOutput>::New();
  filter->SetInput(image);
  filter->SetModel(model);
  filter->SetMaximumWindowSize(tileSize);
  filter->SetDevice("cpu");
  return filter;
}

/** One draw of everything that tiling could depend on. */
template <unsigned int D>
void
ExpectARegionInTilesIsThatOfTheWhole(itk::TorchRandom &   random,
                                     int &                numberOfInnerTiles,
                                     itk::UNetConvolution convolution = itk::UNetConvolution::Direct)
{
  UNetSpecification specification = SmallSpecification(D);
  specification.BaseFilters = convolution == itk::UNetConvolution::Winograd ? 8 : 2;
  specification.Levels = static_cast<unsigned int>(D == 3 ? Draw(random, 1, 2) : Draw(random, 1, 5));
  specification.ConvolutionsPerLevel = static_cast<unsigned int>(Draw(random, 1, 2));
  specification.Padding = random.Uniform() < 0.5 ? itk::UNetPadding::Zero : itk::UNetPadding::Edge;
  const auto model = MakeModel(specification);
  model->InitializeWeights(static_cast<std::uint64_t>(Draw(random, 1, 1000)));

  const std::int64_t                stride = specification.GetStride();
  const std::int64_t                least = 2 * (itk::UNetReceptiveField(specification).GetMargin() + stride);
  typename ScalarImage<D>::SizeType size;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    // A long axis that is cut, in the plane of a short one to keep the test quick, or all short.
    const std::int64_t most = axis == 0 || least < 60 ? (D == 3 ? least + 12 : 2 * least) : 40;
    size[axis] = static_cast<itk::SizeValueType>(Draw(random, 1, std::min<std::int64_t>(most, D == 3 ? 56 : 700)));
  }
  const auto image = MakeNoise<D>(size, random);
  const auto whole = MakeFilter<VectorImage<D>>(image.GetPointer(), model, 0);
  whole->SetConvolution(convolution);
  whole->Update();

  typename ScalarImage<D>::RegionType region = image->GetLargestPossibleRegion();
  if (random.Uniform() < 0.7)
  {
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      const auto extent = static_cast<std::int64_t>(size[axis]);
      const auto start = Draw(random, 0, extent - 1);
      region.SetIndex(axis, region.GetIndex(axis) + start);
      region.SetSize(axis, static_cast<itk::SizeValueType>(Draw(random, 1, extent - start)));
    }
  }
  const auto tileSize = static_cast<std::uint64_t>(Draw(random, 1, least + 40));
  const auto tiled = MakeFilter<VectorImage<D>>(image.GetPointer(), model, tileSize);
  tiled->SetConvolution(convolution);
  tiled->UpdateOutputInformation();
  tiled->GetOutput()->SetRequestedRegion(region);
  tiled->GetOutput()->PropagateRequestedRegion();
  const bool seesLess = image->GetRequestedRegion() != image->GetLargestPossibleRegion();
  tiled->GetOutput()->UpdateOutputData();
  numberOfInnerTiles += seesLess ? 1 : 0;
  ASSERT_EQ(tiled->GetOutput()->GetBufferedRegion(), region);

  // Logits of a and b differ by log p_b / p_a, at most twice the largest; a probability changes by a quarter of what
  // that does.
  double                                        largest = 0.0;
  double                                        largestLogits = 0.0;
  itk::ImageRegionConstIterator<VectorImage<D>> expected(whole->GetOutput(), image->GetLargestPossibleRegion());
  for (; !expected.IsAtEnd(); ++expected)
  {
    const auto   pixel = expected.Get();
    const double difference = std::abs(std::log(static_cast<double>(pixel[1]) / pixel[0]));
    largestLogits = std::max(largestLogits, difference / 2);
    if (region.IsInside(expected.GetIndex()))
    {
      const auto found = tiled->GetOutput()->GetPixel(expected.GetIndex());
      largest = std::max<double>(largest, std::abs(found[1] - pixel[1]));
      largest = std::max<double>(largest, std::abs(found[0] - pixel[0]));
    }
  }
  const double tolerance = 0.25 * 2 * 1e-5 * largestLogits;
  ASSERT_LE(largest, tolerance) << "levels " << specification.Levels << ", convolutions "
                                << specification.ConvolutionsPerLevel << ", size " << size << ", region " << region
                                << ", tile size " << tileSize;
}

TEST(UNetTiling, ARegionInTilesIsThatOfTheWholeImageIn2D)
{
  itk::TorchRandom random(21);
  int              numberOfInnerTiles = 0;
  for (int trial = 0; trial < 400; ++trial)
  {
    SCOPED_TRACE(trial);
    ASSERT_NO_FATAL_FAILURE(ExpectARegionInTilesIsThatOfTheWhole<2>(random, numberOfInnerTiles));
  }
  EXPECT_GT(numberOfInnerTiles, 150);
}

TEST(UNetTiling, ARegionInTilesIsThatOfTheWholeImageIn3D)
{
  itk::TorchRandom random(22);
  int              numberOfInnerTiles = 0;
  for (int trial = 0; trial < 120; ++trial)
  {
    SCOPED_TRACE(trial);
    ASSERT_NO_FATAL_FAILURE(ExpectARegionInTilesIsThatOfTheWhole<3>(random, numberOfInnerTiles));
  }
  EXPECT_GT(numberOfInnerTiles, 40);
}

TEST(UNetTiling, ARegionInTilesIsThatOfTheWholeImageWithWinogradsFiltering)
{
  itk::TorchRandom random(23);
  int              numberOfInnerTiles = 0;
  for (int trial = 0; trial < 60; ++trial)
  {
    SCOPED_TRACE(trial);
    ASSERT_NO_FATAL_FAILURE(
      ExpectARegionInTilesIsThatOfTheWhole<2>(random, numberOfInnerTiles, itk::UNetConvolution::Winograd));
    if (trial % 3 == 0)
    {
      ASSERT_NO_FATAL_FAILURE(
        ExpectARegionInTilesIsThatOfTheWhole<3>(random, numberOfInnerTiles, itk::UNetConvolution::Winograd));
    }
  }
  EXPECT_GT(numberOfInnerTiles, 25);
}

TEST(UNetTiling, ARegionInTilesIsThatOfTheWholeImageInBFloat16)
{
  // 64 filters in every level but the first, so that they are Winograd's.
  UNetSpecification specification = SmallSpecification();
  specification.BaseFilters = 32;
  specification.Levels = 3;
  const auto       model = MakeModel(specification);
  itk::TorchRandom random(24);
  for (int trial = 0; trial < 6; ++trial)
  {
    const auto image = MakeNoise<2>({ { static_cast<itk::SizeValueType>(Draw(random, 150, 260)),
                                        static_cast<itk::SizeValueType>(Draw(random, 20, 60)) } },
                                    random);
    const auto compute = [&](std::uint64_t tileSize)
    {
      const auto filter = MakeFilter<ScalarImage<2>>(image.GetPointer(), model, tileSize);
      filter->SetPrecision(itk::UNetPrecision::BFloat16);
      filter->SetTestTimeAugmentation(trial % 2 == 0 ? itk::UNetTestTimeAugmentation::None
                                                     : itk::UNetTestTimeAugmentation::FlipsAndTurns);
      filter->Update();
      return ScalarImage<2>::Pointer(filter->GetOutput());
    };
    // The tiles of Winograd's filtering lie on the image's grid, so that windows round alike but near their edges.
    ExpectSameImage<ScalarImage<2>>(compute(static_cast<std::uint64_t>(Draw(random, 100, 130))), compute(0), 1e-6);
  }
}

/** A network of one class whose logit is the input: the first filter of the highest level hands on the pixel, and the
 * classifier takes it from the skip connection. All other weights are drawn, but do not reach the output. */
UNetModel::Pointer
MakeIdentityModel(unsigned int dimension, unsigned int levels)
{
  UNetSpecification specification = SmallSpecification(dimension, 1, 1);
  specification.Levels = levels;
  specification.Normalization = itk::UNetNormalization::None;
  const auto                      model = MakeModel(specification);
  itk::UNetIntensityNormalization rule;
  rule.Scaling = itk::UNetIntensityScaling::Factor;
  model->SetIntensityNormalization(rule);
  auto weights = model->GetWeights();
  for (auto & [name, weight] : weights)
  {
    const bool isOnTheWay = name.rfind("encoder.0.", 0) == 0 || name.rfind("decoder.0.0", 0) == 0 ||
                            name.rfind("decoder.0.1", 0) == 0 || name.rfind("classifier", 0) == 0;
    if (!isOnTheWay)
    {
      continue;
    }
    const at::Tensor identity = at::zeros(itk::GetATensor(weight).sizes());
    if (identity.dim() > 1)
    {
      at::Tensor kernel = identity.select(0, 0).select(0, 0);
      while (kernel.dim() > 0)
      {
        kernel = kernel.select(0, kernel.size(0) / 2);
      }
      kernel.fill_(1.0);
    }
    weight = itk::MakeTorchTensor(identity, itk::TorchDevice::CPU());
  }
  model->SetWeights(weights);
  return model;
}

template <unsigned int D>
void
ExpectIdentity(const UNetModel *                         model,
               const typename ScalarImage<D>::SizeType & size,
               std::uint64_t                             tileSize,
               itk::TorchRandom &                        random)
{
  const auto image = MakeNoise<D>(size, random);
  const auto filter = MakeFilter<ScalarImage<D>>(image.GetPointer(), model, tileSize);
  filter->Update();
  const auto pixels = image->GetLargestPossibleRegion().GetNumberOfPixels();
  for (itk::SizeValueType i = 0; i < pixels; ++i)
  {
    const double expected = 1.0 / (1.0 + std::exp(-static_cast<double>(image->GetBufferPointer()[i])));
    ASSERT_NEAR(filter->GetOutput()->GetBufferPointer()[i], expected, 2e-7) << size << " pixel " << i;
  }
}

TEST(UNetTiling, AnIdentityNetworkGivesTheInputForEveryWidthAndHeight)
{
  itk::TorchRandom random(23);
  const auto       model = MakeIdentityModel(2, 1);
  for (itk::SizeValueType width = 1; width <= 70; ++width)
  {
    for (itk::SizeValueType height = 1; height <= 70; ++height)
    {
      ASSERT_NO_FATAL_FAILURE(ExpectIdentity<2>(model, { { width, height } }, 40, random));
    }
  }
}

TEST(UNetTiling, ADeepIdentityNetworkGivesTheInputForEveryWidth)
{
  itk::TorchRandom random(26);
  const auto       model = MakeIdentityModel(2, 4);
  for (itk::SizeValueType width = 1; width <= 70; ++width)
  {
    for (int i = 0; i < 8; ++i)
    {
      const auto height = static_cast<itk::SizeValueType>(Draw(random, 1, 70));
      ASSERT_NO_FATAL_FAILURE(ExpectIdentity<2>(model, { { width, height } }, 0, random));
    }
  }
}

TEST(UNetTiling, AnIdentityNetworkGivesTheInputOfVolumes)
{
  itk::TorchRandom random(24);
  const auto       model = MakeIdentityModel(3, 1);
  for (itk::SizeValueType depth = 1; depth <= 40; ++depth)
  {
    const auto any = [&random] { return static_cast<itk::SizeValueType>(Draw(random, 1, 40)); };
    ASSERT_NO_FATAL_FAILURE(ExpectIdentity<3>(model, { { any(), any(), depth } }, 20, random));
    ASSERT_NO_FATAL_FAILURE(ExpectIdentity<3>(model, { { depth, any(), any() } }, 20, random));
  }
}

class UNetStreaming : public ::testing::TestWithParam<unsigned int>
{};
INSTANTIATE_TEST_SUITE_P(Pieces, UNetStreaming, ::testing::Values(2u, 3u, 7u));

TEST_P(UNetStreaming, PiecesAreAskedOfTheInputAndMakeTheWholeImage)
{
  itk::TorchRandom random(25);
  const auto       image = MakeNoise<2>({ { 61, 301 } }, random);
  const auto       model = MakeModel(SmallSpecification());
  const auto       whole = MakeFilter<ScalarImage<2>>(image.GetPointer(), model, 0);
  whole->Update();

  auto monitor = itk::PipelineMonitorImageFilter<ScalarImage<2>>::New();
  // Makes what it is asked for, and no more.
  auto source = itk::ShiftScaleImageFilter<ScalarImage<2>, ScalarImage<2>>::New();
  source->SetInput(image);
  monitor->SetInput(source->GetOutput());
  const auto streamed = MakeFilter<ScalarImage<2>>(monitor->GetOutput(), model, 0);
  auto       streaming = itk::StreamingImageFilter<ScalarImage<2>, ScalarImage<2>>::New();
  streaming->SetNumberOfStreamDivisions(GetParam());
  streaming->SetInput(streamed->GetOutput());
  streaming->Update();
  ExpectSameImage<ScalarImage<2>>(streaming->GetOutput(), whole->GetOutput(), 2e-6);
  const auto parts = monitor->GetUpdatedRequestedRegions();
  EXPECT_GT(parts.size(), 3 * GetParam());
  for (const auto & part : parts)
  {
    EXPECT_LT(part.GetSize(1), image->GetLargestPossibleRegion().GetSize(1));
  }
  // The monitor forgets at each update. The image is measured once.
  streamed->Modified();
  streaming->Update();
  EXPECT_EQ(monitor->GetUpdatedRequestedRegions().size(), GetParam());
  model->Modified();
  streaming->Update();
  EXPECT_EQ(monitor->GetUpdatedRequestedRegions().size(), parts.size());
}
} // namespace
