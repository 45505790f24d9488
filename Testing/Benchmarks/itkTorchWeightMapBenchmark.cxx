// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkBoundaryWeightMapImageFilter.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkTwoNearestObjectsDistanceImageFilter.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkSignedMaurerDistanceMapImageFilter.h"
#include <algorithm>
#include <cmath>
#include <fstream>

namespace
{
using itk::Benchmark::Row;

template <unsigned int D>
using LabelType = itk::Image<std::uint32_t, D>;
template <unsigned int D>
using DistanceType = itk::Image<float, D>;

/** Balls at random places that together cover about a third of the image; a later one lies over an earlier one. */
template <unsigned int D>
typename LabelType<D>::Pointer
MakeBalls(itk::SizeValueType edge, unsigned int count, const std::vector<double> & spacing)
{
  auto                            image = LabelType<D>::New();
  typename LabelType<D>::SizeType size;
  size.Fill(edge);
  image->SetRegions(size);
  image->Allocate(true);
  typename LabelType<D>::SpacingType pixel;
  std::copy(spacing.begin(), spacing.end(), pixel.Begin());
  image->SetSpacing(pixel);
  const double     volume = std::pow(static_cast<double>(edge), D) / (3.0 * count);
  const double     radius = D == 2 ? std::sqrt(volume / 3.14159) : std::cbrt(volume / 4.18879);
  itk::TorchRandom random(count);
  for (std::uint32_t label = 1; label <= count; ++label)
  {
    typename LabelType<D>::IndexType  center;
    typename LabelType<D>::RegionType box;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      center[axis] = static_cast<itk::IndexValueType>(random.Uniform(0.0, static_cast<double>(edge)));
      box.SetIndex(axis, center[axis] - static_cast<itk::IndexValueType>(radius));
      box.SetSize(axis, static_cast<itk::SizeValueType>(2.0 * radius + 1.0));
    }
    box.Crop(image->GetLargestPossibleRegion());
    for (itk::ImageRegionIteratorWithIndex<LabelType<D>> it(image, box); !it.IsAtEnd(); ++it)
    {
      double squared = 0.0;
      for (unsigned int axis = 0; axis < D; ++axis)
      {
        const auto difference = static_cast<double>(it.GetIndex()[axis] - center[axis]);
        squared += difference * difference;
      }
      if (squared <= radius * radius)
      {
        it.Set(label);
      }
    }
  }
  return image;
}

template <unsigned int D>
using Filter = itk::TwoNearestObjectsDistanceImageFilter<LabelType<D>, DistanceType<D>>;

template <unsigned int D>
typename Filter<D>::Pointer
MakeFilter(const LabelType<D> * labels)
{
  auto filter = Filter<D>::New();
  filter->SetInput(labels);
  filter->SetDevice("cpu");
  return filter;
}

void
Run(itk::ProcessObject * filter)
{
  filter->Modified();
  filter->Update();
}

/** The nearest and second nearest distance by one of ITK's distance maps for each of the first labels. */
template <unsigned int D>
void
RunMaurerPerLabel(const LabelType<D> * labels,
                  unsigned int         count,
                  std::vector<float> & first,
                  std::vector<float> & second)
{
  const std::size_t pixels = labels->GetLargestPossibleRegion().GetNumberOfPixels();
  first.assign(pixels, std::numeric_limits<float>::infinity());
  second.assign(pixels, std::numeric_limits<float>::infinity());
  using MaskType = itk::Image<unsigned char, D>;
  for (std::uint32_t label = 1; label <= count; ++label)
  {
    auto threshold = itk::BinaryThresholdImageFilter<LabelType<D>, MaskType>::New();
    threshold->SetInput(labels);
    threshold->SetLowerThreshold(label);
    threshold->SetUpperThreshold(label);
    auto maurer = itk::SignedMaurerDistanceMapImageFilter<MaskType, DistanceType<D>>::New();
    maurer->SetInput(threshold->GetOutput());
    maurer->SquaredDistanceOff();
    maurer->UseImageSpacingOn();
    maurer->Update();
    const float * const distance = maurer->GetOutput()->GetBufferPointer();
    for (std::size_t i = 0; i < pixels; ++i)
    {
      const float clipped = std::max(distance[i], 0.0f);
      second[i] = std::min(second[i], std::max(first[i], clipped));
      first[i] = std::min(first[i], clipped);
    }
  }
}

/** Whether the distances are those of ITK for the first labels alone; the bits where spacing is isotropic. */
template <unsigned int D>
bool
EqualsMaurer(const LabelType<D> * labels, unsigned int count)
{
  auto few = LabelType<D>::New();
  few->CopyInformation(labels);
  few->SetRegions(labels->GetLargestPossibleRegion());
  few->Allocate();
  const std::size_t pixels = labels->GetLargestPossibleRegion().GetNumberOfPixels();
  std::transform(labels->GetBufferPointer(),
                 labels->GetBufferPointer() + pixels,
                 few->GetBufferPointer(),
                 [count](std::uint32_t label) { return label <= count ? label : 0; });
  std::vector<float> first;
  std::vector<float> second;
  RunMaurerPerLabel<D>(few, count, first, second);
  const auto filter = MakeFilter<D>(few.GetPointer());
  filter->Update();
  // In 3D the spacing is not isotropic, and the peer's squares are rounded.
  const auto isEqual = [](float a, float b) { return a == b || (D != 2 && std::abs(a - b) <= 1e-5f * b); };
  return std::equal(first.begin(), first.end(), filter->GetOutput()->GetBufferPointer(), isEqual) &&
         std::equal(second.begin(), second.end(), filter->GetSecondDistance()->GetBufferPointer(), isEqual);
}

