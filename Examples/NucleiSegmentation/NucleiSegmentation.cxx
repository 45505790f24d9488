// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

/** Trains a U-Net on microscope images of nuclei, segments images that it has not seen, and scores it beside a
 * threshold: readers → training → model file → resampling → network → resampling back → threshold → connected
 * components → writer → table and picture. Everything but training and network is native ITK. */

#include "ComparisonSheet.h"
#include "itkAtomicFileWrite.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkErrorSentence.h"
#include "itkImageLabelPairs.h"
#include "itkInstanceMatching.h"
#include "itkOtsuFloorImageFilter.h"
#include "itkResampleOntoGrid.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkTorchRuntime.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTrainingImageFilter.h"
#include "itkWriteImage.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkConnectedComponentImageFilter.h"
#include "itkImageFileReader.h"
#include "itkRGBPixel.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <sstream>

namespace
{
namespace fs = std::filesystem;
using ImageType = itk::Image<itk::RGBPixel<unsigned char>, 2>;
using ProbabilityType = itk::Image<float, 2>;
using LabelType = itk::Image<unsigned short, 2>;

/** Fold 7 is left for choosing parameters. */
bool
IsTrainingFold(int fold)
{
  return fold <= 6;
}
bool
IsTestFold(int fold)
{
  return fold >= 8;
}

struct Options
{
  std::string                 Pairs;
  std::string                 Output;
  std::string                 Model;
  std::string                 Device{ "auto" };
  unsigned int                Threads{ 0 };
  unsigned int                Rows{ 0 };
  itk::UNetTrainingParameters Training;
  itk::UNetSpecification      Specification;
};

template <typename TImage>
typename itk::ImageFileReader<TImage>::Pointer
MakeReader(const std::string & fileName)
{
  auto reader = itk::ImageFileReader<TImage>::New();
  reader->SetFileName(fileName);
  return reader;
}

void
Train(const Options & options, const std::vector<itk::ImageLabelPair> & pairs, const std::string & modelFile)
{
  auto        data = itk::UNetTrainingData::New();
  std::string shownImage;
  for (const auto & pair : pairs)
  {
    if (IsTrainingFold(pair.Fold))
    {
      data->AddPairOfFiles(pair.Image, pair.Label);
    }
    shownImage = IsTestFold(pair.Fold) && shownImage.empty() ? pair.Image : shownImage;
  }
  const auto reader = MakeReader<ImageType>(shownImage.empty() ? pairs.front().Image : shownImage);
  auto       train = itk::UNetTrainingImageFilter<ImageType, ProbabilityType>::New();
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

/** Gives each connected part of the mask a label of its own. */
LabelType::Pointer
LabelObjects(LabelType * mask)
{
  auto components = itk::ConnectedComponentImageFilter<LabelType, LabelType>::New();
  components->SetInput(mask);
  components->Update();
  return components->GetOutput();
}

/** One network for all images: its weights are made ready once. */
class Segmenter
{
public:
  Segmenter(const std::string & modelFile, const Options & options)
  {
    m_Reader->SetFileName(modelFile);
    m_Reader->Update();
    m_Network->SetModel(m_Reader->GetOutput());
    m_Network->SetDevice(options.Device);
  }

  LabelType::Pointer
  Segment(ImageType * image)
  {
    const auto toModel = itk::ResampleToSpacing(image, m_Reader->GetOutput()->GetSpacing());
    m_Network->SetInput(toModel->GetOutput());
    const auto toImage = itk::ResampleOntoGrid(m_Network->GetOutput(), image);
    auto       threshold = itk::BinaryThresholdImageFilter<ProbabilityType, LabelType>::New();
    threshold->SetInput(toImage->GetOutput());
    threshold->SetLowerThreshold(0.5f);
    threshold->SetInsideValue(1);
    return LabelObjects(threshold->GetOutput());
  }

private:
  itk::UNetModelReader::Pointer                                      m_Reader{ itk::UNetModelReader::New() };
  itk::UNetInferenceImageFilter<ImageType, ProbabilityType>::Pointer m_Network{
    itk::UNetInferenceImageFilter<ImageType, ProbabilityType>::New()
  };
};

/** How well pixels and objects of one segmentation agree with the truth. */
struct Score
{
  itk::SegmentationOverlap Pixels;
  itk::InstanceCounts      Objects;
};

Score
Evaluate(const LabelType * prediction, const LabelType * truth)
{
  auto evaluation = itk::SegmentationEvaluationImageFilter<LabelType>::New();
  evaluation->SetInput(prediction);
  evaluation->SetTruth(truth);
  evaluation->Update();
  return { evaluation->GetOverlap(), itk::MatchInstances(prediction, truth).GetCounts(0.5) };
}

/** The numbers of one image, or their means: five of the network, five of the threshold. */
struct Row
{
  std::string Name;
  double      Values[10];
};

Row
MakeRow(const std::string & name, const Score & network, const Score & otsu)
{
  Row row{ name, {} };
  int column = 0;
  for (const auto & [pixels, objects] : { network, otsu })
  {
    for (const double value : { pixels.Dice(),
                                pixels.IntersectionOverUnion(),
                                pixels.Precision(),
                                pixels.Recall(),
                                objects.AveragePrecision() })
    {
      row.Values[column++] = value;
    }
  }
  return row;
}

void
PrintTable(const std::vector<Row> & rows, const Row & mean)
{
  const char * const names = "Dice      IoU  precision   recall   AP@0.5";
  std::printf("%-12s%49s%49s\n", "", "U-Net", "Otsu threshold");
  std::printf("%-12s%49s%49s\n", "image", names, names);
  const auto print = [](const Row & row)
  {
    std::printf("%-12s", row.Name.c_str());
    for (const double * v : { row.Values, row.Values + 5 })
    {
      std::printf("   %8.3f %8.3f %10.3f %8.3f %8.3f", v[0], v[1], v[2], v[3], v[4]);
    }
    std::printf("\n");
  };
  for (const auto & row : rows)
  {
    print(row);
  }
  print(mean);
}

void
WriteTable(const std::vector<Row> & rows, const std::string & fileName)
{
  std::ostringstream table;
  table << "image,unet_dice,unet_iou,unet_precision,unet_recall,unet_ap50,"
           "otsu_dice,otsu_iou,otsu_precision,otsu_recall,otsu_ap50\n";
  for (const auto & row : rows)
  {
    table << row.Name;
    for (const double value : row.Values)
    {
      table << ',' << value;
    }
    table << '\n';
  }
  itk::AtomicFileWrite(fileName, table.str());
}

std::string
DiceText(double dice)
{
  char text[32];
  std::snprintf(text, sizeof(text), "Dice %.3f", dice);
  return text;
}

/** Whether item `index` of `count` is one of `wanted` that are spread evenly; 0 wants all. */
bool
IsShown(std::size_t index, std::size_t count, std::size_t wanted)
{
  return wanted == 0 || wanted >= count || index * wanted / count != (index + 1) * wanted / count;
}

void
SegmentAndScore(const Options & options, const std::vector<itk::ImageLabelPair> & pairs, const std::string & modelFile)
{
  Segmenter           segmenter(modelFile, options);
  ComparisonSheet     sheet;
  std::vector<Row>    rows;
  Row                 mean{ "mean", {} };
  itk::InstanceCounts networkObjects;
  itk::InstanceCounts otsuObjects;
  const auto          numberOfTests = static_cast<std::size_t>(
    std::count_if(pairs.begin(), pairs.end(), [](const auto & pair) { return IsTestFold(pair.Fold); }));
  sheet.SetColumns({ "Image", "Truth", "U-Net", "Otsu threshold" });
  fs::create_directories(fs::path(options.Output) / "labels");
  for (const auto & pair : pairs)
  {
    if (!IsTestFold(pair.Fold))
    {
      continue;
    }
    const auto imageReader = MakeReader<ImageType>(pair.Image);
    const auto truthReader = MakeReader<LabelType>(pair.Label);
    imageReader->Update();
    truthReader->Update();
    ImageType * const image = imageReader->GetOutput();
    LabelType * const truth = truthReader->GetOutput();

    const LabelType::Pointer segmentation = segmenter.Segment(image);
    auto                     otsu = itk::OtsuFloorImageFilter<ImageType, LabelType>::New();
    otsu->SetInput(image);
    otsu->Update();

    const std::string name = fs::path(pair.Image).stem().string();
    itk::WriteImage(segmentation.GetPointer(), (fs::path(options.Output) / "labels" / (name + ".png")).string());
    const Score network = Evaluate(segmentation, truth);
    const Score threshold = Evaluate(LabelObjects(otsu->GetOutput()), truth);
    rows.push_back(MakeRow(name, network, threshold));
    networkObjects += network.Objects;
    otsuObjects += threshold.Objects;
    if (IsShown(rows.size() - 1, numberOfTests, options.Rows))
    {
      sheet.AddRow(image,
                   { nullptr, truth, segmentation, otsu->GetOutput() },
                   { name, "", DiceText(rows.back().Values[0]), DiceText(rows.back().Values[5]) });
    }
  }
  if (rows.empty())
  {
    itkGenericExceptionMacro(<< options.Pairs
                             << ": there must be at least 1 test pair (folds 8 and 9), but there are 0.");
  }
  for (const auto & row : rows)
  {
    for (int i = 0; i < 10; ++i)
    {
      mean.Values[i] += row.Values[i] / static_cast<double>(rows.size());
    }
  }
  PrintTable(rows, mean);
  WriteTable(rows, (fs::path(options.Output) / "scores.csv").string());
  sheet.Write((fs::path(options.Output) / "comparison.png").string());
  std::printf("\nMean Dice over %zu test images: U-Net %.3f, Otsu %.3f\n", rows.size(), mean.Values[0], mean.Values[5]);
  std::printf("Mean AP@0.5: U-Net %.3f, Otsu %.3f; merged of %" PRIu64 " nuclei: U-Net %" PRIu64 ", Otsu %" PRIu64 "\n",
              mean.Values[4],
              mean.Values[9],
              networkObjects.TruePositives + networkObjects.FalseNegatives,
              networkObjects.MergedObjects,
              otsuObjects.MergedObjects);
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

  CLI::App app("Trains a U-Net on folds 0 to 6 of a set of nuclei and scores it on folds 8 and 9.");
  app.add_option("pairs", options.Pairs, "CSV file with the columns image, label, fold.")->required();
  app.add_option("-o,--output", options.Output, "Folder for the results.")->required();
  app.add_option("-m,--model", options.Model, "Use this model and do not train.");
  app.add_option("--rows", options.Rows, "Test images in the picture, spread evenly; 0 for all.")
    ->capture_default_str();
  itk::AddDeviceOptions(app, options.Device, options.Threads);
  itk::AddParameterOptions(app, itk::UNetTrainingParameters::Describe(), &options.Training, "Training");
  itk::AddParameterOptions(app, itk::UNetSpecification::Describe(), &options.Specification, "Network");
  try
  {
    app.parse(argc, argv);
    itk::TorchRuntime::KeepFreedMemory();
    itk::TorchRuntime::SetNumberOfThreads(options.Threads);
    const auto pairs = itk::ReadImageLabelPairs(options.Pairs);
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
