// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetReceptiveField.h"
#include <algorithm>

namespace itk
{
namespace
{
UNetInterval
Widened(UNetInterval interval, std::int64_t pixels, std::int64_t extent)
{
  return { std::max<std::int64_t>(0, interval.Begin - pixels), std::min(extent, interval.End + pixels) };
}

UNetInterval
Halved(UNetInterval interval)
{
  return { interval.Begin / 2, (interval.End + 1) / 2 };
}
} // namespace

UNetReceptiveField::UNetReceptiveField(const UNetSpecification & specification)
  : m_Layers(specification)
  , m_Stride(specification.GetStride())
{}

UNetInterval
UNetReceptiveField::GetDecidingInput(UNetInterval output, std::int64_t extent) const
{
  // What each layer's output is needed of; empty where it is not known yet.
  std::vector<UNetInterval> needed(m_Layers.GetNumberOfLayers());
  needed.back() = output;
  for (std::size_t i = needed.size(); i-- > 1;)
  {
    const UNetLayer & layer = m_Layers[i];
    UNetInterval      before = needed[i];
    switch (layer.What)
    {
      case UNetLayer::Kind::Convolution:
      case UNetLayer::Kind::Head:
        before = Widened(before, layer.Kernel / 2, extent >> layer.Level);
        break;
      case UNetLayer::Kind::Pooling:
        before = { 2 * before.Begin, 2 * before.End };
        break;
      case UNetLayer::Kind::Upsampling:
        before = Halved(before);
        break;
      default:
        break;
    }
    for (const std::size_t source : layer.Sources)
    {
      const bool isFirst = needed[source] == UNetInterval{};
      needed[source] = isFirst ? before
                               : UNetInterval{ std::min(needed[source].Begin, before.Begin),
                                               std::max(needed[source].End, before.End) };
    }
  }
  return needed.front();
}

UNetInterval
UNetReceptiveField::GetInput(UNetInterval output, std::int64_t extent) const
{
  return this->IsLocal() ? this->GetDecidingInput(output, extent) : UNetInterval{ 0, extent };
}

UNetInterval
UNetReceptiveField::GetWindow(UNetInterval output, std::int64_t extent) const
{
  const UNetInterval input = this->GetInput(output, extent);
  return { input.Begin / m_Stride * m_Stride, (input.End + m_Stride - 1) / m_Stride * m_Stride };
}

std::int64_t
UNetReceptiveField::GetMargin() const
{
  // Far from either end of an image: each convolution reaches at most a stride.
  const auto         layers = static_cast<std::int64_t>(m_Layers.GetNumberOfLayers());
  const std::int64_t begin = m_Stride * layers;
  const UNetInterval input = this->GetDecidingInput({ begin, begin + m_Stride }, 2 * begin + m_Stride);
  return std::max(begin - input.Begin, input.End - (begin + m_Stride));
}
} // namespace itk
