// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

/** What a network must beat: one threshold on intensity for each class, the best one of the training volumes, and no
 * structure at all. Writes label files that `itktorch evaluate` scores. */

#include "itkErrorSentence.h"
#include "itkImageLabelPairs.h"
#include "itkLabelImageReader.h"
#include "itkWriteImageFile.h"


#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace
{
namespace fs = std::filesystem;

using ImageType = itk::Image<float, 3>;
using LabelType = itk::Image<unsigned char, 3>;

constexpr int trainingFold = 0;
constexpr int testFold = 2;
constexpr int classes = 2;
constexpr int levels = 64;

/** Scanners' units differ, so intensities are counted in levels between each volume's 1st and 99th percentile. */
std::vector<int>
GetLevels(const ImageType * image)
{
  const float * const pixels = image->GetBufferPointer();
  std::vector<float>  sorted(pixels, pixels + image->GetBufferedRegion().GetNumberOfPixels());
  std::sort(sorted.begin(), sorted.end());
  const auto       last = static_cast<double>(sorted.size() - 1);
  const float      low = sorted[static_cast<std::size_t>(0.01 * last)];
  const float      high = std::max(sorted[static_cast<std::size_t>(0.99 * last)], low + 1e-6f);
  std::vector<int> numbers;
  for (std::size_t i = 0; i < sorted.size(); ++i)
  {
    const float part = std::clamp((pixels[i] - low) / (high - low), 0.0f, 1.0f);
    numbers.push_back(std::min(levels - 1, static_cast<int>(part * levels)));
  }
  return numbers;
}

/** All from a level on, or all below it. */
struct Threshold
{
  int  Level{ 0 };
  bool IsAbove{ true };

  bool
  Contains(int level) const
  {
    return (level >= Level) == IsAbove;
  }
};

/** The levels of one volume: of all pixels, and of those of a class. */
struct Histogram
{
  std::array<double, levels> All{};
  std::array<double, levels> OfClass{};

  double
  Dice(const Threshold & threshold) const
  {
    double both = 0.0;
    double sum = 0.0;
    for (int level = 0; level < levels; ++level)
    {
      const auto at = static_cast<std::size_t>(level);
      both += threshold.Contains(level) ? OfClass[at] : 0.0;
      sum += OfClass[at] + (threshold.Contains(level) ? All[at] : 0.0);
    }
    return sum > 0.0 ? 2.0 * both / sum : 1.0;
  }
};

double
MeanDice(const std::vector<Histogram> & volumes, const Threshold & threshold)
{
  double sum = 0.0;
  for (const auto & volume : volumes)
  {
    sum += volume.Dice(threshold);
  }
  return sum / static_cast<double>(volumes.size());
}

Threshold
FindBest(const std::vector<Histogram> & volumes)
{
  Threshold best;
  for (int level = 0; level <= levels; ++level)
  {
    for (const bool isAbove : { true, false })
    {
      const Threshold threshold{ level, isAbove };
      best = MeanDice(volumes, threshold) > MeanDice(volumes, best) ? threshold : best;
    }
  }
  return best;
}

std::array<std::vector<Histogram>, classes>
CountLevels(const std::vector<itk::ImageLabelPair> & pairs)
{
  std::array<std::vector<Histogram>, classes> histograms;
  for (const auto & pair : pairs)
  {
    if (pair.Fold != trainingFold)
    {
      continue;
    }
    const auto numbers = GetLevels(itk::ReadVerifiedImage<ImageType>(pair.Image));
    const auto labels = itk::ReadLabelsAs<LabelType>(pair.Label);
    for (unsigned int c = 0; c < classes; ++c)
    {
      Histogram histogram;
      for (std::size_t i = 0; i < numbers.size(); ++i)
      {
        histogram.All[static_cast<std::size_t>(numbers[i])] += 1.0;
        histogram.OfClass[static_cast<std::size_t>(numbers[i])] += labels->GetBufferPointer()[i] == c + 1 ? 1.0 : 0.0;
      }
      histograms[c].push_back(histogram);
    }
  }
  return histograms;
}

/** \param label of the pixels that the threshold contains */
void
Write(const itk::ImageLabelPair & pair, const Threshold & threshold, int label, const fs::path & folder)
{
  const auto image = itk::ReadVerifiedImage<ImageType>(pair.Image);
  const auto numbers = GetLevels(image);
  auto       labels = LabelType::New();
  labels->CopyInformation(image);
  labels->SetRegions(image->GetBufferedRegion());
  labels->Allocate();
  std::transform(numbers.begin(),
                 numbers.end(),
                 labels->GetBufferPointer(),
                 [&](int level) { return static_cast<unsigned char>(threshold.Contains(level) ? label : 0); });
  fs::create_directories(folder);
  itk::WriteImageFile(labels.GetPointer(), (folder / fs::path(pair.Image).filename()).string());
}
} // namespace

int
main(int argc, char * argv[])
{
  if (argc != 3)
  {
    std::cerr << "Usage: HippocampusBaselines pairs.csv FOLDER\nWrites FOLDER/background, FOLDER/threshold-1 and "
                 "FOLDER/threshold-2 for fold "
              << testFold << "; the thresholds are those of fold " << trainingFold << '.' << std::endl;
    return 2;
  }
  try
  {
    const auto     pairs = itk::ReadImageLabelPairs(argv[1]);
    const auto     histograms = CountLevels(pairs);
    const fs::path folder = argv[2];
    for (int c = 0; c < classes; ++c)
    {
      const auto & volumes = histograms[static_cast<std::size_t>(c)];
      const auto   best = FindBest(volumes);
      std::printf("class %d: %s %.2f of the range, mean Dice %.3f on %zu training volumes\n",
                  c + 1,
                  best.IsAbove ? "above" : "below",
                  static_cast<double>(best.Level) / levels,
                  MeanDice(volumes, best),
                  volumes.size());
      for (const auto & pair : pairs)
      {
        if (pair.Fold == testFold)
        {
          Write(pair, best, c + 1, folder / ("threshold-" + std::to_string(c + 1)));
          Write(pair, best, 0, folder / "background");
        }
      }
    }
  }
  catch (const std::exception & error)
  {
    std::cerr << "HippocampusBaselines: " << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
  return 0;
}
