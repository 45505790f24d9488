// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyComparison.h"
#include "itkMaximumMatching.h"
#include "itkImageTensor.h"
#include "itkMacro.h"
#include "itkTorchProgress.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
TorchTensor
OnHost(const TorchTensor & labels)
{
  return labels.To(TorchDevice::CPU()).ToInterleaved();
}

/** Marks the pixels of a boundary by whether the other one is near. */
void
MarkAgreement(const PixelSet &            boundary,
              const std::vector<double> & distances,
              double                      tolerance,
              CannyAgreement              alone,
              std::uint8_t *              agreement)
{
  const double limit = tolerance * (1.0 + 1e-9);
  auto         distance = distances.begin();
  for (std::int64_t i = 0; i < boundary.GetNumberOfImagePixels(); ++i)
  {
    if (boundary.GetBytes()[i] != 0)
    {
      const bool isNear = *distance++ <= limit;
      // A pixel of both boundaries is near to itself.
      agreement[i] = static_cast<std::uint8_t>(isNear ? CannyAgreement::Both : alone);
    }
  }
}

at::Tensor
MakeAgreement(const PixelSet &          edges,
              const PixelSet &          outline,
              const BoundaryDistances & distances,
              double                    tolerance,
              at::IntArrayRef           shape)
{
  at::Tensor agreement = at::empty(shape, at::TensorOptions(c10::kByte)).zero_();
  auto *     pixels = agreement.data_ptr<std::uint8_t>();
  MarkAgreement(edges, distances.GetFromPrediction(), tolerance, CannyAgreement::CannyOnly, pixels);
  MarkAgreement(outline, distances.GetFromTruth(), tolerance, CannyAgreement::SegmentationOnly, pixels);
  return agreement;
}

at::Tensor
MakeOverlay(const at::Tensor & image, const at::Tensor & agreement)
{
  at::Tensor sorted = image.flatten().clone();
  float *    values = sorted.data_ptr<float>();
  const auto last = sorted.numel() - 1;
  const auto percentile = [&](double part)
  {
    float * const at = values + std::lround(part * static_cast<double>(last));
    std::nth_element(values, at, values + last + 1);
    return static_cast<double>(*at);
  };
  const double     lower = percentile(0.01);
  const double     range = std::max(percentile(0.99) - lower, 1e-30);
  const at::Tensor gray = ((image - lower) * (255.0 / range)).clamp_(0.0, 255.0).to(c10::kByte);
  at::Tensor       overlay = at::cat({ gray, gray, gray }, 1);
  for (const auto value : { CannyAgreement::Both, CannyAgreement::CannyOnly, CannyAgreement::SegmentationOnly })
  {
    const auto       color = CannyComparison::GetColor(value);
    const at::Tensor isHere = agreement == static_cast<int>(value);
    for (std::int64_t channel = 0; channel < 3; ++channel)
    {
      overlay.narrow(1, channel, 1).masked_fill_(isHere, static_cast<int>(color[channel]));
    }
  }
  return overlay;
}

BoundaryComparison
Summarize(const BoundaryDistances &   distances,
          const PixelSet &            prediction,
          const PixelSet &            truth,
          const std::vector<double> & spacing,
          const std::vector<double> & tolerances,
          BoundaryMatching            matching)
{
  BoundaryComparison comparison;
  for (const double tolerance : tolerances)
  {
    comparison.Counts.push_back(matching == BoundaryMatching::Maximum
                                  ? CountMaximumMatching(prediction, truth, spacing, tolerance)
                                  : distances.CountWithin(tolerance));
  }
  comparison.MeanDistance = distances.Mean();
  comparison.HausdorffDistance95 = distances.HausdorffDistanceAtPercentile(95);
  return comparison;
}
} // namespace

CannyComparison::Result
CannyComparison::Compute(const TorchTensor &                  image,
                         const TorchTensor &                  segmentation,
                         const TorchTensor &                  truth,
                         const std::vector<double> &          spacing,
                         const CannyEdgeDetectionParameters & canny,
                         const CannyComparisonParameters &    parameters,
                         const std::function<void(double)> &  progress)
