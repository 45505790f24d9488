// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkHoleSearch_h
#define itkHoleSearch_h

#include "cpu/itkComponentRuns.h"
#include "itkGridNeighbors.h"
#include <algorithm>
#include <limits>

namespace itk
{
/** Looks around the runs of background for the one object that they touch. */
class HoleSearch
{
public:
  static constexpr std::uint32_t None = 0;
  static constexpr std::uint32_t Open = std::numeric_limits<std::uint32_t>::max();

  /** \param isFullyConnected background */
  HoleSearch(const std::vector<std::int64_t> & size, bool isFullyConnected)
    : m_Size(size)
    , m_Reach(isFullyConnected ? 1 : 0)
  {
    for (const GridOffset & offset : GridNeighbors(size.size(), isFullyConnected))
    {
      if (offset[0] == 0)
      {
        m_Rows.push_back(offset);
      }
    }
  }

  /** Adds what a run touches to what its component is known to touch. */
  template <typename TObjectAt>
  void
  Add(std::uint32_t & found, std::int64_t row, const ComponentRuns::Run & run, const TObjectAt & objectAt) const
  {
    const std::int64_t width = m_Size[0];
    if (width > 1 && (run.Begin == 0 || run.End == width))
    {
      found = Open;
    }
    const std::int64_t begin = std::max<std::int64_t>(0, run.Begin - m_Reach);
    const std::int64_t end = std::min<std::int64_t>(width, run.End + m_Reach);
    if (run.Begin > 0)
    {
      AddObject(found, objectAt(row * width + run.Begin - 1));
    }
    if (run.End < width)
    {
      AddObject(found, objectAt(row * width + run.End));
    }
    for (std::size_t i = 0; i < m_Rows.size() && found != Open; ++i)
    {
      std::int64_t other = row;
      switch (this->Step(m_Rows[i], other))
      {
        case Place::Inside:
          for (std::int64_t x = begin; x < end && found != Open; ++x)
          {
            AddObject(found, objectAt(other * width + x));
          }
          break;
        case Place::Beyond:
          found = Open;
          break;
        default:
          break;
      }
    }
  }

private:
  enum class Place
  {
    Inside,
    Beyond,
    /** Beyond an axis of one pixel, where every pixel is at the border. */
    Nowhere
  };

  Place
  Step(const GridOffset & offset, std::int64_t & row) const
  {
    std::int64_t rest = row;
    std::int64_t stride = 1;
    std::int64_t shift = 0;
    Place        place = Place::Inside;
    for (std::size_t axis = 1; axis < m_Size.size(); ++axis)
    {
      const std::int64_t at = rest % m_Size[axis] + offset[axis];
      if (at < 0 || at >= m_Size[axis])
      {
        place = m_Size[axis] == 1 || place == Place::Nowhere ? Place::Nowhere : Place::Beyond;
      }
      shift += offset[axis] * stride;
      rest /= m_Size[axis];
      stride *= m_Size[axis];
    }
    row += shift;
    return place;
  }

  static void
  AddObject(std::uint32_t & found, std::uint32_t object)
  {
    if (object != None)
    {
      found = found == None || found == object ? object : Open;
    }
  }

  std::vector<std::int64_t> m_Size;
  std::int64_t              m_Reach;
  std::vector<GridOffset>   m_Rows;
};
} // namespace itk

#endif
