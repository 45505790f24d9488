// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetGrid.h"
#include "itkResampleOntoGrid.h"
#include "itkStoredOtherwise.h"
#include "itkTorchTestFilters.h"
#include "itkTorchTestImages.h"
#include "itkTorchWarningEvent.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetTestHelpers.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkRGBPixel.h"
#include "itkShiftScaleImageFilter.h"
#include "itkStreamingImageFilter.h"

using namespace itk::Test;

namespace
{
template <unsigned int D>
using ImageType = itk::Image<float, D>;
template <unsigned int D>
using LabelType = itk::Image<unsigned char, D>;
template <unsigned int D>
using VectorType = itk::VectorImage<float, D>;

/** A smooth image on an awkward grid. */
template <unsigned int D>
typename ImageType<D>::Pointer
MakeImage(itk::SizeValueType larger)
{
  auto image = ImageType<D>::New();
  SetAwkwardGeometry(image.GetPointer());
  auto region = image->GetLargestPossibleRegion();
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    region.SetSize(axis, region.GetSize(axis) + larger);
  }
  image->SetRegions(region);
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<ImageType<D>> it(image, region); !it.IsAtEnd(); ++it)
  {
    double value = 0.0;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      value += std::sin(0.3 * (axis + 1.0) * static_cast<double>(it.GetIndex()[axis]));
    }
    it.Set(static_cast<float>(value));
  }
  return image;
}

template <unsigned int D>
itk::UNetModel::Pointer
MakeModelOfSpacing(const ImageType<D> * image, double factor, unsigned int classes = 2)
{
  const auto          model = MakeModel(SmallSpecification(D, 1, classes));
  std::vector<double> spacing;
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    spacing.push_back(factor * image->GetSpacing()[axis]);
  }
  model->SetSpacing(spacing);
  return model;
}

template <typename TOutput, typename TInput>
auto
MakeFilter(const TInput * image, const itk::UNetModel * model)
{
  auto filter = itk::UNetInferenceImageFilter<TInput, TOutput>::New();
  filter->SetInput(image);
  filter->SetModel(model);
  filter->SetDevice("cpu");
  return filter;
}

/** What a user would chain: there, network, back. The measured scale is that of the image before resampling. */
template <typename TOutput, unsigned int D>
typename TOutput::Pointer
ByHand(ImageType<D> * image, const itk::UNetModel * model)
{
  auto plain = itk::UNetModel::New();
  plain->Graft(model);
  plain->SetSpacing({});
  auto       there = itk::ResampleToSpacing(image, model->GetSpacing());
  const auto network = MakeFilter<TOutput>(there->GetOutput(), plain.GetPointer());
  auto       back = itk::ResampleOntoGrid(network->GetOutput(), image);
  back->Update();
  return back->GetOutput();
}

/** A rule without statistics, so that the order of measuring and resampling does not matter. */
void
SetFixedRule(itk::UNetModel * model)
{
  itk::UNetIntensityNormalization rule;
  rule.Scaling = itk::UNetIntensityScaling::Factor;
  model->SetIntensityNormalization(rule);
}

template <unsigned int D>
void
ExpectThereAndBack()
{
  const auto image = MakeImage<D>(24);
  for (const double factor : { 0.6, 1.0, 1.7 })
  {
    const auto model = MakeModelOfSpacing<D>(image, factor);
    SetFixedRule(model);
    const auto foreground = MakeFilter<ImageType<D>>(image.GetPointer(), model.GetPointer());
    foreground->Update();
    const auto expected = ByHand<ImageType<D>, D>(image, model);
    // The interpolation's weights at the same place in floats of 1.
    ExpectSameImage<ImageType<D>>(foreground->GetOutput(), expected.GetPointer(), 2e-5);
    EXPECT_EQ(foreground->GetOutput()->GetOrigin(), image->GetOrigin());
    EXPECT_EQ(foreground->GetOutput()->GetSpacing(), image->GetSpacing());
    EXPECT_EQ(foreground->GetOutput()->GetDirection(), image->GetDirection());

    const auto all = MakeFilter<VectorType<D>>(image.GetPointer(), model.GetPointer());
    const auto labels = MakeFilter<LabelType<D>>(image.GetPointer(), model.GetPointer());
    all->Update();
    labels->Update();
    itk::ImageRegionConstIteratorWithIndex<ImageType<D>> it(foreground->GetOutput(), image->GetBufferedRegion());
    for (; !it.IsAtEnd(); ++it)
    {
      ASSERT_NEAR(all->GetOutput()->GetPixel(it.GetIndex())[1], it.Get(), 1e-6);
      ASSERT_EQ(labels->GetOutput()->GetPixel(it.GetIndex()), it.Get() > 0.5f ? 1 : 0);
    }
  }
}

