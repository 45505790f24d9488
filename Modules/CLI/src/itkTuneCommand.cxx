// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkSegmentationScoreSet.h"
#include "itkAtomicFileWrite.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkImageGrid.h"
#include "itkImageLabelPairs.h"
#include "itkInstanceParameterFile.h"
#include "itkParameterGrid.h"
#include "itkReadLabelFile.h"
#include "itkSegmentationEvaluation.h"
#include "itkTorchImageGeometry.h"
#include "itkTorchRuntime.h"
#include "itkUNetModelReader.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkVerifiedImageReader.h"
#include "itkVectorImage.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <limits>
#include <memory>

namespace itk
{
namespace
{
struct TuneOptions
{
  std::string                    Pairs;
  std::string                    Model;
  std::string                    Output;
  std::string                    Device{ "auto" };
  std::string                    Metric{ "KaggleMeanAveragePrecision" };
  std::vector<int>               Folds;
  std::vector<std::string>       Grid{ "MaskThreshold=0.3,0.4,0.5,0.6",
                                 "SeedThreshold=0.5,0.6,0.7,0.8,0.9",
                                 "MinimumSeedSize=4,12,24",
                                 "MinimumObjectSize=0,16,32" };
  InstanceSegmentationParameters Parameters;
  unsigned int                   Threads{ 0 };
  double                         GridTolerance{ defaultGridTolerance };
  bool                           AreColors{ false };
};

/** An image's probabilities, which are computed once, and its true labels. */
template <unsigned int VDimension>
struct TuningImage
{
  typename Image<float, VDimension>::Pointer   Probabilities;
  typename LabelImageType<VDimension>::Pointer Truth;
};

template <typename TImage>
TorchTensor
AsTensor(TImage * image)
{
  return TorchTensor::FromPixels(image->GetBufferPointer(),
                                 GetTorchComponentType<typename TImage::PixelType>(),
                                 GetTorchSize(image->GetBufferedRegion()),
                                 1);
}

template <unsigned int VDimension>
std::vector<TuningImage<VDimension>>
ComputeProbabilities(const TuneOptions & options, const std::vector<ImageLabelPair> & pairs, UNetModel * model)
{
  using ImageType = VectorImage<float, VDimension>;
  auto network = UNetInferenceImageFilter<ImageType, Image<float, VDimension>>::New();
  network->SetModel(model);
  network->SetDevice(options.Device);
  std::vector<TuningImage<VDimension>> images;
  ConsoleProgress                      progress("Probabilities");
  for (const auto & pair : pairs)
  {
    auto reader = VerifiedImageReader<ImageType>::New();
    reader->SetFileName(pair.Image);
    reader->Update();
    for (const std::string & note : reader->GetInformation().Notes)
    {
      progress.Say("itktorch: " + pair.Image + ": " + note);
    }
    network->SetInput(reader->GetOutput());
    network->UpdateLargestPossibleRegion();
    const typename Image<float, VDimension>::Pointer probabilities = network->GetOutput();
    probabilities->DisconnectPipeline();
    const auto labels = ReadLabelFile<VDimension>(pair.Label, options.AreColors, true);
    MatchGrid<VDimension>(probabilities, pair.Image, labels, pair.Label, options.GridTolerance);
    images.push_back({ probabilities, labels });
    progress.Show(static_cast<double>(images.size()) / static_cast<double>(pairs.size()));
  }
  return images;
}

template <unsigned int VDimension>
double
Score(const std::vector<TuningImage<VDimension>> & images,
      const InstanceSegmentationParameters &       parameters,
      const SegmentationMetric &                   metric)
{
  SegmentationEvaluationParameters evaluation;
  evaluation.EvaluateBoundary = metric.IsOfBoundary();
  evaluation.EvaluateSurface = metric.IsOfSurface();
  std::vector<SegmentationScores> found(images.size());
  TorchRuntime::ForEach(
    images.size(),
    [&](std::size_t i)
    {
      const auto spacing = GetTorchSpacing(images[i].Probabilities.GetPointer());
      const auto objects = InstanceSegmentation::Compute(
        AsTensor(images[i].Probabilities.GetPointer()), spacing, parameters, TorchComponentType::Int32, [](double) {});
      const auto truth = AsTensor(images[i].Truth.GetPointer());
      found[i] = SegmentationEvaluation::Compute(objects.Labels, truth, spacing, evaluation).Scores;
    });
  SegmentationScoreSet scores;
  for (auto & score : found)
  {
    scores.Add("", std::move(score));
  }
  // An infinite distance is as bad as can be, not left out.
  const bool isFinite = scores.GetNumberOfFiniteValues(metric) == images.size();
  return isFinite ? scores.GetMean(metric) : std::numeric_limits<double>::infinity();
}

struct Trial
{
  double                         Score;
  InstanceSegmentationParameters Parameters;
};

void
PrintTrial(const ParameterGrid & grid, const char * name, const Trial & trial)
{
  std::printf("%-24s %8.4f", name, trial.Score);
  for (const auto & value : grid.GetValues(trial.Parameters))
  {
    std::printf(" %18s", value.c_str());
  }
  std::printf("\n");
}

std::vector<Trial>
Sorted(std::vector<Trial> trials, bool isLargestBest)
{
  // Of equal ones the first, so that the result does not depend on the sorting.
  std::stable_sort(trials.begin(),
                   trials.end(),
                   [=](const Trial & a, const Trial & b)
                   { return isLargestBest ? a.Score > b.Score : a.Score < b.Score; });
  return trials;
}

template <unsigned int VDimension>
void
Tune(const TuneOptions & options, const std::vector<ImageLabelPair> & pairs, UNetModel * model)
{
  const auto &        metric = SegmentationMetric::Get(options.Metric);
  const ParameterGrid grid(InstanceSegmentationParameters::Describe(), options.Grid);
  const auto          images = ComputeProbabilities<VDimension>(options, pairs, model);
  const auto          score = [&](InstanceSegmentationParameters parameters, InstanceSeparation separation) -> Trial
  {
    parameters.Separation = separation;
    return { Score<VDimension>(images, parameters, metric), parameters };
  };
  std::vector<Trial> trials;
  auto               progress = std::make_unique<ConsoleProgress>("Tuning");
  for (std::size_t i = 0; i < grid.GetNumberOfPoints(); ++i)
  {
    InstanceSegmentationParameters parameters = options.Parameters;
    grid.SetPoint(i, parameters);
    trials.push_back({ Score<VDimension>(images, parameters, metric), parameters });
    progress->Show(static_cast<double>(i + 1) / static_cast<double>(grid.GetNumberOfPoints()));
  }
  progress.reset();
  trials = Sorted(std::move(trials), metric.What != SegmentationMetric::Kind::Distance);
  std::printf("%-24s %8s", ("mean over " + std::to_string(images.size()) + " images").c_str(), "score");
  for (const auto & name : grid.GetNames())
  {
    std::printf(" %18s", name.c_str());
  }
  std::printf("\n");
  PrintTrial(grid, "given, no separation", score(options.Parameters, InstanceSeparation::None));
  PrintTrial(grid, "given", score(options.Parameters, options.Parameters.Separation));
  for (std::size_t i = 0; i < std::min<std::size_t>(5, trials.size()); ++i)
  {
    PrintTrial(grid, i == 0 ? "best" : "", trials[i]);
  }
  const nlohmann::ordered_json report{
    { "Metric", metric.Name }, { "Score", trials.front().Score }, { "Images", images.size() }, { "Grid", options.Grid }
  };
  WriteInstanceParameters(options.Output, trials.front().Parameters, report.dump());
}

void
Run(const TuneOptions & options)
{
  TorchRuntime::KeepFreedMemory();
  TorchRuntime::SetNumberOfThreads(options.Threads);
  VerifyFileCanBeWritten(options.Output);
  const auto & metric = SegmentationMetric::Get(options.Metric);
  if (metric.What == SegmentationMetric::Kind::Count)
  {
    itkGenericExceptionMacro("Metric must be a ratio or a distance, but " << metric.Name << " is a count.");
  }
  const ParameterGrid grid(InstanceSegmentationParameters::Describe(), options.Grid);
  for (std::size_t i = 0; i < grid.GetNumberOfPoints(); ++i)
  {
    InstanceSegmentationParameters parameters = options.Parameters;
    grid.SetPoint(i, parameters);
  }
  auto                     pairs = ReadImageLabelPairs(options.Pairs);
  std::vector<std::string> inputs{ options.Pairs, options.Model };
  for (const auto & pair : pairs)
  {
    inputs.insert(inputs.end(), { pair.Image, pair.Label });
  }
  VerifyOutputsAreNoInputs({ options.Output }, inputs);
  const auto isLeftOut = [&options](const ImageLabelPair & pair)
  {
    return !options.Folds.empty() &&
           std::find(options.Folds.begin(), options.Folds.end(), pair.Fold) == options.Folds.end();
  };
  pairs.erase(std::remove_if(pairs.begin(), pairs.end(), isLeftOut), pairs.end());
  if (pairs.empty())
  {
    itkGenericExceptionMacro(<< options.Pairs
                             << ": there must be at least 1 pair of the chosen folds, but there are 0.");
  }
  auto reader = UNetModelReader::New();
  reader->SetFileName(options.Model);
  reader->Update();
  auto * const model = reader->GetOutput();
  if (model->GetSpecification().Classes > 2)
  {
    itkGenericExceptionMacro("Model must have 1 or 2 classes for this command, but has "
                             << model->GetSpecification().Classes << '.');
  }
  model->GetSpecification().Dimension == 3 ? Tune<3>(options, pairs, model) : Tune<2>(options, pairs, model);
}

void
AddTuneCommand(CLI::App & command)
{
  auto options = std::make_shared<TuneOptions>();
  command.add_option("pairs", options->Pairs, "CSV file with the columns image, label and (optional) fold.")
    ->required();
  command.add_option("-m,--model", options->Model, "Model file (.safetensors).")->required();
  command
    .add_option("-o,--output", options->Output, "File to write (.json): the best parameters, for segment --objects.")
    ->required();
  command.add_option("--folds", options->Folds, "Folds to tune on, such as 7. Default: all.")->delimiter(',');
  command
    .add_option("--grid",
                options->Grid,
                "Values to try for a parameter below: Name=v1,v2,… (repeatable). All combinations are tried.")
    ->type_name("NAME=VALUES")
    ->capture_default_str();
  command
    .add_option("--metric", options->Metric, "Metric whose mean over images is optimized; a column of evaluate --csv.")
    ->capture_default_str();
  AddLabelsOption(command, options->AreColors);
  AddGridToleranceOption(command, options->GridTolerance);
  AddDeviceOptions(command, options->Device, options->Threads);
  AddParameterOptions(command, options->Parameters, "Objects");
  command.callback([options] { Run(*options); });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("tune", itk::AddTuneCommand);
