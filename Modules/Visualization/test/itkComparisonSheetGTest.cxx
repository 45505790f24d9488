// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkComparisonSheet.h"

#include "itkBitmapText.h"
#include "itkImageFileReader.h"
#include "itkImageRegionConstIteratorWithIndex.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace
{
using ColorType = itk::ComparisonSheet::ColorType;
using ImageType = itk::ComparisonSheet::ImageType;
using LabelType = itk::ComparisonSheet::LabelType;
using IndexType = ImageType::IndexType;

constexpr int cellSize = itk::ComparisonSheet::CellSize;
constexpr int margin = itk::ComparisonSheet::Margin;

ColorType
Color(unsigned char red, unsigned char green, unsigned char blue)
{
  ColorType color;
  color.Set(red, green, blue);
  return color;
}

template <typename TImage>
typename TImage::Pointer
MakeImage(itk::SizeValueType width, itk::SizeValueType height)
{
  auto image = TImage::New();
  image->SetRegions(itk::Size<2>{ { width, height } });
  image->Allocate(true);
  return image;
}

void
FillSquare(LabelType * labels, int begin, int size, unsigned short label)
{
  for (int i = 0; i < size * size; ++i)
  {
    labels->SetPixel({ { begin + i % size, begin + i / size } }, label);
  }
}

bool
IsOnRing(int x, int y, int begin, int size)
{
  const auto inSquare = [&](int inset)
  { return x >= begin + inset && y >= begin + inset && x < begin + size - inset && y < begin + size - inset; };
  return inSquare(0) && !inSquare(1);
}

// One black square image with one outlined column; the cell.
ImageType::Pointer
DrawSquareCell(const LabelType * labels)
{
  const auto           size = labels->GetBufferedRegion().GetSize();
  const auto           image = MakeImage<ImageType>(size[0], size[1]);
  itk::ComparisonSheet sheet;
  sheet.SetColumns({ "labels" });
  sheet.AddRow(image, { labels }, { "" });
  const auto picture = sheet.Draw();
  const auto begin = sheet.GetCellIndex(0, 0);
  auto       cell = MakeImage<ImageType>(cellSize, cellSize);
  for (int i = 0; i < cellSize * cellSize; ++i)
  {
    const int x = i % cellSize;
    const int y = i / cellSize;
    cell->SetPixel({ { x, y } }, picture->GetPixel({ { begin[0] + x, begin[1] + y } }));
  }
  return cell;
}
} // namespace

TEST(ComparisonSheet, AnOutlineIsExactlyTheRimOfASquare)
{
  const auto labels = MakeImage<LabelType>(cellSize, cellSize);
  FillSquare(labels, 100, 20, 7);
  const auto cell = DrawSquareCell(labels);
  for (int i = 0; i < cellSize * cellSize; ++i)
  {
    const int  x = i % cellSize;
    const int  y = i / cellSize;
    const auto expected = IsOnRing(x, y, 100, 20) ? itk::ComparisonSheet::GetColor(0) : Color(0, 0, 0);
    ASSERT_EQ(cell->GetPixel({ { x, y } }), expected) << x << ' ' << y;
  }
}

TEST(ComparisonSheet, AnOutlineStaysWholeAndThinInAReducedImage)
{
  const auto labels = MakeImage<LabelType>(4 * cellSize, 4 * cellSize);
  FillSquare(labels, 400, 80, 1);
  const auto cell = DrawSquareCell(labels);
  for (int i = 0; i < cellSize * cellSize; ++i)
  {
    const int  x = i % cellSize;
    const int  y = i / cellSize;
    const auto expected = IsOnRing(x, y, 100, 20) ? itk::ComparisonSheet::GetColor(0) : Color(0, 0, 0);
    ASSERT_EQ(cell->GetPixel({ { x, y } }), expected) << x << ' ' << y;
  }
}

TEST(ComparisonSheet, TouchingObjectsKeepALineEachAndObjectsApartAGap)
{
  const auto labels = MakeImage<LabelType>(cellSize, cellSize);
  for (int y = 50; y < 60; ++y)
  {
    for (int x = 50; x < 60; ++x)
    {
      labels->SetPixel({ { x, y } }, 1);
      labels->SetPixel({ { x + 10, y } }, 2);
      labels->SetPixel({ { x + 21, y } }, 2);
    }
  }
  const auto        cell = DrawSquareCell(labels);
  const std::string expected = "#........##........#.#........#";
  for (int x = 50; x < 81; ++x)
  {
    const bool isLine = cell->GetPixel({ { x, 55 } }) == itk::ComparisonSheet::GetColor(0);
    EXPECT_EQ(isLine, expected[static_cast<std::size_t>(x - 50)] == '#') << x;
  }
}

