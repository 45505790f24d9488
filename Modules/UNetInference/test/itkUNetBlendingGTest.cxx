// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetBlending.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestImages.h"
#include "itkTorchWarningEvent.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetNetwork.h"
#include "itkUNetTestHelpers.h"
#include "itkUNetTiles.h"
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <cmath>

using itk::UNetTiling;
using namespace itk::Test;

namespace
{
using ImageType = itk::Image<float, 2>;
using VectorImageType = itk::VectorImage<float, 2>;

itk::UNetSpecification
InstanceSpecification(unsigned int dimension = 2)
{
  auto specification = SmallSpecification(dimension);
  specification.Normalization = itk::UNetNormalization::Instance;
  return specification;
}

template <unsigned int D>
auto
MakeFilter(const itk::Image<float, D> * image, const itk::UNetModel * model, std::uint64_t tileSize)
{
  auto filter = itk::UNetInferenceImageFilter<itk::Image<float, D>, itk::VectorImage<float, D>>::New();
  filter->SetInput(image);
  filter->SetModel(model);
  filter->SetMaximumWindowSize(tileSize);
  filter->SetDevice("cpu");
  return filter;
}

/** The sentences that a filter sends. */
template <typename TFilter>
std::shared_ptr<std::vector<std::string>>
Warnings(TFilter * filter)
{
  auto warnings = std::make_shared<std::vector<std::string>>();
  filter->AddObserver(itk::TorchWarningEvent(),
                      [warnings](const itk::EventObject & event)
                      { warnings->push_back(dynamic_cast<const itk::TorchWarningEvent &>(event).GetMessage()); });
  return warnings;
}

TEST(UNetBlending, WeightsAreAGaussianAroundEachWindowAndSumUpToOne)
{
  auto specification = SmallSpecification();
  // Windows of 40 at 0, 28, 52 of 92 pixels.
  const auto tiles = itk::MakeBlendedUNetTiles(specification, { { 0, 0 }, { 90, 4 } }, { 90, 4 }, 43, 0.3);
  ASSERT_EQ(tiles.size(), 3u);
  EXPECT_EQ(tiles[0].Window, (itk::UNetRegion{ { 0, 0 }, { 40, 4 } }));
  EXPECT_EQ(tiles[1].Window, (itk::UNetRegion{ { 28, 0 }, { 40, 4 } }));
  EXPECT_EQ(tiles[2].Window, (itk::UNetRegion{ { 52, 0 }, { 40, 4 } }));
  EXPECT_EQ(tiles[2].Output, (itk::UNetRegion{ { 52, 0 }, { 38, 4 } }));
  std::vector<double> sums(90, 0.0);
  for (const auto & tile : tiles)
  {
    ASSERT_EQ(tile.Weights.size(), 2u);
    for (std::size_t i = 0; i < tile.Weights[0].size(); ++i)
    {
      sums[static_cast<std::size_t>(tile.Output.Start[0]) + i] += tile.Weights[0][i];
    }
  }
  for (const double sum : sums)
  {
    EXPECT_NEAR(sum, 1.0, 1e-6);
  }
  // At pixel 30, 10.5 from the first window's middle and 17.5 from the second's; σ = 5.
  EXPECT_NEAR(tiles[0].Weights[0][30] / tiles[1].Weights[0][2], std::exp((17.5 * 17.5 - 10.5 * 10.5) / 50.0), 1e-2);
  EXPECT_EQ(tiles[0].Weights[0][0], 1.0f);
}

/** Logits of every window by the training's network, weighted and added for each pixel. */
at::Tensor
ExpectedProbabilities(const at::Tensor & image, const itk::UNetModel & model, std::int64_t size, std::int64_t step)
{
  itk::UNetWeights weights;
  for (const auto & [name, tensor] : model.GetWeights())
  {
    weights.emplace(name, itk::GetATensor(tensor));
  }
  const itk::UNetNetwork    network(model.GetSpecification(), weights);
  const std::int64_t        extent = image.size(2);
  at::Tensor                sums = at::zeros({ 1, 2, extent, extent }, at::kDouble);
  at::Tensor                total = at::zeros({ 1, 1, extent, extent }, at::kDouble);
  std::vector<std::int64_t> starts;
  for (std::int64_t start = 0; start + size < extent; start += step)
  {
    starts.push_back(start);
  }
  starts.push_back(extent - size);
  for (const auto y : starts)
  {
    for (const auto x : starts)
    {
      const auto crop = [&](const at::Tensor & tensor) { return tensor.narrow(2, y, size).narrow(3, x, size); };
      at::Tensor weight = at::zeros({ 1, 1, size, size }, at::kDouble);
      for (std::int64_t i = 0; i < size * size; ++i)
      {
        const double middle = 0.5 * static_cast<double>(size - 1);
        const double dy = static_cast<double>(i / size) - middle;
        const double dx = static_cast<double>(i % size) - middle;
        const double sigma = static_cast<double>(size) / 8.0;
        weight.data_ptr<double>()[i] = std::exp(-0.5 * (dx * dx + dy * dy) / (sigma * sigma));
      }
      crop(sums).add_(network.Predict(crop(image).contiguous()).to(at::kDouble) * weight);
      crop(total).add_(weight);
    }
  }
  return at::softmax(sums / total, 1);
}

TEST(UNetBlending, IsTheWeightedMeanOfTheWindowsLogits)
{
  auto image = ImageType::New();
  image->SetRegions(ImageType::SizeType{ { 100, 100 } });
  image->Allocate();
  itk::TorchRandom random(3);
  std::generate_n(image->GetBufferPointer(), 100 * 100, [&] { return static_cast<float>(random.Uniform()); });
  const auto model = MakeModel(InstanceSpecification());
  const auto filter = MakeFilter<2>(image, model, 40);
  filter->SetBlendedOverlap(0.5);
  filter->Update();

  const auto pixels = itk::GetTorchTensor(image.GetPointer(), image->GetBufferedRegion(), itk::TorchDevice::CPU());
  const auto expected =
    ExpectedProbabilities(itk::GetATensor(model->GetIntensityNormalization().Apply(pixels)), *model, 40, 20);
  const auto found = itk::GetATensor(itk::GetTorchTensor(
    static_cast<const VectorImageType *>(filter->GetOutput()), image->GetBufferedRegion(), itk::TorchDevice::CPU()));
  // Rounding of float.
  EXPECT_LE((found - expected).abs().max().item<double>(), 2e-6);
}

template <unsigned int D>
void
ExpectRegionsOfTheWhole(itk::TorchRandom & random)
{
  using VolumeType = itk::Image<float, D>;
  auto                         specification = SmallSpecification(D);
  const itk::UNetNormalization kinds[] = { itk::UNetNormalization::Batch, itk::UNetNormalization::Instance };
  specification.Normalization = kinds[Draw(random, 0, 1)];
  const auto                      model = MakeModel(specification);
  auto                            image = VolumeType::New();
  typename VolumeType::RegionType whole;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    whole.SetIndex(axis, Draw(random, -9, 9));
    whole.SetSize(axis, static_cast<itk::SizeValueType>(Draw(random, 1, D == 3 ? 30 : 90)));
  }
  image->SetRegions(whole);
  image->Allocate();
  std::generate_n(
    image->GetBufferPointer(), whole.GetNumberOfPixels(), [&] { return static_cast<float>(random.Uniform()); });

