// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetIntensityNormalization.h"
#include "itkImageTensor.h"
#include "itkGrayValues.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetIntensityMeasurement.h"
#include "itkUnitBinOtsuThreshold.h"
#include "itkMacro.h"
#include <ATen/Parallel.h>
#include <ATen/ops/bincount.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

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

std::uint64_t
CountBrightValues(const at::Tensor & unitRange)
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
  return above;
}

/** As GrayValues, by LibTorch's operations, for devices. */
at::Tensor
ToGrayValues(const TorchTensor & image, const UNetIntensityNormalization & rule)
{
  const at::Tensor   pixels = GetATensor(image);
  const std::int64_t components = pixels.size(1);
  if (rule.GetNumberOfChannels(static_cast<unsigned int>(components)) == 0)
  {
    itkGenericExceptionMacro("An image must have 1, 3 or more components for a luminance, but has " << components
                                                                                                    << '.');
  }
  const at::Tensor values = pixels.to(at::kFloat);
  if (rule.Color == UNetColor::Keep || components == 1)
  {
    return values;
  }
  return values.narrow(1, 0, 1)
    .mul(0.299)
    .add_(values.narrow(1, 1, 1).mul(0.587))
    .add_(values.narrow(1, 2, 1).mul(0.114));
}

void
VerifyFinite(const at::Tensor & values)
{
  const std::int64_t numberOfValues = values.numel();
  const std::int64_t finite = at::isfinite(values).sum().item<std::int64_t>();
  VerifyFiniteIntensities(static_cast<std::uint64_t>(numberOfValues - finite),
                          static_cast<std::uint64_t>(numberOfValues));
}

at::Tensor
Scaled(const at::Tensor & values, const UNetIntensityScale & scale)
{
  at::Tensor scaled = values.sub(scale.Offset).div_(scale.Divisor).mul_(scale.Factor);
  if (scale.IsCut)
  {
    scaled.clamp_(0.0, 1.0);
  }
  return scale.IsInverted ? scaled.neg_().add_(1.0) : scaled;
}

UNetIntensityScale
MeasureOnDevice(const UNetIntensityNormalization & rule, const at::Tensor & values)
{
  VerifyFinite(values);
  UNetIntensityScale scale;
  switch (rule.Scaling)
  {
    case UNetIntensityScaling::Percentiles:
    {
      float a = 0.0f;
      float b = 0.0f;
      for (const auto & [lower, upper] : rule.GetWideningPercentiles())
      {
        a = OrderStatistic(values.reshape(-1), lower);
        b = OrderStatistic(values.reshape(-1), upper);
        if (a < b)
        {
          break;
        }
      }
      scale.Offset = a;
      scale.Divisor = b > a ? b - a : std::numeric_limits<float>::infinity();
      scale.IsCut = true;
      scale.IsInverted = rule.Polarity == UNetPolarity::Dark && b > a;
      if (rule.Polarity == UNetPolarity::Automatic)
      {
        const std::uint64_t above = CountBrightValues(Scaled(values, scale));
        const auto          all = static_cast<std::uint64_t>(values.numel());
        scale.IsInverted = 2 * above > all;
        scale.BrightShare = static_cast<float>(static_cast<double>(above) / static_cast<double>(all));
      }
      break;
    }
    case UNetIntensityScaling::ZScore:
    {
      // In double: the sum of millions of floats loses digits.
      const double mean = values.mean(at::kDouble).item<double>();
      const double variance = values.to(at::kDouble).sub(mean).square_().mean().item<double>();
      scale.Offset = static_cast<float>(mean);
      scale.Divisor = variance > 0.0 ? static_cast<float>(std::sqrt(variance)) : std::numeric_limits<float>::infinity();
      break;
    }
    case UNetIntensityScaling::Factor:
      scale.Factor = static_cast<float>(rule.Factor);
      break;
  }
  return scale;
}

/** One pass over pixels on the host. */
at::Tensor
ScaledOnHost(const TorchTensor & image, UNetColor color, const UNetIntensityScale & scale)
{
  const GrayValues          gray(image, color);
  std::vector<std::int64_t> sizes = image.GetShape();
  sizes.push_back(gray.GetNumberOfValues() / (GetATensor(image).numel() / sizes[1]));
  sizes.erase(sizes.begin() + 1);
  const at::Tensor          result = at::empty(sizes, at::kFloat); // components last
  float * const             out = result.mutable_data_ptr<float>();
  const std::int64_t        length = gray.GetNumberOfValuesInRow();
  std::atomic<std::int64_t> notFinite{ 0 };
  at::parallel_for(0,
                   gray.GetNumberOfValues() / length,
                   std::max<std::int64_t>(1, (std::int64_t{ 1 } << 16) / length),
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     std::int64_t bad = 0;
                     for (std::int64_t row = begin; row < end; ++row)
                     {
                       float * const values = out + row * length;
                       gray.Get(row * length, (row + 1) * length, values);
                       for (std::int64_t i = 0; i < length; ++i)
                       {
                         bad += std::isfinite(values[i]) ? 0 : 1;
                         values[i] = scale.Apply(values[i]);
                       }
                     }
                     notFinite += bad;
                   });
  VerifyFiniteIntensities(static_cast<std::uint64_t>(notFinite.load()),
                          static_cast<std::uint64_t>(gray.GetNumberOfValues()));
  return result.movedim(-1, 1);
}
} // namespace

