// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkSegmentationScoreSet.h"
#include "itkAtomicFileWrite.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkImageGrid.h"
#include "itkImageLabelPairs.h"
#include "itkImageSegmenter.h"
#include "itkInstanceParameterFile.h"
#include "itkModelFolder.h"
#include "itkParameterGrid.h"
#include "itkReadLabelFile.h"
#include "itkSegmentationEvaluation.h"
#include "itkTorchImage.h"
#include "itkTorchImageGeometry.h"
#include "itkTorchRuntime.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkTorchParameterText.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkVerifiedImageReader.h"
#include "itkVectorImage.h"
#include <nlohmann/json.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <numeric>

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
  UNetModelCard                  Card;
  bool                           UsesHalfPrecision{ false };

  bool
  WritesModel() const
  {
    return std::filesystem::path(Output).extension() == ".safetensors";
  }
};

/** An image's probabilities, which are computed once, and its true labels. */
struct TuningImage
{
  /** Of what Channels stands for. */
  TorchTensor         Probabilities;
  TorchTensor         Truth;
  std::vector<double> Spacing;
};

template <typename TImage>
TorchTensor
AsTensor(TImage * image)
{
  return GetTorchTensor(image, image->GetBufferedRegion(), TorchDevice::CPU()).Clone();
}

template <unsigned int VDimension>
typename VectorImage<float, VDimension>::Pointer
ReadImage(const std::string & fileName, ConsoleProgress & progress)
{
  auto reader = VerifiedImageReader<VectorImage<float, VDimension>>::New();
  reader->SetFileName(fileName);
  reader->Update();
  for (const std::string & note : reader->GetInformation().Notes)
  {
    progress.Say("itktorch: " + fileName + ": " + note);
  }
  return reader->GetOutput();
}

/** \tparam TProbabilities Image of the foreground's or VectorImage of all classes' */
template <typename TProbabilities>
std::vector<TuningImage>
ComputeProbabilities(const TuneOptions & options, const std::vector<ImageLabelPair> & pairs, UNetModel * model)
{
  constexpr unsigned int dimension = TProbabilities::ImageDimension;
  auto                   network = UNetInferenceImageFilter<VectorImage<float, dimension>, TProbabilities>::New();
  network->SetModel(model);
  network->SetDevice(options.Device);
  network->SetPrecision(UNetPrecision::Float32);
  network->SetConvolution(UNetConvolution::Direct);
  std::vector<TuningImage> images;
  ConsoleProgress          progress("Probabilities");
  for (const auto & pair : pairs)
  {
    network->SetInput(ReadImage<dimension>(pair.Image, progress));
    network->UpdateLargestPossibleRegion();
    TProbabilities * const probabilities = network->GetOutput();
    const auto             labels = ReadLabelFile<dimension>(pair.Label, options.AreColors, true);
    MatchGrid<dimension>(probabilities, pair.Image, labels, pair.Label, options.GridTolerance);
    images.push_back({ AsTensor(probabilities), AsTensor(labels.GetPointer()), GetTorchSpacing(probabilities) });
    progress.Show(static_cast<double>(images.size()) / static_cast<double>(pairs.size()));
  }
  return images;
}

