// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomSeries.h"
#include "itkDicomLayout.h"
#include "itkImageFolder.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace itk
{
namespace
{
namespace fs = std::filesystem;
using Vector = std::array<double, 3>;

/** A file with what its header says. */
struct Slice
{
  std::string File;
  /** In the folder that is searched. */
  std::string         Name;
  DicomHeader         Header;
  std::vector<double> Position;
  std::vector<double> Orientation;
  std::vector<double> PixelSpacing;
  /** Along the normal, in millimeters. */
  double Height{ 0 };
};

double
Dot(const Vector & a, const Vector & b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Vector
Normalize(const Vector & a)
{
  const double length = std::sqrt(Dot(a, a));
  return { a[0] / length, a[1] / length, a[2] / length };
}

Vector
Cross(const Vector & a, const Vector & b)
{
  return { a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0] };
}

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
BelongTogether(const Slice & a, const Slice & b)
{
  constexpr double cosineTolerance = 1e-4;
  constexpr double spacingTolerance = 1e-4;
  const auto       isPalette = [](const Slice & slice)
  { return slice.Header.GetText(DicomTag::Photometric) == "PALETTE COLOR"; };
  const double spacing = a.PixelSpacing.empty() ? 0 : a.PixelSpacing.front();
  return a.Header.PixelPosition > 0 && b.Header.PixelPosition > 0 && a.Header.GetFrames() == 1 &&
         b.Header.GetFrames() == 1 && a.Header.Rows == b.Header.Rows && a.Header.Columns == b.Header.Columns &&
         a.Header.Samples == b.Header.Samples && isPalette(a) == isPalette(b) &&
         AreNear(a.Orientation, b.Orientation, cosineTolerance) &&
         AreNear(a.PixelSpacing, b.PixelSpacing, spacingTolerance * std::abs(spacing));
}

std::string
Print(double millimeters)
{
  std::ostringstream text;
  text.precision(7);
  text << (std::abs(millimeters) < 1e-9 ? 0.0 : millimeters) << " mm";
  return text.str();
}

std::string
At(const Slice & slice)
{
  return slice.Name + " at " + Print(slice.Height);
}

/** Whether pixels and what follows them are the same in both files. */
bool
HoldSamePixels(const Slice & a, const Slice & b)
{
  std::ifstream first(a.File, std::ios::binary);
  std::ifstream second(b.File, std::ios::binary);
  first.seekg(static_cast<std::streamoff>(a.Header.PixelPosition));
  second.seekg(static_cast<std::streamoff>(b.Header.PixelPosition));
  std::vector<char> ofFirst(std::size_t{ 1 } << 16);
  std::vector<char> ofSecond(ofFirst.size());
  do
  {
    first.read(ofFirst.data(), static_cast<std::streamsize>(ofFirst.size()));
    second.read(ofSecond.data(), static_cast<std::streamsize>(ofSecond.size()));
    if (first.gcount() != second.gcount() ||
        std::memcmp(ofFirst.data(), ofSecond.data(), static_cast<std::size_t>(first.gcount())) != 0)
    {
      return false;
    }
  }
  while (first && second);
  return true;
}

/** \class SliceStack
 * \brief Slices that belong together, on their way to be a volume. */
class SliceStack
{
public:
  SliceStack(std::vector<Slice> & slices, DicomSeries & series)
    : m_Slices(slices)
    , m_Series(series)
  {}

  /** \throws ExceptionObject with a sentence, if they are no volume */
  void
  Arrange()
  {
    this->Orient();
    std::stable_sort(
      m_Slices.begin(), m_Slices.end(), [](const Slice & a, const Slice & b) { return a.Height < b.Height; });
    this->RemoveCopies();
    if (m_Slices.size() > 1)
    {
      this->VerifySteps();
      this->VerifyIsStraight();
    }
  }

private:
  void
  Orient()
  {
    const auto unplaced =
      std::find_if(m_Slices.begin(),
                   m_Slices.end(),
                   [](const Slice & slice) { return slice.Position.size() != 3 || slice.Orientation.size() != 6; });
    if (unplaced != m_Slices.end())
    {
      itkGenericExceptionMacro("its slices must state their positions (ImagePositionPatient, ImageOrientationPatient), "
                               "but "
                               << unplaced->Name << " does not.");
    }
    const auto & orientation = m_Slices.front().Orientation;
    const Vector along{ orientation[0], orientation[1], orientation[2] };
    const Vector down{ orientation[3], orientation[4], orientation[5] };
    const Vector normal = Cross(along, down);
    if (!(std::abs(Dot(along, along) - 1) < 0.01 && std::abs(Dot(down, down) - 1) < 0.01 &&
          std::abs(Dot(along, down)) < 0.001))
    {
      itkGenericExceptionMacro("the directions of its rows and columns must be perpendicular vectors of length 1, but "
                               "are not in "
                               << m_Slices.front().Name << '.');
    }
    m_Series.Directions = { Normalize(along), Normalize(down), Normalize(normal) };
    const auto & spacing = m_Slices.front().PixelSpacing;
    m_Series.Spacing = spacing.size() == 2 ? Vector{ spacing[1], spacing[0], 1 } : Vector{ 1, 1, 1 };
    for (Slice & slice : m_Slices)
    {
      slice.Height = Dot(this->GetPosition(slice), m_Series.Directions[2]);
    }
  }

  static Vector
  GetPosition(const Slice & slice)
  {
    return { slice.Position[0], slice.Position[1], slice.Position[2] };
  }

  /** The lower median of the distances of neighbors that are not at one position. */
  double
  GetStep() const
  {
    constexpr double    least = 1e-6;
    std::vector<double> steps;
    for (std::size_t i = 1; i < m_Slices.size(); ++i)
    {
      const double step = m_Slices[i].Height - m_Slices[i - 1].Height;
      if (step > least)
      {
        steps.push_back(step);
      }
    }
    if (steps.empty())
    {
      return 0;
    }
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    return *middle;
  }

  /** A file that is there twice counts once. */
  void
  RemoveCopies()
  {
    constexpr double   onePosition = 0.01;
    const double       tolerance = onePosition * this->GetStep() + 1e-9;
    std::vector<Slice> kept;
    std::size_t        copies = 0;
    std::string        example;
    for (Slice & slice : m_Slices)
    {
      const bool isAtLast = !kept.empty() && slice.Height - kept.back().Height <= tolerance;
      if (!isAtLast)
      {
        kept.push_back(std::move(slice));
        continue;
      }
      const std::string instance = slice.Header.GetText(DicomTag::Instance);
      if (instance.empty() || instance != kept.back().Header.GetText(DicomTag::Instance) ||
          !HoldSamePixels(slice, kept.back()))
      {
        itkGenericExceptionMacro("two of its slices are at one position, such as of several times or echoes: "
                                 << kept.back().Name << " and " << At(slice) << '.');
      }
      ++copies;
      example = example.empty() ? slice.Name : example;
    }
    m_Slices = std::move(kept);
    if (copies > 0)
    {
      m_Series.Notes.push_back(copies == 1 ? "A copy of one of its slices is left out: " + example + '.'
                                           : std::to_string(copies) + " copies of its slices are left out, such as " +
                                               example + '.');
    }
  }

  void
  VerifySteps()
  {
    // Of the distance of neighbors; positions may be rounded to hundredths of a millimeter.
    constexpr double relative = 0.01;
    constexpr double rounding = 0.01;
    constexpr double largest = 0.05;
    const double     step = this->GetStep();
    const double     tolerance = std::max(relative * step, std::min(rounding, largest * step)) * (1 + 1e-6);
    for (std::size_t i = 1; i < m_Slices.size(); ++i)
    {
      const double found = m_Slices[i].Height - m_Slices[i - 1].Height;
      if (std::abs(found - step) <= tolerance)
      {
        continue;
      }
      const double missing = std::round(found / step) - 1;
      const bool   isGap = missing >= 1 && std::abs(found - (missing + 1) * step) <= 0.1 * step;
      std::string  problem = "its slices must be evenly spaced, but ";
      if (isGap)
      {
        problem = std::to_string(static_cast<long>(missing)) +
                  (missing == 1 ? " of its slices is missing" : " of its slices are missing") + " between ";
      }
      itkGenericExceptionMacro(<< problem << At(m_Slices[i - 1]) << " and " << At(m_Slices[i])
                               << (isGap ? ": others are " : " are " + Print(found) + " apart, others ") << Print(step)
                               << (isGap ? " apart." : "."));
    }
    m_Series.Spacing[2] = (m_Slices.back().Height - m_Slices.front().Height) / static_cast<double>(m_Slices.size() - 1);
  }

  void
  VerifyIsStraight()
  {
    constexpr double tolerance = 0.5;
    const Vector     first = this->GetPosition(m_Slices.front());
    m_Series.Origin = first;
    for (const Slice & slice : m_Slices)
    {
      const Vector position = this->GetPosition(slice);
      const Vector shift{ position[0] - first[0], position[1] - first[1], position[2] - first[2] };
      for (unsigned int axis = 0; axis < 2; ++axis)
      {
        const double aside = std::abs(Dot(shift, m_Series.Directions[axis]));
        if (aside > tolerance * m_Series.Spacing[axis])
        {
          itkGenericExceptionMacro("its slices must lie straight above each other, but "
                                   << slice.Name << " is " << Print(aside) << " beside " << m_Slices.front().Name
                                   << ", as with a tilted gantry.");
        }
      }
    }
  }

  std::vector<Slice> & m_Slices;
  DicomSeries &        m_Series;
};

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
MakeSeries(std::vector<Slice> slices)
{
  DicomSeries         series;
  const DicomHeader & header = slices.front().Header;
  series.Uid = Printable(header.GetText(DicomTag::Series));
  series.Number = Printable(header.GetText(DicomTag::SeriesNumber));
  series.Description = Printable(header.GetText(DicomTag::SeriesDescription));
  series.Modality = Printable(header.GetText(DicomTag::Modality));
  series.Size = { header.Columns, header.Rows };
  for (const Slice & slice : slices)
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
      std::vector<Slice> arranged = slices;
      SliceStack(arranged, series).Arrange();
      slices = std::move(arranged);
    }
    catch (const ExceptionObject & error)
    {
      series.Problem = series.Problem.empty() ? error.GetDescription() : series.Problem;
    }
  }
  for (const Slice & slice : slices)
  {
    series.Files.push_back(slice.File);
    series.HasManyRanges = series.HasManyRanges || GetRange(slice.Header) != GetRange(slices.front().Header);
    series.HasInvertedGrays = series.HasInvertedGrays || slice.Header.GetText(DicomTag::Photometric) == "MONOCHROME1";
  }
  return series;
}