TEST(ComparisonSheet, AnObjectCutByTheImageEdgeIsOpenThere)
{
  const auto labels = MakeImage<LabelType>(cellSize, cellSize);
  FillSquare(labels, 0, 10, 1);
  const auto cell = DrawSquareCell(labels);
  EXPECT_EQ(cell->GetPixel({ { 0, 0 } }), Color(0, 0, 0));
  EXPECT_EQ(cell->GetPixel({ { 9, 0 } }), itk::ComparisonSheet::GetColor(0));
}

TEST(ComparisonSheet, ColorsStayAndTheirContrastIsStretched)
{
  const auto image = MakeImage<ImageType>(cellSize, cellSize);
  for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    image->SetPixel(it.GetIndex(), it.GetIndex()[0] < 100 ? Color(120, 40, 40) : Color(40, 80, 120));
  }
  itk::ComparisonSheet sheet;
  sheet.SetColumns({ "image" });
  sheet.AddRow(image, { nullptr }, { "" });
  const auto picture = sheet.Draw();
  const auto begin = sheet.GetCellIndex(0, 0);
  EXPECT_EQ(picture->GetPixel({ { begin[0] + 50, begin[1] + 50 } }), Color(255, 0, 0));
  EXPECT_EQ(picture->GetPixel({ { begin[0] + 150, begin[1] + 50 } }), Color(0, 128, 255));
}

TEST(ComparisonSheet, CellsStandInRowsAndColumnsAndKeepTheProportions)
{
  itk::ComparisonSheet sheet;
  sheet.SetColumns({ "a", "b", "c" });
  sheet.AddRow(MakeImage<ImageType>(100, 50), { nullptr, nullptr, nullptr }, { "x", "y", "z" });
  sheet.AddRow(MakeImage<ImageType>(50, 100), { nullptr, nullptr, nullptr }, { "", "", "" });
  const auto picture = sheet.Draw();
  const auto first = sheet.GetCellIndex(0, 2);
  const auto second = sheet.GetCellIndex(1, 0);
  EXPECT_EQ(first[0], margin + 2 * (cellSize + margin));
  EXPECT_EQ(second[0], margin + cellSize / 4);
  EXPECT_GE(second[1], first[1] + cellSize / 2 + itk::BitmapText::LineHeight + margin);
  EXPECT_EQ(picture->GetBufferedRegion().GetSize(0), static_cast<itk::SizeValueType>(margin + 3 * (cellSize + margin)));
  EXPECT_EQ(picture->GetBufferedRegion().GetSize(1), static_cast<itk::SizeValueType>(second[1] + cellSize + margin));
  EXPECT_EQ(picture->GetPixel(second), Color(0, 0, 0));
  EXPECT_EQ(picture->GetPixel({ { second[0] - 1, second[1] } }), Color(255, 255, 255));
  EXPECT_EQ(picture->GetPixel({ { second[0] + cellSize / 2 - 1, second[1] } }), Color(0, 0, 0));
  EXPECT_EQ(picture->GetPixel({ { second[0] + cellSize / 2, second[1] } }), Color(255, 255, 255));
}

TEST(ComparisonSheet, LongTextIsBrokenIntoLinesAndNothingReachesTheMargins)
{
  const std::string    sentence = "an uncommonly long title that cannot stand on one line";
  itk::ComparisonSheet sheet;
  sheet.SetColumns({ sentence, std::string(60, 'W') });
  sheet.AddRow(MakeImage<ImageType>(10, 10), { nullptr, nullptr }, { std::string(60, 'g'), sentence });
  const auto picture = sheet.Draw();
  const auto size = picture->GetBufferedRegion().GetSize();
  for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(picture, picture->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto index = it.GetIndex();
    const bool isMargin = index[0] < margin || index[1] < margin || index[0] >= static_cast<int>(size[0]) - margin ||
                          index[1] >= static_cast<int>(size[1]) - margin ||
                          (index[0] >= margin + cellSize && index[0] < 2 * margin + cellSize);
    ASSERT_TRUE(!isMargin || it.Get() == Color(255, 255, 255)) << index;
  }
  std::string joined;
  for (const auto & line : itk::BitmapText::Wrap(sentence, cellSize))
  {
    EXPECT_LE(itk::BitmapText::Width(line), cellSize);
    joined += (joined.empty() ? "" : " ") + line;
  }
  EXPECT_EQ(joined, sentence);
}

