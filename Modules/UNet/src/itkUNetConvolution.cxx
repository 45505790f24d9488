// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetConvolution.h"
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/replication_pad2d.h>
#include <ATen/ops/replication_pad3d.h>

namespace itk
{
namespace
{
using OptionalOperator = std::optional<c10::OperatorHandle>;

/** LibTorch's convolution with an operation after it, which its compiler of graphs uses; none where LibTorch was built without
 * oneDNN. */
const OptionalOperator &
GetFusedConvolution()
{
  static const auto handle = c10::Dispatcher::singleton().findSchema({ "mkldnn::_convolution_pointwise", "" });
  return handle;
}

/** Weights in the layout that it wants, so that it need not make it for each image. */
const OptionalOperator &
GetWeightPacking()
{
  static const auto handle = c10::Dispatcher::singleton().findSchema({ "mkldnn::_reorder_convolution_weight", "" });
  return handle;
}

std::vector<std::int64_t>
ForEachAxis(const at::Tensor & tensor, std::int64_t value)
{
  return std::vector<std::int64_t>(static_cast<std::size_t>(tensor.dim() - 2), value);
}

at::Tensor
ConvolveFused(const at::Tensor & image,
              const at::Tensor & weight,
              const at::Tensor & bias,
              std::int64_t       border,
              bool               withReLU)
{
  torch::jit::Stack stack{ image,
                           weight,
                           bias.defined() ? c10::IValue(bias) : c10::IValue(),
                           ForEachAxis(image, border),
                           ForEachAxis(image, 1),
                           ForEachAxis(image, 1),
                           std::int64_t{ 1 },
                           withReLU ? "relu" : "none",
                           c10::List<std::optional<at::Scalar>>(),
                           c10::IValue() };
  GetFusedConvolution()->callBoxed(stack);
  return stack.front().toTensor();
}
} // namespace

at::MemoryFormat
ChannelsLast(std::int64_t numberOfAxes)
{
  return numberOfAxes == 4   ? at::MemoryFormat::ChannelsLast
         : numberOfAxes == 5 ? at::MemoryFormat::ChannelsLast3d
                             : at::MemoryFormat::Contiguous;
}

at::Tensor
PackConvolutionWeight(const at::Tensor & weight, UNetPadding padding)
{
  if (!weight.is_cpu() || !GetFusedConvolution() || !GetWeightPacking())
  {
    return weight.contiguous(ChannelsLast(weight.dim()));
  }
  torch::jit::Stack stack{ weight,
                           ForEachAxis(weight, padding == UNetPadding::Zero ? 1 : 0),
                           ForEachAxis(weight, 1),
                           ForEachAxis(weight, 1),
                           std::int64_t{ 1 },
                           c10::IValue() };
  try
  {
    GetWeightPacking()->callBoxed(stack);
  }
  catch (const c10::Error &)
  {
    // oneDNN has no convolution of this precision for this processor; LibTorch has a slow one.
    return weight.contiguous(ChannelsLast(weight.dim()));
  }
  return stack.front().toTensor();
}

at::Tensor
Convolve(const at::Tensor & image,
         const at::Tensor & weight,
         const at::Tensor & bias,
         UNetPadding        padding,
         bool               withReLU)
{
  const bool         is3D = image.dim() == 5;
  const bool         isZeroPadded = padding == UNetPadding::Zero;
  const std::int64_t border = isZeroPadded ? 1 : 0;
  const at::Tensor   input = isZeroPadded ? image
                             : is3D       ? at::replication_pad3d(image, { 1, 1, 1, 1, 1, 1 })
                                          : at::replication_pad2d(image, { 1, 1, 1, 1 });
  if (weight.is_mkldnn())
  {
    return ConvolveFused(input, weight, bias, border, withReLU);
  }
  const at::Tensor result =
    is3D ? at::conv3d(input, weight, bias, 1, border) : at::conv2d(input, weight, bias, 1, border);
  return withReLU ? result.relu_() : result;
}
} // namespace itk
