// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTiles_h
#define itkUNetTiles_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkUNetInferencePlan.h"
#include <functional>

namespace itk
{
/** The window that decides the outputs of a region. */
ITKTorchUNetInference_EXPORT UNetRegion
GetUNetWindow(const UNetSpecification &         specification,
              const UNetRegion &                output,
              const std::vector<std::int64_t> & extent);

/** Tiles whose outputs are a region, with windows of one size.
 * \param tileSize the largest window's size along x, y (, z); more where a single stride needs more */
ITKTorchUNetInference_EXPORT std::vector<UNetTile>
MakeUNetTiles(const UNetSpecification &         specification,
              const UNetRegion &                region,
              const std::vector<std::int64_t> & extent,
              const std::vector<std::int64_t> & tileSize);

/** Tiles of the largest windows that fit, of at most `edge` pixels along each axis; the smallest ones if none fit.
 * \param fits whether windows of a size along x, y (, z) do; smaller ones must if larger ones do */
ITKTorchUNetInference_EXPORT std::vector<UNetTile>
MakeLargestUNetTiles(const UNetSpecification &                                      specification,
                     const UNetRegion &                                             region,
                     const std::vector<std::int64_t> &                              extent,
                     std::int64_t                                                   edge,
                     const std::function<bool(const std::vector<std::int64_t> &)> & fits);

/** Overlapping windows of at most `edge` pixels, which all begin at a multiple of the stride, whatever the region.
 * \param overlap part of a window that the next one shares, in [0, 1) */
ITKTorchUNetInference_EXPORT std::vector<UNetTile>
MakeBlendedUNetTiles(const UNetSpecification &         specification,
                     const UNetRegion &                region,
                     const std::vector<std::int64_t> & extent,
                     std::int64_t                      edge,
                     double                            overlap);
} // namespace itk

#endif
