// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkEvaluationReport_h
#define itkEvaluationReport_h

#include "ITKTorchWorkflowExport.h"
#include "itkClassNames.h"
#include "itkSegmentationScoreSet.h"
#include "itkSegmentationEvaluation.h"
#include <nlohmann/json.hpp>
#include <cstdio>
#include <string>

namespace itk
{
/** \class EvaluationReport
 * \brief The scores of a set of images as people and programs read them. */
class ITKTorchWorkflow_EXPORT EvaluationReport
{
public:
  struct Options
  {
    unsigned int  Resamples{ 1000 };
    double        Level{ 0.95 };
    std::uint64_t Seed{ 0 };
    /** True images that no prediction was given for, and that are not counted. */
    std::size_t MissingPredictions{ 0 };
    /** Classes to report, also those that no image has, and what they are called; where none are known, those that
     * occur. */
    ClassNames Classes;
  };

  EvaluationReport(const SegmentationScoreSet &             scores,
                   const SegmentationEvaluationParameters & parameters,
                   const Options &                          options);

  /** The metrics that people look at first: a line for each image; for several also the mean, its interval, and the
   * value of all images together; a line for the mean of each class, and for the mean over classes. */
  void
  PrintTable(std::FILE * stream) const;

  /** A line for each image, each of its classes, and the mean over these, with all metrics that were computed; empty
   * where a distance is infinite. */
  std::string
  ToCsv() const;

  /** The same with definitions, parameters, means, intervals and pooled values; null for what is not finite. */
  std::string
  ToJson() const;

private:
  /** Of all classes but the background. */
  std::vector<std::uint64_t>
  GetClassLabels() const;

  /** Mean over classes and its interval, of each metric that is no count. */
  nlohmann::ordered_json
  SummarizeClasses() const;

  /** Definition, mean, interval and pooled value of each metric. */
  nlohmann::ordered_json
  Summarize(const SegmentationScoreSet & scores) const;

  const SegmentationScoreSet &             m_Scores;
  const SegmentationEvaluationParameters & m_Parameters;
  Options                                  m_Options;
};
} // namespace itk

#endif
