// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsLine.h"

namespace itk
{
TwoNearestObjectsLine::TwoNearestObjectsLine(std::int64_t numberOfPixels, int unit, double spacing)
  : m_NumberOfPixels(static_cast<std::int32_t>(numberOfPixels))
  , m_UnitShift(unit - 1)
  , m_SquaredStep((spacing / unit) * (spacing / unit))
  , m_Last(static_cast<double>((numberOfPixels - 1) * unit))
{
  // Sites lie from one step before the first pixel to one step after the last.
  const auto positions = static_cast<std::size_t>(numberOfPixels * unit + 3);
  m_HalfReciprocals.resize(positions);
  for (std::size_t distance = 1; distance < positions; ++distance)
  {
    m_HalfReciprocals[distance] = 1.0 / (2.0 * m_SquaredStep * static_cast<double>(distance));
  }
  const auto sites = static_cast<std::size_t>(numberOfPixels + 1);
  m_Position.resize(sites);
  m_First.resize(sites);
  m_Second.resize(sites);
  m_FirstLabel.resize(sites);
  m_SecondLabel.resize(sites);
  m_Arcs.resize(sites);
}

template <typename TSelect>
inline std::int32_t
TwoNearestObjectsLine::BuildEnvelope(std::int32_t    firstSite,
                                     std::int32_t    lastSite,
                                     double          begin,
                                     double          end,
                                     const TSelect & select)
{
  Arc * const          arcs = m_Arcs.data();
  const double * const halfReciprocals = m_HalfReciprocals.data();
  std::int32_t         count = 0;
  Arc                  top{};
  for (std::int32_t s = firstSite; s <= lastSite; ++s)
  {
    double squaredDistance;
    if (!select(s, squaredDistance))
    {
      continue;
    }
    const std::int32_t position = m_Position[s];
    const double       height = this->Height(squaredDistance, position);
    double             crossing = begin;
    while (count > 0)
    {
      crossing = (height - top.Height) * halfReciprocals[position - top.Position];
      if (crossing > top.Begin)
      {
        break;
      }
      if (--count > 0)
      {
        top = arcs[count - 1];
      }
    }
    if (count == 0)
    {
      crossing = begin;
    }
    if (crossing < end)
    {
      top = { height, crossing, position, s };
      arcs[count++] = top;
    }
  }
  return count;
}

template <typename TEvaluate>
inline void
TwoNearestObjectsLine::ForEachArc(std::int32_t      count,
                                  std::int32_t      begin,
                                  std::int32_t      end,
                                  const TEvaluate & evaluate) const
{
  for (std::int32_t a = 0; a < count && begin < end; ++a)
  {
    const std::int32_t next =
      a + 1 < count ? std::min(end, this->PixelAfter(m_Arcs[static_cast<std::size_t>(a + 1)].Begin)) : end;
    if (next > begin)
    {
      evaluate(m_Arcs[static_cast<std::size_t>(a)], begin, next);
      begin = next;
    }
  }
}

template <typename TSquaredDistance>
void
TwoNearestObjectsLine::Transform(TSquaredDistance * first,
                                 TSquaredDistance * second,
                                 std::uint32_t *    firstLabel,
                                 std::uint32_t *    secondLabel)
{
  constexpr double   infinity = std::numeric_limits<double>::infinity();
  const std::int32_t pixels = m_NumberOfPixels;
  const auto         fill = [](auto * to, std::int32_t begin, std::int32_t end, auto value)
  { std::fill(to + begin, to + end, value); };
  fill(second, 0, pixels, std::numeric_limits<TSquaredDistance>::infinity());
  if (secondLabel != nullptr)
  {
    fill(secondLabel, 0, pixels, 0u);
  }
  if (m_NumberOfSites == 0)
  {
    fill(first, 0, pixels, std::numeric_limits<TSquaredDistance>::infinity());
    if (firstLabel != nullptr)
    {
      fill(firstLabel, 0, pixels, 0u);
    }
    return;
  }

  const std::int32_t firstCount = this->BuildEnvelope(0,
                                                      m_NumberOfSites - 1,
                                                      -infinity,
                                                      infinity,
                                                      [this](std::int32_t s, double & squaredDistance)
                                                      {
                                                        squaredDistance = m_First[s];
                                                        return true;
                                                      });
  m_Runs.clear();
  this->ForEachArc(firstCount,
                   0,
                   pixels,
                   [&](const Arc & arc, std::int32_t begin, std::int32_t end)
                   {
                     const std::uint32_t label = m_FirstLabel[arc.Site];
                     if (m_Runs.empty() || m_Runs.back().Label != label)
                     {
                       m_Runs.push_back({ begin, end, label, arc.Site, arc.Site });
                     }
                     m_Runs.back().End = end;
                     m_Runs.back().LastSite = arc.Site;
                     this->Evaluate(m_First[arc.Site], arc.Position, begin, end, first);
                     if (firstLabel != nullptr)
                     {
                       fill(firstLabel, begin, end, label);
                     }
                   });

  for (std::size_t r = 0; r < m_Runs.size(); ++r)
  {
    const Run &        run = m_Runs[r];
    const std::int32_t from = r == 0 ? 0 : m_Runs[r - 1].LastSite;
    const std::int32_t to = r + 1 == m_Runs.size() ? m_NumberOfSites - 1 : m_Runs[r + 1].FirstSite;
    const double       beforeRun = static_cast<double>(run.Begin << m_UnitShift) - 1.0;
    const double       endOfRun = static_cast<double>((run.End - 1) << m_UnitShift);
    const std::int32_t count = this->BuildEnvelope(from,
                                                   to,
                                                   beforeRun,
                                                   endOfRun,
                                                   [this, &run](std::int32_t s, double & squaredDistance)
                                                   {
                                                     const bool isFirst = m_FirstLabel[s] != run.Label;
                                                     squaredDistance = isFirst ? m_First[s] : m_Second[s];
                                                     return isFirst || m_SecondLabel[s] != 0;
                                                   });
    this->ForEachArc(count,
                     run.Begin,
                     run.End,
                     [&](const Arc & arc, std::int32_t begin, std::int32_t end)
                     {
                       const bool isFirst = m_FirstLabel[arc.Site] != run.Label;
                       this->Evaluate(
                         isFirst ? m_First[arc.Site] : m_Second[arc.Site], arc.Position, begin, end, second);
                       if (secondLabel != nullptr)
                       {
                         fill(secondLabel, begin, end, isFirst ? m_FirstLabel[arc.Site] : m_SecondLabel[arc.Site]);
                       }
                     });
  }
}

template void
TwoNearestObjectsLine::Transform(float *, float *, std::uint32_t *, std::uint32_t *);
template void
TwoNearestObjectsLine::Transform(double *, double *, std::uint32_t *, std::uint32_t *);
} // namespace itk