TEST(ComparisonSheet, WriteMakesThePictureThatDrawReturns)
{
  const auto labels = MakeImage<LabelType>(30, 20);
  FillSquare(labels, 5, 8, 1);
  itk::ComparisonSheet sheet;
  sheet.SetColumns({ "labels" });
  sheet.AddRow(MakeImage<ImageType>(30, 20), { labels }, { "Dice 0.912" });
  const auto file = std::filesystem::temp_directory_path() / "itkComparisonSheet-Write.png";
  sheet.Write(file.string());
  const auto picture = sheet.Draw();
  const auto written = itk::ReadImage<ImageType>(file.string());
  std::filesystem::remove(file);
  ASSERT_EQ(written->GetBufferedRegion(), picture->GetBufferedRegion());
  for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(picture, picture->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    ASSERT_EQ(written->GetPixel(it.GetIndex()), it.Get()) << it.GetIndex();
  }
}

TEST(ComparisonSheet, ARowThatDoesNotFitIsRefused)
{
  itk::ComparisonSheet sheet;
  sheet.SetColumns({ "a", "b" });
  const auto image = MakeImage<ImageType>(10, 10);
  const auto other = MakeImage<LabelType>(10, 9);
  EXPECT_THROW(sheet.AddRow(image, { nullptr }, { "", "" }), itk::ExceptionObject);
  EXPECT_THROW(sheet.AddRow(image, { nullptr, nullptr }, { "" }), itk::ExceptionObject);
  EXPECT_THROW(sheet.AddRow(image, { nullptr, other }, { "", "" }), itk::ExceptionObject);
}

TEST(ComparisonSheet, ARowOfDifferentImagesHasTheirOutlinesFramesAndCaptions)
{
  const auto wide = MakeImage<ImageType>(cellSize, cellSize / 2);
  const auto square = MakeImage<ImageType>(cellSize, cellSize);
  const auto labels = MakeImage<LabelType>(cellSize, cellSize);
  FillSquare(labels, 100, 50, 7);
  itk::ComparisonSheet sheet;
  sheet.SetColumns({ "", "", "" });
  const auto red = Color(255, 0, 0);
  sheet.AddRow({ { wide.GetPointer(), nullptr, "", red }, { square.GetPointer(), labels.GetPointer(), "", {} } });
  const auto picture = sheet.Draw();
  const auto first = sheet.GetCellIndex(0, 0);
  const auto second = sheet.GetCellIndex(0, 1);
  EXPECT_EQ(second[0] - first[0], cellSize + margin);
  const auto at = [&](const IndexType & corner, int x, int y) {
    return picture->GetPixel({ { corner[0] + x, corner[1] + y } });
  };
  for (const auto & [x, y] : { std::pair(0, 0), std::pair(3, 70), std::pair(cellSize - 1, cellSize / 2 - 1) })
  {
    EXPECT_EQ(at(first, x, y), red) << x << ' ' << y;
  }
  EXPECT_EQ(at(first, 20, 20), Color(0, 0, 0));
  EXPECT_EQ(at(second, 0, 0), Color(0, 0, 0));
  EXPECT_EQ(at(second, 100, 120), itk::ComparisonSheet::GetColor(1));
  EXPECT_EQ(at(second, 120, 120), Color(0, 0, 0));
  // Below the lower image, and where the third would be.
  EXPECT_EQ(at(first, 50, cellSize / 2 + 10), Color(255, 255, 255));
  EXPECT_EQ(at(second, cellSize + margin + 50, 50), Color(255, 255, 255));
}

TEST(ComparisonSheet, MoreImagesThanColumnsAndLabelsOfAnotherSizeAreRefused)
{
  const auto           image = MakeImage<ImageType>(20, 20);
  const auto           labels = MakeImage<LabelType>(20, 19);
  itk::ComparisonSheet sheet;
  sheet.SetColumns({ "" });
  const itk::ComparisonSheet::Cell cell{ image.GetPointer(), nullptr, "", {} };
  EXPECT_THROW(sheet.AddRow({ cell, cell }), itk::ExceptionObject);
  EXPECT_THROW(sheet.AddRow({ { image.GetPointer(), labels.GetPointer(), "", {} } }), itk::ExceptionObject);
}
