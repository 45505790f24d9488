// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryDistances.h"
#include "itkBoundaryDistanceCollector.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace itk
{
namespace
{
double
Ratio(std::uint64_t part, std::uint64_t whole, bool isNothing)
{
  return whole == 0 ? (isNothing ? 1.0 : 0.0) : static_cast<double>(part) / static_cast<double>(whole);
}

double
SumOf(const std::vector<double> & distances)
{
  return std::accumulate(distances.begin(), distances.end(), 0.0);
}

double
MeanOf(const std::vector<double> & distances)
{
  return distances.empty() ? 0.0 : SumOf(distances) / static_cast<double>(distances.size());
}

double
LargestOf(const std::vector<double> & distances)
{
  return distances.empty() ? 0.0 : *std::max_element(distances.begin(), distances.end());
}

void
VerifyPercentile(double percentile)
{
  if (!(percentile >= 0.0 && percentile <= 100.0))
  {
    itkGenericExceptionMacro("A percentile must be in [0, 100], but is " << percentile << '.');
  }
}

/** Between the two nearest ranks, linearly. */
double
PercentileOf(std::vector<double> distances, double percentile)
{
  if (distances.empty())
  {
    return 0.0;
  }
  const double rank = percentile / 100.0 * static_cast<double>(distances.size() - 1);
  const auto   lower = distances.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(distances.begin(), lower, distances.end());
  const double fraction = rank - std::floor(rank);
  if (fraction == 0.0 || std::isinf(*lower))
  {
    return *lower;
  }
  const double upper = *std::min_element(lower + 1, distances.end());
  return *lower + fraction * (upper - *lower);
}
} // namespace

BoundaryCounts &
BoundaryCounts::operator+=(const BoundaryCounts & other)
{
  MatchedPrediction += other.MatchedPrediction;
  Prediction += other.Prediction;
  MatchedTruth += other.MatchedTruth;
  Truth += other.Truth;
  return *this;
}

double
BoundaryCounts::Precision() const
{
  return Ratio(MatchedPrediction, Prediction, Truth == 0);
}

double
BoundaryCounts::Recall() const
{
  return Ratio(MatchedTruth, Truth, Prediction == 0);
}

double
BoundaryCounts::F() const
{
  const double sum = this->Precision() + this->Recall();
  return sum == 0.0 ? 0.0 : 2.0 * this->Precision() * this->Recall() / sum;
}

double
BoundaryCounts::SurfaceDice() const
{
  return Ratio(MatchedPrediction + MatchedTruth, Prediction + Truth, true);
}

BoundaryDistances
BoundaryDistances::Compute(const PixelSet &            prediction,
                           const PixelSet &            truth,
                           const std::vector<double> & spacing,
                           double                      maximumDistance,
                           const ProgressType &        progress)
{
  BoundaryDistanceCollector collector(prediction, truth);
  return collector.Compute(spacing, maximumDistance, progress);
}

BoundaryDistances
BoundaryDistances::ComputeBetweenSurfaces(const PixelSet &            predictionSurface,
                                          const PixelSet &            prediction,
                                          const PixelSet &            truthSurface,
                                          const PixelSet &            truth,
                                          const std::vector<double> & spacing,
                                          const ProgressType &        progress)
{
  BoundaryDistanceCollector collector(predictionSurface, truthSurface);
  collector.AddSets(prediction, truth);
  return collector.Compute(spacing, std::numeric_limits<double>::infinity(), progress);
}

double
BoundaryDistances::HausdorffDistance() const
{
  return std::max(LargestOf(m_FromPrediction), LargestOf(m_FromTruth));
}

double
BoundaryDistances::HausdorffDistanceAtPercentile(double percentile) const
{
  VerifyPercentile(percentile);
  return std::max(PercentileOf(m_FromPrediction, percentile), PercentileOf(m_FromTruth, percentile));
}

double
BoundaryDistances::PooledHausdorffDistanceAtPercentile(double percentile) const
{
  VerifyPercentile(percentile);
  std::vector<double> all = m_FromPrediction;
  all.insert(all.end(), m_FromTruth.begin(), m_FromTruth.end());
  return PercentileOf(std::move(all), percentile);
}

double
BoundaryDistances::Mean() const
{
  const std::size_t count = m_FromPrediction.size() + m_FromTruth.size();
  return count == 0 ? 0.0 : (SumOf(m_FromPrediction) + SumOf(m_FromTruth)) / static_cast<double>(count);
}

double
BoundaryDistances::MeanOfMeans() const
{
  // One side alone has infinite distances.
  return m_FromPrediction.empty() || m_FromTruth.empty() ? this->Mean()
                                                         : 0.5 * (MeanOf(m_FromPrediction) + MeanOf(m_FromTruth));
}

BoundaryCounts
BoundaryDistances::CountWithin(double tolerance) const
{
  const auto countIn = [limit = tolerance * (1.0 + 1e-9)](const std::vector<double> & distances) -> std::uint64_t
  { return std::count_if(distances.begin(), distances.end(), [limit](double d) { return d <= limit; }); };
  return { countIn(m_FromPrediction), m_FromPrediction.size(), countIn(m_FromTruth), m_FromTruth.size() };
}
} // namespace itk
