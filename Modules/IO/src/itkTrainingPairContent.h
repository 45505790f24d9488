// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingPairContent_h
#define itkTrainingPairContent_h

#include "itkImageContinuation.h"
#include "itkImageFingerprint.h"
#include "itkImageLabelPairs.h"
#include "itkLabelParts.h"
#include "itkTrainingSetReport.h"

namespace itk
{
/** What one pair of a training set holds, as far as it can be read. */
struct TrainingPairContent
{
  /** Sentences without the name of the file; empty if there is nothing wrong. */
  std::string              ImageProblem;
  std::string              LabelProblem;
  std::string              GridProblem;
  std::vector<std::string> Notes;

  // Of the image.
  unsigned int             Dimension{ 0 };
  std::vector<std::size_t> Size;
  unsigned int             Components{ 0 };
  std::string              ComponentType;
  /** Empty if nothing states it. */
  std::vector<double> Spacing;
  /** Letters of the directions in which the axes point, such as LPS; empty in 2D. */
  std::string   Orientation;
  float         Minimum{ 0 };
  float         Maximum{ 0 };
  std::uint64_t NotFinite{ 0 };

  // Of the labels.
  std::map<std::int64_t, LabelParts> Parts;
  std::uint64_t                      Pixels{ 0 };
  std::uint64_t                      Foreground{ 0 };
  std::uint64_t                      LabelDigest{ 0 };

  /** Which share of the foreground is brighter than the median of the background; negative if one of them is empty. */
  double BrightShare{ -1 };

  ImageFingerprint Fingerprint;
  ImageBorders     Borders;
};

/** Reads a pair; what is wrong with it becomes part of the result. */
TrainingPairContent
ExamineTrainingPair(const ImageLabelPair & pair, const TrainingSetOptions & options);
} // namespace itk

#endif
