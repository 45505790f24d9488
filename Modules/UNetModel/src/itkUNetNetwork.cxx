// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetNetwork.h"
#include "itkUNetConvolution.h"
#include "itkUNetTrainingFunctions.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/conv_transpose3d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/instance_norm.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>
#include <ATen/ops/relu.h>
#include <thread>

namespace itk
{
namespace
{
constexpr double runningMomentum = 0.1;

double
NumberOfPixels(const at::Tensor & image)
{
  return static_cast<double>(image.numel() / image.size(1));
}

/** Apart from the streams that training draws from. */
constexpr std::uint32_t weightStream = 100;
} // namespace

UNetWeights
InitializeUNetWeights(const UNetSpecification &         specification,
                      std::uint64_t                     seed,
                      const std::vector<unsigned int> & headLevels)
{
  UNetWeights   weights;
  std::uint32_t number = 0;
  for (const auto & description : UNetLayerList(specification, headLevels).GetTensors())
  {
    const bool isWeight = description.InitialValue == UNetTensorDescription::Kind::ConvolutionWeight;
    at::Tensor tensor =
      at::full(description.Shape, description.InitialValue == UNetTensorDescription::Kind::One ? 1.0 : 0.0, at::kFloat);
    if (isWeight)
    {
      TorchRandom  random(seed, 0, number, weightStream);
      const double deviation = std::sqrt(2.0 / static_cast<double>(description.FanIn));
      float *      value = tensor.mutable_data_ptr<float>();
      for (std::int64_t i = 0; i < tensor.numel(); ++i)
      {
        value[i] = static_cast<float>(deviation * random.Normal());
      }
    }
    weights.emplace(description.Name, tensor);
    ++number;
  }
  return weights;
}

UNetNetwork::UNetNetwork(const UNetSpecification &         specification,
                         UNetWeights                       weights,
                         const std::vector<unsigned int> & headLevels)
  : m_Specification(specification)
  , m_Layers(specification, headLevels)
  , m_Weights(std::move(weights))
{
  for (auto & [name, tensor] : m_Weights)
  {
    tensor = tensor.contiguous(ChannelsLast(tensor.dim()));
  }
}

at::Tensor
UNetNetwork::Predict(const at::Tensor & image) const
{
  return Forward(image, { nullptr, at::kFloat, false }, [](double) {}).back();
}

at::Tensor
UNetNetwork::Train(const at::Tensor &    image,
                   TorchRandom           random,
                   const TorchProgress & progress,
                   at::ScalarType        precision)
{
  return this->TrainOutputs(image, random, progress, precision).back();
}

std::vector<at::Tensor>
UNetNetwork::TrainOutputs(const at::Tensor &    image,
                          TorchRandom           random,
                          const TorchProgress & progress,
                          at::ScalarType        precision)
{
  return Forward(image, { &random, precision, this->CanHaveOwnGradients(image) }, progress);
}

class UNetNetwork::LayerProgress
{
public:
  LayerProgress(const TorchProgress & progress, double multiplyAdds)
    : m_Progress(progress)
    , m_MultiplyAdds(multiplyAdds)
    , m_Thread(std::this_thread::get_id())
  {}

  void
  Add(const at::Tensor & output, double multiplyAdds)
  {
    m_Done += multiplyAdds;
    m_Progress(shareOfForward * m_Done / m_MultiplyAdds);
    if (output.requires_grad())
    {
      // Gradients of the layers after this one are done.
      const double done = 1.0 - (1.0 - shareOfForward) * m_Done / m_MultiplyAdds;
      output.register_hook(
        [progress = m_Progress, thread = m_Thread, done](const at::Tensor &)
        {
          if (std::this_thread::get_id() == thread)
          {
            progress(done);
          }
        });
    }
  }

private:
  static constexpr double shareOfForward = 1.0 / 3.0; // gradients of inputs and of weights take as much each

