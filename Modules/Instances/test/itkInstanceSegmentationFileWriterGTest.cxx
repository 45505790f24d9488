// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentationFileWriter.h"
#include "itkFileSizeLimit.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkInstanceTestImages.h"
#include "itkProgressTestHelpers.h"
#include "itkTestHelpers.h"

#include "itkImageFileReader.h"
#include "itkPipelineMonitorImageFilter.h"
#include "itkSmoothingRecursiveGaussianImageFilter.h"
#include "itkTorchRuntime.h"
#include "itkTorchTestFilters.h"
#include <fstream>

using itk::InstanceChannels;
using itk::InstanceLandscape;
using itk::InstanceSeeds;
using namespace itk::Test;

namespace
{
template <unsigned int D>
using Probabilities = itk::Image<float, D>;

template <typename TImage>
auto
MakeWriter(const TImage * image, const std::string & fileName, unsigned int slabs)
{
  auto writer = itk::InstanceSegmentationFileWriter<TImage>::New();
  writer->SetInput(image);
  writer->SetFileName(fileName);
  writer->SetNumberOfStreamDivisions(slabs);
  writer->SetMinimumSeedSize(0);
  return writer;
}

/** Noise on the awkward geometry. */
template <typename TImage>
typename TImage::Pointer
MakeNoise(std::uint64_t seed, const std::vector<itk::SizeValueType> & sizes, unsigned int components = 0)
{
  auto image = TImage::New();
  SetAwkwardGeometry(image.GetPointer());
  auto region = image->GetLargestPossibleRegion();
  for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
  {
    region.SetSize(axis, sizes[axis]);
  }
  image->SetRegions(region);
  if (components > 0)
  {
    image->SetNumberOfComponentsPerPixel(components);
  }
  image->Allocate();
  itk::TorchRandom random(seed);
  auto * const     values = image->GetPixelContainer()->GetBufferPointer();
  for (std::size_t i = 0; i < image->GetPixelContainer()->Size(); ++i)
  {
    using ValueType = std::decay_t<decltype(values[0])>;
    values[i] = static_cast<ValueType>(random.Uniform(0.0, components > 1 ? 0.5 : 1.0));
  }
  return image;
}

/** The file has the pixels that the filter gives, at the same places in space. */
template <typename TImage>
void
ExpectSameAsFilter(const TImage * image, const itk::InstanceSegmentationFileWriter<TImage> * writer)
{
  constexpr unsigned int D = TImage::ImageDimension;
  using LabelImage = itk::Image<unsigned int, D>;
  auto filter = itk::InstanceSegmentationImageFilter<TImage, LabelImage>::New();
  filter->SetInput(image);
  filter->SetParameters(writer->GetParameters());
  filter->Update();
  const auto         read = itk::ReadImage<LabelImage>(writer->GetFileName());
  const LabelImage * expected = filter->GetOutput();
  EXPECT_EQ(PixelsOf(read.GetPointer()), PixelsOf(expected));
  EXPECT_EQ(writer->GetNumberOfObjects(), filter->GetNumberOfObjects());
  ASSERT_EQ(read->GetLargestPossibleRegion().GetSize(), expected->GetLargestPossibleRegion().GetSize());
  EXPECT_EQ(read->GetSpacing(), expected->GetSpacing());
  EXPECT_EQ(read->GetDirection(), expected->GetDirection());
  itk::Index<D>         first{};
  itk::Point<double, D> there;
  itk::Point<double, D> here;
  read->TransformIndexToPhysicalPoint(first, there);
  expected->TransformIndexToPhysicalPoint(expected->GetLargestPossibleRegion().GetIndex(), here);
  EXPECT_EQ(there, here);
}

std::string
ContentOf(const std::string & fileName)
{
  std::ifstream file(fileName, std::ios::binary);
  return { std::istreambuf_iterator<char>(file), {} };
}

constexpr std::uint64_t seed = 5;
} // namespace

