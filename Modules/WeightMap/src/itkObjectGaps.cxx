// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkObjectGaps.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace itk
{
namespace
{
/** Calls visit(offset) for every offset within so many pixels along each axis. */
template <typename TVisit>
void
ForEachOffset(std::int64_t dimension, std::int64_t radius, const TVisit & visit)
{
  std::vector<std::int64_t> offset(static_cast<std::size_t>(dimension), -radius);
  for (std::size_t axis = 0; axis < offset.size();)
  {
    visit(offset);
    for (axis = 0; axis < offset.size() && ++offset[axis] > radius; ++axis)
    {
      offset[axis] = -radius;
    }
  }
}

/** The pixels p, and those at p + offset, of all p for which both are inside. */
std::pair<at::Tensor, at::Tensor>
PairsAt(const at::Tensor & image, const std::vector<std::int64_t> & offset)
{
  std::pair<at::Tensor, at::Tensor> pair{ image, image };
  for (std::int64_t axis = 0; axis < image.dim(); ++axis)
  {
    const std::int64_t shift = offset[static_cast<std::size_t>(axis)];
    const std::int64_t overlap = std::max<std::int64_t>(0, image.size(axis) - std::abs(shift));
    pair.first = pair.first.narrow(axis, overlap > 0 ? std::max<std::int64_t>(0, -shift) : 0, overlap);
    pair.second = pair.second.narrow(axis, overlap > 0 ? std::max<std::int64_t>(0, shift) : 0, overlap);
  }
  return pair;
}

/** Adds the pixels of the same object that are less than `layers` away from one of `contacts`. */
void
CutLayers(at::Tensor & isCut, const at::Tensor & objects, const at::Tensor & contacts, std::int64_t layers)
{
  ForEachOffset(objects.dim(),
                layers - 1,
                [&](const std::vector<std::int64_t> & offset)
                {
                  std::int64_t squared = 0;
                  for (const std::int64_t shift : offset)
                  {
                    squared += shift * shift;
                  }
                  if (squared < layers * layers)
                  {
                    const auto [to, from] = PairsAt(objects, offset);
                    PairsAt(isCut, offset).first.logical_or_(PairsAt(contacts, offset).second & (to == from));
                  }
                });
}
} // namespace

at::Tensor
FindGaps(const at::Tensor & objects, unsigned int gapWidth)
{
  const auto options = objects.options().dtype(c10::kBool);
  at::Tensor touches = at::zeros(objects.sizes(), options);
  at::Tensor touchesLesser = at::zeros(objects.sizes(), options);
  ForEachOffset(objects.dim(),
                1,
                [&](const std::vector<std::int64_t> & offset)
                {
                  const auto [here, there] = PairsAt(objects, offset);
                  const at::Tensor isContact = (here != there) & (here != 0) & (there != 0);
                  PairsAt(touches, offset).first.logical_or_(isContact);
                  PairsAt(touchesLesser, offset).first.logical_or_(isContact & (here > there));
                });
  at::Tensor isCut = at::zeros(objects.sizes(), options);
  CutLayers(isCut, objects, touches, gapWidth / 2);
  CutLayers(isCut, objects, touchesLesser, (gapWidth + 1) / 2);
  return isCut;
}
} // namespace itk
