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
/** LibTorch's convolution with an operation after it, which its compiler of graphs uses; none where it was built without. */
const std::optional<c10::OperatorHandle> &
GetFusedConvolution()
{
  static const auto handle = c10::Dispatcher::singleton().findSchema({ "mkldnn::_convolution_pointwise", "" });
  return handle;
}

bool
CanFuse(const at::Tensor & image)
{
  return image.is_cpu() && GetFusedConvolution().has_value();
}

at::Tensor
ConvolveAndReLU(const at::Tensor & image, const at::Tensor & weight, const at::Tensor & bias, std::int64_t padding)
{
  const std::vector<std::int64_t> ones(static_cast<std::size_t>(image.dim() - 2), 1);
  const std::vector<std::int64_t> paddings(ones.size(), padding);
  torch::jit::Stack               stack{ image,
                           weight,
                           bias.defined() ? c10::IValue(bias) : c10::IValue(),
                           paddings,
                           ones,
                           ones,
                           std::int64_t{ 1 },
                           "relu",
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
  if (withReLU && CanFuse(input))
  {
    return ConvolveAndReLU(input, weight, bias, border);
  }
  const at::Tensor result =
    is3D ? at::conv3d(input, weight, bias, 1, border) : at::conv2d(input, weight, bias, 1, border);
  return withReLU ? result.relu_() : result;
}
} // namespace itk