TEST(UNetGrid, AnImageOfAnotherPixelSizeIsResampledThereAndBack)
{
  ExpectThereAndBack<2>();
  ExpectThereAndBack<3>();
}

TEST(UNetGrid, ManyClassesAreLabeledOnTheImagesGrid)
{
  const auto image = MakeImage<2>(30);
  const auto model = MakeModelOfSpacing<2>(image, 1.4, 4);
  const auto probabilities = MakeFilter<VectorType<2>>(image.GetPointer(), model.GetPointer());
  const auto labels = MakeFilter<LabelType<2>>(image.GetPointer(), model.GetPointer());
  probabilities->Update();
  labels->Update();
  std::array<int, 4>                                   found{};
  itk::ImageRegionConstIteratorWithIndex<LabelType<2>> it(labels->GetOutput(), image->GetBufferedRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    const auto p = probabilities->GetOutput()->GetPixel(it.GetIndex());
    ASSERT_EQ(it.Get(), std::max_element(&p[0], &p[0] + 4) - &p[0]);
    ++found[it.Get()];
  }
  EXPECT_GT(std::count_if(found.begin(), found.end(), [](int n) { return n > 0; }), 1);
}

TEST(UNetGrid, RegionsAndPiecesAreThoseOfTheWholeImageAndAskForLessOfTheInput)
{
  const auto image = MakeImage<2>(300);
  for (const double factor : { 0.7, 1.6 })
  {
    const auto model = MakeModelOfSpacing<2>(image, factor);
    const auto whole = MakeFilter<ImageType<2>>(image.GetPointer(), model.GetPointer());
    whole->Update();
    auto source = itk::ShiftScaleImageFilter<ImageType<2>, ImageType<2>>::New();
    source->SetInput(image);
    const auto part = MakeFilter<ImageType<2>>(source->GetOutput(), model.GetPointer());
    part->UpdateOutputInformation();
    auto region = image->GetLargestPossibleRegion();
    region.SetSize(0, 40);
    region.SetIndex(1, region.GetIndex(1) + 150);
    region.SetSize(1, 30);
    part->GetOutput()->SetRequestedRegion(region);
    part->GetOutput()->Update();
    EXPECT_LT(source->GetOutput()->GetRequestedRegion().GetNumberOfPixels(),
              image->GetLargestPossibleRegion().GetNumberOfPixels() / 2);
    for (itk::ImageRegionConstIteratorWithIndex<ImageType<2>> it(part->GetOutput(), region); !it.IsAtEnd(); ++it)
    {
      ASSERT_NEAR(it.Get(), whole->GetOutput()->GetPixel(it.GetIndex()), 1e-5);
    }

    auto streaming = itk::StreamingImageFilter<ImageType<2>, ImageType<2>>::New();
    streaming->SetNumberOfStreamDivisions(5);
    streaming->SetInput(part->GetOutput());
    streaming->Update();
    ExpectSameImage<ImageType<2>>(streaming->GetOutput(), whole->GetOutput(), 1e-5);
  }
}

TEST(UNetGrid, ScalesAreMeansOverLargerAndSmallerPixels)
{
  const auto image = MakeImage<2>(40);
  const auto spacing = image->GetSpacing();
  const auto model = MakeModel(SmallSpecification());
  SetFixedRule(model);
  const auto filter = MakeFilter<ImageType<2>>(image.GetPointer(), model.GetPointer());
  filter->SetScaleStep(1.25);
  filter->Update();
  std::vector<ImageType<2>::Pointer> parts;
  for (const double factor : { 1.0, 1.25, 1.0 / 1.25 })
  {
    model->SetSpacing({ spacing[0] * factor, spacing[1] * factor });
    parts.push_back(ByHand<ImageType<2>, 2>(image, model));
  }
  itk::ImageRegionConstIteratorWithIndex<ImageType<2>> it(filter->GetOutput(), image->GetBufferedRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    const double mean =
      (parts[0]->GetPixel(it.GetIndex()) + parts[1]->GetPixel(it.GetIndex()) + parts[2]->GetPixel(it.GetIndex())) / 3.0;
    ASSERT_NEAR(it.Get(), mean, 2e-5);
  }
  const auto one = MakeFilter<ImageType<2>>(image.GetPointer(), model.GetPointer());
  const auto region = image->GetLargestPossibleRegion();
  EXPECT_NEAR(filter->EstimateCost(region).Factor / one->EstimateCost(region).Factor,
              1.0 + 1.25 * 1.25 + 1.0 / (1.25 * 1.25),
              0.3);
}

