// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWinogradWeightGradient_h
#define itkWinogradWeightGradient_h

#include "ITKTorchUNetModelExport.h"
#include <ATen/core/Tensor.h>
#include <vector>

namespace itk
{
/** The gradient of a loss by the weight of a 3×3 or 3×3×3 convolution of zero-padded images, on the host, by the
 * transposed form of Winograd's filtering (itkWinogradTransforms.h), with 4 times fewer multiplications than by the
 * definition. The same bits for the same number of threads.
 * \param images (N, …, …) of one size, channels last, float or bfloat16, whose channels are the convolution's inputs
 * one after the other, each a multiple of 8
 * \param gradient by the outputs, (N, outputs, …), alike
 * \return (outputs, inputs, 3, 3) or (outputs, inputs, 3, 3, 3), float, channels last */
ITKTorchUNetModel_EXPORT at::Tensor
ComputeWinogradWeightGradient(const std::vector<at::Tensor> & images, const at::Tensor & gradient);
} // namespace itk

#endif
