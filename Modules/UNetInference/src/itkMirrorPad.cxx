// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMirrorPad.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <algorithm>

namespace itk
{
namespace
{
std::int64_t
MirroredPosition(std::int64_t position, std::int64_t extent)
{
  const std::int64_t period = std::max<std::int64_t>(1, 2 * (extent - 1));
  const std::int64_t inPeriod = ((position % period) + period) % period;
  return inPeriod < extent ? inPeriod : period - inPeriod;
}
} // namespace

at::Tensor
MirroredWindow(const at::Tensor & image, at::IntArrayRef start, at::IntArrayRef size)
{
  const std::vector<std::int64_t> origin(size.size(), 0);
  return MirroredWindow(image, origin, image.sizes().slice(2), start, size);
}

at::Tensor
MirroredWindow(const at::Tensor & image,
               at::IntArrayRef    origin,
               at::IntArrayRef    extent,
               at::IntArrayRef    start,
               at::IntArrayRef    size)
{
  at::Tensor window = image;
  for (std::size_t axis = 0; axis < size.size(); ++axis)
  {
    const auto         dimension = static_cast<std::int64_t>(axis) + 2;
    const std::int64_t first = start[axis] - origin[axis];
    if (start[axis] >= 0 && start[axis] + size[axis] <= extent[axis])
    {
      window = window.narrow(dimension, first, size[axis]);
      continue;
    }
    at::Tensor index = at::empty({ size[axis] }, at::kLong);
    for (std::int64_t i = 0; i < size[axis]; ++i)
    {
      index.mutable_data_ptr<std::int64_t>()[i] = MirroredPosition(start[axis] + i, extent[axis]) - origin[axis];
    }
    window = at::index_select(window, dimension, index.to(image.device()));
  }
  return window;
}

UNetInterval
GetMirroredInterval(UNetInterval window, std::int64_t extent)
{
  UNetInterval shown{ extent, 0 };
  for (std::int64_t position = window.Begin; position < window.End; ++position)
  {
    const std::int64_t mirrored = MirroredPosition(position, extent);
    shown = { std::min(shown.Begin, mirrored), std::max(shown.End, mirrored + 1) };
  }
  return shown;
}
} // namespace itk
