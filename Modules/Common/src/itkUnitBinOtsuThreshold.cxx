// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUnitBinOtsuThreshold.h"

namespace itk
{
unsigned int
UnitBinOtsuThreshold(const std::array<std::uint64_t, 256> & histogram)
{
  double       pixels = 0;
  double       sum = 0;
  unsigned int threshold = 0;
  for (unsigned int value = 0; value < histogram.size(); ++value)
  {
    const auto count = static_cast<double>(histogram[value]);
    pixels += count;
    sum += count * value;
    threshold = histogram[value] > 0 ? value : threshold;
  }

  double best = 0;
  double pixelsBelow = 0;
  double sumBelow = 0;
  for (unsigned int value = 0; value < histogram.size(); ++value)
  {
    const auto count = static_cast<double>(histogram[value]);
    pixelsBelow += count;
    sumBelow += count * value;
    const double pixelsAbove = pixels - pixelsBelow;
    if (pixelsBelow == 0 || pixelsAbove == 0)
    {
      continue;
    }
    const double distance = (sum - sumBelow) / pixelsAbove - sumBelow / pixelsBelow;
    const double variance = pixelsBelow * pixelsAbove * distance * distance;
    if (variance > best)
    {
      best = variance;
      threshold = value;
    }
  }
  return threshold;
}
} // namespace itk
