// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkClassNames.h"
#include "itkCommandLineParameters.h"
#include "itkCommandLineValidator.h"
#include "itkConsoleProgress.h"
#include "itkErrorSentence.h"
#include "itkModelFolder.h"
#include "itkTorchRuntime.h"
#include "itkTrainingOptions.h"
#include "itkTrainingRun.h"
#include "itkTrainingRunFolder.h"
#include "itkUNetModelReader.h"
// Registers the formats of ITK.
#include "itkVerifiedImageReader.h"
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>

namespace itk
{
namespace
{
volatile std::sig_atomic_t receivedSignal = 0;

/** As of sysexits.h: what did not work now may work later. */
constexpr int requeueStatus = 75;

struct TrainOptions
{
  std::string      Run;
  std::string      Resume;
  TrainingSettings Settings;
};

/** Such as "3 classes (background, anterior, posterior), "; empty for two classes without names. */
std::string
DescribeClasses(const UNetSpecification & specification, const std::vector<std::string> & names)
{
  if (specification.Classes <= 2 && names.empty())
  {
    return {};
  }
  std::string text = std::to_string(specification.Classes) + " classes";
  for (const auto & name : names)
  {
    text += (&name == &names.front() ? " (" : ", ") + name;
  }
  return text + (names.empty() ? ", " : "), ");
}

/** \throws CLI::ValidationError unless there is a name for each class */
void
VerifyNumberOfNames(const TrainingSettings & settings)
{
  const std::size_t names = settings.ClassNames.size();
  const std::size_t classes = settings.Specification.Classes;
  if (names > 0 && names != classes)
  {
    throw CLI::ValidationError("--class-names",
                               "The number of names must be " + std::to_string(classes) +
                                 ", one for each class, but is " + std::to_string(names) + '.');
  }
}

/** Options that a training that goes on can have anew. */
const std::vector<std::string> optionsOfResume{
  "--resume",  "--epochs",         "--maximum-steps",      "--maximum-minutes", "--patience",           "--device",
  "--threads", "--loader-threads", "--maximum-cache-size", "--output",          "--checkpoint-minutes", "--tensorboard"
};

void
VerifyOptionsOfResume(const CLI::App & command)
{
  for (const CLI::Option * const option : command.get_options())
  {
    const std::string name = option->get_positional() ? option->get_name() : "--" + option->get_lnames().front();
    const bool isAllowed = std::find(optionsOfResume.begin(), optionsOfResume.end(), name) != optionsOfResume.end();
    if (option->count() > 0 && !isAllowed && option->get_callback_run())
    {
      throw CLI::ValidationError(name, "it is that of the run with --resume, and cannot be given.");
    }
  }
}

/** The second Ctrl-C ends the program at once. */
void
CatchSignals()
{
  const auto handler = [](int signal)
  {
    receivedSignal = signal;
    std::signal(signal, SIG_DFL);
  };
  for (const int signal : { SIGINT, SIGTERM, SIGUSR1 })
  {
    std::signal(signal, handler);
  }
}

std::string
DescribeEpoch(const UNetTrainingEpoch & epoch)
{
  std::string text = "epoch " + std::to_string(epoch.Epoch + 1) + ", loss " + std::to_string(epoch.Loss);
  const auto  add = [&text](const char * name, double value)
  {
    if (value == value)
    {
      char number[32];
      std::snprintf(number, sizeof(number), "%.4f", value);
      text += std::string(", ") + name + ' ' + number;
    }
  };
  add("validation Dice", epoch.Validation.Dice);
  add("mAP", epoch.Validation.AveragePrecision);
  return text;
}

/** Of a training on few crops: whether it learned them by heart. */
void
SayWhetherItOverfits(const TrainingRunResult & result)
{
  constexpr double enough = 0.2;
  const bool       isRight = result.LastLoss < enough * result.FirstLoss;
  std::cerr << "itktorch: The loss on the same crops went from " << result.FirstLoss << " to " << result.LastLoss
            << (isRight ? ", as it should."
                        : ", but should go below a fifth: train longer, or look for labels that do not fit the images, "
                          "a learning rate that is too high or too low, or a network that is too small.")
            << std::endl;
}

/** \return exit status */
int
Train(const TrainOptions & options)
{
  const TrainingSettings & settings = options.Settings;
  const bool               goesOn = !options.Resume.empty();
  const std::string &      folder = goesOn ? options.Resume : options.Run;
  CatchSignals();
  std::unique_ptr<ConsoleProgress> progress;
  std::string                      lastEpoch;
  TrainingRunObserver              observer;
  observer.Say = [&progress](const std::string & sentence)
  {
    progress ? progress->Say("itktorch: " + sentence)
             : static_cast<void>(std::cerr << "itktorch: " << sentence << std::endl);
  };
  observer.Begin = [&](ProcessObject & filter, std::size_t images, std::size_t validationImages)
  {
    std::cerr << "Training on " << images << (images == 1 ? " image, " : " images, ")
              << (validationImages > 0 ? "validation on " + std::to_string(validationImages) + ", " : "")
              << DescribeClasses(settings.Specification, settings.ClassNames)
              << settings.Specification.GetNumberOfParameters() << " parameters, device "
              << TorchDevice(settings.Device).Resolve() << std::endl;
    progress = std::make_unique<ConsoleProgress>(&filter, "Training", [&lastEpoch] { return lastEpoch; });
  };
  observer.Epoch = [&](const UNetTrainingEpoch & epoch) { lastEpoch = DescribeEpoch(epoch); };
  observer.IsInterrupted = [] { return receivedSignal != 0; };
  const TrainingRunResult result = RunTraining(settings, folder, goesOn, observer);
  progress.reset();

  const std::string where = settings.Output.empty() ? folder : settings.Output;
  if (result.Ending == UNetTraining::Ending::Interrupted)
  {
    std::cerr << "itktorch: Training was interrupted after " << result.Position.Epoch << " of "
              << settings.Training.Epochs << " epochs; "
              << (result.Position.Step == 0 ? "there is no model yet"
                  : settings.Output.empty() ? "the models so far are in " + where
                                            : "the model so far is in " + where)
              << '.' << (folder.empty() ? "" : " itktorch train --resume " + folder + " goes on.") << std::endl;
    return receivedSignal == SIGUSR1 && !folder.empty() ? requeueStatus : 1;
  }
  if (!result.Polarity.empty())
  {
    std::cerr << "itktorch: Objects are " << result.Polarity << " in all images, which the model records (Polarity)."
              << std::endl;
  }
  if (result.Ending == UNetTraining::Ending::NoProgress)
  {
    std::cerr << "itktorch: The training ended after epoch " << result.Position.Epoch << ", since "
              << settings.Training.Patience << " epochs brought no better validation." << std::endl;
  }
  if (result.Ending == UNetTraining::Ending::OutOfTime)
  {
    std::cerr << "itktorch: The training ended after " << settings.Training.MaximumMinutes << " minutes, in epoch "
              << result.Position.Epoch + 1 << '.' << std::endl;
  }
  if (settings.Training.OverfitCrops > 0)
  {
    SayWhetherItOverfits(result);
  }
  std::cout << where << std::endl;
  return 0;
}

void
AddFileOptions(CLI::App & command, TrainOptions & options)
{
  TrainingSettings & settings = options.Settings;
  command.add_option("pairs",
                     settings.Pairs,
                     "CSV file with the columns image, label and, optional, fold, weight, ignored, category, "
                     "sampling_weight; not with --resume.");
  command.add_option(
    "-o,--output", settings.Output, "Model file to write (.safetensors): the best of the validation, or the last.");
  command.add_option("--run", options.Run, "Folder to keep checkpoints, metrics.csv, run.json and models in.");
  command
    .add_option("--checkpoint-minutes", settings.CheckpointMinutes, "Minutes from one checkpoint of --run to the next.")
    ->check(CLI::NonNegativeNumber)
    ->capture_default_str();
  command.add_flag("--tensorboard", settings.WritesTensorBoard, "Write event files for TensorBoard into --run.");
  command.add_option("--folds", settings.Folds, "Folds to train on, such as 0,1,2. Default: all others.")
    ->delimiter(',');
  auto * const folds =
    command.add_option("--validation-folds", settings.ValidationFolds, "Folds that are scored after epochs.")
      ->delimiter(',');
  command.add_option("--validation-pairs", settings.ValidationPairs, "CSV file as pairs, of images that are scored.")
    ->excludes(folds);
  command.add_option(
    "--initial-model",
    settings.InitialModel,
    "Model to continue from, a file or the name of one that comes with this program; determines the network.");
  command
    .add_option_function<std::string>(
      "--class-names",
      [&settings](const std::string & text) { settings.ClassNames = ClassNames::Parse(text).GetNames(); },
      "Names of all classes for the model file, such as background,anterior,posterior.")
    ->type_name("NAMES")
    ->check(MakeCommandLineValidator(ClassNames::Parse));
  command
    .add_option("--spacing",
                settings.Spacing,
                "Pixel size of the images in millimeters along x, y (, z), in place of what their files state.")
    ->delimiter(',')
    ->type_name("MM,MM");
}

/** What several options say together. */
void
CompleteSettings(TrainOptions & options, const CLI::App & command)
{
  TrainingSettings & settings = options.Settings;
  if (!options.Resume.empty())
  {
    VerifyOptionsOfResume(command);
    return;
  }
  if (settings.Pairs.empty())
  {
    throw CLI::RequiredError("pairs");
  }
  if (settings.Output.empty() && options.Run.empty())
  {
    throw CLI::RequiredError("--output or --run");
  }
  if (!settings.InitialModel.empty())
  {
    settings.InitialModel = FindModelFile(settings.InitialModel);
    auto initial = UNetModelReader::New();
    initial->SetFileName(settings.InitialModel);
    initial->UpdateOutputInformation();
    settings.Specification = initial->GetOutput()->GetSpecification();
  }
  else if (settings.Training.Target == UNetTarget::InteriorBorder && command.count("--classes") == 0)
  {
    settings.Specification.Classes = 3;
  }
  VerifyNumberOfNames(settings);
  VerifyUNetTraining(settings.Specification, settings.Training);
  if (!options.Run.empty())
  {
    // The run can go on from another folder.
    for (std::string * const file :
         { &settings.Pairs, &settings.ValidationPairs, &settings.InitialModel, &settings.Output })
    {
      *file = file->empty() ? *file : std::filesystem::absolute(*file).string();
    }
  }
}

void
AddTrainCommand(CLI::App & command)
{
  auto options = std::make_shared<TrainOptions>();
  // Before the options that override what it reads.
  command
    .add_option_function<std::string>(
      "--resume",
      [options](const std::string & folder)
      {
        options->Resume = folder;
        options->Settings = TrainingRunFolder::ReadSettings(folder);
      },
      "Folder of a run that stopped, to go on with it as if it had not; other options are its own.")
    ->type_name("RUN");
  AddFileOptions(command, *options);
  AddGridToleranceOption(command, options->Settings.GridTolerance);
  AddDeviceOptions(command, options->Settings.Device, options->Settings.Threads);
  AddTrainingOptions(command, options->Settings.Training, options->Settings.ColorsAreLabels);
  AddParameterOptions(command, options->Settings.Specification, "Network");
  AddParameterOptions(command, options->Settings.IntensityNormalization, "Intensity normalization");
  command.footer(
    R"(Exit status: 0 done, 1 failed or interrupted, 2 wrong arguments, 3 no such device, and 75 after SIGUSR1 with
--run or --resume: the training is to be queued again, and goes on with --resume.)");
  command.callback(
    [options, &command]
    {
      CompleteSettings(*options, command);
      TorchRuntime::KeepFreedMemory();
      TorchRuntime::SetNumberOfThreads(options->Settings.Threads);
      // The bits depend on it.
      options->Settings.Threads = TorchRuntime::GetNumberOfThreads();
      const int status = Train(*options);
      if (status != 0)
      {
        throw CLI::RuntimeError(status);
      }
    });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("train", itk::AddTrainCommand);
