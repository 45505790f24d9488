// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyHysteresis_h
#define itkCannyHysteresis_h

#include "ITKTorchEdgeDetectionExport.h"
#include <cstdint>
#include <vector>

namespace itk
{
/** Pixels above the thresholds, one bit each, and what grows from them. Rows begin at a new word; their number is y + z
 * · (number along y). */
class ITKTorchEdgeDetection_EXPORT CannyHysteresis
{
public:
  /** \param size along x, y (, z) */
  explicit CannyHysteresis(const std::vector<std::int64_t> & size);

  /** The words of a row, to be written before Grow(); different rows by different threads. Bits past the end of the row
   * are 0. */
  std::uint64_t *
  GetWeak(std::int64_t row)
  {
    return m_Weak.data() + row * m_Words;
  }
  std::uint64_t *
  GetStrong(std::int64_t row)
  {
    return m_Strong.data() + row * m_Words;
  }

  /** Makes edges of the strong pixels and of all weak ones that touch an edge, also at a corner. The result does not
   * depend on the order, so neither on the number of threads. */
  void
  Grow();

  /** The edges of a row, after Grow(). */
  const std::uint64_t *
  GetEdges(std::int64_t row) const
  {
    return m_Edges.data() + row * m_Words;
  }

private:
  struct Part
  {
    std::int64_t              First;
    std::int64_t              Last;
    std::vector<std::int64_t> Pending;
  };

  void
  GrowStrong(Part & part);
  void
  GrowOver(Part & part, std::int64_t plane);
  void
  Spread(Part & part, std::int64_t word);
  void
  Reach(Part & part, std::int64_t word, std::uint64_t bits);
  void
  Flood(Part & part);

  std::int64_t               m_Words;
  std::int64_t               m_RowsOfPlane;
  std::int64_t               m_Planes;
  std::vector<std::uint64_t> m_Weak;
  std::vector<std::uint64_t> m_Strong;
  std::vector<std::uint64_t> m_Edges;
};
} // namespace itk

#endif
