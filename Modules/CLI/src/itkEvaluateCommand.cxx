// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCommands.h"
#include "itkAtomicFileWrite.h"
#include "itkPngIntegrity.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkImageFileReader.h"
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

struct EvaluateOptions
{
  std::string Prediction;
  std::string Truth;
  std::string Csv;
};

struct Row
{
  std::string         Name;
  SegmentationOverlap Overlap;
};

SegmentationOverlap
Compare(const std::string & prediction, const std::string & truth)
{
  // 3D holds 2D files as well: one slice.
  using LabelType = Image<std::int64_t, 3>;
  VerifyImageFile(prediction);
  VerifyImageFile(truth);
  auto predictionReader = ImageFileReader<LabelType>::New();
  predictionReader->SetFileName(prediction);
  auto truthReader = ImageFileReader<LabelType>::New();
  truthReader->SetFileName(truth);
  auto evaluation = SegmentationEvaluationImageFilter<LabelType>::New();
  evaluation->SetInput(predictionReader->GetOutput());
  evaluation->SetTruth(truthReader->GetOutput());
  evaluation->Update();
  return evaluation->GetOverlap();
}

std::map<std::string, std::string>
FilesByStem(const std::string & folder)
{
  std::map<std::string, std::string> files;
  for (const auto & entry : fs::directory_iterator(folder))
  {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name[0] != '.')
    {
      const fs::path path = entry.path().extension() == ".gz" ? entry.path().stem() : entry.path().filename();
      const auto [found, isNew] = files.emplace(path.stem().string(), entry.path().string());
      if (!isNew)
      {
        itkGenericExceptionMacro(<< folder << " must hold one image of each name, but holds " << found->second
                                 << " and " << entry.path().string() << '.');
      }
    }
  }
  return files;
}

std::vector<Row>
CompareFolders(const EvaluateOptions & options)
{
  const auto       predictions = FilesByStem(options.Prediction);
  const auto       truths = FilesByStem(options.Truth);
  std::vector<Row> rows;
  std::string      missing;
  for (const auto & [stem, file] : predictions)
  {
    if (truths.count(stem) == 0)
    {
      missing += (missing.empty() ? "" : ", ") + file;
    }
  }
  if (!missing.empty() || predictions.empty())
  {
    itkGenericExceptionMacro(<< options.Truth << " must hold an image for each of " << options.Prediction
                             << ", but has none for " << (predictions.empty() ? "an empty folder" : missing) << '.');
  }
  if (truths.size() > predictions.size())
  {
    std::cerr << "itktorch: " << truths.size() - predictions.size() << " of " << truths.size() << " images in "
              << options.Truth << " have no prediction and are not counted." << std::endl;
  }
  for (const auto & [stem, file] : predictions)
  {
    rows.push_back({ stem, Compare(file, truths.at(stem)) });
  }
  return rows;
}

void
Run(const EvaluateOptions & options)
{
  const bool  areFolders = fs::is_directory(options.Prediction) && fs::is_directory(options.Truth);
  const auto  rows = areFolders ? CompareFolders(options)
                                : std::vector<Row>{ { fs::path(options.Prediction).stem().string(),
                                                      Compare(options.Prediction, options.Truth) } };
  std::string csv = "image,dice,iou,precision,recall\n";
  double      sums[4] = {};
  std::printf("%-24s %8s %8s %10s %8s\n", "image", "Dice", "IoU", "precision", "recall");
  for (const auto & row : rows)
  {
    const double values[4] = {
      row.Overlap.Dice(), row.Overlap.IntersectionOverUnion(), row.Overlap.Precision(), row.Overlap.Recall()
    };
    std::printf("%-24s %8.4f %8.4f %10.4f %8.4f\n", row.Name.c_str(), values[0], values[1], values[2], values[3]);
    char line[128];
    std::snprintf(line, sizeof(line), ",%.6f,%.6f,%.6f,%.6f\n", values[0], values[1], values[2], values[3]);
    csv += row.Name + line;
    for (int i = 0; i < 4; ++i)
    {
      sums[i] += values[i] / static_cast<double>(rows.size());
    }
  }
  if (rows.size() > 1)
  {
    std::printf("%-24s %8.4f %8.4f %10.4f %8.4f\n", "mean over images", sums[0], sums[1], sums[2], sums[3]);
  }
  if (!options.Csv.empty())
  {
    AtomicFileWrite(options.Csv, csv);
  }
}
} // namespace

void
AddEvaluateCommand(CLI::App & app)
{
  auto             options = std::make_shared<EvaluateOptions>();
  CLI::App * const command = app.add_subcommand(
    "evaluate", "Dice, IoU, precision and recall of segmentations (any label but 0) against the truth.");
  command->add_option("prediction", options->Prediction, "Label image, or a folder of them.")
    ->required()
    ->check(CLI::ExistingPath);
  command->add_option("truth", options->Truth, "True label image, or a folder with the same file names.")
    ->required()
    ->check(CLI::ExistingPath);
  command->add_option("--csv", options->Csv, "File for the table.");
  command->callback([options] { Run(*options); });
}
} // namespace itk
