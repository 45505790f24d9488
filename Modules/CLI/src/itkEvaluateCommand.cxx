// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkSegmentationScoreSet.h"
#include "itkAtomicFileWrite.h"
#include "itkClassNames.h"
#include "itkCommandLineParameters.h"
#include "itkCommandLineValidator.h"
#include "itkDicomSeries.h"
#include "itkErrorSentence.h"
#include "itkEvaluationReport.h"
#include "itkImageFolder.h"
#include "itkImageGrid.h"
#include "itkReadLabelFile.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkTorchRuntime.h"
#include "itkUNetModelReader.h"
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
  std::string                      Prediction;
  std::string                      Truth;
  std::string                      Csv;
  std::string                      Json;
  std::string                      Model;
  SegmentationEvaluationParameters Parameters;
  EvaluationReport::Options        Report;
  unsigned int                     Threads{ 0 };
  double                           GridTolerance{ defaultGridTolerance };
  bool                             AreColors{ false };
};

/** Predicted and true file of an image, by its name. */
using PairsType = std::map<std::string, std::pair<std::string, std::string>>;

template <unsigned int VDimension>
SegmentationScores
CompareImages(const std::string & prediction, const std::string & truth, const EvaluateOptions & options)
{
  using LabelType = LabelImageType<VDimension>;
  const auto read = [&options](const std::string & fileName)
  {
    const auto labels =
      ReadLabelFile<VDimension>(fileName, options.AreColors, options.Parameters.Labels == LabelMeaning::Objects);
    const auto begin = labels->GetBufferPointer();
    options.Report.Classes.VerifyLabels(begin, begin + labels->GetBufferedRegion().GetNumberOfPixels(), fileName);
    return labels;
  };
  const auto predicted = read(prediction);
  const auto trueLabels = read(truth);
  MatchGrid<VDimension>(trueLabels, truth, predicted, prediction, options.GridTolerance);
  auto evaluation = SegmentationEvaluationImageFilter<LabelType>::New();
  evaluation->SetInput(predicted);
  evaluation->SetTruth(trueLabels);
  evaluation->SetParameters(options.Parameters);
  evaluation->Update();
  return evaluation->GetScores();
}

SegmentationScores
Compare(const std::string & prediction, const std::string & truth, const EvaluateOptions & options)
{
  const unsigned int dimension = GetLabelFileDimension(prediction, options.AreColors);
  const unsigned int trueDimension = GetLabelFileDimension(truth, options.AreColors);
  if (dimension != trueDimension)
  {
    itkGenericExceptionMacro(<< prediction << " and " << truth << " must have the same dimension, but have "
                             << dimension << " and " << trueDimension << '.');
  }
  try
  {
    return dimension == 2 ? CompareImages<2>(prediction, truth, options) : CompareImages<3>(prediction, truth, options);
  }
  catch (const std::exception & error)
  {
    const std::string sentence = ErrorSentence(error);
    const bool        namesFile = sentence.find(prediction) == 0 || sentence.find(truth) == 0;
    itkGenericExceptionMacro(<< (namesFile ? "" : prediction + ": ") << sentence);
  }
}

/** "folder/brain.nii.gz" → "brain". */
std::string
GetStem(const std::string & fileName)
{
  const std::string name = fs::path(fileName).filename().string();
  return name.substr(0, name.size() - GetImageEnding(name).size());
}

std::map<std::string, std::string>
FilesByStem(const std::string & folder)
{
  std::map<std::string, std::string> files;
  for (const std::string & image : ListImages(folder))
  {
    const auto [found, isNew] = files.emplace(GetStem(image), image);
    if (!isNew)
    {
      itkGenericExceptionMacro(<< folder << " must hold one image of each name, but holds " << found->second << " and "
                               << image << '.');
    }
  }
  return files;
}

/** A folder whose DICOM files are the slices of one volume is an image. */
bool
IsFolderOfImages(const std::string & name)
{
  if (!IsFolder(name))
  {
    return false;
  }
  const auto series = FindDicomSeries(name);
  return series.size() != 1 || series.front().Files.size() == 1;
}

/** \param missing true images without a prediction */
PairsType
FindPairs(const EvaluateOptions & options, std::size_t & missing)
{
  for (const std::string & name : { options.Prediction, options.Truth })
  {
    if (!IsFolder(name))
    {
      VerifyImageFile(name);
    }
  }
  const bool areFolders = IsFolderOfImages(options.Prediction);
  if (areFolders != IsFolderOfImages(options.Truth))
  {
    itkGenericExceptionMacro(<< options.Prediction << " and " << options.Truth
                             << " must be two files or two folders, but one is a folder.");
  }
  if (!areFolders)
  {
    return { { GetStem(options.Prediction), { options.Prediction, options.Truth } } };
  }
  const auto  predictions = FilesByStem(options.Prediction);
  const auto  truths = FilesByStem(options.Truth);
  PairsType   pairs;
  std::string absent;
  for (const auto & [stem, file] : predictions)
  {
    const auto truth = truths.find(stem);
    if (truth == truths.end())
    {
      absent += (absent.empty() ? "" : ", ") + file;
      continue;
    }
    pairs[stem] = { file, truth->second };
  }
  if (predictions.empty())
  {
    itkGenericExceptionMacro(<< options.Prediction << " must hold images in formats that can be read, but holds none.");
  }
  if (!absent.empty())
  {
    itkGenericExceptionMacro(<< options.Truth << " must hold an image for each of " << options.Prediction
                             << ", but has none for " << absent << '.');
  }
  missing = truths.size() - predictions.size();
  if (missing > 0)
  {
    std::cerr << "itktorch: " << missing << " of " << truths.size() << " images in " << options.Truth
              << " have no prediction and are not counted." << std::endl;
  }
  return pairs;
}

