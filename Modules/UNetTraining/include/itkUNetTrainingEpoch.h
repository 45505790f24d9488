// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingEpoch_h
#define itkUNetTrainingEpoch_h

#include <cstdint>
#include <limits>

namespace itk
{
/** How well a network does on the validation pairs; NaN where it was not measured. Dice, intersection over union and
 * average precision are means over images, of classes also over classes; see SegmentationMetric.
 * \ingroup ITKTorchUNetTraining */
struct UNetValidationScores
{
  double Loss{ std::numeric_limits<double>::quiet_NaN() };
  double Dice{ std::numeric_limits<double>::quiet_NaN() };
  double IntersectionOverUnion{ std::numeric_limits<double>::quiet_NaN() };
  /** Kaggle's, where objects are the aim. */
  double AveragePrecision{ std::numeric_limits<double>::quiet_NaN() };

  /** What the best model has most of: the average precision, or Dice where there is none. */
  double
  GetScore() const
  {
    return AveragePrecision == AveragePrecision ? AveragePrecision : Dice;
  }
};

/** One line of a training's history.
 * \ingroup ITKTorchUNetTraining */
struct UNetTrainingEpoch
{
  /** From 0 on. */
  unsigned int Epoch{ 0 };
  /** Steps of the optimizer since the training began. */
  std::uint64_t Step{ 0 };
  /** Mean over the epoch's crops. */
  double Loss{ 0.0 };
  /** Of the last step. */
  double LearningRate{ 0.0 };
  /** Mean over the epoch's steps of the Euclidean norm of all gradients, before it is limited. */
  double GradientNorm{ 0.0 };
  /** Of the epoch's steps, over all runs that took part in them, and of the validation. */
  double               Seconds{ 0.0 };
  double               ValidationSeconds{ 0.0 };
  UNetValidationScores Validation;
  /** Whether no epoch before had this score. */
  bool IsBest{ false };
};
} // namespace itk

#endif
