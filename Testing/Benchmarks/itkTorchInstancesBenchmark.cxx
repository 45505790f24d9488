// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkInstanceSegmentationImageFilter.h"
#include "itkNucleiPhantomImageSource.h"
#include "itkTorchConnectedComponentImageFilter.h"
#include "itkTorchMarkerWatershedImageFilter.h"
#include "itkTorchRuntime.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkConnectedComponentImageFilter.h"
#include "itkMaskImageFilter.h"
#include "itkMorphologicalWatershedFromMarkersImageFilter.h"
#include "itkRelabelComponentImageFilter.h"
#include "itkShiftScaleImageFilter.h"
#include <fstream>
#include <unordered_map>
#include <unordered_set>

namespace
{
using itk::Benchmark::Row;
using MaskType = itk::Image<unsigned char, 2>;
using LevelType = itk::Image<unsigned short, 2>;
using LabelType = itk::Image<unsigned int, 2>;
using ProbabilityType = itk::Image<float, 2>;
using ComponentFilter = itk::TorchConnectedComponentImageFilter<MaskType, LabelType>;
using WatershedFilter = itk::TorchMarkerWatershedImageFilter<LevelType, LabelType>;
using InstanceFilter = itk::InstanceSegmentationImageFilter<ProbabilityType, LabelType>;
using ItkComponentFilter = itk::ConnectedComponentImageFilter<MaskType, LabelType>;
using ItkRelabelFilter = itk::RelabelComponentImageFilter<LabelType, LabelType>;
using ItkWatershedFilter = itk::MorphologicalWatershedFromMarkersImageFilter<LevelType, LabelType>;

constexpr itk::SizeValueType edge = 2048;
constexpr std::size_t        pixels = edge * edge;
const std::string            size = "2048x2048, 1347 nuclei";

struct Phantom
{
  LabelType::Pointer       Labels;
  MaskType::Pointer        Mask;
  LevelType::Pointer       Levels;  // low inside nuclei
  LabelType::Pointer       Markers; // the nuclei's cores
  ProbabilityType::Pointer Probabilities;
};

template <typename TImage>
typename TImage::Pointer
MakeImage()
{
  auto image = TImage::New();
  image->SetRegions(typename TImage::SizeType{ { edge, edge } });
  image->Allocate();
  return image;
}

/** Whether the pixels 3 to the left, right, above and below are of the same object. */
bool
IsCore(const unsigned int * labels, std::size_t pixel)
{
  constexpr std::size_t margin = 3;
  const std::size_t     x = pixel % edge;
  const std::size_t     y = pixel / edge;
  const unsigned int    label = labels[pixel];
  return x >= margin && y >= margin && x + margin < edge && y + margin < edge && labels[pixel - margin] == label &&
         labels[pixel + margin] == label && labels[pixel - margin * edge] == label &&
         labels[pixel + margin * edge] == label;
}

Phantom
MakePhantom()
{
  auto source = itk::NucleiPhantomImageSource<ProbabilityType, LabelType>::New();
  source->SetSize({ { edge, edge } });
  source->SetNumberOfNuclei(1347);
  source->SetForeground(0.9);
  source->SetBackground(0.1);
  source->SetNoise(0.01);
  source->Update();
  Phantom phantom{
    source->GetLabelOutput(), MakeImage<MaskType>(), MakeImage<LevelType>(), MakeImage<LabelType>(), source->GetOutput()
  };
  const auto * const labels = phantom.Labels->GetBufferPointer();
  auto * const       probabilities = phantom.Probabilities->GetBufferPointer();
  for (std::size_t i = 0; i < pixels; ++i)
  {
    probabilities[i] = std::min(1.0f, std::max(0.0f, probabilities[i]));
    phantom.Mask->GetBufferPointer()[i] = labels[i] != 0;
    phantom.Levels->GetBufferPointer()[i] = static_cast<unsigned short>(65534.0f * (1.0f - probabilities[i]));
    phantom.Markers->GetBufferPointer()[i] = IsCore(labels, i) ? labels[i] : 0;
  }
  return phantom;
}

void
Run(itk::ProcessObject * filter)
{
  filter->Modified();
  filter->Update();
}

bool
IsSameImage(const LabelType * a, const LabelType * b)
{
  return std::equal(a->GetBufferPointer(), a->GetBufferPointer() + pixels, b->GetBufferPointer());
}

/** Pixels that are background on one side only, or whose label in `b` is not that of the first pixel of the same label
 * in `a`. */
std::size_t
CountOneWay(const LabelType * a, const LabelType * b)
{
  std::unordered_map<unsigned int, unsigned int> there;
  std::size_t                                    count = 0;
  for (std::size_t i = 0; i < pixels; ++i)
  {
    const unsigned int label = a->GetBufferPointer()[i];
    const unsigned int other = b->GetBufferPointer()[i];
    count += (label != 0) != (other != 0) || there.emplace(label, other).first->second != other ? 1 : 0;
  }
  return count;
}

std::size_t
CountOtherwiseParted(const LabelType * a, const LabelType * b)
{
  return std::max(CountOneWay(a, b), CountOneWay(b, a));
}

/** Labels other than 0. */
std::size_t
CountObjects(const LabelType * image)
{
  std::unordered_set<unsigned int> labels(image->GetBufferPointer(), image->GetBufferPointer() + pixels);
  return labels.size() - labels.count(0);
}

ComponentFilter::Pointer
MakeComponents(const Phantom & phantom)
{
  auto filter = ComponentFilter::New();
  filter->SetInput(phantom.Mask);
  filter->SetDevice("cpu");
  return filter;
}

void
CompareComponents(int pairs, const Phantom & phantom)
{
  const auto ours = MakeComponents(phantom);
  auto       itks = ItkComponentFilter::New();
  itks->SetInput(phantom.Mask);
  // Until neither asks the system for memory any more.
  for (int run = 0; run < 5; ++run)
  {
    Run(ours);
    Run(itks);
  }
  Row row{ "connected components", size, "itk::ConnectedComponent", {}, {}, false };
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(ours); }, [&] { Run(itks); });
  row.IsEqual = CountOtherwiseParted(ours->GetOutput(), itks->GetOutput()) == 0;
  itk::Benchmark::Write(row);

  auto relabel = ItkRelabelFilter::New();
  relabel->SetInput(itks->GetOutput());
  ours->SortByObjectSizeOn();
  Row bySize{ "components by size", size, "itk::ConnectedComponent, itk::RelabelComponent", {}, {}, false };
  itk::Benchmark::Alternate(
    bySize,
    pairs,
    [&] { Run(ours); },
    [&]
    {
      itks->Modified();
      Run(relabel);
    });
  bySize.IsEqual = IsSameImage(ours->GetOutput(), relabel->GetOutput()) &&
                   ours->GetSizeOfObjectsInPixels() == relabel->GetSizeOfObjectsInPixels();
  itk::Benchmark::Write(bySize);
}

