// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationScores_h
#define itkSegmentationScores_h

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
struct SegmentationScores
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

/** \class SegmentationMetric
 * \brief A number made of SegmentationScores, with its name and definition: all that writes or documents metrics reads this
 * list.
 * \ingroup ITKTorchEvaluation */
struct SegmentationMetric
{
  enum class Kind : std::uint8_t
  {
    /** In [0, 1], the more the better. */
    Ratio,
    Count,
    /** In physical units. */
    Distance
  };

  std::string                                       Name;
  std::string                                       Description;
  Kind                                              What;
  std::function<double(const SegmentationScores &)> Value;

  /** Whether it needs SegmentationEvaluationParameters::EvaluateBoundary, or EvaluateSurface. */
  bool
  IsOfBoundary() const;
  bool
  IsOfSurface() const;

  /** Whether the metric of a sum of scores is that of all images together. */
  bool
  IsPooled() const
  {
    return What != Kind::Distance;
  }

  /** The list. The value of a metric that was not computed is NaN. */
  static const std::vector<SegmentationMetric> &
  GetAll();

  /** \throws ExceptionObject if there is no metric of this name */
  static const SegmentationMetric &
  Get(const std::string & name);
};

/** \class SegmentationScoreSet
 * \brief The scores of several images, their means, and how sure these are.
 * \ingroup ITKTorchEvaluation */
class SegmentationScoreSet
{
public:
  struct Image
  {
    std::string        Name;
    SegmentationScores Scores;
  };

  struct Interval
  {
    double Lower;
    double Upper;
  };

  void
  Add(const std::string & name, const SegmentationScores & scores)
  {
    m_Images.push_back({ name, scores });
  }

  const std::vector<Image> &
  GetImages() const
  {
    return m_Images;
  }

  /** The labels of classes that an image has on either side, ascending. */
  std::vector<std::uint64_t>
  GetClassLabels() const;

  /** The images that have a class on either side, with its scores alone: means, intervals and pooled values of classes. */
  SegmentationScoreSet
  GetClass(std::uint64_t label) const;

  /** Mean over the images whose value is finite (no distance is, where one side is empty); NaN if there is none. */
  double
  GetMean(const SegmentationMetric & metric) const;

  /** Images whose value is finite. */
  std::size_t
  GetNumberOfFiniteValues(const SegmentationMetric & metric) const;

  /** The metric of all images together; NaN for distances. */
  double
  GetPooled(const SegmentationMetric & metric) const;

  /** Mean over the classes of their means over images, GetClass(label).GetMean(metric), as far as those are finite: a class that
   * no image has on either side does not count. NaN if there is none, and for counts. */
  double
  GetMeanOverClasses(const SegmentationMetric & metric) const;

  /** Classes with a finite mean. */
  std::size_t
  GetNumberOfFiniteClasses(const SegmentationMetric & metric) const;

  /** Percentile interval of the mean under resampling of the images with replacement. B. Efron, R. Tibshirani, "An
   * introduction to the bootstrap", 1993, chapter 13. The same seed draws the same images for every metric. Of fewer than two images: NaN.
   * \param level such as 0.95, in (0, 1)
   * \throws ExceptionObject if `level` or `resamples` (at least 1) is out of range */
  Interval
  GetIntervalOfMean(const SegmentationMetric & metric,
                    unsigned int               resamples = 1000,
                    double                     level = 0.95,
                    std::uint64_t              seed = 0) const;

  /** The same of GetPooled(). */
  Interval
  GetIntervalOfPooled(const SegmentationMetric & metric,
                      unsigned int               resamples = 1000,
                      double                     level = 0.95,
                      std::uint64_t              seed = 0) const;

  /** The same of GetMeanOverClasses(). */
  Interval
  GetIntervalOfMeanOverClasses(const SegmentationMetric & metric,
                               unsigned int               resamples = 1000,
                               double                     level = 0.95,
                               std::uint64_t              seed = 0) const;

private:
  using DrawType = std::vector<std::size_t>;

  /** Of each class the values of all images, NaN for an image that does not have it. */
  std::vector<std::vector<double>>
  GetValuesOfClasses(const SegmentationMetric & metric) const;

  /** Percentiles of the values of resampled sets of images. */
  Interval
  Resample(const std::function<double(const DrawType &)> & valueOfDraw,
           unsigned int                                    resamples,
           double                                          level,
           std::uint64_t                                   seed) const;

  std::vector<Image> m_Images;
};
} // namespace itk

#endif
