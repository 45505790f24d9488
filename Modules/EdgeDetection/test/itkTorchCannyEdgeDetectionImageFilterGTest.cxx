// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkCannyTestImages.h"
#include "itkProgressTestHelpers.h"
#include "itkTestHelpers.h"
#include "itkTorchTestFilters.h"
#include "itkCastImageFilter.h"
#include "itkCommand.h"
#include "itkStreamingImageFilter.h"

namespace
{
using itk::TorchDevice;
using itk::Test::CannySettings;
using itk::Test::ExpectContains;
using itk::Test::ExpectSameImage;
using itk::Test::MakeCanny;
using itk::Test::MessageOf;
using ImageType = itk::Image<float, 2>;
using Filter = itk::TorchCannyEdgeDetectionImageFilter<ImageType>;

static_assert(itk::IsCannyPixel<float> && itk::IsCannyPixel<double>, "Real pixels are taken.");
static_assert(!itk::IsCannyPixel<unsigned char> && !itk::IsCannyPixel<short> && !itk::IsCannyPixel<int>,
              "Integers are refused when the filter is compiled.");

class TorchCannyEdgeDetectionImageFilter : public ::testing::TestWithParam<const char *>
{};

INSTANTIATE_TEST_SUITE_P(Devices, TorchCannyEdgeDetectionImageFilter, itk::Test::DeviceNames());

ImageType::Pointer
MakeSmallImage()
{
  return itk::Test::MakeNoise<ImageType>({ { 40, 30 } });
}

std::string
MessageFor(const itk::CannyEdgeDetectionParameters & parameters, ImageType * image)
{
  const auto filter = Filter::New();
  filter->SetInput(image);
  filter->SetDevice("cpu");
  filter->SetParameters(parameters);
  return MessageOf([&] { filter->Update(); });
}
} // namespace

TEST_P(TorchCannyEdgeDetectionImageFilter, BehindAStreamingFilterItRunsOnceAndGivesTheSameEdges)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = itk::Test::MakePhantom<ImageType>({ { 120, 90 } });
  const auto whole = MakeCanny(image.GetPointer(), {}, device);
  whole->Update();

  const auto counter = itk::Test::TorchScaleFilter<ImageType>::New();
  counter->SetInput(image);
  counter->SetScale(1.0);
  counter->SetShift(0.0);
  counter->SetDevice(device);
  const auto streamed = MakeCanny<ImageType>(counter->GetOutput(), {}, device);
  auto       streaming = itk::StreamingImageFilter<ImageType, ImageType>::New();
  streaming->SetInput(streamed->GetOutput());
  streaming->SetNumberOfStreamDivisions(5);
  streaming->Update();
  EXPECT_EQ(counter->NumberOfExecutions, 1);
  ExpectSameImage<ImageType>(streaming->GetOutput(), whole->GetOutput());
}

TEST_P(TorchCannyEdgeDetectionImageFilter, AsksForTheWholeInputAndMakesTheWholeOutput)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeSmallImage();
  const auto filter = MakeCanny(image.GetPointer(), {}, device);
  filter->UpdateOutputInformation();
  filter->GetOutput()->SetRequestedRegion(ImageType::RegionType({ { 3, 4 } }, { { 5, 6 } }));
  filter->Update();
  EXPECT_EQ(filter->GetOutput()->GetBufferedRegion(), image->GetLargestPossibleRegion());
}

TEST_P(TorchCannyEdgeDetectionImageFilter, PixelsStayOnTheDeviceBetweenTorchFilters)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeSmallImage();
  const auto before = itk::Test::TorchScaleFilter<ImageType>::New();
  before->SetInput(image);
  before->SetDevice(device);
  before->KeepIntermediatesOnDeviceOn();
  const auto canny = MakeCanny<ImageType>(before->GetOutput(), {}, device);
  itk::TorchTransferCounters::Reset();
  canny->Update();
  EXPECT_EQ(itk::TorchTransferCounters::Get().Uploads, device.IsHost() ? 0u : 1u);
  EXPECT_EQ(itk::TorchTransferCounters::Get().Downloads, device.IsHost() ? 0u : 1u);
}

