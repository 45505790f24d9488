// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkComparisonSheet_h
#define itkComparisonSheet_h

#include "ITKTorchVisualizationExport.h"
#include "itkImage.h"
#include "itkRGBPixel.h"

#include <optional>
#include <string>
#include <vector>

namespace itk
{
/** \class ComparisonSheet
 * \brief One picture that shows segmentations of the same images side by side.
 *
 * A row is an image, a column a segmentation: each cell shows the image with the outlines of that segmentation's
 * objects and a caption below. Images fit a cell as a whole and keep their proportions; their contrast is stretched,
 * the same for all colors. Each column has its own color. An outline is the pixels of an object that have a
 * neighbor (of 4) in another object or in none, so touching objects show two lines. */
class ITKTorchVisualization_EXPORT ComparisonSheet
{
public:
  using ColorType = RGBPixel<unsigned char>;
  using ImageType = Image<ColorType, 2>;
  using LabelType = Image<unsigned short, 2>;

  /** A cell with an image of its own. */
  struct Cell
  {
    ImageType::ConstPointer Image;
    /** Of the image's size; null for the image alone. */
    LabelType::ConstPointer  Labels;
    std::string              Caption;
    std::optional<ColorType> Frame;
  };

  /** Pixels of an image's longer side; tall images are narrower. */
  static constexpr int CellSize = 288;
  static constexpr int Margin = 16;

  /** The color of a column's outlines. */
  static ColorType
  GetColor(std::size_t column);

  /** The colors of marked pixels: yellow, magenta, cyan for 1, 2, 3. */
  static ColorType
  GetMarkColor(unsigned short value);

  /** Labels in 16 bits, of which only equality of neighbors counts; 0 for those below 1. */
  static LabelType::Pointer
  ShortenLabels(const Image<std::int64_t, 2> * labels);

  /** Starts a sheet without rows. */
  void
  SetColumns(const std::vector<std::string> & titles);

  /** \param labels one for each column, of the image's size; null for the image alone
   * \param captions one for each column
   * \param marks for each column pixels to color, of the image's size, or null: value v in GetMarkColor(v), 0 not; may
   * be empty
   * \throws ExceptionObject if they are not */
  void
  AddRow(const ImageType *                      image,
         const std::vector<const LabelType *> & labels,
         const std::vector<std::string> &       captions,
         const std::vector<const LabelType *> & marks = {});

  /** A row of different images, at most one for each column; all outlines have the second column's color.
   * \throws ExceptionObject if there are more, or labels have another size */
  void
  AddRow(const std::vector<Cell> & cells);

  ImageType::Pointer
  Draw() const;

  /** \throws ExceptionObject that names the file, if it cannot be written */
  void
  Write(const std::string & fileName) const;

  /** Where in the sheet a cell's image begins. */
  ImageType::IndexType
  GetCellIndex(std::size_t row, std::size_t column) const;

private:
  struct Row
  {
    std::vector<ImageType::Pointer>       Cells;
    std::vector<std::vector<std::string>> Captions;
    int                                   Height{ 0 };
    int                                   CaptionHeight{ 0 };
  };

  int
  GetTop(std::size_t row) const;

  std::vector<std::vector<std::string>> m_Titles;
  std::vector<bool>                     m_HasOutlines;
  std::vector<Row>                      m_Rows;
  int                                   m_TitleHeight{ 0 };
};
} // namespace itk

#endif
