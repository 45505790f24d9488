// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceMaps.h"
#include "itkFloodLevels.h"
#include "itkLargePages.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <algorithm>
#include <atomic>

namespace itk
{
namespace
{
struct Chances
{
  float Foreground;
  float Interior;
  float Border;
};

template <InstanceChannels VChannels>
inline Chances
ReadChances(const float * p)
{
  switch (VChannels)
  {
    case InstanceChannels::Foreground:
      return { p[0], p[0], 0.0f };
    case InstanceChannels::BackgroundForeground:
      return { p[1], p[1], 0.0f };
    case InstanceChannels::InteriorBorder:
      return { p[0] + p[1], p[0], p[1] };
    case InstanceChannels::ForegroundBorder:
      return { p[0], p[0] * (1.0f - p[1]), p[1] };
    default:
      return { p[1] + p[2], p[1], p[2] };
  }
}

template <InstanceChannels VChannels, int VComponents>
void
FillMaps(const float *                          probabilities,
         std::int64_t                           pixels,
         const InstanceSegmentationParameters & parameters,
         std::uint8_t *                         mask,
         std::uint8_t *                         seeds,
         std::uint16_t *                        interior)
{
  const auto maskThreshold = static_cast<float>(parameters.MaskThreshold);
  const auto seedThreshold = static_cast<float>(parameters.SeedThreshold);
  const auto borderThreshold = static_cast<float>(parameters.BorderThreshold);
  for (std::int64_t i = 0; i < pixels; ++i)
  {
    const Chances chances = ReadChances<VChannels>(probabilities + i * VComponents);
    const bool    isMask = chances.Foreground > maskThreshold;
    const bool    isSeed = chances.Interior > seedThreshold && chances.Border < borderThreshold;
    const float   level = highestFloodLevel * (1.0f - std::clamp(chances.Interior, 0.0f, 1.0f)) + 0.5f;
    mask[i] = static_cast<std::uint8_t>(isMask);
    seeds[i] = static_cast<std::uint8_t>(isMask & isSeed);
    interior[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>(level));
  }
}

using Fill = decltype(&FillMaps<InstanceChannels::Foreground, 1>);

Fill
ChoosePaddingMode(InstanceChannels channels)
{
  switch (channels)
  {
    case InstanceChannels::Foreground:
      return FillMaps<InstanceChannels::Foreground, 1>;
    case InstanceChannels::BackgroundForeground:
      return FillMaps<InstanceChannels::BackgroundForeground, 2>;
    case InstanceChannels::InteriorBorder:
      return FillMaps<InstanceChannels::InteriorBorder, 2>;
    case InstanceChannels::ForegroundBorder:
      return FillMaps<InstanceChannels::ForegroundBorder, 2>;
    default:
      return FillMaps<InstanceChannels::BackgroundInteriorBorder, 3>;
  }
}

/** False also for what is not a number. */
bool
AreProbabilities(const float * values, std::int64_t count)
{
  constexpr float rounding = 1e-5f;
  int             bad = 0;
  for (std::int64_t i = 0; i < count; ++i)
  {
    bad |= values[i] >= -rounding && values[i] <= 1.0f + rounding ? 0 : 1;
  }
  return bad == 0;
}

/** The first in memory, whatever the number of threads. */
[[noreturn]] void
ThrowForFirstBad(const float * values, std::int64_t count)
{
  const float * const bad =
    std::find_if(values, values + count, [](const float & value) { return !AreProbabilities(&value, 1); });
  itkGenericExceptionMacro("Probabilities must be in [0, 1], but one is " << *bad << '.');
}
} // namespace

InstanceMaps
MakeInstanceMaps(const TorchTensor & probabilities, const InstanceSegmentationParameters & parameters)
{
  const at::Tensor    interleaved = GetATensor(probabilities.ToInterleaved()).to(c10::kFloat);
  const std::int64_t  components = interleaved.size(1);
  const auto          sizes = interleaved.sizes().slice(2);
  const std::int64_t  pixels = interleaved.numel() / components;
  const float * const values = interleaved.const_data_ptr<float>();
  InstanceMaps      maps{ at::empty(sizes, c10::kByte), at::empty(sizes, c10::kByte), at::empty(sizes, c10::kUInt16) };
  auto * const      mask = maps.Mask.data_ptr<std::uint8_t>();
  auto * const      seeds = maps.Seeds.data_ptr<std::uint8_t>();
  auto * const      interior = static_cast<std::uint16_t *>(maps.Interior.data_ptr());
  const Fill        fill = ChoosePaddingMode(parameters.Channels);
  std::atomic<bool> areGood{ true };
  at::parallel_for(0,
                   pixels,
                   50000,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     constexpr std::int64_t chunk = 4096;
                     for (std::int64_t first = begin; first < end; first += chunk)
                     {
                       const std::int64_t  count = std::min(chunk, end - first);
                       const float * const from = values + first * components;
                       if (!AreProbabilities(from, count * components))
                       {
                         areGood = false;
                         return;
                       }
                       fill(from, count, parameters, mask + first, seeds + first, interior + first);
                     }
                   });
  if (!areGood)
  {
    ThrowForFirstBad(values, pixels * components);
  }
  return maps;
}
} // namespace itk
