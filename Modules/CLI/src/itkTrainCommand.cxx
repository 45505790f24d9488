// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkAtomicFileWrite.h"
#include "itkClassNames.h"
#include "itkCommandLineParameters.h"
#include "itkCommandLineValidator.h"
#include "itkConsoleProgress.h"
#include "itkErrorSentence.h"
#include "itkImageGrid.h"
#include "itkImageLabelPairs.h"
#include "itkTorchRuntime.h"
#include "itkTrainingOptions.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTrainingImageFilter.h"
#include "itkVerifiedImageReader.h"
#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>

namespace itk
{
namespace
{
volatile std::sig_atomic_t isInterrupted = 0;

struct TrainOptions
{
  std::string                Pairs;
  std::vector<int>           Folds;
  std::string                Output;
  std::string                InitialModel;
  std::vector<std::string>   ClassNames;
  std::string                Device{ "auto" };
  unsigned int               Threads{ 0 };
  double                     GridTolerance{ defaultGridTolerance };
  std::vector<double>        Spacing;
  bool                       ColorsAreLabels{ false };
  UNetSpecification          Specification;
  UNetIntensityNormalization IntensityNormalization;
  UNetTrainingParameters     Training;
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
VerifyNumberOfNames(const TrainOptions & options)
{
  const std::size_t names = options.ClassNames.size();
  const std::size_t classes = options.Specification.Classes;
  if (names > 0 && names != classes)
  {
    throw CLI::ValidationError("--class-names",
                               "The number of names must be " + std::to_string(classes) +
                                 ", one for each class, but is " + std::to_string(names) + '.');
  }
}

template <unsigned int VDimension>
void
Train(const TrainOptions & options)
{
  using ImageType = VectorImage<float, VDimension>;
  VerifyFileCanBeWritten(options.Output);
  VerifyUNetTraining(options.Specification, options.Training);
  auto data = UNetTrainingData::New();
  data->SetDimension(VDimension);
  data->SetGridTolerance(options.GridTolerance);
  data->SetSpacing(options.Spacing);
  data->SetColorsAreLabels(options.ColorsAreLabels);
  std::string              shownImage;
  std::vector<std::string> inputs{ options.Pairs, options.InitialModel };
  for (const auto & pair : ReadImageLabelPairs(options.Pairs))
  {
    inputs.insert(inputs.end(), { pair.Image, pair.Label });
    if (options.Folds.empty() ||
        std::find(options.Folds.begin(), options.Folds.end(), pair.Fold) != options.Folds.end())
    {
      data->AddPairOfFiles(pair.Image, pair.Label);
      shownImage = shownImage.empty() ? pair.Image : shownImage;
    }
  }
  if (data->GetNumberOfPairs() == 0)
  {
    itkGenericExceptionMacro(<< options.Pairs
                             << ": there must be at least 1 pair of the chosen folds, but there are 0.");
  }

  VerifyOutputsAreNoInputs({ options.Output }, inputs);

  auto reader = VerifiedImageReader<ImageType>::New();
  reader->SetFileName(shownImage);
  reader->SetSpacing(options.Spacing);
  reader->UpdateOutputInformation();
  auto train = UNetTrainingImageFilter<ImageType, Image<unsigned short, VDimension>>::New();
  train->SetDevice(options.Device);
  train->SetInput(reader->GetOutput());
  train->SetTrainingData(data);
  train->SetParameters(options.Training);
  train->SetSpecification(options.Specification);
  train->SetIntensityNormalization(options.IntensityNormalization);
  train->SetClassNames(options.ClassNames);
  auto initial = UNetModelReader::New();
  if (!options.InitialModel.empty())
  {
    initial->SetFileName(options.InitialModel);
    train->SetInitialModel(initial->GetOutput());
  }

  // The second Ctrl-C ends the program at once.
  std::signal(SIGINT,
              [](int)
              {
                isInterrupted = 1;
                std::signal(SIGINT, SIG_DFL);
              });
  train->AddObserver(ProgressEvent(), [&](const EventObject &) { train->SetAbortGenerateData(isInterrupted != 0); });
  auto writer = UNetModelWriter::New();
  writer->SetFileName(options.Output);
  const auto lastLoss = [&]
  {
    const auto & history = train->GetHistory();
    return history.empty()
             ? std::string{}
             : "epoch " + std::to_string(history.size()) + ", loss " + std::to_string(history.back().Loss);
  };
  std::cerr << "Training on " << data->GetNumberOfPairs() << " images, "
            << DescribeClasses(options.Specification, options.ClassNames)
            << options.Specification.GetNumberOfParameters() << " parameters, device "
            << TorchDevice(options.Device).Resolve() << std::endl;
  try
  {
    const ConsoleProgress progress(train, "Training", lastLoss);
    train->GetModel()->Update();
  }
  catch (const ExceptionObject & error)
  {
    const bool               isInterruption = dynamic_cast<const ProcessAborted *>(&error) != nullptr;
    const UNetModel::Pointer model = train->GetModel();
    const bool               isTrained = !model->GetWeights().empty();
    if (!isTrained || (!isInterruption && train->GetHistory().empty()))
    {
      throw;
    }
    model->DisconnectPipeline();
    writer->SetInput(model);
    writer->Update();
    itkGenericExceptionMacro("Training " << (isInterruption ? "was interrupted" : "failed") << " after "
                                         << train->GetHistory().size() << " of " << options.Training.Epochs
                                         << " epochs; the model so far is in " << options.Output
                                         << (isInterruption ? "." : ". Cause: " + ErrorSentence(error)));
  }
  writer->SetInput(train->GetModel());
  writer->Update();
  const auto polarity = train->GetModel()->GetIntensityNormalization().Polarity;
  if (polarity != options.IntensityNormalization.Polarity && options.InitialModel.empty())
  {
    std::cerr << "itktorch: Objects are " << GetEnumerationText(polarity)
              << " in all images, which the model records (Polarity)." << std::endl;
  }
  std::cout << options.Output << std::endl;
}

void
AddTrainCommand(CLI::App & command)
{
  auto options = std::make_shared<TrainOptions>();
  command.add_option("pairs", options->Pairs, "CSV file with the columns image, label and (optional) fold.")
    ->required();
  command.add_option("-o,--output", options->Output, "Model file to write (.safetensors).")->required();
  command.add_option("--folds", options->Folds, "Folds to train on, such as 0,1,2. Default: all.")->delimiter(',');
  command.add_option("--initial-model", options->InitialModel, "Model to continue from; determines the network.");
  command
    .add_option_function<std::string>(
      "--class-names",
      [options](const std::string & text) { options->ClassNames = ClassNames::Parse(text).GetNames(); },
      "Names of all classes for the model file, such as background,anterior,posterior.")
    ->type_name("NAMES")
    ->check(MakeCommandLineValidator(ClassNames::Parse));
  command
    .add_option("--spacing",
                options->Spacing,
                "Pixel size of the images in millimeters along x, y (, z), in place of what their files state.")
    ->delimiter(',')
    ->type_name("MM,MM");
  AddGridToleranceOption(command, options->GridTolerance);
  AddDeviceOptions(command, options->Device, options->Threads);
  AddTrainingOptions(command, options->Training, options->ColorsAreLabels);
  AddParameterOptions(command, options->Specification, "Network");
  AddParameterOptions(command, options->IntensityNormalization, "Intensity normalization");
  command.callback(
    [options]
    {
      TorchRuntime::KeepFreedMemory();
      TorchRuntime::SetNumberOfThreads(options->Threads);
      if (!options->InitialModel.empty())
      {
        auto initial = UNetModelReader::New();
        initial->SetFileName(options->InitialModel);
        initial->UpdateOutputInformation();
        options->Specification = initial->GetOutput()->GetSpecification();
      }
      VerifyNumberOfNames(*options);
      options->Specification.Dimension == 3 ? Train<3>(*options) : Train<2>(*options);
    });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("train", itk::AddTrainCommand);
