// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSpatialSamplingPoints.h"
#include "itkTorchTargetClones.h"
#include <algorithm>
#include <limits>

namespace itk
{
ITKTorch_TARGET_CLONES bool
LocatePoints(const float *  coefficients,
             std::int32_t   base,
             int            first,
             const float *  extra,
             int            count,
             std::int32_t   last,
             std::int32_t * pixel,
             float *        fraction)
{
  const float  c0 = coefficients[0];
  const float  c1 = coefficients[1];
  const float  c2 = coefficients[2];
  const float  c3 = coefficients[3];
  std::int32_t least = std::numeric_limits<std::int32_t>::max();
  std::int32_t most = std::numeric_limits<std::int32_t>::min();
  for (int i = 0; i < count; ++i)
  {
    const auto j = static_cast<float>(first + i);
    float      place = c0 + j * (c1 + j * (c2 + j * c3));
    if (extra != nullptr)
    {
      place += extra[i];
    }
    // Farther away all is the same, and the conversion is defined.
    place = place > -1e9f ? place : -1e9f;
    place = place < 1e9f ? place : 1e9f;
    const auto         truncated = static_cast<std::int32_t>(place);
    const std::int32_t floor = truncated - (place < static_cast<float>(truncated) ? 1 : 0);
    const std::int32_t found = base + floor;
    fraction[i] = place - static_cast<float>(floor);
    pixel[i] = found;
    least = std::min(least, found);
    most = std::max(most, found);
  }
  return least >= 0 && most < last;
}

namespace
{
/** Mirrors at `sum` / 2 what lies in the second half of a period, which begins at `half`. Written without branches, so
 * that several points are folded at once.
 * \param period 0 where nothing is mirrored */
ITKTorch_TARGET_CLONES void
FoldByMirroring(std::int32_t * pixels,
                float *        fractions,
                int            count,
                std::int32_t   size,
                std::int32_t   period,
                std::int32_t   half,
                std::int32_t   sum)
{
  const std::int32_t last = std::max(0, size - 2);
  const float        lastFraction = size > 1 ? 1.0f : 0.0f;
  // Points farther out than a period are rare, and brought into it first.
  std::int32_t least = 0;
  std::int32_t most = 0;
  for (int i = 0; i < count; ++i)
  {
    least = std::min(least, pixels[i]);
    most = std::max(most, pixels[i]);
  }
  if (period > 0 && (least < -period || most >= 2 * period))
  {
    for (int i = 0; i < count; ++i)
    {
      pixels[i] = FloorModulo(pixels[i], period);
    }
  }
  for (int i = 0; i < count; ++i)
  {
    std::int32_t pixel = pixels[i];
    float        fraction = fractions[i];
    if (period > 0)
    {
      pixel = pixel < 0 ? pixel + period : pixel;
      pixel = pixel >= period ? pixel - period : pixel;
      const bool         isMirrored = pixel >= half;
      const bool         isBetween = fraction > 0.0f;
      const std::int32_t mirrored = sum - pixel - (isBetween ? 1 : 0);
      const float        mirroredFraction = isBetween ? 1.0f - fraction : 0.0f;
      pixel = isMirrored ? mirrored : pixel;
      fraction = isMirrored ? mirroredFraction : fraction;
    }
    const bool isBefore = pixel < 0;
    const bool isBehind = pixel >= size - 1;
    fraction = isBefore ? 0.0f : isBehind ? lastFraction : fraction;
    pixel = isBefore ? 0 : isBehind ? last : pixel;
    pixels[i] = pixel;
    fractions[i] = fraction;
  }
}
} // namespace

void
FoldPoints(SamplingChunk & chunk, unsigned int axis, std::int32_t size, SamplingPaddingMode fill)
{
  std::int32_t * const pixels = chunk.Pixel[axis];
  float * const        fractions = chunk.Fraction[axis];
  if (fill == SamplingPaddingMode::Wrap)
  {
    for (int i = 0; i < chunk.Count; ++i)
    {
      pixels[i] = FloorModulo(pixels[i], size);
    }
    return;
  }
  if (fill == SamplingPaddingMode::Constant)
  {
    for (int i = 0; i < chunk.Count; ++i)
    {
      const bool isBefore = pixels[i] < -1 || (pixels[i] == -1 && fractions[i] < 0.5f);
      const bool isAfter = pixels[i] >= size || (pixels[i] == size - 1 && fractions[i] >= 0.5f);
      chunk.IsInside[i] &= static_cast<std::uint8_t>(!isBefore && !isAfter);
    }
  }
  const bool         isReflected = fill == SamplingPaddingMode::Reflect;
  const bool         isMirrored = fill == SamplingPaddingMode::Mirror && size > 1;
  const std::int32_t period = isReflected ? 2 * size : isMirrored ? 2 * size - 2 : 0;
  FoldByMirroring(pixels,
                  fractions,
                  chunk.Count,
                  size,
                  period,
                  isReflected ? size : size - 1,
                  isReflected ? 2 * size - 1 : 2 * size - 2);
}
} // namespace itk