TEST_P(TorchCannyEdgeDetectionImageFilter, PixelsThatAreNotFiniteAreCountedAndTheFirstIsNamed)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  auto image = MakeSmallImage();
  image->SetPixel({ { 7, 20 } }, std::numeric_limits<float>::infinity());
  image->SetPixel({ { 11, 4 } }, std::numeric_limits<float>::quiet_NaN());
  const auto filter = MakeCanny(image.GetPointer(), {}, device);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "The input's pixels must be finite numbers, but 2 of them are not; the first one is [11, 4]");
  image->SetPixel({ { 7, 20 } }, 1.0f);
  image->SetPixel({ { 11, 4 } }, 1.0f);
  image->Modified();
  EXPECT_EQ(MessageOf([&] { filter->Update(); }), "");
  image->SetPixel({ { 39, 29 } }, -std::numeric_limits<float>::infinity());
  image->Modified();
  ExpectContains(MessageOf([&] { filter->Update(); }), "but 1 of them are not; the first one is [39, 29]");
}

TEST_P(TorchCannyEdgeDetectionImageFilter, OptionalOutputsAreEmptyUnlessTheyAreProduced)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto image = MakeSmallImage();
  const auto filter = MakeCanny(image.GetPointer(), {}, device);
  filter->Update();
  const auto sizeOf = [](const auto * output) { return output->GetPixelContainer()->Size(); };
  EXPECT_EQ(sizeOf(filter->GetGradientMagnitudeImage()), 0u);
  EXPECT_EQ(sizeOf(filter->GetGradientDirectionImage()), 0u);
  EXPECT_EQ(sizeOf(filter->GetNonMaximumSuppressionImage()), 0u);
  filter->ProduceGradientMagnitudeOn();
  filter->ProduceGradientDirectionOn();
  filter->ProduceNonMaximumSuppressionOn();
  filter->Update();
  EXPECT_EQ(sizeOf(filter->GetGradientMagnitudeImage()), 1200u);
  EXPECT_EQ(sizeOf(filter->GetGradientDirectionImage()), 1200u);
  EXPECT_EQ(sizeOf(filter->GetNonMaximumSuppressionImage()), 1200u);
  itk::ImageRegionConstIterator<ImageType> m(filter->GetGradientMagnitudeImage(), image->GetBufferedRegion());
  itk::ImageRegionConstIterator<ImageType> s(filter->GetNonMaximumSuppressionImage(), image->GetBufferedRegion());
  for (; !m.IsAtEnd(); ++m, ++s)
  {
    EXPECT_TRUE(s.Get() == 0.0f || s.Get() == m.Get());
    EXPECT_GE(m.Get(), 0.01f);
  }
  filter->ProduceGradientMagnitudeOff();
  filter->Update();
  EXPECT_EQ(sizeOf(filter->GetGradientMagnitudeImage()), 0u);
  EXPECT_EQ(sizeOf(filter->GetNonMaximumSuppressionImage()), 1200u);
}

TEST_P(TorchCannyEdgeDetectionImageFilter, AFilterBehindAnOutputThatIsOffIsRefused)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  using ByteType = itk::Image<unsigned char, 2>;
  const auto image = MakeSmallImage();
  const auto filter = MakeCanny(image.GetPointer(), {}, device);
  const auto expectRefused = [](ImageType * output, const std::string & name)
  {
    auto cast = itk::CastImageFilter<ImageType, ByteType>::New();
    cast->SetInput(output);
    ExpectContains(MessageOf([&] { cast->Update(); }),
                   "Produce" + name + " must be on for the output " + name + ", but is off.");
  };
  for (int i = 0; i < 2; ++i)
  {
    expectRefused(filter->GetGradientMagnitudeImage(), "GradientMagnitude");
    expectRefused(filter->GetNonMaximumSuppressionImage(), "NonMaximumSuppression");
    ExpectContains(MessageOf([&] { filter->GetGradientDirectionImage()->Update(); }),
                   "ProduceGradientDirection must be on for the output GradientDirection, but is off.");
    filter->Update();
  }
  auto cast = itk::CastImageFilter<ImageType, ByteType>::New();
  cast->SetInput(filter->GetGradientMagnitudeImage());
  filter->ProduceGradientMagnitudeOn();
  cast->Update();
  EXPECT_EQ(cast->GetOutput()->GetPixel({ { 20, 15 } }),
            static_cast<unsigned char>(filter->GetGradientMagnitudeImage()->GetPixel({ { 20, 15 } })));
  filter->ProduceGradientMagnitudeOff();
  ExpectContains(MessageOf([&] { cast->Update(); }), "ProduceGradientMagnitude must be on");
}

