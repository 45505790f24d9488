// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNearBoundarySearch.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <limits>

namespace itk
{
namespace
{
constexpr std::uint8_t None = NearBoundarySearch::LargestReach + 1;
constexpr double       Infinity = std::numeric_limits<double>::infinity();

double
SquaredDistance(double spacing, std::int64_t pixels)
{
  const double distance = spacing * static_cast<double>(pixels);
  return distance * distance;
}
} // namespace

NearBoundarySearch::NearBoundarySearch(const std::vector<std::uint8_t> & marks,
                                       const std::vector<std::int64_t> & size,
                                       const std::vector<double> &       spacing,
                                       double                            maximumDistance)
  : m_Marks(marks)
  , m_Near(marks.size())
{
  std::array<double, 3> units{ { 1.0, 1.0, 1.0 } };
  std::copy(size.begin(), size.end(), m_Extent.begin());
  std::copy(spacing.begin(), spacing.end(), units.begin());
  m_Reach = std::min(maximumDistance, LargestReach * *std::min_element(spacing.begin(), spacing.end()));
  for (std::int64_t pixels = 0; pixels <= LargestReach; ++pixels)
  {
    m_SquaredSteps.push_back(SquaredDistance(units[0], pixels));
  }
  m_SquaredSteps.push_back(Infinity);
  const auto furthest = [&](int axis)
  { return std::min(static_cast<std::int64_t>(m_Reach / units[axis]), m_Extent[axis] - 1); };
  for (std::int64_t z = -furthest(2); z <= furthest(2); ++z)
  {
    for (std::int64_t y = -furthest(1); y <= furthest(1); ++y)
    {
      const double distance = SquaredDistance(units[1], y) + SquaredDistance(units[2], z);
      if (distance <= m_Reach * m_Reach)
      {
        m_Rows.push_back({ distance, (z * m_Extent[1] + y) * m_Extent[0], { { y, z } } });
      }
    }
  }
  std::stable_sort(
    m_Rows.begin(), m_Rows.end(), [](const Row & a, const Row & b) { return a.SquaredDistance < b.SquaredDistance; });
}

void
NearBoundarySearch::SetMark(std::uint8_t mark)
{
  const std::int64_t width = m_Extent[0];
  at::parallel_for(0,
                   m_Extent[1] * m_Extent[2],
                   std::max<std::int64_t>(1, (1 << 15) / width),
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t row = begin; row < end; ++row)
                     {
                       this->ScanRow(row * width, mark);
                     }
                   });
}

void
NearBoundarySearch::ScanRow(std::int64_t begin, std::uint8_t mark)
{
  const std::int64_t         width = m_Extent[0];
  const std::uint8_t * const marks = m_Marks.data() + begin;
  std::uint8_t * const       near = m_Near.data() + begin;
  std::fill_n(near, width, None);
  for (std::int64_t x = 0; x < width; ++x)
  {
    if ((marks[x] & mark) == 0)
    {
      continue;
    }
    near[x] = 0;
    for (std::int64_t step = 1; step <= std::min(x, LargestReach) && near[x - step] > step; ++step)
    {
      near[x - step] = static_cast<std::uint8_t>(step);
    }
    for (std::int64_t step = 1; step <= std::min(width - 1 - x, LargestReach) && (marks[x + step] & mark) == 0; ++step)
    {
      near[x + step] = static_cast<std::uint8_t>(step);
    }
  }
}

double
NearBoundarySearch::GetSquaredDistance(std::int64_t offset, double enough, std::int64_t & looks) const
{
  const std::int64_t row = offset / m_Extent[0];
  const std::int64_t y = row % m_Extent[1];
  const std::int64_t z = row / m_Extent[1];
  double             best = Infinity;
  for (const Row & near : m_Rows)
  {
    if (near.SquaredDistance >= best || best <= enough)
    {
      break;
    }
    ++looks;
    const std::int64_t yThere = y + near.Places[0];
    const std::int64_t zThere = z + near.Places[1];
    if (yThere >= 0 && yThere < m_Extent[1] && zThere >= 0 && zThere < m_Extent[2])
    {
      best = std::min(best, near.SquaredDistance + m_SquaredSteps[m_Near[offset + near.Step]]);
    }
  }
  return best <= m_Reach * m_Reach ? best : Infinity;
}
} // namespace itk
