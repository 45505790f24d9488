// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetConvolution.h"
#include "itkLibTorchPrivate.h"
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
std::vector<std::int64_t>
ForEachAxis(const at::Tensor & tensor, std::int64_t value)
{
  return std::vector<std::int64_t>(static_cast<std::size_t>(tensor.dim() - 2), value);
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
    return LibTorchPrivate::ConvolveFused(image, weight, bias, borders, withReLU ? "relu" : "none");
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
  at::Tensor packed;
  if (weight.is_cpu() && LibTorchPrivate::HasFusedConvolution())
  {
    packed = LibTorchPrivate::PackConvolutionWeight(weight, ForEachAxis(weight, padding == UNetPadding::Zero ? 1 : 0));
  }
  // Without oneDNN's convolution there is LibTorch's own, which is slower.
  return packed.defined() ? packed : weight.contiguous(ChannelsLast(weight.dim()));
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
    // The rows that the part is made of. At the image's border there are rows of 0 on both sides of it, and the results
    // at the inner side, for which they are wrong, are left out.
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
