// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkAtomicFileWrite.h"
#include "itkCommandLineParameters.h"
#include "itkConsoleProgress.h"
#include "itkTrainingSetReport.h"
#include "itkTrainingSetSheet.h"
// Registers the formats of ITK.
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"
#include <algorithm>
#include <iostream>
#include <memory>
#include <thread>

namespace itk
{
namespace
{
struct CheckOptions
{
  std::string        Pairs;
  std::string        Json;
  std::string        Sheet;
  std::size_t        SheetImages{ 48 };
  bool               IsStrict{ false };
  unsigned int       Threads{ 0 };
  TrainingSetOptions Set;
};

constexpr const char * standardOutput = "-";

void
VerifyOutputs(const CheckOptions & options)
{
  const std::string        json = options.Json == standardOutput ? "" : options.Json;
  std::vector<std::string> inputs{ options.Pairs };
  for (const auto & pair : ReadImageLabelPairs(options.Pairs))
  {
    inputs.insert(inputs.end(), { pair.Image, pair.Label });
  }
  VerifyOutputsAreNoInputs({ json, options.Sheet }, inputs);
  if (!json.empty())
  {
    VerifyFileCanBeWritten(json);
  }
  if (!options.Sheet.empty())
  {
    VerifyImageCanBeWritten(options.Sheet);
  }
}

void
Run(CheckOptions options)
{
  VerifyOutputs(options);
  const unsigned int processors = std::max(1u, std::thread::hardware_concurrency());
  options.Set.NumberOfThreads = options.Threads > 0 ? options.Threads : processors;
  const auto report = [&]
  {
    ConsoleProgress progress("Checking");
    return TrainingSetReport(options.Pairs, options.Set, [&](double fraction) { progress.Show(fraction); });
  }();
  if (options.Json != standardOutput)
  {
    std::cout << report.ToText() << std::flush;
  }
  if (options.Json == standardOutput)
  {
    std::cout << report.ToJson() << std::flush;
  }
  else if (!options.Json.empty())
  {
    AtomicFileWrite(options.Json, report.ToJson());
  }
  if (!options.Sheet.empty())
  {
    WriteTrainingSetSheet(report, options.SheetImages, options.Sheet);
  }
  const std::size_t errors = report.CountProblems(TrainingSetSeverity::Error);
  const std::size_t warnings = report.CountProblems(TrainingSetSeverity::Warning);
  if (errors > 0 || (options.IsStrict && warnings > 0))
  {
    itkGenericExceptionMacro(<< options.Pairs << ": errors: " << errors << ", warnings: " << warnings << '.');
  }
}

void
AddCheckCommand(CLI::App & command)
{
  auto options = std::make_shared<CheckOptions>();
  command.add_option("pairs", options->Pairs, "CSV file with the columns image, label and (optional) fold.")
    ->required();
  command.add_option("--json", options->Json, "Also write all of it to this file, or with - to standard output only.")
    ->type_name("FILE");
  command
    .add_option("--sheet",
                options->Sheet,
                "Also write a picture (.png) of the images with the outlines of their labels, those with problems "
                "first: red frames for errors, orange ones for warnings.")
    ->type_name("FILE");
  command.add_option("--sheet-images", options->SheetImages, "How many images the sheet shows at most.")
    ->capture_default_str()
    ->check(CLI::Range(1, 600));
  std::vector<std::string> choices = GetEnumerationTexts<LabelMeaning>();
  choices.push_back("colors");
  command
    .add_option_function<std::string>(
      "--labels",
      [options](const std::string & text)
      {
        options->Set.ColorsAreLabels = text == "colors";
        options->Set.Labels =
          options->Set.ColorsAreLabels ? LabelMeaning::Objects : GetEnumerationValue<LabelMeaning>(text);
      },
      "What labels mean; colors: objects, each of which has a color of its own in its file. Default: told from the "
      "labels of all images.")
    ->check(CLI::IsMember(choices));
  AddGridToleranceOption(command, options->Set.GridTolerance);
  command.add_option("--threads", options->Threads, "That read images at the same time. Default: 0, all processors.")
    ->check(CLI::Range(0, 64));
  command.add_flag("--strict", options->IsStrict, "Fail also for warnings.");
  command.footer("The exit status is 1 if there is an error: a file or a pair that train refuses, or relatives in "
                 "different folds (the same image, parts of one image, tiles that continue each other).");
  command.callback([options] { Run(*options); });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("check", itk::AddCheckCommand);
