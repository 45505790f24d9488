// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsLine.h"
#include "itkTwoNearestObjectsKernel.h"

namespace itk
{
namespace
{
constexpr std::int32_t unchanged = -1;
// Left of all sites.
constexpr std::int32_t bottomPosition = -2;
// Crossings are in parts of a step, so that their pixel is a shift away.
constexpr int          fractionBits = 30;
constexpr std::int64_t partsOfStep = std::int64_t{ 1 } << fractionBits;
// More than rounding moves a crossing, in parts of a step, where sums of squares are rounded and where they are exact.
constexpr std::int64_t marginOfRounded = partsOfStep / 1024;
constexpr std::int64_t marginOfExact = 4;
} // namespace

TwoNearestObjectsLine::TwoNearestObjectsLine(std::int64_t numberOfPixels, int unit, double spacing, bool areSumsExact)
  : m_NumberOfPixels(static_cast<std::int32_t>(numberOfPixels))
  , m_UnitShift(unit - 1)
  , m_SquaredStep((spacing / unit) * (spacing / unit))
{
  // Sites lie from one step before the first pixel to one step after the last.
  const auto positions = static_cast<std::size_t>(numberOfPixels * unit + 4);
  m_HalfReciprocals.resize(positions);
  for (std::size_t distance = 1; distance < positions; ++distance)
  {
    m_HalfReciprocals[distance] =
      static_cast<double>(partsOfStep) / (2.0 * m_SquaredStep * static_cast<double>(distance));
  }
  // A crossing of parabolas with multiples of q is at a pixel, or q / (2 s² d) away from it or farther.
  const double nearest = static_cast<double>(partsOfStep) * TwoNearestObjectsProblem::SmallestDifference /
                         (2.0 * m_SquaredStep * static_cast<double>(positions));
  m_IsNearEqual = areSumsExact && nearest > 4.0 * marginOfExact;
  m_Margin = m_IsNearEqual ? marginOfExact : marginOfRounded;
  const auto sites = static_cast<std::size_t>(numberOfPixels + 1);
  m_Entries.resize(2 * sites);
  m_Arcs.resize(sites + 1);
  m_Lowest.resize(sites);
}

template <typename TSelect>
inline void
TwoNearestObjectsLine::MarkEnvelope(std::int32_t    firstSite,
                                    std::int32_t    lastSite,
                                    std::int32_t    firstPixel,
                                    std::int32_t    lastPixel,
                                    const TSelect & select)
{
  const double * const halfReciprocals = m_HalfReciprocals.data();
  const Entry * const  entries = m_Entries.data();
  const double begin = (static_cast<double>(firstPixel << m_UnitShift) - 0.5) * static_cast<double>(partsOfStep);
  const double end = (static_cast<double>(lastPixel << m_UnitShift) + 0.5) * static_cast<double>(partsOfStep);
  const auto   margin = static_cast<double>(m_Margin);
  // Below all arcs one that is never removed, since nothing compares with NaN, and is the highest.
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Arc *            last = m_Arcs.data();
  Arc              top{ infinity, std::numeric_limits<double>::quiet_NaN(), bottomPosition, unchanged, 0 };
  *last = top;
  for (std::int32_t s = firstSite; s <= lastSite; ++s)
  {
    const std::int32_t chosen = select(s);
    const Entry &      entry = entries[chosen];
    double             crossing;
    while ((crossing = (entry.Height - top.Height) * halfReciprocals[entry.Position - top.Position]) <= top.Begin)
    {
      top = *--last;
    }
    crossing = std::max(begin, crossing);
    if (crossing < end)
    {
      top = { entry.Height, std::max(crossing - margin, top.Begin), entry.Position, chosen, entry.Label };
      *++last = top;
    }
  }
  const int          pixelBits = fractionBits + m_UnitShift;
  const std::int64_t partsOfPixel = std::int64_t{ 1 } << pixelBits;
  const std::int64_t nearFrom = partsOfPixel - 2 * m_Margin;
  std::int32_t       decided = unchanged; // the last pixel that arcs begin at
  for (const Arc * arc = m_Arcs.data() + 1; arc <= last; ++arc)
  {
    const auto         arcBegin = static_cast<std::int64_t>(arc->Begin);
    const std::int32_t pixel = static_cast<std::int32_t>(arcBegin >> pixelBits) + 1;
    const bool         isNear = (arcBegin & (partsOfPixel - 1)) >= nearFrom;
    const bool         isSame = m_IsNearEqual & (arc->Label == arc[-1].Label);
    // One branch of both, since where lines of sites cross is hard to foresee.
    if (isNear & !isSame)
    {
      m_Lowest[pixel] = pixel == decided ? m_Lowest[pixel] : arc[-1].Entry;
      decided = pixel;
      m_Lowest[pixel] = this->IsNearerAt(pixel, arc->Entry, m_Lowest[pixel]) ? arc->Entry : m_Lowest[pixel];
    }
    m_Lowest[pixel + static_cast<std::int32_t>(isNear)] = arc->Entry;
  }
}

template <typename TSquaredDistance>
void
TwoNearestObjectsLine::Transform(TSquaredDistance * first,
                                 TSquaredDistance * second,
                                 std::uint32_t *    firstLabel,
                                 std::uint32_t *    secondLabel)
{
  const std::int32_t pixels = m_NumberOfPixels;
  if (m_NumberOfSites == 0)
  {
    std::fill_n(first, pixels, TwoNearestObjects<TSquaredDistance>::Infinity);
    std::fill_n(second, pixels, TwoNearestObjects<TSquaredDistance>::Infinity);
    if (firstLabel != nullptr)
    {
      std::fill_n(firstLabel, pixels, 0u);
      std::fill_n(secondLabel, pixels, 0u);
    }
    return;
  }
  const Entry * const  entries = m_Entries.data();
  std::int32_t * const lowest = m_Lowest.data();
  const auto           forEachPixel = [&](const auto & visit)
  {
    std::int32_t entry = 0;
    for (std::int32_t x = 0; x < pixels; ++x)
    {
      entry = lowest[x] == unchanged ? entry : lowest[x];
      visit(x, entry);
    }
  };

  std::fill_n(lowest, pixels, unchanged);
  this->MarkEnvelope(0, m_NumberOfSites - 1, 0, pixels - 1, [](std::int32_t s) { return 2 * s; });
  m_Runs.clear();
  Run run{ 0, 0, 0, 0, 0 };
  forEachPixel(
    [&](std::int32_t x, std::int32_t entry)
    {
      const Entry & nearest = entries[entry];
      first[x] = static_cast<TSquaredDistance>(this->Evaluate(nearest, x));
      if (nearest.Label != run.Label)
      {
        run.End = x;
        m_Runs.push_back(run);
        run = { x, 0, nearest.Label, entry / 2, 0 };
      }
      run.LastSite = entry / 2;
    });
  run.End = pixels;
  m_Runs.push_back(run);

  if (firstLabel != nullptr)
  {
    for (const Run & r : m_Runs)
    {
      std::fill(firstLabel + r.Begin, firstLabel + r.End, r.Label);
    }
  }
  std::fill_n(lowest, pixels, unchanged);
  for (std::size_t r = 1; r < m_Runs.size(); ++r)
  {
    const Run & own = m_Runs[r];
    this->MarkEnvelope(r == 1 ? 0 : m_Runs[r - 1].LastSite,
                       r + 1 == m_Runs.size() ? m_NumberOfSites - 1 : m_Runs[r + 1].FirstSite,
                       own.Begin,
                       own.End - 1,
                       [entries, label = own.Label](std::int32_t s)
                       { return 2 * s + static_cast<std::int32_t>(entries[2 * s].Label == label); });
  }
  const auto setSecond = [&](std::int32_t x, std::int32_t entry)
  { second[x] = static_cast<TSquaredDistance>(this->Evaluate(entries[entry], x)); };
  if (secondLabel == nullptr)
  {
    forEachPixel(setSecond);
    return;
  }
  forEachPixel(
    [&](std::int32_t x, std::int32_t entry)
    {
      setSecond(x, entry);
      secondLabel[x] = entries[entry].Label;
    });
}

template void
TwoNearestObjectsLine::Transform(float *, float *, std::uint32_t *, std::uint32_t *);
template void
TwoNearestObjectsLine::Transform(double *, double *, std::uint32_t *, std::uint32_t *);
} // namespace itk
