// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightTerms.h"
#include "itkTorchTargetClones.h"
#include <cmath>
#include <cstring>

namespace itk
{
namespace
{
/** exp(x) for x <= 0, and 0 below -87: e^x = 2^n e^r with |r| <= ln 2 / 2, and a polynomial for e^r (Cephes' expf). */
inline __attribute__((always_inline)) float
ExponentialOfNegative(float x)
{
  constexpr float roundToInteger = 12582912.0f; // 1.5 · 2^23
  const float     bounded = x > -87.0f ? x : -87.0f;
  const float     shifted = bounded * 1.44269504f + roundToInteger;
  const float     n = shifted - roundToInteger;
  const float     r = (bounded - n * 0.693359375f) + n * 2.12194440e-4f;
  float           p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const auto exponent = (static_cast<std::int32_t>(n) + 127) * (1 << 23);
  float      power;
  std::memcpy(&power, &exponent, sizeof(power));
  return x > -87.0f ? p * power : 0.0f;
}
} // namespace

ITKTorch_TARGET_CLONES void
AddBoundaryWeightTerms(std::int64_t            count,
                       const float *           first,
                       const float *           second,
                       const ExponentialTerm & border,
                       const ExponentialTerm & proximity,
                       float *                 sums)
{
  const ExponentialTerm b = border;
  const ExponentialTerm p = proximity;
  if (b.Factor > 0.0f)
  {
    for (std::int64_t i = 0; i < count; ++i)
    {
      const float squaredSum = first[i] + second[i] + 2.0f * std::sqrt(first[i] * second[i]);
      const float term = b.Factor * ExponentialOfNegative(b.Rate * squaredSum);
      // Also false for what is not a number, where there is no second object.
      sums[i] += squaredSum <= b.Limit ? term : 0.0f;
    }
  }
  if (p.Factor > 0.0f)
  {
    for (std::int64_t i = 0; i < count; ++i)
    {
      const float term = p.Factor * ExponentialOfNegative(p.Rate * first[i]);
      sums[i] += first[i] <= p.Limit ? term : 0.0f;
    }
  }
}
} // namespace itk
