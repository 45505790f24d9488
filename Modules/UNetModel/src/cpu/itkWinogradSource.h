// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWinogradSource_h
#define itkWinogradSource_h

#include "itkWinogradBlocks.h"
#include <algorithm>
#include <vector>

namespace itk
{
/** Some of the channels of an image's pixels, side by side. */
template <typename TPixel>
struct WinogradChannelsOfImage
{
  TPixel *     Pixels;
  std::int64_t Channels;
};

/** \class WinogradSource
 * \brief Images of one size whose channels follow each other, from which rows of a block are transformed. */
template <typename TPixel>
class WinogradSource
{
public:
  using ImagesType = std::vector<WinogradChannelsOfImage<const TPixel>>;

  /** \param tile pixels along an edge of a tile's outputs
   * \param offset of the first pixel in its tile, along y and x
   * \param isEdgePadded whether pixels outside are the nearest ones inside, else 0 */
  WinogradSource(ImagesType                          images,
                 const WinogradSize &                size,
                 int                                 tile,
                 const std::array<std::int64_t, 2> & offset,
                 bool                                isEdgePadded)
    : m_Images(std::move(images))
    , m_Size(size)
    , m_Tile(tile)
    , m_Offset(offset)
    , m_IsEdgePadded(isEdgePadded)
  {
    for (const auto & image : m_Images)
    {
      m_Channels += image.Channels;
    }
    m_Nothing.resize(static_cast<std::size_t>(m_Channels));
  }

  std::int64_t
  GetChannels() const
  {
    return m_Channels;
  }

  /** Transforms rows of a block, tile by tile; rows that hold no tile are left out.
   * \tparam VEdge pixels along an edge of a tile of the source, whose center is the tile's outputs
   * \param halo planes before and after the block's that its rows begin and end with
   * \param values where the rows go, their products `step` apart
   * \param transform TransformWinogradInput() or TransformWinogradGradient() */
  template <int VEdge, typename TNumber, typename TTransform>
  void
  TransformRows(const WinogradBlocks & blocks,
                const WinogradBlock &  block,
                std::int64_t           halo,
                std::int64_t           begin,
                std::int64_t           end,
                TNumber *              values,
                std::int64_t           step,
                const TTransform &     transform) const
  {
    const std::int64_t border = (VEdge - m_Tile) / 2;
    for (std::int64_t row = begin; row < end; ++row)
    {
      const std::int64_t plane = row / blocks.TilesOfBlock;
      const std::int64_t number = row % blocks.TilesOfBlock;
      if (plane >= block.Planes + 2 * halo || number >= block.Tiles)
      {
        continue;
      }
      const std::int64_t tile = block.FirstTile + number;
      std::int64_t       places[VEdge * VEdge];
      FindWinogradPlaces(m_Size,
                         block.Image,
                         block.FirstPlane + plane - halo,
                         tile / blocks.TilesAlongX * m_Tile - m_Offset[0] - border,
                         tile % blocks.TilesAlongX * m_Tile - m_Offset[1] - border,
                         VEdge,
                         m_IsEdgePadded,
                         places);
      TNumber * ofImage = values + row * m_Channels;
      for (const auto & image : m_Images)
      {
        const TPixel * pixels[VEdge * VEdge];
        for (int i = 0; i < VEdge * VEdge; ++i)
        {
          pixels[i] = places[i] < 0 ? m_Nothing.data() : image.Pixels + places[i] * image.Channels;
        }
        transform(pixels, static_cast<std::size_t>(image.Channels), ofImage, static_cast<std::size_t>(step));
        ofImage += image.Channels;
      }
    }
  }

private:
  ImagesType                  m_Images;
  WinogradSize                m_Size;
  std::int64_t                m_Channels{ 0 };
  int                         m_Tile;
  std::array<std::int64_t, 2> m_Offset;
  bool                        m_IsEdgePadded;
  std::vector<TPixel>         m_Nothing; // a pixel outside the image
};
} // namespace itk

#endif
