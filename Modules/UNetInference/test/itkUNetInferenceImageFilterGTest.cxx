// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInferenceImageFilter.h"
#include "itkMirrorPad.h"
#include "itkProgressTestHelpers.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestFilters.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"
#include "itkTorchWarningEvent.h"
#include "itkUNetNetwork.h"
#include "itkUNetTestHelpers.h"
#include "itkRGBPixel.h"
#include "itkShiftScaleImageFilter.h"
#include <ATen/ops/softmax.h>
#include <limits>

using itk::TorchDevice;
using itk::UNetModel;
using namespace itk::Test;

template class itk::UNetInferenceImageFilter<itk::Image<short, 3>, itk::Image<unsigned char, 3>>;

namespace
{
template <typename TInput, typename TOutput>
auto
MakeFilter(const TInput * image, const UNetModel * model, const TorchDevice & device = "cpu")
{
  auto filter = itk::UNetInferenceImageFilter<TInput, TOutput>::New();
  filter->SetInput(image);
  filter->SetModel(model);
  filter->SetDevice(device);
  return filter;
}

template <unsigned int D>
using ScalarImage = itk::Image<float, D>;
template <unsigned int D>
using VectorImage = itk::VectorImage<float, D>;
template <unsigned int D>
using LabelImage = itk::Image<unsigned char, D>;

/** Probabilities computed apart from the filter: rule, mirrored to the stride, network, cropped, softmax. */
template <typename TImage>
at::Tensor
ExpectedProbabilities(const TImage * image, const UNetModel * model)
{
  itk::UNetWeights weights;
  for (const auto & [name, tensor] : model->GetWeights())
  {
    weights.emplace(name, itk::GetATensor(tensor));
  }
  const auto pixels = itk::GetTorchTensor(image, image->GetBufferedRegion(), TorchDevice::CPU());
  at::Tensor input = itk::GetATensor(model->GetIntensityNormalization().Apply(pixels));
  const auto size = input.sizes().slice(2).vec();
  auto       padded = size;
  for (auto & extent : padded)
  {
    while (extent % model->GetSpecification().GetStride() != 0)
    {
      ++extent;
    }
  }
  const std::vector<std::int64_t> start(size.size(), 0);
  const at::Tensor                logits =
    itk::UNetNetwork(model->GetSpecification(), weights).Predict(itk::MirroredWindow(input, start, padded));
  return at::softmax(itk::MirroredWindow(logits, start, size), 1);
}

template <unsigned int D>
void
ExpectProbabilities(const VectorImage<D> * actual, const at::Tensor & expected, double tolerance)
{
  const at::Tensor tensor =
    itk::GetATensor(itk::GetTorchTensor(actual, actual->GetBufferedRegion(), TorchDevice::CPU()));
  ASSERT_EQ(tensor.sizes(), expected.sizes());
  EXPECT_LE((tensor - expected).abs().max().item<double>(), tolerance);
}

void
ExpectTheHostsAnswer(itk::UNetInferenceImageFilter<ScalarImage<2>, ScalarImage<2>> * filter)
{
  const auto host = MakeFilter<ScalarImage<2>, ScalarImage<2>>(filter->GetInput(), filter->GetModel());
  host->Update();
  ExpectSameImage<ScalarImage<2>>(filter->GetOutput(), host->GetOutput(), 1e-6);
}

class UNetInferenceImageFilter : public ::testing::TestWithParam<const char *>
{};
INSTANTIATE_TEST_SUITE_P(Devices,
                         UNetInferenceImageFilter,
                         DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });

template <unsigned int D>
void
ExpectRightOnAnAwkwardImage(const TorchDevice & device)
{
  const auto image = MakeAwkwardImage<ScalarImage<D>>();
  const auto model = MakeModel(SmallSpecification(D));
  const auto filter = MakeFilter<ScalarImage<D>, VectorImage<D>>(image, model, device);
  filter->Update();
  const auto * const output = filter->GetOutput();
  EXPECT_EQ(output->GetLargestPossibleRegion(), image->GetLargestPossibleRegion());
  EXPECT_EQ(output->GetSpacing(), image->GetSpacing());
  EXPECT_EQ(output->GetOrigin(), image->GetOrigin());
  EXPECT_EQ(output->GetDirection(), image->GetDirection());
  EXPECT_EQ(output->GetNumberOfComponentsPerPixel(), 2u);
  // The same operations on the CPU; another order of sums on CUDA.
  ExpectProbabilities<D>(output, ExpectedProbabilities(image.GetPointer(), model.GetPointer()), 1e-5);
}

