// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetPredictor.h"
#include "itkUNetConvolution.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/instance_norm.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>

namespace itk
{
namespace
{
at::Tensor
Find(const UNetWeights & weights, const std::string & name)
{
  const auto found = weights.find(name);
  return found == weights.end() ? at::Tensor{} : found->second;
}

at::Tensor
ToPrecision(const at::Tensor & tensor, at::ScalarType precision)
{
  return tensor.defined() ? tensor.to(precision) : tensor;
}

double
NumberOfPixels(const at::Tensor & image)
{
  return static_cast<double>(image.numel() / image.size(1));
}
} // namespace

at::ScalarType
ScalarTypeOf(UNetPrecision precision)
{
  return precision == UNetPrecision::BFloat16  ? at::kBFloat16
         : precision == UNetPrecision::Float16 ? at::kHalf
                                               : at::kFloat;
}

UNetPredictor::UNetPredictor(const UNetSpecification &     specification,
                             const UNetWeights &           weights,
                             const UNetConvolutionChoice & choice)
  : m_Specification(specification)
  , m_Layers(specification)
  , m_Precision(ScalarTypeOf(choice.GetPrecision()))
{
  for (const UNetLayer & layer : m_Layers.GetLayers())
  {
    m_Operations.push_back(this->MakeOperation(weights, layer, choice));
  }
}

UNetPredictor::Operation
UNetPredictor::MakeOperation(const UNetWeights &           weights,
                             const UNetLayer &             layer,
                             const UNetConvolutionChoice & choice) const
{
  Operation operation;
  switch (layer.What)
  {
    case UNetLayer::Kind::Convolution:
      return this->MakeConvolution(weights, layer, choice);
    case UNetLayer::Kind::Upsampling:
      operation.Upsampling = std::make_shared<UNetUpsampling>(
        weights.at(layer.TensorName + ".weight"), weights.at(layer.TensorName + ".bias"), m_Precision);
      break;
    case UNetLayer::Kind::Head:
      operation.Weight = ToPrecision(weights.at(layer.TensorName + ".weight"), m_Precision);
      operation.Weight = operation.Weight.contiguous(ChannelsLast(operation.Weight.dim()));
      operation.Bias = ToPrecision(weights.at(layer.TensorName + ".bias"), m_Precision);
      break;
    default:
      break;
  }
  return operation;
}

UNetPredictor::Operation
UNetPredictor::MakeConvolution(const UNetWeights &           weights,
                               const UNetLayer &             layer,
                               const UNetConvolutionChoice & choice) const
{
  const std::string & name = layer.TensorName;
  // In double, so that folding costs no more than one rounding.
  at::Tensor weight = weights.at(name + ".convolution.weight").to(at::kDouble);
  at::Tensor bias = Find(weights, name + ".convolution.bias");
  bias = bias.defined() ? bias.to(at::kDouble) : bias;
  Operation operation;
  if (m_Specification.Normalization == UNetNormalization::Batch)
  {
    const auto get = [&](const char * what) { return weights.at(name + ".normalization." + what).to(at::kDouble); };
    const auto factor = get("weight") / (get("running_var") + m_Specification.NormalizationEpsilon).sqrt();
    auto       shape = std::vector<std::int64_t>(static_cast<std::size_t>(weight.dim()), 1);
    shape[0] = -1;
    weight = weight * factor.view(shape);
    const at::Tensor offset = bias.defined() ? bias - get("running_mean") : -get("running_mean");
    bias = get("bias") + offset * factor;
  }
  else
  {
    operation.Scale = ToPrecision(Find(weights, name + ".normalization.weight"), m_Precision);
    operation.Shift = ToPrecision(Find(weights, name + ".normalization.bias"), m_Precision);
  }
  if (choice.UsesWinograd(layer))
  {
    operation.Winograd = std::make_shared<WinogradConvolution>(weight, bias, m_Precision);
    return operation;
  }
  operation.Weight = PackConvolutionWeight(ToPrecision(weight, m_Precision), m_Specification.Padding);
  operation.Bias = ToPrecision(bias, m_Precision);
  return operation;
}

at::Tensor
UNetPredictor::Predict(const at::Tensor & image, const StartType & start, const TorchProgress & progress) const
{
  TorchProgressSteps      layers(progress, NumberOfPixels(image) * m_Layers.GetMultiplyAddsPerPixel());
  std::vector<at::Tensor> outputs(m_Layers.GetNumberOfLayers());
  outputs.front() = image.to(m_Precision).contiguous(ChannelsLast(image.dim()));
  for (std::size_t i = 1; i < outputs.size(); ++i)
  {
    outputs[i] = this->Compute(i, outputs, start, layers);
    for (const std::size_t source : m_Layers[i].Sources)
    {
      if (m_Layers.IsLastUse(source, i))
      {
        outputs[source].reset();
      }
    }
  }
  return outputs.back().to(at::kFloat);
}

at::Tensor
UNetPredictor::Compute(std::size_t               index,
                       std::vector<at::Tensor> & outputs,
                       const StartType &         start,
                       TorchProgressSteps &      layers) const
{
  const bool         is3D = m_Specification.Dimension == 3;
  const UNetLayer &  layer = m_Layers[index];
  const Operation &  operation = m_Operations[index];
  const at::Tensor & image = outputs[layer.Sources.front()];
  switch (layer.What)
  {
    case UNetLayer::Kind::Convolution:
    {
      const TorchProgress progress = layers.Next(NumberOfPixels(image) * m_Layers.GetMultiplyAddsPerOutputPixel(layer));
      const at::Tensor    result =
        this->ConvolveAndNormalize(image, operation, { start[0] >> layer.Level, start[1] >> layer.Level }, progress);
      progress(1.0);
      return result;
    }
    case UNetLayer::Kind::Pooling:
      return is3D ? at::max_pool3d(image, 2) : at::max_pool2d(image, 2);
    case UNetLayer::Kind::Concatenation:
    {
      // The upsampling before it has handed on what it is computed of.
      const std::size_t   up = layer.Sources[1];
      at::Tensor &        skip = outputs[layer.Sources[0]];
      const TorchProgress progress =
        layers.Next(NumberOfPixels(skip) * m_Layers.GetMultiplyAddsPerOutputPixel(m_Layers[up]));
      const at::Tensor result = this->Concatenate(skip, outputs[up], *m_Operations[up].Upsampling);
      progress(1.0);
      return result;
    }
    case UNetLayer::Kind::Head:
      return is3D ? at::conv3d(image, operation.Weight, operation.Bias)
                  : at::conv2d(image, operation.Weight, operation.Bias);
    default:
      return image;
  }
}

at::Tensor
UNetPredictor::ConvolveAndNormalize(const at::Tensor &    image,
                                    const Operation &     operation,
                                    const StartType &     start,
                                    const TorchProgress & progress) const
{
  const double epsilon = m_Specification.NormalizationEpsilon;
  at::Tensor   result;
  switch (m_Specification.Normalization)
  {
    case UNetNormalization::Instance:
      result = this->Convolve(image, operation, false, start, progress);
      result = at::instance_norm(result, operation.Scale, operation.Shift, {}, {}, true, 0.0, epsilon, true);
      return result.relu_();
    case UNetNormalization::Group:
      result = this->Convolve(image, operation, false, start, progress);
      result = at::group_norm(result, UNetSpecification::NumberOfGroups, operation.Scale, operation.Shift, epsilon);
      return result.relu_();
    default:
      return this->Convolve(image, operation, true, start, progress);
  }
}

at::Tensor
UNetPredictor::Convolve(const at::Tensor &    image,
                        const Operation &     operation,
                        bool                  withReLU,
                        const StartType &     start,
                        const TorchProgress & progress) const
{
  return operation.Winograd
           ? operation.Winograd->Compute(image, m_Specification.Padding, withReLU, start, progress)
           : ConvolveInParts(image, operation.Weight, operation.Bias, m_Specification.Padding, withReLU, progress);
}

at::Tensor
UNetPredictor::Concatenate(at::Tensor & skip, const at::Tensor & lower, const UNetUpsampling & upsampling) const
{
  // As (N, …, y, x, channels), which is their order in memory.
  const auto         channelsLast = [](const at::Tensor & tensor) { return tensor.movedim(1, -1); };
  const std::int64_t filters = skip.size(1);
  const bool         isSkipFirst = m_Specification.Concatenation == UNetConcatenation::SkipFirst;
  auto               shape = channelsLast(skip).sizes().vec();
  shape.back() = 2 * filters;
  const at::Tensor both = at::empty(shape, skip.options().memory_format(at::MemoryFormat::Contiguous));
  both.narrow(-1, isSkipFirst ? 0 : filters, filters).copy_(channelsLast(skip));
  skip.reset();

  upsampling.Compute(lower, both.narrow(-1, isSkipFirst ? filters : 0, filters).movedim(-1, 1));
  return both.movedim(-1, 1);
}
} // namespace itk
