// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetNetwork_h
#define itkUNetNetwork_h

#include "ITKTorchUNetModelExport.h"
#include "itkTorchProgress.h"
#include "itkTorchRandom.h"
#include "itkUNetLayerList.h"
#include "itkUNetSpecification.h"
#include <ATen/core/Tensor.h>
#include <map>

namespace itk
{
/** Weights by their names in model files. */
using UNetWeights = std::map<std::string, at::Tensor>;

/** He's initialization: weights N(0, √(2/N)), N inputs of an output; the last convolution's bias and shifts 0. */
ITKTorchUNetModel_EXPORT UNetWeights
InitializeUNetWeights(const UNetSpecification & specification, std::uint64_t seed);

/** \class UNetNetwork
 * \brief The network as a function of its weights. */
class ITKTorchUNetModel_EXPORT UNetNetwork
{
public:
  /** \param weights every tensor of the specification; their memory is shared where it already has the layout that
   * convolutions are fastest in */
  UNetNetwork(const UNetSpecification & specification, UNetWeights weights);

  const UNetSpecification &
  GetSpecification() const
  {
    return m_Specification;
  }

  const UNetWeights &
  GetWeights() const
  {
    return m_Weights;
  }

  /** Logits by stored statistics and without drop-out.
   * \param image (N, Channels, …) float, sizes multiples of the stride
   * \return (N, Classes, …) */
  at::Tensor
  Predict(const at::Tensor & image) const;

  /** Logits by the batch's statistics and with drop-out; updates the running statistics.
   * \param progress of the computation and of gradients' after it, layer by layer; not told of what LibTorch computes
   * on another thread, as it does the gradients of a GPU */
  at::Tensor
  Train(
    const at::Tensor &    image,
    TorchRandom           random,
    const TorchProgress & progress = [](double) {});

private:
  /** What is told after a layer, and when its gradient is known. */
  class LayerProgress;

  /** The logits of the full resolution. */
  at::Tensor
  Forward(const at::Tensor & image, TorchRandom * random, const TorchProgress & progress) const;
  at::Tensor
  Compute(const UNetLayer & layer, const std::vector<at::Tensor> & sources, TorchRandom * random) const;
  at::Tensor
  Concatenate(const at::Tensor & skip, const at::Tensor & upsampled) const;
  at::Tensor
  Normalize(const at::Tensor & image, const std::string & name, bool isTraining) const;
  at::Tensor
  Dropout(const at::Tensor & image, TorchRandom & random) const;
  const at::Tensor &
  Weight(const std::string & name) const;
  at::Tensor
  OptionalWeight(const std::string & name) const;

  UNetSpecification m_Specification;
  UNetLayerList     m_Layers;
  UNetWeights       m_Weights;
};
} // namespace itk

#endif