TEST_P(UNetInferenceImageFilter, KeepsTheGridOfAnAwkwardImageIn2DAnd3D)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectRightOnAnAwkwardImage<2>(device);
  ExpectRightOnAnAwkwardImage<3>(device);
}

TEST_P(UNetInferenceImageFilter, PixelsStayOnTheDeviceBetweenTwoTorchFilters)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeAwkwardImage<ScalarImage<2>>();
  const auto network = MakeFilter<ScalarImage<2>, VectorImage<2>>(image, MakeModel(SmallSpecification()), device);
  auto       scale = TorchScaleFilter<VectorImage<2>>::New();
  scale->SetDevice(device);
  scale->SetInput(network->GetOutput());
  network->KeepIntermediatesOnDeviceOn();
  itk::TorchTransferCounters::Reset();
  scale->Update();
  EXPECT_EQ(itk::TorchTransferCounters::Get().Uploads, device.IsHost() ? 0u : 1u);
  EXPECT_EQ(itk::TorchTransferCounters::Get().Downloads, device.IsHost() ? 0u : 1u);
}

TEST(UNetInference, AnySizeFromOnePixelUpIsSegmented)
{
  const auto model = MakeModel(SmallSpecification());
  for (unsigned int width = 1; width <= 9; ++width)
  {
    for (const unsigned int height : { 1u, 2u, 3u, 8u, 17u })
    {
      auto image = ScalarImage<2>::New();
      image->SetRegions(ScalarImage<2>::SizeType{ { width, height } });
      image->Allocate();
      itk::TorchRandom random(width * 100 + height);
      for (unsigned int i = 0; i < width * height; ++i)
      {
        image->GetBufferPointer()[i] = static_cast<float>(random.Uniform());
      }
      const auto filter = MakeFilter<ScalarImage<2>, VectorImage<2>>(image, model);
      filter->Update();
      SCOPED_TRACE(std::to_string(width) + " x " + std::to_string(height));
      ExpectProbabilities<2>(filter->GetOutput(), ExpectedProbabilities(image.GetPointer(), model.GetPointer()), 1e-6);
    }
  }
}

TEST(UNetInference, ColorAndVectorImagesGiveTheSameAnswer)
{
  using RGBImage = itk::Image<itk::RGBPixel<unsigned char>, 2>;
  const auto color = MakeAwkwardImage<RGBImage>();
  auto       vector = itk::VectorImage<unsigned char, 2>::New();
  vector->SetNumberOfComponentsPerPixel(3);
  vector->CopyInformation(color);
  vector->SetRegions(color->GetLargestPossibleRegion());
  vector->SetNumberOfComponentsPerPixel(3);
  vector->Allocate();
  std::memcpy(vector->GetBufferPointer(), color->GetBufferPointer(), 3 * 5 * 7);
  for (const auto rule : { itk::UNetColor::Keep, itk::UNetColor::Luminance })
  {
    const auto model = MakeModel(SmallSpecification(2, rule == itk::UNetColor::Keep ? 3 : 1), rule);
    const auto fromColor = MakeFilter<RGBImage, VectorImage<2>>(color, model);
    const auto fromVector = MakeFilter<itk::VectorImage<unsigned char, 2>, VectorImage<2>>(vector, model);
    fromColor->Update();
    fromVector->Update();
    ExpectSameImage<VectorImage<2>>(fromColor->GetOutput(), fromVector->GetOutput());
    ExpectProbabilities<2>(fromColor->GetOutput(), ExpectedProbabilities(color.GetPointer(), model.GetPointer()), 1e-6);
  }
}

