// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsComposed_h
#define itkTwoNearestObjectsComposed_h

#include "itkTwoNearestObjectsKernel.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** Squared distances (double) and 32-bit labels, all of the shape (…, y, x). */
struct TwoNearestObjectsTensors
{
  at::Tensor First;
  at::Tensor Second;
  at::Tensor FirstLabel;
  at::Tensor SecondLabel;
};

/** By LibTorch's operators on any device. Each axis merges the image with its shifts by 1, 2, … pixels, until no second
 * object can come nearer: the time grows with the largest second distance.
 * \param objects 32-bit labels, shape (…, y, x) */
TwoNearestObjectsTensors
ComposeTwoNearestObjects(const TwoNearestObjectsProblem &             problem,
                         const at::Tensor &                           objects,
                         const std::function<void(double fraction)> & progress);
} // namespace itk

#endif
