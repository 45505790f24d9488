// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceMatching_h
#define itkInstanceMatching_h

#include "ITKTorchEvaluationExport.h"
#include "itkLabelOverlaps.h"
#include "itkTorchEnumeration.h"

#include <array>

namespace itk
{
/** Which pairs may match at a threshold of the intersection over union. */
enum class InstanceMatchRule : std::uint8_t
{
  /** IoU > threshold: the 2018 Data Science Bowl, Caicedo et al. 2019, panoptic quality. */
  Greater,
  /** IoU ≥ threshold: StarDist. */
  AtLeast
};
itkTorchEnumerationMacro(InstanceMatchRule, { "Greater", "greater" }, { "AtLeast", "at-least" });

/** Counts of objects at one threshold. Counts of several images may be added; a ratio of the sum is then over all
 * objects together (StarDist's way), which is not the mean of the images' ratios (Kaggle's and Caicedo's way). A ratio
 * without objects on either side is 1. */
struct ITKTorchEvaluation_EXPORT InstanceCounts
{
  std::uint64_t TruePositives{ 0 };
  std::uint64_t FalsePositives{ 0 };
  std::uint64_t FalseNegatives{ 0 };
  std::uint64_t MergedObjects{ 0 };
  std::uint64_t SplitObjects{ 0 };
  std::uint64_t MissedObjects{ 0 };
  /** Sum over the matched pairs. */
  double IntersectionOverUnion{ 0.0 };

  InstanceCounts &
  operator+=(const InstanceCounts & other);

  /** TP / (TP + FP + FN) */
  double
  AveragePrecision() const;

  /** TP / (TP + FP); without predicted objects 1 if there are no true ones, otherwise 0. */
  double
  Precision() const;

  /** TP / (TP + FN); without true objects 1 if there are no predicted ones, otherwise 0. */
  double
  Recall() const;

  /** 2 TP / (2 TP + FP + FN) */
  double
  F1() const;

  /** Σ IoU / (TP + FP / 2 + FN / 2). A. Kirillov et al., "Panoptic segmentation", CVPR 2019. */
  double
  PanopticQuality() const;

  /** Mean IoU of the matched pairs, Σ IoU / TP; without matches as Precision(). */
  double
  SegmentationQuality() const;
};

/** Sums of the aggregated Jaccard index; of several images they may be added. */
struct ITKTorchEvaluation_EXPORT AggregatedJaccard
{
  std::uint64_t Intersection{ 0 };
  std::uint64_t Union{ 0 };

  /** Intersection / Union; 1 if neither side has an object. */
  double
  Index() const;
};

/** A predicted and a true object that share pixels. */
struct ITKTorchEvaluation_EXPORT InstanceOverlap
{
  std::uint64_t PredictedLabel;
  std::uint64_t TrueLabel;
  std::uint64_t PredictedPixels;
  std::uint64_t TruePixels;
  std::uint64_t SharedPixels;

  double
  IntersectionOverUnion() const;
};

/** \class InstanceMatching
 * \brief Matches predicted objects with true objects.
 *
 * An object is the set of all pixels of one label; labels are any whole numbers, and 0 is background. Two objects may
 * match if their intersection over union is above (InstanceMatchRule) a threshold in (0, 1]; another threshold is an
 * exception. An object has at most one match: as many pairs as possible match, and among the ways to do that the one
 * with the largest sum of IoU over all assigned pairs, below the threshold too, which is the optimum of StarDist's
 * assignment. Above 0.5 there is only one way.
 *
 * A true object is assigned to the predicted object that covers more than half of its pixels. With k true objects, a
 * predicted object merges k - 1 of them; a true object that is assigned to none is missed. The same with the sides
 * exchanged gives split objects.
 * \ingroup ITKTorchEvaluation */
class ITKTorchEvaluation_EXPORT InstanceMatching
{
public:
  using OverlapsType = std::vector<InstanceOverlap>;

  explicit InstanceMatching(const LabelOverlaps & overlaps);

