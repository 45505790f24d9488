// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDistanceMaxima_h
#define itkDistanceMaxima_h

#include <cstdint>
#include <vector>

namespace itk
{
/** The pixels, in raster order, where a height has its maxima: of each maximum the first pixel, if it stands at least
 * `leastRise` above the highest pass to a higher maximum. Of equally high ones the first in raster order counts as higher.
 * \param mask 0 where there is nothing
 * \param size along x, y, z, … */
std::vector<std::int64_t>
FindMaxima(const float *                     heights,
           const std::uint8_t *              mask,
           const std::vector<std::int64_t> & size,
           bool                              isFullyConnected,
           double                            leastRise);
} // namespace itk

#endif