TEST(UNetInference, OutputTypesAgreeWithTheProbabilities)
{
  const auto image = MakeAwkwardImage<ScalarImage<2>>();
  for (const unsigned int classes : { 1u, 2u, 4u })
  {
    const auto model = MakeModel(SmallSpecification(2, 1, classes));
    const auto probabilities = MakeFilter<ScalarImage<2>, VectorImage<2>>(image, model);
    const auto labels = MakeFilter<ScalarImage<2>, LabelImage<2>>(image, model);
    const auto foreground = MakeFilter<ScalarImage<2>, ScalarImage<2>>(image, model);
    labels->SetThreshold(0.4);
    probabilities->Update();
    labels->Update();
    if (classes <= 2)
    {
      foreground->Update();
    }
    ASSERT_EQ(probabilities->GetOutput()->GetNumberOfComponentsPerPixel(), classes);
    itk::ImageRegionConstIterator<VectorImage<2>> p(probabilities->GetOutput(), image->GetBufferedRegion());
    for (; !p.IsAtEnd(); ++p)
    {
      double       sum = 0.0;
      unsigned int best = 0;
      for (unsigned int c = 0; c < classes; ++c)
      {
        sum += p.Get()[c];
        best = p.Get()[c] > p.Get()[best] ? c : best;
      }
      const float last = p.Get()[classes - 1];
      if (classes > 1)
      {
        EXPECT_NEAR(sum, 1.0, 1e-6);
      }
      EXPECT_EQ(labels->GetOutput()->GetPixel(p.GetIndex()), classes > 2 ? best : last > 0.4f ? 1u : 0u);
      if (classes <= 2)
      {
        EXPECT_EQ(foreground->GetOutput()->GetPixel(p.GetIndex()), last);
      }
    }
  }
}

TEST(UNetInference, BFloat16IsNearFloat)
{
  const auto image = MakeAwkwardImage<ScalarImage<2>>();
  const auto model = MakeModel(SmallSpecification());
  const auto expected = ExpectedProbabilities(image.GetPointer(), model.GetPointer());
  const auto filter = MakeFilter<ScalarImage<2>, VectorImage<2>>(image, model);
  EXPECT_EQ(filter->GetUsedPrecision(), itk::UNetPrecision::Automatic);
  filter->Update();
  EXPECT_EQ(filter->GetUsedPrecision(), itk::UNetPrecision::Float32);

  filter->SetPrecision(itk::UNetPrecision::BFloat16);
  filter->Update();
  EXPECT_EQ(filter->GetUsedPrecision(), itk::UNetPrecision::BFloat16);
  // Eight bits of mantissa.
  ExpectProbabilities<2>(filter->GetOutput(), expected, 0.02);
  EXPECT_GT(
    (itk::GetATensor(itk::GetTorchTensor(filter->GetOutput(), image->GetLargestPossibleRegion(), TorchDevice::CPU())) -
     expected)
      .abs()
      .max()
      .item<double>(),
    1e-5);
}

TEST(UNetInference, AnAutomaticComputationIsOneThatTheCardPermits)
{
  const auto image = MakeAwkwardImage<ScalarImage<2>>();
  const auto model = MakeModel(SmallSpecification());
  const auto filter = MakeFilter<ScalarImage<2>, VectorImage<2>>(image, model);
  const auto used = [&]
  {
    filter->Update();
    return std::pair(filter->GetUsedPrecision(), filter->GetUsedConvolution());
  };
  const std::pair direct(itk::UNetPrecision::Float32, itk::UNetConvolution::Direct);
  EXPECT_EQ(filter->GetUsedConvolution(), itk::UNetConvolution::Automatic);
  EXPECT_EQ(used(), direct);

  const auto permit = [&](itk::UNetPrecision precision, itk::UNetConvolution convolution)
  {
    itk::UNetModelCard card;
    card.Permitted = { { { precision, convolution }, 0.9995 } };
    model->SetCard(card);
  };
  permit(itk::UNetPrecision::BFloat16, itk::UNetConvolution::Winograd);
  const auto chosen = used();
  EXPECT_TRUE(chosen == direct || chosen == std::pair(itk::UNetPrecision::BFloat16, itk::UNetConvolution::Winograd));
  filter->Modified();
  EXPECT_EQ(used(), chosen);

  // The card permits none with that convolution.
  filter->SetConvolution(itk::UNetConvolution::Direct);
  EXPECT_EQ(used(), direct);
  // What is asked for needs no permission.
  filter->SetPrecision(itk::UNetPrecision::BFloat16);
  EXPECT_EQ(used(), std::pair(itk::UNetPrecision::BFloat16, itk::UNetConvolution::Direct));
  filter->SetPrecision(itk::UNetPrecision::Automatic);
  filter->SetConvolution(itk::UNetConvolution::Automatic);
  // Of a device that the CPU is not.
  permit(itk::UNetPrecision::Float16, itk::UNetConvolution::Direct);
  EXPECT_EQ(used(), direct);
}

