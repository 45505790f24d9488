// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationCase.h"
#include "itkAtomicFileWrite.h"
#include "itkCsvTable.h"
#include "itkDicomSeries.h"
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

/** With "-" in place of what is no letter, digit, "." or "_" of ASCII. */
std::string
MakeSafe(const std::string & text)
{
  std::string safe;
  for (const char letter : text)
  {
    const bool isSafe = (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
                        (letter >= 'a' && letter <= 'z') || letter == '_' || (letter == '.' && !safe.empty());
    if (isSafe)
    {
      safe += letter;
    }
    else if (!safe.empty() && safe.back() != '-')
    {
      safe += '-';
    }
  }
  return safe.substr(0, safe.find_last_not_of("-.") + 1);
}

/** \param stem of the file's name */
std::string
NameOutputOfDicom(const std::string & stem, const SegmentationCaseOptions & options)
{
  return (fs::path(options.OutputFolder) / (stem + (options.Ending.empty() ? ".nrrd" : options.Ending))).string();
}

std::string
NameOutput(const std::string & input, const SegmentationCaseOptions & options)
{
  const std::string name = fs::path(input).filename().string();
  if (NamesDicomFolder(input))
  {
    return NameOutputOfDicom(MakeSafe(name), options);
  }
  const std::string ending =
    options.Ending.empty() ? GetSegmentationEnding(name, options.WritesProbabilities) : options.Ending;
  const std::string stem = name.substr(0, name.size() - GetImageEnding(name).size());
  return (fs::path(options.OutputFolder) / (stem + ending)).string();
}

/** \throws ExceptionObject if outputs are to be in a folder of inputs */
void
VerifyIsOtherFolder(const std::string & folder, const SegmentationCaseOptions & options)
{
  std::error_code absent;
  if (fs::equivalent(folder, options.OutputFolder, absent))
  {
    itkGenericExceptionMacro("The outputs of " << folder
                                               << " must go to another folder; otherwise they would become inputs.");
  }
}

/** Slices are called by what their series is called, a file of its own by its name; both after the place of their
 * folder. */
std::string
NameSeries(const std::string & folder, const DicomSeries & series)
{
  const fs::path file(series.Files.front());
  if (series.Files.size() == 1)
  {
    const std::string name = file.lexically_relative(folder).string();
    return MakeSafe(name.substr(0, name.size() - GetImageEnding(name).size()));
  }
  const fs::path    seriesFolder(series.Name.substr(0, series.Name.rfind('#')));
  const std::string place = MakeSafe(seriesFolder.lexically_relative(folder).string());
  const std::string name =
    MakeSafe(series.Number + ' ' + (series.Description.empty() ? series.Modality : series.Description));
  return (place.empty() ? "" : place + '-') + (name.empty() ? "series" : name);
}

/** \param images from which DICOM files are removed, but for those that are a series of their own: others are slices,
 * copies of them, or without pixels */
std::vector<SegmentationCase>
ListSeries(const std::string & folder, const SegmentationCaseOptions & options, std::vector<std::string> & images)
{
  std::vector<SegmentationCase> cases;
  std::map<std::string, int>    counts;
  std::set<std::string>         kept;
  for (const DicomSeries & series : FindDicomSeries(folder))
  {
    const bool isFile = series.Files.size() == 1;
    if (isFile && std::find(images.begin(), images.end(), series.Files.front()) != images.end())
    {
      kept.insert(series.Files.front());
      continue;
    }
    for (const std::string & file : series.Files)
    {
      VerifyIsOtherFolder(fs::path(file).parent_path().string(), options);
    }
    std::string name = NameSeries(folder, series);
    const int   count = ++counts[name];
    name += count > 1 ? '-' + std::to_string(count) : "";
    cases.push_back({ name, isFile ? series.Files.front() : series.Name, NameOutputOfDicom(name, options) });
  }
  images.erase(std::remove_if(images.begin(),
                              images.end(),
                              [&](const std::string & image) { return kept.count(image) == 0 && IsDicomFile(image); }),
               images.end());
  return cases;
}

std::vector<SegmentationCase>
ListFolder(const std::string & folder, const SegmentationCaseOptions & options)
{
  VerifyIsOtherFolder(folder, options);
  auto                          images = ListImages(folder);
  std::vector<SegmentationCase> series;
  if (options.TakesSeries)
  {
    series = ListSeries(folder, options, images);
  }
  std::vector<SegmentationCase> cases;
  for (const std::string & input : images)
  {
    cases.push_back({ fs::path(input).filename().string(), input, NameOutput(input, options) });
  }
  cases.insert(cases.end(), series.begin(), series.end());
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
    cases.push_back(
      { name,
        (folder / name).string(),
        hasOutput ? (outputFolder / row.Fields[output]).string() : NameOutput((folder / name).string(), options) });
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
  return IsFolder(name) || itksys::SystemTools::LowerCase(fs::path(name).extension().string()) == ".csv";
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
  const bool isFolder = IsFolder(folderOrList);
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