TEST(UNetGrid, ColorImagesAndDevicesAreResampledAlike)
{
  using ColorType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
  const auto color = MakeAwkwardImage<ColorType>();
  const auto model = MakeModel(SmallSpecification(2, 3), itk::UNetColor::Keep);
  model->SetSpacing({ 0.5, 0.5 });
  const auto filter = MakeFilter<ImageType<2>>(color.GetPointer(), model.GetPointer());
  filter->Update();
  const auto staged = MakeFilter<ImageType<2>>(color.GetPointer(), model.GetPointer());
  staged->SetDevice("staged");
  staged->Update();
  ExpectSameImage<ImageType<2>>(filter->GetOutput(), staged->GetOutput(), 1e-6);
  EXPECT_EQ(filter->GetOutput()->GetLargestPossibleRegion(), color->GetLargestPossibleRegion());
}

TEST(UNetGrid, PixelsOfADeviceAreResampledToo)
{
  const auto image = MakeAwkwardImage<VectorType<2>>(1);
  const auto model = MakeModel(SmallSpecification());
  model->SetSpacing({ 0.5, 0.5 });
  std::vector<ImageType<2>::Pointer> outputs;
  for (const char * const device : { "cpu", "staged" })
  {
    auto scale = TorchScaleFilter<VectorType<2>>::New();
    scale->SetDevice(device);
    scale->SetInput(image);
    const auto filter = MakeFilter<ImageType<2>>(scale->GetOutput(), model.GetPointer());
    filter->SetDevice(device);
    filter->Update();
    outputs.emplace_back(filter->GetOutput());
    outputs.back()->DisconnectPipeline();
  }
  ExpectSameImage<ImageType<2>>(outputs[1].GetPointer(), outputs[0].GetPointer(), 1e-6);
}

TEST(UNetGrid, OnlyWhatTheNetworkSeesGoesToTheDevice)
{
  const auto image = MakeImage<2>(20);
  const auto filter = MakeFilter<ImageType<2>>(image.GetPointer(), MakeModelOfSpacing<2>(image, 1.7).GetPointer());
  filter->SetDevice("staged");
  itk::TorchTransferCounters::Reset();
  filter->Update();
  // The window, and the probabilities that were resampled on the host.
  EXPECT_EQ(itk::TorchTransferCounters::Get().Uploads, 2u);
}

TEST(UNetGrid, AveragedScalesStreamAsTheWholeImage)
{
  const auto image = MakeImage<2>(120);
  const auto model = MakeModel(SmallSpecification());
  const auto make = [&]
  {
    auto filter = MakeFilter<ImageType<2>>(image.GetPointer(), model.GetPointer());
    filter->SetScaleStep(1.3);
    return filter;
  };
  const auto whole = make();
  const auto part = make();
  whole->Update();
  auto streaming = itk::StreamingImageFilter<ImageType<2>, ImageType<2>>::New();
  streaming->SetNumberOfStreamDivisions(4);
  streaming->SetInput(part->GetOutput());
  streaming->Update();
  ExpectSameImage<ImageType<2>>(streaming->GetOutput(), whole->GetOutput(), 1e-5);
}

TEST(UNetGridErrors, AModelsSpacingOfAnotherDimensionIsNamed)
{
  const auto image = MakeImage<2>(0);
  const auto model = MakeModel(SmallSpecification());
  model->SetSpacing({ 0.5 });
  const auto filter = MakeFilter<ImageType<2>>(image.GetPointer(), model.GetPointer());
  ExpectContains(MessageOf([&] { filter->Update(); }), "Spacing must be 2 numbers in [1e-07, 1000] mm, but is [0.5].");
}