TEST(UNetInferenceErrors, Float16OnTheCPUIsRefused)
{
  const auto filter =
    MakeFilter<ScalarImage<2>, VectorImage<2>>(MakeAwkwardImage<ScalarImage<2>>(), MakeModel(SmallSpecification()));
  filter->SetPrecision(itk::UNetPrecision::Float16);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "Precision must be auto, float32 or bfloat16 on the CPU, but is float16.");
}

TEST(UNetInference, AnotherModelOrChangedWeightsGiveAnotherAnswer)
{
  const auto image = MakeAwkwardImage<ScalarImage<2>>();
  const auto model = MakeModel(SmallSpecification());
  const auto other = MakeModel(SmallSpecification());
  other->InitializeWeights(77);
  const auto filter = MakeFilter<ScalarImage<2>, VectorImage<2>>(image, other);
  filter->Update();
  filter->SetModel(model);
  filter->Update();
  ExpectProbabilities<2>(filter->GetOutput(), ExpectedProbabilities(image.GetPointer(), model.GetPointer()), 1e-6);
  model->InitializeWeights(78);
  filter->Update();
  ExpectProbabilities<2>(filter->GetOutput(), ExpectedProbabilities(image.GetPointer(), model.GetPointer()), 1e-6);
}

TEST(UNetInferenceErrors, AMissingModelIsARequiredInput)
{
  const auto filter = MakeFilter<ScalarImage<2>, ScalarImage<2>>(MakeAwkwardImage<ScalarImage<2>>(), nullptr);
  ExpectContains(MessageOf([&] { filter->Update(); }), "Input Model is required but not set.");
}

TEST(UNetInferenceErrors, AModelOfAnotherChannelCountOrDimensionIsNamed)
{
  const auto image = MakeAwkwardImage<VectorImage<2>>(2);
  const auto keep =
    MakeFilter<VectorImage<2>, ScalarImage<2>>(image, MakeModel(SmallSpecification(2, 3), itk::UNetColor::Keep));
  ExpectContains(
    MessageOf([&] { keep->Update(); }),
    "The model takes 3 channel(s), but the intensity normalization makes 2 from the image's 2 component(s).");
  const auto flat = MakeFilter<VectorImage<2>, ScalarImage<2>>(image, MakeModel(SmallSpecification(3)));
  ExpectContains(MessageOf([&] { flat->Update(); }),
                 "The model is for images of dimension 3, but the image is of dimension 2.");
}

TEST(UNetInferenceErrors, AnIncompleteModelIsRefused)
{
  auto model = UNetModel::New();
  model->SetSpecification(SmallSpecification());
  const auto filter = MakeFilter<ScalarImage<2>, ScalarImage<2>>(MakeAwkwardImage<ScalarImage<2>>(), model);
  ExpectContains(MessageOf([&] { filter->Update(); }), "The model has no weight");
}

