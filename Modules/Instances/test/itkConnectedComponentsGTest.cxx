// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkConnectedComponents.h"
#include "itkInstanceTestImages.h"
#include "itkTestHelpers.h"
#include "itkTorchConnectedComponentImageFilter.h"

#include "itkConnectedComponentImageFilter.h"
#include "itkImageFileReader.h"
#include "itkRelabelComponentImageFilter.h"
#include "itkObjectNumbers.h"
#include "itkTorchRuntime.h"

using itk::TorchDevice;
using namespace itk::Test;

namespace
{
template <typename TImage, typename TOutput = itk::Image<unsigned int, TImage::ImageDimension>>
auto
MakeFilter(const TImage * image)
{
  auto filter = itk::TorchConnectedComponentImageFilter<TImage, TOutput>::New();
  filter->SetInput(image);
  filter->SetDevice(TorchDevice::CPU());
  return filter;
}
} // namespace

TEST(ConnectedComponents, EqualITKsUpToTheNumbersAndITKsNumbersBySize)
{
  using VolumeType = itk::Image<unsigned char, 3>;
  using LabelType = itk::Image<unsigned int, 3>;
  const auto image = MakeRandomImage<VolumeType>(11, 0.35, 1, { 33, 21, 15 });
  for (const bool isFullyConnected : { false, true })
  {
    auto itks = itk::ConnectedComponentImageFilter<VolumeType, LabelType>::New();
    itks->SetInput(image);
    itks->SetFullyConnected(isFullyConnected);
    auto relabel = itk::RelabelComponentImageFilter<LabelType, LabelType>::New();
    relabel->SetInput(itks->GetOutput());
    relabel->SetMinimumObjectSize(3);
    relabel->Update();
    auto filter = MakeFilter(image.GetPointer());
    filter->SetFullyConnected(isFullyConnected);
    filter->Update();
    EXPECT_EQ(filter->GetNumberOfObjects(), itks->GetObjectCount());
    EXPECT_TRUE(IsSamePartition(PixelsOf(filter->GetOutput()), PixelsOf(itks->GetOutput())));
    filter->SortByObjectSizeOn();
    filter->SetMinimumObjectSize(3);
    filter->Update();
    EXPECT_EQ(filter->GetSizeOfObjectsInPixels(), relabel->GetSizeOfObjectsInPixels());
    ExpectSameImage<LabelType>(filter->GetOutput(), relabel->GetOutput());
  }
}

TEST(ConnectedComponents, LabelsOfEveryTypeNumberAsManyObjectsAsTheyHavePositiveNumbers)
{
  using Type = itk::TorchComponentType;
  const auto messageFor = [](std::size_t objects, Type type)
  { return MessageOf([&] { itk::VerifyLabelType(objects, type); }); };
  const std::vector<std::pair<Type, std::size_t>> largest{
    { Type::Int8, 127 },     { Type::UInt8, 255 },        { Type::Int16, 32767 },
    { Type::UInt16, 65535 }, { Type::Int32, 2147483647 }, { Type::UInt32, 4294967295 },
  };
  for (const auto & [type, objects] : largest)
  {
    EXPECT_EQ(messageFor(objects, type), "");
    ExpectContains(messageFor(objects + 1, type), "at most " + std::to_string(objects) + " objects");
  }
  EXPECT_EQ(messageFor(std::size_t{ 1 } << 40, Type::Int64), "");
  EXPECT_EQ(messageFor(std::size_t{ 1 } << 40, Type::UInt64), "");
  ExpectContains(messageFor(1, Type::Float32), "Labels must be integers");
}

TEST(ConnectedComponents, RealNucleiAreThoseOfITK)
{
  const std::string folder = ITKTorch_NUCLEI_FOLDER;
  if (!std::filesystem::exists(folder))
  {
    GTEST_SKIP() << folder << " is not there.";
  }
  using LabelImage = itk::Image<unsigned short, 2>;
  for (const auto & file : std::filesystem::directory_iterator(folder + "/labels"))
  {
    const auto labels = itk::ReadImage<LabelImage>(file.path().string());
    auto       itks = itk::ConnectedComponentImageFilter<LabelImage, LabelImage>::New();
    itks->SetInput(labels);
    itks->Update();
    auto filter = MakeFilter<LabelImage, LabelImage>(labels.GetPointer());
    filter->Update();
    ASSERT_EQ(filter->GetNumberOfObjects(), itks->GetObjectCount());
    ASSERT_TRUE(IsSamePartition(PixelsOf(filter->GetOutput()), PixelsOf(itks->GetOutput()))) << file.path();
    ASSERT_EQ(filter->GetOutput()->GetSpacing(), labels->GetSpacing());
  }
}

TEST(ConnectedComponents, EveryNumberOfThreadsGivesTheSameBits)
{
  const auto plane = MakeRandomImage<MaskImage>(3, 0.6, 3, { 701, 907 });
  const auto volume = MakeRandomImage<itk::Image<unsigned char, 3>>(3, 0.35, 2, { 61, 83, 103 });
  const auto threads = itk::TorchRuntime::GetNumberOfThreads();
  const auto compute = [&](const auto & image, unsigned int number, bool isFullyConnected, bool areLabelsApart)
  {
    itk::TorchRuntime::SetNumberOfThreads(number);
    auto filter = MakeFilter(image.GetPointer());
    filter->SetFullyConnected(isFullyConnected);
    filter->SetKeepLabelsApart(areLabelsApart);
    filter->Update();
    return PixelsOf(filter->GetOutput());
  };
  for (const bool isFullyConnected : { false, true })
  {
    for (const bool areLabelsApart : { false, true })
    {
      const auto ofPlane = compute(plane, 1, isFullyConnected, areLabelsApart);
      const auto ofVolume = compute(volume, 1, isFullyConnected, areLabelsApart);
      for (const unsigned int number : { 2u, 3u })
      {
        EXPECT_EQ(compute(plane, number, isFullyConnected, areLabelsApart), ofPlane);
        EXPECT_EQ(compute(volume, number, isFullyConnected, areLabelsApart), ofVolume);
      }
    }
  }
  itk::TorchRuntime::SetNumberOfThreads(threads);
}
