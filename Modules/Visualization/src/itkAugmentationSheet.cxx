// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkAugmentationSheet.h"
#include "itkWriteImageFile.h"
#include "itkImageRegionConstIterator.h"
#include "itkImageRegionIteratorWithIndex.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace itk
{
namespace
{
constexpr unsigned int gap = 6;

RGBPixel<unsigned char>
MakeColor(unsigned char red, unsigned char green, unsigned char blue)
{
  RGBPixel<unsigned char> color;
  color.Set(red, green, blue);
  return color;
}

/** The pixel of `image` that a tile's pixel shows. */
Index<2>
SourceOf(const ImageRegion<2> & region, const Index<2> & tile, const Size<2> & size)
{
  Index<2> index;
  for (unsigned int axis = 0; axis < 2; ++axis)
  {
    index[axis] = region.GetIndex(axis) + tile[axis] * static_cast<IndexValueType>(region.GetSize(axis)) /
                                            static_cast<IndexValueType>(size[axis]);
  }
  return index;
}

/** Tile with the image's proportions. */
ColorImage::Pointer
MakeTile(const ImageRegion<2> & region)
{
  const auto longer = std::max(region.GetSize(0), region.GetSize(1));
  Size<2>    size;
  for (unsigned int axis = 0; axis < 2; ++axis)
  {
    size[axis] = std::max<SizeValueType>(1, AugmentationSheet::CellSize * region.GetSize(axis) / longer);
  }
  auto tile = ColorImage::New();
  tile->SetRegions(size);
  tile->Allocate();
  return tile;
}

ColorImage::Pointer
DrawImage(const VectorImage<float, 2> * image, const Image<std::int64_t, 2> * labels, float dark, float bright)
{
  const auto region = image->GetLargestPossibleRegion();
  const auto tile = MakeTile(region);
  const auto size = tile->GetLargestPossibleRegion().GetSize();
  const bool isColor = image->GetNumberOfComponentsPerPixel() >= 3;
  const auto toByte = [&](float value)
  { return static_cast<unsigned char>(std::clamp(255.0f * (value - dark) / (bright - dark), 0.0f, 255.0f)); };
  for (ImageRegionIteratorWithIndex<ColorImage> it(tile, tile->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
  {
    const auto pixel = image->GetPixel(SourceOf(region, it.GetIndex(), size));
    it.Set(MakeColor(toByte(pixel[0]), toByte(pixel[isColor ? 1 : 0]), toByte(pixel[isColor ? 2 : 0])));
    if (labels != nullptr)
    {
      const auto label = labels->GetPixel(SourceOf(region, it.GetIndex(), size));
      for (unsigned int axis = 0; axis < 2; ++axis)
      {
        auto next = it.GetIndex();
        next[axis] = std::min<IndexValueType>(next[axis] + 1, static_cast<IndexValueType>(size[axis]) - 1);
        if (labels->GetPixel(SourceOf(region, next, size)) != label)
        {
          it.Set(MakeColor(255, 200, 0));
        }
      }
    }
  }
  return tile;
}

ColorImage::Pointer
Shrink(const ColorImage * image)
{
  const auto region = image->GetLargestPossibleRegion();
  const auto tile = MakeTile(region);
  const auto size = tile->GetLargestPossibleRegion().GetSize();
  for (ImageRegionIteratorWithIndex<ColorImage> it(tile, tile->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(image->GetPixel(SourceOf(region, it.GetIndex(), size)));
  }
  return tile;
}
/** As wide as high or up to half wider, with the fewest empty places. */
std::size_t
ChooseColumns(std::size_t draws, std::size_t panels)
{
  const double square = std::sqrt(static_cast<double>(draws) / static_cast<double>(panels));
  const auto   least = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(square)));
  std::size_t  best = least;
  for (std::size_t columns = least; static_cast<double>(columns) <= 1.5 * square; ++columns)
  {
    const auto empty = [draws](std::size_t c) { return (draws + c - 1) / c * c - draws; };
    best = empty(columns) < empty(best) ? columns : best;
  }
  return best;
}
} // namespace

void
AugmentationSheet::Add(const VectorImage<float, 2> *  image,
                       const Image<std::int64_t, 2> * labels,
                       const Image<float, 2> *        weights)
{
  if (m_Draws.empty())
  {
    m_Dark = std::numeric_limits<float>::max();
    m_Bright = std::numeric_limits<float>::lowest();
    ImageRegionConstIterator<VectorImage<float, 2>> it(image, image->GetLargestPossibleRegion());
    for (; !it.IsAtEnd(); ++it)
    {
      for (unsigned int component = 0; component < image->GetNumberOfComponentsPerPixel(); ++component)
      {
        m_Dark = std::min(m_Dark, it.Get()[component]);
        m_Bright = std::max(m_Bright, it.Get()[component]);
      }
    }
    m_Bright = m_Bright > m_Dark ? m_Bright : m_Dark + 1.0f;
  }
  std::vector<ColorImage::Pointer> panels{ DrawImage(image, labels, m_Dark, m_Bright) };
  if (labels != nullptr && weights != nullptr)
  {
    panels.push_back(Shrink(ColorLabels(const_cast<Image<std::int64_t, 2> *>(labels))));
  }
  if (weights != nullptr)
  {
    if (m_Draws.empty())
    {
      ImageRegionConstIterator<Image<float, 2>> it(weights, weights->GetLargestPossibleRegion());
      for (m_GreatestWeight = 0.0f; !it.IsAtEnd(); ++it)
      {
        m_GreatestWeight = std::max(m_GreatestWeight, it.Get());
      }
    }
    panels.push_back(Shrink(Color(const_cast<Image<float, 2> *>(weights), 0.0f, std::max(m_GreatestWeight, 1e-6f))));
  }
  m_Draws.push_back(panels);
}

void
AugmentationSheet::Write(const std::string & fileName) const
{
  const auto panels = m_Draws.front().size();
  const auto columns = ChooseColumns(m_Draws.size(), panels);
  const auto rows = (m_Draws.size() + columns - 1) / columns;
  Size<2>    cell{ { 0, 0 } };
  for (const auto & draw : m_Draws)
  {
    const auto size = draw.front()->GetLargestPossibleRegion().GetSize();
    cell[0] = std::max(cell[0], size[0]);
    cell[1] = std::max(cell[1], size[1]);
  }
  // Draws of several panels stand farther apart than their panels.
  const SizeValueType apart = panels > 1 ? 2 * gap : 0;
  const SizeValueType drawWidth = panels * (cell[0] + gap) + apart;
  auto                sheet = ColorImage::New();
  sheet->SetRegions(Size<2>{ { columns * drawWidth - apart + gap, rows * (cell[1] + gap) + gap } });
  sheet->Allocate();
  sheet->FillBuffer(MakeColor(255, 255, 255));
  for (std::size_t draw = 0; draw < m_Draws.size(); ++draw)
  {
    for (std::size_t panel = 0; panel < panels; ++panel)
    {
      const auto &   tile = m_Draws[draw][panel];
      const Index<2> corner{ { static_cast<IndexValueType>(draw % columns * drawWidth + panel * (cell[0] + gap) + gap),
                               static_cast<IndexValueType>(draw / columns * (cell[1] + gap) + gap) } };
      for (ImageRegionIteratorWithIndex<ColorImage> it(tile, tile->GetLargestPossibleRegion()); !it.IsAtEnd(); ++it)
      {
        sheet->SetPixel({ { corner[0] + it.GetIndex()[0], corner[1] + it.GetIndex()[1] } }, it.Get());
      }
    }
  }
  WriteImageFile(sheet.GetPointer(), fileName);
}
} // namespace itk
