// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationOverlap.h"

namespace itk
{
namespace
{
double
Ratio(std::uint64_t part, std::uint64_t whole, bool bothSetsAreEmpty)
{
  if (whole == 0)
  {
    return bothSetsAreEmpty ? 1.0 : 0.0;
  }
  return static_cast<double>(part) / static_cast<double>(whole);
}

bool
BothSetsAreEmpty(const SegmentationOverlap & overlap)
{
  return overlap.TruePositives == 0 && overlap.FalsePositives == 0 && overlap.FalseNegatives == 0;
}
} // namespace

SegmentationOverlap &
SegmentationOverlap::operator+=(const SegmentationOverlap & other)
{
  TruePositives += other.TruePositives;
  FalsePositives += other.FalsePositives;
  FalseNegatives += other.FalseNegatives;
  TrueNegatives += other.TrueNegatives;
  return *this;
}

double
SegmentationOverlap::Dice() const
{
  return Ratio(2 * TruePositives, 2 * TruePositives + FalsePositives + FalseNegatives, BothSetsAreEmpty(*this));
}

double
SegmentationOverlap::IntersectionOverUnion() const
{
  return Ratio(TruePositives, TruePositives + FalsePositives + FalseNegatives, BothSetsAreEmpty(*this));
}

double
SegmentationOverlap::Precision() const
{
  return Ratio(TruePositives, TruePositives + FalsePositives, BothSetsAreEmpty(*this));
}

double
SegmentationOverlap::Recall() const
{
  return Ratio(TruePositives, TruePositives + FalseNegatives, BothSetsAreEmpty(*this));
}

double
SegmentationOverlap::Specificity() const
{
  return Ratio(TrueNegatives, TrueNegatives + FalsePositives, true);
}

double
SegmentationOverlap::Accuracy() const
{
  const std::uint64_t right = TruePositives + TrueNegatives;
  return Ratio(right, right + FalsePositives + FalseNegatives, true);
}
} // namespace itk
