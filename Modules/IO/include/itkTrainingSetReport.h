// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTrainingSetReport_h
#define itkTrainingSetReport_h

#include "itkImageGrid.h"
#include "itkImageLabelPairs.h"
#include "itkLabelMeaning.h"
#include "itkTorchProgress.h"
#include <memory>
#include <optional>

namespace itk
{
struct TrainingSetOptions
{
  /** By how many pixels corners of labels may lie apart from those of their image; at least 0. */
  double GridTolerance{ defaultGridTolerance };
  /** Unset: told from the labels of all images. */
  std::optional<LabelMeaning> Labels;
  /** As LabelImageReader's. */
  bool ColorsAreLabels{ false };
  /** That read images at the same time, at least 1. */
  unsigned int NumberOfThreads{ 1 };
};

enum class TrainingSetSeverity : std::uint8_t
{
  /** A training fails, or its validation says nothing. */
  Error,
  /** A training may be worse for it. */
  Warning,
  /** What one should know. */
  Note
};
itkTorchEnumerationMacro(TrainingSetSeverity, { "Error", "error" }, { "Warning", "warning" }, { "Note", "note" });

struct TrainingSetProblem
{
  TrainingSetSeverity Severity{ TrainingSetSeverity::Error };
  /** One word for all problems of a kind, such as "leakage"; Documentation/CheckingTrainingData.md lists them. */
  std::string Kind;
  /** Numbers of the pairs in the table, the one to look at first. */
  std::vector<std::size_t> Pairs;
  std::string              Sentence;
  /** Whether it is about two pairs whose images belong together. */
  bool AreRelatives{ false };
};

/** \class TrainingSetReport
 * \brief What is wrong with a table of images and labels, before a training: files, labels, grids, what differs within
 * the set, and relatives in different folds.
 *
 * Relatives are pairs with the same image, also turned or mirrored, with a part in common, and tiles that continue each
 * other; see FindSharedPixels() and FindImageContinuations().
 * \ingroup ITKTorchIO */
class ITKTorchIO_EXPORT TrainingSetReport
{
public:
  /** Reads all images and labels of the table, each once.
   * \param progress is called on this thread; may be empty
   * \throws ExceptionObject that says what is wrong with the table itself */
  TrainingSetReport(const std::string & csvFile, const TrainingSetOptions & options, const TorchProgress & progress);
  ~TrainingSetReport();
  TrainingSetReport(TrainingSetReport &&) noexcept;

  const std::vector<ImageLabelPair> &
  GetPairs() const;

  /** Errors first, then warnings and notes, each in the order of the table. */
  const std::vector<TrainingSetProblem> &
  GetProblems() const;

  std::size_t
  CountProblems(TrainingSetSeverity severity) const;

  /** Numbers of pairs that belong together, as their images are relatives; each group in the order of the table. */
  const std::vector<std::vector<std::size_t>> &
  GetFields() const;

  /** A line for each problem, `FILE:LINE: severity: sentence [kind]`, then what the set consists of. */
  std::string
  ToText() const;

  /** A JSON object. */
  std::string
  ToJson() const;

private:
  struct Content;
  std::unique_ptr<Content> m_Content;
};
} // namespace itk

#endif
