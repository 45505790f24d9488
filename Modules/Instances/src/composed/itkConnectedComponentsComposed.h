// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkConnectedComponentsComposed_h
#define itkConnectedComponentsComposed_h

#include <ATen/core/Tensor.h>
#include <functional>

namespace itk
{
/** For each pixel the first pixel, in raster order, of its component; the number of pixels for background. By
 * LibTorch's operators on any device: each component's pixels point to a common earlier one, which is made to point to
 * the least that a neighbor's points to, until nothing changes.
 * \param values 64-bit integers, shape (…, y, x); 0 is background, and only pixels of equal values are connected
 * \return 64-bit integers of the same shape */
at::Tensor
ComposeComponentRoots(const at::Tensor & values, bool isFullyConnected, const std::function<void(double)> & progress);
} // namespace itk

#endif
