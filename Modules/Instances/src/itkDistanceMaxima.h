// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDistanceMaxima_h
#define itkDistanceMaxima_h

#include "ITKTorchInstancesExport.h"
#include <cstdint>
#include <functional>
#include <vector>

namespace itk
{
/** The pixels, in raster order, where a height has its maxima: of each maximum the first pixel, if it stands at least
 * `leastRise` above the highest pass to a higher maximum. Of equally high ones the first in raster order counts as
 * higher. A plateau is one maximum, whatever `leastRise` is.
 * \param mask 0 where there is nothing
 * \param size along x, y, z, …
 * \param progress called with the fraction done; an exception ends the computation */
ITKTorchInstances_EXPORT std::vector<std::int64_t>
FindMaxima(const float *                       heights,
           const std::uint8_t *                mask,
           const std::vector<std::int64_t> &   size,
           bool                                isFullyConnected,
           double                              leastRise,
           const std::function<void(double)> & progress);
} // namespace itk

#endif