TEST(TorchCannyEdgeDetectionImageFilter, HasTheSettersOfITKsFilter)
{
  const auto check = [](auto filter)
  {
    using FilterType = typename decltype(filter)::ObjectType;
    EXPECT_EQ(filter->GetVariance()[0], 0.0);
    EXPECT_EQ(filter->GetMaximumError()[1], 0.01);
    EXPECT_EQ(filter->GetLowerThreshold(), 0.0f);
    EXPECT_EQ(filter->GetUpperThreshold(), 0.0f);
    const auto before = filter->GetMTime();
    filter->SetVariance(3.0);
    filter->SetMaximumError(0.1);
    filter->SetLowerThreshold(0.3f);
    filter->SetUpperThreshold(0.7f);
    EXPECT_GT(filter->GetMTime(), before);
    EXPECT_EQ(filter->GetVariance()[1], 3.0);
    EXPECT_EQ(filter->GetMaximumError()[1], 0.1);
    EXPECT_EQ(filter->GetLowerThreshold(), 0.3f);
    EXPECT_EQ(filter->GetUpperThreshold(), 0.7f);
    typename FilterType::ArrayType variance;
    variance[0] = 3.0;
    variance[1] = 5.0;
    filter->SetVariance(variance);
    filter->SetMaximumError(variance);
    EXPECT_EQ(filter->GetVariance(), variance);
    EXPECT_EQ(filter->GetMaximumError(), variance);
    const auto after = filter->GetMTime();
    filter->SetVariance(variance);
    filter->SetUpperThreshold(0.7f);
    EXPECT_EQ(filter->GetMTime(), after);
  };
  check(itk::CannyEdgeDetectionImageFilter<ImageType, ImageType>::New());
  check(itk::TorchCannyEdgeDetectionImageFilter<ImageType, ImageType>::New());
}

TEST(TorchCannyEdgeDetectionImageFilter, BadParametersAreNamedWithTheirValues)
{
  const auto                        image = MakeSmallImage();
  itk::CannyEdgeDetectionParameters parameters;
  parameters.LowerThreshold = 3.0;
  parameters.UpperThreshold = 2.0;
  ExpectContains(MessageFor(parameters, image), "LowerThreshold must be at most UpperThreshold, which is 2, but is 3.");
  parameters.ThresholdRule = itk::CannyThresholdRule::Median;
  EXPECT_EQ(MessageFor(parameters, image), "");
  parameters = {};
  parameters.LowerThreshold = std::numeric_limits<double>::quiet_NaN();
  ExpectContains(MessageFor(parameters, image), "LowerThreshold must be a number, but is nan.");
  parameters = {};
  parameters.Variance = { 1.0, -2.0 };
  ExpectContains(MessageFor(parameters, image), "Variance must be numbers, each at least 0, but is 1,-2.");
  parameters.Variance = { 1.0, 2.0, 3.0 };
  ExpectContains(MessageFor(parameters, image), "Variance must be 1 number or 2, one for each axis, but is 3.");
  parameters.Variance = {};
  ExpectContains(MessageFor(parameters, image), "Variance must be 1 number or 2, one for each axis, but is 0.");
  for (const double error : { 0.0, 1.0, -0.5 })
  {
    parameters = {};
    parameters.MaximumError = { error };
    ExpectContains(MessageFor(parameters, image), "MaximumError must be numbers, each in (0, 1), but is ");
  }
  parameters = {};
  parameters.Variance = { 50.0, 50.0 };
  const double spacing[] = { 1.0, 0.25 };
  image->SetSpacing(spacing);
  ExpectContains(MessageFor(parameters, image),
                 "Variance along axis 1 must be at most 700 in units of pixels squared, but is 800.");
}