  /** Two label buffers of the same grid. */
  template <typename TPredictedLabel, typename TTrueLabel>
  InstanceMatching(const TPredictedLabel * predicted, const TTrueLabel * truth, std::size_t numberOfPixels)
    : InstanceMatching(LabelOverlaps({ predicted, numberOfPixels }, { truth, numberOfPixels }))
  {}

  std::uint64_t
  GetNumberOfPredictedObjects() const
  {
    return m_NumberOfPredictedObjects;
  }

  std::uint64_t
  GetNumberOfTrueObjects() const
  {
    return m_NumberOfTrueObjects;
  }

  /** All pairs that share a pixel, ordered by predicted, then by true label. */
  const OverlapsType &
  GetOverlaps() const
  {
    return m_Overlaps;
  }

  /** The pairs that match. */
  OverlapsType
  GetMatches(double threshold, InstanceMatchRule rule = InstanceMatchRule::Greater) const;

  /** All counts at once, for adding up images. */
  InstanceCounts
  GetCounts(double threshold, InstanceMatchRule rule = InstanceMatchRule::Greater) const;

  double
  AveragePrecision(double threshold, InstanceMatchRule rule = InstanceMatchRule::Greater) const
  {
    return this->GetCounts(threshold, rule).AveragePrecision();
  }

  std::uint64_t
  GetNumberOfMergedObjects() const
  {
    return m_NumberOfMergedObjects;
  }

  std::uint64_t
  GetNumberOfSplitObjects() const
  {
    return m_NumberOfSplitObjects;
  }

  std::uint64_t
  GetNumberOfMissedObjects() const
  {
    return m_NumberOfMissedObjects;
  }

  /** For each true object the predicted one of the largest IoU with it (several may have the same); intersections and
   * unions of these pairs are added up, and to the unions all pixels of predicted objects that no true one has, and of
   * true objects that no predicted one touches. Of equal IoU the lower predicted label counts. N. Kumar et al., "A
   * dataset and a technique for generalized nuclear segmentation for computational pathology", IEEE TMI 36, 2017. */
  AggregatedJaccard
  GetAggregatedJaccard() const;

private:
  OverlapsType  m_Overlaps;
  std::uint64_t m_NumberOfPredictedObjects{ 0 };
  std::uint64_t m_NumberOfTrueObjects{ 0 };
  std::uint64_t m_NumberOfMergedObjects{ 0 };
  std::uint64_t m_NumberOfSplitObjects{ 0 };
  std::uint64_t m_NumberOfMissedObjects{ 0 };
  std::uint64_t m_PredictedPixels{ 0 };
  std::uint64_t m_TruePixels{ 0 };
};

/** The ten thresholds 0.50, 0.55, …, 0.95. */
constexpr std::size_t NumberOfInstanceThresholds = 10;
constexpr double
GetInstanceThreshold(std::size_t index)
{
  // One division, so that 0.55 is the number that is written 0.55.
  return static_cast<double>(50 + 5 * index) / 100.0;
}

/** Counts at the ten thresholds. */
using InstanceCountsAtThresholds = std::array<InstanceCounts, NumberOfInstanceThresholds>;

ITKTorchEvaluation_EXPORT InstanceCountsAtThresholds
CountAtInstanceThresholds(const InstanceMatching & matching, InstanceMatchRule rule);

/** Mean of the average precisions at the ten thresholds; with InstanceMatchRule::Greater the score of one image in the
 * 2018 Data Science Bowl. */
ITKTorchEvaluation_EXPORT double
MeanAveragePrecision(const InstanceCountsAtThresholds & counts);

/** The matching of two label images, itk::Image with buffered regions that are the same; otherwise throws. */
template <typename TPredictedImage, typename TTrueImage>
InstanceMatching
MatchInstances(const TPredictedImage * prediction, const TTrueImage * truth)
{
  return InstanceMatching(CountLabelOverlaps(prediction, truth));
}
} // namespace itk

#endif
