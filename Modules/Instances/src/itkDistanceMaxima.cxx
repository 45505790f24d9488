// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDistanceMaxima.h"
#include "itkGridNeighbors.h"
#include <algorithm>

namespace itk
{
namespace
{
/** Pixels that have been reached, from the highest down, as hills; each is known by the place of its peak in that
 * order. */
class Hills
{
public:
  static constexpr std::int64_t None = -1;

  explicit Hills(std::int64_t pixels)
    : m_Parents(static_cast<std::size_t>(pixels), None)
  {}

  /** The peak of a pixel's hill; None where the pixel has not been reached. */
  std::int64_t
  FindPeak(std::int64_t pixel)
  {
    if (m_Parents[static_cast<std::size_t>(pixel)] == None)
    {
      return None;
    }
    while (m_Parents[static_cast<std::size_t>(pixel)] != pixel)
    {
      auto & parent = m_Parents[static_cast<std::size_t>(pixel)];
      parent = m_Parents[static_cast<std::size_t>(parent)];
      pixel = parent;
    }
    return pixel;
  }

  void
  Join(std::int64_t pixel, std::int64_t peak)
  {
    m_Parents[static_cast<std::size_t>(pixel)] = peak;
  }

private:
  std::vector<std::int64_t> m_Parents;
};
} // namespace

std::vector<std::int64_t>
FindMaxima(const float *                       heights,
           const std::uint8_t *                mask,
           const std::vector<std::int64_t> &   size,
           bool                                isFullyConnected,
           double                              leastRise,
           const std::function<void(double)> & progress)
{
  const std::int64_t        pixels = NumberOfPixels(size);
  std::vector<std::int64_t> order;
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
  {
    if (mask[pixel] != 0)
    {
      order.push_back(pixel);
    }
  }
  const auto isHigher = [heights](std::int64_t a, std::int64_t b)
  { return heights[a] > heights[b] || (heights[a] == heights[b] && a < b); };
  std::sort(order.begin(), order.end(), isHigher);
  const auto                neighbors = GridNeighbors(size.size(), isFullyConnected);
  std::vector<std::int64_t> maxima;
  Hills                     hills(pixels);
  constexpr std::size_t     pixelsPerReport = 1 << 18;
  std::size_t               reached = 0;
  progress(0.2);
  for (const std::int64_t pixel : order)
  {
    if (++reached % pixelsPerReport == 0)
    {
      progress(0.2 + 0.8 * static_cast<double>(reached) / static_cast<double>(order.size()));
    }
    hills.Join(pixel, pixel);
    std::int64_t peak = pixel;
    ForEachNeighbor(pixel,
                    size,
                    neighbors,
                    [&](std::int64_t other)
                    {
                      const std::int64_t otherPeak = hills.FindPeak(other);
                      if (otherPeak == Hills::None || otherPeak == peak)
                      {
                        return;
                      }
                      const std::int64_t lower = isHigher(peak, otherPeak) ? otherPeak : peak;
                      // Parts of one plateau that meet within it are no maxima of their own.
                      if (heights[lower] > heights[pixel] &&
                          static_cast<double>(heights[lower]) - heights[pixel] >= leastRise)
                      {
                        maxima.push_back(lower);
                      }
                      peak = lower == peak ? otherPeak : peak;
                      hills.Join(lower, peak);
                    });
  }
  for (const std::int64_t pixel : order)
  {
    if (hills.FindPeak(pixel) == pixel)
    {
      maxima.push_back(pixel);
    }
  }
  std::sort(maxima.begin(), maxima.end());
  return maxima;
}
} // namespace itk
