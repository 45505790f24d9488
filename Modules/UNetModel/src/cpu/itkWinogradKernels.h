// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWinogradKernels_h
#define itkWinogradKernels_h

#include <ATen/core/Tensor.h>

namespace itk
{
/** Which convolution a weight is transformed for. */
enum class WinogradDirection : std::uint8_t
{
  /** Of an image. */
  Forward,
  /** Of the gradient by the outputs, which gives that by the image: its kernels are those of the former reversed along
   * each axis, with inputs and outputs exchanged. */
  Backward
};

/** G g Gᵀ of every kernel, as SmallProducts::Multiply() takes them.
 * \param weight (outputs, inputs, 3, 3) or (outputs, inputs, 3, 3, 3) on the host, multiples of 8, float or double, in
 * which it is computed
 * \param precision kFloat or kBFloat16
 * \return (planes, products, groups of outputs, inputs, outputs of a group), outputs and inputs of the direction */
at::Tensor
TransformWinogradKernels(const at::Tensor & weight, at::ScalarType precision, WinogradDirection direction);

/** Gᵀ u G of every sum of products.
 * \param sums (planes, products, outputs, inputs), float
 * \return (outputs, inputs, 3, 3), or with 3 planes (outputs, inputs, 3, 3, 3), channels last */
at::Tensor
GatherWinogradKernels(const at::Tensor & sums);
} // namespace itk

#endif
