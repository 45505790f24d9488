// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWinogradBlocks.h"
#include <ATen/Parallel.h>
#include <algorithm>

namespace itk
{
namespace
{
std::int64_t
RoundUp(std::int64_t value, std::int64_t multiple)
{
  return at::divup(value, multiple) * multiple;
}
} // namespace

void
FindWinogradPlaces(const WinogradSize & size,
                   std::int64_t         image,
                   std::int64_t         z,
                   std::int64_t         y,
                   std::int64_t         x,
                   int                  edge,
                   bool                 isEdgePadded,
                   std::int64_t *       places)
{
  const auto [images, depth, height, width] = size;
  if (z >= 0 && z < depth && y >= 0 && y + edge <= height && x >= 0 && x + edge <= width)
  {
    const std::int64_t first = ((image * depth + z) * height + y) * width + x;
    for (int row = 0; row < edge; ++row)
    {
      for (int column = 0; column < edge; ++column)
      {
        places[row * edge + column] = first + row * width + column;
      }
    }
    return;
  }
  const std::int64_t insideZ = std::clamp<std::int64_t>(z, 0, depth - 1);
  for (int i = 0; i < edge * edge; ++i)
  {
    const std::int64_t alongY = y + i / edge;
    const std::int64_t alongX = x + i % edge;
    const std::int64_t insideY = std::clamp<std::int64_t>(alongY, 0, height - 1);
    const std::int64_t insideX = std::clamp<std::int64_t>(alongX, 0, width - 1);
    const bool         isInside = insideZ == z && insideY == alongY && insideX == alongX;
    places[i] =
      isInside || isEdgePadded ? ((image * depth + insideZ) * height + insideY) * width + insideX : std::int64_t{ -1 };
  }
}

WinogradBlocks::WinogradBlocks(const WinogradSize &                size,
                               const std::array<std::int64_t, 2> & offset,
                               std::int64_t                        planes,
                               int                                 tile)
  : TilesAlongX(at::divup(size[3] + offset[1], tile))
  , TilesOfPlane(at::divup(size[2] + offset[0], tile) * TilesAlongX)
  , Halo(planes / 2)
  , BlocksAlongZ(at::divup(size[1], Halo == 0 ? 1 : 8))
  , PlanesOfBlock(at::divup(size[1], BlocksAlongZ))
{
  // What becomes of so many rows stays in the cache.
  constexpr std::int64_t rowsOfBlock = 64;
  const std::int64_t     threads = at::get_num_threads();
  const std::int64_t     others = size[0] * BlocksAlongZ;
  const std::int64_t     least = at::divup(TilesOfPlane * PlanesOfBlock, rowsOfBlock);
  IsShared = least * others < threads;
  const std::int64_t wanted = IsShared || others > 1 ? least : RoundUp(least, threads);
  TilesOfBlock = at::divup(TilesOfPlane, std::min(wanted, TilesOfPlane));
  BlocksOfPlane = at::divup(TilesOfPlane, TilesOfBlock);
  NumberOfBlocks = BlocksOfPlane * others;
  NumberOfBuffers = IsShared ? 1 : threads;
  RowsOfProduct = RoundUp(TilesOfBlock * PlanesOfBlock, 8);
  RowsOfInput = RowsOfProduct + 2 * Halo * TilesOfBlock;
}

WinogradBlock
WinogradBlocks::GetBlock(const WinogradSize & size, std::int64_t number) const
{
  const std::int64_t alongPlane = number % BlocksOfPlane;
  const std::int64_t alongZ = number / BlocksOfPlane % BlocksAlongZ;
  WinogradBlock      block;
  block.Image = number / BlocksOfPlane / BlocksAlongZ;
  block.FirstPlane = alongZ * PlanesOfBlock;
  block.Planes = std::min(PlanesOfBlock, size[1] - block.FirstPlane);
  block.FirstTile = alongPlane * TilesOfBlock;
  block.Tiles = std::min(TilesOfBlock, TilesOfPlane - block.FirstTile);
  return block;
}
} // namespace itk
