// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationOverlap_h
#define itkSegmentationOverlap_h

#include "ITKTorchEvaluationExport.h"
#include "itkTorchEnumeration.h"
#include <cstdint>

namespace itk
{
/** Where prediction and truth, two sets of pixels, have a pixel. The values are those of agreement images. */
enum class SegmentationAgreement : std::uint8_t
{
  Neither = 0,
  Both = 1,
  PredictionOnly = 2,
  TruthOnly = 3
};
itkTorchEnumerationMacro(SegmentationAgreement,
                         { "Neither", "neither" },
                         { "Both", "both" },
                         { "PredictionOnly", "prediction-only" },
                         { "TruthOnly", "truth-only" });

/** Pixel counts of a predicted set of pixels P against the true set T, and the ratios made of them.
 *
 * Counts of several images may be added; the ratios of the sum are then over all pixels together, which is not the
 * mean of the images' ratios. All ratios lie in [0, 1]. Where a ratio is 0/0, it is 1 if both sets are empty,
 * otherwise 0. */
struct ITKTorchEvaluation_EXPORT SegmentationOverlap
{
  std::uint64_t TruePositives{ 0 };
  std::uint64_t FalsePositives{ 0 };
  std::uint64_t FalseNegatives{ 0 };
  std::uint64_t TrueNegatives{ 0 };

  SegmentationOverlap &
  operator+=(const SegmentationOverlap & other);

  /** \f$ 2 |P \cap T| / (|P| + |T|) \f$ */
  double
  Dice() const;

  /** Jaccard index \f$ |P \cap T| / |P \cup T| \f$ */
  double
  IntersectionOverUnion() const;

  /** \f$ |P \cap T| / |P| \f$; without a prediction 1 if there is no truth, otherwise 0. */
  double
  Precision() const;

  /** \f$ |P \cap T| / |T| \f$; without a truth 1 if there is no prediction, otherwise 0. */
  double
  Recall() const;

  /** True negative rate, \f$ |\overline{P} \cap \overline{T}| / |\overline{T}| \f$; 1 if everything is T. */
  double
  Specificity() const;

  /** Pixels on whose side both agree, \f$ (|P \cap T| + |\overline{P} \cap \overline{T}|) / N \f$; 1 without pixels. */
  double
  Accuracy() const;
};
} // namespace itk

#endif
