// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNormalizedReLU_h
#define itkNormalizedReLU_h

#include "ITKTorchUNetModelExport.h"
#include <ATen/core/Tensor.h>

/** Batch normalization by the batch's own statistics with ReLU after it, on the host, of images with their channels
 * last, in float or bfloat16; the arithmetic is in float and sums of many pixels are in double. With the mean μ and the
 * variance σ² of a channel over all pixels of the batch,
 *
 *   y = max(0, γ (z - μ) r + β),  r = 1 / √(σ² + ε)
 *
 * Results do not depend on the number of threads. */
namespace itk
{
/** Of each channel, float. */
struct NormalizationStatistics
{
  at::Tensor Mean;
  at::Tensor Variance; // Σ (z - μ)² / number of pixels
};

ITKTorchUNetModel_EXPORT NormalizationStatistics
ComputeNormalizationStatistics(const at::Tensor & image);

/** \param weight γ
 * \param bias β
 * \return y, of the image's precision */
ITKTorchUNetModel_EXPORT at::Tensor
ComputeNormalizedReLU(const at::Tensor &              image,
                      const NormalizationStatistics & statistics,
                      const at::Tensor &              weight,
                      const at::Tensor &              bias,
                      double                          epsilon);

struct NormalizedReLUGradients
{
  at::Tensor Image; // of the image's precision
  at::Tensor Weight;
  at::Tensor Bias;
};

/** Gradients by z, γ and β, with those of the statistics in the first. Whether ReLU let a value pass is computed again.
 * \param gradient by y, of the image's precision */
ITKTorchUNetModel_EXPORT NormalizedReLUGradients
ComputeNormalizedReLUGradients(const at::Tensor &              gradient,
                               const at::Tensor &              image,
                               const NormalizationStatistics & statistics,
                               const at::Tensor &              weight,
                               const at::Tensor &              bias,
                               double                          epsilon);
} // namespace itk

#endif