  const auto tileSize = static_cast<std::uint64_t>(Draw(random, 8, 40));
  const auto overlap = 0.6 * random.Uniform();
  const auto make = [&]
  {
    const auto filter = MakeFilter<D>(image, model, tileSize);
    filter->SetTiling(UNetTiling::Blended);
    filter->SetBlendedOverlap(overlap);
    return filter;
  };
  const auto expected = make();
  expected->Update();
  auto region = whole;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    const auto extent = static_cast<std::int64_t>(whole.GetSize(axis));
    const auto start = Draw(random, 0, extent - 1);
    region.SetIndex(axis, whole.GetIndex(axis) + start);
    region.SetSize(axis, static_cast<itk::SizeValueType>(Draw(random, 1, extent - start)));
  }
  const auto found = make();
  found->UpdateOutputInformation();
  found->GetOutput()->SetRequestedRegion(region);
  found->GetOutput()->Update();
  ASSERT_EQ(found->GetOutput()->GetBufferedRegion(), region);
  itk::ImageRegionConstIterator<itk::VectorImage<float, D>> f(found->GetOutput(), region);
  for (; !f.IsAtEnd(); ++f)
  {
    // The same windows and weights.
    ASSERT_NEAR(f.Get()[1], expected->GetOutput()->GetPixel(f.GetIndex())[1], 1e-6)
      << whole << region << "tile " << tileSize << " overlap " << overlap;
  }
}

