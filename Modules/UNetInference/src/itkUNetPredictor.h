// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetPredictor_h
#define itkUNetPredictor_h

#include "itkTorchProgress.h"
#include "itkUNetInferenceParameters.h"
#include "itkUNetNetwork.h"
#include "itkUNetUpsampling.h"
#include "cpu/itkWinogradConvolution.h"
#include <memory>

namespace itk
{
/** \param precision other than Automatic */
at::ScalarType
ScalarTypeOf(UNetPrecision precision);

/** \class UNetPredictor
 * \brief A trained network made ready to be computed, in float, bfloat16 or half.
 *
 * What UNetNetwork::Predict() computes, from weights that do not change any more: batch normalization becomes a part of the
 * convolution before it, w' = w γ / √(σ² + ε) and b' = β + (b - μ) γ / √(σ² + ε); ReLU a part of the convolution where
 * LibTorch can, or happens in place; upsampled pixels are put where they belong beside the skip connection. */
class UNetPredictor
{
public:
  /** \param weights on the device, every tensor of the specification
   * \param precision kFloat, kBFloat16 or kHalf
   * \param withWinograd whether convolutions that gain by it are computed by Winograd's filtering */
  UNetPredictor(const UNetSpecification & specification,
                const UNetWeights &       weights,
                at::ScalarType            precision,
                bool                      withWinograd);

  /** \param image (N, Channels, …) float, sizes multiples of the stride
   * \param start where the image begins along y and x in a larger one, multiples of the stride: windows then
   * round alike but near their edges
   * \param progress called after each layer at least, with the fraction of the multiply-adds that is done
   * \return logits, (N, Classes, …) float */
  at::Tensor
  Predict(
    const at::Tensor &                  image,
    const std::array<std::int64_t, 2> & start = { 0, 0 },
    const TorchProgress &               progress = [](double) {}) const;

  at::ScalarType
  GetPrecision() const
  {
    return m_Precision;
  }

private:
  /** A 3×3 convolution with what follows it. */
  struct Convolution
  {
    at::Tensor                                 Weight;
    at::Tensor                                 Bias;     // may be undefined
    std::shared_ptr<const WinogradConvolution> Winograd; // instead of the weight and the bias
    at::Tensor                                 Scale;    // γ and β of a normalization by the image's own statistics
    at::Tensor                                 Shift;
    std::int64_t                               Filters{ 0 };
  };

  /** Where an image begins. */
  using StartType = std::array<std::int64_t, 2>;

  Convolution
  MakeConvolution(const UNetWeights & weights, const std::string & name, bool withWinograd) const;

  at::Tensor
  Compute(at::Tensor                       image,
          const std::vector<Convolution> & level,
          const StartType &                start,
          TorchProgressSteps &             layers) const;
  at::Tensor
  Convolve(const at::Tensor &    image,
           const Convolution &   convolution,
           bool                  withReLU,
           const StartType &     start,
           const TorchProgress & progress) const;
  /** Skip connection and upsampled image side by side; releases the former. */
  at::Tensor
  Concatenate(at::Tensor & skip, const at::Tensor & lower, const UNetUpsampling & upsampling) const;

  UNetSpecification                     m_Specification;
  at::ScalarType                        m_Precision;
  std::vector<std::vector<Convolution>> m_Encoder;
  std::vector<std::vector<Convolution>> m_Decoder;
  std::vector<UNetUpsampling>           m_Upsampling;
  at::Tensor                            m_ClassifierWeight;
  at::Tensor                            m_ClassifierBias;
};
} // namespace itk

#endif
