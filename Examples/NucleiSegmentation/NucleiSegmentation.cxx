// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

/** Trains a U-Net on microscope images of nuclei, segments images that it has not seen, and scores it beside a
 * threshold and Canny's edges: readers → training → model file → resampling → network → resampling back → watershed →
 * writer → table and picture. */

#include "CannyBaseline.h"
#include "itkComparisonSheet.h"
#include "itkSegmentationMetric.h"
#include "NucleiImages.h"
#include "NucleiScores.h"
#include "itkCannyComparisonImageFilter.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkErrorSentence.h"
#include "itkImageLabelPairs.h"
#include "itkInstanceParameterFile.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkLabelImageReader.h"
#include "itkTorchRuntime.h"
#include "itkTorchWarningEvent.h"
#include "itkTrainingOptions.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetTrainingImageFilter.h"
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"
#include "itkCastImageFilter.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace
{
namespace fs = std::filesystem;
using Nuclei::AsTensor;
using Nuclei::ImageType;
using Nuclei::IsTestFold;
using Nuclei::IsTrainingFold;
using Nuclei::LabelType;
using ProbabilityType = Nuclei::FloatType;

struct Options
{
  std::string                         Pairs;
  std::string                         Output;
  std::string                         Model;
  std::string                         Device{ "auto" };
  unsigned int                        Threads{ 0 };
  unsigned int                        Rows{ 0 };
  itk::UNetTrainingParameters         Training;
  bool                                ColorsAreLabels{ false };
  itk::UNetSpecification              Specification;
  itk::InstanceSegmentationParameters Objects;
};

void
Train(const Options & options, const std::vector<itk::ImageLabelPair> & pairs, const std::string & modelFile)
{
  auto data = itk::UNetTrainingData::New();
  data->SetColorsAreLabels(options.ColorsAreLabels);
  std::string shownImage;
  for (const auto & pair : pairs)
  {
    if (IsTrainingFold(pair.Fold))
    {
      data->AddPairOfFiles(pair.Image, pair.Label);
    }
    shownImage = IsTestFold(pair.Fold) && shownImage.empty() ? pair.Image : shownImage;
  }
  auto reader = itk::VerifiedImageReader<ImageType>::New();
  reader->SetFileName(shownImage.empty() ? pairs.front().Image : shownImage);
  auto train = itk::UNetTrainingImageFilter<ImageType, ProbabilityType>::New();
  train->SetInput(reader->GetOutput());
  train->SetTrainingData(data);
  train->SetSpecification(options.Specification);
  train->SetParameters(options.Training);
  train->SetClassNames({ "background", "nucleus" });
  train->SetDevice(options.Device);
  auto writer = itk::UNetModelWriter::New();
  writer->SetInput(train->GetModel());
  writer->SetFileName(modelFile);
  std::cerr << "Training on " << data->GetNumberOfPairs() << " images with "
            << options.Specification.GetNumberOfParameters() << " parameters" << std::endl;
  const itk::ConsoleProgress progress(train,
                                      "Training",
                                      [&train]
                                      {
                                        const auto & history = train->GetHistory();
                                        return history.empty() ? std::string()
                                                               : "loss " + std::to_string(history.back().Loss);
                                      });
  writer->Update();
}

/** Whether item `index` of `count` is one of `wanted` that are spread evenly; 0 wants all. */
bool
IsShown(std::size_t index, std::size_t count, std::size_t wanted)
{
  return wanted == 0 || wanted >= count || index * wanted / count != (index + 1) * wanted / count;
}

LabelType::Pointer
FindObjects(ProbabilityType *                   probabilities,
            itk::InstanceSegmentationParameters parameters,
            itk::InstanceSeparation             separation)
{
  parameters.Separation = separation;
  auto objects = itk::InstanceSegmentationImageFilter<ProbabilityType, LabelType>::New();
  objects->SetInput(probabilities);
  objects->SetParameters(parameters);
  objects->Update();
  return objects->GetOutput();
}

/** Canny's variance and threshold that find the outlines of the training images best, at 2 pixels: chosen without the
 * test images, as the network's weights are. */
itk::CannyEdgeDetectionParameters
ChooseCanny(const std::vector<itk::ImageLabelPair> & pairs)
{
  constexpr std::size_t            mostImages = 24;
  std::vector<itk::ImageLabelPair> training;
  std::copy_if(pairs.begin(),
               pairs.end(),
               std::back_inserter(training),
               [](const auto & pair) { return IsTrainingFold(pair.Fold); });
  CannyBaseline        canny;
  itk::ConsoleProgress progress("Choosing Canny's threshold");
  for (std::size_t i = 0; i < training.size(); ++i)
  {
    if (IsShown(i, training.size(), mostImages))
    {
      const auto                image = itk::ReadVerifiedImage<ImageType>(training[i].Image);
      const auto                truth = itk::ReadLabelsAs<LabelType>(training[i].Label);
      const auto                luminance = Nuclei::MakeLuminance(image);
      const Nuclei::OtsuObjects otsu(image);
      canny.Add(AsTensor(luminance.GetPointer()), AsTensor(otsu.Objects.GetPointer()), AsTensor(truth.GetPointer()));
    }
    progress.Show(static_cast<double>(i + 1) / static_cast<double>(training.size()));
  }
  constexpr std::size_t             twoPixels = 1;
  const auto                        result = canny.GetResult();
  itk::CannyEdgeDetectionParameters parameters;
  parameters.Variance = { result.OdsVariance[twoPixels] };
  parameters.UpperThreshold = result.OdsThreshold[twoPixels];
  parameters.LowerThreshold = 0.4 * parameters.UpperThreshold;
  if (result.Ods[twoPixels] == 0.0)
  {
    std::cerr << "There is no training image for choosing Canny's parameters: using variance 2 and Otsu's method."
              << std::endl;
    parameters.Variance = { 2.0 };
    parameters.ThresholdRule = itk::CannyThresholdRule::Otsu;
  }
  return parameters;
}

NucleiScores::Score
Evaluate(LabelType * prediction, LabelType * truth)
{
  NucleiScores::Score score{ Nuclei::EvaluateObjects(prediction, truth), {}, true };
  const auto          outlines = itk::CompareBoundaries(itk::PixelSet::FromOutline(AsTensor(prediction), {}, false),
                                               itk::PixelSet::FromOutline(AsTensor(truth), {}, false),
                                               { 1.0, 1.0 },
                                               { 1.0, 2.0, 3.0 },
                                               itk::BoundaryMatching::WithinTolerance);
  for (std::size_t t = 0; t < score.BoundaryF.size(); ++t)
  {
    score.BoundaryF[t] = outlines.Counts[t].F();
  }
  return score;
}

std::string
FormatText(const char * format, double a, double b = 0.0)
{
  char text[96];
  std::snprintf(text, sizeof(text), format, a, b);
  return text;
}

using ComparisonType = itk::CannyComparisonImageFilter<ProbabilityType, LabelType>;

/** Canny beside the network on one image. */
ComparisonType::Pointer
CompareWithCanny(ImageType *                               image,
                 LabelType *                               segmentation,
                 LabelType *                               truth,
                 const itk::CannyEdgeDetectionParameters & canny)
{
  auto comparison = ComparisonType::New();
  comparison->SetInput(Nuclei::MakeLuminance(image));
  comparison->SetSegmentation(segmentation);
  comparison->SetTruth(truth);
  comparison->SetCannyParameters(canny);
  comparison->Update();
  return comparison;
}

template <typename TImage>
LabelType::Pointer
AsLabels(TImage * image)
{
  auto cast = itk::CastImageFilter<TImage, LabelType>::New();
  cast->SetInput(image);
  cast->Update();
  return cast->GetOutput();
}

void
AddSheetRow(itk::ComparisonSheet &      sheet,
            const std::string &         name,
            ImageType *                 image,
            LabelType *                 truth,
            LabelType *                 segmentation,
            ComparisonType *            comparison,
            const NucleiScores::Score & network)
{
  const auto edges = AsLabels(comparison->GetEdges());
  const auto dice = network.Objects.Overlap.Dice();
  const auto precision = itk::MeanAveragePrecision(network.Objects.Kaggle);
  sheet.AddRow(
    image,
    { nullptr, truth, segmentation, edges, nullptr },
    { name,
      FormatText("%.0f nuclei", itk::SegmentationMetric::Get("TrueObjects").Value(network.Objects)),
      FormatText("Dice %.3f, mAP %.3f, ", dice, precision) + FormatText("outline F %.3f", network.BoundaryF[1]),
      FormatText("outline F %.3f", comparison->GetCannyF()[1]),
      FormatText("F of Canny against U-Net %.3f", comparison->GetAgreementF()[1]) },
    { nullptr, nullptr, nullptr, nullptr, AsLabels(comparison->GetOutput()) });
}

void
SegmentAndScore(const Options & options, const std::vector<itk::ImageLabelPair> & pairs, const std::string & modelFile)
{
  auto modelReader = itk::UNetModelReader::New();
  modelReader->SetFileName(modelFile);
  modelReader->Update();
  auto network = itk::UNetInferenceImageFilter<ImageType, itk::Image<float, 2>>::New();
  network->SetModel(modelReader->GetOutput());
  std::string shown;
  network->AddObserver(itk::TorchWarningEvent(),
                       [&shown](const itk::EventObject & event) {
                         std::cerr << shown << ": " << dynamic_cast<const itk::TorchWarningEvent &>(event).GetMessage()
                                   << std::endl;
                       });
  network->SetDevice(options.Device);
  const auto           canny = ChooseCanny(pairs);
  itk::ComparisonSheet sheet;
  NucleiScores         scores({ "U-Net + watershed", "U-Net + components", "Otsu + components", "Canny" });
  const auto           numberOfTests = static_cast<std::size_t>(
    std::count_if(pairs.begin(), pairs.end(), [](const auto & pair) { return IsTestFold(pair.Fold); }));
  sheet.SetColumns({ "Image", "Truth", "U-Net", "Canny", "Yellow: both, magenta: Canny only, cyan: U-Net only" });
  fs::create_directories(fs::path(options.Output) / "labels");
  for (const auto & pair : pairs)
  {
    if (!IsTestFold(pair.Fold))
    {
      continue;
    }
    const auto image = itk::ReadVerifiedImage<ImageType>(pair.Image);
    const auto truth = itk::ReadLabelsAs<LabelType>(pair.Label);
    shown = fs::path(pair.Image).filename().string();
    network->SetInput(image);
    network->UpdateLargestPossibleRegion();
    const itk::Image<float, 2>::Pointer probabilities = network->GetOutput();
    probabilities->DisconnectPipeline();
    const auto        segmentation = FindObjects(probabilities, options.Objects, itk::InstanceSeparation::Watershed);
    const auto        components = FindObjects(probabilities, options.Objects, itk::InstanceSeparation::None);
    const auto        comparison = CompareWithCanny(image, segmentation, truth, canny);
    const std::string name = fs::path(pair.Image).stem().string();
    itk::WriteImageFile(segmentation.GetPointer(), (fs::path(options.Output) / "labels" / (name + ".png")).string());

    NucleiScores::Score cannyScore{ {}, {}, false };
    std::copy_n(comparison->GetCannyF().begin(), cannyScore.BoundaryF.size(), cannyScore.BoundaryF.begin());
    const auto networkScore = Evaluate(segmentation, truth);
    if (IsShown(scores.GetNumberOfImages(), numberOfTests, options.Rows))
    {
      AddSheetRow(sheet, name, image, truth, segmentation, comparison, networkScore);
    }
    const Nuclei::OtsuObjects otsu(image);
    auto                      otsuScore = Evaluate(otsu.Objects, truth);
    // Specks are no objects, but count as pixels.
    otsuScore.Objects.Overlap = Nuclei::EvaluateObjects(otsu.Mask, truth).Overlap;
    scores.Add(name, { networkScore, Evaluate(components, truth), otsuScore, cannyScore });
  }
  scores.Print();
  scores.Write((fs::path(options.Output) / "scores.csv").string());
  sheet.Write((fs::path(options.Output) / "comparison.png").string());
  std::printf("Mean Dice over %zu test images: U-Net %.3f, Otsu %.3f\n",
              scores.GetNumberOfImages(),
              scores.GetMean(0, "Dice"),
              scores.GetMean(2, "Dice"));
  std::printf("Written to %s: model, labels/, scores.csv, comparison.png\n", options.Output.c_str());
}
} // namespace

