// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetLossTerms_h
#define itkUNetLossTerms_h

#include "itkUNetLoss.h"

namespace itk
{
/** Sums over the pixels of each image that are not ignored, all (N, classes). */
struct UNetRegionSums
{
  /** Σ p y */
  at::Tensor Overlap;
  /** Σ p */
  at::Tensor Predicted;
  /** Σ y */
  at::Tensor True;
};

/** \class UNetLossTerms
 * \brief What parts of a loss have in common, each computed when it is first asked for.
 *
 * Where pixels are ignored, logits and weights are replaced by 0 before anything is computed of them: a factor of 0
 * would make NaN of infinite ones. */
class UNetLossTerms
{
public:
  explicit UNetLossTerms(const UNetLossInput & input);

  /** (N, 1, …), log p of the true class; finite but meaningless where pixels are ignored. */
  const at::Tensor &
  GetLogOfTrueClass();

  /** (N, 1, …), the mean of log p over the classes, two for a sigmoid. */
  at::Tensor
  GetMeanLog();

  /** A sigmoid's one class is the foreground, and there with and without background. */
  const UNetRegionSums &
  GetRegionSums(bool includesBackground);

  /** Σ w · v_t · loss / number of pixels, both over those that are not ignored; 0 for none.
   * \param loss (N, 1, …)
   * \param classWeights v, undefined for 1 each */
  at::Tensor
  WeightedMean(const at::Tensor & loss, const at::Tensor & classWeights);

private:
  /** int64 (N, 1, …), 0 where pixels are ignored. */
  const at::Tensor &
  GetClassOfPixel();
  const at::Tensor &
  GetLogProbabilities();

  bool m_IsSigmoid;
  /** bool (N, 1, …), undefined if no pixel is ignored. */
  at::Tensor     m_IsValid;
  at::Tensor     m_Target;
  at::Tensor     m_ClassOfPixel;
  at::Tensor     m_Logits;
  at::Tensor     m_Weight;
  at::Tensor     m_LogProbabilities;
  at::Tensor     m_LogOfTrueClass;
  UNetRegionSums m_RegionSums[2];
};
} // namespace itk

#endif
