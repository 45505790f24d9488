// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPixelProducts_h
#define itkPixelProducts_h

#include "ITKTorchUNetModelExport.h"
#include <ATen/core/Tensor.h>

/** The convolutions of a network that multiply each pixel's channels with one matrix: 1×1 (1×1×1), and transposed ones
 * of 2×2 (2×2×2) and stride 2, each of whose outputs sees one pixel; and their gradients. On the host, with products of
 * float, of images with their channels last in float or bfloat16. The same bits for the same number of threads. */
namespace itk
{
/** Whether these functions suit this machine and images of so many channels: multiples of 8. */
ITKTorchUNetModel_EXPORT bool
HasPixelProducts(std::int64_t inputs);

/** \param weight (outputs, inputs, 1, …), float
 * \param bias (outputs)
 * \return (N, outputs, …), float */
ITKTorchUNetModel_EXPORT at::Tensor
ComputeHead(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias);

/** \param weight (inputs, outputs, 2, …), float
 * \param bias (outputs)
 * \return (N, outputs, …) of twice the size and the image's precision */
ITKTorchUNetModel_EXPORT at::Tensor
ComputeUpsampling(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias);

struct PixelProductGradients
{
  at::Tensor Image; // of the image's precision
  at::Tensor Weight;
  at::Tensor Bias;
};

/** \param gradient by the logits, float */
ITKTorchUNetModel_EXPORT PixelProductGradients
ComputeHeadGradients(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & gradient);

/** \param gradient by the result, of the image's precision */
ITKTorchUNetModel_EXPORT PixelProductGradients
ComputeUpsamplingGradients(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & gradient);
} // namespace itk

#endif
