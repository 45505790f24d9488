// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors

/** The classic experiment on nuclei: every image in 256² pixels, the U-Net as it was published, binary cross-entropy,
 * ten epochs; once on the images as they are, once with random changes; scored beside a threshold. Readers → resampling
 * → writers → training → network → threshold → table. */

#include "NucleiImages.h"
#include "NucleiScores.h"
#include "itkAtomicFileWrite.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkChangeInformationImageFilter.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkErrorSentence.h"
#include "itkImageLabelPairs.h"
#include "itkLabelImageReader.h"
#include "itkLinearInterpolateImageFunction.h"
#include "itkNearestNeighborInterpolateImageFunction.h"
#include "itkOtsuBaselineImageFilter.h"
#include "itkResampleOntoGrid.h"
#include "itkTorchRuntime.h"
#include "itkTorchWarningEvent.h"
#include "itkTrainingOptions.h"
#include "itkTrainingRun.h"
#include "itkTrainingRunFolder.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUNetModelReader.h"
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>

namespace
{
namespace fs = std::filesystem;
using Nuclei::FloatType;
using Nuclei::ImageType;
using Nuclei::LabelType;

volatile std::sig_atomic_t receivedSignal = 0;

struct Options
{
  std::string           Pairs;
  std::string           Output;
  unsigned int          Size{ 256 };
  itk::TrainingSettings Settings;
};

/** Folder of the resized images, of which the settings of a training know by its name. */
fs::path
GetImageFolder(const Options & options)
{
  const std::string size = std::to_string(options.Size);
  return fs::path(options.Output) / (size + 'x' + size);
}

/** Writes an image in size² pixels of spacing 1. */
template <typename TImage>
void
WriteResized(TImage *                                image,
             unsigned int                            size,
             itk::InterpolateImageFunction<TImage> * interpolator,
             const std::string &                     fileName)
{
  image->UpdateOutputInformation();
  std::vector<double> spacing;
  for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
  {
    const auto pixels = static_cast<double>(image->GetLargestPossibleRegion().GetSize(axis));
    spacing.push_back(image->GetSpacing()[axis] * pixels / size);
  }
  auto resample = itk::ResampleToSpacing(image, spacing);
  resample->SetInterpolator(interpolator);
  auto change = itk::ChangeInformationImageFilter<TImage>::New();
  change->SetInput(resample->GetOutput());
  change->SetOutputSpacing(typename TImage::SpacingType(1.0));
  change->ChangeSpacingOn();
  change->SetOutputOrigin(typename TImage::PointType(0.0));
  change->ChangeOriginOn();
  itk::WriteImageFile(change->GetOutput(), fileName);
}

/** The pairs as they will be in the folder: images/NAME.png, labels/NAME.png. */
std::vector<itk::ImageLabelPair>
GetResizedPairs(const std::vector<itk::ImageLabelPair> & pairs, const Options & options)
{
  const fs::path                   folder = GetImageFolder(options);
  std::vector<itk::ImageLabelPair> resized = pairs;
  std::vector<std::string>         inputs{ options.Pairs };
  std::vector<std::string>         outputs{ (folder / "pairs.csv").string() };
  for (auto & pair : resized)
  {
    inputs.insert(inputs.end(), { pair.Image, pair.Label });
    const std::string name = fs::path(pair.Image).stem().string() + ".png";
    pair.Image = (folder / "images" / name).string();
    pair.Label = (folder / "labels" / name).string();
    outputs.insert(outputs.end(), { pair.Image, pair.Label });
  }
  itk::VerifyOutputsAreNoInputs(outputs, inputs);
  return resized;
}

/** Writes the resized images, and their table last. */
void
Resize(const std::vector<itk::ImageLabelPair> & pairs,
       const std::vector<itk::ImageLabelPair> & resized,
       const Options &                          options)
{
  const fs::path folder = GetImageFolder(options);
  fs::create_directories(folder / "images");
  fs::create_directories(folder / "labels");
  auto                 linear = itk::LinearInterpolateImageFunction<ImageType>::New();
  auto                 nearest = itk::NearestNeighborInterpolateImageFunction<LabelType>::New();
  std::string          table = "image,label,fold\n";
  itk::ConsoleProgress progress("Resizing");
  for (std::size_t i = 0; i < pairs.size(); ++i)
  {
    auto reader = itk::VerifiedImageReader<ImageType>::New();
    reader->SetFileName(pairs[i].Image);
    WriteResized<ImageType>(reader->GetOutput(), options.Size, linear, resized[i].Image);
    WriteResized<LabelType>(itk::ReadLabelsAs<LabelType>(pairs[i].Label), options.Size, nearest, resized[i].Label);
    const std::string name = fs::path(resized[i].Image).filename().string();
    table += "\"images/" + name + "\",\"labels/" + name + "\"," + std::to_string(pairs[i].Fold) + '\n';
    progress.Show(static_cast<double>(i + 1) / static_cast<double>(pairs.size()));
  }
  itk::AtomicFileWrite((folder / "pairs.csv").string(), table);
}

/** \throws ExceptionObject if the folder has a training with other settings
 * \return whether it has one with these */
bool
HasRun(const itk::TrainingSettings & settings, const std::string & folder)
{
  if (!fs::exists(fs::path(folder) / "run.json"))
  {
    return false;
  }
  if (itk::TrainingRunFolder::ReadSettings(folder).ToJson() != settings.ToJson())
  {
    itkGenericExceptionMacro(<< folder << ": a training that goes on must have the same settings, but the one in it "
                             << "has others; give the same options, or name another output folder.");
  }
  return true;
}

/** Trains, or goes on with what was trained before.
 * \return false if it was interrupted */
bool
Train(const itk::TrainingSettings & settings, const std::string & name, const std::string & folder)
{
  std::unique_ptr<itk::ConsoleProgress> progress;
  std::string                           lastEpoch;
  itk::TrainingRunObserver              observer;
  observer.Say = [&](const std::string & sentence)
  { progress ? progress->Say(sentence) : static_cast<void>(std::cerr << sentence << std::endl); };
  observer.Begin = [&](itk::ProcessObject & filter, std::size_t images, std::size_t validationImages)
  {
    std::cerr << "Training, " << name << ", on " << images << " images, validation on " << validationImages << ", "
              << settings.Specification.GetNumberOfParameters() << " parameters" << std::endl;
    progress = std::make_unique<itk::ConsoleProgress>(&filter, "Training, " + name, [&] { return lastEpoch; });
  };
  observer.Epoch = [&](const itk::UNetTrainingEpoch & epoch)
  {
    lastEpoch = "epoch " + std::to_string(epoch.Epoch + 1) + ", loss " + std::to_string(epoch.Loss);
    if (epoch.Validation.Dice == epoch.Validation.Dice)
    {
      lastEpoch += ", validation Dice " + std::to_string(epoch.Validation.Dice);
    }
  };
  observer.IsInterrupted = [] { return receivedSignal != 0; };
  return itk::RunTraining(settings, folder, HasRun(settings, folder), observer).Ending !=
         itk::UNetTraining::Ending::Interrupted;
}

/** The network of a training as pixels of nuclei: reader → network → threshold. */
class Network
{
public:
  /** \param folder of the training, whose best model is taken, or the last one if none was validated */
  Network(const std::string & folder, const std::string & device)
  {
    const fs::path best = fs::path(folder) / "best.safetensors";
    m_Model->SetFileName(fs::exists(best) ? best.string() : (fs::path(folder) / "last.safetensors").string());
    m_Inference->SetModel(m_Model->GetOutput());
    m_Inference->SetDevice(device);
    m_Inference->AddObserver(itk::TorchWarningEvent(),
                             [this](const itk::EventObject & event)
                             { m_Tell(dynamic_cast<const itk::TorchWarningEvent &>(event).GetMessage()); });
    m_Threshold->SetInput(m_Inference->GetOutput());
    m_Threshold->SetLowerThreshold(0.5f);
    m_Threshold->SetInsideValue(1);
    m_Threshold->SetOutsideValue(0);
  }

