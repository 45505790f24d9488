// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetLoss_h
#define itkUNetLoss_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkUNetLossParameters.h"
#include <ATen/core/Tensor.h>
#include <memory>
#include <vector>

namespace itk
{
class UNetLossTerms;

/** What a loss is computed of, all on one device. */
struct UNetLossInput
{
  /** (N, C, …) float, C the number of classes. A double gives a loss in double. */
  at::Tensor Logits;
  /** (N, 1, …) int16 or int64: the number of a pixel's class, below C; if C is 1, 1 for foreground and else 0. A pixel
   * below 0 is ignored: its logits and weight may be infinite or NaN, and have no influence and no gradient. */
  at::Tensor Target;
  /** (N, 1, …) float: the weight of a pixel in cross-entropy and focal loss; undefined for 1. */
  at::Tensor Weight;
};

/** \class UNetLoss
 * \brief A loss of a batch, or a part of one; UNetLossParameters has the formulas. */
class ITKTorchUNetTraining_EXPORT UNetLoss
{
public:
  virtual ~UNetLoss();

  /** A scalar that the gradient can be computed of. It and its gradient are finite for all finite logits and weights of
   * usual size; the gradient is 0 if every pixel is ignored. */
  at::Tensor
  Compute(const UNetLossInput & input) const;

  /** The same of terms that parts of a loss share. */
  virtual at::Tensor
  ComputeFrom(UNetLossTerms & terms) const = 0;
};

/** The parts with a factor above 0, each times its factor.
 * \param parameters are verified for this number of classes */
ITKTorchUNetTraining_EXPORT std::unique_ptr<UNetLoss>
MakeUNetLoss(const UNetLossParameters & parameters, unsigned int classes);

/** Σ 2⁻ⁱ · loss of output i / Σ 2⁻ⁱ, the outputs numbered from 0. Target and weight of a coarser output are those of
 * the finest grid's pixel nearest to the center of its pixel; between two, the later one.
 * \param outputs logits (N, C, …), the finest, of the target's size, first; along each axis, the target's size is the
 * output's times a power of 2
 * \param input has target and weight; its logits are not read
 * \throws ExceptionObject if the size of an output does not divide the target's */
ITKTorchUNetTraining_EXPORT at::Tensor
ComputeDeeplySupervised(const UNetLoss & loss, const std::vector<at::Tensor> & outputs, const UNetLossInput & input);
} // namespace itk

#endif
