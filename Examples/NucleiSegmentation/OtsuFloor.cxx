// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkErrorSentence.h"
#include "itkImageLabelPairs.h"
#include "itkOtsuFloorImageFilter.h"
#include "itkPngIntegrity.h"
#include "itkSegmentationEvaluationImageFilter.h"

#include "itkImageFileReader.h"
#include "itkRGBPixel.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace
{
using ColorImage = itk::Image<itk::RGBPixel<unsigned char>, 2>;
using MaskImage = itk::Image<unsigned char, 2>;
using LabelImage = itk::Image<unsigned short, 2>;

itk::SegmentationOverlap
OverlapOfFloor(const itk::ImageLabelPair & pair)
{
  itk::VerifyImageFile(pair.Image);
  itk::VerifyImageFile(pair.Label);
  auto floor = itk::OtsuFloorImageFilter<ColorImage, MaskImage>::New();
  floor->SetInput(itk::ReadImage<ColorImage>(pair.Image));
  auto evaluation = itk::SegmentationEvaluationImageFilter<MaskImage, LabelImage>::New();
  evaluation->SetInput(floor->GetOutput());
  evaluation->SetTruth(itk::ReadImage<LabelImage>(pair.Label));
  evaluation->Update();
  return evaluation->GetOverlap();
}

void
PrintFloor(const std::vector<itk::ImageLabelPair> & pairs)
{
  double dice = 0;
  double intersectionOverUnion = 0;
  double precision = 0;
  double recall = 0;
  for (const auto & pair : pairs)
  {
    const auto overlap = OverlapOfFloor(pair);
    dice += overlap.Dice();
    intersectionOverUnion += overlap.IntersectionOverUnion();
    precision += overlap.Precision();
    recall += overlap.Recall();
  }
  const auto images = static_cast<double>(pairs.size());
  std::cout << std::fixed << std::setprecision(3) << "images: " << pairs.size() << ", mean Dice: " << dice / images
            << ", mean IoU: " << intersectionOverUnion / images << ", mean precision: " << precision / images
            << ", mean recall: " << recall / images << std::endl;
}
} // namespace

int
main(int argc, char ** argv)
{
  std::string      file;
  std::vector<int> folds;
  CLI::App app{ "Prints how well a global Otsu threshold segments the images: the floor for a network. Exit status: "
                "0 done, 1 unreadable data, 2 arguments." };
  app.add_option("pairs", file, "table with the columns image, label, fold")->required();
  app.add_option("--folds", folds, "only these folds, such as 8,9; default: all")
    ->delimiter(',')
    ->allow_extra_args(false);
  try
  {
    app.parse(argc, argv);
  }
  catch (const CLI::ParseError & error)
  {
    return app.exit(error) == 0 ? 0 : 2;
  }

  try
  {
    auto       pairs = itk::ReadImageLabelPairs(file);
    const auto isLeftOut = [&folds](const itk::ImageLabelPair & pair)
    { return !folds.empty() && std::find(folds.begin(), folds.end(), pair.Fold) == folds.end(); };
    pairs.erase(std::remove_if(pairs.begin(), pairs.end(), isLeftOut), pairs.end());
    if (pairs.empty())
    {
      std::cerr << "Error: " << file << " has no pair of these folds." << std::endl;
      return 1;
    }
    PrintFloor(pairs);
    return 0;
  }
  catch (const std::exception & error)
  {
    std::cerr << "Error: " << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
}
