// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

/** What a network must beat, and what it can reach at most: a global threshold, Canny's edges, and the truth itself
 * seen through the steps that turn a network's output into objects. */

#include "CannyBaseline.h"
#include "NucleiImages.h"
#include "ObjectBaselines.h"
#include "itkConsoleProgress.h"
#include "itkSegmentationMetric.h"
#include "itkErrorSentence.h"
#include "itkImageLabelPairs.h"
#include "itkVerifiedImageReader.h"
#include "itkTorchRuntime.h"
#include "itkWriteImageFile.h"

#include "itkLabelImageReader.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

namespace
{
using Nuclei::AsTensor;
using Nuclei::LabelType;

struct Options
{
  std::string      Pairs;
  std::vector<int> Folds;
  std::string      OtsuFolder;
  bool             SkipCanny{ false };
  unsigned int     EveryNth{ 10 };
};

/** Mean Dice, IoU, mAP and F1; average precision of all objects together. */
void
PrintTable(const std::vector<ObjectBaselines::Row> & rows)
{
  std::printf("%-36s %7s %7s %7s %7s %7s %7s %7s\n", "", "Dice", "IoU", "mAP", "F1@.7", "AP@.5", "AP@.7", "AP@.9");
  for (const auto & row : rows)
  {
    std::printf("%-36s", row.Name.c_str());
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
PrintCanny(const CannyBaseline & canny, std::size_t images)
{
  const auto result = canny.GetResult();
  const auto print = [](const char * name, const CannyBaseline::Numbers & numbers, const char * format)
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
  if (!options.OtsuFolder.empty())
  {
    std::filesystem::create_directories(options.OtsuFolder);
  }
  ObjectBaselines objects;
  CannyBaseline   canny;
  std::size_t     cannyImages = 0;
  auto            progress = std::make_unique<itk::ConsoleProgress>("Baselines");
  for (std::size_t i = 0; i < pairs.size(); ++i)
  {
    const auto image = itk::ReadVerifiedImage<Nuclei::ImageType>(pairs[i].Image);
    const auto truth = itk::ReadLabelsAs<LabelType>(pairs[i].Label);
    objects.Add(pairs[i].Image, image, truth);
    if (!options.OtsuFolder.empty())
    {
      const auto name = std::filesystem::path(pairs[i].Label).filename();
      itk::WriteImageFile(Nuclei::OtsuObjects(image).Objects.GetPointer(),
                          (std::filesystem::path(options.OtsuFolder) / name).string());
    }
    if (!options.SkipCanny && i % options.EveryNth == 0)
    {
      const auto luminance = Nuclei::MakeLuminance(image);
      const auto otsu = Nuclei::FindComponents(Nuclei::OtsuObjects(image).Mask);
      canny.Add(AsTensor(luminance.GetPointer()), AsTensor(otsu.GetPointer()), AsTensor(truth.GetPointer()));
      ++cannyImages;
    }
    progress->Show(static_cast<double>(i + 1) / static_cast<double>(pairs.size()));
  }
  progress.reset();
  std::printf("%zu images\n", pairs.size());
  PrintTable(objects.GetRows());
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
    "Prints baselines and upper bounds for a network: a global Otsu threshold, Canny edges, and the truth itself, "
    "without separation and regrown. Exit status: 0 done, 1 unreadable data, 2 wrong arguments."
  };
  app.add_option("pairs", options.Pairs, "table with the columns image, label, fold")->required();
  app.add_option("--folds", options.Folds, "only these folds, such as 8,9; default: all")
    ->delimiter(',')
    ->allow_extra_args(false);
  app.add_option(
    "--otsu", options.OtsuFolder, "folder to write the objects of Otsu's threshold to, named as the labels");
  app.add_flag("--skip-canny", options.SkipCanny, "skip the edges");
  app.add_option("--every", options.EveryNth, "detect edges in every n-th image only")
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
    std::cerr << "Baselines: " << itk::ErrorSentence(error) << std::endl;
    return EXIT_FAILURE;
  }
}