TEST(InstanceSegmentationFileWriter, TheFileHasTheFiltersPixelsAtTheirPlaces)
{
  const TemporaryFolder folder;
  const auto            expect = [&](const auto & image, InstanceChannels channels)
  {
    for (const unsigned int slabs : { 1, 2, 3, 1000 })
    {
      for (const char * const name : { "a.mha", "a.mhd" })
      {
        for (const auto landscape : { InstanceLandscape::Probability, InstanceLandscape::MaskDistance })
        {
          const auto writer = MakeWriter(image.GetPointer(), folder.File(name), slabs);
          writer->SetChannels(channels);
          writer->SetLandscape(landscape);
          writer->UseImageSpacingOn();
          writer->Update();
          ExpectSameAsFilter(image.GetPointer(), writer.GetPointer());
        }
      }
    }
  };
  expect(MakeNoise<Probabilities<2>>(seed, { 23, 31 }), InstanceChannels::Foreground);
  expect(MakeNoise<Probabilities<3>>(seed, { 9, 8, 7 }), InstanceChannels::Foreground);
  expect(MakeNoise<itk::Image<double, 3>>(seed, { 9, 8, 1 }), InstanceChannels::Foreground);
  expect(MakeNoise<itk::VectorImage<float, 2>>(seed, { 13, 21 }, 3), InstanceChannels::BackgroundInteriorBorder);
  EXPECT_EQ(folder.GetNumberOfFiles(), 3u);
}

TEST(InstanceSegmentationFileWriter, EachPlaneIsAskedForOnceAndInOrder)
{
  const TemporaryFolder folder;
  const auto            image = MakeNoise<Probabilities<2>>(seed, { 23, 31 });
  auto                  scale = TorchScaleFilter<Probabilities<2>>::New();
  scale->SetInput(image);
  scale->SetScale(1.0);
  scale->SetShift(0.0);
  auto monitor = itk::PipelineMonitorImageFilter<Probabilities<2>>::New();
  monitor->SetInput(scale->GetOutput());
  for (const unsigned int slabs : { 1u, 4u, 31u })
  {
    scale->SetDevice(slabs == 4 ? "staged" : "cpu");
    const auto writer = MakeWriter(monitor->GetOutput(), folder.File("a.mha"), slabs);
    writer->SetLandscape(InstanceLandscape::MaskDistance);
    monitor->ClearPipelineSavedInformation();
    image->Modified();
    scale->NumberOfExecutions = 0;
    writer->Update();
    EXPECT_EQ(scale->NumberOfExecutions, static_cast<int>(slabs));
    EXPECT_TRUE(monitor->VerifyAllInputCanStream(static_cast<int>(slabs)));
    auto at = image->GetLargestPossibleRegion().GetIndex(1);
    for (const auto & region : monitor->GetOutputRequestedRegions())
    {
      EXPECT_EQ(region.GetIndex(1), at);
      EXPECT_EQ(region.GetSize(0), 23u);
      at += static_cast<itk::IndexValueType>(region.GetSize(1));
    }
    EXPECT_EQ(at, image->GetLargestPossibleRegion().GetUpperIndex()[1] + 1);
    ExpectSameAsFilter(image.GetPointer(), writer.GetPointer());
  }
}

TEST(InstanceSegmentationFileWriter, AFilterThatMakesTheWholeImageIsCutInSlabsToo)
{
  const TemporaryFolder folder;
  const auto            image = MakeNoise<Probabilities<2>>(seed, { 23, 31 });
  auto                  smooth = itk::SmoothingRecursiveGaussianImageFilter<Probabilities<2>>::New();
  smooth->SetInput(image);
  smooth->SetSigma(0.6);
  const auto writer = MakeWriter(smooth->GetOutput(), folder.File("a.mha"), 5);
  writer->Update();
  ASSERT_EQ(smooth->GetOutput()->GetBufferedRegion(), image->GetLargestPossibleRegion());
  EXPECT_GT(writer->GetNumberOfObjects(), 3u);
  ExpectSameAsFilter<Probabilities<2>>(smooth->GetOutput(), writer.GetPointer());
}

