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
