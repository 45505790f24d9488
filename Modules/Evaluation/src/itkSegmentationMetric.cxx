// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationMetric.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
using Kind = SegmentationMetric::Kind;
using ScoresType = SegmentationScores;

constexpr double NotComputed = std::numeric_limits<double>::quiet_NaN();

/** A list of metrics that grows by groups with one rule for what was not computed. */
class MetricList
{
public:
  void
  Pixels(const char * name, const char * description, double (SegmentationOverlap::*value)() const)
  {
    m_Metrics.push_back(
      { name, description, Kind::Ratio, [value](const ScoresType & scores) { return (scores.Overlap.*value)(); } });
  }

  void
  PixelCount(const char * name, const char * description, std::uint64_t SegmentationOverlap::*value)
  {
    m_Metrics.push_back({ name, description, Kind::Count, [value](const ScoresType & scores) {
                           return static_cast<double>(scores.Overlap.*value);
                         } });
  }

  void
  Boundary(const char * name, const char * description, double (BoundaryCounts::*value)() const)
  {
    m_Metrics.push_back({ name, description, Kind::Ratio, [value](const ScoresType & scores) {
                           return scores.IsBoundaryComputed ? (scores.Boundary.*value)() : NotComputed;
                         } });
  }

  void
  Surface(const char * name, const char * description, double SurfaceScores::*value)
  {
    m_Metrics.push_back(
      { name, description, Kind::Distance, [value](const ScoresType & scores) { return scores.Surface.*value; } });
  }

  void
  SurfaceRatio(const char * name, const char * description, double (BoundaryCounts::*value)() const)
  {
    m_Metrics.push_back({ name, description, Kind::Ratio, [value](const ScoresType & scores) {
                           return scores.Surface.IsComputed ? (scores.Surface.WithinTolerance.*value)() : NotComputed;
                         } });
  }

  void
  Instances(std::string name, std::string description, Kind kind, std::function<double(const ScoresType &)> value)
  {
    m_Metrics.push_back({ std::move(name), std::move(description), kind, [value](const ScoresType & scores) {
                           return scores.AreInstancesComputed ? value(scores) : NotComputed;
                         } });
  }

  void
  InstanceRatio(const char * name, const char * description, double (InstanceCounts::*value)() const)
  {
    this->Instances(
      name, description, Kind::Ratio, [value](const ScoresType & scores) { return (scores.Kaggle[0].*value)(); });
  }

  void
  InstanceCount(const char * name, const char * description, std::uint64_t InstanceCounts::*value)
  {
    this->Instances(name,
                    description,
                    Kind::Count,
                    [value](const ScoresType & scores) { return static_cast<double>(scores.Kaggle[0].*value); });
  }

  /** One metric for each of the ten thresholds. */
  void
  AtThresholds(const std::string &        name,
               const std::string &        description,
               InstanceCountsAtThresholds ScoresType::*counts,
               double (InstanceCounts::*value)() const)
  {
    for (std::size_t i = 0; i < NumberOfInstanceThresholds; ++i)
    {
      const std::string percent = std::to_string(50 + 5 * i);
      this->Instances(name + percent,
                      description + " 0." + percent + ".",
                      Kind::Ratio,
                      [=](const ScoresType & scores) { return ((scores.*counts)[i].*value)(); });
    }
  }

  std::vector<SegmentationMetric> m_Metrics;
};

void
AddPixelMetrics(MetricList & list)
{
  using Overlap = SegmentationOverlap;
  list.Pixels("Dice", "2 |P ∩ T| / (|P| + |T|), pixels of any object.", &Overlap::Dice);
  list.Pixels("IntersectionOverUnion", "|P ∩ T| / |P ∪ T|.", &Overlap::IntersectionOverUnion);
  list.Pixels("Precision", "|P ∩ T| / |P|.", &Overlap::Precision);
  list.Pixels("Recall", "|P ∩ T| / |T|.", &Overlap::Recall);
  list.Pixels("Specificity", "Fraction of the true background that is predicted as background.", &Overlap::Specificity);
  list.Pixels("Accuracy", "Fraction of all pixels on which both agree.", &Overlap::Accuracy);
  list.PixelCount("TruePositives", "Pixels in P and T.", &Overlap::TruePositives);
  list.PixelCount("FalsePositives", "Pixels in P only.", &Overlap::FalsePositives);
  list.PixelCount("FalseNegatives", "Pixels in T only.", &Overlap::FalseNegatives);
  list.PixelCount("TrueNegatives", "Pixels in neither.", &Overlap::TrueNegatives);
}

