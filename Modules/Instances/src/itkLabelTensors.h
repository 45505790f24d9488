// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelTensors_h
#define itkLabelTensors_h

#include "itkTorchTensorAccess.h"

namespace itk
{
/** LibTorch's name of an integer type. */
c10::ScalarType
GetScalarType(TorchComponentType type);

/** An image of integers as (…, y, x) without gaps in memory. */
at::Tensor
GetLabelPixels(const TorchTensor & image);

/** Unsigned numbers of 16 to 64 bits, for which LibTorch has few operators, as signed ones of the same bits. */
at::Tensor
AsSigned(const at::Tensor & integers);

/** Numbers that fit into it as integers of another type. */
at::Tensor
ToLabelType(const at::Tensor & integers, TorchComponentType type);
} // namespace itk

#endif
