// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkComparisonSheet.h"

#include "itkBitmapText.h"
#include "itkResampleOntoGrid.h"
#include "itkWriteImageFile.h"

#include "itkBinShrinkImageFilter.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkImageRegionIterator.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkNearestNeighborInterpolateImageFunction.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace itk
{
namespace
{
using ColorType = ComparisonSheet::ColorType;
using ImageType = ComparisonSheet::ImageType;
using LabelType = ComparisonSheet::LabelType;
using CoverageType = Image<float, 2>;

constexpr int barHeight = 4;
constexpr int textGap = 5;

ColorType
MakeColor(unsigned char red, unsigned char green, unsigned char blue)
{
  ColorType color;
  color.Set(red, green, blue);
  return color;
}

/** The same pixels on a grid that begins at index 0 in unit spacing: a sheet knows pixels only. */
template <typename TImage>
typename TImage::Pointer
OnPlainGrid(const TImage * image)
{
  auto plain = TImage::New();
  plain->SetRegions(image->GetBufferedRegion().GetSize());
  plain->SetPixelContainer(const_cast<TImage *>(image)->GetPixelContainer());
  return plain;
}

/** Native pixels for one of the cell. */
double
GetReduction(const ImageBase<2> * image)
{
  const auto size = image->GetLargestPossibleRegion().GetSize();
  return static_cast<double>(std::max(size[0], size[1])) / ComparisonSheet::CellSize;
}

/** Means of blocks, then linear. */
template <typename TImage>
typename TImage::Pointer
FitCell(TImage * image)
{
  const double reduction = GetReduction(image);
  auto         shrink = BinShrinkImageFilter<TImage, TImage>::New();
  shrink->SetInput(image);
  shrink->SetShrinkFactors(std::max(1u, static_cast<unsigned int>(reduction)));
  const auto resample = ResampleToSpacing(shrink->GetOutput(), { reduction, reduction });
  resample->Update();
  return resample->GetOutput();
}

/** 1 on the pixels of an object that have a 4-neighbor in another object or in none. */
CoverageType::Pointer
FindOutlines(const LabelType * labels)
{
  const auto region = labels->GetBufferedRegion();
  auto       outlines = CoverageType::New();
  outlines->SetRegions(region);
  outlines->SetSpacing(labels->GetSpacing());
  outlines->SetOrigin(labels->GetOrigin());
  outlines->Allocate(true);
  constexpr std::array<LabelType::OffsetType, 4> neighbors{
    { { { 1, 0 } }, { { -1, 0 } }, { { 0, 1 } }, { { 0, -1 } } }
  };
  for (ImageRegionConstIteratorWithIndex<LabelType> it(labels, region); !it.IsAtEnd(); ++it)
  {
    const auto isOther = [&](const LabelType::OffsetType & offset)
    {
      const auto index = it.GetIndex() + offset;
      return region.IsInside(index) && labels->GetPixel(index) != it.Get();
    };
    if (it.Get() != 0 && std::any_of(neighbors.begin(), neighbors.end(), isOther))
    {
      outlines->SetPixel(it.GetIndex(), 1.0f);
    }
  }
  return outlines;
}

/** 1 on the pixels of one value. */
CoverageType::Pointer
FindMarks(const LabelType * marks, unsigned short value)
{
  auto found = CoverageType::New();
  found->SetRegions(marks->GetBufferedRegion());
  found->SetSpacing(marks->GetSpacing());
  found->SetOrigin(marks->GetOrigin());
  found->Allocate();
  const auto pixels = marks->GetBufferedRegion().GetNumberOfPixels();
  std::transform(marks->GetBufferPointer(),
                 marks->GetBufferPointer() + pixels,
                 found->GetBufferPointer(),
                 [value](unsigned short mark) { return mark == value ? 1.0f : 0.0f; });
  return found;
}

LabelType::Pointer
Enlarge(LabelType * labels)
{
  const double reduction = GetReduction(labels);
  const auto   resample = ResampleToSpacing(labels, { reduction, reduction });
  resample->SetInterpolator(NearestNeighborInterpolateImageFunction<LabelType, double>::New());
  resample->Update();
  return resample->GetOutput();
}

/** How much of each pixel of the cell lines one pixel wide cover. */
CoverageType::Pointer
ShrinkLines(CoverageType * lines)
{
  const double reduction = GetReduction(lines);
  const auto   cell = FitCell(lines);
  for (ImageRegionIterator<CoverageType> it(cell, cell->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    // A line one pixel wide that crosses `reduction` by `reduction` pixels.
    it.Set(std::min(1.0f, static_cast<float>(reduction) * it.Get()));
  }
  return cell;
}

CoverageType::Pointer
DrawOutlines(LabelType * labels)
{
  return GetReduction(labels) <= 1.0 ? FindOutlines(Enlarge(labels)) : ShrinkLines(FindOutlines(labels));
}

CoverageType::Pointer
DrawMarks(LabelType * marks, unsigned short value)
{
  return GetReduction(marks) <= 1.0 ? FindMarks(Enlarge(marks), value) : ShrinkLines(FindMarks(marks, value));
}

/** From the dark to the bright end of what the image uses to black and white, the same for all colors. */
void
StretchContrast(ImageType * image)
{
  std::array<std::size_t, 256>   histogram{};
  ImageRegionIterator<ImageType> it(image, image->GetBufferedRegion());
  for (; !it.IsAtEnd(); ++it)
  {
    for (unsigned int channel = 0; channel < 3; ++channel)
    {
      ++histogram[it.Get()[channel]];
    }
  }
  const double count = 3.0 * static_cast<double>(image->GetBufferedRegion().GetNumberOfPixels());
  const auto   quantile = [&](double fraction)
  {
    int         value = 0;
    std::size_t below = histogram[0];
    while (value < 255 && static_cast<double>(below) < fraction * count)
    {
      below += histogram[static_cast<std::size_t>(++value)];
    }
    return value;
  };
  const double low = quantile(0.002);
  const double high = std::max(low + 1.0, static_cast<double>(quantile(0.999)));
  for (it.GoToBegin(); !it.IsAtEnd(); ++it)
  {
    ColorType color;
    for (unsigned int channel = 0; channel < 3; ++channel)
    {
      const double value = (it.Get()[channel] - low) / (high - low);
      color[channel] = static_cast<unsigned char>(std::lround(255.0 * std::clamp(value, 0.0, 1.0)));
    }
    it.Set(color);
  }
}

ImageType::Pointer
DrawCell(const ImageType * background, const CoverageType * coverages, const ColorType & markColor)
{
  auto cell = ImageType::New();
  cell->SetRegions(background->GetBufferedRegion());
  cell->Allocate();

  ImageRegionIterator<ImageType> it(cell, cell->GetBufferedRegion());
  for (ImageRegionConstIteratorWithIndex<ImageType> from(background, cell->GetBufferedRegion()); !it.IsAtEnd();
       ++it, ++from)
  {
    const float coverage = coverages ? coverages->GetPixel(from.GetIndex()) : 0.0f;
    ColorType   color;
    for (unsigned int channel = 0; channel < 3; ++channel)
    {
      color[channel] = static_cast<unsigned char>(
        std::lround((1.0f - coverage) * from.Get()[channel] + coverage * markColor[channel]));
    }
    it.Set(color);
  }
  return cell;
}

void
Paint(const ImageType * source, ImageType * target, const ImageType::IndexType & begin)
{
  for (ImageRegionConstIteratorWithIndex<ImageType> it(source, source->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    target->SetPixel({ { begin[0] + it.GetIndex()[0], begin[1] + it.GetIndex()[1] } }, it.Get());
  }
}

/** Draws along the borders of a cell. */
void
DrawFrame(ImageType * cell, const ColorType & color)
{
  constexpr IndexValueType width = 6;
  const auto               size = cell->GetBufferedRegion().GetSize();
  for (ImageRegionIteratorWithIndex<ImageType> it(cell, cell->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto index = it.GetIndex();
    for (unsigned int axis = 0; axis < 2; ++axis)
    {
      if (std::min(index[axis], static_cast<IndexValueType>(size[axis]) - 1 - index[axis]) < width)
      {
        it.Set(color);
      }
    }
  }
}

/** \throws ExceptionObject unless they have the same size */
void
VerifySize(const LabelType * labels, const ImageType * image)
{
  if (labels->GetBufferedRegion().GetSize() != image->GetBufferedRegion().GetSize())
  {
    itkGenericExceptionMacro("A segmentation must have its image's size "
                             << image->GetBufferedRegion().GetSize() << ", but has "
                             << labels->GetBufferedRegion().GetSize() << '.');
  }
}

void
DrawLines(ImageType * sheet, int x, int y, const std::vector<std::string> & lines)
{
  for (const auto & line : lines)
  {
    const int centered = x + (ComparisonSheet::CellSize - BitmapText::Width(line)) / 2;
    BitmapText::Draw(sheet, centered, y, line, MakeColor(32, 32, 32));
    y += BitmapText::LineHeight;
  }
}

std::vector<std::vector<std::string>>
WrapAll(const std::vector<std::string> & texts)
{
  std::vector<std::vector<std::string>> wrapped;
  for (const auto & text : texts)
  {
    wrapped.push_back(BitmapText::Wrap(text, ComparisonSheet::CellSize));
  }
  return wrapped;
}

int
HeightOf(const std::vector<std::vector<std::string>> & texts)
{
  std::size_t lines = 0;
  for (const auto & text : texts)
  {
    lines = std::max(lines, text.size());
  }
  return static_cast<int>(lines) * BitmapText::LineHeight;
}
} // namespace

ComparisonSheet::ColorType
ComparisonSheet::GetColor(std::size_t column)
{
  static const std::array<ColorType, 6> colors{
    MakeColor(255, 220, 0), MakeColor(0, 220, 70),  MakeColor(255, 100, 0),
    MakeColor(0, 200, 255), MakeColor(255, 0, 200), MakeColor(255, 40, 40)
  };
  return colors[column % colors.size()];
}

ComparisonSheet::ColorType
ComparisonSheet::GetMarkColor(unsigned short value)
{
  static const std::array<ColorType, 3> colors{ MakeColor(255, 221, 0),
                                                MakeColor(235, 60, 160),
                                                MakeColor(0, 190, 255) };
  return colors.at(value - 1u);
}

ComparisonSheet::LabelType::Pointer
ComparisonSheet::ShortenLabels(const Image<std::int64_t, 2> * labels)
{
  constexpr std::int64_t largest = std::numeric_limits<unsigned short>::max();
  auto                   shortened = LabelType::New();
  shortened->SetRegions(labels->GetBufferedRegion().GetSize());
  shortened->Allocate();
  std::transform(labels->GetBufferPointer(),
                 labels->GetBufferPointer() + labels->GetBufferedRegion().GetNumberOfPixels(),
                 shortened->GetBufferPointer(),
                 [](std::int64_t label)
                 { return static_cast<unsigned short>(label <= 0 ? 0 : 1 + (label - 1) % largest); });
  return shortened;
}

void
ComparisonSheet::SetColumns(const std::vector<std::string> & titles)
{
  m_Titles = WrapAll(titles);
  m_HasOutlines.assign(titles.size(), false);
  m_TitleHeight = HeightOf(m_Titles) + barHeight + 2 * textGap;
  m_Rows.clear();
}

void
ComparisonSheet::AddRow(const ImageType *                      image,
                        const std::vector<const LabelType *> & labels,
                        const std::vector<std::string> &       captions,
                        const std::vector<const LabelType *> & marks)
{
  const std::size_t columns = m_Titles.size();
  if (labels.size() != columns || captions.size() != columns || (!marks.empty() && marks.size() != columns))
  {
    itkGenericExceptionMacro("A row must have a segmentation, a caption and, if any, marks for each of "
                             << columns << " columns, but has " << labels.size() << ", " << captions.size() << " and "
                             << marks.size() << '.');
  }
  auto all = labels;
  all.insert(all.end(), marks.begin(), marks.end());
  for (const auto * const label : all)
  {
    if (label)
    {
      VerifySize(label, image);
    }
  }
  const auto background = FitCell(OnPlainGrid(image).GetPointer());
  StretchContrast(background);
  Row row;
  row.Height = static_cast<int>(background->GetBufferedRegion().GetSize(1));
  row.Captions = WrapAll(captions);
  row.CaptionHeight = HeightOf(row.Captions);
  for (std::size_t column = 0; column < columns; ++column)
  {
    m_HasOutlines[column] = m_HasOutlines[column] || labels[column];
    auto cell =
      DrawCell(background, labels[column] ? DrawOutlines(OnPlainGrid(labels[column])) : nullptr, GetColor(column));
    for (unsigned short value = 1; value <= 3 && !marks.empty() && marks[column] != nullptr; ++value)
    {
      cell = DrawCell(cell, DrawMarks(OnPlainGrid(marks[column]), value), GetMarkColor(value));
    }
    row.Cells.push_back(cell);
  }
  m_Rows.push_back(std::move(row));
}

void
ComparisonSheet::AddRow(const std::vector<Cell> & cells)
{
  if (cells.size() > m_Titles.size())
  {
    itkGenericExceptionMacro("A row must have at most " << m_Titles.size() << " images, one for each column, but has "
                                                        << cells.size() << '.');
  }
  Row                      row;
  std::vector<std::string> captions;
  for (const Cell & cell : cells)
  {
    const auto background = FitCell(OnPlainGrid(cell.Image.GetPointer()).GetPointer());
    StretchContrast(background);
    CoverageType::Pointer outlines;
    if (cell.Labels)
    {
      VerifySize(cell.Labels, cell.Image);
      outlines = DrawOutlines(OnPlainGrid(cell.Labels.GetPointer()));
    }
    const auto drawn = DrawCell(background, outlines, GetColor(1));
    if (cell.Frame)
    {
      DrawFrame(drawn, *cell.Frame);
    }
    row.Height = std::max(row.Height, static_cast<int>(drawn->GetBufferedRegion().GetSize(1)));
    row.Cells.push_back(drawn);
    captions.push_back(cell.Caption);
  }
  row.Captions = WrapAll(captions);
  row.CaptionHeight = HeightOf(row.Captions);
  m_Rows.push_back(std::move(row));
}

int
ComparisonSheet::GetTop(std::size_t row) const
{
  int top = Margin + m_TitleHeight;
  for (std::size_t i = 0; i < row; ++i)
  {
    top += m_Rows[i].Height + (m_Rows[i].CaptionHeight > 0 ? textGap + m_Rows[i].CaptionHeight : 0) + Margin;
  }
  return top;
}

ComparisonSheet::ImageType::IndexType
ComparisonSheet::GetCellIndex(std::size_t row, std::size_t column) const
{
  const auto width = static_cast<int>(m_Rows.at(row).Cells.at(column)->GetBufferedRegion().GetSize(0));
  return { { Margin + static_cast<int>(column) * (CellSize + Margin) + (CellSize - width) / 2, this->GetTop(row) } };
}

ComparisonSheet::ImageType::Pointer
ComparisonSheet::Draw() const
{
  const std::size_t   columns = m_Titles.size();
  ImageType::SizeType size;
  size[0] = Margin + columns * (CellSize + Margin);
  size[1] = static_cast<itk::SizeValueType>(this->GetTop(m_Rows.size()));
  auto sheet = ImageType::New();
  sheet->SetRegions(size);
  sheet->Allocate();
  sheet->FillBuffer(MakeColor(255, 255, 255));

  for (std::size_t column = 0; column < columns; ++column)
  {
    const int left = Margin + static_cast<int>(column) * (CellSize + Margin);
    DrawLines(sheet, left, Margin, m_Titles[column]);
    const ImageType::IndexType     barIndex{ { left, Margin + m_TitleHeight - barHeight - textGap } };
    const ImageType::SizeType      barSize{ { CellSize, barHeight } };
    ImageRegionIterator<ImageType> bar(sheet, { barIndex, barSize });
    for (; m_HasOutlines[column] && !bar.IsAtEnd(); ++bar)
    {
      bar.Set(GetColor(column));
    }
    for (std::size_t row = 0; row < m_Rows.size(); ++row)
    {
      if (column >= m_Rows[row].Cells.size())
      {
        continue;
      }
      Paint(m_Rows[row].Cells[column], sheet, this->GetCellIndex(row, column));
      DrawLines(sheet, left, this->GetTop(row) + m_Rows[row].Height + textGap, m_Rows[row].Captions[column]);
    }
  }
  return sheet;
}

void
ComparisonSheet::Write(const std::string & fileName) const
{
  WriteImageFile(this->Draw().GetPointer(), fileName);
}
} // namespace itk
