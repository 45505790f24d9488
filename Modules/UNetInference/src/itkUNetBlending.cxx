// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetBlending.h"
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

namespace itk
{
at::Tensor
CropToRegion(at::Tensor tensor, const UNetRegion & outer, const UNetRegion & inner)
{
  for (std::size_t axis = 0; axis < outer.Start.size(); ++axis)
  {
    const auto dimension = tensor.dim() - 1 - static_cast<std::int64_t>(axis);
    tensor = tensor.narrow(dimension, inner.Start[axis] - outer.Start[axis], inner.Size[axis]);
  }
  return tensor;
}

UNetBlending::UNetBlending(const UNetRegion & region, TakeType take)
  : m_Take(std::move(take))
  , m_Band(region)
{
  m_Band.Size.back() = 0;
}

void
UNetBlending::Add(const UNetTile & tile, at::Tensor logits)
{
  for (std::size_t axis = 0; axis < tile.Weights.size(); ++axis)
  {
    const auto &              weights = tile.Weights[axis];
    std::vector<std::int64_t> shape(static_cast<std::size_t>(logits.dim()), 1);
    shape[shape.size() - 1 - axis] = static_cast<std::int64_t>(weights.size());
    const at::Tensor onHost = at::from_blob(const_cast<float *>(weights.data()), shape, at::kFloat);
    logits = logits.mul(onHost.to(logits.device()));
  }
  const std::int64_t begin = tile.Output.Start.back();
  this->Advance(begin, begin + tile.Output.Size.back(), logits);
  CropToRegion(m_Sums, m_Band, tile.Output).add_(logits);
}

void
UNetBlending::Advance(std::int64_t begin, std::int64_t end, const at::Tensor & logits)
{
  const std::int64_t heldEnd = m_Band.Start.back() + m_Band.Size.back();
  if (begin == m_Band.Start.back() && end <= heldEnd)
  {
    return;
  }
  if (begin > m_Band.Start.back())
  {
    UNetRegion complete = m_Band;
    complete.Size.back() = begin - m_Band.Start.back();
    m_Take(complete, CropToRegion(m_Sums, m_Band, complete));
  }
  UNetRegion band = m_Band;
  band.Start.back() = begin;
  band.Size.back() = std::max(end, heldEnd) - begin;
  std::vector<std::int64_t> shape{ 1, logits.size(1) };
  shape.insert(shape.end(), band.Size.rbegin(), band.Size.rend());
  const at::Tensor sums = at::zeros(shape, logits.options().memory_format(std::nullopt));
  if (heldEnd > begin && m_Sums.defined())
  {
    UNetRegion kept = band;
    kept.Size.back() = heldEnd - begin;
    CropToRegion(sums, band, kept).copy_(CropToRegion(m_Sums, m_Band, kept));
  }
  m_Sums = sums;
  m_Band = band;
}

void
UNetBlending::Finish()
{
  m_Take(m_Band, m_Sums);
  m_Sums.reset();
}
} // namespace itk
