// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceMatching.h"
#include "itkBipartiteMatching.h"
#include <algorithm>
#include <unordered_map>
#include <utility>

namespace itk
{
namespace
{
void
CheckThreshold(double threshold)
{
  if (!(threshold > 0.0 && threshold <= 1.0))
  {
    itkGenericExceptionMacro("Threshold must be in (0, 1], but is " << threshold << '.');
  }
}

bool
IsMoreThanHalf(std::uint64_t part, std::uint64_t whole)
{
  return part > whole - part;
}

/** Over all owners, the number of objects that each has beyond its first. */
std::uint64_t
CountBeyondFirst(std::vector<std::uint64_t> owners)
{
  std::sort(owners.begin(), owners.end());
  return owners.end() - std::unique(owners.begin(), owners.end());
}

/** A ratio of objects; without any on either side 1. */
double
Ratio(double part, double whole, const InstanceCounts & counts)
{
  if (whole == 0.0)
  {
    return counts.TruePositives + counts.FalsePositives + counts.FalseNegatives == 0 ? 1.0 : 0.0;
  }
  return part / whole;
}

bool
IsMatch(const InstanceOverlap & overlap, double threshold, InstanceMatchRule rule)
{
  const double ratio = overlap.IntersectionOverUnion();
  return rule == InstanceMatchRule::Greater ? ratio > threshold : ratio >= threshold;
}

/** Numbers 0, 1, … of labels, in order of their first appearance. */
class Numbering
{
public:
  std::uint32_t
  operator()(std::uint64_t label)
  {
    return m_Numbers.emplace(label, static_cast<std::uint32_t>(m_Numbers.size())).first->second;
  }

