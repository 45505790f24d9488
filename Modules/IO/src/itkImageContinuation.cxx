// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageContinuation.h"
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace itk
{
namespace
{
using Line = std::vector<double>;
using Border = ImageBorders::Border;

constexpr std::size_t shortestLine = 128;
constexpr double      certainScore = 5.1;
constexpr double      leastScore = 4.2;
// Of a score; see GetContinuationScore().
constexpr double leastCorrelation = 0.5;
constexpr double leastSlopeCorrelation = 0.3;
constexpr double largestRatio = 0.8;
constexpr double bending = 6.0;
constexpr double smallest = 1e-4;
constexpr int    smoothing = 5;
constexpr int    slopeSmoothing = 3;
constexpr double nothing = -std::numeric_limits<double>::infinity();

/** Means of `width` neighbors; beyond its ends, a line has the values of its ends. */
Line
Smooth(const Line & line, int width)
{
  const auto last = static_cast<int>(line.size()) - 1;
  Line       smooth(line.size());
  for (int i = 0; i <= last; ++i)
  {
    double sum = 0;
    for (int j = i - width / 2; j <= i + width / 2; ++j)
    {
      sum += line[static_cast<std::size_t>(std::clamp(j, 0, last))];
    }
    smooth[static_cast<std::size_t>(i)] = sum / width;
  }
  return smooth;
}

Line
Slope(const Line & line)
{
  const std::size_t last = line.size() - 1;
  Line              slope(line.size());
  for (std::size_t i = 0; i <= last; ++i)
  {
    const std::size_t before = i > 0 ? i - 1 : 0;
    const std::size_t after = std::min(i + 1, last);
    slope[i] = (line[after] - line[before]) / static_cast<double>(after - before);
  }
  return slope;
}

/** From 0 on; equal values have the mean of their ranks. */
Line
Rank(const Line & line)
{
  std::vector<std::size_t> order(line.size());
  std::iota(order.begin(), order.end(), std::size_t{ 0 });
  std::sort(order.begin(), order.end(), [&line](std::size_t i, std::size_t j) { return line[i] < line[j]; });
  Line ranks(line.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end)
  {
    while (end < order.size() && line[order[end]] == line[order[begin]])
    {
      ++end;
    }
    for (std::size_t i = begin; i < end; ++i)
    {
      ranks[order[i]] = static_cast<double>(begin + end - 1) / 2;
    }
  }
  return ranks;
}

/** 0 without contrast. */
double
Correlate(const Line & a, const Line & b)
{
  const auto   count = static_cast<double>(a.size());
  const double meanOfA = std::accumulate(a.begin(), a.end(), 0.0) / count;
  const double meanOfB = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double       ab = 0;
  double       aa = 0;
  double       bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
  {
    ab += (a[i] - meanOfA) * (b[i] - meanOfB);
    aa += (a[i] - meanOfA) * (a[i] - meanOfA);
    bb += (b[i] - meanOfB) * (b[i] - meanOfB);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0.0;
}

double
ToScore(double correlation)
{
  constexpr double highest = 0.9995;
  return std::atanh(std::clamp(correlation, -highest, highest));
}

double
GetMeanSquareDifference(const Line & a, const Line & b)
{
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
  {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return sum / static_cast<double>(a.size());
}

Line
ToLine(const std::vector<float> & values)
{
  return { values.begin(), values.end() };
}

/** Compares two lines quickly: what must be alike are the means of 32 parts. */
class Signature
{
public:
  static constexpr std::size_t Parts = 32;

  explicit Signature(const std::vector<float> & line)
  {
    if (line.size() < shortestLine)
    {
      return;
    }
    for (std::size_t part = 0; part < Parts; ++part)
    {
      const auto begin = line.begin() + static_cast<std::ptrdiff_t>(part * line.size() / Parts);
      const auto end = line.begin() + static_cast<std::ptrdiff_t>((part + 1) * line.size() / Parts);
      m_Means[part] = std::accumulate(begin, end, 0.0f) / static_cast<float>(end - begin);
    }
    const float mean = std::accumulate(m_Means.begin(), m_Means.end(), 0.0f) / Parts;
    float       squares = 0;
    for (float & part : m_Means)
    {
      part -= mean;
      squares += part * part;
    }
    for (float & part : m_Means)
    {
      part = squares > 0 ? part / std::sqrt(squares) : 0.0f;
    }
  }

  bool
  IsLike(const Signature & other) const
  {
    constexpr float least = 0.5f;
    float           sum = 0;
    for (std::size_t part = 0; part < Parts; ++part)
    {
      sum += m_Means[part] * other.m_Means[part];
    }
    return sum > least;
  }

private:
  std::array<float, Parts> m_Means{};
};

/** A border with what all its comparisons need. */
struct PreparedBorder
{
  explicit PreparedBorder(const Border & border)
    : Quick(border.Outer)
  {
    const auto isFinite = [](const std::vector<float> & line)
    { return std::all_of(line.begin(), line.end(), [](float value) { return std::isfinite(value); }); };
    if (border.Outer.size() < shortestLine || !isFinite(border.Outer) || !isFinite(border.Inner))
    {
      return;
    }
    Outer = ToLine(border.Outer);
    Inside = GetMeanSquareDifference(Outer, ToLine(border.Inner));
    Smooth = itk::Smooth(Outer, smoothing);
    Slopes = itk::Smooth(Slope(Smooth), slopeSmoothing);
    Ranks = Rank(Smooth);
    const auto [least, most] = std::minmax_element(Smooth.begin(), Smooth.end());
    Minimum = *least;
    Maximum = *most;
  }

  /** Empty if the border cannot be compared. */
  Line Outer;
  Line Smooth;
  Line Slopes;
  Line Ranks;
  /** Mean square difference of the two lines. */
  double    Inside{ 0 };
  double    Minimum{ 0 };
  double    Maximum{ 0 };
  Signature Quick;
};

/** The same as that of the borders. */
double
GetContinuationScore(const PreparedBorder & last, const PreparedBorder & first)
{
  if (last.Outer.empty() || last.Outer.size() != first.Outer.size())
  {
    return nothing;
  }
  const double low = std::min(last.Minimum, first.Minimum);
  const double range = std::max(last.Maximum, first.Maximum) - low;
  const double negligible = smallest * range * range;
  const double across = GetMeanSquareDifference(last.Outer, first.Outer);
  const double ratio = std::log((across + negligible) / ((last.Inside + first.Inside) / 2 + negligible));
  if (!(range > 0) || ratio >= largestRatio || Correlate(last.Outer, first.Outer) <= leastCorrelation ||
      Correlate(last.Slopes, first.Slopes) <= leastSlopeCorrelation)
  {
    return nothing;
  }
  const auto bend = [&](Line line)
  {
    std::transform(
      line.begin(), line.end(), line.begin(), [&](double v) { return std::log1p(bending * (v - low) / range); });
    return line;
  };
  const Line   a = bend(last.Smooth);
  const Line   b = bend(first.Smooth);
  const double slopes = Correlate(Smooth(Slope(a), slopeSmoothing), Smooth(Slope(b), slopeSmoothing));
  return ToScore(Correlate(a, b)) + ToScore(slopes) + ToScore(Correlate(last.Ranks, first.Ranks)) -
         std::max(0.0, ratio);
}

Border
Reverse(Border border)
{
  std::reverse(border.Outer.begin(), border.Outer.end());
  std::reverse(border.Inner.begin(), border.Inner.end());
  return border;
}

/** Which borders of an axis are compared. */
enum class Comparison
{
  /** The last of one image with the first of another. */
  Continuation,
  /** The same, the latter backwards. */
  Backwards,
  SameFirst,
  SameLast
};

std::vector<PreparedBorder>
CollectSide(const std::vector<const ImageBorders *> & images, unsigned int axis, unsigned int side, bool isBackwards)
{
  std::vector<PreparedBorder> all;
  for (const ImageBorders * const image : images)
  {
    const Border border = image == nullptr ? Border{} : image->Sides[axis][side];
    all.emplace_back(isBackwards ? Reverse(border) : border);
  }
  return all;
}

/** \return pairs of borders, each of which is the best partner of the other */
std::vector<ImageContinuation>
Match(const std::vector<PreparedBorder> & firsts, const std::vector<PreparedBorder> & seconds, bool isOneSide)
{
  constexpr auto                 none = std::numeric_limits<std::size_t>::max();
  std::vector<ImageContinuation> candidates;
  const std::size_t              count = firsts.size();
  for (std::size_t i = 0; i < count; ++i)
  {
    for (std::size_t j = isOneSide ? i + 1 : 0; j < count; ++j)
    {
      if (i == j || !firsts[i].Quick.IsLike(seconds[j].Quick))
      {
        continue;
      }
      const double score = GetContinuationScore(firsts[i], seconds[j]);
      if (score >= leastScore)
      {
        candidates.push_back({ i, j, 0, score, false });
      }
    }
  }
  // Borders of one side compete as partners of both kinds.
  std::vector<std::size_t> bestOfFirst(count, none);
  std::vector<std::size_t> bestOfSecond(count, none);
  auto &                   bestOfOther = isOneSide ? bestOfFirst : bestOfSecond;
  for (std::size_t k = 0; k < candidates.size(); ++k)
  {
    const auto keep = [&](std::size_t & best)
    { best = best == none || candidates[k].Score > candidates[best].Score ? k : best; };
    keep(bestOfFirst[candidates[k].First]);
    keep(bestOfOther[candidates[k].Second]);
  }
  std::vector<ImageContinuation> mutual;
  for (std::size_t k = 0; k < candidates.size(); ++k)
  {
    if (bestOfFirst[candidates[k].First] == k && bestOfOther[candidates[k].Second] == k)
    {
      mutual.push_back(candidates[k]);
    }
  }
  return mutual;
}

std::vector<ImageContinuation>
Match(const std::vector<const ImageBorders *> & images, unsigned int axis, Comparison comparison)
{
  const unsigned int first = comparison == Comparison::SameFirst ? 0 : 1;
  const unsigned int second = comparison == Comparison::SameLast ? 1 : 0;
  auto               found = Match(CollectSide(images, axis, first, false),
                     CollectSide(images, axis, second, comparison == Comparison::Backwards),
                     first == second);
  for (auto & continuation : found)
  {
    continuation.Axis = axis;
  }
  return found;
}

/** The least score that counts: `least`, if above it chance brings at most this share; else 0.5 more than the smallest
 * of `scores` above which that is so, as few scores tell little about chance.
 * \param chanceScores of twice as many comparisons */
double
RaiseLeastScore(double                      least,
                double                      share,
                const std::vector<double> & scores,
                const std::vector<double> & chanceScores)
{
  const auto countFrom = [](const std::vector<double> & all, double from) {
    return static_cast<double>(std::count_if(all.begin(), all.end(), [from](double score) { return score >= from; }));
  };
  const auto isEnough = [&](double from)
  { return countFrom(chanceScores, from) / 2 <= share * countFrom(scores, from); };
  if (isEnough(least))
  {
    return least;
  }
  constexpr double    margin = 0.5;
  std::vector<double> sorted(scores);
  std::sort(sorted.begin(), sorted.end());
  for (const double score : sorted)
  {
    if (score > least && isEnough(score))
    {
      return score + margin;
    }
  }
  return std::numeric_limits<double>::infinity();
}
} // namespace

ImageBorders
GetImageBorders(const VectorImage<float, 2> * image)
{
  ImageBorders       borders;
  const auto         size = image->GetBufferedRegion().GetSize();
  const std::size_t  width = size[0];
  const std::size_t  height = size[1];
  const unsigned int components = image->GetNumberOfComponentsPerPixel();
  const float *      pixels = image->GetBufferPointer();
  const auto         gray = [&](std::size_t x, std::size_t y)
  {
    const float * const pixel = pixels + (y * width + x) * components;
    return std::accumulate(pixel, pixel + components, 0.0f) / static_cast<float>(components);
  };
  if (width >= 2)
  {
    for (std::size_t y = 0; y < height; ++y)
    {
      borders.Sides[0][0].Outer.push_back(gray(0, y));
      borders.Sides[0][0].Inner.push_back(gray(1, y));
      borders.Sides[0][1].Outer.push_back(gray(width - 1, y));
      borders.Sides[0][1].Inner.push_back(gray(width - 2, y));
    }
  }
  if (height >= 2)
  {
    for (std::size_t x = 0; x < width; ++x)
    {
      borders.Sides[1][0].Outer.push_back(gray(x, 0));
      borders.Sides[1][0].Inner.push_back(gray(x, 1));
      borders.Sides[1][1].Outer.push_back(gray(x, height - 1));
      borders.Sides[1][1].Inner.push_back(gray(x, height - 2));
    }
  }
  return borders;
}

double
GetContinuationScore(const ImageBorders::Border & last, const ImageBorders::Border & first)
{
  return GetContinuationScore(PreparedBorder(last), PreparedBorder(first));
}

ImageContinuations
FindImageContinuations(const std::vector<const ImageBorders *> & images)
{
  constexpr double    certainShare = 0.01;
  constexpr double    share = 0.1;
  ImageContinuations  result;
  std::vector<double> scores;

  for (unsigned int axis = 0; axis < 2; ++axis)
  {
    for (const auto & found : Match(images, axis, Comparison::Continuation))
    {
      result.Found.push_back(found);
      scores.push_back(found.Score);
    }
    for (const Comparison comparison : { Comparison::Backwards, Comparison::SameFirst, Comparison::SameLast })
    {
      for (const auto & found : Match(images, axis, comparison))
      {
        result.ChanceScores.push_back(found.Score);
      }
    }
  }
  const double certain = RaiseLeastScore(certainScore, certainShare, scores, result.ChanceScores);
  const double least = RaiseLeastScore(leastScore, share, scores, result.ChanceScores);
  result.Found.erase(std::remove_if(result.Found.begin(),
                                    result.Found.end(),
                                    [&](const ImageContinuation & found)
                                    { return found.Score < std::min(least, certain); }),
                     result.Found.end());
  for (auto & found : result.Found)
  {
    found.IsCertain = found.Score >= certain;
  }
  return result;
}
} // namespace itk
