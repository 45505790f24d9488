// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationScoreSet_h
#define itkSegmentationScoreSet_h

#include "ITKTorchEvaluationExport.h"
#include "itkSegmentationMetric.h"
#include <cstdint>
#include <string>
#include <vector>

namespace itk
{
/** \class SegmentationScoreSet
 * \brief The scores of several images, their means, and how sure these are.
 * \ingroup ITKTorchEvaluation */
class ITKTorchEvaluation_EXPORT SegmentationScoreSet
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

  /** The images that have a class on either side, with its scores alone: means, intervals and pooled values of
   * classes. */
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

  /** Mean over the classes of their means over images, GetClass(label).GetMean(metric), as far as those are finite: a
   * class that no image has on either side does not count. NaN if there is none, and for counts. */
  double
  GetMeanOverClasses(const SegmentationMetric & metric) const;

  /** Classes with a finite mean. */
  std::size_t
  GetNumberOfFiniteClasses(const SegmentationMetric & metric) const;

  /** Percentile interval of the mean under resampling of the images with replacement. B. Efron, R. Tibshirani, "An
   * introduction to the bootstrap", 1993, chapter 13. The same seed draws the same images for every metric. Of fewer
   * than two images: NaN.
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