TEST(InstanceSegmentationFileWriter, ManyObjectsNeedMoreThan16Bits)
{
  const TemporaryFolder folder;
  const auto            image = MakeNoise<Probabilities<2>>(seed, { 602, 601 });
  image->FillBuffer(0.0f);
  const auto first = image->GetLargestPossibleRegion().GetIndex();
  for (itk::IndexValueType y = 0; y < 601; y += 2)
  {
    for (itk::IndexValueType x = 0; x < 602; x += 2)
    {
      image->SetPixel({ { first[0] + x, first[1] + y } }, 1.0f);
    }
  }
  const auto writer = MakeWriter(image.GetPointer(), folder.File("a.mha"), 20);
  writer->Update();
  EXPECT_EQ(writer->GetNumberOfObjects(), 301u * 301u);
  EXPECT_EQ(writer->GetLargestExtent(), 1u);
  EXPECT_EQ(writer->GetLargestNumberOfPlanes(), 31u + 2u);
  ExpectSameAsFilter(image.GetPointer(), writer.GetPointer());
  EXPECT_EQ(std::filesystem::file_size(folder.File("a.mha")) / 1000, 4u * 602u * 601u / 1000);
}

TEST(InstanceSegmentationFileWriter, NumbersDoNotDependOnThreads)
{
  const TemporaryFolder folder;
  const auto            image = MakeNoise<Probabilities<2>>(seed, { 301, 800 });
  const auto            threads = itk::TorchRuntime::GetNumberOfThreads();
  const auto            write = [&](unsigned int number)
  {
    itk::TorchRuntime::SetNumberOfThreads(number);
    const auto writer = MakeWriter(image.GetPointer(), folder.File("a.mha"), 3);
    writer->SetSeeds(InstanceSeeds::DistanceMaxima);
    writer->SetLandscape(InstanceLandscape::MaskDistance);
    writer->Update();
    return ContentOf(folder.File("a.mha"));
  };
  const auto one = write(1);
  EXPECT_EQ(write(3), one);
  itk::TorchRuntime::SetNumberOfThreads(threads);
}

TEST(InstanceSegmentationFileWriter, ReportsProgressAndCanBeAbortedWithinALongStep)
{
  const TemporaryFolder folder;
  const auto            image = MakeNoise<Probabilities<2>>(seed, { 900, 1200 });
  for (const unsigned int slabs : { 1u, 5u })
  {
    const auto writer = MakeWriter(image.GetPointer(), folder.File("a.mha"), slabs);
    ExpectProgressAndAborts(
      writer.GetPointer(), 0.15, [&] { writer->Update(); }, [&] { return ContentOf(folder.File("a.mha")); });
    EXPECT_EQ(folder.GetNumberOfFiles(), 1u);
  }
}

TEST(InstanceSegmentationFileWriter, AnAbortLeavesWhatWasThereAndTheNextUpdateWrites)
{
  const TemporaryFolder folder;
  const auto            image = MakeNoise<Probabilities<2>>(seed, { 23, 31 });
  const auto            writer = MakeWriter(image.GetPointer(), folder.File("a.mha"), 5);
  std::ofstream(folder.File("a.mha")) << "old";
  std::vector<float> reports;
  float              last = 1.0f;
  writer->AddObserver(itk::ProgressEvent(),
                      [&](const itk::EventObject &)
                      {
                        reports.push_back(writer->GetProgress());
                        writer->SetAbortGenerateData(reports.back() >= last);
                      });
  for (const auto landscape : { InstanceLandscape::Probability, InstanceLandscape::MaskDistance })
  {
    writer->SetLandscape(landscape);
    for (const float step : { 0.0f, 0.3f, 0.79f, 0.95f, 1.0f })
    {
      last = step;
      reports.clear();
      EXPECT_THROW(writer->Update(), itk::ProcessAborted);
      EXPECT_LE(reports.back(), step + 0.11f);
      EXPECT_EQ(ContentOf(folder.File("a.mha")), "old");
      EXPECT_EQ(folder.GetNumberOfFiles(), 1u);
    }
  }
  last = 2.0f;
  reports.clear();
  writer->Update();
  EXPECT_TRUE(std::is_sorted(reports.begin(), reports.end()));
  EXPECT_EQ(reports.back(), 1.0f);
  EXPECT_GT(reports.size(), 20u);
  ExpectSameAsFilter(image.GetPointer(), writer.GetPointer());
  // Again, though nothing has changed.
  std::filesystem::remove(folder.File("a.mha"));
  writer->Update();
  ExpectSameAsFilter(image.GetPointer(), writer.GetPointer());
}

