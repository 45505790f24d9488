// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTiles_h
#define itkUNetTiles_h

#include "itkUNetInference.h"
#include <functional>

namespace itk
{
/** What the network computes at once. */
struct UNetTile
{
  /** What the network sees; beyond the image's end its mirror image. Start and size are multiples of the stride. */
  UNetRegion Window;
  /** The outputs that are taken from it. */
  UNetRegion Output;
};

/** The window that decides the outputs of a region. */
UNetRegion
GetUNetWindow(const UNetSpecification &         specification,
              const UNetRegion &                output,
              const std::vector<std::int64_t> & extent);

/** Tiles whose outputs are a region, with windows of one size.
 * \param tileSize the largest window's size along x, y (, z); more where a single stride needs more */
std::vector<UNetTile>
MakeUNetTiles(const UNetSpecification &         specification,
              const UNetRegion &                region,
              const std::vector<std::int64_t> & extent,
              const std::vector<std::int64_t> & tileSize);
/** Tiles of the largest windows that fit, of at most `edge` pixels along each axis; the smallest ones if none fit.
 * \param fits whether windows of a size along x, y (, z) do; smaller ones must if larger ones do */
std::vector<UNetTile>
MakeLargestUNetTiles(const UNetSpecification &                                      specification,
                     const UNetRegion &                                             region,
                     const std::vector<std::int64_t> &                              extent,
                     std::int64_t                                                   edge,
                     const std::function<bool(const std::vector<std::int64_t> &)> & fits);
} // namespace itk

#endif
