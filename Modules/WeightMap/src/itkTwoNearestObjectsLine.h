// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsLine_h
#define itkTwoNearestObjectsLine_h

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace itk
{
/** The nearest object and the nearest other one: squared distances and labels. First <= Second; label 0: there is none,
 * at an infinite distance. */
template <typename TSquaredDistance>
struct TwoNearestObjects
{
  static constexpr auto Infinity = std::numeric_limits<TSquaredDistance>::infinity();

  TSquaredDistance First{ Infinity };
  TSquaredDistance Second{ Infinity };
  std::uint32_t    FirstLabel{ 0 };
  std::uint32_t    SecondLabel{ 0 };
};

/** The two nearest objects among those of two lists. */
template <typename TSquaredDistance>
TwoNearestObjects<TSquaredDistance>
Merge(const TwoNearestObjects<TSquaredDistance> & a, const TwoNearestObjects<TSquaredDistance> & b)
{
  using Objects = TwoNearestObjects<TSquaredDistance>;
  const bool      isFirstInA = b.FirstLabel == 0 || (a.FirstLabel != 0 && a.First <= b.First);
  const Objects & near = isFirstInA ? a : b;
  const Objects & far = isFirstInA ? b : a;
  Objects         merged = near;
  const bool      isSameObject = far.FirstLabel == near.FirstLabel;
  const auto      other = isSameObject ? far.Second : far.First;
  if (other < near.Second)
  {
    merged.Second = other;
    merged.SecondLabel = isSameObject ? far.SecondLabel : far.FirstLabel;
  }
  return merged;
}

/** \class TwoNearestObjectsLine
 * \brief One pass of the distance transform: along a line, from the two nearest objects that its sites know of, to those
 * of every pixel. Linear in the number of sites and pixels.
 *
 * A site at p with squared distance g gives g + s²·(x − p)² at x. The least of the first entries is the lower envelope of
 * parabolas. It divides the line into runs with one nearest object each. In a run between the envelope's last site p of
 * the run before and first site q of the run after, only sites from p to q can be second: parabolas of equal curvature
 * differ by a line, so that p, which beats a site before it somewhere left of the run, beats it in all of the run.
 * These intervals cover each site at most three times. */
class TwoNearestObjectsLine
{
public:
  /** \param numberOfPixels evaluated at 0, unit, 2·unit, …
   * \param unit steps of a site's position for each pixel: 1 or 2
   * \param spacing distance between pixels */
  TwoNearestObjectsLine(std::int64_t numberOfPixels, int unit, double spacing);

  /** Sets the sites: `load(i, objects)` for i in [0, count) returns whether there is one, at position i · step + start. */
  template <typename TLoad>
  void
  SetSites(std::int32_t count, std::int32_t start, std::int32_t step, const TLoad & load)
  {
    std::int32_t sites = 0;
    for (std::int32_t i = 0; i < count; ++i)
    {
      TwoNearestObjects<double> objects;
      if (load(i, objects))
      {
        m_Position[sites] = i * step + start;
        m_First[sites] = objects.First;
        m_Second[sites] = objects.Second;
        m_FirstLabel[sites] = objects.FirstLabel;
        m_SecondLabel[sites] = objects.SecondLabel;
        ++sites;
      }
    }
    m_NumberOfSites = sites;
  }

  /** Writes squared distances and, unless they are null, labels of all pixels. */
  template <typename TSquaredDistance>
  void
  Transform(TSquaredDistance * first,
            TSquaredDistance * second,
            std::uint32_t *    firstLabel,
            std::uint32_t *    secondLabel);

private:
  /** A site's parabola in a lower envelope, and where it begins to be the lowest. */
  struct Arc
  {
    /** Value at position 0, but for a term that all parabolas share. */
    double       Height;
    double       Begin;
    std::int32_t Position;
    std::int32_t Site;
  };

  struct Run
  {
    std::int32_t  Begin;
    std::int32_t  End;
    std::uint32_t Label;
    std::int32_t  FirstSite;
    std::int32_t  LastSite;
  };

  /** The lower envelope, between two positions, of the parabolas of sites.
   * \param select whether a site takes part, and its squared distance
   * \return the number of arcs */
  template <typename TSelect>
  std::int32_t
  BuildEnvelope(std::int32_t firstSite, std::int32_t lastSite, double begin, double end, const TSelect & select);

  double
  Height(double squaredDistance, std::int32_t position) const
  {
    const auto distance = static_cast<double>(position);
    return squaredDistance + m_SquaredStep * (distance * distance);
  }

  /** The first pixel right of a position. */
  std::int32_t
  PixelAfter(double position) const
  {
    return position < 0.0 ? 0 : (static_cast<std::int32_t>(std::min(position, m_Last)) >> m_UnitShift) + 1;
  }

  /** Calls evaluate(arc, begin, end) for the pixels in [begin, end) where an arc is the lowest. */
  template <typename TEvaluate>
  void
  ForEachArc(std::int32_t count, std::int32_t begin, std::int32_t end, const TEvaluate & evaluate) const;

  template <typename TSquaredDistance>
  void
  Evaluate(double squaredDistance, std::int32_t position, std::int32_t begin, std::int32_t end, TSquaredDistance * to)
    const
  {
    for (std::int32_t x = begin; x < end; ++x)
    {
      const auto distance = static_cast<double>((x << m_UnitShift) - position);
      to[x] = static_cast<TSquaredDistance>(squaredDistance + m_SquaredStep * (distance * distance));
    }
  }

  std::int32_t               m_NumberOfPixels;
  int                        m_UnitShift;
  double                     m_SquaredStep;
  double                     m_Last;
  std::vector<double>        m_HalfReciprocals; // 1 / (2 s² d)
  std::int32_t               m_NumberOfSites{ 0 };
  std::vector<std::int32_t>  m_Position;
  std::vector<double>        m_First;
  std::vector<double>        m_Second;
  std::vector<std::uint32_t> m_FirstLabel;
  std::vector<std::uint32_t> m_SecondLabel;
  std::vector<Arc>           m_Arcs;
  std::vector<Run>           m_Runs;
};
} // namespace itk

#endif
