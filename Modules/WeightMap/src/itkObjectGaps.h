// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkObjectGaps_h
#define itkObjectGaps_h

#include <ATen/core/Tensor.h>

namespace itk
{
/** The pixels to be cut: of either object on each side of a contact, also at corners, half of the gap's layers; of an
 * odd gap the object of the greater number gives one more.
 * \param objects 32-bit labels, shape (…, y, x)
 * \return Boolean, of the same shape */
at::Tensor
FindGaps(const at::Tensor & objects, unsigned int gapWidth);
} // namespace itk

#endif
