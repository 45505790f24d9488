// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkTorchRuntime.h"
#include "itkHausdorffDistanceImageFilter.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkMultiThreaderBase.h"
#include <cmath>
#include <fstream>

namespace
{
using itk::Benchmark::Row;
using LabelImage = itk::Image<std::int32_t, 2>;
using MaskImage = itk::Image<unsigned char, 3>;

/** About a thousand nuclei, and the same labels moved by two pixels along both axes. */
struct NucleiPair
{
  LabelImage::Pointer Prediction;
  LabelImage::Pointer Truth;

  explicit NucleiPair(itk::SizeValueType edge)
  {
    auto phantom = itk::NucleiPhantomImageSource<itk::Image<unsigned char, 2>, LabelImage>::New();
    phantom->SetSize({ { edge, edge } });
    phantom->SetNumberOfNuclei(static_cast<std::int64_t>(edge * edge / 4194));
    phantom->SetMeanRadius(18.0);
    phantom->Update();
    Truth = phantom->GetLabelOutput();
    Prediction = LabelImage::New();
    Prediction->SetRegions(Truth->GetBufferedRegion());
    Prediction->Allocate(true);
    const auto * const from = Truth->GetBufferPointer();
    for (itk::SizeValueType y = 2; y < edge; ++y)
    {
      std::copy_n(from + (y - 2) * edge, edge - 2, Prediction->GetBufferPointer() + y * edge + 2);
    }
  }
};

/** Every metric of objects from two label images. */
struct InstanceMetrics
{
  explicit InstanceMetrics(const NucleiPair & pair)
  {
    const itk::InstanceMatching matching = itk::MatchInstances(pair.Prediction.GetPointer(), pair.Truth.GetPointer());
    Kaggle = itk::CountAtInstanceThresholds(matching, itk::InstanceMatchRule::Greater);
    StarDist = itk::CountAtInstanceThresholds(matching, itk::InstanceMatchRule::AtLeast);
    Jaccard = matching.GetAggregatedJaccard();
  }

  itk::InstanceCountsAtThresholds Kaggle;
  itk::InstanceCountsAtThresholds StarDist;
  itk::AggregatedJaccard          Jaccard;
};

void
TimeInstanceMetrics(int pairs)
{
  const NucleiPair pair(2048);
  Row              row{ "instance metrics", "2048x2048", "25 ms", {}, {}, true };
  itk::Benchmark::Alternate(
    row, pairs, [&] { InstanceMetrics{ pair }; }, [] {});
  std::fill(row.Peers.begin(), row.Peers.end(), 25e-3);
  row.IsEqual = InstanceMetrics(pair).Kaggle[0].TruePositives > 900;
  itk::Benchmark::Write(row);
}

/** A ball that fills half of the box. */
MaskImage::Pointer
MakeBall(double radius, double shift)
{
  constexpr itk::SizeValueType edge = 192;
  auto                         image = MaskImage::New();
  image->SetRegions(MaskImage::SizeType{ { edge, edge, edge } });
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<MaskImage> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const double x = it.GetIndex()[0] - 96.0 - shift;
    const double y = it.GetIndex()[1] - 96.0;
    const double z = it.GetIndex()[2] - 96.0;
    // Uneven, so that distances differ.
    it.Set(std::sqrt(x * x + y * y + z * z) < radius + 2.0 * std::sin(0.2 * x) * std::cos(0.15 * y + shift));
  }
  return image;
}

void
CompareSurfaceDistances(int pairs)
{
  itk::MultiThreaderBase::SetGlobalMaximumNumberOfThreads(1);
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
  const auto prediction = MakeBall(92.0, 0.0);
  const auto truth = MakeBall(89.0, 3.0);
  auto       ours = itk::SegmentationEvaluationImageFilter<MaskImage>::New();
  ours->SetInput(prediction);
  ours->SetTruth(truth);
  ours->SetEvaluateBoundary(false);
  auto peer = itk::HausdorffDistanceImageFilter<MaskImage, MaskImage>::New();
  peer->SetInput1(prediction);
  peer->SetInput2(truth);
  Row        row{ "surface distances", "192x192x192", "itk Hausdorff", {}, {}, false };
  const auto run = [](auto * filter)
  {
    filter->Modified();
    filter->Update();
  };
  itk::Benchmark::Alternate(
    row, pairs, [&] { run(ours.GetPointer()); }, [&] { run(peer.GetPointer()); });
  row.IsEqual = std::abs(ours->GetHausdorffDistanceOfSets() - peer->GetHausdorffDistance()) < 1e-5;
  itk::Benchmark::Write(row);
}

template <typename TPixel>
void
WriteRaw(const std::string & file, const TPixel * pixels, std::size_t count)
{
  std::ofstream(file, std::ios::binary)
    .write(reinterpret_cast<const char *>(pixels), static_cast<std::streamsize>(count * sizeof(TPixel)));
}

/** For peers in Python: writes both label images and the counts at ten thresholds (true positives, sum of ratios) to
 * `folder`, then runs once for each line that it reads and answers with the seconds. */
int
Serve(const std::string & folder)
{
  const NucleiPair    pair(2048);
  std::vector<double> counts;
  for (const auto & atThreshold : InstanceMetrics(pair).StarDist)
  {
    counts.push_back(static_cast<double>(atThreshold.TruePositives));
    counts.push_back(atThreshold.IntersectionOverUnion);
  }
  const auto pixels = pair.Truth->GetBufferedRegion().GetNumberOfPixels();
  WriteRaw(folder + "/prediction.raw", pair.Prediction->GetBufferPointer(), pixels);
  WriteRaw(folder + "/truth.raw", pair.Truth->GetBufferPointer(), pixels);
  WriteRaw(folder + "/counts.raw", counts.data(), counts.size());
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);)
  {
    std::cout << itk::Benchmark::Seconds([&] { InstanceMetrics{ pair }; }) << std::endl;
  }
  return 0;
}
} // namespace

int
main(int argc, char * argv[])
{
  itk::TorchRuntime::KeepFreedMemory();
  itk::TorchRuntime::SetNumberOfThreads(1);
  if (argc == 3 && std::string(argv[1]) == "--serve")
  {
    return Serve(argv[2]);
  }
  const int pairs = itk::Benchmark::GetPairs(argc, argv);
  TimeInstanceMetrics(pairs);
  CompareSurfaceDistances(pairs);
  return 0;
}
