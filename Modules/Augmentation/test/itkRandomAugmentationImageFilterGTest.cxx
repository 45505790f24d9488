// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRandomAugmentationImageFilter.h"

#include "itkTestHelpers.h"
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

class RandomAugmentationFilterOnDevice : public ::testing::TestWithParam<const char *>
{};

INSTANTIATE_TEST_SUITE_P(Devices,
                         RandomAugmentationFilterOnDevice,
                         itk::Test::DeviceNames(),
                         [](const auto & info) { return std::string(info.param); });
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
}

TEST_P(RandomAugmentationFilterOnDevice, ANativeFilterFollows)
{
  ITKTorch_SKIP_WITHOUT_DEVICE(itk::TorchDevice(GetParam()));
  auto filter = MakeFilter(GetParam());
  auto median = itk::MedianImageFilter<LabelType, LabelType>::New();
  median->SetInput(filter->GetAugmentedLabels());
  median->Update();
  EXPECT_EQ(median->GetOutput()->GetLargestPossibleRegion(), filter->GetInput()->GetLargestPossibleRegion());
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

TEST(RandomAugmentationImageFilter, LabelsAndWeightsAreOptional)
{
  auto filter = FilterType::New();
  filter->SetInput(MakeImage<ImageType>(1.5));
  filter->SetParameters(RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::UNetPaper));
  EXPECT_NO_THROW(filter->Update());
}

TEST(RandomAugmentationImageFilter, VolumesAndColoursAreAugmented)
{
  using VolumeType = itk::Image<short, 3>;
  auto volume = itk::RandomAugmentationImageFilter<VolumeType>::New();
  volume->SetInput(MakeImage<VolumeType>(10.0));
  volume->SetParameters(RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::Volume));
  EXPECT_NO_THROW(volume->Update());

  using ColourType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
  auto image = ColourType::New();
  image->SetRegions(ColourType::SizeType{ { 20, 20 } });
  image->Allocate(true);
  auto colour = itk::RandomAugmentationImageFilter<ColourType>::New();
  colour->SetInput(image);
  colour->SetParameters(RandomAugmentationParameters::FromPreset(RandomAugmentationPreset::Nuclei));
  EXPECT_NO_THROW(colour->Update());
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