/** Of what a whole series consists of: parts with other sizes or orientations, such as localizers, are series too. */
std::vector<std::vector<Slice>>
GroupSlices(const std::vector<Slice> & slices)
{
  std::map<std::string, std::vector<std::vector<Slice>>> groups;
  for (const Slice & slice : slices)
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
  std::vector<std::vector<Slice>> all;
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
BlameFor(const Slice & slice, std::vector<DicomSeries> & all)
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
FindSeries(const std::vector<Slice> & slices)
{
  std::vector<Slice> whole;
  std::vector<Slice> broken;
  for (const Slice & slice : slices)
  {
    const bool isBroken = !slice.Header.Problem.empty() && slice.Header.PixelPosition == 0;
    (isBroken ? broken : whole).push_back(slice);
  }
  std::vector<DicomSeries> found;
  for (auto & group : GroupSlices(whole))
  {
    found.push_back(MakeSeries(std::move(group)));
  }
  for (const Slice & slice : broken)
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
NameSeries(std::vector<DicomSeries> & all, const std::vector<Slice> & slices)
{
  std::map<std::string, std::vector<DicomSeries>> inFolders;
  for (DicomSeries & series : all)
  {
    const std::string folder = GetFolder(series.Files);
    auto &            inFolder = inFolders[folder];
    if (inFolder.empty())
    {
      std::vector<Slice> ofFolder;
      std::copy_if(slices.begin(),
                   slices.end(),
                   std::back_inserter(ofFolder),
                   [&](const Slice & slice) { return IsIn(slice.File, folder); });
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
  std::vector<Slice> slices;
  // Whether it is a DICOM file.
  const auto take = [&](const std::string & file)
  {
    Slice slice{ file, fs::path(file).lexically_relative(folder).string(), ReadDicomHeader(file), {}, {}, {} };
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
