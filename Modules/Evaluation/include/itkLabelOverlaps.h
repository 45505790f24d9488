// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelOverlaps_h
#define itkLabelOverlaps_h

#include "ITKTorchEvaluationExport.h"
#include "itkLabelPixels.h"
#include "itkSegmentationOverlap.h"
#include "itkTorchImage.h"
#include "itkMacro.h"

#include <vector>

namespace itk
{
/** Pixels that have one label in the prediction and one in the truth. */
struct LabelPair
{
  std::uint64_t PredictedLabel{ 0 };
  std::uint64_t TrueLabel{ 0 };
  std::uint64_t Pixels{ 0 };
};

/** \class LabelOverlaps
 * \brief How many pixels each pair of a predicted and a true label shares: the contingency table of two label images.
 *
 * All metrics that count pixels are made of it, so the images are read once. Labels are any whole numbers; negative
 * ones are stored as the unsigned number of the same 64 bits.
 * \ingroup ITKTorchEvaluation */
class ITKTorchEvaluation_EXPORT LabelOverlaps
{
public:
  LabelOverlaps() = default;

  /** Two label buffers of the same grid. The result does not depend on the number of threads.
   * \throws ExceptionObject if their numbers of pixels differ */
  LabelOverlaps(const LabelPixels & prediction, const LabelPixels & truth);

  /** The pairs that occur, background included, ordered by predicted, then by true label. */
  const std::vector<LabelPair> &
  GetPairs() const
  {
    return m_Pairs;
  }

  /** Every label but 0 against every label but 0. */
  SegmentationOverlap
  GetForegroundOverlap() const;

  /** One label against the same label. */
  SegmentationOverlap
  GetClassOverlap(std::uint64_t label) const;

  /** The labels but 0 of either side, ascending. */
  std::vector<std::uint64_t>
  GetLabels() const;

private:
  std::vector<LabelPair> m_Pairs;
};

/** The overlaps of two label images, itk::Image with buffered regions that are the same; otherwise throws. */
template <typename TPredictedImage, typename TTrueImage>
LabelOverlaps
CountLabelOverlaps(const TPredictedImage * prediction, const TTrueImage * truth)
{
  static_assert(IsTorchBuffer<TPredictedImage> && IsTorchBuffer<TTrueImage>,
                "Prediction and truth must be itk::Images, not adaptors: cast them first.");
  const auto & region = prediction->GetBufferedRegion();
  const auto & trueRegion = truth->GetBufferedRegion();
  if (region != trueRegion)
  {
    itkGenericExceptionMacro("Prediction and truth must have the same pixels: the prediction has size "
                             << region.GetSize() << " from index " << region.GetIndex() << ", the truth has size "
                             << trueRegion.GetSize() << " from index " << trueRegion.GetIndex() << '.');
  }
  const auto pixels = region.GetNumberOfPixels();
  return { { prediction->GetBufferPointer(), pixels }, { truth->GetBufferPointer(), pixels } };
}
} // namespace itk

#endif
