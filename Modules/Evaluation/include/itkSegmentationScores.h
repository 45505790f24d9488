// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationScores_h
#define itkSegmentationScores_h

#include "ITKTorchEvaluationExport.h"
#include "itkBoundaryDistances.h"
#include "itkInstanceMatching.h"
#include "itkSegmentationOverlap.h"

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace itk
{
/** Distances between the surfaces of the predicted and the true pixels; see BoundaryDistances. NaN where they were not
 * computed. */
struct SurfaceScores
{
  double         HausdorffDistance{ std::numeric_limits<double>::quiet_NaN() };
  double         HausdorffDistanceOfSets{ std::numeric_limits<double>::quiet_NaN() };
  double         HausdorffDistance95{ std::numeric_limits<double>::quiet_NaN() };
  double         PooledHausdorffDistance95{ std::numeric_limits<double>::quiet_NaN() };
  double         AverageSymmetricSurfaceDistance{ std::numeric_limits<double>::quiet_NaN() };
  double         MeanOfAverageSurfaceDistances{ std::numeric_limits<double>::quiet_NaN() };
  BoundaryCounts WithinTolerance;
  bool           IsComputed{ false };
};

/** What is known of one class. */
struct ClassScores
{
  SegmentationOverlap Overlap;
  BoundaryCounts      Boundary;
  bool                IsBoundaryComputed{ false };
  SurfaceScores       Surface;
};

/** Everything that was measured of one image, or the sum of several. */
struct ITKTorchEvaluation_EXPORT SegmentationScores
{
  SegmentationOverlap        Overlap;
  InstanceCountsAtThresholds Kaggle;
  InstanceCountsAtThresholds StarDist;
  AggregatedJaccard          Jaccard;
  bool                       AreInstancesComputed{ false };
  BoundaryCounts             Boundary;
  bool                       IsBoundaryComputed{ false };
  SurfaceScores              Surface;
  /** By label; empty unless labels are classes. */
  std::map<std::uint64_t, ClassScores> Classes;

  /** The scores of one class as those of an image that has no other; empty ones for a label that neither side has. */
  SegmentationScores
  GetClass(std::uint64_t label) const;

  /** Adds the counts. Distances of several images have no sum and become NaN. */
  SegmentationScores &
  operator+=(const SegmentationScores & other);
};
} // namespace itk

#endif
