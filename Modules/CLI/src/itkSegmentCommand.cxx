// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkCaseShard.h"
#include "itkCommandLineParameters.h"
#include "itkCommandLineValidator.h"
#include "itkConsoleProgress.h"
#include "itkImageFileContent.h"
#include "itkImageFolder.h"
#include "itkInstanceParameterFile.h"
#include "itkModelFolder.h"
#include "itkSegmentationCohort.h"
#include "itkTorchRuntime.h"
#include "itkUNetModelReader.h"
#include "itkWriteImageFile.h"
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

namespace itk
{
namespace
{
struct SegmentOptions
{
  std::string Input;
  std::string Output;
  std::string StatedModel;
  /** Its file, and what that holds but for the weights. */
  std::string          Model;
  UNetModel::Pointer   Header;
  std::string          Device{ "auto" };
  unsigned int         Threads{ 0 };
  SegmentationSettings Settings;

  std::string Ending;
  std::string Shard;
  bool        ComputesAll{ false };
};

constexpr const char * manyImages =
  R"(Many images: INPUT is a folder or a list.
  The images of a folder are taken in the order of their names; subfolders are ignored. For a model of 3 dimensions,
  DICOM files of a folder and its subfolders are slices, and each series is an image. Its output is called by subfolder,
  number and description. A command that takes one image takes FOLDER#NUMBER or FOLDER#UID, as itktorch info lists them.
  A list is a CSV file with the columns image and output. File names in it are relative to the list's folder; those of
  outputs are relative to OUTPUT if it is given.
  For a folder, and for a list without the column output, OUTPUT is a folder, and each output has its image's name;
  formats other than NRRD, MetaImage, NIfTI and PNG become .nrrd. Missing output folders are created.
  For each case, a line of JSON is printed on standard output. When the case is done, the line is also written beside
  the output, in NAME.json. A case is skipped if its output is newer than image and model, and was made from the same
  image with the same model, parameters and version of itktorch; --maximum-memory, --device and --threads may differ.
  A case that fails is reported, and the other cases still run; the exit status is then 1.
  A run that is killed leaves no partial output, but maybe a folder .partial-…, which later runs remove.
)";

/** Says which model it is, where that is not what the user has written or the model says something of itself. */
void
SayModel(const SegmentOptions & options)
{
  const UNetModelCard & card = options.Header->GetCard();
  const std::string     name = card.Name.empty() ? options.Model : card.Name + " (" + options.Model + ')';
  if (!card.Domain.empty())
  {
    std::cerr << "itktorch: Model " << name << ": " << card.Domain << std::endl;
  }
  else if (options.StatedModel != options.Model)
  {
    std::cerr << "itktorch: Model " << name << '.' << std::endl;
  }
}

std::unique_ptr<ImageSegmenter>
MakeSegmenter(const SegmentOptions & options)
{
  TorchRuntime::SetNumberOfThreads(options.Threads);
  auto reader = UNetModelReader::New();
  reader->SetFileName(options.Model);
  reader->Update();
  return MakeImageSegmenter(reader->GetOutput(), options.Device, options.Settings);
}

void
SegmentOne(const SegmentOptions & options)
{
  VerifyImageCanBeWritten(options.Output);
  VerifyOutputsAreNoInputs({ options.Output }, { options.Input, options.Model });
  options.Settings.VerifyOutputFormat(options.Output, options.Header->GetSpecification());
  const auto segmenter = MakeSegmenter(options);
  const auto image = segmenter->Read(options.Input);
  SayModel(options);
  ConsoleProgress      progress("Segmenting");
  SegmentationListener listener;
  listener.Progress = [&progress](double done) { progress.Show(done); };
  listener.Note = [&](const std::string & note) { progress.Say("itktorch: " + options.Input + ": " + note); };
  segmenter->Compute(image, options.Output, listener).Write(options.Output);
  std::cout << options.Output << std::endl;
}

CaseShard
ChooseShard(const std::string & option)
{
  if (!option.empty())
  {
    return ParseCaseShard(option);
  }
  const auto shard = GetSlurmShard(
    [](const char * name) -> std::string
    {
      const char * const value = std::getenv(name);
      return value == nullptr ? "" : value;
    });
  if (shard)
  {
    std::cerr << "itktorch: shard " << shard->ToString() << ", from SLURM_ARRAY_TASK_ID." << std::endl;
  }
  return shard.value_or(CaseShard{});
}

/** Lines of cases on standard output; notes and progress on standard error. */
CohortSummary
SegmentCases(const std::vector<SegmentationCase> & cases,
             ImageSegmenter &                      segmenter,
             const CaseRecords &                   records,
             bool                                  computesAll)
{
  std::size_t     ended = 0;
  ConsoleProgress progress("Segmenting",
                           [&] { return std::to_string(ended) + " of " + std::to_string(cases.size()) + " cases"; });
  CohortListener  listener;
  listener.Case = [](const std::string & line) { std::cout << line << std::endl; };
  listener.Progress = [&](const CohortSummary & summary, double fraction)
  {
    ended = summary.GetTotal();
    progress.Show(fraction);
  };
  listener.Note = [&](const std::string & sentence) { progress.Say("itktorch: " + sentence); };
  return SegmentCohort(cases, segmenter, records, computesAll, listener);
}

void
SegmentMany(const SegmentOptions & options)
{
  const bool   writesProbabilities = options.Settings.Output == SegmentationSettings::Kind::Probabilities;
  const auto & specification = options.Header->GetSpecification();
  const bool   takesSeries = specification.Dimension == 3;
  const auto   all =
    ListSegmentationCases(options.Input, { options.Output, options.Ending, writesProbabilities, takesSeries });
  const auto                    shard = ChooseShard(options.Shard);
  std::vector<SegmentationCase> cases;
  for (std::size_t i = 0; i < all.size(); ++i)
  {
    if (shard.Contains(i))
    {
      cases.push_back(all[i]);
    }
  }
  if (!options.Ending.empty())
  {
    const auto outputs = std::filesystem::path(options.Output) / ("*" + options.Ending);
    options.Settings.VerifyOutputFormat(outputs.string(), specification);
  }
  const auto segmenter = MakeSegmenter(options);
  SayModel(options);
  const CaseRecords records(options.Model, WriteSegmentationSettings(options.Settings), ITKTorch_VERSION);
  const auto        summary = SegmentCases(cases, *segmenter, records, options.ComputesAll);
  if (summary.Failed > 0)
  {
    itkGenericExceptionMacro(<< summary.ToString());
  }
  std::cerr << "itktorch: " << summary.ToString() << std::endl;
}

constexpr const char * objectsGroup = "Objects";

/** Of a model whose classes are not told apart into objects.
 * \throws CLI::ValidationError for options that are only for objects */
void
VerifyOptionsFit(const CLI::App & command, const UNetSpecification & specification)
{
  for (const CLI::Option * const option : command.get_options())
  {
    const bool isForObjects = option->get_group() == objectsGroup || option->get_name() == "--mask";
    if (isForObjects && option->count() > 0)
    {
      throw CLI::ValidationError(option->get_name(),
                                 "the model must have 1 or 2 classes, or Channels for its classes, but has " +
                                   std::to_string(specification.Classes) + '.');
    }
  }
}

/** Finds the model, and sets what it says of itself and no option says otherwise. */
UNetSpecification
ChooseModel(SegmentOptions & options, const CLI::App & command)
{
  options.Settings.IsModelByDefault = options.StatedModel.empty();
  options.Model = FindModelFile(options.StatedModel.empty() ? defaultModelName : options.StatedModel);
  auto reader = UNetModelReader::New();
  reader->SetFileName(options.Model);
  reader->UpdateOutputInformation();
  options.Header = reader->GetOutput();
  if (command.count("--objects") == 0)
  {
    InstanceSegmentationParameters objects = GetInstanceParameters(*options.Header);
    CopyGivenParameters(command, options.Settings.Objects, objects);
    options.Settings.Objects = objects;
  }
  return options.Header->GetSpecification();
}

void
Run(SegmentOptions options, const CLI::App & command)
{
  const bool isList = NamesManyImages(options.Input) && !IsFolder(options.Input);
  if (options.Output.empty() && !isList)
  {
    throw CLI::RequiredError("output");
  }
  const bool isMany = NamesManyImages(options.Input);
  for (const char * const name : { "--format", "--shard", "--again" })
  {
    if (!isMany && command.count(name) > 0)
    {
      throw CLI::ValidationError(name, "input must be a folder or a list (.csv), but is " + options.Input + '.');
    }
  }
  const UNetSpecification specification = ChooseModel(options, command);
  if (!options.Settings.GivesObjects(specification))
  {
    VerifyOptionsFit(command, specification);
  }
  const std::size_t numbers = 2 * specification.Dimension;
  if (!options.Settings.Region.empty() && options.Settings.Region.size() != numbers)
  {
    throw CLI::ValidationError("--region",
                               "Region must have " + std::to_string(numbers) +
                                 " numbers, the first pixel and the size along each axis, but has " +
                                 std::to_string(options.Settings.Region.size()) + '.');
  }
  options.Settings.FitTo(specification);
  isMany ? SegmentMany(options) : SegmentOne(options);
}

void
VerifyEnding(const std::string & ending)
{
  if (ending.empty() || ending[0] != '.' || !MakeImageWriter("a" + ending))
  {
    itkGenericExceptionMacro("Format must be the file extension of an ITK image format, such as .mha, but is " << ending
                                                                                                               << '.');
  }
}

void
AddOutputOptions(CLI::App & command, SegmentationSettings & settings)
{
  using Kind = SegmentationSettings::Kind;
  const auto addKind = [&](const char * name, Kind kind, const char * description)
  {
    return command.add_flag_callback(
      name, [&settings, kind] { settings.Output = kind; }, description);
  };
  auto * const probabilities = addKind(
    "--probabilities",
    Kind::Probabilities,
    "Write probabilities instead: of the foreground or, for more than two classes, one component for each class.");
  addKind("--mask", Kind::Mask, "Write 0 and 1 instead of object numbers.")->excludes(probabilities);
}

void
AddManyImagesOptions(CLI::App & command, SegmentOptions & options)
{
  const std::string group = "Many images";
  command
    .add_option(
      "--format", options.Ending, "File extension of outputs that are named after their images, such as .mha.")
    ->type_name("ENDING")
    ->check(MakeCommandLineValidator(VerifyEnding))
    ->group(group);
  command
    .add_option("--shard",
                options.Shard,
                "Take every COUNT-th case from case NUMBER on, counted from 1. Default: the task's shard in a Slurm "
                "job array, else 1/1, which takes all cases.")
    ->type_name("NUMBER/COUNT")
    ->check(MakeCommandLineValidator(ParseCaseShard))
    ->group(group);
  command.add_flag("--again", options.ComputesAll, "Also compute cases that an earlier run has finished.")
    ->group(group);
}

void
AddSegmentCommand(CLI::App & command)
{
  auto options = std::make_shared<SegmentOptions>();
  command.footer(manyImages);
  command.add_option("input", options->Input, "Image in any format that ITK reads, or a folder or list of images.")
    ->required();
  command.add_option("output",
                     options->Output,
                     "Image to write on the input's grid, or a folder: object numbers of 16 or 32 bits or, for a model "
                     "of more than two classes, class numbers of 8 or 16 bits.");
  command
    .add_option("-m,--model",
                options->StatedModel,
                "Model file (.safetensors), or the name of a model that comes with this program. Default: nuclei, for "
                "2D images of one channel or RGB.")
    ->type_name("MODEL");
  command
    .add_option("--spacing",
                options->Settings.Spacing,
                "Pixel size of the images in millimeters along x, y (, z), in place of what their files state.")
    ->delimiter(',')
    ->type_name("MM,MM");
  command
    .add_option("--region",
                options->Settings.Region,
                "Part of the images to segment: first pixel along x, y (, z), then size. Default: all.")
    ->delimiter(',')
    ->type_name("X,Y,WIDTH,HEIGHT");
  command.add_option_function<unsigned int>(
    "--level",
    [options](unsigned int level) { options->Settings.Level = level; },
    "Level of a pyramid, 0 for the largest. Default: the smallest whose pixels are not larger than the model's.");
  command
    .add_option_function<std::string>(
      "--polarity",
      [options](const std::string & text) { options->Settings.Polarity = GetEnumerationValue<UNetPolarity>(text); },
      "Whether objects are bright or dark, in place of what the model says; auto decides by each image.")
    ->check(CLI::IsMember(GetEnumerationTexts<UNetPolarity>()))
    ->type_name("NAME");
  AddOutputOptions(command, options->Settings);
  AddDeviceOptions(command, options->Device, options->Threads);
  AddManyImagesOptions(command, *options);
  AddParameterOptions(command, options->Settings.Network, "Network", SegmentationSettings::UnusedNetworkParameters);
  // Before the parameters, which change what it sets.
  command
    .add_option_function<std::string>(
      "--objects",
      [options](const std::string & fileName) { options->Settings.Objects = ReadInstanceParameters(fileName); },
      "File written by itktorch tune, which sets the parameters below. Default: what the model says.")
    ->type_name("FILE")
    ->group(objectsGroup);
  AddParameterOptions(command, options->Settings.Objects, objectsGroup);
  command.callback([options, &command] { Run(*options, command); });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("segment", itk::AddSegmentCommand);