TEST(UNetGridErrors, AnotherPixelSizeIsRefusedByNameWhereResamplingIsOff)
{
  const auto image = MakeImage<2>(0);
  const auto model = MakeModel(SmallSpecification());
  model->SetSpacing({ 0.25, 0.5 });
  const auto filter = MakeFilter<ImageType<2>>(image.GetPointer(), model.GetPointer());
  filter->ResampleToModelSpacingOff();
  const std::string message = MessageOf([&] { filter->Update(); });
  ExpectContains(message, "The model is for pixels of 0.25 x 0.5 mm, but the image's are of ");
  ExpectContains(message, "turn on ResampleToModelSpacing to resample the image.");
}

/** The largest difference of two images at the same places. */
template <typename TImage>
double
LargestDifference(const TImage * image, const TImage * other)
{
  double largest = 0.0;
  for (itk::ImageRegionConstIteratorWithIndex<TImage> it(image, image->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
  {
    typename TImage::PointType place;
    image->TransformIndexToPhysicalPoint(it.GetIndex(), place);
    const auto index = other->TransformPhysicalPointToIndex(place);
    EXPECT_TRUE(other->GetLargestPossibleRegion().IsInside(index)) << place;
    largest = std::max(largest, std::abs(static_cast<double>(it.Get()) - static_cast<double>(other->GetPixel(index))));
  }
  return largest;
}

TEST(UNetGrid, TheNetworkSeesAVolumeTheSameHoweverItIsStored)
{
  const auto image = MakeImage<3>(9);
  const auto model = MakeModelOfSpacing<3>(image, 1.0);
  model->SetOrientation("LPS");
  const auto plain = MakeFilter<ImageType<3>>(image.GetPointer(), model.GetPointer());
  plain->Update();
  const std::vector<std::pair<std::array<unsigned int, 3>, std::array<bool, 3>>> ways{
    { { 0, 1, 2 }, { true, false, false } },
    { { 2, 0, 1 }, { false, true, true } },
    { { 1, 0, 2 }, { true, true, true } }
  };
  for (const auto & [axes, isReversed] : ways)
  {
    const auto stored = StoredOtherwise(image.GetPointer(), axes, isReversed);
    const auto turned = MakeFilter<ImageType<3>>(stored.GetPointer(), model.GetPointer());
    turned->Update();
    ASSERT_EQ(turned->GetOutput()->GetLargestPossibleRegion(), stored->GetLargestPossibleRegion());
    EXPECT_EQ(LargestDifference(plain->GetOutput(), turned->GetOutput()), 0.0) << "no pixel is resampled";

    auto stream = itk::StreamingImageFilter<ImageType<3>, ImageType<3>>::New();
    stream->SetInput(turned->GetOutput());
    stream->SetNumberOfStreamDivisions(4);
    stream->Update();
    EXPECT_LT(LargestDifference(plain->GetOutput(), stream->GetOutput()), 1e-5);
  }
}

TEST(UNetGrid, AVolumeIsTurnedAndResampled)
{
  const auto image = MakeImage<3>(9);
  const auto model = MakeModelOfSpacing<3>(image, 1.3);
  model->SetOrientation("LPS");
  const auto plain = MakeFilter<ImageType<3>>(image.GetPointer(), model.GetPointer());
  plain->Update();
  const auto stored = StoredOtherwise(image.GetPointer(), { 2, 0, 1 }, { true, false, true });
  const auto turned = MakeFilter<ImageType<3>>(stored.GetPointer(), model.GetPointer());
  turned->Update();
  // The resampling filter rounds places differently.
  EXPECT_LT(LargestDifference(plain->GetOutput(), turned->GetOutput()), 1e-5);
  turned->ResampleToModelSpacingOff();
  // Along the axes of the model.
  ExpectContains(MessageOf([&] { turned->Update(); }), "but the image's are of 0.5 x 1.2 x 1.9 mm");
}

TEST(UNetGridErrors, AnOrientationThatIsNoneIsRefused)
{
  const auto model = MakeModel(SmallSpecification(3));
  model->SetOrientation("PPS");
  ExpectContains(MessageOf([&] { model->Verify(); }),
                 "Orientation must be empty or, for 3 dimensions, one letter each");
}
} // namespace
