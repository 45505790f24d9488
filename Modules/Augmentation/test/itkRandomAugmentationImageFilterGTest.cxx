// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRandomAugmentationImageFilter.h"

#include "itkTestHelpers.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkMedianImageFilter.h"
#include "itkRGBPixel.h"

namespace
{
using itk::RandomAugmentationParameters;
using itk::RandomAugmentationPreset;
using itk::Test::ExpectContains;
using itk::Test::MessageOf;

using ImageType = itk::Image<float, 2>;
using LabelType = itk::Image<unsigned short, 2>;
using FilterType = itk::RandomAugmentationImageFilter<ImageType>;

template <typename TImage>
typename TImage::Pointer
MakeImage(double step)
{
  auto image = TImage::New();
  itk::Test::SetAwkwardGeometry(image.GetPointer());
  auto region = image->GetLargestPossibleRegion();
  for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
  {
    region.SetSize(axis, 31 + axis);
  }
  image->SetRegions(region);
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<TImage> it(image, region); !it.IsAtEnd(); ++it)
  {
    double value = 40.0;
    for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
    {
      value += step * static_cast<double>(it.GetIndex()[axis] / 4);
    }
    it.Set(static_cast<typename TImage::PixelType>(value));
  }
  return image;
}

FilterType::Pointer
MakeFilter(const std::string & device = "cpu", RandomAugmentationPreset preset = RandomAugmentationPreset::Nuclei)
{
  auto filter = FilterType::New();
  filter->SetInput(MakeImage<ImageType>(1.5));
  filter->SetLabels(MakeImage<LabelType>(1.0));
  filter->SetWeights(MakeImage<ImageType>(0.5));
  filter->SetParameters(RandomAugmentationParameters::FromPreset(preset));
  filter->SetDevice(device);
  filter->SetSeed(4);
  return filter;
}

template <typename TImage>
void
ExpectSameBits(const TImage * a, const TImage * b)
{
  ASSERT_EQ(a->GetLargestPossibleRegion(), b->GetLargestPossibleRegion());
  itk::ImageRegionConstIteratorWithIndex<TImage> it(a, a->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    ASSERT_EQ(it.Get(), b->GetPixel(it.GetIndex())) << "at " << it.GetIndex();
  }
}

template <typename TImage>
std::size_t
NumberOfDifferences(const TImage * a, const TImage * b)
{
  std::size_t                                    count = 0;
  itk::ImageRegionConstIteratorWithIndex<TImage> it(a, a->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    count += it.Get() != b->GetPixel(it.GetIndex()) ? 1 : 0;
  }
  return count;
}

class RandomAugmentationFilterOnDevice : public ::testing::TestWithParam<const char *>
{};

INSTANTIATE_TEST_SUITE_P(Devices,
                         RandomAugmentationFilterOnDevice,
                         itk::Test::DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });
} // namespace

TEST_P(RandomAugmentationFilterOnDevice, ImageLabelsAndWeightsMoveTogether)
{
  ITKTorch_SKIP_WITHOUT_DEVICE(itk::TorchDevice(GetParam()));
  // Three images of the same numbers, so that they stay the same.
  auto filter = MakeFilter(GetParam());
  auto image = MakeImage<ImageType>(1.0);
  filter->SetInput(image);
  filter->SetLabels(MakeImage<LabelType>(1.0));
  filter->SetWeights(image);
  RandomAugmentationParameters parameters;
  parameters.RotationProbability = parameters.ElasticProbability = parameters.ShearProbability = 1.0;
  parameters.Interpolation = itk::SamplingInterpolation::Nearest;
  filter->SetParameters(parameters);
  filter->Update();
  std::size_t                                       far = 0;
  itk::ImageRegionConstIteratorWithIndex<ImageType> it(filter->GetOutput(),
                                                       filter->GetOutput()->GetLargestPossibleRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    ASSERT_EQ(it.Get(), static_cast<float>(filter->GetAugmentedLabels()->GetPixel(it.GetIndex())));
    far += std::abs(it.Get() - filter->GetAugmentedWeights()->GetPixel(it.GetIndex())) > 2.0f ? 1 : 0;
  }
  EXPECT_EQ(far, 0u);
  EXPECT_GT(NumberOfDifferences<ImageType>(image, filter->GetOutput()), 100u);
}

