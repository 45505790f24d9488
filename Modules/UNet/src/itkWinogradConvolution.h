// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWinogradConvolution_h
#define itkWinogradConvolution_h

#include "itkUNetSpecification.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** \class WinogradConvolution
 * \brief 3×3 and 3×3×3 convolutions on the host by Winograd's minimal filtering, in float or bfloat16.
 *
 * In float 4, in bfloat16 2.25 times fewer multiplications than by the definition, at the price of larger rounding errors; in 3D
 * within planes, whose three kernels are added up. A block of tiles is transformed, multiplied with the transformed kernels as
 * one matrix for each of the tile's products, and transformed back, in memory that the processor's cache holds. */
class WinogradConvolution
{
public:
  /** \param weight (outputs, inputs, 3, 3) or (outputs, inputs, 3, 3, 3), on the host
   * \param bias (outputs), or undefined
   * \param precision kFloat or kBFloat16 */
  WinogradConvolution(const at::Tensor & weight, const at::Tensor & bias, at::ScalarType precision);

  /** Whether it is faster than the definition on this machine: for multiples of 8 channels, in bfloat16 from 64 on. */
  static bool
  IsFaster(std::int64_t outputs, std::int64_t inputs, at::ScalarType precision);

  /** Numbers that it keeps for each number of the weight. */
  static double
  GetGrowthOfWeights(at::ScalarType precision);

  /** Bytes that a computation takes for itself, with the number of threads that LibTorch has now. */
  static std::uint64_t
  EstimateScratch(std::int64_t outputs, std::int64_t inputs, unsigned int dimension, at::ScalarType precision);

  /** \param image (N, inputs, …), channels last, of the precision
   * \return (N, outputs, …) of the same size, channels last */
  at::Tensor
  Compute(const at::Tensor & image, UNetPadding padding, bool withReLU) const;

private:
  at::Tensor m_Kernels; // (planes, products, groups of outputs, inputs, outputs of a group)
  at::Tensor m_Bias;
};
} // namespace itk

#endif
