// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPriorityFlood_h
#define itkPriorityFlood_h

#include <cstdint>
#include <functional>
#include <vector>

namespace itk
{
/** What is flooded, and how. */
struct PriorityFloodProblem
{
  /** Pixels along x, y, z, …; none is 0. */
  std::vector<std::int64_t> Size;
  bool                      IsFullyConnected{ false };
  /** Pixels where floods meet stay 0. */
  bool HasWatershedLine{ false };
  /** One for each pixel. */
  const std::uint16_t * Levels{ nullptr };
  /** 0 where nothing flows; null for everywhere. */
  const std::uint8_t * Mask{ nullptr };
};

/** Floods from the markers other than 0; outside the mask labels are 0.
 *
 * Pixels wait in one queue for each level. Those of the lowest level are served first, in the order in which they came;
 * what lies lower than the flood is served at the flood's level. The first pixels come in raster order, and a pixel's
 * neighbors, too, so that the result follows from the input alone. Without a line a pixel gets its label when it is
 * reached (Beucher); with one when it is served, if all labels around it are equal (Meyer).
 * \param labels may be `markers`
 * \param progress called with the fraction done; an exception ends the computation */
void
FloodFromMarkers(const PriorityFloodProblem &        problem,
                 const std::uint32_t *               markers,
                 std::uint32_t *                     labels,
                 const std::function<void(double)> & progress);
} // namespace itk

#endif