/** \param timed labels that the peer is timed on; its time is scaled to all of them */
template <unsigned int D>
void
CompareWithMaurer(int                  pairs,
                  const std::string &  size,
                  const LabelType<D> * labels,
                  unsigned int         count,
                  unsigned int         timed)
{
  itk::TorchRuntime::SetNumberOfThreads(1);
  const std::string  all = std::to_string(count) + " labels";
  const std::string  scaled = timed < count ? ", timed on " + std::to_string(timed) + " and scaled" : "";
  Row                row{ "two nearest objects, " + all, size, "itk::SignedMaurer per label" + scaled, {}, {}, false };
  const auto         filter = MakeFilter<D>(labels);
  std::vector<float> first;
  std::vector<float> second;
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(filter); }, [&] { RunMaurerPerLabel<D>(labels, timed, first, second); });
  for (double & seconds : row.Peers)
  {
    seconds *= static_cast<double>(count) / timed;
  }
  row.IsEqual = EqualsMaurer<D>(labels, timed);
  itk::Benchmark::Write(row);
}

void
CompareNumbersOfLabels(int pairs, const LabelType<2> * many, const LabelType<2> * few)
{
  itk::TorchRuntime::SetNumberOfThreads(1);
  Row        row{ "1000 labels beside 10", "2048x2048", "this project with 10 labels", {}, {}, true };
  const auto ofMany = MakeFilter<2>(many);
  const auto ofFew = MakeFilter<2>(few);
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(ofMany); }, [&] { Run(ofFew); });
  itk::Benchmark::Write(row);
}

void
CompareThreads(int pairs, const LabelType<2> * labels)
{
  Row        row{ "2 threads", "2048x2048, 1000 labels", "this project with 1 thread", {}, {}, false };
  const auto filter = MakeFilter<2>(labels);
  const auto run = [&](unsigned int threads)
  {
    itk::TorchRuntime::SetNumberOfThreads(threads);
    Run(filter);
    const float * const pixels = filter->GetSecondDistance()->GetBufferPointer();
    return std::vector<float>(pixels, pixels + labels->GetLargestPossibleRegion().GetNumberOfPixels());
  };
  row.IsEqual = run(2) == run(1);
  const auto time = [&](unsigned int threads)
  {
    itk::TorchRuntime::SetNumberOfThreads(threads);
    return itk::Benchmark::Seconds([&] { Run(filter); });
  };
  for (int pair = 0; pair < pairs; ++pair)
  {
    row.Ours.push_back(time(2));
    row.Peers.push_back(time(1));
  }
  itk::TorchRuntime::SetNumberOfThreads(1);
  itk::Benchmark::Write(row);
}

/** The whole filter, exponential included, beside a fixed time for each pixel. */
void
CompareWeightMap(int pairs, const LabelType<2> * labels)
{
  itk::TorchRuntime::SetNumberOfThreads(1);
  const auto filter = itk::BoundaryWeightMapImageFilter<LabelType<2>>::New();
  filter->SetInput(labels);
  filter->SetDevice("cpu");
  const double pixels = static_cast<double>(labels->GetLargestPossibleRegion().GetNumberOfPixels());
  Row          row{ "weight map", "2048x2048, 1000 labels", "30 ns for each pixel", {}, {}, true };
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(filter); }, [] {});
  std::fill(row.Peers.begin(), row.Peers.end(), 30e-9 * pixels);
  itk::Benchmark::Write(row);
}

/** For peers in Python: writes labels (32 bits) and second distances (float), then runs once for each line that it
 * reads and answers with the seconds. */
int
Serve(const std::string & labelFile, const std::string & distanceFile, unsigned int edge, unsigned int count)
{
  itk::TorchRuntime::SetNumberOfThreads(1);
  const auto labels = MakeBalls<2>(edge, count, { 1.0, 1.0 });
  const auto filter = MakeFilter<2>(labels.GetPointer());
  filter->Update();
  const auto write = [&](const std::string & file, const void * pixels)
  {
    std::ofstream(file, std::ios::binary)
      .write(static_cast<const char *>(pixels), static_cast<std::streamsize>(4ul * edge * edge));
  };
  write(labelFile, labels->GetBufferPointer());
  write(distanceFile, filter->GetSecondDistance()->GetBufferPointer());
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);)
  {
    std::cout << itk::Benchmark::Seconds([&] { Run(filter); }) << std::endl;
  }
  return 0;
}
} // namespace

int
main(int argc, char * argv[])
{
  itk::TorchRuntime::KeepFreedMemory();
  if (argc == 6 && std::string(argv[1]) == "--serve")
  {
    return Serve(
      argv[2], argv[3], static_cast<unsigned int>(std::stoul(argv[4])), static_cast<unsigned int>(std::stoul(argv[5])));
  }
  const int  pairs = itk::Benchmark::GetPairs(argc, argv);
  const auto small = MakeBalls<2>(512, 100, { 1.0, 1.0 });
  CompareWithMaurer<2>(pairs, "512x512", small, 100, 100);
  const auto large = MakeBalls<2>(2048, 1000, { 1.0, 1.0 });
  CompareWithMaurer<2>(pairs, "2048x2048", large, 1000, 6);
  const auto volume = MakeBalls<3>(192, 300, { 1.0, 1.0, 2.5 });
  CompareWithMaurer<3>(pairs, "192x192x192, spacing 1, 1, 2.5", volume, 300, 3);
  CompareNumbersOfLabels(pairs, large, MakeBalls<2>(2048, 10, { 1.0, 1.0 }));
  CompareThreads(pairs, large);
  CompareWeightMap(pairs, large);
}
