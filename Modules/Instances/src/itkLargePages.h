// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLargePages_h
#define itkLargePages_h

#include <ATen/core/Tensor.h>

namespace itk
{
/** A tensor in host memory whose content is undefined at first. Large pages, where the system has them, spare their
 * faults, which otherwise cost more than to write the pixels, and make scattered access cheaper. */
at::Tensor
EmptyOnLargePages(at::IntArrayRef sizes, c10::ScalarType type);
} // namespace itk

#endif