WatershedFilter::Pointer
MakeWatershed(const Phantom & phantom)
{
  auto filter = WatershedFilter::New();
  filter->SetInput(phantom.Levels);
  filter->SetMarkerImage(phantom.Markers);
  filter->MarkWatershedLineOff();
  filter->SetDevice("cpu");
  return filter;
}

void
CompareWatershed(int pairs, const Phantom & phantom)
{
  const auto ours = MakeWatershed(phantom);
  auto       itks = ItkWatershedFilter::New();
  itks->SetInput(phantom.Levels);
  itks->SetMarkerImage(phantom.Markers);
  itks->MarkWatershedLineOff();
  Row row{ "marker watershed", size, "itk::MorphologicalWatershedFromMarkers", {}, {}, false };
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(ours); }, [&] { Run(itks); });
  row.IsEqual = IsSameImage(ours->GetOutput(), itks->GetOutput());
  itk::Benchmark::Write(row);
}

/** Seeds by a threshold, their components without small ones, and a flood of the whole image, cut to a mask. */
class ItkInstances
{
public:
  explicit ItkInstances(const ProbabilityType * probabilities)
  {
    using Threshold = itk::BinaryThresholdImageFilter<ProbabilityType, MaskType>;
    const auto above = [&](float threshold)
    {
      auto filter = Threshold::New();
      filter->SetInput(probabilities);
      filter->SetLowerThreshold(std::nextafter(threshold, 1.0f));
      filter->SetInsideValue(1);
      return filter;
    };
    const auto seeds = above(0.7f);
    const auto components = ItkComponentFilter::New();
    components->SetInput(seeds->GetOutput());
    const auto large = ItkRelabelFilter::New();
    large->SetInput(components->GetOutput());
    large->SetMinimumObjectSize(12);
    const auto levels = itk::ShiftScaleImageFilter<ProbabilityType, LevelType>::New();
    levels->SetInput(probabilities);
    levels->SetShift(-1.0 - 0.5 / 65534.0);
    levels->SetScale(-65534.0);
    const auto flood = ItkWatershedFilter::New();
    flood->SetInput(levels->GetOutput());
    flood->SetMarkerImage(large->GetOutput());
    flood->MarkWatershedLineOff();
    const auto mask = above(0.5f);
    m_Last = itk::MaskImageFilter<LabelType, MaskType>::New();
    m_Last->SetInput(flood->GetOutput());
    m_Last->SetMaskImage(mask->GetOutput());
    m_First = { seeds.GetPointer(), levels.GetPointer(), mask.GetPointer() };
    m_Others = { components.GetPointer(), large.GetPointer(), flood.GetPointer() };
  }

