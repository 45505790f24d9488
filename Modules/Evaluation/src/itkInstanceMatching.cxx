// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceMatching.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace itk
{
namespace
{
void
CheckThreshold(double threshold)
{
  if (!(threshold >= 0.5 && threshold < 1.0))
  {
    itkGenericExceptionMacro("Threshold must be in [0.5, 1), but is " << threshold << '.');
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
  return *this;
}

double
InstanceCounts::AveragePrecision() const
{
  const std::uint64_t all = TruePositives + FalsePositives + FalseNegatives;
  return all == 0 ? 1.0 : static_cast<double>(TruePositives) / static_cast<double>(all);
}

double
InstanceOverlap::IntersectionOverUnion() const
{
  return static_cast<double>(SharedPixels) / static_cast<double>(PredictedPixels + TruePixels - SharedPixels);
}

InstanceMatching::InstanceMatching(const PairCountsType & counts)
{
  std::unordered_map<std::uint64_t, std::uint64_t> predictedPixels;
  std::unordered_map<std::uint64_t, std::uint64_t> truePixels;
  for (const auto & [pair, pixels] : counts)
  {
    predictedPixels[pair.Predicted] += pixels;
    truePixels[pair.True] += pixels;
  }
  m_NumberOfPredictedObjects = predictedPixels.size() - predictedPixels.count(0);
  m_NumberOfTrueObjects = truePixels.size() - truePixels.count(0);

  std::vector<std::uint64_t> predictedOwners;
  std::vector<std::uint64_t> trueOwners;
  for (const auto & [pair, pixels] : counts)
  {
    if (pair.Predicted == 0 || pair.True == 0)
    {
      continue;
    }
    const InstanceOverlap overlap{
      pair.Predicted, pair.True, predictedPixels[pair.Predicted], truePixels[pair.True], pixels
    };
    m_Overlaps.push_back(overlap);
    if (IsMoreThanHalf(pixels, overlap.TruePixels))
    {
      predictedOwners.push_back(pair.Predicted);
    }
    if (IsMoreThanHalf(pixels, overlap.PredictedPixels))
    {
      trueOwners.push_back(pair.True);
    }
  }
  std::sort(m_Overlaps.begin(),
            m_Overlaps.end(),
            [](const auto & a, const auto & b)
            { return std::tie(a.PredictedLabel, a.TrueLabel) < std::tie(b.PredictedLabel, b.TrueLabel); });
  m_NumberOfMissedObjects = m_NumberOfTrueObjects - predictedOwners.size();
  m_NumberOfMergedObjects = CountBeyondFirst(std::move(predictedOwners));
  m_NumberOfSplitObjects = CountBeyondFirst(std::move(trueOwners));
}

std::uint64_t
InstanceMatching::GetTruePositives(double threshold) const
{
  CheckThreshold(threshold);
  const auto isMatch = [threshold](const auto & overlap) { return overlap.IntersectionOverUnion() > threshold; };
  return std::count_if(m_Overlaps.begin(), m_Overlaps.end(), isMatch);
}

std::uint64_t
InstanceMatching::GetFalsePositives(double threshold) const
{
  return m_NumberOfPredictedObjects - this->GetTruePositives(threshold);
}

std::uint64_t
InstanceMatching::GetFalseNegatives(double threshold) const
{
  return m_NumberOfTrueObjects - this->GetTruePositives(threshold);
}

double
InstanceMatching::AveragePrecision(double threshold) const
{
  return this->GetCounts(threshold).AveragePrecision();
}

InstanceCounts
InstanceMatching::GetCounts(double threshold) const
{
  const std::uint64_t truePositives = this->GetTruePositives(threshold);
  return { truePositives,
           m_NumberOfPredictedObjects - truePositives,
           m_NumberOfTrueObjects - truePositives,
           m_NumberOfMergedObjects,
           m_NumberOfSplitObjects,
           m_NumberOfMissedObjects };
}
} // namespace itk
