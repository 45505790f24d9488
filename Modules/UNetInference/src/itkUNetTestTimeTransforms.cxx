// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTestTimeTransforms.h"
#include <ATen/ops/flip.h>
#include <utility>

namespace itk
{
namespace
{
at::Tensor
Flipped(const at::Tensor & image, const UNetTestTimeTransform & transform)
{
  return transform.Flipped.empty() ? image : at::flip(image, transform.Flipped);
}

at::Tensor
Transposed(const at::Tensor & image, const UNetTestTimeTransform & transform)
{
  return transform.IsTransposed ? image.transpose(-1, -2) : image;
}
} // namespace

std::vector<UNetTestTimeTransform>
GetUNetTestTimeTransforms(UNetTestTimeAugmentation augmentation, std::size_t dimension)
{
  const bool        isTurned = augmentation == UNetTestTimeAugmentation::FlipsAndTurns && dimension == 2;
  const std::size_t flips = augmentation == UNetTestTimeAugmentation::None ? 1 : std::size_t{ 1 } << dimension;
  std::vector<UNetTestTimeTransform> transforms;
  for (std::size_t transposed = 0; transposed < (isTurned ? 2 : 1); ++transposed)
  {
    for (std::size_t flip = 0; flip < flips; ++flip)
    {
      UNetTestTimeTransform transform;
      transform.IsTransposed = transposed == 1;
      for (std::size_t axis = 0; axis < dimension; ++axis)
      {
        if ((flip >> axis & 1) != 0)
        {
          transform.Flipped.push_back(-1 - static_cast<std::int64_t>(axis));
        }
      }
      transforms.push_back(std::move(transform));
    }
  }
  return transforms;
}

at::Tensor
PredictTransformed(const UNetLaidWindow &                                                           window,
                   const std::array<std::int64_t, 2> &                                              extent,
                   const std::vector<UNetTestTimeTransform> &                                       transforms,
                   const std::function<at::Tensor(const UNetLaidWindow &, const TorchProgress &)> & predict,
                   const TorchProgress &                                                            progress)
{
  TorchProgressSteps steps(progress, static_cast<double>(transforms.size()));
  at::Tensor         sum;
  for (const UNetTestTimeTransform & transform : transforms)
  {
    UNetLaidWindow laid{ Transposed(Flipped(window.Pixels, transform), transform), window.Start };
    for (const std::int64_t axis : transform.Flipped)
    {
      if (axis >= -2)
      {
        const auto i = static_cast<std::size_t>(2 + axis);
        laid.Start[i] = extent[i] - window.Start[i] - window.Pixels.size(axis);
      }
    }
    if (transform.IsTransposed)
    {
      std::swap(laid.Start[0], laid.Start[1]);
    }
    const at::Tensor found = Flipped(Transposed(predict(laid, steps.Next(1.0)), transform), transform);
    sum = sum.defined() ? sum.add_(found) : found;
  }
  return transforms.size() > 1 ? sum.div_(static_cast<double>(transforms.size())) : sum;
}
} // namespace itk
