// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationMetric_h
#define itkSegmentationMetric_h

#include "ITKTorchEvaluationExport.h"
#include "itkSegmentationScores.h"
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace itk
{
/** \class SegmentationMetric
 * \brief A number made of SegmentationScores, with its name and definition: all that writes or documents metrics reads
 * this list.
 * \ingroup ITKTorchEvaluation */
struct ITKTorchEvaluation_EXPORT SegmentationMetric
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
} // namespace itk

#endif