  /** \param tell gets what is doubtful about an image */
  void
  SetObserver(std::function<void(const std::string &)> tell)
  {
    m_Tell = std::move(tell);
  }

  LabelType *
  Segment(ImageType * image)
  {
    m_Inference->SetInput(image);
    m_Threshold->UpdateLargestPossibleRegion();
    return m_Threshold->GetOutput();
  }

private:
  using InferenceType = itk::UNetInferenceImageFilter<ImageType, FloatType>;
  using ThresholdType = itk::BinaryThresholdImageFilter<FloatType, LabelType>;

  itk::UNetModelReader::Pointer m_Model{ itk::UNetModelReader::New() };
  InferenceType::Pointer        m_Inference{ InferenceType::New() };
  ThresholdType::Pointer        m_Threshold{ ThresholdType::New() };

  std::function<void(const std::string &)> m_Tell = [](const std::string &) {};
};

void
Score(const std::vector<itk::ImageLabelPair> & resized,
      const std::array<std::string, 2> &       runs,
      const Options &                          options)
{
  Network      plain(runs[0], options.Settings.Device);
  Network      augmented(runs[1], options.Settings.Device);
  auto         otsu = itk::OtsuBaselineImageFilter<ImageType, LabelType>::New();
  NucleiScores scores({ "Otsu", "U-Net, plain", "U-Net, augmented" }, NucleiScores::Extent::Pixels);
  {
    itk::ConsoleProgress progress("Scoring");
    for (std::size_t i = 0; i < resized.size(); ++i)
    {
      if (Nuclei::IsTestFold(resized[i].Fold))
      {
        // Both networks say the same.
        plain.SetObserver([&](const std::string & sentence) { progress.Say(resized[i].Image + ": " + sentence); });
        const auto image = itk::ReadVerifiedImage<ImageType>(resized[i].Image);
        const auto truth = itk::ReadLabelsAs<LabelType>(resized[i].Label);
        otsu->SetInput(image);
        otsu->Update();
        std::vector<NucleiScores::Score> ofImage;
        for (const LabelType * const nuclei : { otsu->GetOutput(), plain.Segment(image), augmented.Segment(image) })
        {
          ofImage.push_back({ Nuclei::EvaluateObjects(nuclei, truth), {}, true });
        }
        scores.Add(fs::path(resized[i].Image).stem().string(), std::move(ofImage));
      }
      progress.Show(static_cast<double>(i + 1) / static_cast<double>(resized.size()));
    }
  }
  scores.Print();
  scores.Write((fs::path(options.Output) / "scores.csv").string());
}

/** What follows from the options and the folds that there are. */
void
CompleteSettings(Options & options, const std::vector<itk::ImageLabelPair> & pairs, bool hasCropSize)
{
  const auto hasFold = [&pairs](const auto & isWanted)
  { return std::any_of(pairs.begin(), pairs.end(), [&](const auto & pair) { return isWanted(pair.Fold); }); };
  if (!hasFold(Nuclei::IsTestFold))
  {
    itkGenericExceptionMacro(<< options.Pairs
                             << ": there must be at least 1 test pair (folds 8 and 9), but there are 0.");
  }
  itk::TrainingSettings & settings = options.Settings;
  settings.Folds = { 0, 1, 2, 3, 4, 5, 6 };
  if (hasFold([](int fold) { return fold == Nuclei::validationFold; }))
  {
    settings.ValidationFolds = { Nuclei::validationFold };
  }
  else
  {
    std::cerr << "Fold " << Nuclei::validationFold << " has no image: the last model is scored, not the best."
              << std::endl;
  }
  if (!hasCropSize)
  {
    settings.Training.CropSize = options.Size;
  }
  itk::VerifyUNetTraining(settings.Specification, settings.Training);
  // The runs can go on from another folder.
  options.Output = fs::absolute(options.Output).string();
  settings.Pairs = (GetImageFolder(options) / "pairs.csv").string();
  settings.Threads = itk::TorchRuntime::GetNumberOfThreads();
}

/** The second Ctrl-C ends the program at once. */
void
CatchSignals()
{
  for (const int signal : { SIGINT, SIGTERM })
  {
    std::signal(signal,
                [](int received)
                {
                  receivedSignal = received;
                  std::signal(received, SIG_DFL);
                });
  }
}

/** \return exit status */
int
Run(Options & options, bool hasCropSize)
{
  const auto pairs = itk::ReadImageLabelPairs(options.Pairs);
  CompleteSettings(options, pairs, hasCropSize);
  auto plain = options.Settings;
  plain.Training.Augmentation = itk::RandomAugmentationParameters();
  const fs::path                   output = options.Output;
  const std::array<std::string, 2> runs{ (output / "plain").string(), (output / "augmented").string() };
  // Before images are replaced.
  HasRun(plain, runs[0]);
  HasRun(options.Settings, runs[1]);
  const auto resized = GetResizedPairs(pairs, options);
  Resize(pairs, resized, options);
  CatchSignals();
  if (!Train(plain, "plain", runs[0]) || !Train(options.Settings, "augmented", runs[1]))
  {
    std::cerr << "NucleiClassic: Training was interrupted; the same command goes on." << std::endl;
    return EXIT_FAILURE;
  }
  Score(resized, runs, options);
  std::printf("Written to %s: %s/, plain/, augmented/, scores.csv\n",
              options.Output.c_str(),
              GetImageFolder(options).filename().c_str());
  return EXIT_SUCCESS;
}
} // namespace