  std::uint32_t
  size() const
  {
    return static_cast<std::uint32_t>(m_Numbers.size());
  }

private:
  std::unordered_map<std::uint64_t, std::uint32_t> m_Numbers;
};

/** Whether some object is in two of the pairs. */
bool
HasConflict(const InstanceMatching::OverlapsType & pairs)
{
  Numbering predicted;
  Numbering real;
  for (const auto & pair : pairs)
  {
    predicted(pair.PredictedLabel);
    real(pair.TrueLabel);
  }
  return predicted.size() < pairs.size() || real.size() < pairs.size();
}

/** An admissible pair is worth more than all ratios together, so that first their number and then the sum is
 * largest. */
InstanceMatching::OverlapsType
Assign(const InstanceMatching::OverlapsType & overlaps, double threshold, InstanceMatchRule rule)
{
  Numbering      predicted;
  Numbering      real;
  BipartiteGraph graph;
  for (const auto & overlap : overlaps)
  {
    predicted(overlap.PredictedLabel);
    real(overlap.TrueLabel);
  }
  const double worth = 2.0 * std::min(predicted.size(), real.size());
  graph.EdgesOfLeft.resize(real.size());
  graph.NumberOfRightNodes = predicted.size();
  for (const auto & overlap : overlaps)
  {
    graph.EdgesOfLeft[real(overlap.TrueLabel)].push_back(
      { predicted(overlap.PredictedLabel),
        overlap.IntersectionOverUnion() + (IsMatch(overlap, threshold, rule) ? worth : 0.0) });
  }
  const auto                     predictedOfTrue = FindMaximumWeightMatching(graph);
  InstanceMatching::OverlapsType matches;
  for (const auto & overlap : overlaps)
  {
    if (predictedOfTrue[real(overlap.TrueLabel)] == predicted(overlap.PredictedLabel) &&
        IsMatch(overlap, threshold, rule))
    {
      matches.push_back(overlap);
    }
  }
  return matches;
}
} // namespace

InstanceCounts &
InstanceCounts::operator+=(const InstanceCounts & other)
{
  TruePositives += other.TruePositives;
  FalsePositives += other.FalsePositives;
  FalseNegatives += other.FalseNegatives;
  MergedObjects += other.MergedObjects;
  SplitObjects += other.SplitObjects;
  MissedObjects += other.MissedObjects;
  IntersectionOverUnion += other.IntersectionOverUnion;
  return *this;
}

double
InstanceCounts::AveragePrecision() const
{
  return Ratio(TruePositives, TruePositives + FalsePositives + FalseNegatives, *this);
}

double
InstanceCounts::Precision() const
{
  return Ratio(TruePositives, TruePositives + FalsePositives, *this);
}

double
InstanceCounts::Recall() const
{
  return Ratio(TruePositives, TruePositives + FalseNegatives, *this);
}

double
InstanceCounts::F1() const
{
  return Ratio(2 * TruePositives, 2 * TruePositives + FalsePositives + FalseNegatives, *this);
}

double
InstanceCounts::PanopticQuality() const
{
  return Ratio(2.0 * IntersectionOverUnion, 2 * TruePositives + FalsePositives + FalseNegatives, *this);
}

double
InstanceCounts::SegmentationQuality() const
{
  return Ratio(IntersectionOverUnion, TruePositives, *this);
}

double
AggregatedJaccard::Index() const
{
  return Union == 0 ? 1.0 : static_cast<double>(Intersection) / static_cast<double>(Union);
}

double
InstanceOverlap::IntersectionOverUnion() const
{
  return static_cast<double>(SharedPixels) / static_cast<double>(PredictedPixels + TruePixels - SharedPixels);
}

InstanceMatching::InstanceMatching(const LabelOverlaps & overlaps)
{
  std::unordered_map<std::uint64_t, std::uint64_t> predictedPixels;
  std::unordered_map<std::uint64_t, std::uint64_t> truePixels;
  for (const auto & [predicted, real, pixels] : overlaps.GetPairs())
  {
    predictedPixels[predicted] += pixels;
    truePixels[real] += pixels;
    m_PredictedPixels += predicted != 0 ? pixels : 0;
    m_TruePixels += real != 0 ? pixels : 0;
  }
  m_NumberOfPredictedObjects = predictedPixels.size() - predictedPixels.count(0);
  m_NumberOfTrueObjects = truePixels.size() - truePixels.count(0);

  std::vector<std::uint64_t> predictedOwners;
  std::vector<std::uint64_t> trueOwners;
  for (const auto & [predicted, real, pixels] : overlaps.GetPairs())
  {
    if (predicted == 0 || real == 0)
    {
      continue;
    }
    const InstanceOverlap overlap{ predicted, real, predictedPixels[predicted], truePixels[real], pixels };
    m_Overlaps.push_back(overlap);
    if (IsMoreThanHalf(pixels, overlap.TruePixels))
    {
      predictedOwners.push_back(predicted);
    }
    if (IsMoreThanHalf(pixels, overlap.PredictedPixels))
    {
      trueOwners.push_back(real);
    }
  }
  m_NumberOfMissedObjects = m_NumberOfTrueObjects - predictedOwners.size();
  m_NumberOfMergedObjects = CountBeyondFirst(std::move(predictedOwners));
  m_NumberOfSplitObjects = CountBeyondFirst(std::move(trueOwners));
}

InstanceMatching::OverlapsType
InstanceMatching::GetMatches(double threshold, InstanceMatchRule rule) const
{
  CheckThreshold(threshold);
  OverlapsType matches;
  for (const auto & overlap : m_Overlaps)
  {
    if (IsMatch(overlap, threshold, rule))
    {
      matches.push_back(overlap);
    }
  }
  return threshold <= 0.5 && HasConflict(matches) ? Assign(m_Overlaps, threshold, rule) : matches;
}

InstanceCounts
InstanceMatching::GetCounts(double threshold, InstanceMatchRule rule) const
{
  const OverlapsType matches = this->GetMatches(threshold, rule);
  InstanceCounts     counts{ matches.size(),
                         m_NumberOfPredictedObjects - matches.size(),
                         m_NumberOfTrueObjects - matches.size(),
                         m_NumberOfMergedObjects,
                         m_NumberOfSplitObjects,
                         m_NumberOfMissedObjects };
  for (const auto & match : matches)
  {
    counts.IntersectionOverUnion += match.IntersectionOverUnion();
  }
  return counts;
}

AggregatedJaccard
InstanceMatching::GetAggregatedJaccard() const
{
  std::unordered_map<std::uint64_t, const InstanceOverlap *> bestOfTrue;
  for (const auto & overlap : m_Overlaps)
  {
    const InstanceOverlap *& best = bestOfTrue[overlap.TrueLabel];
    if (best == nullptr || overlap.IntersectionOverUnion() > best->IntersectionOverUnion())
    {
      best = &overlap;
    }
  }
  // Objects without a partner enter the union with all of their pixels.
  AggregatedJaccard                                sums{ 0, m_TruePixels + m_PredictedPixels };
  std::unordered_map<std::uint64_t, std::uint64_t> uses;
  for (const auto & [label, best] : bestOfTrue)
  {
    const bool isFirstUse = ++uses[best->PredictedLabel] == 1;
    sums.Intersection += best->SharedPixels;
    sums.Union += (isFirstUse ? 0 : best->PredictedPixels) - best->SharedPixels;
  }
  return sums;
}

InstanceCountsAtThresholds
CountAtInstanceThresholds(const InstanceMatching & matching, InstanceMatchRule rule)
{
  InstanceCountsAtThresholds counts;
  for (std::size_t i = 0; i < counts.size(); ++i)
  {
    counts[i] = matching.GetCounts(GetInstanceThreshold(i), rule);
  }
  return counts;
}

double
MeanAveragePrecision(const InstanceCountsAtThresholds & counts)
{
  double sum = 0.0;
  for (const auto & atThreshold : counts)
  {
    sum += atThreshold.AveragePrecision();
  }
  return sum / static_cast<double>(counts.size());
}
} // namespace itk
