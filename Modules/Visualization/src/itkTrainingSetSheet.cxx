// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingSetSheet.h"
#include "itkComparisonSheet.h"
#include "itkLabelImageReader.h"
#include "itkMiddlePlane.h"
#include "itkPictureColors.h"
#include "itkVerifiedImageReader.h"
#include <algorithm>
#include <set>
#include <sstream>

namespace itk
{
namespace
{
using Severity = TrainingSetSeverity;
using ImageType = ComparisonSheet::ImageType;
using ColorType = ComparisonSheet::ColorType;

constexpr std::size_t columns = 6;

ColorType
MakeColor(unsigned char red, unsigned char green, unsigned char blue)
{
  ColorType color;
  color.Set(red, green, blue);
  return color;
}

template <unsigned int VDimension>
void
ReadCell(const ImageLabelPair & pair, ComparisonSheet::Cell & cell)
{
  const auto image = ReadVerifiedImage<VectorImage<float, VDimension>>(pair.Image);
  cell.Image = ColorComponents(MiddlePlane(image.GetPointer())).GetPointer();
  auto reader = LabelImageReader<VDimension>::New();
  reader->SetFileName(pair.Label);
  reader->ColorsAreLabelsOn();
  reader->Update();
  const auto labels = ComparisonSheet::ShortenLabels(MiddlePlane(reader->GetOutput()));
  if (labels->GetBufferedRegion().GetSize() == cell.Image->GetBufferedRegion().GetSize())
  {
    cell.Labels = labels.GetPointer();
  }
}

/** In place of an image that cannot be read. */
ImageType::Pointer
MakeEmptyPicture()
{
  auto picture = ImageType::New();
  picture->SetRegions(Size<2>{ { ComparisonSheet::CellSize, ComparisonSheet::CellSize / 2 } });
  picture->Allocate();
  picture->FillBuffer(MakeColor(200, 200, 200));
  return picture;
}

/** A caption, and the frame for the worst of the pair's problems. */
void
DescribeCell(const TrainingSetReport & report, std::size_t pair, ComparisonSheet::Cell & cell)
{
  const auto & pairs = report.GetPairs();
  // Kinds in the order of their severity, and the lines of relatives.
  std::vector<std::pair<std::string, std::string>> kinds;
  for (const auto & problem : report.GetProblems())
  {
    const auto found = std::find(problem.Pairs.begin(), problem.Pairs.end(), pair);
    if (found == problem.Pairs.end() || problem.Severity == Severity::Note)
    {
      continue;
    }
    const bool isError = problem.Severity == Severity::Error;
    if (isError || !cell.Frame)
    {
      cell.Frame = isError ? MakeColor(230, 30, 30) : MakeColor(255, 150, 0);
    }
    auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto & k) { return k.first == problem.Kind; });
    kind = kind == kinds.end() ? kinds.insert(kind, { problem.Kind, "" }) : kind;
    if (problem.AreRelatives)
    {
      const std::size_t other = problem.Pairs[found == problem.Pairs.begin() ? 1 : 0];
      kind->second += (kind->second.empty() ? "" : ", ") + std::to_string(pairs[other].Line);
    }
  }
  std::ostringstream caption;
  caption << "line " << pairs[pair].Line << ", fold " << pairs[pair].Fold;
  for (const auto & [kind, lines] : kinds)
  {
    caption << (kind == kinds.front().first ? ": " : "; ") << kind << (lines.empty() ? "" : " with line ") << lines;
  }
  cell.Caption = caption.str();
}
} // namespace

std::vector<std::size_t>
ChoosePairsOfSheet(const TrainingSetReport & report, std::size_t places)
{
  const std::size_t        pairs = report.GetPairs().size();
  const std::size_t        mostProblems = places - std::min(places, pairs) / 4;
  std::vector<std::size_t> chosen;
  std::set<std::size_t>    known;
  for (const auto & problem : report.GetProblems())
  {
    if (problem.Severity == Severity::Note)
    {
      continue;
    }
    // Of what concerns many, two show it.
    for (std::size_t i = 0; i < std::min<std::size_t>(2, problem.Pairs.size()); ++i)
    {
      if (chosen.size() < mostProblems && known.insert(problem.Pairs[i]).second)
      {
        chosen.push_back(problem.Pairs[i]);
      }
    }
  }
  std::vector<std::size_t> others;
  for (std::size_t pair = 0; pair < pairs; ++pair)
  {
    if (known.count(pair) == 0)
    {
      others.push_back(pair);
    }
  }
  const std::size_t rest = std::min(places - chosen.size(), others.size());
  for (std::size_t i = 0; i < rest; ++i)
  {
    chosen.push_back(others[i * others.size() / rest]);
  }
  return chosen;
}

void
WriteTrainingSetSheet(const TrainingSetReport & report, std::size_t places, const std::string & fileName)
{
  const auto                         chosen = ChoosePairsOfSheet(report, places);
  ComparisonSheet                    sheet;
  std::vector<ComparisonSheet::Cell> row;
  const std::size_t                  width = std::min(columns, chosen.size());
  sheet.SetColumns(std::vector<std::string>(width));
  for (const std::size_t pair : chosen)
  {
    ComparisonSheet::Cell cell;
    try
    {
      const ImageLabelPair & files = report.GetPairs()[pair];
      GetImageFileDimension(*OpenImageFile(files.Image)) == 3 ? ReadCell<3>(files, cell) : ReadCell<2>(files, cell);
    }
    catch (const std::exception &)
    {
      // The report says what is wrong.
    }
    cell.Image = cell.Image ? cell.Image : ImageType::ConstPointer(MakeEmptyPicture().GetPointer());
    DescribeCell(report, pair, cell);
    row.push_back(cell);
    if (row.size() == width || pair == chosen.back())
    {
      sheet.AddRow(row);
      row.clear();
    }
  }
  sheet.Write(fileName);
}
} // namespace itk