TEST(UNetBlending, EveryRegionIsThatOfTheWholeImage)
{
  itk::TorchRandom random(31);
  for (int trial = 0; trial < 40; ++trial)
  {
    ASSERT_NO_FATAL_FAILURE(ExpectRegionsOfTheWhole<2>(random));
    ASSERT_NO_FATAL_FAILURE(ExpectRegionsOfTheWhole<3>(random));
  }
}

TEST(UNetBlending, IsChosenAndSaidForANetworkThatTilesCannotCompute)
{
  const auto image = MakeAwkwardImage<ImageType>();
  const auto model = MakeModel(InstanceSpecification());
  StatePolarity(model);
  const auto filter = MakeFilter<2>(image, model, 4);
  const auto warnings = Warnings(filter.GetPointer());
  filter->Update();
  filter->Modified();
  filter->Update();
  ASSERT_EQ(warnings->size(), 1u);
  ExpectContains(warnings->front(), "instance normalization");
  ExpectContains(warnings->front(), "overlapping windows of 4 pixels are blended.");

  const auto whole = MakeFilter<2>(image, model, 4);
  const auto warningsOfWhole = Warnings(whole.GetPointer());
  whole->SetTiling(UNetTiling::Exact);
  whole->Update();
  const auto large = MakeFilter<2>(image, model, 0);
  const auto warningsOfLarge = Warnings(large.GetPointer());
  large->Update();
  EXPECT_TRUE(warningsOfWhole->empty());
  EXPECT_TRUE(warningsOfLarge->empty());
  ExpectSameImage<VectorImageType>(large->GetOutput(), whole->GetOutput());

  filter->SetTiling(UNetTiling::Blended);
  const auto other = MakeModel(InstanceSpecification());
  StatePolarity(other);
  filter->SetModel(other);
  filter->Update();
  EXPECT_EQ(warnings->size(), 1u);
}

TEST(UNetBlending, TooLittleMemoryForTheWholeImageNamesBlending)
{
  auto image = ImageType::New();
  image->SetRegions(ImageType::SizeType{ { 600, 600 } });
  image->Allocate(true);
  const auto filter = MakeFilter<2>(image, MakeModel(InstanceSpecification()), 0);
  filter->SetTiling(UNetTiling::Exact);
  filter->SetMaximumMemory(1);
  ExpectContains(MessageOf([&] { filter->Update(); }), "; blended tiling takes less than the whole image at once.");
  filter->SetTiling(UNetTiling::Blended);
  ExpectContains(MessageOf([&] { filter->Update(); }), "for this model and windows of 512 pixels, but is 1.");
  filter->SetMaximumWindowSize(64);
  EXPECT_NO_THROW(filter->Update());
}

TEST(UNetBlending, AnOverlapOutsideItsRangeIsNamed)
{
  const auto filter = MakeFilter<2>(MakeAwkwardImage<ImageType>(), MakeModel(InstanceSpecification()), 0);
  filter->SetBlendedOverlap(1.0);
  ExpectContains(MessageOf([&] { filter->Update(); }), "BlendedOverlap must be in [0, 0.9], but is 1.");
}
} // namespace
