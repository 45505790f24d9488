// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "Networks.h"
#include "TestImages.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkCannyEdgeDetectionImageFilter.h"
#include "itkCastImageFilter.h"
#include "itkComposeImageFilter.h"
#include "itkConnectedComponentImageFilter.h"
#include "itkElasticDeformationImageFilter.h"
#include "itkExtractImageFilter.h"
#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include "itkInstanceSegmentationFileWriter.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkJoinSeriesImageFilter.h"
#include "itkOtsuBaselineImageFilter.h"
#include "itkRelabelComponentImageFilter.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkStreamingImageFilter.h"
#include "itkSubtractImageFilter.h"
#include "itkTorchCannyEdgeDetectionImageFilter.h"
#include "itkTorchConnectedComponentImageFilter.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkVectorIndexSelectionCastImageFilter.h"
#include "itkWarpImageFilter.h"
#include <filesystem>

/** Chains of the library's filters and ITK's that people build: a result that can be had in two ways is the same. */

namespace client
{
namespace
{
template <unsigned int D>
using Real = itk::Image<float, D>;
template <unsigned int D>
using Labels = itk::Image<unsigned short, D>;
template <unsigned int D>
using Mask = itk::Image<unsigned char, D>;
template <unsigned int D>
using Vectors = itk::VectorImage<float, D>;

std::string
TemporaryFile(const std::string & name)
{
  return (std::filesystem::temp_directory_path() / ("itktorch-client-" + name)).string();
}

template <typename TOutput>
auto
MakeInference(Real<TOutput::ImageDimension> * image, const std::string & device)
{
  constexpr unsigned int D = TOutput::ImageDimension;
  auto                   filter = itk::UNetInferenceImageFilter<Real<D>, TOutput>::New();
  filter->SetDevice(device);
  filter->SetModel(SmallModel(D, 1, 2));
  filter->SetInput(image);
  return filter;
}

template <unsigned int D>
void
SelectsAndComposes()
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto image = MakeIntensities<Real<D>>();
    const auto foreground = MakeInference<Real<D>>(image, device);
    const auto probabilities = MakeInference<Vectors<D>>(image, device);
    const auto select = itk::VectorIndexSelectionCastImageFilter<Vectors<D>, Real<D>>::New();
    select->SetInput(probabilities->GetOutput());
    select->SetIndex(1);
    select->Update();
    foreground->Update();
    VERIFY(Same(Read(select->GetOutput()), Read(foreground->GetOutput()), 1e-6)) << device;

    // Labels are the threshold of the probability.
    const auto labels = MakeInference<Mask<D>>(image, device);
    const auto threshold = itk::BinaryThresholdImageFilter<Real<D>, Mask<D>>::New();
    threshold->SetInput(foreground->GetOutput());
    threshold->SetLowerThreshold(std::nextafter(0.5f, 1.0f));
    threshold->SetInsideValue(1);
    threshold->SetOutsideValue(0);
    threshold->Update();
    labels->Update();
    VERIFY(Same(Read(labels->GetOutput()), Read(threshold->GetOutput()))) << device;

    // Background and foreground, composed natively, are the objects of the foreground.
    const auto background = itk::SubtractImageFilter<Real<D>>::New();
    background->SetConstant1(1.0f);
    background->SetInput2(foreground->GetOutput());
    const auto compose = itk::ComposeImageFilter<Real<D>, Vectors<D>>::New();
    compose->SetInput1(background->GetOutput());
    compose->SetInput2(foreground->GetOutput());
    const auto ofVectors = itk::InstanceSegmentationImageFilter<Vectors<D>>::New();
    ofVectors->SetDevice(device);
    ofVectors->SetChannels(itk::InstanceChannels::BackgroundForeground);
    ofVectors->SetInput(compose->GetOutput());
    const auto ofForeground = itk::InstanceSegmentationImageFilter<Real<D>>::New();
    ofForeground->SetDevice(device);
    ofForeground->SetInput(foreground->GetOutput());
    for (auto * const filter : std::initializer_list<itk::ProcessObject *>{ ofVectors, ofForeground })
    {
      filter->Update();
    }
    VERIFY(Same(Read(ofVectors->GetOutput()), Read(ofForeground->GetOutput()))) << device;
    VERIFY(ofVectors->GetNumberOfObjects() == ofForeground->GetNumberOfObjects()) << device;
  }
}