TEST_P(RandomAugmentationFilterOnDevice, ANativeFilterFollows)
{
  ITKTorch_SKIP_WITHOUT_DEVICE(itk::TorchDevice(GetParam()));
  auto filter = MakeFilter(GetParam());
  auto median = itk::MedianImageFilter<LabelType, LabelType>::New();
  median->SetInput(filter->GetAugmentedLabels());
  median->Update();
  // Of labels that were on the host before the median asked for them.
  auto first = MakeFilter(GetParam());
  first->Update();
  const LabelType::Pointer labels = first->GetAugmentedLabels();
  labels->DisconnectPipeline();
  auto expected = itk::MedianImageFilter<LabelType, LabelType>::New();
  expected->SetInput(labels);
  expected->Update();
  itk::Test::ExpectSameImage<LabelType>(median->GetOutput(), expected->GetOutput());
  EXPECT_GT(NumberOfDifferences<LabelType>(filter->GetLabels(), median->GetOutput()), 100u);
}

TEST(RandomAugmentationImageFilter, TheRecordGivesTheSamePixelsAgain)
{
  auto drawn = MakeFilter();
  drawn->SetCropSize({ 24.0 });
  drawn->SetSample(9);
  drawn->Update();
  auto replayed = MakeFilter("cpu", RandomAugmentationPreset::None);
  replayed->SetRecord(drawn->GetRecord());
  replayed->Update();
  ExpectSameBits(drawn->GetOutput(), replayed->GetOutput());
  ExpectSameBits(drawn->GetAugmentedLabels(), replayed->GetAugmentedLabels());
  ExpectSameBits(drawn->GetAugmentedWeights(), replayed->GetAugmentedWeights());
  EXPECT_EQ(drawn->GetRecord(), replayed->GetRecord());
  drawn->SetSample(10);
  drawn->Update();
  EXPECT_NE(drawn->GetRecord(), replayed->GetRecord());
}

TEST(RandomAugmentationImageFilter, TheOutputKeepsGridAndTakesTheCropsSize)
{
  auto filter = MakeFilter();
  filter->SetCropSize({ 16.0, 12.0 });
  filter->UpdateOutputInformation();
  const auto region = filter->GetOutput()->GetLargestPossibleRegion();
  EXPECT_EQ(region.GetSize(), (ImageType::SizeType{ { 16, 12 } }));
  EXPECT_EQ(region.GetIndex(), filter->GetInput()->GetLargestPossibleRegion().GetIndex());
  EXPECT_EQ(filter->GetOutput()->GetSpacing(), filter->GetInput()->GetSpacing());
  EXPECT_EQ(filter->GetOutput()->GetDirection(), filter->GetInput()->GetDirection());
  filter->Update();
  EXPECT_EQ(filter->GetAugmentedLabels()->GetBufferedRegion().GetSize(), region.GetSize());
  EXPECT_EQ(filter->GetAugmentedWeights()->GetBufferedRegion().GetSize(), region.GetSize());
}

