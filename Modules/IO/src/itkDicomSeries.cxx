// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomSeries.h"
#include "itkDicomSliceStack.h"
#include "itkImageFolder.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

/** "FOLDER" and what follows "#"; an empty folder for the name of a file. */
std::pair<std::string, std::string>
SplitName(const std::string & name)
{
  std::error_code error;
  if (fs::is_directory(name, error))
  {
    return { name, "" };
  }
  const auto at = name.rfind('#');
  if (at == std::string::npos || at == 0 || fs::exists(name, error) || !fs::is_directory(name.substr(0, at), error))
  {
    return {};
  }
  return { name.substr(0, at), name.substr(at + 1) };
}

bool
IsHidden(const fs::path & path)
{
  return path.filename().string()[0] == '.';
}

/** Regular files, sorted. */
std::vector<std::string>
ListFiles(const std::string & folder, bool takesFolders)
{
  std::vector<std::string> files;
  std::error_code          error;
  const auto               options = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(folder, options, error);
       !error && entry != fs::recursive_directory_iterator();
       entry.increment(error))
  {
    std::error_code unknown;
    if (entry->is_directory(unknown) && (!takesFolders || IsHidden(entry->path())))
    {
      entry.disable_recursion_pending();
    }
    else if (entry->is_regular_file(unknown) && !IsHidden(entry->path()))
    {
      files.push_back(entry->path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool
AreNear(const std::vector<double> & a, const std::vector<double> & b, double tolerance)
{
  return std::equal(a.begin(),
                    a.end(),
                    b.begin(),
                    b.end(),
                    [tolerance](double first, double second) { return std::abs(first - second) <= tolerance; });
}

bool
BelongTogether(const DicomSlice & a, const DicomSlice & b)
{
  constexpr double cosineTolerance = 1e-4;
  constexpr double spacingTolerance = 1e-4;
  const auto       isPalette = [](const DicomSlice & slice)
  { return slice.Header.GetText(DicomTag::Photometric) == "PALETTE COLOR"; };
  const double spacing = a.PixelSpacing.empty() ? 0 : a.PixelSpacing.front();
  return a.Header.PixelPosition > 0 && b.Header.PixelPosition > 0 && a.Header.GetFrames() == 1 &&
         b.Header.GetFrames() == 1 && a.Header.Rows == b.Header.Rows && a.Header.Columns == b.Header.Columns &&
         a.Header.Samples == b.Header.Samples && isPalette(a) == isPalette(b) &&
         AreNear(a.Orientation, b.Orientation, cosineTolerance) &&
         AreNear(a.PixelSpacing, b.PixelSpacing, spacingTolerance * std::abs(spacing));
}

/** Of control characters, which a description may have, nothing is printed. */
std::string
Printable(std::string text)
{
  text.erase(std::remove_if(text.begin(), text.end(), [](unsigned char letter) { return letter < 32; }), text.end());
  return text;
}

/** What the type of a slice's numbers depends on. */
std::string
GetRange(const DicomHeader & header)
{
  return header.GetText(DicomTag::RescaleSlope) + ' ' + header.GetText(DicomTag::RescaleIntercept) + ' ' +
         std::to_string(header.BitsAllocated) + ' ' + std::to_string(header.BitsStored) + ' ' +
         std::to_string(header.IsSigned);
}

DicomSeries
MakeSeries(std::vector<DicomSlice> slices)
{
  DicomSeries         series;
  const DicomHeader & header = slices.front().Header;
  series.Uid = Printable(header.GetText(DicomTag::Series));
  series.Number = Printable(header.GetText(DicomTag::SeriesNumber));
  series.Description = Printable(header.GetText(DicomTag::SeriesDescription));
  series.Modality = Printable(header.GetText(DicomTag::Modality));
  series.Size = { header.Columns, header.Rows };
  for (const DicomSlice & slice : slices)
  {
    if (!slice.Header.Problem.empty() && series.Problem.empty())
    {
      series.Problem = slice.Name + ": " + slice.Header.Problem;
    }
  }
  if (slices.size() > 1)
  {
    try
    {
      // A stack that cannot be arranged is left half sorted.
      std::vector<DicomSlice> arranged = slices;
      DicomSliceStack(arranged, series).Arrange();
      slices = std::move(arranged);
    }
    catch (const ExceptionObject & error)
    {
      series.Problem = series.Problem.empty() ? error.GetDescription() : series.Problem;
    }
  }
  for (const DicomSlice & slice : slices)
  {
    series.Files.push_back(slice.File);
    series.HasManyRanges = series.HasManyRanges || GetRange(slice.Header) != GetRange(slices.front().Header);
    series.HasInvertedGrays = series.HasInvertedGrays || slice.Header.GetText(DicomTag::Photometric) == "MONOCHROME1";
  }
  return series;
}

/** Of what a whole series consists of: parts with other sizes or orientations, such as localizers, are series too. */
std::vector<std::vector<DicomSlice>>
GroupSlices(const std::vector<DicomSlice> & slices)
{
  std::map<std::string, std::vector<std::vector<DicomSlice>>> groups;
  for (const DicomSlice & slice : slices)
  {
    auto & ofSeries = groups[slice.Header.GetText(DicomTag::Series)];
    auto   found = std::find_if(
      ofSeries.begin(), ofSeries.end(), [&](const auto & group) { return BelongTogether(group.front(), slice); });
    if (found == ofSeries.end())
    {
      ofSeries.emplace_back();
      found = std::prev(ofSeries.end());
    }
    found->push_back(slice);
  }
  std::vector<std::vector<DicomSlice>> all;
  for (auto & [uid, ofSeries] : groups)
  {
    std::move(ofSeries.begin(), ofSeries.end(), std::back_inserter(all));
  }
  return all;
}

bool
IsIn(const std::string & file, const std::string & folder)
{
  return file.size() > folder.size() + 1 && file.compare(0, folder.size(), folder) == 0 && file[folder.size()] == '/';
}

/** A file of which too little can be read to tell where it belongs spoils what it may belong to: the series with its
 * UID or, where that is not known, those in its folder. */
void
BlameFor(const DicomSlice & slice, std::vector<DicomSeries> & all)
{
  const std::string uid = slice.Header.GetText(DicomTag::Series);
  const std::string folder = fs::path(slice.File).parent_path().string();
  bool              isBlamed = false;
  for (DicomSeries & series : all)
  {
    const bool isOne = uid.empty() ? fs::path(series.Files.front()).parent_path() == folder : series.Uid == uid;
    if (isOne && series.Problem.empty())
    {
      series.Problem = slice.Name + ": " + slice.Header.Problem;
    }
    isBlamed = isBlamed || isOne;
  }
  if (!isBlamed && !slice.Header.LacksPixels)
  {
    all.push_back(MakeSeries({ slice }));
  }
}

std::vector<DicomSeries>
FindSeries(const std::vector<DicomSlice> & slices)
{
  std::vector<DicomSlice> whole;
  std::vector<DicomSlice> broken;
  for (const DicomSlice & slice : slices)
  {
    const bool isBroken = !slice.Header.Problem.empty() && slice.Header.PixelPosition == 0;
    (isBroken ? broken : whole).push_back(slice);
  }
  std::vector<DicomSeries> found;
  for (auto & group : GroupSlices(whole))
  {
    found.push_back(MakeSeries(std::move(group)));
  }
  for (const DicomSlice & slice : broken)
  {
    BlameFor(slice, found);
  }
  const auto number = [](const DicomSeries & series) { return std::strtol(series.Number.c_str(), nullptr, 10); };
  std::stable_sort(found.begin(),
                   found.end(),
                   [&](const DicomSeries & a, const DicomSeries & b)
                   {
                     const bool isSame = number(a) == number(b) && a.Uid == b.Uid;
                     return !isSame ? std::make_pair(number(a), a.Uid) < std::make_pair(number(b), b.Uid)
                            : a.Files.size() != b.Files.size() ? a.Files.size() > b.Files.size()
                                                               : a.Files < b.Files;
                   });
  return found;
}

/** The innermost folder that holds all files. */
std::string
GetFolder(const std::vector<std::string> & files)
{
  fs::path folder = fs::path(files.front()).parent_path();
  for (const std::string & file : files)
  {
    while (!folder.empty() && !IsIn(file, folder.string()))
    {
      folder = folder.parent_path();
    }
  }
  return folder.string();
}

/** A damaged one may hold anything. */
bool
IsUid(const std::string & text)
{
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
}

/** Names by which the series are opened: their own folders, and what tells them from others there. */
void
NameSeries(std::vector<DicomSeries> & all, const std::vector<DicomSlice> & slices)
{
  std::map<std::string, std::vector<DicomSeries>> inFolders;
  for (DicomSeries & series : all)
  {
    const std::string folder = GetFolder(series.Files);
    auto &            inFolder = inFolders[folder];
    if (inFolder.empty())
    {
      std::vector<DicomSlice> ofFolder;
      std::copy_if(slices.begin(),
                   slices.end(),
                   std::back_inserter(ofFolder),
                   [&](const DicomSlice & slice) { return IsIn(slice.File, folder); });
      inFolder = ofFolder.size() == slices.size() ? all : FindSeries(ofFolder);
    }
    const auto sameUid = std::count_if(
      inFolder.begin(), inFolder.end(), [&](const DicomSeries & other) { return other.Uid == series.Uid; });
    const auto place = std::find_if(
      inFolder.begin(), inFolder.end(), [&](const DicomSeries & other) { return other.Files == series.Files; });
    series.Name = folder;
    if (inFolder.size() > 1)
    {
      series.Name +=
        '#' + (sameUid == 1 && IsUid(series.Uid) ? series.Uid : std::to_string(place - inFolder.begin() + 1));
    }
  }
}

/** Such as: #1 (series 3, "T1", MR, 256 x 256, 30 slices), #2 (…). */
std::string
List(const std::vector<DicomSeries> & all)
{
  constexpr std::size_t most = 20;
  std::string           text;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i)
  {
    text += (i == 0 ? "#" : ", #") + std::to_string(i + 1) + " (" + all[i].Describe() + ')';
  }
  return text + (all.size() > most ? ", and " + std::to_string(all.size() - most) + " more" : "");
}
/** Those of a folder. */
std::vector<DicomSeries>
FindAll(const std::string & folder)
{
  std::vector<DicomSlice> slices;
  // Whether it is a DICOM file.
  const auto take = [&](const std::string & file)
  {
    DicomSlice slice{ file, fs::path(file).lexically_relative(folder).string(), ReadDicomHeader(file), {}, {}, {} };
    if (!slice.Header.IsDicom)
    {
      return false;
    }
    slice.Position = slice.Header.GetNumbers(DicomTag::Position);
    slice.Orientation = slice.Header.GetNumbers(DicomTag::Orientation);
    slice.PixelSpacing = slice.Header.GetNumbers(DicomTag::PixelSpacing);
    slices.push_back(std::move(slice));
    return true;
  };
  std::set<std::string> taken;
  std::set<std::string> others;
  for (const std::string & file : ListFiles(folder, false))
  {
    (take(file) ? taken : others).insert(file);
  }
  const auto images = ListImages(folder);
  if (std::none_of(images.begin(), images.end(), [&](const std::string & image) { return others.count(image) > 0; }))
  {
    for (const std::string & file : ListFiles(folder, true))
    {
      if (taken.count(file) == 0 && others.count(file) == 0)
      {
        take(file);
      }
    }
  }
  auto series = FindSeries(slices);
  NameSeries(series, slices);
  return series;
}

/** \param choice a UID, a place in the list, or nothing */
std::vector<DicomSeries>
Choose(const std::vector<DicomSeries> & all, const std::string & choice)
{
  std::vector<DicomSeries> chosen;
  for (std::size_t i = 0; i < all.size(); ++i)
  {
    if (choice.empty() || all[i].Uid == choice || std::to_string(i + 1) == choice)
    {
      chosen.push_back(all[i]);
    }
  }
  return chosen;
}
} // namespace

std::string
DicomSeries::Describe() const
{
  std::string text = "series " + (Number.empty() ? "without a number" : Number);
  text += Description.empty() ? "" : ", \"" + Description + '"';
  text += Modality.empty() ? "" : ", " + Modality;
  text += ", " + std::to_string(Size[0]) + " x " + std::to_string(Size[1]);
  return text + ", " + std::to_string(Files.size()) + (Files.size() == 1 ? " file" : " slices");
}

std::vector<DicomSeries>
FindDicomSeries(const std::string & name)
{
  const auto [folder, choice] = SplitName(name);
  return folder.empty() ? std::vector<DicomSeries>{} : Choose(FindAll(folder), choice);
}

bool
IsDicomFile(const std::string & fileName)
{
  return ReadDicomHeader(fileName).IsDicom;
}

bool
NamesDicomFolder(const std::string & name)
{
  return !SplitName(name).first.empty();
}

DicomSeries
ChooseDicomSeries(const std::string & name)
{
  const auto [folder, choice] = SplitName(name);
  if (folder.empty())
  {
    itkGenericExceptionMacro("it must be a folder of DICOM files.");
  }
  const auto all = FindAll(folder);
  if (all.empty())
  {
    itkGenericExceptionMacro("it must be a file or a folder of DICOM images, but is a folder without any.");
  }
  const auto chosen = Choose(all, choice);
  if (chosen.size() != 1)
  {
    const fs::path    path = fs::absolute(folder).lexically_normal();
    const fs::path    last = path.has_filename() ? path.filename() : path.parent_path().filename();
    const std::string named = choice.empty()   ? "none is"
                              : chosen.empty() ? "there is no #" + choice
                                               : '#' + choice + " is " + std::to_string(chosen.size()) + " of them";
    itkGenericExceptionMacro("one of its series must be chosen by number or UID, such as "
                             << last.string() << "#1, but " << named << ": " << List(all) << '.');
  }
  if (!chosen.front().Problem.empty())
  {
    itkGenericExceptionMacro(<< chosen.front().Problem);
  }
  return chosen.front();
}

std::vector<std::string>
ListImageFiles(const std::string & name)
{
  try
  {
    return NamesDicomFolder(name) ? ChooseDicomSeries(name).Files : std::vector<std::string>{ name };
  }
  catch (const ExceptionObject &)
  {
    // Whoever reads it says why.
    return {};
  }
}

double
GetImageFileBytes(const std::string & name)
{
  const std::string folder = SplitName(name).first;
  double            bytes = 0;
  for (const std::string & file : folder.empty() ? std::vector<std::string>{ name } : ListFiles(folder, true))
  {
    std::error_code error;
    const auto      ofFile = fs::file_size(file, error);
    bytes += error ? 0.0 : static_cast<double>(ofFile);
  }
  return bytes;
}
} // namespace itk
