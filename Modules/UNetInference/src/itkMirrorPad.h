// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMirrorPad_h
#define itkMirrorPad_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkUNetReceptiveField.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** The window [start, start + size) of an image that is mirrored at its first and last pixel without repeating them,
 * again and again where the window reaches further: … 2 1 0 1 2 3 2 1 0 1 …
 * \param image (N, C, …, y, x)
 * \param start,size along the spatial axes in the tensor's order …, y, x */
ITKTorchUNetInference_EXPORT at::Tensor
MirroredWindow(const at::Tensor & image, at::IntArrayRef start, at::IntArrayRef size);

/** The same of which only a part is there: `image` begins at `origin` of a whole of `extent` pixels, and holds every
 * pixel that the window shows. */
ITKTorchUNetInference_EXPORT at::Tensor
MirroredWindow(const at::Tensor & image,
               at::IntArrayRef    origin,
               at::IntArrayRef    extent,
               at::IntArrayRef    start,
               at::IntArrayRef    size);

/** Pixels [Begin, End) of a line of `extent` that a window shows. */
UNetInterval
GetMirroredInterval(UNetInterval window, std::int64_t extent);
} // namespace itk

#endif
