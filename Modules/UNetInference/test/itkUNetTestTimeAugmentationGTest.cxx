// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTestTimeTransforms.h"
#include "itkTorchTestImages.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetTestHelpers.h"
#include "itkFlipImageFilter.h"
#include "itkImageRegionConstIterator.h"
#include "itkPermuteAxesImageFilter.h"
#include <cmath>

using itk::UNetTestTimeAugmentation;
using namespace itk::Test;

namespace
{
template <unsigned int D>
using ImageType = itk::Image<float, D>;

template <unsigned int D>
typename ImageType<D>::Pointer
MakeNoise(const itk::Size<D> & size, std::uint64_t seed)
{
  auto image = ImageType<D>::New();
  image->SetRegions(size);
  image->Allocate();
  itk::TorchRandom random(seed);
  std::generate_n(image->GetBufferPointer(),
                  image->GetLargestPossibleRegion().GetNumberOfPixels(),
                  [&] { return static_cast<float>(random.Uniform()); });
  return image;
}

template <unsigned int D>
auto
Foreground(const ImageType<D> *     image,
           const itk::UNetModel *   model,
           UNetTestTimeAugmentation augmentation,
           std::uint64_t            tileSize = 0,
           itk::UNetTiling          tiling = itk::UNetTiling::Automatic)
{
  auto filter = itk::UNetInferenceImageFilter<ImageType<D>, ImageType<D>>::New();
  filter->SetInput(image);
  filter->SetModel(model);
  filter->SetMaximumWindowSize(tileSize);
  filter->SetTiling(tiling);
  filter->SetTestTimeAugmentation(augmentation);
  filter->SetDevice("cpu");
  filter->Update();
  typename ImageType<D>::Pointer output = filter->GetOutput();
  output->DisconnectPipeline();
  return output;
}

/** The image as it lies in memory, whatever the axes meant. */
template <unsigned int D>
typename ImageType<D>::Pointer
WithPlainGrid(ImageType<D> * image)
{
  auto plain = ImageType<D>::New();
  plain->SetRegions(image->GetLargestPossibleRegion().GetSize());
  plain->Allocate();
  std::copy_n(
    image->GetBufferPointer(), image->GetLargestPossibleRegion().GetNumberOfPixels(), plain->GetBufferPointer());
  return plain;
}

template <unsigned int D>
typename ImageType<D>::Pointer
Flipped(const ImageType<D> * image, unsigned int axes)
{
  auto                                                           flip = itk::FlipImageFilter<ImageType<D>>::New();
  typename itk::FlipImageFilter<ImageType<D>>::FlipAxesArrayType flags;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    flags[axis] = (axes >> axis & 1) != 0;
  }
  flip->SetFlipAxes(flags);
  flip->SetInput(image);
  flip->Update();
  return WithPlainGrid<D>(flip->GetOutput());
}

typename ImageType<2>::Pointer
Transposed(const ImageType<2> * image)
{
  auto permute = itk::PermuteAxesImageFilter<ImageType<2>>::New();
  permute->SetOrder(itk::FixedArray<unsigned int, 2>(std::array<unsigned int, 2>{ { 1, 0 } }));
  permute->SetInput(image);
  permute->Update();
  return WithPlainGrid<2>(permute->GetOutput());
}

double
Logit(double probability)
{
  return std::log(probability / (1.0 - probability));
}

template <unsigned int D>
void
AddLogits(std::vector<double> & sums, const ImageType<D> * image)
{
  for (std::size_t i = 0; i < sums.size(); ++i)
  {
    sums[i] += Logit(image->GetBufferPointer()[i]);
  }
}

template <unsigned int D>
void
ExpectMeanLogits(const ImageType<D> * found, const std::vector<double> & sums, double count)
{
  for (std::size_t i = 0; i < sums.size(); ++i)
  {
    // Probabilities are rounded to float.
    ASSERT_NEAR(Logit(found->GetBufferPointer()[i]), sums[i] / count, 1e-5) << i;
  }
}

TEST(UNetTestTimeAugmentation, FlipsAreTheMeanLogitsOfTheFlippedImages)
{
  const auto          image = MakeNoise<3>({ { 12, 8, 16 } }, 1);
  const auto          model = MakeModel(SmallSpecification(3));
  std::vector<double> sums(image->GetLargestPossibleRegion().GetNumberOfPixels(), 0.0);
  for (unsigned int axes = 0; axes < 8; ++axes)
  {
    const auto found = Foreground<3>(Flipped<3>(image, axes), model, UNetTestTimeAugmentation::None);
    AddLogits<3>(sums, Flipped<3>(found, axes));
  }
  ExpectMeanLogits<3>(Foreground<3>(image, model, UNetTestTimeAugmentation::Flips), sums, 8.0);
  // Axes of volumes are not exchanged.
  ExpectMeanLogits<3>(Foreground<3>(image, model, UNetTestTimeAugmentation::FlipsAndTurns), sums, 8.0);
}

