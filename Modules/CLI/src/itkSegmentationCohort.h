// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationCohort_h
#define itkSegmentationCohort_h

#include "itkCaseRecord.h"
#include "itkImageSegmenter.h"
#include "itkSegmentationCase.h"
#include <vector>

namespace itk
{
struct CohortSummary
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

/** Segments images, reading, computing and writing at the same time (see RunCasePipeline()). Each case prints its line on
 * standard output when it has ended, in the order of the cases; failures, which end no other case, and progress go to
 * standard error. Folders of outputs are made.
 * \param computesAll also what an earlier run has finished */
CohortSummary
SegmentCohort(const std::vector<SegmentationCase> & cases,
              ImageSegmenter &                      segmenter,
              const CaseRecords &                   records,
              bool                                  computesAll);
} // namespace itk

#endif