TEST(RandomAugmentationImageFilter, LabelsAndWeightsAreOptionalAndDoNotChangeWhatBecomesOfTheImage)
{
  const auto accompanied = MakeFilter("cpu", RandomAugmentationPreset::UNetPaper);
  accompanied->Update();
  auto alone = FilterType::New();
  alone->SetInput(accompanied->GetInput());
  alone->SetParameters(accompanied->GetParameters());
  alone->SetDevice("cpu");
  alone->Update();
  ExpectSameBits(alone->GetOutput(), accompanied->GetOutput());
  EXPECT_EQ(alone->GetRecord(), accompanied->GetRecord());
  EXPECT_GT(NumberOfDifferences(alone->GetInput(), alone->GetOutput()), 100u);
  EXPECT_EQ(alone->GetAugmentedLabels()->GetBufferedRegion().GetNumberOfPixels(), 0u);
  EXPECT_EQ(alone->GetAugmentedWeights()->GetBufferedRegion().GetNumberOfPixels(), 0u);
}

/** Flips along all axes and nothing else: each pixel comes whole from the other side. */
template <typename TImage>
void
ExpectFlipped(const TImage * image)
{
  RandomAugmentationParameters parameters;
  parameters.FlipProbability = { 1.0 };
  auto filter = itk::RandomAugmentationImageFilter<TImage>::New();
  filter->SetInput(image);
  filter->SetParameters(parameters);
  filter->SetDevice("cpu");
  filter->Update();
  const auto                                     region = image->GetLargestPossibleRegion();
  itk::ImageRegionConstIteratorWithIndex<TImage> it(filter->GetOutput(), region);
  for (; !it.IsAtEnd(); ++it)
  {
    auto index = it.GetIndex();
    for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
    {
      index[axis] =
        2 * region.GetIndex(axis) + static_cast<itk::IndexValueType>(region.GetSize(axis)) - 1 - index[axis];
    }
    ASSERT_EQ(it.Get(), image->GetPixel(index)) << "at " << it.GetIndex();
  }
}

TEST(RandomAugmentationImageFilter, VolumesAndColorsAreAugmented)
{
  using VolumeType = itk::Image<short, 3>;
  using ColorType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
  const auto volume = itk::Test::MakeAwkwardImage<VolumeType>();
  const auto image = itk::Test::MakeAwkwardImage<ColorType>();
  ExpectFlipped<VolumeType>(volume);
  ExpectFlipped<ColorType>(image);

  const auto numberOfChanges = [](const auto * shown, RandomAugmentationPreset preset)
  {
    using Type = std::remove_const_t<std::remove_pointer_t<decltype(shown)>>;
    auto filter = itk::RandomAugmentationImageFilter<Type>::New();
    filter->SetInput(shown);
    filter->SetParameters(RandomAugmentationParameters::FromPreset(preset));
    filter->SetDevice("cpu");
    filter->Update();
    return NumberOfDifferences<Type>(shown, filter->GetOutput());
  };
  EXPECT_GT(numberOfChanges(volume.GetPointer(), RandomAugmentationPreset::Volume), 100u) << "of 315 pixels";
  EXPECT_GT(numberOfChanges(image.GetPointer(), RandomAugmentationPreset::Nuclei), 20u) << "of 35 pixels";
  EXPECT_EQ(numberOfChanges(volume.GetPointer(), RandomAugmentationPreset::None), 0u);
  EXPECT_EQ(numberOfChanges(image.GetPointer(), RandomAugmentationPreset::None), 0u);
}

TEST(RandomAugmentationImageFilter, LabelsOfAnotherGeometryAreAnError)
{
  auto filter = MakeFilter();
  auto labels = MakeImage<LabelType>(1.0);
  auto spacing = labels->GetSpacing();
  spacing[1] *= 1.5;
  labels->SetSpacing(spacing);
  filter->SetLabels(labels);
  ExpectContains(MessageOf([&] { filter->Update(); }), "Inputs do not occupy the same physical space!");

  labels = MakeImage<LabelType>(1.0);
  auto region = labels->GetLargestPossibleRegion();
  region.SetSize(0, 30);
  labels->SetRegions(region);
  labels->Allocate(true);
  filter = MakeFilter();
  filter->SetLabels(labels);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "The label image must have the image's size 31,32, but has 30,32.");
}

