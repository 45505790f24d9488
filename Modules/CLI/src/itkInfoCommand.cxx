// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkDicomSeries.h"
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

/** A folder of several DICOM series stands for all of them. */
std::vector<std::string>
ListImages(const std::vector<std::string> & names)
{
  std::vector<std::string> images;
  for (const std::string & name : names)
  {
    const auto series = FindDicomSeries(name);
    if (series.size() < 2)
    {
      images.push_back(name);
      continue;
    }
    for (const DicomSeries & each : series)
    {
      images.push_back(each.Name);
    }
  }
  return images;
}

void
Run(const InfoOptions & options)
{
  std::size_t refused = 0;
  const auto  images = ListImages(options.Files);
  for (const std::string & file : images)
  {
    const ImageFileReport report(file);
    refused += report.GetProblem().empty() ? 0 : 1;
    std::cout << (options.WritesJson ? report.ToJson() + '\n' : report.ToText()) << std::flush;
  }
  if (refused > 0)
  {
    itkGenericExceptionMacro(<< refused << " of " << images.size() << " files cannot be read.");
  }
}

void
AddInfoCommand(CLI::App & command)
{
  auto options = std::make_shared<InfoOptions>();
  command.add_option("files", options->Files, "Image files, or folders of DICOM files, whose series are shown.")
    ->required();
  command.add_flag("--json", options->WritesJson, "Print a line of JSON for each file instead.");
  command.callback([options] { Run(*options); });
}
} // namespace
} // namespace itk

itkTorchCommandMacro("info", itk::AddInfoCommand);
