// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyStrip.h"
#include <algorithm>

namespace itk
{
namespace
{
int
CountOf(const std::vector<double> & weights)
{
  return static_cast<int>(weights.size());
}

std::int64_t
RadiusOf(const std::vector<double> & weights)
{
  return static_cast<std::int64_t>(weights.size() / 2);
}

std::int64_t
ClampToCount(std::int64_t position, std::int64_t count)
{
  return std::clamp<std::int64_t>(position, 0, count - 1);
}
} // namespace

template <typename T, int D>
CannyStrip<T, D>::CannyStrip(const CannyProblem &    problem,
                             const T *               image,
                             const CannyTargets<T> & targets,
                             const CannyPart &       part)
  : m_Problem(problem)
  , m_Factors(MakeCannyFactors<T, D>(problem.PixelSize.data()))
  , m_Image(image)
  , m_Targets(targets)
  , m_Part(part)
  , m_Width(problem.Size[0])
  , m_RowCount(D == 3 ? problem.Size[1] : 1)
  , m_PlaneCount(problem.Size[D - 1])
  , m_Next(part.FirstPlane)
  , m_NextSmoothed(std::max<std::int64_t>(0, part.FirstPlane - 2))
  , m_NextCurvature(std::max<std::int64_t>(0, part.FirstPlane - 1))
  , m_Smoothed(MakePlanes(2, smoothedPlanes))
  , m_Curvature(MakePlanes(1, curvaturePlanes))
  , m_PaddedRow(static_cast<std::size_t>(m_Width + 2 * RadiusOf(problem.Weights[0])))
  , m_Row(static_cast<std::size_t>(m_Width))
  , m_Magnitude(static_cast<std::size_t>(m_Width))
{
  if constexpr (D == 3)
  {
    const std::int64_t radius = RadiusOf(problem.Weights[1]);
    m_FirstSummed = std::max<std::int64_t>(0, m_Smoothed.First - radius);
    m_LastSummed = std::min(m_RowCount, m_Smoothed.Last + radius);
    m_Summed.resize(static_cast<std::size_t>((m_LastSummed - m_FirstSummed) * m_Width));
  }
}

template <typename T, int D>
auto
CannyStrip<T, D>::MakePlanes(std::int64_t margin, std::int64_t count) const -> Planes
{
  Planes planes;
  planes.First = std::max<std::int64_t>(0, m_Part.FirstRow - margin);
  planes.Last = std::min(m_RowCount, m_Part.LastRow + margin);
  planes.Stride = m_Width + 2;
  planes.Count = count;
  planes.Pixels.resize(static_cast<std::size_t>(count * (planes.Last - planes.First) * planes.Stride));
  return planes;
}

template <typename T, int D>
bool
CannyStrip<T, D>::Advance(std::int64_t plane)
{
  bool isFinite = true;
  for (; m_Next < plane; ++m_Next)
  {
    isFinite &= IsFinite(m_Next);
    CurveUntil(std::min(m_Next + 2, m_PlaneCount));
    SuppressPlane(m_Next);
  }
  return isFinite;
}

template <typename T, int D>
bool
CannyStrip<T, D>::IsFinite(std::int64_t plane) const
{
  return AreFinite<T>((m_Part.LastRow - m_Part.FirstRow) * m_Width,
                      m_Image + (plane * m_RowCount + m_Part.FirstRow) * m_Width);
}

template <typename T, int D>
void
CannyStrip<T, D>::CurveUntil(std::int64_t plane)
{
  for (; m_NextCurvature < plane; ++m_NextCurvature)
  {
    SmoothUntil(std::min(m_NextCurvature + 2, m_PlaneCount));
    CurvePlane(m_NextCurvature);
  }
}

template <typename T, int D>
void
CannyStrip<T, D>::SmoothUntil(std::int64_t plane)
{
  for (; m_NextSmoothed < plane; ++m_NextSmoothed)
  {
    SmoothPlane(m_NextSmoothed);
  }
}

template <typename T, int D>
void
CannyStrip<T, D>::SmoothPlane(std::int64_t plane)
{
  // As in ITK the last axis comes first, and each sum is rounded to T.
  const auto &           slow = m_Problem.Weights[D - 1];
  std::vector<const T *> rows(slow.size());
  const std::int64_t     first = D == 3 ? m_FirstSummed : 0;
  for (std::size_t k = 0; k < slow.size(); ++k)
  {
    const std::int64_t other = ClampToCount(plane + static_cast<std::int64_t>(k) - RadiusOf(slow), m_PlaneCount);
    rows[k] = m_Image + (other * m_RowCount + first) * m_Width;
  }
  if constexpr (D == 2)
  {
    SumWeightedRows<T>(m_Width, CountOf(slow), slow.data(), rows.data(), m_Row.data());
    SmoothAlongX(m_Row.data(), m_Smoothed.GetRow(plane, 0));
    return;
  }
  SumWeightedRows<T>(
    (m_LastSummed - m_FirstSummed) * m_Width, CountOf(slow), slow.data(), rows.data(), m_Summed.data());
  const auto & alongY = m_Problem.Weights[1];
  rows.resize(alongY.size());
  for (std::int64_t row = m_Smoothed.First; row < m_Smoothed.Last; ++row)
  {
    for (std::size_t k = 0; k < alongY.size(); ++k)
    {
      const std::int64_t other = ClampToCount(row + static_cast<std::int64_t>(k) - RadiusOf(alongY), m_RowCount);
      rows[k] = m_Summed.data() + (other - m_FirstSummed) * m_Width;
    }
    SumWeightedRows<T>(m_Width, CountOf(alongY), alongY.data(), rows.data(), m_Row.data());
    SmoothAlongX(m_Row.data(), m_Smoothed.GetRow(plane, row));
  }
}

template <typename T, int D>
void
CannyStrip<T, D>::SmoothAlongX(const T * row, T * smoothed)
{
  const auto &       weights = m_Problem.Weights[0];
  const std::int64_t radius = RadiusOf(weights);
  double * const     padded = m_PaddedRow.data();
  std::fill_n(padded, radius, static_cast<double>(row[0]));
  std::copy_n(row, m_Width, padded + radius);
  std::fill_n(padded + radius + m_Width, radius, static_cast<double>(row[m_Width - 1]));
  SumWeightedPixels<T>(m_Width, CountOf(weights), weights.data(), padded, smoothed);
  PadRow(smoothed);
}

template <typename T, int D>
void
CannyStrip<T, D>::PadRow(T * row) const
{
  row[-1] = row[0];
  row[m_Width] = row[m_Width - 1];
}

template <typename T, int D>
CannyRows<T, D>
CannyStrip<T, D>::GetRowsAround(Planes & planes, std::int64_t plane, std::int64_t row)
{
  CannyRows<T, D> around;
  int             i = 0;
  for (int p = -1; p <= 1; ++p)
  {
    const std::int64_t other = ClampToCount(plane + p, m_PlaneCount);
    for (int r = D == 3 ? -1 : 0; r <= (D == 3 ? 1 : 0); ++r)
    {
      around.Row[i++] = planes.GetRow(other, ClampToCount(row + r, m_RowCount));
    }
  }
  return around;
}

template <typename T, int D>
void
CannyStrip<T, D>::CurvePlane(std::int64_t plane)
{
  for (std::int64_t row = m_Curvature.First; row < m_Curvature.Last; ++row)
  {
    T * const curvature = m_Curvature.GetRow(plane, row);
    ComputeCurvature<T, D>(m_Width, GetRowsAround(m_Smoothed, plane, row), m_Factors, curvature);
    PadRow(curvature);
  }
}

template <typename T, int D>
void
CannyStrip<T, D>::SuppressPlane(std::int64_t plane)
{
  for (std::int64_t row = m_Part.FirstRow; row < m_Part.LastRow; ++row)
  {
    const std::int64_t number = plane * m_RowCount + row;
    T * const          magnitude = m_Targets.Magnitude ? m_Targets.Magnitude + number * m_Width : m_Magnitude.data();
    T * const          suppressed = m_Targets.Suppressed ? m_Targets.Suppressed + number * m_Width : m_Row.data();
    const auto         smoothed = GetRowsAround(m_Smoothed, plane, row);
    SuppressNonMaxima<T, D>(
      m_Width, smoothed, GetRowsAround(m_Curvature, plane, row), m_Factors, magnitude, suppressed);
    if (m_Targets.Direction)
    {
      ComputeDirection<T, D>(m_Width, smoothed, m_Factors, m_Targets.Direction + D * number * m_Width);
    }
    if (m_Targets.Hysteresis)
    {
      ClassifyPixels<T>(m_Width,
                        suppressed,
                        m_Targets.LowerThreshold,
                        m_Targets.UpperThreshold,
                        m_Targets.Hysteresis->GetWeak(number),
                        m_Targets.Hysteresis->GetStrong(number));
    }
  }
}

template class CannyStrip<float, 2>;
template class CannyStrip<float, 3>;
template class CannyStrip<double, 2>;
template class CannyStrip<double, 3>;
} // namespace itk