int
main(int argc, char * argv[])
{
  Options options;
  options.Specification.BaseFilters = 16;
  options.Training.Epochs = 24;
  options.Training.CropSize = 128;
  options.Training.CropsPerImage = 4;
  options.Training.LearningRate = 2e-3;
  // Smaller ones are no nuclei: Caicedo et al., Cytometry A 95, 2019.
  options.Objects.MinimumObjectSize = 16;

  CLI::App app("Trains a U-Net on folds 0 to 6 of a set of nuclei and scores it on folds 8 and 9.");
  app.add_option("pairs", options.Pairs, "CSV file with the columns image, label, fold.")->required();
  app.add_option("-o,--output", options.Output, "Folder for the results.")->required();
  app.add_option("-m,--model", options.Model, "Use this model and do not train.");
  app.add_option("--rows", options.Rows, "Test images in the picture, spread evenly; 0 for all.")
    ->capture_default_str();
  app
    .add_option_function<std::string>(
      "--objects",
      [&options](const std::string & fileName) { options.Objects = itk::ReadInstanceParameters(fileName); },
      "File written by itktorch tune: parameters for making objects from probabilities.")
    ->type_name("FILE");
  itk::AddDeviceOptions(app, options.Device, options.Threads);
  itk::AddTrainingOptions(app, options.Training, options.ColorsAreLabels);
  itk::AddParameterOptions(app, options.Specification, "Network");
  try
  {
    app.parse(argc, argv);
    itk::TorchRuntime::KeepFreedMemory();
    itk::TorchRuntime::SetNumberOfThreads(options.Threads);
    const auto pairs = itk::ReadImageLabelPairs(options.Pairs);
    if (std::none_of(pairs.begin(), pairs.end(), [](const auto & pair) { return IsTestFold(pair.Fold); }))
    {
      itkGenericExceptionMacro(<< options.Pairs
                               << ": there must be at least 1 test pair (folds 8 and 9), but there are 0.");
    }
    fs::create_directories(options.Output);
    std::string modelFile = options.Model;
    if (modelFile.empty())
    {
      modelFile = (fs::path(options.Output) / "nuclei.safetensors").string();
      Train(options, pairs, modelFile);
    }
    SegmentAndScore(options, pairs, modelFile);
  }
  catch (const CLI::ParseError & error)
  {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  catch (const std::exception & error)
  {
    std::cerr << "NucleiSegmentation: " << itk::ErrorSentence(error) << std::endl;
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
