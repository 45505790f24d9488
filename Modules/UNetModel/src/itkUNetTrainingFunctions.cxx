// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingFunctions.h"
#include "cpu/itkMaximumPooling.h"
#include "cpu/itkNormalizedReLU.h"
#include "cpu/itkPixelProducts.h"
#include "cpu/itkWinogradConvolution.h"
#include "cpu/itkWinogradWeightGradient.h"
#include "itkUNetConvolution.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/conv_transpose3d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>
#include <algorithm>

namespace itk
{
namespace
{
using torch::autograd::AutogradContext;
using Variables = torch::autograd::variable_list;
using OptionalTensor = std::optional<at::Tensor>;

std::vector<std::int64_t>
ForEachAxis(const at::Tensor & tensor, std::int64_t value)
{
  return std::vector<std::int64_t>(static_cast<std::size_t>(tensor.dim() - 2), value);
}

/** A 3×3 or 3×3×3 convolution and its gradients, by Winograd's filtering where that suits. */
class TrainedConvolution
{
public:
  TrainedConvolution(const Variables & parts, const at::Tensor & weight, at::ScalarType precision)
    : m_Weight(weight)
    , m_Precision(precision)
    , m_IsFiltered(std::all_of(parts.begin(),
                               parts.end(),
                               [&weight](const at::Tensor & part)
                               { return CanConvolveParts(weight.size(0), part.size(1)); }))
  {
    TORCH_CHECK(m_IsFiltered || parts.size() == 1, "images of these channels cannot be convolved in parts");
    const auto layout = ChannelsLast(weight.dim());
    for (const at::Tensor & part : parts)
    {
      m_Parts.push_back(part.to(m_IsFiltered ? precision : at::kFloat).contiguous(layout));
    }
  }

  at::Tensor
  Compute() const
  {
    const auto layout = ChannelsLast(m_Weight.dim());
    if (!m_IsFiltered)
    {
      const auto & image = m_Parts.front();
      const auto   sums =
        image.dim() == 5 ? at::conv3d(image, m_Weight, {}, 1, 1) : at::conv2d(image, m_Weight, {}, 1, 1);
      return sums.to(m_Precision).contiguous(layout);
    }
    at::Tensor result = this->MakeImage(m_Weight.size(0));
    WinogradConvolution(m_Weight, {}, at::kFloat).Compute(m_Parts, { result }, UNetPadding::Zero, false);
    return result;
  }

  /** Gradients by each part and by the weight.
   * \param needsParts if not, the former are undefined */
  Variables
  ComputeGradients(const at::Tensor & gradient, bool needsParts) const
  {
    if (!m_IsFiltered)
    {
      const auto ones = ForEachAxis(m_Weight, 1);
      const auto [image, weight, bias] = at::convolution_backward(gradient.to(at::kFloat),
                                                                  m_Parts.front(),
                                                                  m_Weight,
                                                                  at::OptionalIntArrayRef(),
                                                                  ones,
                                                                  ones,
                                                                  ones,
                                                                  false,
                                                                  ForEachAxis(m_Weight, 0),
                                                                  1,
                                                                  { needsParts, true, false });
      return { image, weight.contiguous(ChannelsLast(m_Weight.dim())) };
    }
    Variables results(m_Parts.size());
    if (needsParts)
    {
      for (std::size_t i = 0; i < results.size(); ++i)
      {
        results[i] = this->MakeImage(m_Parts[i].size(1));
      }
      WinogradConvolution(m_Weight, {}, at::kFloat, WinogradDirection::Backward)
        .Compute({ gradient }, results, UNetPadding::Zero, false);
    }
    results.push_back(ComputeWinogradWeightGradient(m_Parts, gradient));
    return results;
  }

private:
  at::Tensor
  MakeImage(std::int64_t channels) const
  {
    auto shape = m_Parts.front().sizes().vec();
    shape[1] = channels;
    return at::empty(shape, m_Parts.front().options().memory_format(ChannelsLast(m_Weight.dim())));
  }

