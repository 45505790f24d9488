// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationScores.h"
#include "itkTorchRandom.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace itk
{
namespace
{
void
AddSurface(SurfaceScores & sum, const SurfaceScores & other)
{
  const bool isComputed = sum.IsComputed || other.IsComputed;
  const auto counts = sum.WithinTolerance;
  sum = {};
  sum.WithinTolerance = counts;
  sum.WithinTolerance += other.WithinTolerance;
  sum.IsComputed = isComputed;
}

} // namespace

SegmentationScores &
SegmentationScores::operator+=(const SegmentationScores & other)
{
  Overlap += other.Overlap;
  for (std::size_t i = 0; i < Kaggle.size(); ++i)
  {
    Kaggle[i] += other.Kaggle[i];
    StarDist[i] += other.StarDist[i];
  }
  Jaccard.Intersection += other.Jaccard.Intersection;
  Jaccard.Union += other.Jaccard.Union;
  AreInstancesComputed = AreInstancesComputed || other.AreInstancesComputed;
  Boundary += other.Boundary;
  IsBoundaryComputed = IsBoundaryComputed || other.IsBoundaryComputed;
  AddSurface(Surface, other.Surface);
  for (const auto & [label, scores] : other.Classes)
  {
    ClassScores & sum = Classes[label];
    sum.Overlap += scores.Overlap;
    sum.Boundary += scores.Boundary;
    sum.IsBoundaryComputed = sum.IsBoundaryComputed || scores.IsBoundaryComputed;
    AddSurface(sum.Surface, scores.Surface);
  }
  return *this;
}

SegmentationScores
SegmentationScores::GetClass(std::uint64_t label) const
{
  SegmentationScores scores;
  const auto         found = Classes.find(label);
  if (found != Classes.end())
  {
    scores.Overlap = found->second.Overlap;
    scores.Boundary = found->second.Boundary;
    scores.IsBoundaryComputed = found->second.IsBoundaryComputed;
    scores.Surface = found->second.Surface;
  }
  return scores;
}
} // namespace itk
