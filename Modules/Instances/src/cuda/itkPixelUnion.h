// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPixelUnion_h
#define itkPixelUnion_h

#include <cstdint>

#ifdef __CUDACC__
#  define ITKTorch_HOST_DEVICE __host__ __device__
#else
#  define ITKTorch_HOST_DEVICE
#endif

namespace itk
{
/** A grid of pixels in raster order. */
struct PixelGrid
{
  static constexpr int LargestDimension = 8;

  std::int64_t Size[LargestDimension]; // along x, y, z, …
  int          Dimension;
  bool         IsFullyConnected;
};

/** The first pixel of the tree that `pixel` is in. No pixel points to a later one. */
ITKTorch_HOST_DEVICE inline std::int32_t
FindPixelRoot(const volatile std::int32_t * parents, std::int32_t pixel)
{
  for (std::int32_t parent = parents[pixel]; parent != pixel; parent = parents[pixel])
  {
    pixel = parent;
  }
  return pixel;
}

/** Makes two trees one, also while others do the same.
 * \param exchangeLess atomically writes a value where it is less, and returns what was there */
template <typename TExchangeLess>
ITKTorch_HOST_DEVICE void
UnitePixels(std::int32_t * parents, std::int32_t a, std::int32_t b, const TExchangeLess & exchangeLess)
{
  for (;;)
  {
    a = FindPixelRoot(parents, a);
    b = FindPixelRoot(parents, b);
    if (a == b)
    {
      return;
    }
    const std::int32_t first = a < b ? a : b;
    const std::int32_t later = a < b ? b : a;
    const std::int32_t before = exchangeLess(parents + later, first);
    if (before == later)
    {
      return;
    }
    // It was no root any more: what it pointed to has to come along.
    a = first;
    b = before;
  }
}

/** Unites a pixel with its neighbors that come before it. */
template <typename TExchangeLess>
ITKTorch_HOST_DEVICE void
UniteWithEarlierNeighbors(const PixelGrid &     grid,
                          const std::int64_t *  values,
                          std::int32_t *        parents,
                          std::int32_t          pixel,
                          const TExchangeLess & exchangeLess)
{
  const std::int64_t value = values[pixel];
  if (value == 0)
  {
    return;
  }
  std::int64_t place[PixelGrid::LargestDimension];
  std::int64_t rest = pixel;
  int          combinations = 1;
  for (int axis = 0; axis < grid.Dimension; ++axis)
  {
    place[axis] = rest % grid.Size[axis];
    rest /= grid.Size[axis];
    combinations *= 3;
  }
  // As numbers of base 3 with x as the last digit, steps before the one of all zeros lead to earlier pixels.
  for (int combination = 0; combination < combinations / 2; ++combination)
  {
    std::int64_t shift = 0;
    std::int64_t stride = 1;
    int          digits = combination;
    int          steps = 0;
    bool         isInside = true;
    for (int axis = 0; axis < grid.Dimension; ++axis)
    {
      const int          step = digits % 3 - 1;
      const std::int64_t at = place[axis] + step;
      digits /= 3;
      isInside = isInside && at >= 0 && at < grid.Size[axis];
      shift += step * stride;
      stride *= grid.Size[axis];
      steps += step != 0 ? 1 : 0;
    }
    if (isInside && (grid.IsFullyConnected || steps == 1) && values[pixel + shift] == value)
    {
      UnitePixels(parents, pixel, static_cast<std::int32_t>(pixel + shift), exchangeLess);
    }
  }
}
} // namespace itk

#endif