TEST(UNetTestTimeAugmentation, TurnsAreTheMeanLogitsOfTheTurnedImages)
{
  const auto          image = MakeNoise<2>({ { 24, 16 } }, 2);
  const auto          model = MakeModel(SmallSpecification());
  std::vector<double> flips(24 * 16, 0.0);
  std::vector<double> turns(24 * 16, 0.0);
  for (unsigned int axes = 0; axes < 4; ++axes)
  {
    const auto flipped = Flipped<2>(image, axes);
    AddLogits<2>(flips, Flipped<2>(Foreground<2>(flipped, model, UNetTestTimeAugmentation::None), axes));
    const auto turned = Foreground<2>(Transposed(flipped), model, UNetTestTimeAugmentation::None);
    AddLogits<2>(turns, Flipped<2>(Transposed(turned), axes));
  }
  ExpectMeanLogits<2>(Foreground<2>(image, model, UNetTestTimeAugmentation::Flips), flips, 4.0);
  for (std::size_t i = 0; i < turns.size(); ++i)
  {
    turns[i] += flips[i];
  }
  ExpectMeanLogits<2>(Foreground<2>(image, model, UNetTestTimeAugmentation::FlipsAndTurns), turns, 8.0);
}

TEST(UNetTestTimeAugmentation, ATurnedImageGivesTheTurnedAnswer)
{
  const auto image = MakeNoise<2>({ { 16, 24 } }, 3);
  const auto model = MakeModel(SmallSpecification());
  const auto answer = Foreground<2>(image, model, UNetTestTimeAugmentation::FlipsAndTurns);
  const auto turned = Foreground<2>(Transposed(Flipped<2>(image, 1)), model, UNetTestTimeAugmentation::FlipsAndTurns);
  ExpectSameImage<ImageType<2>>(turned.GetPointer(), Transposed(Flipped<2>(answer, 1)).GetPointer(), 1e-6);
}

TEST(UNetTestTimeAugmentation, BlendedWindowsAreAveragedOverFlipsToo)
{
  // Windows at 0, 24, 48, which a flip exchanges.
  constexpr std::uint64_t window = 32;
  const auto              image = MakeNoise<2>({ { 80, 80 } }, 6);
  const auto              model = MakeModel(SmallSpecification());
  const auto              blended = [&](const ImageType<2> * shown, UNetTestTimeAugmentation augmentation)
  { return Foreground<2>(shown, model, augmentation, window, itk::UNetTiling::Blended); };
  std::vector<double> sums(80 * 80, 0.0);
  for (unsigned int axes = 0; axes < 4; ++axes)
  {
    const auto found = blended(Flipped<2>(image, axes), UNetTestTimeAugmentation::None);
    AddLogits<2>(sums, Flipped<2>(found, axes));
  }
  ExpectMeanLogits<2>(blended(image, UNetTestTimeAugmentation::Flips), sums, 4.0);
}

TEST(UNetTestTimeAugmentation, ARegionIsThatOfTheWholeImage)
{
  const auto image = MakeNoise<2>({ { 150, 90 } }, 7);
  auto       filter = itk::UNetInferenceImageFilter<ImageType<2>, ImageType<2>>::New();
  filter->SetInput(image);
  filter->SetModel(MakeModel(SmallSpecification()));
  filter->SetTestTimeAugmentation(UNetTestTimeAugmentation::FlipsAndTurns);
  filter->SetDevice("cpu");
  const ImageType<2>::RegionType region({ { 41, 17 } }, { { 31, 23 } });
  filter->UpdateOutputInformation();
  filter->GetOutput()->SetRequestedRegion(region);
  filter->GetOutput()->PropagateRequestedRegion();
  EXPECT_LT(image->GetRequestedRegion().GetNumberOfPixels(), image->GetLargestPossibleRegion().GetNumberOfPixels());
  filter->GetOutput()->UpdateOutputData();
  ASSERT_EQ(filter->GetOutput()->GetBufferedRegion(), region);

  const auto whole = Foreground<2>(image, filter->GetModel(), UNetTestTimeAugmentation::FlipsAndTurns);
  itk::ImageRegionConstIterator<ImageType<2>> found(filter->GetOutput(), region);
  itk::ImageRegionConstIterator<ImageType<2>> expected(whole, region);
  for (; !found.IsAtEnd(); ++found, ++expected)
  {
    ASSERT_NEAR(found.Get(), expected.Get(), 2e-6) << found.GetIndex();
  }
}

TEST(UNetTestTimeAugmentation, TilesGiveWhatTheWholeImageDoes)
{
  itk::TorchRandom random(4);
  for (int trial = 0; trial < 40; ++trial)
  {
    const auto any = [&random](std::int64_t most) { return static_cast<itk::SizeValueType>(Draw(random, 1, most)); };
    const auto augmentation =
      trial % 2 == 0 ? UNetTestTimeAugmentation::Flips : UNetTestTimeAugmentation::FlipsAndTurns;
    const auto image = MakeNoise<2>({ { any(150), any(150) } }, static_cast<std::uint64_t>(trial));
    const auto model = MakeModel(SmallSpecification());
    const auto whole = Foreground<2>(image, model, augmentation);
    const auto tiled = Foreground<2>(image, model, augmentation, any(80));
    ExpectSameImage<ImageType<2>>(tiled.GetPointer(), whole.GetPointer(), 2e-6);

    const auto volume = MakeNoise<3>({ { any(12), any(60), any(12) } }, static_cast<std::uint64_t>(trial));
    const auto volumeModel = MakeModel(SmallSpecification(3));
    ExpectSameImage<ImageType<3>>(Foreground<3>(volume, volumeModel, augmentation, 44).GetPointer(),
                                  Foreground<3>(volume, volumeModel, augmentation).GetPointer(),
                                  2e-6);
  }
}
} // namespace
