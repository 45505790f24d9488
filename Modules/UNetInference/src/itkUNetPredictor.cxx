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
} // namespace

at::ScalarType
ScalarTypeOf(UNetPrecision precision)
{
  return precision == UNetPrecision::BFloat16  ? at::kBFloat16
         : precision == UNetPrecision::Float16 ? at::kHalf
                                               : at::kFloat;
}

UNetPredictor::UNetPredictor(const UNetSpecification & specification,
                             const UNetWeights &       weights,
                             at::ScalarType            precision,
                             bool                      withWinograd)
  : m_Specification(specification)
  , m_Precision(precision)
{
  const auto makeLevel = [&](const std::string & name)
  {
    std::vector<Convolution> level;
    for (unsigned int index = 0; index < specification.ConvolutionsPerLevel; ++index)
    {
      level.push_back(this->MakeConvolution(weights, name + "." + std::to_string(index), withWinograd));
    }
    return level;
  };
  for (unsigned int level = 0; level <= specification.Levels; ++level)
  {
    m_Encoder.push_back(makeLevel("encoder." + std::to_string(level)));
  }
  for (unsigned int level = 0; level < specification.Levels; ++level)
  {
    const std::string name = "decoder." + std::to_string(level);
    m_Decoder.push_back(makeLevel(name));
    m_Upsampling.emplace_back(
      weights.at(name + ".upsampling.weight"), weights.at(name + ".upsampling.bias"), precision);
  }
  m_ClassifierWeight = ToPrecision(weights.at("classifier.weight"), precision);
  m_ClassifierWeight = m_ClassifierWeight.contiguous(ChannelsLast(m_ClassifierWeight.dim()));
  m_ClassifierBias = ToPrecision(weights.at("classifier.bias"), precision);
}

UNetPredictor::Convolution
UNetPredictor::MakeConvolution(const UNetWeights & weights, const std::string & name, bool withWinograd) const
{
  // In double, so that folding costs no more than one rounding.
  at::Tensor weight = weights.at(name + ".convolution.weight").to(at::kDouble);
  at::Tensor bias = Find(weights, name + ".convolution.bias");
  bias = bias.defined() ? bias.to(at::kDouble) : bias;
  Convolution convolution;
  convolution.Filters = weight.size(0);
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
    convolution.Scale = ToPrecision(Find(weights, name + ".normalization.weight"), m_Precision);
    convolution.Shift = ToPrecision(Find(weights, name + ".normalization.bias"), m_Precision);
  }
  if (withWinograd && weight.is_cpu() && WinogradConvolution::IsFaster(weight.size(0), weight.size(1), m_Precision))
  {
    convolution.Winograd = std::make_shared<WinogradConvolution>(weight, bias, m_Precision);
    return convolution;
  }
  convolution.Weight = PackConvolutionWeight(ToPrecision(weight, m_Precision), m_Specification.Padding);
  convolution.Bias = ToPrecision(bias, m_Precision);
  return convolution;
}

at::Tensor
UNetPredictor::Predict(const at::Tensor & image, const StartType & start, const TorchProgress & progress) const
{
  const auto pixelsOf = [](const at::Tensor & tensor) { return static_cast<double>(tensor.numel() / tensor.size(1)); };
  TorchProgressSteps      layers(progress, pixelsOf(image) * m_Specification.GetMultiplyAddsPerPixel());
  const bool              is3D = m_Specification.Dimension == 3;
  std::vector<at::Tensor> skips;
  const auto startOf = [&start](unsigned int level) { return StartType{ start[0] >> level, start[1] >> level }; };
  at::Tensor values = image.to(m_Precision).contiguous(ChannelsLast(image.dim()));
  for (unsigned int level = 0; level <= m_Specification.Levels; ++level)
  {
    if (level > 0)
    {
      skips.push_back(values);
      values = is3D ? at::max_pool3d(values, 2) : at::max_pool2d(values, 2);
    }
    values = this->Compute(std::move(values), m_Encoder[level], startOf(level), layers);
  }
  for (unsigned int level = m_Specification.Levels; level-- > 0;)
  {
    const TorchProgress upsampled =
      layers.Next(pixelsOf(skips[level]) * static_cast<double>(values.size(1) * skips[level].size(1)));
    values = this->Concatenate(skips[level], values, m_Upsampling[level]);
    upsampled(1.0);
    values = this->Compute(std::move(values), m_Decoder[level], startOf(level), layers);
  }
  values = is3D ? at::conv3d(values, m_ClassifierWeight, m_ClassifierBias)
                : at::conv2d(values, m_ClassifierWeight, m_ClassifierBias);
  return values.to(at::kFloat);
}

at::Tensor
UNetPredictor::Compute(at::Tensor                       image,
                       const std::vector<Convolution> & level,
                       const StartType &                start,
                       TorchProgressSteps &             layers) const
{
  const double pixels = static_cast<double>(image.numel() / image.size(1));
  const double kernel = image.dim() == 5 ? 27.0 : 9.0;
  for (const Convolution & convolution : level)
  {
    const TorchProgress progress =
      layers.Next(kernel * pixels * static_cast<double>(image.size(1) * convolution.Filters));
    switch (m_Specification.Normalization)
    {
      case UNetNormalization::Instance:
        image = this->Convolve(image, convolution, false, start, progress);
        image = at::instance_norm(
          image, convolution.Scale, convolution.Shift, {}, {}, true, 0.0, m_Specification.NormalizationEpsilon, true);
        image.relu_();
        break;
      case UNetNormalization::Group:
        image = this->Convolve(image, convolution, false, start, progress);
        image = at::group_norm(image,
                               UNetSpecification::NumberOfGroups,
                               convolution.Scale,
                               convolution.Shift,
                               m_Specification.NormalizationEpsilon);
        image.relu_();
        break;
      default:
        image = this->Convolve(image, convolution, true, start, progress);
        break;
    }
    progress(1.0);
  }
  return image;
}

at::Tensor
UNetPredictor::Convolve(const at::Tensor &    image,
                        const Convolution &   convolution,
                        bool                  withReLU,
                        const StartType &     start,
                        const TorchProgress & progress) const
{
  return convolution.Winograd
           ? convolution.Winograd->Compute(image, m_Specification.Padding, withReLU, start, progress)
           : ConvolveInParts(image, convolution.Weight, convolution.Bias, m_Specification.Padding, withReLU, progress);
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
