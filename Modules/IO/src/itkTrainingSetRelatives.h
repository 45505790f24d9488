// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingSetRelatives_h
#define itkTrainingSetRelatives_h

#include "itkTrainingPairContent.h"
#include "itkTrainingSetReport.h"

namespace itk
{
/** Two pairs whose images belong together. */
struct TrainingSetRelative
{
  /** "same-image", "turned-image", "alike", "common-part" or "continuation". */
  std::string Kind;
  std::size_t First{ 0 };
  std::size_t Second{ 0 };
  bool        IsCertain{ true };
  /** Of a continuation, or the correlation of images that are alike; else 1. */
  double Score{ 1 };
  /** Such as "goes on at the right of". */
  std::string Sentence;
};

struct TrainingSetRelatives
{
  std::vector<TrainingSetRelative>      All;
  std::vector<std::vector<std::size_t>> Fields;
  std::vector<double>                   ChanceScores;
};

/** \param problems gets what is wrong with relatives in different folds, and with images that are there twice */
TrainingSetRelatives
FindTrainingSetRelatives(const std::vector<ImageLabelPair> &      pairs,
                         const std::vector<TrainingPairContent> & contents,
                         std::vector<TrainingSetProblem> &        problems);
} // namespace itk

#endif
