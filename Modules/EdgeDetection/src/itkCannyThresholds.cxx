// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyThresholds.h"
#include "itkUnitBinOtsuThreshold.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/bincount.h>
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

/** Which magnitudes have a gradient: above m of none. */
at::Tensor
MagnitudesWithGradient(const at::Tensor & suppressed)
{
  const bool isFloat = suppressed.scalar_type() == at::kFloat;
  const auto flat = isFloat ? static_cast<double>(std::sqrt(0.0001f)) : std::sqrt(0.0001);
  return suppressed.masked_select(suppressed > flat);
}

/** The greatest one of the lower class. */
double
OtsuThreshold(const at::Tensor & magnitudes)
{
  constexpr std::int64_t count = 256;
  const at::Tensor       values = magnitudes.to(at::kDouble);
  const double           least = values.min().item<double>();
  const double           width = (values.max().item<double>() - least) / count;
  if (!(width > 0.0))
  {
    return least;
  }
  const at::Tensor                 bins = ((values - least) / width).to(at::kLong).clamp_max_(count - 1);
  const at::Tensor                 counts = bins.bincount({}, count).cpu();
  std::array<std::uint64_t, count> histogram;
  for (std::int64_t bin = 0; bin < count; ++bin)
  {
    histogram[bin] = static_cast<std::uint64_t>(counts.data_ptr<std::int64_t>()[bin]);
  }
  const auto last = static_cast<std::int64_t>(UnitBinOtsuThreshold(histogram));
  return values.masked_select(bins <= last).max().item<double>();
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
  if (rule == CannyThresholdRule::Median)
  {
    const double median = magnitudes.median().item<double>();
    return { median, 2.0 * median };
  }
  const double upper = OtsuThreshold(magnitudes);
  return { 0.5 * upper, upper };
}
} // namespace itk