TEST(UNetInferenceErrors, AnEmptyImageAndNaNAreRefused)
{
  auto empty = ScalarImage<2>::New();
  empty->SetRegions(ScalarImage<2>::SizeType{ { 0, 5 } });
  const auto ofEmpty = MakeFilter<ScalarImage<2>, ScalarImage<2>>(empty, MakeModel(SmallSpecification()));
  ExpectContains(MessageOf([&] { ofEmpty->Update(); }), "must have at least 1 pixel, but its size is [0, 5]");

  const auto image = MakeAwkwardImage<ScalarImage<2>>();
  image->GetBufferPointer()[3] = std::numeric_limits<float>::quiet_NaN();
  const auto ofNaN = MakeFilter<ScalarImage<2>, ScalarImage<2>>(image, MakeModel(SmallSpecification()));
  ExpectContains(MessageOf([&] { ofNaN->Update(); }), "must be finite, but 1 of 35 are NaN or infinite");
}

TEST(UNetInferenceErrors, AThresholdOutsideItsRangeIsNamed)
{
  const auto filter =
    MakeFilter<ScalarImage<2>, LabelImage<2>>(MakeAwkwardImage<ScalarImage<2>>(), MakeModel(SmallSpecification()));
  filter->SetThreshold(1.5);
  ExpectContains(MessageOf([&] { filter->Update(); }), "Threshold must be in [0, 1], but is 1.5.");
}

TEST(UNetInferenceErrors, AFailedAllocationIsReportedAndTheNextRunIsGood)
{
  const auto filter = MakeFilter<ScalarImage<2>, ScalarImage<2>>(
    MakeAwkwardImage<ScalarImage<2>>(), MakeModel(SmallSpecification()), "staged");
  TorchDevice::SetStagedAllocationsUntilFailure(0);
  EXPECT_THROW(filter->Update(), itk::TorchOutOfMemoryError);
  TorchDevice::SetStagedAllocationsUntilFailure(-1);
  filter->Update();
  ExpectTheHostsAnswer(filter.GetPointer());
}

TEST(UNetInference, ADeviceOutOfMemoryGetsSmallerWindowsAndTheSameResult)
{
  auto image = ScalarImage<2>::New();
  image->SetRegions(ScalarImage<2>::SizeType{ { 200, 150 } });
  image->Allocate();
  itk::TorchRandom random(6);
  std::generate_n(image->GetBufferPointer(), 200 * 150, [&] { return static_cast<float>(random.Uniform()); });
  for (const auto tiling : { itk::UNetTiling::Exact, itk::UNetTiling::Blended })
  {
    const auto model = MakeModel(SmallSpecification());
    StatePolarity(model);
    const auto expected = MakeFilter<ScalarImage<2>, ScalarImage<2>>(image, model);
    expected->SetTiling(tiling);
    // Halved twice; exact tiles do not depend on it.
    expected->SetMaximumWindowSize(50);
    expected->Update();

    const auto filter = MakeFilter<ScalarImage<2>, ScalarImage<2>>(image, model, "staged");
    filter->SetTiling(tiling);
    filter->SetMaximumWindowSize(200);
    std::vector<std::string> warnings;
    filter->AddObserver(itk::TorchWarningEvent(),
                        [&](const itk::EventObject & event)
                        {
                          warnings.push_back(dynamic_cast<const itk::TorchWarningEvent &>(event).GetMessage());
                          TorchDevice::SetStagedAllocationsUntilFailure(warnings.size() == 1 ? 2 : -1);
                        });
    // The upload succeeds.
    TorchDevice::SetStagedAllocationsUntilFailure(1);
    filter->Update();
    TorchDevice::SetStagedAllocationsUntilFailure(-1);
    ASSERT_EQ(warnings.size(), 2u);
    // An exact window of 50 has no room for its margins of 24 at either side of a stride of 4.
    const bool isExact = tiling == itk::UNetTiling::Exact;
    EXPECT_EQ(warnings[0], "Device staged ran out of memory: the network now sees windows of at most 100 pixels.");
    EXPECT_EQ(warnings[1],
              std::string("Device staged ran out of memory: the network now sees windows of at most ") +
                (isExact ? "52" : "48") + " pixels.");
    ExpectSameImage<ScalarImage<2>>(filter->GetOutput(), expected->GetOutput(), 1e-6);

    // Later ones begin so, until the device is given its memory back.
    const auto whole = image->GetLargestPossibleRegion();
    EXPECT_EQ(filter->EstimateCost(whole).WindowSize[0], isExact ? 52 : 48);
    filter->ReleaseDeviceMemory();
    EXPECT_GT(filter->EstimateCost(whole).WindowSize[0], 100);
  }
}