try
{
  VerifyImageTensor(image, "CannyComparison::Compute()", "image");
  VerifyImageTensor(segmentation, "CannyComparison::Compute()", "segmentation");
  VerifyOptionalImageTensor(truth, "CannyComparison::Compute()", "truth");
  VerifyCannyComparison(parameters);
  const auto & device = image.GetDevice();
  const auto   detected = CannyEdgeDetection::Compute(
    MakeTorchTensor(GetATensor(image).to(c10::kFloat), device), spacing, canny, {}, PartOfProgress(progress, 0.0, 0.5));
  const TorchTensor         segmented = OnHost(segmentation);
  const PixelSet            edges = PixelSet::FromMask(detected.Edges);
  const PixelSet            outline = PixelSet::FromOutline(segmented, {}, false);
  const std::vector<double> units = parameters.UseImageSpacing ? spacing : std::vector<double>(spacing.size(), 1.0);
  const auto                summarize = [&](const BoundaryDistances & distances, const PixelSet & a, const PixelSet & b)
  { return Summarize(distances, a, b, units, parameters.Tolerances, parameters.Matching); };
  const auto between = BoundaryDistances::Compute(
    edges, outline, units, std::numeric_limits<double>::infinity(), PartOfProgress(progress, 0.5, 0.6));

  const at::Tensor agreement =
    MakeAgreement(edges, outline, between, parameters.AgreementTolerance, GetATensor(segmented).sizes());
  const at::Tensor gray = GetATensor(OnHost(image)).to(c10::kFloat);
  Result           result;
  result.Agreement = MakeTorchTensor(agreement, TorchDevice::CPU()).To(device);
  result.Overlay = MakeTorchTensor(MakeOverlay(gray, agreement), TorchDevice::CPU()).To(device);
  result.Edges = MakeTorchTensor(GetATensor(detected.Edges).to(GetATensor(image).scalar_type()), device);
  result.LowerThreshold = detected.LowerThreshold;
  result.UpperThreshold = detected.UpperThreshold;
  result.CannyAgainstSegmentation = summarize(between, edges, outline);
  if (truth.IsDefined())
  {
    const PixelSet real = PixelSet::FromOutline(OnHost(truth), {}, false);
    const double   everywhere = std::numeric_limits<double>::infinity();
    result.CannyAgainstTruth = summarize(
      BoundaryDistances::Compute(edges, real, units, everywhere, PartOfProgress(progress, 0.6, 0.8)), edges, real);
    result.SegmentationAgainstTruth = summarize(
      BoundaryDistances::Compute(outline, real, units, everywhere, PartOfProgress(progress, 0.8, 1.0)), outline, real);
  }
  return result;
}
catch (...)
{
  TorchExecution::Rethrow("CannyComparison::Compute()");
}

std::array<std::uint8_t, 3>
CannyComparison::GetColor(CannyAgreement agreement)
{
  switch (agreement)
  {
    case CannyAgreement::Both:
      return { { 255, 221, 0 } };
    case CannyAgreement::CannyOnly:
      return { { 235, 60, 160 } };
    case CannyAgreement::SegmentationOnly:
      return { { 0, 190, 255 } };
    default:
      return { { 0, 0, 0 } };
  }
}

BoundaryComparison
CompareBoundaries(const PixelSet &            prediction,
                  const PixelSet &            truth,
                  const std::vector<double> & spacing,
                  const std::vector<double> & tolerances,
                  BoundaryMatching            matching)
{
  return Summarize(
    BoundaryDistances::Compute(prediction, truth, spacing), prediction, truth, spacing, tolerances, matching);
}

void
VerifyCannyComparison(const CannyComparisonParameters & parameters)
{
  if (parameters.Tolerances.empty())
  {
    itkGenericExceptionMacro("Tolerances must be at least 1 number, but is empty.");
  }
  std::vector<double> all = parameters.Tolerances;
  all.push_back(parameters.AgreementTolerance);
  for (const double tolerance : all)
  {
    if (!std::isfinite(tolerance) || tolerance < 0.0)
    {
      itkGenericExceptionMacro("A tolerance must be a finite number of at least 0, but is " << tolerance << '.');
    }
  }
}
} // namespace itk
