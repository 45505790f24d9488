// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWinogradConvolution_h
#define itkWinogradConvolution_h

#include "ITKTorchUNetModelExport.h"
#include "itkTorchProgress.h"
#include "itkUNetSpecification.h"
#include "itkWinogradKernels.h"
#include <ATen/core/Tensor.h>
#include <array>
#include <vector>

namespace itk
{
/** \class WinogradConvolution
 * \brief 3×3 and 3×3×3 convolutions on the host by Winograd's minimal filtering, in float or bfloat16.
 *
 * In float 4, in bfloat16 2.25 times fewer multiplications than by the definition, at the price of larger rounding
 * errors; in 3D within planes, whose three kernels are added up. A block of tiles is transformed, multiplied with the
 * transformed kernels as one matrix for each of the tile's products, and transformed back, in memory that the
 * processor's cache holds. Threads compute blocks, or share each block where there are fewer blocks than threads. */
class ITKTorchUNetModel_EXPORT WinogradConvolution
{
public:
  /** \param weight (outputs, inputs, 3, 3) or (outputs, inputs, 3, 3, 3), multiples of 8, on the host, float or double
   * \param bias (outputs), or undefined
   * \param precision of the products, kFloat or kBFloat16
   * \throws c10::Error for other numbers of channels */
  WinogradConvolution(const at::Tensor & weight,
                      const at::Tensor & bias,
                      at::ScalarType     precision,
                      WinogradDirection  direction = WinogradDirection::Forward);

  /** Whether it can be computed on this machine and pays: for multiples of 8 channels, in bfloat16 from 64 on. */
  static bool
  IsFaster(std::int64_t outputs, std::int64_t inputs, at::ScalarType precision);

  /** Numbers that it keeps for each number of the weight. */
  static double
  GetGrowthOfWeights(at::ScalarType precision);

  /** Bytes that Compute() takes beside its result, with the number of threads that LibTorch has now.
   * \param size N, z (1 in 2D), y, x
   * \param planesOfKernel 1 in 2D, 3 in 3D */
  static std::uint64_t
  EstimateScratch(const std::array<std::int64_t, 4> & size,
                  std::int64_t                        planesOfKernel,
                  std::int64_t                        inputs,
                  std::int64_t                        outputs,
                  at::ScalarType                      precision);

  /** \param image (N, inputs, …), of the precision
   * \param start where the image's first pixel lies along y and x in a larger one: there tiles begin at 0, so that
   * windows of an image round alike, but for their outermost tiles
   * \param progress called about every billion multiply-adds
   * \return (N, outputs, …) of the same size, channels last
   * \throws c10::Error for an image of another type or number of channels */
  at::Tensor
  Compute(
    const at::Tensor &                  image,
    UNetPadding                         padding,
    bool                                withReLU,
    const std::array<std::int64_t, 2> & start = { 0, 0 },
    const TorchProgress &               progress = [](double) {}) const;

  /** The same, of images whose channels are the convolution's one after the other, to others of that kind.
   * \param images (N, …, …) of one size, channels last, of the precision, or of bfloat16 with products of float
   * \param results alike, of the images' precision; no image may be among them */
  void
  Compute(
    const std::vector<at::Tensor> &     images,
    const std::vector<at::Tensor> &     results,
    UNetPadding                         padding,
    bool                                withReLU,
    const std::array<std::int64_t, 2> & start = { 0, 0 },
    const TorchProgress &               progress = [](double) {}) const;

private:
  at::Tensor m_Kernels; // (planes, products, groups of outputs, inputs, outputs of a group)
  at::Tensor m_Bias;
};
} // namespace itk

#endif