TEST(InstanceSegmentationFileWriter, AFailureLeavesNothingAndTheNextUpdateWrites)
{
  const TemporaryFolder folder;
  const auto            image = MakeNoise<Probabilities<2>>(seed, { 230, 310 });
  auto                  scale = TorchScaleFilter<Probabilities<2>>::New();
  scale->SetInput(image);
  scale->SetScale(1.0);
  scale->SetShift(0.0);
  auto native = itk::PipelineMonitorImageFilter<Probabilities<2>>::New();
  native->SetInput(scale->GetOutput());
  const auto writer = MakeWriter(native->GetOutput(), folder.File("a.mha"), 5);
  for (const auto landscape : { InstanceLandscape::Probability, InstanceLandscape::MaskDistance })
  {
    writer->SetLandscape(landscape);
    {
      const FileSizeLimit limit(100000);
      ExpectContains(MessageOf([&] { writer->Update(); }), "File too large.");
      EXPECT_EQ(folder.GetNumberOfFiles(), 0u);
    }
    scale->SetFails(true);
    ExpectContains(MessageOf([&] { writer->Update(); }), "TorchScaleFilter on device cpu failed");
    EXPECT_EQ(folder.GetNumberOfFiles(), 0u);
    scale->SetFails(false);
    image->SetPixel(image->GetLargestPossibleRegion().GetUpperIndex(), 1.5f);
    image->Modified();
    ExpectContains(MessageOf([&] { writer->Update(); }), "Probabilities must be in [0, 1], but one is 1.5.");
    EXPECT_EQ(folder.GetNumberOfFiles(), 0u);
    image->SetPixel(image->GetLargestPossibleRegion().GetUpperIndex(), 0.5f);
    image->Modified();
    writer->Update();
    ExpectSameAsFilter(image.GetPointer(), writer.GetPointer());
    std::filesystem::remove(folder.File("a.mha"));
  }
}

TEST(InstanceSegmentationFileWriter, WhatCannotBeDoneIsSaidBeforeTheInputIsAsked)
{
  const TemporaryFolder folder;
  const auto            image = MakeNoise<Probabilities<2>>(seed, { 23, 31 });
  auto                  scale = TorchScaleFilter<Probabilities<2>>::New();
  scale->SetInput(image);
  const auto expect = [&](const auto & change, const std::string & message)
  {
    const auto writer = MakeWriter(scale->GetOutput(), folder.File("a.mha"), 5);
    change(*writer);
    ExpectContains(MessageOf([&] { writer->Update(); }), message);
  };
  expect([&](auto & writer) { writer.SetFileName(folder.File("a.tif")); }, "its name must end in .mha or .mhd.");
  expect([&](auto & writer) { writer.SetFileName(folder.File("none/a.mha")); }, "there is no folder");
  expect([&](auto & writer) { writer.SetMaskThreshold(1.5); }, "MaskThreshold must be in [0, 1], but is 1.5.");
  expect([&](auto & writer) { writer.SetLandscape(InstanceLandscape::SeedDistance); }, "Landscape seed-distance needs");
  expect([&](auto & writer) { writer.SetChannels(InstanceChannels::InteriorBorder); }, "must have 2 components");
  expect([&](auto & writer) { writer.SetInput(nullptr); }, "Input Primary is required but not set.");
  expect(
    [&](auto & writer)
    {
      auto none = Probabilities<2>::New();
      writer.SetInput(none);
    },
    "The input must have at least 1 pixel, but its size is [0, 0].");
  EXPECT_EQ(scale->NumberOfExecutions, 0);
  EXPECT_EQ(folder.GetNumberOfFiles(), 0u);
  std::ostringstream text;
  MakeWriter(scale->GetOutput(), "a.mha", 5)->Print(text);
  ExpectContains(text.str(), "FileName: a.mha");
  ExpectContains(text.str(), "MinimumSeedSize: 0");
}
