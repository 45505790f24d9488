// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkIntensityChanges_h
#define itkIntensityChanges_h

#include "ITKTorchAugmentationExport.h"
#include "itkPixelRandom.h"
#include "itkRandomAugmentationRecord.h"
#include "itkTorchDevice.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** The intensity changes of a record; see RandomAugmentation. The image itself where the record has none.
 * \param image (1, C, …, y, x) */
ITKTorchAugmentation_EXPORT at::Tensor
ChangeIntensities(const at::Tensor & image, const RandomAugmentationRecord & record, const TorchDevice & device);

/** Uniform numbers in (0, 1), two for each component of each pixel: (2, C, …, y, x) for the shape (1, C, …, y, x). */
at::Tensor
MakePixelUniforms(c10::IntArrayRef shape, PixelRandomKey key, const TorchDevice & device);

/** Values rounded half up and brought into the range of an integer type, or just converted. */
at::Tensor
RoundToType(const at::Tensor & values, at::ScalarType type);
} // namespace itk

#endif
