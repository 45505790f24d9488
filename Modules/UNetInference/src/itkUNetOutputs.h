// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetOutputs_h
#define itkUNetOutputs_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkUNetInferenceParameters.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** From logits to what was asked for, in the result's own number type, in one pass on the host.
 * \param logits (1, classes, …) float
 * \param result (1, classes or 1, …), is written
 * \param isOnHost false: by LibTorch's operations, which may round otherwise */
ITKTorchUNetInference_EXPORT void
WriteUNetOutputs(const at::Tensor &  logits,
                 UNetInferenceOutput output,
                 double              threshold,
                 const at::Tensor &  result,
                 bool                isOnHost);
} // namespace itk

#endif