/** Labels of the images by each computation, compared with those by direct convolution in float32. */
template <unsigned int VDimension>
std::vector<UNetModelCard::PermittedComputation>
CompareComputations(const TuneOptions &                 options,
                    const std::vector<ImageLabelPair> & pairs,
                    UNetModel *                         model,
                    double                              threshold)
{
  using LabelType = Image<std::uint16_t, VDimension>;
  std::vector<UNetModelCard::PermittedComputation> computations{
    { { UNetPrecision::Float32, UNetConvolution::Direct } },
    { { UNetPrecision::Float32, UNetConvolution::Winograd } },
    { { UNetPrecision::BFloat16, UNetConvolution::Direct } },
    { { UNetPrecision::BFloat16, UNetConvolution::Winograd } }
  };
  if (TorchDevice(options.Device).Resolve().GetKind() == TorchDevice::Kind::CUDA)
  {
    computations.push_back({ { UNetPrecision::Float16, UNetConvolution::Direct } });
  }
  auto network = UNetInferenceImageFilter<VectorImage<float, VDimension>, LabelType>::New();
  network->SetModel(model);
  network->SetDevice(options.Device);
  network->SetThreshold(threshold);
  double          pixels = 0.0;
  std::size_t     ended = 0;
  ConsoleProgress progress("Comparing precisions");
  for (const auto & pair : pairs)
  {
    network->SetInput(ReadImage<VDimension>(pair.Image, progress));
    typename LabelType::Pointer expected;
    for (auto & [computation, equal] : computations)
    {
      network->SetPrecision(computation.Precision);
      network->SetConvolution(computation.Convolution);
      network->UpdateLargestPossibleRegion();
      const typename LabelType::Pointer labels = network->GetOutput();
      labels->DisconnectPipeline();
      expected = expected ? expected : labels;
      const auto * const first = expected->GetBufferPointer();
      const auto         count = expected->GetBufferedRegion().GetNumberOfPixels();
      equal += std::inner_product(
        first, first + count, labels->GetBufferPointer(), 0.0, std::plus<>(), [](auto a, auto b) { return a == b; });
    }
    pixels += static_cast<double>(expected->GetBufferedRegion().GetNumberOfPixels());
    progress.Show(static_cast<double>(++ended) / static_cast<double>(pairs.size()));
  }
  computations.erase(computations.begin());
  for (auto & each : computations)
  {
    each.EqualPixels /= pixels;
  }
  return computations;
}

