// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetPredictor_h
#define itkUNetPredictor_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkTorchProgress.h"
#include "itkUNetConvolutionChoice.h"
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
 * What UNetNetwork::Predict() computes, from weights that do not change any more: batch normalization becomes a part of
 * the convolution before it, w' = w γ / √(σ² + ε) and b' = β + (b - μ) γ / √(σ² + ε); ReLU a part of the convolution
 * where LibTorch can, or happens in place; upsampled pixels are put where they belong beside the skip connection. */
class ITKTorchUNetInference_EXPORT UNetPredictor
{
public:
  /** \param weights on the device, every tensor of the specification */
  UNetPredictor(const UNetSpecification &     specification,
                const UNetWeights &           weights,
                const UNetConvolutionChoice & choice);

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
  /** What a layer was made ready for. */
  struct Operation
  {
    at::Tensor                                 Weight;
    at::Tensor                                 Bias;     // may be undefined
    std::shared_ptr<const WinogradConvolution> Winograd; // instead of the weight and the bias
    at::Tensor                                 Scale;    // γ and β of a normalization by the image's own statistics
    at::Tensor                                 Shift;
    std::shared_ptr<const UNetUpsampling>      Upsampling;
  };

  /** Where an image begins. */
  using StartType = std::array<std::int64_t, 2>;

  Operation
  MakeConvolution(const UNetWeights & weights, const UNetLayer & layer, const UNetConvolutionChoice & choice) const;
  Operation
  MakeOperation(const UNetWeights & weights, const UNetLayer & layer, const UNetConvolutionChoice & choice) const;

  at::Tensor
  Compute(std::size_t               index,
          std::vector<at::Tensor> & outputs,
          const StartType &         start,
          TorchProgressSteps &      layers) const;
  at::Tensor
  ConvolveAndNormalize(const at::Tensor &    image,
                       const Operation &     operation,
                       const StartType &     start,
                       const TorchProgress & progress) const;
  at::Tensor
  Convolve(const at::Tensor &    image,
           const Operation &     operation,
           bool                  withReLU,
           const StartType &     start,
           const TorchProgress & progress) const;
  /** Skip connection and upsampled image side by side; releases the former. */
  at::Tensor
  Concatenate(at::Tensor & skip, const at::Tensor & lower, const UNetUpsampling & upsampling) const;

  UNetSpecification      m_Specification;
  UNetLayerList          m_Layers;
  at::ScalarType         m_Precision;
  std::vector<Operation> m_Operations; // one for each layer
};
} // namespace itk

#endif