TEST(UNetInferenceErrors, ADeviceTooSmallForTheSmallestWindowIsReported)
{
  const auto filter = MakeFilter<ScalarImage<2>, ScalarImage<2>>(
    MakeAwkwardImage<ScalarImage<2>>(), MakeModel(SmallSpecification()), "staged");
  filter->AddObserver(itk::TorchWarningEvent(),
                      [](const itk::EventObject &) { TorchDevice::SetStagedAllocationsUntilFailure(0); });
  TorchDevice::SetStagedAllocationsUntilFailure(1);
  EXPECT_THROW(filter->Update(), itk::TorchOutOfMemoryError);
  TorchDevice::SetStagedAllocationsUntilFailure(-1);
  filter->ReleaseDeviceMemory();
  filter->Update();
  ExpectTheHostsAnswer(filter.GetPointer());
}

TEST(UNetInference, AWarmUpComputesAWindowButNoPixelOfTheInput)
{
  const auto image = MakeAwkwardImage<ScalarImage<2>>();
  const auto model = MakeModel(SmallSpecification());
  auto       source = itk::ShiftScaleImageFilter<ScalarImage<2>, ScalarImage<2>>::New();
  source->SetInput(image);
  const auto filter = MakeFilter<ScalarImage<2>, ScalarImage<2>>(source->GetOutput(), model, "staged");
  filter->WarmUp();
  EXPECT_EQ(source->GetOutput()->GetBufferedRegion().GetNumberOfPixels(), 0u);
  EXPECT_EQ(filter->GetOutput()->GetBufferedRegion().GetNumberOfPixels(), 0u);
  filter->Update();
  const auto cold = MakeFilter<ScalarImage<2>, ScalarImage<2>>(image, model, "staged");
  cold->Update();
  ExpectSameImage<ScalarImage<2>>(filter->GetOutput(), cold->GetOutput());

  TorchDevice::SetStagedAllocationsUntilFailure(0);
  EXPECT_THROW(filter->WarmUp(), itk::TorchOutOfMemoryError);
  TorchDevice::SetStagedAllocationsUntilFailure(-1);
}

TEST(UNetInference, AnAbortEndsWithinATileAndTheNextUpdateIsWhole)
{
  auto image = ScalarImage<2>::New();
  image->SetRegions(ScalarImage<2>::SizeType{ { 200, 200 } });
  image->Allocate(true);
  const auto model = MakeModel(SmallSpecification());
  const auto filter = MakeFilter<ScalarImage<2>, VectorImage<2>>(image, model);
  filter->SetMaximumWindowSize(60);
  int        steps = 0;
  const auto tag =
    filter->AddObserver(itk::ProgressEvent(),
                        [&](const itk::EventObject &)
                        {
                          ++steps;
                          filter->SetAbortGenerateData(filter->GetProgress() > 0.0f && filter->GetProgress() < 1.0f);
                        });
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
  // The start, and the first of many tiles.
  EXPECT_EQ(steps, 2);
  filter->RemoveObserver(tag);
  filter->Update();
  const auto expected = MakeFilter<ScalarImage<2>, VectorImage<2>>(image, model);
  expected->SetMaximumWindowSize(60);
  expected->Update();
  ExpectSameImage<VectorImage<2>>(filter->GetOutput(), expected->GetOutput());
}

TEST(UNetInference, AnEstimateCountsNetworkInputAndOutput)
{
  const auto filter =
    MakeFilter<ScalarImage<2>, VectorImage<2>>(MakeAwkwardImage<ScalarImage<2>>(), MakeModel(SmallSpecification()));
  const auto region = filter->GetInput()->GetLargestPossibleRegion();
  const auto cost = filter->EstimateCost(region);
  EXPECT_EQ(cost.NumberOfWindows, 1u);
  // 5 × 7 pixels mirrored up to 8 × 8.
  EXPECT_NEAR(cost.Factor, 64.0 / 35.0, 1e-12);
  EXPECT_EQ(filter->EstimateMemory(region), cost.Memory + 35 * sizeof(float) + 35 * 2 * sizeof(float));
  EXPECT_EQ(filter->GetNumberOfStreamDivisions(), 1u);
}

