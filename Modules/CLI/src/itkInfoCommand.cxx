// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkImageFileReport.h"
#include "itkMacro.h"
// Registers the formats of ITK.
#include "itkVerifiedImageReader.h"
#include <iostream>
#include <memory>

namespace itk
{
namespace
{
struct InfoOptions
{
  std::vector<std::string> Files;
  bool                     WritesJson{ false };
};

void
Run(const InfoOptions & options)
{
  std::size_t refused = 0;
  for (const std::string & file : options.Files)
  {
    const ImageFileReport report(file);
    refused += report.GetProblem().empty() ? 0 : 1;
    std::cout << (options.WritesJson ? report.ToJson() + '\n' : report.ToText()) << std::flush;
  }
  if (refused > 0)
  {
    itkGenericExceptionMacro(<< refused << " of " << options.Files.size() << " files cannot be read.");
  }
}

void
AddInfoCommand(CLI::App & command)
{
  auto options = std::make_shared<InfoOptions>();
  command.add_option("files", options->Files, "Image files.")->required();
  command.add_flag("--json", options->WritesJson, "Print a line of JSON for each file instead.");
  command.callback([options] { Run(*options); });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("info", itk::AddInfoCommand);
