// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMaximumPooling_h
#define itkMaximumPooling_h

#include "ITKTorchUNetModelExport.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** The maximum of 2×2 or 2×2×2 pixels, on the host. The last pixels of odd sizes are left out.
 * \param image (N, C, …), channels last, float or bfloat16 */
ITKTorchUNetModel_EXPORT at::Tensor
PoolMaximum(const at::Tensor & image);

/** The gradient by the image: that of a maximum goes to the first pixel in the order of memory that has it. Which one
 * that is is found again, so that no index is kept.
 * \param gradient by the maxima, of the image's precision */
ITKTorchUNetModel_EXPORT at::Tensor
ComputeMaximumGradient(const at::Tensor & image, const at::Tensor & gradient);
} // namespace itk

#endif