TEST(UNetInferenceErrors, LabelsThatThePixelTypeCannotHoldAreRefused)
{
  const auto filter = MakeFilter<ScalarImage<2>, LabelImage<2>>(MakeAwkwardImage<ScalarImage<2>>(),
                                                                MakeModel(SmallSpecification(2, 1, 300)));
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "classes must be at most 256 for labels of this pixel type, but are 300.");
}

TEST(UNetInferenceErrors, OneProbabilityNeedsOneOrTwoClasses)
{
  const auto filter = MakeFilter<ScalarImage<2>, ScalarImage<2>>(MakeAwkwardImage<ScalarImage<2>>(),
                                                                 MakeModel(SmallSpecification(2, 1, 4)));
  ExpectContains(MessageOf([&] { filter->Update(); }), "needs a model of 1 or 2 classes, but the model has 4");
}
} // namespace

template <unsigned int D>
void
ExpectProgressAndAbortsOfInference(const TorchDevice & device, itk::SizeValueType edge)
{
  auto specification = SmallSpecification(D);
  specification.BaseFilters = 8;
  const auto                        model = MakeModel(specification);
  auto                              image = ScalarImage<D>::New();
  typename ScalarImage<D>::SizeType size;
  size.Fill(edge);
  image->SetRegions(size);
  image->Allocate();
  itk::TorchRandom random(3);
  for (itk::ImageRegionIterator<ScalarImage<D>> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(static_cast<float>(random.Uniform(0.0, 100.0)));
  }
  const auto filter = MakeFilter<ScalarImage<D>, ScalarImage<D>>(image.GetPointer(), model.GetPointer(), device);
  for (const auto convolution : { itk::UNetConvolution::Direct, itk::UNetConvolution::Winograd })
  {
    SCOPED_TRACE(std::string(device.GetName()) + ", convolution " + std::to_string(static_cast<int>(convolution)));
    filter->SetConvolution(convolution);
    // A layer of a shallow network is a large part of it.
    ExpectProgressAndAborts(filter.GetPointer(), 0.3);
  }
  filter->SetTestTimeAugmentation(itk::UNetTestTimeAugmentation::Flips);
  ExpectProgressAndAborts(filter.GetPointer(), 0.1);
  filter->SetTestTimeAugmentation(itk::UNetTestTimeAugmentation::None);
  filter->SetMaximumWindowSize(edge / 2);
  filter->SetTiling(itk::UNetTiling::Blended);
  ExpectProgressAndAborts(filter.GetPointer(), 0.1);
}

TEST_P(UNetInferenceImageFilter, ReportsProgressAndCanBeAbortedWithinAWindow)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  ExpectProgressAndAbortsOfInference<2>(device, 256);
  ExpectProgressAndAbortsOfInference<3>(device, 40);
}

TEST(UNetInference, ProgressOfALargeWindowMovesInSmallSteps)
{
  itk::UNetSpecification specification;
  specification.Levels = 4;
  specification.BaseFilters = 16;
  const auto model = MakeModel(specification);
  auto       image = ScalarImage<2>::New();
  image->SetRegions(itk::Size<2>{ { 900, 905 } });
  image->Allocate();
  itk::TorchRandom random(3);
  for (itk::ImageRegionIterator<ScalarImage<2>> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(static_cast<float>(random.Uniform(0.0, 100.0)));
  }
  const auto filter = MakeFilter<ScalarImage<2>, ScalarImage<2>>(image.GetPointer(), model.GetPointer());
  for (const auto & [convolution, largest] :
       { std::pair(itk::UNetConvolution::Direct, 0.12), std::pair(itk::UNetConvolution::Winograd, 0.12) })
  {
    filter->SetConvolution(convolution);
    ProgressRecord record(filter);
    filter->Update();
    EXPECT_LE(record.GetLargestStep(), largest);
    EXPECT_GE(record.Values.size(), 20u);
  }
}
