// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetConvolution.h"
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/replication_pad2d.h>
#include <ATen/ops/replication_pad3d.h>
#include <algorithm>

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
              at::IntArrayRef    borders,
              bool               withReLU)
{
  torch::jit::Stack stack{ image,
                           weight,
                           bias.defined() ? c10::IValue(bias) : c10::IValue(),
                           borders.vec(),
                           ForEachAxis(image, 1),
                           ForEachAxis(image, 1),
                           std::int64_t{ 1 },
                           withReLU ? "relu" : "none",
                           c10::List<std::optional<at::Scalar>>(),
                           c10::IValue() };
  GetFusedConvolution()->callBoxed(stack);
  return stack.front().toTensor();
}

at::Tensor
PadEdges(const at::Tensor & image)
{
  return image.dim() == 5 ? at::replication_pad3d(image, { 1, 1, 1, 1, 1, 1 })
                          : at::replication_pad2d(image, { 1, 1, 1, 1 });
}

/** \param borders pixels of 0 around the image, along each axis */
at::Tensor
ConvolvePadded(const at::Tensor & image,
               const at::Tensor & weight,
               const at::Tensor & bias,
               at::IntArrayRef    borders,
               bool               withReLU)
{
  if (weight.is_mkldnn())
  {
    return ConvolveFused(image, weight, bias, borders, withReLU);
  }
  const at::Tensor result =
    image.dim() == 5 ? at::conv3d(image, weight, bias, 1, borders) : at::conv2d(image, weight, bias, 1, borders);
  return withReLU ? result.relu_() : result;
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
  const bool isZeroPadded = padding == UNetPadding::Zero;
  return ConvolvePadded(
    isZeroPadded ? image : PadEdges(image), weight, bias, ForEachAxis(image, isZeroPadded ? 1 : 0), withReLU);
}

at::Tensor
ConvolveInParts(const at::Tensor &    image,
                const at::Tensor &    weight,
                const at::Tensor &    bias,
                UNetPadding           padding,
                bool                  withReLU,
                const TorchProgress & progress,
                double                multiplyAddsOfPart)
{
  constexpr std::int64_t axis = 2;
  const std::int64_t     rows = image.size(axis);
  const double           kernel = image.dim() == 5 ? 27.0 : 9.0;
  const double           work = kernel * static_cast<double>(image.numel()) * static_cast<double>(weight.size(0));
  const auto             parts = std::min(rows, static_cast<std::int64_t>(work / multiplyAddsOfPart) + 1);
  if (parts < 2 || !image.is_cpu())
  {
    return Convolve(image, weight, bias, padding, withReLU);
  }
  const bool       isZeroPadded = padding == UNetPadding::Zero;
  const at::Tensor input = isZeroPadded ? image : PadEdges(image);
  auto             shape = image.sizes().vec();
  shape[1] = weight.size(0);
  const at::Tensor output = at::empty(shape, image.options().memory_format(ChannelsLast(image.dim())));
  for (std::int64_t part = 0; part < parts; ++part)
  {
    const std::int64_t begin = part * rows / parts;
    const std::int64_t end = (part + 1) * rows / parts;
    auto               borders = ForEachAxis(image, isZeroPadded ? 1 : 0);
    // The rows that the part is made of. At the image's border there are rows of 0 on both sides of it, and the results at the
    // inner side, for which they are wrong, are left out.
    std::int64_t first = begin;
    std::int64_t last = end + 2;
    std::int64_t skipped = 0;
    if (isZeroPadded)
    {
      first = std::max<std::int64_t>(0, begin - 1);
      last = std::min(rows, end + 1);
      const bool isInner = begin > 0 && end < rows;
      borders[0] = isInner ? 0 : 1;
      skipped = isInner ? 0 : begin - first;
    }
    const at::Tensor result = ConvolvePadded(input.narrow(axis, first, last - first), weight, bias, borders, withReLU);
    output.narrow(axis, begin, end - begin).copy_(result.narrow(axis, skipped, end - begin));
    progress(static_cast<double>(end) / static_cast<double>(rows));
  }
  return output;
}
} // namespace itk
