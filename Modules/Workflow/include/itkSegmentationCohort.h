// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationCohort_h
#define itkSegmentationCohort_h

#include "ITKTorchWorkflowExport.h"
#include "itkCaseRecord.h"
#include "itkImageSegmenter.h"
#include "itkSegmentationCase.h"
#include <functional>
#include <string>
#include <vector>

namespace itk
{
struct ITKTorchWorkflow_EXPORT CohortSummary
{
  std::size_t Done{ 0 };
  std::size_t Skipped{ 0 };
  std::size_t Failed{ 0 };

  std::size_t
  GetTotal() const
  {
    return Done + Skipped + Failed;
  }

  /** "12 cases: 9 done, 2 skipped, 1 failed." */
  std::string
  ToString() const;
};

/** What one may want to hear while cases are segmented. Case and Progress are called in the order of the cases; Note by
 * any thread. */
struct CohortListener
{
  /** A case has ended: its line of JSON. */
  std::function<void(const std::string & line)> Case = [](const std::string &) {};
  /** How cases have ended so far, and the fraction done, in [0, 1], of those that are not skipped. */
  std::function<void(const CohortSummary & summary, double fraction)> Progress = [](const CohortSummary &, double) {};
  /** One sentence about a case. */
  std::function<void(const std::string & sentence)> Note = [](const std::string &) {};
};

/** Segments images, reading, computing and writing at the same time (see RunCasePipeline()). A case that fails ends no
 * other. Folders of outputs are made.
 * \param computesAll also what an earlier run has finished */
ITKTorchWorkflow_EXPORT CohortSummary
SegmentCohort(const std::vector<SegmentationCase> & cases,
              ImageSegmenter &                      segmenter,
              const CaseRecords &                   records,
              bool                                  computesAll,
              const CohortListener &                listener = {});
} // namespace itk

#endif