  Variables      m_Parts;
  at::Tensor     m_Weight;
  at::ScalarType m_Precision;
  bool           m_IsFiltered;
};

void
UpdateRunningStatistics(const UNetNormalizedConvolution & tensors,
                        const NormalizationStatistics &   statistics,
                        double                            pixels,
                        double                            momentum)
{
  tensors.RunningMean.mul_(1.0 - momentum).add_(statistics.Mean, momentum);
  tensors.RunningVariance.mul_(1.0 - momentum)
    .add_(statistics.Variance, momentum * pixels / std::max(1.0, pixels - 1.0));
}

class NormalizedConvolutionFunction : public torch::autograd::Function<NormalizedConvolutionFunction>
{
public:
  static at::Tensor
  forward(AutogradContext *                 context,
          const at::Tensor &                first,
          const OptionalTensor &            second,
          const at::Tensor &                weight,
          const at::Tensor &                scale,
          const at::Tensor &                shift,
          const UNetNormalizedConvolution & tensors,
          double                            momentum,
          double                            epsilon,
          at::ScalarType                    precision)
  {
    const Variables               parts = second ? Variables{ first, *second } : Variables{ first };
    const at::Tensor              sums = TrainedConvolution(parts, weight, precision).Compute();
    const NormalizationStatistics statistics = ComputeNormalizationStatistics(sums);
    UpdateRunningStatistics(tensors, statistics, static_cast<double>(sums.numel() / sums.size(1)), momentum);
    Variables saved{ sums, statistics.Mean, statistics.Variance, weight, scale, shift };
    saved.insert(saved.end(), parts.begin(), parts.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["epsilon"] = epsilon;
    return ComputeNormalizedReLU(sums, statistics, scale, shift, epsilon);
  }

  static Variables
  backward(AutogradContext * context, const Variables & gradients)
  {
    Variables        saved = context->get_saved_variables();
    const at::Tensor sums = saved[0];
    const at::Tensor weight = saved[3];
    const auto       normalized = ComputeNormalizedReLUGradients(
      gradients[0], sums, { saved[1], saved[2] }, saved[4], saved[5], context->saved_data["epsilon"].toDouble());
    const Variables parts{ saved.begin() + 6, saved.end() };
    Variables       ofConvolution = TrainedConvolution(parts, weight, sums.scalar_type())
                                .ComputeGradients(normalized.Image, context->needs_input_grad(0));
    const at::Tensor second = parts.size() == 2 ? ofConvolution[1] : at::Tensor{};
    // In the order of forward(); none for what is no tensor.
    return { ofConvolution.front(), second, ofConvolution.back(), normalized.Weight, normalized.Bias, {}, {}, {}, {} };
  }
};

class PoolingFunction : public torch::autograd::Function<PoolingFunction>
{
public:
  static at::Tensor
  forward(AutogradContext * context, const at::Tensor & image)
  {
    context->save_for_backward({ image });
    return PoolMaximum(image);
  }

  static Variables
  backward(AutogradContext * context, const Variables & gradients)
  {
    return { ComputeMaximumGradient(context->get_saved_variables()[0], gradients[0]) };
  }
};

class UpsamplingFunction : public torch::autograd::Function<UpsamplingFunction>
{
public:
  static at::Tensor
  forward(AutogradContext * context, const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias)
  {
    context->save_for_backward({ image, weight });
    return ComputeUpsampling(image, weight, bias);
  }

  static Variables
  backward(AutogradContext * context, const Variables & gradients)
  {
    const Variables saved = context->get_saved_variables();
    const auto      computed = ComputeUpsamplingGradients(saved[0], saved[1], gradients[0]);
    return { computed.Image, computed.Weight, computed.Bias };
  }
};

class HeadFunction : public torch::autograd::Function<HeadFunction>
{
public:
  static at::Tensor
  forward(AutogradContext * context, const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias)
  {
    context->save_for_backward({ image, weight });
    return ComputeHead(image, weight, bias);
  }

  static Variables
  backward(AutogradContext * context, const Variables & gradients)
  {
    const Variables saved = context->get_saved_variables();
    const auto      computed = ComputeHeadGradients(saved[0], saved[1], gradients[0]);
    return { computed.Image, computed.Weight, computed.Bias };
  }
};
} // namespace

bool
CanConvolveParts(std::int64_t outputs, std::int64_t inputsOfPart)
{
  return WinogradConvolution::IsFaster(outputs, inputsOfPart, at::kFloat);
}

at::Tensor
ConvolveNormalizeReLU(const std::vector<at::Tensor> &   parts,
                      const UNetNormalizedConvolution & tensors,
                      double                            momentum,
                      double                            epsilon,
                      at::ScalarType                    precision)
{
  const OptionalTensor second = parts.size() == 2 ? OptionalTensor(parts[1]) : std::nullopt;
  return NormalizedConvolutionFunction::apply(
    parts.front(), second, tensors.Weight, tensors.Scale, tensors.Shift, tensors, momentum, epsilon, precision);
}

at::Tensor
PoolUNet(const at::Tensor & image)
{
  return PoolingFunction::apply(image);
}

at::Tensor
UpsampleUNet(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias)
{
  if (HasPixelProducts(weight.size(0)) && HasPixelProducts(weight.size(1)))
  {
    return UpsamplingFunction::apply(image, weight, bias);
  }
  const at::Tensor input = image.to(at::kFloat);
  const at::Tensor result =
    input.dim() == 5 ? at::conv_transpose3d(input, weight, bias, 2) : at::conv_transpose2d(input, weight, bias, 2);
  return result.to(image.scalar_type());
}

at::Tensor
ClassifyUNet(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias)
{
  if (HasPixelProducts(weight.size(1)))
  {
    return HeadFunction::apply(image, weight, bias);
  }
  const at::Tensor input = image.to(at::kFloat);
  return input.dim() == 5 ? at::conv3d(input, weight, bias) : at::conv2d(input, weight, bias);
}
} // namespace itk