template <unsigned int D>
void
FindsNativeComponents()
{
  for (const std::string device : { "cpu", "staged" })
  {
    for (const bool isFullyConnected : { false, true })
    {
      const auto baseline = itk::OtsuBaselineImageFilter<Mask<D>, Mask<D>>::New();
      baseline->SetInput(MakeIntensities<Mask<D>>());
      const auto native = itk::ConnectedComponentImageFilter<Mask<D>, itk::Image<unsigned int, D>>::New();
      native->SetInput(baseline->GetOutput());
      native->SetFullyConnected(isFullyConnected);
      const auto relabel =
        itk::RelabelComponentImageFilter<itk::Image<unsigned int, D>, itk::Image<unsigned int, D>>::New();
      relabel->SetInput(native->GetOutput());
      const auto ours = itk::TorchConnectedComponentImageFilter<Mask<D>>::New();
      ours->SetDevice(device);
      ours->SetInput(baseline->GetOutput());
      ours->SetFullyConnected(isFullyConnected);
      ours->SortByObjectSizeOn();
      ours->Update();
      relabel->Update();
      VERIFY(ours->GetNumberOfObjects() == relabel->GetNumberOfObjects()) << device;
      VERIFY(ours->GetSizeOfObjectsInPixels() ==
             std::vector<itk::SizeValueType>(relabel->GetSizeOfObjectsInPixels().begin(),
                                             relabel->GetSizeOfObjectsInPixels().end()))
        << device;

      // Both against each other by the evaluation: one object for one object.
      const auto evaluation = itk::SegmentationEvaluationImageFilter<itk::Image<unsigned int, D>>::New();
      evaluation->SetDevice(device);
      evaluation->SetInput(ours->GetOutput());
      evaluation->SetTruth(relabel->GetOutput());
      evaluation->Update();
      VERIFY(Near(evaluation->GetDice(), 1.0)) << device;
      VERIFY(Near(evaluation->GetPanopticQuality(), 1.0)) << device;
      VERIFY(Near(evaluation->GetHausdorffDistance(), 0.0)) << device;
    }
  }
}

template <unsigned int D>
void
FindsNativeEdges()
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto cast = itk::CastImageFilter<Mask<D>, Real<D>>::New();
    cast->SetInput(MakeIntensities<Mask<D>>());
    const auto native = itk::CannyEdgeDetectionImageFilter<Real<D>, Real<D>>::New();
    const auto ours = itk::TorchCannyEdgeDetectionImageFilter<Real<D>>::New();
    ours->SetDevice(device);
    const auto set = [&](auto * filter)
    {
      filter->SetInput(cast->GetOutput());
      filter->SetVariance(1.0);
      filter->SetMaximumError(0.01);
      filter->SetLowerThreshold(4.0f);
      filter->SetUpperThreshold(9.0f);
      filter->Update();
    };
    set(native.GetPointer());
    set(ours.GetPointer());
    VERIFY(Same(Read(ours->GetOutput()), Read(native->GetOutput()))) << device;
  }
}

template <unsigned int D>
void
WarpsNatively()
{
  for (const std::string device : { "cpu", "staged" })
  {
    using FilterType = itk::ElasticDeformationImageFilter<Real<D>>;
    const auto image = MakeIntensities<Real<D>>();
    const auto filter = FilterType::New();
    filter->SetDevice(device);
    filter->SetInput(image);
    filter->SetDeviation({ 1.0 });
    filter->SetPaddingMode(itk::SamplingPaddingMode::Constant);
    filter->ProduceDisplacementFieldOn();
    const auto warp = itk::WarpImageFilter<Real<D>, Real<D>, typename FilterType::DisplacementFieldType>::New();
    warp->SetInput(image);
    warp->SetDisplacementField(filter->GetDisplacementField());
    warp->SetOutputParametersFromImage(image);
    warp->SetEdgePaddingValue(0.0f);
    warp->Update();
    filter->Update();
    // Pixels whose place is by a rounding error on the other side of the border's edge differ; there are none here.
    VERIFY(Same(Read(filter->GetOutput()), Read(warp->GetOutput()), 5e-3)) << device;
  }
}
} // namespace

TEST(NativeChains, SelectComponentsAndComposeThem)
{
  SelectsAndComposes<2>();
  SelectsAndComposes<3>();
}

TEST(NativeChains, FindTheComponentsThatITKFinds)
{
  FindsNativeComponents<2>();
  FindsNativeComponents<3>();
}

TEST(NativeChains, FindTheEdgesThatITKFinds)
{
  FindsNativeEdges<2>();
  FindsNativeEdges<3>();
}

TEST(NativeChains, WarpAsITKWarps)
{
  WarpsNatively<2>();
  WarpsNatively<3>();
}

/** Slices of a volume, each through a filter of ours, joined: as the filter's result for each slice. */
TEST(NativeChains, ExtractSlicesAndJoinThem)
{
  for (const std::string device : { "cpu", "staged" })
  {
    const auto volume = MakeIntensities<Real<3>>();
    const auto region = volume->GetLargestPossibleRegion();
    const auto join = itk::JoinSeriesImageFilter<Real<2>, Real<3>>::New();
    join->SetOrigin(volume->GetOrigin()[2]);
    join->SetSpacing(volume->GetSpacing()[2]);
    std::vector<double>                      expected;
    std::vector<itk::ProcessObject::Pointer> kept;
    for (unsigned int slice = 0; slice < region.GetSize(2); ++slice)
    {
      auto part = region;
      part.SetIndex(2, region.GetIndex(2) + static_cast<long>(slice));
      part.SetSize(2, 0);
      const auto extract = itk::ExtractImageFilter<Real<3>, Real<2>>::New();
      extract->SetInput(volume);
      extract->SetExtractionRegion(part);
      extract->SetDirectionCollapseToSubmatrix();
      const auto inference = MakeInference<Real<2>>(extract->GetOutput(), device);
      join->SetInput(slice, inference->GetOutput());
      kept.emplace_back(extract);
      kept.emplace_back(inference);

      const auto alone = itk::ExtractImageFilter<Real<3>, Real<2>>::New();
      alone->SetInput(volume);
      alone->SetExtractionRegion(part);
      alone->SetDirectionCollapseToSubmatrix();
      alone->Update();
      const auto other = MakeInference<Real<2>>(alone->GetOutput(), device);
      other->Update();
      const auto pixels = Read(other->GetOutput());
      expected.insert(expected.end(), pixels.Values.begin(), pixels.Values.end());
    }
    join->Update();
    VERIFY(SameValues(Read(join->GetOutput()).Values, expected)) << device;
  }
}