double
Score(const std::vector<TuningImage> &       images,
      const InstanceSegmentationParameters & parameters,
      const SegmentationMetric &             metric)
{
  SegmentationEvaluationParameters evaluation;
  evaluation.EvaluateBoundary = metric.IsOfBoundary();
  evaluation.EvaluateSurface = metric.IsOfSurface();
  std::vector<SegmentationScores> found(images.size());
  TorchRuntime::ForEach(
    images.size(),
    [&](std::size_t i)
    {
      const auto objects = InstanceSegmentation::Compute(
        images[i].Probabilities, images[i].Spacing, parameters, TorchComponentType::Int32, [](double) {});
      found[i] = SegmentationEvaluation::Compute(objects.Labels, images[i].Truth, images[i].Spacing, evaluation).Scores;
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

/** Prints the best trials and the given parameters. */
Trial
Tune(const TuneOptions & options, const std::vector<TuningImage> & images)
{
  const auto &        metric = SegmentationMetric::Get(options.Metric);
  const ParameterGrid grid(InstanceSegmentationParameters::Describe(), options.Grid);
  const auto          score = [&](InstanceSegmentationParameters parameters, InstanceSeparation separation) -> Trial
  {
    parameters.Separation = separation;
    return { Score(images, parameters, metric), parameters };
  };
  std::vector<Trial> trials;
  auto               progress = std::make_unique<ConsoleProgress>("Tuning");
  for (std::size_t i = 0; i < grid.GetNumberOfPoints(); ++i)
  {
    InstanceSegmentationParameters parameters = options.Parameters;
    grid.SetPoint(i, parameters);
    trials.push_back({ Score(images, parameters, metric), parameters });
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
  return trials.front();
}

/** Writes the model with a card. */
template <unsigned int VDimension>
void
WriteModel(const TuneOptions &                 options,
           const std::vector<ImageLabelPair> & pairs,
           UNetModel *                         model,
           const Trial &                       best)
{
  const auto computations = CompareComputations<VDimension>(options, pairs, model, best.Parameters.MaskThreshold);
  std::printf("%-24s %12s\n", "computation", "equal pixels");
  UNetModelCard card = options.Card;
  for (const auto & [computation, equal] : computations)
  {
    const std::string name =
      GetEnumerationText(computation.Precision) + std::string(" ") + GetEnumerationText(computation.Convolution);
    const bool isPermitted = equal >= UNetModelCard::LeastEqualPixels;
    std::printf("%-24s %11.4f%% %s\n", name.c_str(), 100.0 * equal, isPermitted ? "permitted" : "");
    if (isPermitted)
    {
      card.Permitted.push_back({ computation, equal });
    }
  }
  card.ObjectParameters = WriteParameters(best.Parameters);
  model->SetCard(card);
  auto writer = UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(options.Output);
  writer->SetUseHalfPrecision(options.UsesHalfPrecision);
  writer->Update();
}

template <unsigned int VDimension>
void
TuneModel(const TuneOptions & options, const std::vector<ImageLabelPair> & pairs, UNetModel * model)
{
  const auto  images = options.Parameters.Channels == InstanceChannels::Foreground
                         ? ComputeProbabilities<Image<float, VDimension>>(options, pairs, model)
                         : ComputeProbabilities<VectorImage<float, VDimension>>(options, pairs, model);
  const Trial best = Tune(options, images);
  if (options.WritesModel())
  {
    WriteModel<VDimension>(options, pairs, model, best);
    return;
  }
  const nlohmann::ordered_json report{
    { "Metric", options.Metric }, { "Score", best.Score }, { "Images", images.size() }, { "Grid", options.Grid }
  };
  WriteInstanceParameters(options.Output, best.Parameters, report.dump());
}

void
Run(TuneOptions options, const CLI::App & command)
{
  TorchRuntime::KeepFreedMemory();
  TorchRuntime::SetNumberOfThreads(options.Threads);
  VerifyFileCanBeWritten(options.Output);
  for (const char * const name : { "--name", "--domain", "--license", "--half-precision" })
  {
    if (command.count(name) > 0 && !options.WritesModel())
    {
      throw CLI::ValidationError(name, "the output must be a model (.safetensors), but is " + options.Output + '.');
    }
  }
  options.Model = FindModelFile(options.Model);
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
  const auto & specification = model->GetSpecification();
  if (command.count("--channels") == 0)
  {
    options.Parameters.Channels = GetInstanceParameters(*model).Channels;
  }
  SegmentationSettings settings;
  settings.Objects = options.Parameters;
  if (!settings.GivesObjects(specification))
  {
    itkGenericExceptionMacro("Model must have 1 or 2 classes, or Channels for its classes, but has "
                             << specification.Classes << '.');
  }
  settings.FitTo(specification);
  if (options.UsesHalfPrecision)
  {
    model->RoundWeightsToHalfPrecision();
  }
  specification.Dimension == 3 ? TuneModel<3>(options, pairs, model) : TuneModel<2>(options, pairs, model);
}

void
AddTuneCommand(CLI::App & command)
{
  auto options = std::make_shared<TuneOptions>();
  command.add_option("pairs", options->Pairs, "CSV file with the columns image, label and (optional) fold.")
    ->required();
  command
    .add_option(
      "-m,--model", options->Model, "Model file (.safetensors), or the name of a model that comes with this program.")
    ->required();
  command
    .add_option("-o,--output",
                options->Output,
                "File to write: the best parameters, for segment --objects (.json), or the model with a card that "
                "holds them, the number types that are as good as float32, and what follows (.safetensors).")
    ->required();
  const std::string card = "Card";
  command.add_option("--name", options->Card.Name, "Name of the model, such as nuclei.")->group(card);
  command.add_option("--domain", options->Card.Domain, "The images that the model is for, in a sentence.")->group(card);
  command.add_option("--license", options->Card.License, "License of the weights, such as CC0-1.0.")->group(card);
  command
    .add_flag("--half-precision", options->UsesHalfPrecision, "Write weights as float16, in a file of half the size.")
    ->group(card);
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
  command.callback([options, &command] { Run(*options, command); });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("tune", itk::AddTuneCommand);