const TorchParameterTable<UNetIntensityNormalization> &
UNetIntensityNormalization::Describe()
{
  using P = UNetIntensityNormalization;
  using Range = TorchParameterRange;
  static const TorchParameterTable<UNetIntensityNormalization> table = []
  {
    TorchParameterTable<UNetIntensityNormalization> t;
    t.AddChoice("Color", &P::Color, "Use the luminance of the first three components, or keep all components.")
      .Formerly("Colour");
    t.AddChoice("Scaling", &P::Scaling, "How intensities are scaled.");
    t.Add("LowerPercentile",
          &P::LowerPercentile,
          "Percentile that percentile scaling maps to 0.",
          Range::FromBelow(0, 100),
          TorchParameterUnit::Percent);
    t.Add("UpperPercentile",
          &P::UpperPercentile,
          "Percentile that percentile scaling maps to 1.",
          Range::Between(0, 100),
          TorchParameterUnit::Percent);
    t.Add("Factor", &P::Factor, "Number by which factor scaling multiplies intensities.", Range::Between(1e-30, 1e30));
    t.AddChoice(
       "Polarity",
       &P::Polarity,
       "Whether objects are bright or dark; dark needs percentile scaling. auto decides by each image, and once "
       "for a training set whose images agree.")
      .Formerly("AutomaticPolarity", { { "true", "auto" }, { "false", "bright" } });
    return t;
  }();
  return table;
}

std::vector<std::array<double, 2>>
UNetIntensityNormalization::GetWideningPercentiles() const
{
  std::vector<std::array<double, 2>> percentiles;
  for (const double divisor : { 1.0, 10.0, 100.0, 1000.0 })
  {
    percentiles.push_back({ LowerPercentile / divisor, 100.0 - (100.0 - UpperPercentile) / divisor });
  }
  percentiles.front() = { LowerPercentile, UpperPercentile };
  percentiles.push_back({ 0.0, 100.0 });
  return percentiles;
}

void
UNetIntensityNormalization::Verify() const
{
  TorchParameterView(*this).Verify("UNetIntensityNormalization");
  if (LowerPercentile >= UpperPercentile)
  {
    itkGenericExceptionMacro("UNetIntensityNormalization: LowerPercentile must be less than UpperPercentile ("
                             << UpperPercentile << "), but is " << LowerPercentile << '.');
  }
  if (Polarity == UNetPolarity::Dark && Scaling != UNetIntensityScaling::Percentiles)
  {
    itkGenericExceptionMacro("UNetIntensityNormalization: Polarity must be auto or bright with "
                             << GetEnumerationText(Scaling) << " scaling, but is dark.");
  }
}

unsigned int
UNetIntensityNormalization::GetNumberOfChannels(unsigned int numberOfComponents) const
{
  return Color == UNetColor::Keep ? numberOfComponents : numberOfComponents == 2 ? 0 : 1;
}

TorchTensor
UNetIntensityNormalization::Apply(const TorchTensor & image) const
{
  return this->Apply(image, this->Measure(image));
}

UNetIntensityScale
UNetIntensityNormalization::Measure(const TorchTensor & image, const TorchProgress & progress) const
try
{
  VerifyImageTensor(image, "UNetIntensityNormalization::Measure()", "image", 3);
  if (!image.GetDevice().IsHost())
  {
    return MeasureOnDevice(*this, ToGrayValues(image, *this));
  }
  constexpr std::int64_t    valuesOfPart = std::int64_t{ 1 } << 22;
  const auto                shape = image.GetShape();
  std::vector<std::int64_t> start(shape.size() - 2, 0);
  std::vector<std::int64_t> size(shape.rbegin(), shape.rend() - 2);
  const std::int64_t        slabs = size.back();
  const std::int64_t       values = std::accumulate(shape.begin(), shape.end(), std::int64_t{ 1 }, std::multiplies<>());
  const std::int64_t       step = std::max<std::int64_t>(1, valuesOfPart * slabs / std::max<std::int64_t>(1, values));
  UNetIntensityMeasurement measurement(*this);
  for (int pass = 0; measurement.NeedsPass(); ++pass)
  {
    for (start.back() = 0; start.back() < slabs; start.back() += step)
    {
      size.back() = std::min(step, slabs - start.back());
      measurement.Add(image.Crop(start, size));
      // There are at most three passes.
      progress((pass + static_cast<double>(start.back() + size.back()) / static_cast<double>(slabs)) / 3.0);
    }
    measurement.EndPass();
  }
  return measurement.GetScale();
}
catch (...)
{
  TorchExecution::Rethrow("UNetIntensityNormalization::Measure()");
}

TorchTensor
UNetIntensityNormalization::Apply(const TorchTensor & part, const UNetIntensityScale & scale) const
try
{
  VerifyImageTensor(part, "UNetIntensityNormalization::Apply()", "part", 3);
  if (part.GetDevice().IsHost())
  {
    return MakeTorchTensor(ScaledOnHost(part, Color, scale), part.GetDevice());
  }
  const at::Tensor values = ToGrayValues(part, *this);
  VerifyFinite(values);
  return MakeTorchTensor(Scaled(values, scale), part.GetDevice());
}
catch (...)
{
  TorchExecution::Rethrow("UNetIntensityNormalization::Apply()");
}
} // namespace itk