void
AddBoundaryMetrics(MetricList & list)
{
  list.Boundary("BoundaryPrecision",
                "Fraction of the predicted outlines within BoundaryTolerance of a true one (several pixels may match "
                "the same one).",
                &BoundaryCounts::Precision);
  list.Boundary("BoundaryRecall",
                "Fraction of the true outlines within BoundaryTolerance of a predicted one.",
                &BoundaryCounts::Recall);
  list.Boundary(
    "BoundaryF", "Harmonic mean of BoundaryPrecision and BoundaryRecall: the BF score.", &BoundaryCounts::F);
  list.Surface("HausdorffDistance",
               "Largest distance between the surfaces in both directions.",
               &SurfaceScores::HausdorffDistance);
  list.Surface("HausdorffDistanceOfSets",
               "Largest distance from a pixel of one side to the other side, inner pixels included (ITK).",
               &SurfaceScores::HausdorffDistanceOfSets);
  list.Surface("HausdorffDistance95",
               "Larger of the 95th percentiles of the two directions (MONAI, DeepMind).",
               &SurfaceScores::HausdorffDistance95);
  list.Surface("PooledHausdorffDistance95",
               "95th percentile of the distances of both directions together (MedPy).",
               &SurfaceScores::PooledHausdorffDistance95);
  list.Surface("AverageSymmetricSurfaceDistance",
               "Mean of the distances of both directions together (Heimann 2009; MedPy).",
               &SurfaceScores::AverageSymmetricSurfaceDistance);
  list.Surface("MeanOfAverageSurfaceDistances",
               "Mean of the means of the two directions (MedPy before 0.5).",
               &SurfaceScores::MeanOfAverageSurfaceDistances);
  list.SurfaceRatio(
    "SurfaceDice", "Fraction of both surfaces within SurfaceTolerance of the other one.", &BoundaryCounts::SurfaceDice);
}

void
AddInstanceMetrics(MetricList & list)
{
  list.Instances("KaggleMeanAveragePrecision",
                 "Mean of TP / (TP + FP + FN) at IoU > 0.50, 0.55 … 0.95 (Data Science Bowl 2018).",
                 Kind::Ratio,
                 [](const ScoresType & scores) { return MeanAveragePrecision(scores.Kaggle); });
  list.AtThresholds(
    "KaggleAveragePrecision", "TP / (TP + FP + FN) at IoU >", &ScoresType::Kaggle, &InstanceCounts::AveragePrecision);
  list.AtThresholds("StarDistAveragePrecision",
                    "TP / (TP + FP + FN), optimal matching, at IoU ≥",
                    &ScoresType::StarDist,
                    &InstanceCounts::AveragePrecision);
  list.AtThresholds("InstancePrecisionAt", "TP / (TP + FP) at IoU >", &ScoresType::Kaggle, &InstanceCounts::Precision);
  list.AtThresholds("InstanceRecallAt", "TP / (TP + FN) at IoU >", &ScoresType::Kaggle, &InstanceCounts::Recall);
  list.AtThresholds("InstanceF1At", "2 TP / (2 TP + FP + FN) at IoU >", &ScoresType::Kaggle, &InstanceCounts::F1);
  list.InstanceRatio(
    "PanopticQuality", "Σ IoU / (TP + FP / 2 + FN / 2) at IoU > 0.50.", &InstanceCounts::PanopticQuality);
  list.InstanceRatio(
    "SegmentationQuality", "Mean IoU of the matches at IoU > 0.50.", &InstanceCounts::SegmentationQuality);
  list.Instances("AggregatedJaccardIndex",
                 "Sum of intersections / sum of unions of each true object with its best predicted one (Kumar 2017).",
                 Kind::Ratio,
                 [](const ScoresType & scores) { return scores.Jaccard.Index(); });
  list.Instances("PredictedObjects",
                 "Objects in the prediction.",
                 Kind::Count,
                 [](const ScoresType & scores)
                 { return static_cast<double>(scores.Kaggle[0].TruePositives + scores.Kaggle[0].FalsePositives); });
  list.Instances("TrueObjects",
                 "Objects in the truth.",
                 Kind::Count,
                 [](const ScoresType & scores)
                 { return static_cast<double>(scores.Kaggle[0].TruePositives + scores.Kaggle[0].FalseNegatives); });
  list.InstanceCount("MergedObjects",
                     "True objects beyond the first of which one predicted object covers more than half.",
                     &InstanceCounts::MergedObjects);
  list.InstanceCount("SplitObjects", "The same with prediction and truth exchanged.", &InstanceCounts::SplitObjects);
  list.InstanceCount(
    "MissedObjects", "True objects of which no predicted one covers more than half.", &InstanceCounts::MissedObjects);
}
} // namespace

bool
SegmentationMetric::IsOfBoundary() const
{
  // Known by what makes it more than NaN.
  SegmentationScores scores;
  scores.IsBoundaryComputed = true;
  return !std::isnan(Value(scores)) && std::isnan(Value({}));
}

bool
SegmentationMetric::IsOfSurface() const
{
  SegmentationScores scores;
  scores.Surface = { 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, {}, true };
  return !std::isnan(Value(scores)) && std::isnan(Value({}));
}

const std::vector<SegmentationMetric> &
SegmentationMetric::GetAll()
{
  static const auto metrics = []
  {
    MetricList list;
    AddPixelMetrics(list);
    AddBoundaryMetrics(list);
    AddInstanceMetrics(list);
    return list.m_Metrics;
  }();
  return metrics;
}

const SegmentationMetric &
SegmentationMetric::Get(const std::string & name)
{
  const auto & metrics = GetAll();
  const auto   found =
    std::find_if(metrics.begin(), metrics.end(), [&name](const auto & metric) { return metric.Name == name; });
  if (found == metrics.end())
  {
    itkGenericExceptionMacro("There is no metric named " << name << '.');
  }
  return *found;
}
} // namespace itk
