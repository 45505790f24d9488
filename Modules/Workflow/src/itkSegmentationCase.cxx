// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationCase.h"
#include "itkAtomicFileWrite.h"
#include "itkCsvTable.h"
#include "itkImageFolder.h"
#include "itksys/SystemTools.hxx"
#include "itkMacro.h"
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

std::string
NameOutput(const std::string & input, const SegmentationCaseOptions & options)
{
  const std::string name = fs::path(input).filename().string();
  const std::string ending =
    options.Ending.empty() ? GetSegmentationEnding(name, options.WritesProbabilities) : options.Ending;
  const std::string stem = name.substr(0, name.size() - GetImageEnding(name).size());
  return (fs::path(options.OutputFolder) / (stem + ending)).string();
}

std::vector<SegmentationCase>
ListFolder(const std::string & folder, const SegmentationCaseOptions & options)
{
  std::error_code absent;
  if (fs::equivalent(folder, options.OutputFolder, absent))
  {
    itkGenericExceptionMacro("The outputs of " << folder
                                               << " must go to another folder; otherwise they would become inputs.");
  }
  std::vector<SegmentationCase> cases;
  for (const std::string & input : ListImages(folder))
  {
    cases.push_back({ fs::path(input).filename().string(), input, NameOutput(input, options) });
  }
  return cases;
}

std::vector<SegmentationCase>
ReadList(const std::string & fileName, const SegmentationCaseOptions & options)
{
  const CsvTable    table = ReadCsvTable(fileName);
  const std::size_t image = table.Column("image");
  const bool        hasOutput = table.HasColumn("output");
  const std::size_t output = hasOutput ? table.Column("output") : 0;
  if (!hasOutput && options.OutputFolder.empty())
  {
    itkGenericExceptionMacro(<< fileName << " has no column 'output', so a folder for the outputs must be given.");
  }
  const fs::path folder = fs::path(fileName).parent_path();
  const fs::path outputFolder = options.OutputFolder.empty() ? folder : fs::path(options.OutputFolder);

  std::vector<SegmentationCase> cases;
  for (const auto & row : table.Rows)
  {
    for (const std::size_t column : { image, hasOutput ? output : image })
    {
      if (row.Fields[column].empty())
      {
        itkGenericExceptionMacro(<< fileName << ", line " << row.Line << ": no " << table.Header[column]
                                 << " file is named.");
      }
    }
    const std::string & name = row.Fields[image];
    cases.push_back({ name,
                      (folder / name).string(),
                      hasOutput ? (outputFolder / row.Fields[output]).string() : NameOutput(name, options) });
  }
  return cases;
}

void
VerifyOutputs(const std::vector<SegmentationCase> & cases)
{
  std::set<std::string> inputs;
  for (const auto & each : cases)
  {
    inputs.insert(GetFileIdentity(each.Input));
  }
  std::map<std::string, const SegmentationCase *> outputs;
  for (const auto & each : cases)
  {
    const std::string identity = GetFileIdentity(each.Output);
    if (inputs.count(identity) > 0)
    {
      itkGenericExceptionMacro(<< each.Output << " must not be one of the images, as it is the output of " << each.Input
                               << '.');
    }
    const auto [found, isNew] = outputs.emplace(identity, &each);
    if (!isNew)
    {
      itkGenericExceptionMacro(<< each.Output << " must be the output of one image, but is that of "
                               << found->second->Input << " and " << each.Input << '.');
    }
  }
}
} // namespace

bool
NamesManyImages(const std::string & name)
{
  return fs::is_directory(name) || itksys::SystemTools::LowerCase(fs::path(name).extension().string()) == ".csv";
}

std::string
GetSegmentationEnding(const std::string & fileName, bool holdsProbabilities)
{
  static const std::set<std::string> lossless{ ".mha", ".mhd", ".nhdr", ".nii", ".nii.gz", ".nrrd" };
  const std::string                  ending = GetImageEnding(fileName);
  const std::string                  lowered = itksys::SystemTools::LowerCase(ending);
  return lossless.count(lowered) > 0 || (lowered == ".png" && !holdsProbabilities) ? ending : ".nrrd";
}

std::vector<SegmentationCase>
ListSegmentationCases(const std::string & folderOrList, const SegmentationCaseOptions & options)
{
  const bool isFolder = fs::is_directory(folderOrList);
  const auto cases = isFolder ? ListFolder(folderOrList, options) : ReadList(folderOrList, options);
  if (cases.empty())
  {
    itkGenericExceptionMacro(<< folderOrList << " must " << (isFolder ? "hold" : "name")
                             << " at least 1 image, but there are 0.");
  }
  VerifyOutputs(cases);
  return cases;
}
} // namespace itk
