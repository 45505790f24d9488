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
#include <vector>

namespace itk
{
/** Weights by their names in model files. */
using UNetWeights = std::map<std::string, at::Tensor>;

/** He's initialization: weights N(0, √(2/N)), N inputs of an output; the last convolution's bias and shifts 0.
 * \param headLevels as UNetLayerList's */
ITKTorchUNetModel_EXPORT UNetWeights
InitializeUNetWeights(const UNetSpecification &         specification,
                      std::uint64_t                     seed,
                      const std::vector<unsigned int> & headLevels = { 0 });

/** \class UNetNetwork
 * \brief The network as a function of its weights. */
class ITKTorchUNetModel_EXPORT UNetNetwork
{
public:
  /** \param weights every tensor of the specification and of the heads; their memory is shared where it already has the
   * layout that convolutions are fastest in
   * \param headLevels levels of the decoder that logits are computed of, as UNetLayerList's; with 0 */
  UNetNetwork(const UNetSpecification &         specification,
              UNetWeights                       weights,
              const std::vector<unsigned int> & headLevels = { 0 });

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
   *
   * On the host, networks with batch normalization and zero padding without biases of convolutions use the functions of
   * itkUNetTrainingFunctions.h; others, and those on other devices, are composed of LibTorch's.
   * \param progress of the computation and of gradients' after it, layer by layer; not told of what LibTorch computes
   * on another thread, as it does the gradients of a GPU
   * \param precision of images between layers, kFloat or kBFloat16; weights, their gradients, statistics and logits are
   * float */
  at::Tensor
  Train(
    const at::Tensor &    image,
    TorchRandom           random,
    const TorchProgress & progress = [](double) {},
    at::ScalarType        precision = at::kFloat);

  /** The same of every head, from the coarsest level to the full resolution. */
  std::vector<at::Tensor>
  TrainOutputs(
    const at::Tensor &    image,
    TorchRandom           random,
    const TorchProgress & progress = [](double) {},
    at::ScalarType        precision = at::kFloat);

private:
  /** What is told after a layer, and when its gradient is known. */
  class LayerProgress;

  /** How layers are computed. */
  struct Manner
  {
    TorchRandom *  Random; // null: by stored statistics and without drop-out
    at::ScalarType Precision;
    bool           HasOwnGradients; // by itkUNetTrainingFunctions.h
  };

  /** An image whose channels are those of these, one after the other. */
  using Parts = std::vector<at::Tensor>;

  /** The logits of every head, from the coarsest level to the full resolution. */
  std::vector<at::Tensor>
  Forward(const at::Tensor & image, const Manner & manner, const TorchProgress & progress) const;
  Parts
  Compute(const UNetLayer & layer, const std::vector<Parts> & sources, const Manner & manner) const;
  at::Tensor
  ComputeConvolution(const UNetLayer & layer, const Parts & source, const Manner & manner) const;
  at::Tensor
  ComputeUpsampling(const UNetLayer & layer, const at::Tensor & image, const Manner & manner) const;
  Parts
  Concatenate(const at::Tensor & skip, const at::Tensor & upsampled, const Manner & manner) const;
  bool
  CanHaveOwnGradients(const at::Tensor & image) const;
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
