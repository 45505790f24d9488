// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceMaps_h
#define itkInstanceMaps_h

#include "itkInstanceSegmentation.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** What the probabilities say of each pixel; all of shape (…, y, x). */
struct InstanceMaps
{
  at::Tensor Mask;     // bytes, 0 or 1
  at::Tensor Seeds;    // likewise
  at::Tensor Interior; // 16 bits: 65534 (1 - I), rounded
};

/** \param probabilities float or double in host memory, shape (1, C, …, y, x)
 * \throws ExceptionObject for what is no probability */
InstanceMaps
MakeInstanceMaps(const TorchTensor & probabilities, const InstanceSegmentationParameters & parameters);
} // namespace itk

#endif
