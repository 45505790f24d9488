// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetUpsampling_h
#define itkUNetUpsampling_h

#include "ITKTorchUNetInferenceExport.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** \class UNetUpsampling
 * \brief A 2×2 or 2×2×2 transposed convolution of stride 2, made ready to be computed again and again.
 *
 * Every output pixel is a product of one input pixel with the kernel's matrix for its place. On the host the products
 * of some pixels are made at once and put where they belong; elsewhere they are one product of matrices, whose rows are
 * then copied. */
class ITKTorchUNetInference_EXPORT UNetUpsampling
{
public:
  /** \param weight (inputs, outputs, 2, 2) or (inputs, outputs, 2, 2, 2)
   * \param bias (outputs)
   * \param precision of images, kFloat, kBFloat16 or kHalf */
  UNetUpsampling(const at::Tensor & weight, const at::Tensor & bias, at::ScalarType precision);

  /** \param image (N, inputs, …), channels last
   * \param output (N, outputs, …) of twice the size, the channels of a pixel side by side; a part of the channels of a
   * wider image suits */
  void
  Compute(const at::Tensor & image, const at::Tensor & output) const;

private:
  template <typename TNumber>
  void
  ComputeOnHost(const at::Tensor & image, const at::Tensor & output) const;
  void
  ComputeByOperations(const at::Tensor & image, const at::Tensor & output) const;

  std::int64_t m_Positions;
  bool         m_IsPacked;
  at::Tensor   m_Matrices; // (positions, groups, inputs, outputs of a group), or (inputs, positions · outputs)
  at::Tensor   m_Bias;     // float once, or once for each position
};
} // namespace itk

#endif
