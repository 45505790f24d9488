// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyThresholds.h"
#include "itkUnitBinOtsuThreshold.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/bincount.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
double
RoundTo(at::ScalarType type, double value)
{
  return type == at::kFloat ? static_cast<double>(static_cast<float>(value)) : value;
}

/** What ITK adds to |g|², rounded as the pixels' type rounds it. */
double
Addend(at::ScalarType type)
{
  return RoundTo(type, 0.0001);
}

/** |g| of a magnitude m. */
double
ToLength(at::ScalarType type, double magnitude)
{
  return std::sqrt(std::max(magnitude * magnitude - Addend(type), 0.0));
}

/** m of |g|. */
double
ToMagnitude(at::ScalarType type, double length)
{
  return RoundTo(type, std::sqrt(length * length + Addend(type)));
}

/** Which magnitudes have a gradient: above m of none. */
at::Tensor
MagnitudesWithGradient(const at::Tensor & suppressed)
{
  const bool isFloat = suppressed.scalar_type() == at::kFloat;
  const auto flat = isFloat ? static_cast<double>(std::sqrt(0.0001f)) : std::sqrt(0.0001);
  return suppressed.masked_select(suppressed > flat);
}

/** The greatest magnitude of the lower class of lengths; a magnitude itself, so that rounding moves no pixel into the
 * other class. */
double
OtsuThreshold(const at::Tensor & magnitudes)
{
  constexpr std::int64_t count = 256;
  const at::Tensor       wide = magnitudes.to(at::kDouble);
  const at::Tensor       values = (wide * wide).sub_(Addend(magnitudes.scalar_type())).clamp_min_(0.0).sqrt_();
  const double           least = values.min().item<double>();
  const double           width = (values.max().item<double>() - least) / count;
  if (!(width > 0.0))
  {
    return magnitudes.max().item<double>();
  }
  const at::Tensor                 bins = ((values - least) / width).to(at::kLong).clamp_max_(count - 1);
  const at::Tensor                 counts = bins.bincount({}, count).cpu();
  std::array<std::uint64_t, count> histogram;
  for (std::int64_t bin = 0; bin < count; ++bin)
  {
    histogram[bin] = static_cast<std::uint64_t>(counts.data_ptr<std::int64_t>()[bin]);
  }
  const auto last = static_cast<std::int64_t>(UnitBinOtsuThreshold(histogram));
  return magnitudes.masked_select(bins <= last).max().item<double>();
}
} // namespace

CannyThresholds
GivenCannyThresholds(const CannyEdgeDetectionParameters & parameters, at::ScalarType type)
{
  return { RoundTo(type, parameters.LowerThreshold), RoundTo(type, parameters.UpperThreshold) };
}

CannyThresholds
FindCannyThresholds(CannyThresholdRule rule, const at::Tensor & suppressed)
{
  const at::Tensor magnitudes = MagnitudesWithGradient(suppressed);
  if (magnitudes.numel() == 0)
  {
    return {};
  }
  const auto type = magnitudes.scalar_type();
  if (rule == CannyThresholdRule::Median)
  {
    const double median = magnitudes.median().item<double>();
    return { median, ToMagnitude(type, 2.0 * ToLength(type, median)) };
  }
  const double upper = OtsuThreshold(magnitudes);
  return { ToMagnitude(type, 0.5 * ToLength(type, upper)), upper };
}
} // namespace itk