int
main(int argc, char * argv[])
{
  Options options;
  auto &  settings = options.Settings;
  settings.Training = itk::UNetTrainingParameters::FromPreset(itk::UNetTrainingPreset::Classic);
  settings.Training.Augmentation =
    itk::RandomAugmentationParameters::FromPreset(itk::RandomAugmentationPreset::KerasGenerator);
  settings.Specification.Classes = 1;
  settings.Specification.Normalization = itk::UNetNormalization::None;
  settings.Specification.ConvolutionBias = true;

  CLI::App app("The classic experiment on nuclei: trains a U-Net on folds 0 to 6 of a set, once on the images as they "
               "are and once with random changes (--augmentation), and scores both beside Otsu's threshold on folds 8 "
               "and 9. The same command goes on with trainings that were interrupted.");
  app.add_option("pairs", options.Pairs, "CSV file with the columns image, label, fold.")->required();
  app.add_option("-o,--output", options.Output, "Folder for resized images, trainings and scores.")->required();
  app.add_option("--size", options.Size, "Width and height in pixels that images are resampled to.")
    ->check(CLI::Range(1, 16384))
    ->capture_default_str();
  itk::AddDeviceOptions(app, settings.Device, settings.Threads);
  itk::AddTrainingOptions(app, settings.Training, settings.ColorsAreLabels);
  app.get_option("--preset")->default_str("classic");
  app.get_option("--augmentation")->default_str("keras-generator");
  itk::AddParameterOptions(app, settings.Specification, "Network");
  itk::AddParameterOptions(app, settings.IntensityNormalization, "Intensity normalization");
  try
  {
    app.parse(argc, argv);
    itk::TorchRuntime::KeepFreedMemory();
    itk::TorchRuntime::SetNumberOfThreads(settings.Threads);
    return Run(options, app.count("--crop-size") > 0);
  }
  catch (const CLI::ParseError & error)
  {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  catch (const std::exception & error)
  {
    std::cerr << "NucleiClassic: " << itk::ErrorSentence(error) << std::endl;
    return EXIT_FAILURE;
  }
}
