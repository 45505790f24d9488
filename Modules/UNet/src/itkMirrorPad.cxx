// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMirrorPad.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>

namespace itk
{
at::Tensor
MirroredWindow(const at::Tensor & image, at::IntArrayRef start, at::IntArrayRef size)
{
  at::Tensor window = image;
  for (std::size_t axis = 0; axis < size.size(); ++axis)
  {
    const auto         dimension = static_cast<std::int64_t>(axis) + 2;
    const std::int64_t extent = image.size(dimension);
    if (start[axis] >= 0 && start[axis] + size[axis] <= extent)
    {
      window = window.narrow(dimension, start[axis], size[axis]);
      continue;
    }
    const std::int64_t period = std::max<std::int64_t>(1, 2 * (extent - 1));
    at::Tensor         index = at::empty({ size[axis] }, at::kLong);
    for (std::int64_t i = 0; i < size[axis]; ++i)
    {
      const std::int64_t position = (((start[axis] + i) % period) + period) % period;
      index.mutable_data_ptr<std::int64_t>()[i] = position < extent ? position : period - position;
    }
    window = at::index_select(window, dimension, index.to(image.device()));
  }
  return window;
}
} // namespace itk
