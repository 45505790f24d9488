// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "composed/itkConnectedComponentsComposed.h"
#include "itkGridNeighbors.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/where.h>
#include <algorithm>
#include <utility>

namespace itk
{
namespace
{
/** The pixels that have a neighbor at `offset` (along x, y, …), and those neighbors. */
std::pair<at::Tensor, at::Tensor>
PairsAt(const at::Tensor & image, const GridOffset & offset)
{
  std::pair<at::Tensor, at::Tensor> pair{ image, image };
  for (std::size_t axis = 0; axis < offset.size(); ++axis)
  {
    const std::int64_t dimension = image.dim() - 1 - static_cast<std::int64_t>(axis);
    const std::int64_t step = offset[axis];
    const std::int64_t overlap = image.size(dimension) - std::abs(step);
    pair.first = pair.first.narrow(dimension, std::max<std::int64_t>(0, -step), overlap);
    pair.second = pair.second.narrow(dimension, std::max<std::int64_t>(0, step), overlap);
  }
  return pair;
}

/** Lets each pixel point to what the pixel that it points to does, until nothing changes. */
at::Tensor
JumpToRoots(at::Tensor parents)
{
  for (;;)
  {
    at::Tensor next = parents.index_select(0, parents);
    if (at::equal(next, parents))
    {
      return parents;
    }
    parents = std::move(next);
  }
}
} // namespace

at::Tensor
ComposeComponentRoots(const at::Tensor & values, bool isFullyConnected, const std::function<void(double)> & progress)
{
  const std::int64_t      pixels = values.numel();
  const at::Tensor        isObject = (values != 0).flatten();
  std::vector<GridOffset> neighbors = GridNeighbors(static_cast<std::size_t>(values.dim()), isFullyConnected);
  // Of a longer axis than 1 only: nothing is beyond the others.
  neighbors.erase(std::remove_if(neighbors.begin(),
                                 neighbors.end(),
                                 [&](const GridOffset & offset)
                                 {
                                   for (std::size_t axis = 0; axis < offset.size(); ++axis)
                                   {
                                     if (values.size(values.dim() - 1 - static_cast<std::int64_t>(axis)) <=
                                         std::abs(offset[axis]))
                                     {
                                       return true;
                                     }
                                   }
                                   return false;
                                 }),
                  neighbors.end());
  // One more, to which background points.
  at::Tensor parents = at::arange(pixels + 1, values.options());
  parents.narrow(0, 0, pixels).masked_fill_(~isObject, pixels);
  for (double done = 0.0;; done = 0.5 + done / 2.0)
  {
    progress(done);
    const at::Tensor roots = parents.narrow(0, 0, pixels).view(values.sizes());
    at::Tensor       least = roots.clone();
    for (const GridOffset & offset : neighbors)
    {
      const auto [value, otherValue] = PairsAt(values, offset);
      const at::Tensor to = PairsAt(least, offset).first;
      to.copy_(at::where(value == otherValue, at::minimum(to, PairsAt(roots, offset).second), to));
    }
    at::Tensor next =
      JumpToRoots(parents.scatter_reduce(0, roots.flatten(), least.flatten(), "amin", /* include_self */ true));
    if (at::equal(next, parents))
    {
      return roots;
    }
    parents = std::move(next);
  }
}
} // namespace itk
