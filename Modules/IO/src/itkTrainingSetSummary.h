// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingSetSummary_h
#define itkTrainingSetSummary_h

#include "itkTrainingPairContent.h"
#include "itkTrainingSetReport.h"

namespace itk
{
/** What a training set, or a fold of it, consists of. */
struct TrainingSetShares
{
  std::size_t                           Pairs{ 0 };
  std::uint64_t                         Pixels{ 0 };
  std::uint64_t                         Foreground{ 0 };
  std::uint64_t                         Labels{ 0 };
  std::map<std::int64_t, std::uint64_t> PixelsOfClass;
};

struct TrainingSetSummary
{
  LabelMeaning                     Meaning{ LabelMeaning::Objects };
  std::map<int, TrainingSetShares> Folds;
  TrainingSetShares                All;
  std::size_t                      FewestLabels{ 0 };
  std::size_t                      MedianLabels{ 0 };
  std::size_t                      MostLabels{ 0 };
  std::size_t                      Bright{ 0 };
  std::size_t                      Dark{ 0 };
  std::size_t                      Unclear{ 0 };
  /** Name of a property, and how many images have each of its values, the most frequent first. */
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::size_t>>>> Properties;
};

/** \param meaning of the labels; unset: classes where the largest label is at most 9 and in more than half of the label
 * images, or in several parts in most; foreground where all have the same one label; else objects
 * \param problems gets what differs within the set, and classes that a fold lacks */
TrainingSetSummary
SummarizeTrainingSet(const std::vector<ImageLabelPair> &      pairs,
                     const std::vector<TrainingPairContent> & contents,
                     std::optional<LabelMeaning>              meaning,
                     std::vector<TrainingSetProblem> &        problems);

/** A line of a table for people. */
std::string
PrintSummaryLine(const std::string & name, const std::string & value);

std::string
PrintTrainingSetSummary(const TrainingSetSummary & summary, const std::string & file, std::size_t pairs);
} // namespace itk

#endif
