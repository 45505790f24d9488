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

/** The order of objects: by distance, then by label as a signed number. */
template <typename TSquaredDistance>
bool
IsNearer(TSquaredDistance a, std::uint32_t labelOfA, TSquaredDistance b, std::uint32_t labelOfB)
{
  return a < b || (a == b && static_cast<std::int32_t>(labelOfA) < static_cast<std::int32_t>(labelOfB));
}

/** The two nearest objects among those of two lists. */
template <typename TSquaredDistance>
TwoNearestObjects<TSquaredDistance>
Merge(const TwoNearestObjects<TSquaredDistance> & a, const TwoNearestObjects<TSquaredDistance> & b)
{
  using Objects = TwoNearestObjects<TSquaredDistance>;
  const bool      isFirstInB = IsNearer(b.First, b.FirstLabel, a.First, a.FirstLabel);
  const Objects & near = isFirstInB ? b : a;
  const Objects & far = isFirstInB ? a : b;
  Objects         merged = near;
  const bool      isSameObject = far.FirstLabel == near.FirstLabel;
  const auto      other = isSameObject ? far.Second : far.First;
  const auto      otherLabel = isSameObject ? far.SecondLabel : far.FirstLabel;
  if (IsNearer(other, otherLabel, near.Second, near.SecondLabel))
  {
    merged.Second = other;
    merged.SecondLabel = otherLabel;
  }
  return merged;
}

/** \class TwoNearestObjectsLine
 * \brief One pass of the distance transform: along a line, from the two nearest objects that its sites know of, to
 * those of every pixel. Linear in the number of sites and pixels.
 *
 * A site at p with squared distance g gives g + s²·(x − p)² at x. The least of the first entries is the lower envelope
 * of parabolas. It divides the line into runs with one nearest object each. In a run between the envelope's last site p
 * of the run before and first site q of the run after, only sites from p to q can be second: parabolas of equal
 * curvature differ by a line, so that p, which beats a site before it somewhere left of the run, beats it in all of the
 * run. These intervals cover each site at most three times.
 *
 * Of entries that are equal at a pixel the one of the smaller label is the lowest. Where parabolas cross is rounded,
 * and how depends on where the line begins; so a pixel that a crossing comes close to is decided by the entries' values
 * there, which depend on whole numbers of steps only.
 *
 * Envelopes choose among entries: entry 2·i is the nearest object of site i, entry 2·i + 1 its second. */
class TwoNearestObjectsLine
{
public:
  /** \param numberOfPixels evaluated at 0, unit, 2·unit, …
   * \param unit steps of a site's position for each pixel: 1 or 2
   * \param spacing distance between pixels
   * \param areSumsExact see TwoNearestObjectsProblem::AreSumsExact() */
  TwoNearestObjectsLine(std::int64_t numberOfPixels, int unit, double spacing, bool areSumsExact);

  /** Sets the sites: `load(i, objects)` for i in [0, count) returns whether there is one, at position i · step +
   * start. */
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
        const std::int32_t position = i * step + start;
        const double       distance = position;
        const double       height = m_SquaredStep * (distance * distance);
        const double       second = objects.SecondLabel == 0 ? TwoNearestObjects<double>::Infinity : objects.Second;
        m_Entries[2 * sites] = { objects.First, objects.First + height, position, objects.FirstLabel };
        m_Entries[2 * sites + 1] = { second, second + height, position, objects.SecondLabel };
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
  /** An object that a site knows of; one at an infinite distance for none. */
  struct Entry
  {
    double SquaredDistance;
    /** Value of its parabola at position 0, but for a term that all parabolas share. */
    double        Height;
    std::int32_t  Position;
    std::uint32_t Label;
  };

  /** An entry's parabola in a lower envelope. */
  struct Arc
  {
    double        Height;
    double        Begin; // `margin` left of where it begins to be the lowest
    std::int32_t  Position;
    std::int32_t  Entry;
    std::uint32_t Label;
  };

  /** Pixels with the same nearest object. */
  struct Run
  {
    std::int32_t  Begin;
    std::int32_t  End;
    std::uint32_t Label;
    std::int32_t  FirstSite;
    std::int32_t  LastSite;
  };

  /** Marks, between two pixels, those where the lowest entry changes, in m_Lowest.
   * \param select gives a site's entry */
  template <typename TSelect>
  void
  MarkEnvelope(std::int32_t    firstSite,
               std::int32_t    lastSite,
               std::int32_t    firstPixel,
               std::int32_t    lastPixel,
               const TSelect & select);

  /** Whether an entry is nearer than another at a pixel. */
  bool
  IsNearerAt(std::int32_t pixel, std::int32_t entry, std::int32_t other) const
  {
    const Entry & a = m_Entries[static_cast<std::size_t>(entry)];
    const Entry & b = m_Entries[static_cast<std::size_t>(other)];
    return IsNearer(this->Evaluate(a, pixel), a.Label, this->Evaluate(b, pixel), b.Label);
  }

  double
  Evaluate(const Entry & entry, std::int32_t pixel) const
  {
    const auto distance = static_cast<double>((pixel << m_UnitShift) - entry.Position);
    return entry.SquaredDistance + m_SquaredStep * (distance * distance);
  }

  std::int32_t              m_NumberOfPixels;
  int                       m_UnitShift;
  double                    m_SquaredStep;
  bool                      m_IsNearEqual; // entries that cross near a pixel are equal there
  std::int64_t              m_Margin;
  std::vector<double>       m_HalfReciprocals; // parts of a step / (2 s² d)
  std::int32_t              m_NumberOfSites{ 0 };
  std::vector<Entry>        m_Entries;
  std::vector<Arc>          m_Arcs;
  std::vector<std::int32_t> m_Lowest; // the entry from a pixel on, or `unchanged`; one more than pixels
  std::vector<Run>          m_Runs;
};
} // namespace itk

#endif
