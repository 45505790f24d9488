// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDisplacementGrid.h"
#include "itkSplineCoefficients.h"
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
std::int64_t
Mirror(std::int64_t index, std::int64_t count)
{
  if (count == 1)
  {
    return 0;
  }
  index = index < 0 ? -index : index;
  return index >= count ? 2 * (count - 1) - index : index;
}
} // namespace

std::array<double, 4>
CubicBSplineWeights(double t)
{
  const double s = 1.0 - t;
  return {
    { s * s * s / 6.0, (4.0 + t * t * (3.0 * t - 6.0)) / 6.0, (4.0 + s * s * (3.0 * s - 6.0)) / 6.0, t * t * t / 6.0 }
  };
}

std::array<double, 4>
CubicBSplineSlopes(double t)
{
  const double s = 1.0 - t;
  return { { -0.5 * s * s, t * (1.5 * t - 2.0), -s * (1.5 * s - 2.0), 0.5 * t * t } };
}

DisplacementGrid::DisplacementGrid(unsigned int                dimension,
                                   AxisSizes                   size,
                                   AxisSizes                   nodes,
                                   const std::vector<double> & values)
  : m_Dimension(dimension)
{
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    m_Nodes[axis] = nodes[axis];
    m_Splines[axis] = nodes[axis] + 2;
    m_CellSize[axis] = size[axis] > 1 && nodes[axis] > 1
                         ? static_cast<double>(size[axis] - 1) / static_cast<double>(nodes[axis] - 1)
                         : 1.0;
  }
  std::vector<double> inner = values;
  std::int64_t        stride = 1;
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    ToSplineCoefficients(
      inner.data(), static_cast<std::int64_t>(inner.size()) / (stride * m_Nodes[axis]), m_Nodes[axis], stride);
    stride *= m_Nodes[axis];
  }
  m_Coefficients.reserve(static_cast<std::size_t>(GetSplinesOfComponent() * dimension));
  for (std::int64_t component = 0; component < dimension; ++component)
  {
    for (std::int64_t z = 0; z < m_Splines[2]; ++z)
    {
      for (std::int64_t y = 0; y < m_Splines[1]; ++y)
      {
        for (std::int64_t x = 0; x < m_Splines[0]; ++x)
        {
          const std::int64_t plane = dimension == 3 ? Mirror(z - 1, m_Nodes[2]) : 0;
          const std::int64_t row = (component * m_Nodes[2] + plane) * m_Nodes[1] + Mirror(y - 1, m_Nodes[1]);
          m_Coefficients.push_back(inner[static_cast<std::size_t>(row * m_Nodes[0] + Mirror(x - 1, m_Nodes[0]))]);
        }
      }
    }
  }
}

DisplacementGrid::Place
DisplacementGrid::Locate(unsigned int axis, double position) const
{
  if (m_Nodes[axis] == 1)
  {
    return {};
  }
  const double in = position / m_CellSize[axis];
  const auto   cell = std::clamp(static_cast<std::int64_t>(std::floor(in)), std::int64_t{ 0 }, m_Nodes[axis] - 2);
  return { cell, in - static_cast<double>(cell) };
}

std::array<double, 4>
DisplacementGrid::GetWeights(unsigned int axis, const Place & place, Basis basis) const
{
  if (basis == Basis::Value)
  {
    return CubicBSplineWeights(place.InCell);
  }
  auto slopes = CubicBSplineSlopes(place.InCell);
  for (double & slope : slopes)
  {
    slope = m_Nodes[axis] == 1 ? 0.0 : slope / m_CellSize[axis];
  }
  return slopes;
}

namespace
{
/** to[component][i] = Σ over four lines of weights · from[component][line][i] */
void
Contract(const double *                from,
         std::int64_t                  components,
         std::int64_t                  lines,
         std::int64_t                  count,
         std::int64_t                  first,
         const std::array<double, 4> & weights,
         std::vector<double> &         to)
{
  to.assign(static_cast<std::size_t>(components * count), 0.0);
  for (std::int64_t component = 0; component < components; ++component)
  {
    double * const sum = to.data() + component * count;
    for (std::int64_t k = 0; k < 4; ++k)
    {
      // An axis of one node has three splines, and the fourth weight is 0.
      const double * const line = from + (component * lines + std::min(first + k, lines - 1)) * count;
      for (std::int64_t i = 0; i < count; ++i)
      {
        sum[i] += weights[static_cast<std::size_t>(k)] * line[i];
      }
    }
  }
}
} // namespace

void
DisplacementGrid::ContractPlane(std::int64_t z, std::vector<double> & plane, Basis basis) const
{
  if (m_Dimension == 2)
  {
    plane = m_Coefficients;
    return;
  }
  const Place place = Locate(2, static_cast<double>(z));
  Contract(m_Coefficients.data(),
           m_Dimension,
           m_Splines[2],
           m_Splines[0] * m_Splines[1],
           place.First,
           GetWeights(2, place, basis),
           plane);
}

void
DisplacementGrid::ContractRow(const std::vector<double> & plane,
                              std::int64_t                y,
                              std::vector<double> &       row,
                              Basis                       basis) const
{
  const Place place = Locate(1, static_cast<double>(y));
  Contract(plane.data(), m_Dimension, m_Splines[1], m_Splines[0], place.First, GetWeights(1, place, basis), row);
}

std::vector<std::array<double, 2>>
DisplacementGrid::GetBounds(const AxisSizes & start, const AxisSizes & size) const
{
  AxisSizes first{};
  AxisSizes last{};
  for (unsigned int axis = 0; axis < m_Dimension; ++axis)
  {
    first[axis] = Locate(axis, static_cast<double>(start[axis])).First;
    last[axis] =
      std::min(Locate(axis, static_cast<double>(start[axis] + size[axis] - 1)).First + 3, m_Splines[axis] - 1);
  }
  std::vector<std::array<double, 2>> bounds;
  for (std::int64_t component = 0; component < m_Dimension; ++component)
  {
    bounds.push_back({ { INFINITY, -INFINITY } });
    for (std::int64_t z = first[2]; z <= last[2]; ++z)
    {
      for (std::int64_t y = first[1]; y <= last[1]; ++y)
      {
        for (std::int64_t x = first[0]; x <= last[0]; ++x)
        {
          const std::int64_t row = (component * m_Splines[2] + z) * m_Splines[1] + y;
          const double       value = m_Coefficients[static_cast<std::size_t>(row * m_Splines[0] + x)];
          bounds.back() = { { std::min(bounds.back()[0], value), std::max(bounds.back()[1], value) } };
        }
      }
    }
  }
  return bounds;
}

DisplacementGrid
DisplacementGrid::Transformed(const std::array<std::array<double, 3>, 3> & matrix) const
{
  DisplacementGrid result = *this;
  const auto       splines = static_cast<std::size_t>(GetSplinesOfComponent());
  for (std::size_t row = 0; row < m_Dimension; ++row)
  {
    for (std::size_t i = 0; i < splines; ++i)
    {
      double sum = 0.0;
      for (std::size_t column = 0; column < m_Dimension; ++column)
      {
        sum += matrix[row][column] * m_Coefficients[column * splines + i];
      }
      result.m_Coefficients[row * splines + i] = sum;
    }
  }
  return result;
}
} // namespace itk
