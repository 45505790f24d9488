// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkGridNeighbors_h
#define itkGridNeighbors_h

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace itk
{
/** A step from a pixel to a neighbor, along x, y, z, … */
using GridOffset = std::vector<std::int64_t>;

/** The steps to a pixel's neighbors in raster order: those that share a face, or also those that share a corner. */
inline std::vector<GridOffset>
GridNeighbors(std::size_t dimension, bool isFullyConnected)
{
  std::vector<GridOffset> neighbors;
  GridOffset              offset(dimension, -1);
  for (std::size_t axis = 0; axis < dimension;)
  {
    std::int64_t steps = 0;
    for (const std::int64_t step : offset)
    {
      steps += std::abs(step);
    }
    if (steps == 1 || (isFullyConnected && steps > 1))
    {
      neighbors.push_back(offset);
    }
    for (axis = 0; axis < dimension && ++offset[axis] > 1; ++axis)
    {
      offset[axis] = -1;
    }
  }
  return neighbors;
}

/** Pixels of a grid of this size along x, y, z, … */
inline std::int64_t
NumberOfPixels(const std::vector<std::int64_t> & size)
{
  std::int64_t pixels = 1;
  for (const std::int64_t extent : size)
  {
    pixels *= extent;
  }
  return pixels;
}

/** Calls visit(neighbor) for the neighbors of a pixel that are inside the grid, all as places in raster order. */
template <typename TVisit>
void
ForEachNeighbor(std::int64_t                      pixel,
                const std::vector<std::int64_t> & size,
                const std::vector<GridOffset> &   neighbors,
                const TVisit &                    visit)
{
  for (const GridOffset & offset : neighbors)
  {
    std::int64_t rest = pixel;
    std::int64_t stride = 1;
    std::int64_t other = pixel;
    bool         isInside = true;
    for (std::size_t axis = 0; axis < size.size(); ++axis)
    {
      const std::int64_t at = rest % size[axis] + offset[axis];
      isInside = isInside && at >= 0 && at < size[axis];
      other += stride * offset[axis];
      rest /= size[axis];
      stride *= size[axis];
    }
    if (isInside)
    {
      visit(other);
    }
  }
}
} // namespace itk

#endif
