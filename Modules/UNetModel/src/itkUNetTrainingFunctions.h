// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingFunctions_h
#define itkUNetTrainingFunctions_h

#include "ITKTorchUNetModelExport.h"
#include <ATen/core/Tensor.h>
#include <vector>

/** Layers of a network on the host with gradients of their own, which take less time and memory than those that
 * LibTorch composes of its operators: for zero padding and batch normalization by the batch's statistics. Images are
 * channels last. Products are of float; with images of bfloat16 only what lies between layers is rounded. The same bits
 * in every run with the same number of threads. */
namespace itk
{
/** The tensors of a convolution and the normalization after it. */
struct UNetNormalizedConvolution
{
  at::Tensor Weight;
  at::Tensor Scale;           // γ
  at::Tensor Shift;           // β
  at::Tensor RunningMean;     // updated
  at::Tensor RunningVariance; // updated, without bias
};

/** Whether ConvolveNormalizeReLU() takes the two halves of a concatenation as they are, here. */
ITKTorchUNetModel_EXPORT bool
CanConvolveParts(std::int64_t outputs, std::int64_t inputsOfPart);

/** max(0, γ (w∗x - μ) / √(σ² + ε) + β) of a 3×3 or 3×3×3 convolution without a bias.
 * \param parts of the image, one or, where CanConvolveParts(), two, whose channels follow each other
 * \param momentum share of the batch's statistics in the running ones
 * \param precision of the result, kFloat or kBFloat16 */
ITKTorchUNetModel_EXPORT at::Tensor
ConvolveNormalizeReLU(const std::vector<at::Tensor> &   parts,
                      const UNetNormalizedConvolution & tensors,
                      double                            momentum,
                      double                            epsilon,
                      at::ScalarType                    precision);

/** The maximum of 2×2 or 2×2×2 pixels. */
ITKTorchUNetModel_EXPORT at::Tensor
PoolUNet(const at::Tensor & image);

/** The transposed convolution 2×2 or 2×2×2 of stride 2. */
ITKTorchUNetModel_EXPORT at::Tensor
UpsampleUNet(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias);

/** The convolution 1×1 or 1×1×1 to logits, in float. */
ITKTorchUNetModel_EXPORT at::Tensor
ClassifyUNet(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias);
} // namespace itk

#endif