TEST(RandomAugmentationImageFilter, WrongRecordsAndParametersAreErrors)
{
  auto filter = MakeFilter();
  filter->SetRecord("{}");
  ExpectContains(MessageOf([&] { filter->Update(); }), "The augmentation record cannot be used");
  using VolumeFilter = itk::RandomAugmentationImageFilter<itk::Image<float, 3>>;
  auto volume = VolumeFilter::New();
  volume->SetInput(MakeImage<itk::Image<float, 3>>(1.0));
  volume->Update();
  filter->SetRecord(volume->GetRecord());
  ExpectContains(MessageOf([&] { filter->Update(); }), "must be of an image of 2 dimensions, but is of 3.");
  filter = MakeFilter();
  filter->SetShearProbability(2.0);
  ExpectContains(MessageOf([&] { filter->Update(); }), "ShearProbability must be in [0, 1], but is 2.");
}

TEST(RandomAugmentationImageFilter, EachParameterHasASetterThatReachesTheTable)
{
  auto        filter = FilterType::New();
  std::size_t checked = 0;
  const auto  expect = [&](const char * name, const itk::TorchParameterValue & value)
  {
    const auto view = filter->GetParameterView();
    EXPECT_EQ(view.Get(name), value) << name;
    ++checked;
  };
#define ITKTorch_CHECK_SETTER(name, value, text)                                                                       \
  filter->Set##name(value);                                                                                            \
  expect(#name, text)
  using Numbers = std::vector<double>;
  ITKTorch_CHECK_SETTER(CropSize, Numbers{ 7.0 }, (Numbers{ 7.0 }));
  ITKTorch_CHECK_SETTER(PadSmallImages, false, false);
  ITKTorch_CHECK_SETTER(ForegroundProbability, 0.25, 0.25);
  ITKTorch_CHECK_SETTER(UseImageSpacing, false, false);
  ITKTorch_CHECK_SETTER(Center, itk::RandomAugmentationCenter::Keras, std::string("keras"));
  ITKTorch_CHECK_SETTER(FlipProbability, Numbers{ 0.125 }, (Numbers{ 0.125 }));
  ITKTorch_CHECK_SETTER(TurnProbability, 0.5, 0.5);
  ITKTorch_CHECK_SETTER(RotationProbability, 0.75, 0.75);
  ITKTorch_CHECK_SETTER(Rotation, (Numbers{ 1.0, 2.0 }), (Numbers{ 1.0, 2.0 }));
  ITKTorch_CHECK_SETTER(Tilt, (Numbers{ 3.0, 4.0 }), (Numbers{ 3.0, 4.0 }));
  ITKTorch_CHECK_SETTER(ZoomProbability, 0.1, 0.1);
  ITKTorch_CHECK_SETTER(Zoom, (Numbers{ 0.5, 0.6 }), (Numbers{ 0.5, 0.6 }));
  ITKTorch_CHECK_SETTER(ZoomPerAxis, true, true);
  ITKTorch_CHECK_SETTER(LogarithmicZoom, true, true);
  ITKTorch_CHECK_SETTER(ShearProbability, 0.2, 0.2);
  ITKTorch_CHECK_SETTER(Shear, (Numbers{ 5.0, 6.0 }), (Numbers{ 5.0, 6.0 }));
  ITKTorch_CHECK_SETTER(TranslationProbability, 0.3, 0.3);
  ITKTorch_CHECK_SETTER(Translation, (Numbers{ 0.05, 0.06 }), (Numbers{ 0.05, 0.06 }));
  ITKTorch_CHECK_SETTER(ElasticProbability, 0.4, 0.4);
  ITKTorch_CHECK_SETTER(Model, itk::ElasticModel::SmoothedNoise, std::string("smoothed-noise"));
  ITKTorch_CHECK_SETTER(GridSize, Numbers{ 4.0 }, (Numbers{ 4.0 }));
  ITKTorch_CHECK_SETTER(Deviation, Numbers{ 8.0 }, (Numbers{ 8.0 }));
  ITKTorch_CHECK_SETTER(Amplitude, Numbers{ 9.0 }, (Numbers{ 9.0 }));
  ITKTorch_CHECK_SETTER(Sigma, Numbers{ 3.5 }, (Numbers{ 3.5 }));
  ITKTorch_CHECK_SETTER(Unit, itk::ElasticUnit::Physical, std::string("physical"));
  ITKTorch_CHECK_SETTER(LockedAxes, Numbers{ 1.0 }, (Numbers{ 1.0 }));
  ITKTorch_CHECK_SETTER(PreventFolding, true, true);
  ITKTorch_CHECK_SETTER(Interpolation, itk::SamplingInterpolation::Cubic, std::string("cubic"));
  ITKTorch_CHECK_SETTER(PaddingMode, itk::SamplingPaddingMode::Wrap, std::string("wrap"));
  ITKTorch_CHECK_SETTER(PaddingValue, 11.0, 11.0);
  ITKTorch_CHECK_SETTER(Seed, 12, std::int64_t{ 12 });
  ITKTorch_CHECK_SETTER(IntensityRange, (Numbers{ 0.0, 7.0 }), (Numbers{ 0.0, 7.0 }));
  ITKTorch_CHECK_SETTER(BlurProbability, 0.15, 0.15);
  ITKTorch_CHECK_SETTER(Blur, (Numbers{ 0.1, 0.2 }), (Numbers{ 0.1, 0.2 }));
  ITKTorch_CHECK_SETTER(ContrastProbability, 0.16, 0.16);
  ITKTorch_CHECK_SETTER(Contrast, (Numbers{ 0.3, 0.4 }), (Numbers{ 0.3, 0.4 }));
  ITKTorch_CHECK_SETTER(GainProbability, 0.17, 0.17);
  ITKTorch_CHECK_SETTER(Gain, (Numbers{ 0.7, 0.8 }), (Numbers{ 0.7, 0.8 }));
  ITKTorch_CHECK_SETTER(OffsetProbability, 0.18, 0.18);
  ITKTorch_CHECK_SETTER(Offset, (Numbers{ 0.07, 0.08 }), (Numbers{ 0.07, 0.08 }));
  ITKTorch_CHECK_SETTER(GammaProbability, 0.19, 0.19);
  ITKTorch_CHECK_SETTER(Gamma, (Numbers{ 1.1, 1.2 }), (Numbers{ 1.1, 1.2 }));
  ITKTorch_CHECK_SETTER(InversionProbability, 0.21, 0.21);
  ITKTorch_CHECK_SETTER(NoiseProbability, 0.22, 0.22);
  ITKTorch_CHECK_SETTER(Noise, (Numbers{ 0.01, 0.02 }), (Numbers{ 0.01, 0.02 }));
  ITKTorch_CHECK_SETTER(PoissonProbability, 0.23, 0.23);
  ITKTorch_CHECK_SETTER(PoissonPeak, (Numbers{ 21.0, 22.0 }), (Numbers{ 21.0, 22.0 }));
  ITKTorch_CHECK_SETTER(ChannelShuffleProbability, 0.24, 0.24);
#undef ITKTorch_CHECK_SETTER
  EXPECT_EQ(checked, filter->GetParameterView().GetList().GetParameters().size());
}

TEST(RandomAugmentationImageFilter, NoComponentsAreAnError)
{
  using VectorType = itk::VectorImage<float, 2>;
  auto image = VectorType::New();
  image->SetRegions(VectorType::SizeType{ { 4, 4 } });
  image->SetNumberOfComponentsPerPixel(0);
  auto filter = itk::RandomAugmentationImageFilter<VectorType>::New();
  filter->SetInput(image);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "The input's pixels must have at least 1 component, but have 0.");
}
