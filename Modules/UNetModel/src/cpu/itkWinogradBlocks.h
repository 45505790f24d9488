// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWinogradBlocks_h
#define itkWinogradBlocks_h

#include <array>
#include <cstdint>

namespace itk
{
/** N, z, y, x */
using WinogradSize = std::array<std::int64_t, 4>;

/** Some planes of some tiles that follow each other in a plane. */
struct WinogradBlock
{
  std::int64_t Image;
  std::int64_t FirstPlane;
  std::int64_t Planes;
  std::int64_t FirstTile;
  std::int64_t Tiles;
};

/** Numbers of the pixels of a tile, row by row, or -1 for pixels of 0 outside the image.
 * \param z, y, x of the tile's first pixel, which may lie outside
 * \param edge pixels along an edge of the tile
 * \param isEdgePadded whether pixels outside are the nearest ones inside */
void
FindWinogradPlaces(const WinogradSize & size,
                   std::int64_t         image,
                   std::int64_t         z,
                   std::int64_t         y,
                   std::int64_t         x,
                   int                  edge,
                   bool                 isEdgePadded,
                   std::int64_t *       places);

/** How an image is divided into blocks. A block's rows are its tiles, plane after plane, with the planes that the
 * kernel reaches beyond them, so that the tiles of the next plane are TilesOfBlock rows further on. */
struct WinogradBlocks
{
  std::int64_t TilesAlongX;
  std::int64_t TilesOfPlane;
  std::int64_t Halo;
  std::int64_t BlocksAlongZ;
  std::int64_t PlanesOfBlock;
  std::int64_t TilesOfBlock;
  std::int64_t BlocksOfPlane;
  std::int64_t NumberOfBlocks;
  /** Of the matrices that are multiplied, at least the block's. */
  std::int64_t RowsOfProduct;
  /** With the planes beyond the block. */
  std::int64_t RowsOfInput;
  /** Whether threads share each block. */
  bool         IsShared;
  std::int64_t NumberOfBuffers;

  /** For the number of threads that LibTorch has now.
   * \param offset of the first pixel in its tile, along y and x
   * \param planes of the kernel
   * \param tile pixels along an edge of a tile's outputs */
  WinogradBlocks(const WinogradSize & size, const std::array<std::int64_t, 2> & offset, std::int64_t planes, int tile);

  WinogradBlock
  GetBlock(const WinogradSize & size, std::int64_t number) const;
};
} // namespace itk

#endif