void
Run(const EvaluateOptions & options)
{
  TorchRuntime::KeepFreedMemory();
  TorchRuntime::SetNumberOfThreads(options.Threads);
  for (const auto & fileName : { options.Csv, options.Json })
  {
    if (!fileName.empty())
    {
      VerifyFileCanBeWritten(fileName);
    }
  }
  SegmentationScoreSet      scores;
  EvaluationReport::Options reportOptions = options.Report;
  const PairsType           pairs = FindPairs(options, reportOptions.MissingPredictions);
  std::vector<std::string>  inputs{ options.Model };
  for (const auto & [name, files] : pairs)
  {
    inputs.insert(inputs.end(), { files.first, files.second });
  }
  VerifyOutputsAreNoInputs({ options.Csv, options.Json }, inputs);
  for (const auto & [name, files] : pairs)
  {
    scores.Add(name, Compare(files.first, files.second, options));
  }
  const EvaluationReport report(scores, options.Parameters, reportOptions);
  report.PrintTable(stdout);
  if (!options.Csv.empty())
  {
    AtomicFileWrite(options.Csv, report.ToCsv());
  }
  if (!options.Json.empty())
  {
    AtomicFileWrite(options.Json, report.ToJson());
  }
}
/** Labels of a model, and those that have names, are classes. */
void
ChooseClasses(EvaluateOptions & options, const CLI::App & command)
{
  for (const char * const name : { "--class-names", "--model" })
  {
    if (command.count(name) > 0)
    {
      if (command.count("--labels") > 0 && options.Parameters.Labels != LabelMeaning::Classes)
      {
        throw CLI::ValidationError(name, "Labels must be classes, but is objects.");
      }
      options.Parameters.Labels = LabelMeaning::Classes;
    }
  }
  if (!options.Model.empty())
  {
    auto reader = UNetModelReader::New();
    reader->SetFileName(options.Model);
    reader->UpdateOutputInformation();
    options.Report.Classes = ClassNames::FromModel(*reader->GetOutput());
  }
}

void
AddClassOptions(CLI::App & command, EvaluateOptions & options)
{
  const std::string group = "Classes";
  auto * const      names = command
                         .add_option_function<std::string>(
                           "--class-names",
                           [&options](const std::string & text) { options.Report.Classes = ClassNames::Parse(text); },
                           "Names of the classes whose numbers are the labels, beginning with 0, the background.")
                         ->type_name("NAMES")
                         ->check(MakeCommandLineValidator(ClassNames::Parse))
                         ->group(group);
  command.add_option("-m,--model", options.Model, "Model whose class numbers are the labels.")
    ->excludes(names)
    ->group(group);
}

void
AddEvaluateCommand(CLI::App & command)
{
  auto options = std::make_shared<EvaluateOptions>();
  command.add_option("prediction", options->Prediction, "Label image, or a folder of them.")->required();
  command.add_option("truth", options->Truth, "True label image, or a folder with the same file names.")->required();
  command.add_option("--csv", options->Csv, "File to write: every metric of every image.");
  command.add_option("--json", options->Json, "File to write: the same with definitions, means and intervals.");
  command
    .add_option(
      "--resamples", options->Report.Resamples, "Number of bootstrap samples of the images for the intervals.")
    ->check(CLI::Range(1, 1'000'000))
    ->capture_default_str();
  command.add_option("--level", options->Report.Level, "Fraction of the bootstrap samples inside the intervals.")
    ->check(CLI::Range(0.01, 0.999))
    ->capture_default_str();
  command.add_option("--seed", options->Report.Seed, "Seed of the bootstrap samples.")->capture_default_str();
  AddGridToleranceOption(command, options->GridTolerance);
  command.add_option("--threads", options->Threads, "Number of threads; 0 for all processors.")->capture_default_str();
  AddLabelsOption(command, options->Parameters, "Evaluation", options->AreColors);
  AddParameterOptions(command, options->Parameters, "Evaluation", { "Labels" });
  AddClassOptions(command, *options);
  command.callback(
    [options, &command]
    {
      ChooseClasses(*options, command);
      Run(*options);
    });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("evaluate", itk::AddEvaluateCommand);
