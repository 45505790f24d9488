// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNearBoundarySearch_h
#define itkNearBoundarySearch_h

#include <array>
#include <cstdint>
#include <vector>

namespace itk
{
/** \class NearBoundarySearch
 * \brief Distances to the nearest marked pixel, by looking around: for boundaries that are near each other.
 *
 * Each row knows how far the nearest marked pixel along x is. A pixel looks at the rows around it, nearest first, until
 * none can come nearer; that takes as many looks as there are rows within its distance. In up to three dimensions. */
class NearBoundarySearch
{
public:
  /** Distances are found up to so many pixels of the finest axis, at most. */
  static constexpr std::int64_t LargestReach = 32;

  /** \param marks a byte for each pixel
   * \param size pixels along x, y, …; none is 0
   * \param spacing distance between pixels
   * \param maximumDistance there is no need to look farther */
  NearBoundarySearch(const std::vector<std::uint8_t> & marks,
                     const std::vector<std::int64_t> & size,
                     const std::vector<double> &       spacing,
                     double                            maximumDistance);

  /** Distances are found up to here. */
  double
  GetReach() const
  {
    return m_Reach;
  }

  /** Prepares the search for pixels with this mark. */
  void
  SetMark(std::uint8_t mark);

  /** A pixel's squared distance, or one beyond the reach: infinity. It is not looked for further once it is known to be
   * at most `enough`, and then too large by what was left out.
   * \param looks is increased by the rows that were looked at */
  double
  GetSquaredDistance(std::int64_t offset, double enough, std::int64_t & looks) const;

private:
  struct Row
  {
    double                      SquaredDistance;
    std::int64_t                Step;   // of offsets
    std::array<std::int64_t, 2> Places; // along y and z
  };

  void
  ScanRow(std::int64_t begin, std::uint8_t mark);

  const std::vector<std::uint8_t> & m_Marks;
  std::array<std::int64_t, 3>       m_Extent{ { 1, 1, 1 } };
  double                            m_Reach;
  std::vector<double>               m_SquaredSteps; // of so many pixels along x
  std::vector<Row>                  m_Rows;
  std::vector<std::uint8_t>         m_Near; // pixels along x, None beyond LargestReach
};
} // namespace itk

#endif
