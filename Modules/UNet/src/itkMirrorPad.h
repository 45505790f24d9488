// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMirrorPad_h
#define itkMirrorPad_h

#include <ATen/core/Tensor.h>

namespace itk
{
/** The window [start, start + size) of an image that is mirrored at its first and last pixel without repeating them,
 * again and again where the window reaches further: … 2 1 0 1 2 3 2 1 0 1 …
 * \param image (N, C, …, y, x)
 * \param start,size along the spatial axes in the tensor's order …, y, x */
at::Tensor
MirroredWindow(const at::Tensor & image, at::IntArrayRef start, at::IntArrayRef size);
} // namespace itk

#endif