  const LabelType *
  Run()
  {
    for (const auto & filter : m_First)
    {
      filter->Modified();
    }
    m_Last->Update();
    return m_Last->GetOutput();
  }

private:
  std::vector<itk::ProcessObject::Pointer>           m_First;
  std::vector<itk::ProcessObject::Pointer>           m_Others;
  itk::MaskImageFilter<LabelType, MaskType>::Pointer m_Last;
};

/** The same objects where seeds have grown, and the same mask where parts without a seed are kept. */
bool
IsSameButForRounding(InstanceFilter * ours, const LabelType * expected)
{
  const auto grown = MakeImage<LabelType>();
  for (std::size_t i = 0; i < pixels; ++i)
  {
    grown->GetBufferPointer()[i] = ours->GetOutput()->GetBufferPointer()[i] != 0 ? expected->GetBufferPointer()[i] : 0;
  }
  // ITK computes levels in double.
  const bool isSame = CountOtherwiseParted(ours->GetOutput(), grown) * 1000 <= pixels &&
                      ours->GetNumberOfObjects() == CountObjects(expected);
  ours->KeepUnseededOn();
  ours->Update();
  const auto         isSameSide = [](unsigned int a, unsigned int b) { return (a != 0) == (b != 0); };
  const auto * const kept = ours->GetOutput()->GetBufferPointer();
  return isSame && std::equal(kept, kept + pixels, expected->GetBufferPointer(), isSameSide);
}

void
CompareInstances(int pairs, const Phantom & phantom)
{
  auto ours = InstanceFilter::New();
  ours->SetInput(phantom.Probabilities);
  ours->SetDevice("cpu");
  ours->KeepUnseededOff();
  ours->FillHolesOff();
  ItkInstances itks(phantom.Probabilities);
  Row          row{ "instances", size, "itk: thresholds, components, watershed, mask", {}, {}, false };
  itk::Benchmark::Alternate(
    row, pairs, [&] { Run(ours); }, [&] { itks.Run(); });
  row.IsEqual = IsSameButForRounding(ours, itks.Run());
  itk::Benchmark::Write(row);
}

/** For peers in Python: writes what they need and what this project gives, then runs `components` or `watershed` once
 * for each line that asks for it and answers with the seconds. */
int
Serve(const std::string & folder)
{
  const Phantom phantom = MakePhantom();
  const auto    components = MakeComponents(phantom);
  const auto    watershed = MakeWatershed(phantom);
  components->Update();
  watershed->Update();
  const auto write = [&](const char * name, const auto * image)
  {
    std::ofstream(folder + "/" + name, std::ios::binary)
      .write(reinterpret_cast<const char *>(image->GetBufferPointer()),
             static_cast<std::streamsize>(pixels * sizeof(*image->GetBufferPointer())));
  };
  write("mask.raw", phantom.Mask.GetPointer());
  write("levels.raw", phantom.Levels.GetPointer());
  write("markers.raw", phantom.Markers.GetPointer());
  write("components.raw", components->GetOutput());
  write("watershed.raw", watershed->GetOutput());
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);)
  {
    std::cout << itk::Benchmark::Seconds(
                   [&]
                   {
                     if (line == "components")
                     {
                       Run(components);
                     }
                     else
                     {
                       Run(watershed);
                     }
                   })
              << std::endl;
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
  const int     pairs = itk::Benchmark::GetPairs(argc, argv);
  const Phantom phantom = MakePhantom();
  CompareComponents(pairs, phantom);
  CompareWatershed(pairs, phantom);
  CompareInstances(pairs, phantom);
}
