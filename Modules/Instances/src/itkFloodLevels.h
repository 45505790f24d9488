// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkFloodLevels_h
#define itkFloodLevels_h

#include "itkTorchTensorAccess.h"

namespace itk
{
/** The highest level that a value is rounded to. */
constexpr int highestFloodLevel = 65534;

/** The levels of a landscape of any type in host memory, 16 bits, shape (…, y, x); see MarkerWatershed for the rule.
 * \throws ExceptionObject if it holds what is not a number */
at::Tensor
ToFloodLevels(const TorchTensor & landscape, double lower, double upper);
} // namespace itk

#endif
