// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetIntensityRule.h"
#include "itkTorchTensorAccess.h"
#include "itkUnitBinOtsuThreshold.h"
#include "itkMacro.h"
#include <ATen/ops/bincount.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros_like.h>
#include <array>
#include <cmath>

namespace itk
{
namespace
{
/** The k-th smallest value, k from 1. */
float
OrderStatistic(const at::Tensor & values, double percentile)
{
  const auto rank =
    1 + static_cast<std::int64_t>(std::floor(percentile / 100.0 * static_cast<double>(values.numel() - 1)));
  return std::get<0>(values.kthvalue(rank)).item<float>();
}

at::Tensor
ScaleByPercentiles(const at::Tensor & image, double lower, double upper)
{
  const at::Tensor values = image.reshape(-1);
  const float      a = OrderStatistic(values, lower);
  const float      b = OrderStatistic(values, upper);
  return b > a ? image.sub(a).div_(b - a).clamp_(0.0, 1.0) : at::zeros_like(image);
}

at::Tensor
ScaleByZScore(const at::Tensor & image)
{
  // In double: the sum of millions of floats loses digits.
  const double mean = image.mean(at::kDouble).item<double>();
  const double variance = image.to(at::kDouble).sub(mean).square_().mean().item<double>();
  return variance > 0.0 ? image.sub(mean).div_(std::sqrt(variance)) : at::zeros_like(image);
}

bool
IsMostlyForeground(const at::Tensor & unitRange)
{
  const at::Tensor               bins = unitRange.reshape(-1).mul(255.0).round_().to(at::kInt);
  const at::Tensor               counts = at::bincount(bins, {}, 256).to(at::kCPU);
  std::array<std::uint64_t, 256> histogram{};
  for (int bin = 0; bin < 256; ++bin)
  {
    histogram[bin] = static_cast<std::uint64_t>(counts.const_data_ptr<std::int64_t>()[bin]);
  }
  const unsigned int threshold = UnitBinOtsuThreshold(histogram);
  std::uint64_t      above = 0;
  for (unsigned int bin = threshold + 1; bin < 256; ++bin)
  {
    above += histogram[bin];
  }
  return 2 * above > static_cast<std::uint64_t>(unitRange.numel());
}
} // namespace

const TorchParameterTable &
UNetIntensityRule::Describe()
{
  using P = UNetIntensityRule;
  using Range = TorchParameterRange;
  static const TorchParameterTable table = []
  {
    TorchParameterTable t;
    t.AddChoice(
      "Colour", &P::Colour, "Luminance of the first three components, or all as they are.", { "luminance", "keep" });
    t.AddChoice("Scaling", &P::Scaling, "How intensities are scaled.", { "percentiles", "z-score", "factor" });
    t.Add("LowerPercentile",
          &P::LowerPercentile,
          "Becomes 0 under percentile scaling.",
          Range::FromBelow(0, 100),
          TorchParameterUnit::Percent);
    t.Add("UpperPercentile",
          &P::UpperPercentile,
          "Becomes 1 under percentile scaling.",
          Range::Between(0, 100),
          TorchParameterUnit::Percent);
    t.Add("Factor", &P::Factor, "Multiplies intensities under factor scaling.");
    t.Add("AutomaticPolarity", &P::AutomaticPolarity, "Inverts images that are mostly bright; with percentiles only.");
    return t;
  }();
  return table;
}

void
UNetIntensityRule::Verify() const
{
  Describe().Verify(this, "UNetIntensityRule");
  if (LowerPercentile >= UpperPercentile)
  {
    itkGenericExceptionMacro("UNetIntensityRule: LowerPercentile must be less than UpperPercentile ("
                             << UpperPercentile << "), but is " << LowerPercentile << '.');
  }
}

unsigned int
UNetIntensityRule::GetNumberOfChannels(unsigned int numberOfComponents) const
{
  return Colour == UNetColour::Keep ? numberOfComponents : numberOfComponents == 2 ? 0 : 1;
}

TorchTensor
UNetIntensityRule::Apply(const TorchTensor & image) const
{
  at::Tensor         tensor = GetATensor(image);
  const std::int64_t components = tensor.size(1);
  const bool         isInteger = !tensor.is_floating_point();
  tensor = tensor.to(at::kFloat);
  if (!isInteger)
  {
    const std::int64_t bad = tensor.numel() - at::isfinite(tensor).sum().item<std::int64_t>();
    if (bad > 0)
    {
      itkGenericExceptionMacro("The image's intensities must be finite, but " << bad << " of " << tensor.numel()
                                                                              << " are NaN or infinite.");
    }
  }
  if (GetNumberOfChannels(static_cast<unsigned int>(components)) == 0)
  {
    itkGenericExceptionMacro("An image must have 1, 3 or more components for a luminance, but has " << components
                                                                                                    << '.');
  }
  if (Colour == UNetColour::Luminance && components > 1)
  {
    tensor = tensor.narrow(1, 0, 1).mul(0.299).add_(tensor.narrow(1, 1, 1), 0.587).add_(tensor.narrow(1, 2, 1), 0.114);
  }
  switch (Scaling)
  {
    case UNetIntensityScaling::Percentiles:
      tensor = ScaleByPercentiles(tensor, LowerPercentile, UpperPercentile);
      if (AutomaticPolarity && IsMostlyForeground(tensor))
      {
        tensor = tensor.neg_().add_(1.0);
      }
      break;
    case UNetIntensityScaling::ZScore:
      tensor = ScaleByZScore(tensor);
      break;
    case UNetIntensityScaling::Factor:
      tensor = tensor.mul(Factor);
      break;
  }
  return MakeTorchTensor(tensor, image.GetDevice());
}
} // namespace itk