/** A file in pieces, through a network, to a file in pieces: the file of the whole. */
TEST(NativeChains, StreamFromFileToFile)
{
  const auto input = TemporaryFile("stream-input.mha");
  const auto output = TemporaryFile("stream-output.mha");
  for (const std::string device : { "cpu", "staged" })
  {
    const auto image = MakeIntensities<Real<3>>();
    itk::WriteImage(image.GetPointer(), input);
    const auto whole = MakeInference<Vectors<3>>(image, device);
    whole->Update();
    const auto reader = itk::ImageFileReader<Real<3>>::New();
    reader->SetFileName(input);
    const auto inference = MakeInference<Vectors<3>>(reader->GetOutput(), device);
    VERIFY(Works(
      [&]
      {
        const auto pixels = ThroughFile(inference->GetOutput(), output, 5);
        VERIFY(SameValues(pixels.Values, Read(whole->GetOutput()).Values, 1e-5)) << device;
      }))
      << device;
  }
  std::filesystem::remove(input);
  std::filesystem::remove(output);
}

template <unsigned int D>
void
WritesTheObjects()
{
  const auto file = TemporaryFile("objects.mha");
  for (const unsigned int slabs : { 1u, 3u, 100u })
  {
    const auto probabilities = MakeProbabilities<Vectors<D>>();
    const auto objects = itk::InstanceSegmentationImageFilter<Vectors<D>, Labels<D>>::New();
    objects->SetDevice("cpu");
    objects->SetChannels(itk::InstanceChannels::BackgroundInteriorBorder);
    objects->SetMinimumSeedSize(1);
    objects->SetInput(probabilities);
    objects->Update();
    const auto writer = itk::InstanceSegmentationFileWriter<Vectors<D>>::New();
    writer->SetParameters(objects->GetParameters());
    const auto native = NativeBehind(probabilities);
    writer->SetInput(dynamic_cast<Vectors<D> *>(native.Output.GetPointer()));
    writer->SetFileName(file);
    writer->SetNumberOfStreamDivisions(slabs);
    VERIFY(Works([&] { writer->Update(); })) << slabs;
    const auto read = itk::ReadImage<Labels<D>>(file);
    VERIFY(SameValues(Read(read).Values, Read(objects->GetOutput()).Values)) << slabs;
    VERIFY(writer->GetNumberOfObjects() == objects->GetNumberOfObjects()) << slabs;
    VERIFY(read->GetSpacing() == probabilities->GetSpacing()) << slabs;
    VERIFY((read->GetOrigin() -
            [&]
            {
              typename Labels<D>::PointType first;
              probabilities->TransformIndexToPhysicalPoint(probabilities->GetLargestPossibleRegion().GetIndex(), first);
              return first;
            }())
             .GetNorm() < 1e-4)
      << slabs;
  }
  std::filesystem::remove(file);
}

TEST(NativeChains, WriteObjectsSlabBySlab)
{
  WritesTheObjects<2>();
  WritesTheObjects<3>();
}

/** A network behind a network behind a network, with native filters between: longer than two. */
TEST(NativeChains, OfManyFiltersAreTheSameOnBothDevices)
{
  std::vector<Pixels> results;
  for (const std::string device : { "cpu", "staged" })
  {
    const auto                               image = MakeIntensities<Real<2>>();
    std::vector<itk::ProcessObject::Pointer> kept;
    Real<2> *                                last = image;
    for (int link = 0; link < 4; ++link)
    {
      const auto inference = MakeInference<Real<2>>(last, device);
      const auto streaming = itk::StreamingImageFilter<Real<2>, Real<2>>::New();
      streaming->SetNumberOfStreamDivisions(link + 1);
      streaming->SetInput(inference->GetOutput());
      const auto deformation = itk::ElasticDeformationImageFilter<Real<2>>::New();
      deformation->SetDevice(device);
      deformation->SetDeviation({ 1.0 });
      deformation->SetInput(streaming->GetOutput());
      kept.insert(kept.end(), { inference.GetPointer(), streaming.GetPointer(), deformation.GetPointer() });
      last = deformation->GetOutput();
    }
    kept.back()->UpdateLargestPossibleRegion();
    results.push_back(Read(last));
  }
  VERIFY(Same(results[1], results[0], 1e-4));
}
} // namespace client
