// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetConvolution_h
#define itkUNetConvolution_h

#include "ITKTorchUNetModelExport.h"
#include "itkTorchProgress.h"
#include "itkUNetSpecification.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** The layout that convolutions are fastest in, where a tensor has 4 or 5 axes. */
ITKTorchUNetModel_EXPORT at::MemoryFormat
ChannelsLast(std::int64_t numberOfAxes);

/** A weight that does not change any more, made ready for Convolve(): on the CPU, where LibTorch was built with oneDNN,
 * in the layout of that, which no other operation understands. */
ITKTorchUNetModel_EXPORT at::Tensor
PackConvolutionWeight(const at::Tensor & weight, UNetPadding padding);

/** A 3×3 or 3×3×3 convolution that keeps the image's size, and ReLU after it if wanted: in one pass with a packed
 * weight on the CPU.
 * \param image (N, C, …), channels last
 * \param weight as it is, or packed
 * \param bias may be undefined */
ITKTorchUNetModel_EXPORT at::Tensor
Convolve(const at::Tensor & image,
         const at::Tensor & weight,
         const at::Tensor & bias,
         UNetPadding        padding,
         bool               withReLU);

/** The same on the CPU, which tells its progress: rows (of volumes, planes) are computed in parts of so many
 * multiplications and additions. */
ITKTorchUNetModel_EXPORT at::Tensor
ConvolveInParts(const at::Tensor &    image,
                const at::Tensor &    weight,
                const at::Tensor &    bias,
                UNetPadding           padding,
                bool                  withReLU,
                const TorchProgress & progress,
                double                multiplyAddsOfPart = 2e10);
} // namespace itk

#endif