  TorchProgress   m_Progress;
  double          m_MultiplyAdds;
  std::thread::id m_Thread;
  double          m_Done{ 0.0 };
};

std::vector<at::Tensor>
UNetNetwork::Forward(const at::Tensor & image, const Manner & manner, const TorchProgress & progress) const
{
  LayerProgress           done(progress, NumberOfPixels(image) * m_Layers.GetMultiplyAddsPerPixel());
  std::vector<Parts>      outputs(m_Layers.GetNumberOfLayers());
  std::vector<at::Tensor> logits;
  outputs.front() = { image.contiguous(ChannelsLast(image.dim())) };
  for (std::size_t i = 1; i < outputs.size(); ++i)
  {
    const UNetLayer &  layer = m_Layers[i];
    std::vector<Parts> sources;
    for (const std::size_t source : layer.Sources)
    {
      sources.push_back(outputs[source]);
      if (m_Layers.IsLastUse(source, i))
      {
        outputs[source].clear();
      }
    }
    outputs[i] = this->Compute(layer, sources, manner);
    const double multiplyAdds = m_Layers.GetMultiplyAddsPerOutputPixel(layer);
    if (layer.What == UNetLayer::Kind::Head)
    {
      logits.push_back(outputs[i].front());
    }
    else if (multiplyAdds > 0.0)
    {
      done.Add(outputs[i].front(), NumberOfPixels(outputs[i].front()) * multiplyAdds);
    }
  }
  return logits;
}

UNetNetwork::Parts
UNetNetwork::Compute(const UNetLayer & layer, const std::vector<Parts> & sources, const Manner & manner) const
{
  const bool         is3D = m_Specification.Dimension == 3;
  const at::Tensor & image = sources.front().front();
  switch (layer.What)
  {
    case UNetLayer::Kind::Convolution:
      return { this->ComputeConvolution(layer, sources.front(), manner) };
    case UNetLayer::Kind::Pooling:
      return { manner.HasOwnGradients ? PoolUNet(image) : is3D ? at::max_pool3d(image, 2) : at::max_pool2d(image, 2) };
    case UNetLayer::Kind::Dropout:
      return { manner.Random == nullptr ? image : this->Dropout(image, *manner.Random) };
    case UNetLayer::Kind::Upsampling:
      return { this->ComputeUpsampling(layer, image, manner) };
    case UNetLayer::Kind::Concatenation:
      return this->Concatenate(image, sources[1].front(), manner);
    case UNetLayer::Kind::Head:
    {
      const at::Tensor & weight = this->Weight(layer.TensorName + ".weight");
      const at::Tensor & bias = this->Weight(layer.TensorName + ".bias");
      if (manner.HasOwnGradients)
      {
        return { ClassifyUNet(image, weight, bias) };
      }
      const at::Tensor input = image.to(weight.scalar_type());
      return { is3D ? at::conv3d(input, weight, bias) : at::conv2d(input, weight, bias) };
    }
    default:
      return sources.front();
  }
}

at::Tensor
UNetNetwork::ComputeConvolution(const UNetLayer & layer, const Parts & source, const Manner & manner) const
{
  const at::Tensor & weight = this->Weight(layer.TensorName + ".convolution.weight");
  const std::string  normalization = layer.TensorName + ".normalization";
  if (manner.HasOwnGradients)
  {
    return ConvolveNormalizeReLU(source,
                                 { weight,
                                   this->Weight(normalization + ".weight"),
                                   this->Weight(normalization + ".bias"),
                                   this->Weight(normalization + ".running_mean"),
                                   this->Weight(normalization + ".running_var") },
                                 runningMomentum,
                                 m_Specification.NormalizationEpsilon,
                                 manner.Precision);
  }
  const at::Tensor bias = this->OptionalWeight(layer.TensorName + ".convolution.bias");
  const at::Tensor convolved = Convolve(source.front().to(manner.Precision),
                                        weight.to(manner.Precision),
                                        bias.defined() ? bias.to(manner.Precision) : bias,
                                        m_Specification.Padding,
                                        false);
  return at::relu(this->Normalize(convolved, normalization, manner.Random != nullptr));
}

at::Tensor
UNetNetwork::ComputeUpsampling(const UNetLayer & layer, const at::Tensor & image, const Manner & manner) const
{
  const at::Tensor & weight = this->Weight(layer.TensorName + ".weight");
  const at::Tensor & bias = this->Weight(layer.TensorName + ".bias");
  if (manner.HasOwnGradients)
  {
    return UpsampleUNet(image, weight, bias);
  }
  const at::Tensor w = weight.to(manner.Precision);
  const at::Tensor b = bias.to(manner.Precision);
  return image.dim() == 5 ? at::conv_transpose3d(image, w, b, 2) : at::conv_transpose2d(image, w, b, 2);
}

UNetNetwork::Parts
UNetNetwork::Concatenate(const at::Tensor & skip, const at::Tensor & upsampled, const Manner & manner) const
{
  const bool  isSkipFirst = m_Specification.Concatenation == UNetConcatenation::SkipFirst;
  const Parts parts = isSkipFirst ? Parts{ skip, upsampled } : Parts{ upsampled, skip };
  return manner.HasOwnGradients && CanConvolveParts(skip.size(1), skip.size(1)) ? parts : Parts{ at::cat(parts, 1) };
}

bool
UNetNetwork::CanHaveOwnGradients(const at::Tensor & image) const
{
  return image.is_cpu() && image.scalar_type() == at::kFloat &&
         m_Specification.Normalization == UNetNormalization::Batch && m_Specification.Padding == UNetPadding::Zero &&
         !m_Specification.ConvolutionBias;
}

at::Tensor
UNetNetwork::Normalize(const at::Tensor & image, const std::string & name, bool isTraining) const
{
  const double epsilon = m_Specification.NormalizationEpsilon;
  const auto & weight = OptionalWeight(name + ".weight");
  const auto & bias = OptionalWeight(name + ".bias");
  switch (m_Specification.Normalization)
  {
    case UNetNormalization::Batch:
      return at::batch_norm(image,
                            weight,
                            bias,
                            Weight(name + ".running_mean"),
                            Weight(name + ".running_var"),
                            isTraining,
                            runningMomentum,
                            epsilon,
                            true);
    case UNetNormalization::Instance:
      return at::instance_norm(image, weight, bias, {}, {}, true, runningMomentum, epsilon, true);
    case UNetNormalization::Group:
      return at::group_norm(image, UNetSpecification::NumberOfGroups, weight, bias, epsilon);
    default:
      return image;
  }
}

at::Tensor
UNetNetwork::Dropout(const at::Tensor & image, TorchRandom & random) const
{
  at::Tensor   mask = at::empty(image.sizes(), at::kFloat);
  const double kept = 1.0 - m_Specification.Dropout;
  float *      value = mask.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < mask.numel(); ++i)
  {
    value[i] = static_cast<float>(random.Uniform() < kept ? 1.0 / kept : 0.0);
  }
  return image * mask.to(image.device(), image.scalar_type());
}

const at::Tensor &
UNetNetwork::Weight(const std::string & name) const
{
  return m_Weights.at(name);
}

at::Tensor
UNetNetwork::OptionalWeight(const std::string & name) const
{
  const auto found = m_Weights.find(name);
  return found == m_Weights.end() ? at::Tensor{} : found->second;
}
} // namespace itk
