// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

/** What a network must beat, and what it can reach at most: a global threshold, Canny's edges, and the truth itself seen
 * through the steps that turn a network's output into objects. */

#include "CannyFloor.h"
#include "NucleiImages.h"
#include "itkErrorSentence.h"
#include "itkImageLabelPairs.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkPngIntegrity.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkTorchConnectedComponentImageFilter.h"
#include "itkTorchRuntime.h"

#include "itkImageFileReader.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace
{
using Nuclei::AsTensor;
using Nuclei::FloatType;
using Nuclei::LabelType;

struct Options
{
  std::string      Pairs;
  std::vector<int> Folds;
  bool             SkipCanny{ false };
  unsigned int     EveryNth{ 10 };
};

/** An image of the same grid, each pixel made of one of `from`. */
template <typename TOutput, typename TInput, typename TFunction>
typename TOutput::Pointer
Map(const TInput * from, const TFunction & function)
{
  auto to = TOutput::New();
  to->CopyInformation(from);
  to->SetRegions(from->GetBufferedRegion());
  to->Allocate();
  const auto pixels = from->GetBufferedRegion().GetNumberOfPixels();
  std::transform(from->GetBufferPointer(), from->GetBufferPointer() + pixels, to->GetBufferPointer(), function);
  return to;
}

LabelType::Pointer
Components(const LabelType * mask)
{
  auto components = itk::TorchConnectedComponentImageFilter<LabelType, LabelType>::New();
  components->SetInput(mask);
  components->Update();
  return components->GetOutput();
}

itk::SegmentationScores
Evaluate(const LabelType * prediction, const LabelType * truth)
{
  auto evaluation = itk::SegmentationEvaluationImageFilter<LabelType>::New();
  evaluation->SetInput(prediction);
  evaluation->SetTruth(truth);
  evaluation->SetEvaluateBoundary(false);
  evaluation->SetEvaluateSurface(false);
  evaluation->Update();
  return evaluation->GetScores();
}

/** Probabilities of a network that is never wrong and, as the U-Net paper teaches it, leaves out the pixels of an object that
 * touch another one, at a face or a corner; those it holds for likely. */
FloatType::Pointer
PerfectProbabilities(const LabelType * truth)
{
  auto       probabilities = Map<FloatType>(truth, [](unsigned short label) { return label == 0 ? 0.0f : 1.0f; });
  const auto size = truth->GetBufferedRegion().GetSize();
  const auto width = static_cast<int>(size[0]);
  const auto height = static_cast<int>(size[1]);
  const auto at = [&](int x, int y) { return truth->GetBufferPointer()[y * width + x]; };
  for (int y = 0; y < height; ++y)
  {
    for (int x = 0; x < width; ++x)
    {
      bool isTouching = false;
      for (int v = std::max(0, y - 1); v <= std::min(height - 1, y + 1); ++v)
      {
        for (int u = std::max(0, x - 1); u <= std::min(width - 1, x + 1); ++u)
        {
          isTouching = isTouching || (at(u, v) != 0 && at(u, v) != at(x, y));
        }
      }
      if (at(x, y) != 0 && isTouching)
      {
        probabilities->GetBufferPointer()[y * width + x] = 0.6f;
      }
    }
  }
  return probabilities;
}

LabelType::Pointer
Regrow(const FloatType * probabilities)
{
  auto instances = itk::InstanceSegmentationImageFilter<FloatType, LabelType>::New();
  instances->SetInput(probabilities);
  instances->SetSeedThreshold(0.8);
  instances->SetMaskThreshold(0.5);
  instances->SetMinimumSeedSize(0);
  instances->SetLandscape(itk::InstanceLandscape::SeedDistance);
  instances->SetFillHoles(false);
  instances->Update();
  return instances->GetOutput();
}

struct Row
{
  const char *              Name;
  itk::SegmentationScoreSet Scores;
};

/** Mean Dice, IoU, mAP and F1; average precision of all objects together. */
void
PrintTable(const std::vector<Row> & rows)
{
  std::printf("%-36s %7s %7s %7s %7s %7s %7s %7s\n", "", "Dice", "IoU", "mAP", "F1@.7", "AP@.5", "AP@.7", "AP@.9");
  for (const auto & row : rows)
  {
    std::printf("%-36s", row.Name);
    for (const char * const name : { "Dice", "IntersectionOverUnion", "KaggleMeanAveragePrecision", "InstanceF1At70" })
    {
      std::printf(" %7.3f", row.Scores.GetMean(itk::SegmentationMetric::Get(name)));
    }
    for (const char * const name :
         { "KaggleAveragePrecision50", "KaggleAveragePrecision70", "KaggleAveragePrecision90" })
    {
      std::printf(" %7.3f", row.Scores.GetPooled(itk::SegmentationMetric::Get(name)));
    }
    std::printf("\n");
  }
}

void
PrintCanny(const CannyFloor & canny, std::size_t images)
{
  const auto result = canny.GetResult();
  const auto print = [](const char * name, const CannyFloor::Numbers & numbers, const char * format)
  {
    std::printf("%-36s", name);
    for (const double number : numbers)
    {
      std::printf(format, number);
    }
    std::printf("\n");
  };
  std::printf(
    "\n%-36s %7s %7s %7s\n", ("boundary F, " + std::to_string(images) + " images").c_str(), "1 px", "2 px", "3 px");
  print("Otsu outline, mean F", result.Otsu, " %7.3f");
  print("Canny, one threshold for all, mean F", result.Ods, " %7.3f");
  print("the same, all pixels together", result.OdsPooled, " %7.3f");
  print("Canny, best for each image, mean F", result.Ois, " %7.3f");
  print("  variance for all", result.OdsVariance, " %7.1f");
  print("  upper threshold for all", result.OdsThreshold, " %7.1f");
  print("  variance for each image", result.OisVariance, " %7.1f");
}

void
Run(const Options & options)
{
  auto       pairs = itk::ReadImageLabelPairs(options.Pairs);
  const auto isLeftOut = [&options](const itk::ImageLabelPair & pair)
  {
    return !options.Folds.empty() &&
           std::find(options.Folds.begin(), options.Folds.end(), pair.Fold) == options.Folds.end();
  };
  pairs.erase(std::remove_if(pairs.begin(), pairs.end(), isLeftOut), pairs.end());
  if (pairs.empty())
  {
    itkGenericExceptionMacro(<< options.Pairs << " has no pair of these folds.");
  }
  std::vector<Row> rows{ { "Otsu threshold, components", {} },
                         { "perfect mask, components", {} },
                         { "touching pixels removed, components", {} },
                         { "the same, regrown into the mask", {} } };
  CannyFloor       canny;
  std::size_t      cannyImages = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i)
  {
    itk::VerifyImageFile(pairs[i].Image);
    itk::VerifyImageFile(pairs[i].Label);
    const auto                image = itk::ReadImage<Nuclei::ImageType>(pairs[i].Image);
    const auto                truth = itk::ReadImage<LabelType>(pairs[i].Label);
    const Nuclei::OtsuObjects otsu(image);
    auto                      otsuScores = Evaluate(otsu.Objects, truth);
    // Specks are no objects, but count as pixels.
    otsuScores.Overlap = Evaluate(otsu.Mask, truth).Overlap;
    const auto probabilities = PerfectProbabilities(truth);
    const auto add = [&](Row & row, const LabelType * labels)
    { row.Scores.Add(pairs[i].Image, Evaluate(labels, truth)); };
    rows[0].Scores.Add(pairs[i].Image, otsuScores);
    add(rows[1], Components(Map<LabelType>(truth.GetPointer(), [](unsigned short label) { return label != 0; })));
    add(rows[2], Components(Map<LabelType>(probabilities.GetPointer(), [](float p) { return p > 0.8f; })));
    add(rows[3], Regrow(probabilities));
    if (!options.SkipCanny && i % options.EveryNth == 0)
    {
      const auto luminance = Nuclei::MakeLuminance(image);
      const auto otsuParts = Components(otsu.Mask);
      canny.Add(AsTensor(luminance.GetPointer()), AsTensor(otsuParts.GetPointer()), AsTensor(truth.GetPointer()));
      ++cannyImages;
    }
  }
  std::printf("%zu images\n", pairs.size());
  PrintTable(rows);
  if (cannyImages > 0)
  {
    PrintCanny(canny, cannyImages);
  }
}
} // namespace

int
main(int argc, char ** argv)
{
  Options  options;
  CLI::App app{
    "Prints what a network must beat and what it can reach: a global Otsu threshold, Canny's edges, and the truth "
    "itself without separation and regrown. Exit status: 0 done, 1 unreadable data, 2 arguments."
  };
  app.add_option("pairs", options.Pairs, "table with the columns image, label, fold")->required();
  app.add_option("--folds", options.Folds, "only these folds, such as 8,9; default: all")
    ->delimiter(',')
    ->allow_extra_args(false);
  app.add_flag("--skip-canny", options.SkipCanny, "leave out the edges");
  app.add_option("--every", options.EveryNth, "edges of every so manyth image")
    ->check(CLI::Range(1, 1'000'000))
    ->capture_default_str();
  try
  {
    app.parse(argc, argv);
    itk::TorchRuntime::KeepFreedMemory();
    Run(options);
    return EXIT_SUCCESS;
  }
  catch (const CLI::ParseError & error)
  {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  catch (const std::exception & error)
  {
    std::cerr << "Floors: " << itk::ErrorSentence(error) << std::endl;
    return EXIT_FAILURE;
  }
}