TEST(TorchCannyEdgeDetectionImageFilter, SettersReplaceListsOfAnotherLength)
{
  const auto                        filter = MakeCanny(MakeSmallImage().GetPointer());
  itk::CannyEdgeDetectionParameters parameters;
  parameters.Variance = { 1.0, 2.0, 3.0 };
  parameters.MaximumError = {};
  filter->SetParameters(parameters);
  const double                variance[] = { 1.0, 2.0 };
  const itk::ModifiedTimeType before = filter->GetMTime();
  filter->SetVariance(Filter::ArrayType(variance));
  EXPECT_EQ(filter->GetParameters().Variance, (std::vector<double>{ 1.0, 2.0 }));
  EXPECT_GT(filter->GetMTime(), before);
  filter->SetMaximumError(0.0);
  EXPECT_EQ(filter->GetParameters().MaximumError, std::vector<double>{ 0.0 });
  filter->SetMaximumError(0.02);
  EXPECT_EQ(MessageOf([&] { filter->Update(); }), "");
  // One number for all axes is the same as that number for each.
  const itk::ModifiedTimeType after = filter->GetMTime();
  Filter::ArrayType           error;
  error.Fill(0.02);
  filter->SetMaximumError(error);
  EXPECT_EQ(filter->GetMTime(), after);
}

TEST(TorchCannyEdgeDetectionImageFilter, AnEmptyImageIsRefused)
{
  auto image = ImageType::New();
  image->SetRegions(ImageType::SizeType{ { 0, 4 } });
  image->Allocate();
  ExpectContains(MessageFor({}, image), "The input must have at least 1 pixel");
}

TEST(TorchCannyEdgeDetectionImageFilter, IntegersCastToFloatGetTheEdgesOfITK)
{
  using ByteType = itk::Image<unsigned char, 2>;
  const auto bytes = itk::Test::MakePhantom<ByteType>({ { 90, 70 } });
  auto       cast = itk::CastImageFilter<ByteType, ImageType>::New();
  cast->SetInput(bytes);
  cast->Update();
  EXPECT_GT(itk::Test::ExpectEdgesOfITK(cast->GetOutput(), CannySettings{}, "cpu"), 0u);
}

TEST(TorchCannyEdgeDetectionImageFilter, UsedThresholdsAreThoseOfTheLastExecution)
{
  const auto filter = MakeCanny(MakeSmallImage().GetPointer(), { { 2.0 }, { 0.01 }, 0.1, 0.2 });
  filter->Update();
  EXPECT_EQ(filter->GetUsedLowerThreshold(), 0.1f);
  EXPECT_EQ(filter->GetUsedUpperThreshold(), 0.2f);
  filter->SetThresholdRule(itk::CannyThresholdRule::Otsu);
  filter->Update();
  EXPECT_GT(filter->GetUsedLowerThreshold(), 0.2f);
  EXPECT_NEAR(filter->GetUsedUpperThreshold(), 2.0f * filter->GetUsedLowerThreshold(), 1e-4f);
  EXPECT_EQ(filter->GetUpperThreshold(), 0.2f);
}

TEST(TorchCannyEdgeDetectionImageFilter, ReportsProgressAndCanBeAbortedWithinALongStep)
{
  for (const char * const device : { "cpu", "staged" })
  {
    const auto filter = MakeCanny(itk::Test::MakeNoise<ImageType>({ { 1500, 1400 } }).GetPointer());
    filter->SetDevice(device);
    SCOPED_TRACE(device);
    itk::Test::ExpectProgressAndAborts(filter.GetPointer(), 0.15);
  }
  // A volume is worked on in bands of rows.
  const itk::Test::ThreadsScope scope(1);
  const auto                    volume = itk::Test::MakeNoise<itk::Image<float, 3>>({ { 400, 400, 24 } });
  itk::Test::ExpectProgressAndAborts(MakeCanny(volume.GetPointer()).GetPointer(), 0.2);
}

TEST(TorchCannyEdgeDetectionImageFilter, PixelsThatAreNotFiniteAreFoundInEveryBandOfAVolume)
{
  const itk::Test::ThreadsScope scope(3);
  for (const itk::IndexValueType row : { 0, 25, 49 })
  {
    const auto volume = itk::Test::MakeNoise<itk::Image<double, 3>>({ { 40, 50, 12 } });
    volume->SetPixel({ { 7, row, 5 } }, std::numeric_limits<double>::infinity());
    const auto filter = MakeCanny(volume.GetPointer());
    ExpectContains(MessageOf([&] { filter->Update(); }),
                   "but 1 of them are not; the first one is [7, " + std::to_string(row) + ", 5]");
  }
}
