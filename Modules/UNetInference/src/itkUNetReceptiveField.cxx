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
  : m_IsLocal(specification.Normalization == UNetNormalization::Batch ||
              specification.Normalization == UNetNormalization::None)
  , m_Levels(specification.Levels)
  , m_Convolutions(specification.ConvolutionsPerLevel)
{}

UNetInterval
UNetReceptiveField::BeforeEncoder(unsigned int level, UNetInterval output, std::int64_t extent) const
{
  UNetInterval input = output;
  for (unsigned int l = level + 1; l-- > 0;)
  {
    input = Widened(input, m_Convolutions, extent >> l);
    if (l > 0)
    {
      input = { 2 * input.Begin, 2 * input.End };
    }
  }
  return input;
}

UNetInterval
UNetReceptiveField::BeforeDecoder(unsigned int level, UNetInterval output, std::int64_t extent) const
{
  if (level == m_Levels)
  {
    return this->BeforeEncoder(level, output, extent);
  }
  const UNetInterval concatenated = Widened(output, m_Convolutions, extent >> level);
  const UNetInterval skip = this->BeforeEncoder(level, concatenated, extent);
  const UNetInterval up = this->BeforeDecoder(level + 1, Halved(concatenated), extent);
  return { std::min(skip.Begin, up.Begin), std::max(skip.End, up.End) };
}

UNetInterval
UNetReceptiveField::GetInput(UNetInterval output, std::int64_t extent) const
{
  return m_IsLocal ? this->BeforeDecoder(0, output, extent) : UNetInterval{ 0, extent };
}

UNetInterval
UNetReceptiveField::GetWindow(UNetInterval output, std::int64_t extent) const
{
  const std::int64_t stride = std::int64_t{ 1 } << m_Levels;
  const UNetInterval input = this->GetInput(output, extent);
  return { input.Begin / stride * stride, (input.End + stride - 1) / stride * stride };
}

std::int64_t
UNetReceptiveField::GetMargin() const
{
  // Far from either end of an image.
  const std::int64_t stride = std::int64_t{ 1 } << m_Levels;
  const std::int64_t begin = stride * 64 * (m_Convolutions + 1);
  const UNetInterval input = this->BeforeDecoder(0, { begin, begin + stride }, 2 * begin + stride);
  return std::max(begin - input.Begin, input.End - (begin + stride));
}
} // namespace itk
