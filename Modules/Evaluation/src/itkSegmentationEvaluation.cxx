// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationEvaluation.h"
#include "itkImageTensor.h"
#include "itkLabelPixels.h"
#include "itkMacro.h"
#include "itkTorchProgress.h"
#include "itkTorchTensorAccess.h"
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

namespace itk
{
namespace
{
using Progress = std::function<void(double)>;

/** The host's copy of labels, without gaps. */
TorchTensor
OnHost(const TorchTensor & labels)
{
  return labels.To(TorchDevice::CPU()).ToInterleaved();
}

TorchTensor
MakeAgreement(const TorchTensor & prediction, const TorchTensor & truth)
{
  at::Tensor agreement = at::empty(GetATensor(prediction).sizes(), at::TensorOptions(c10::kByte));
  auto *     pixels = agreement.data_ptr<std::uint8_t>();
  LabelPixels(prediction)
    .Visit(
      [&](const auto * predicted)
      {
        LabelPixels(truth).Visit(
          [&](const auto * real)
          {
            at::parallel_for(0,
                             agreement.numel(),
                             1 << 17,
                             [&](std::int64_t begin, std::int64_t end)
                             {
                               // 1 both, 2 prediction only, 3 truth only, as SegmentationAgreement numbers them.
                               for (std::int64_t i = begin; i < end; ++i)
                               {
                                 const bool p = predicted[i] != 0;
                                 const bool t = real[i] != 0;
                                 pixels[i] = static_cast<std::uint8_t>((p ? 2 : 0) + (t ? 3 : 0) - (p && t ? 4 : 0));
                               }
                             });
          });
      });
  return MakeTorchTensor(agreement, TorchDevice::CPU());
}

SurfaceScores
EvaluateSurface(const TorchTensor &         prediction,
                const TorchTensor &         truth,
                const ObjectSelection &     objects,
                const std::vector<double> & spacing,
                double                      tolerance,
                const Progress &            progress)
{
  const auto distances = BoundaryDistances::ComputeBetweenSurfaces(PixelSet::FromOutline(prediction, objects, true),
                                                                   PixelSet::FromObjects(prediction, objects),
                                                                   PixelSet::FromOutline(truth, objects, true),
                                                                   PixelSet::FromObjects(truth, objects),
                                                                   spacing,
                                                                   progress);
  return { distances.HausdorffDistance(),
           distances.GetHausdorffDistanceOfSets(),
           distances.HausdorffDistanceAtPercentile(95),
           distances.PooledHausdorffDistanceAtPercentile(95),
           distances.Mean(),
           distances.MeanOfMeans(),
           distances.CountWithin(tolerance),
           true };
}

BoundaryCounts
EvaluateBoundary(const TorchTensor &     prediction,
                 const TorchTensor &     truth,
                 const ObjectSelection & objects,
                 double                  tolerance,
                 const Progress &        progress)
{
  const std::vector<double> pixels(prediction.GetShape().size() - 2, 1.0);
  return BoundaryDistances::Compute(PixelSet::FromOutline(prediction, objects, false),
                                    PixelSet::FromOutline(truth, objects, false),
                                    pixels,
                                    // A little more, so that rounding excludes nothing.
                                    tolerance + 1.0,
                                    progress)
    .CountWithin(tolerance);
}
} // namespace

SegmentationEvaluation::Result
SegmentationEvaluation::Compute(const TorchTensor &                      prediction,
                                const TorchTensor &                      truth,
                                const std::vector<double> &              spacing,
                                const SegmentationEvaluationParameters & parameters,
                                const std::function<void(double)> &      progress)
try
{
  VerifyImageTensor(prediction, "SegmentationEvaluation::Compute()", "prediction");
  VerifyImageTensor(truth, "SegmentationEvaluation::Compute()", "truth");
  if (prediction.GetShape() != truth.GetShape())
  {
    itkGenericExceptionMacro("Prediction and truth must have the same shape, but have "
                             << GetATensor(prediction).sizes() << " and " << GetATensor(truth).sizes() << '.');
  }
  const TorchTensor    predicted = OnHost(prediction);
  const TorchTensor    real = OnHost(truth);
  const LabelOverlaps  overlaps{ LabelPixels(predicted), LabelPixels(real) };
  const bool           areClasses = parameters.Labels == LabelMeaning::Classes;
  const auto           classes = areClasses ? overlaps.GetLabels() : std::vector<std::uint64_t>{};
  TorchProgressSteps   steps(progress, 3.0 + 2.0 * static_cast<double>(classes.size()));
  Result               result{ MakeAgreement(predicted, real).To(prediction.GetDevice()), {} };
  SegmentationScores & scores = result.Scores;
  scores.Overlap = overlaps.GetForegroundOverlap();
  if (!areClasses)
  {
    const InstanceMatching matching(overlaps);
    scores.Kaggle = CountAtInstanceThresholds(matching, InstanceMatchRule::Greater);
    scores.StarDist = CountAtInstanceThresholds(matching, InstanceMatchRule::AtLeast);
    scores.Jaccard = matching.GetAggregatedJaccard();
    scores.AreInstancesComputed = true;
  }
  steps.Next(1.0)(1.0);
  const auto surface = [&](const ObjectSelection & objects)
  {
    const Progress step = steps.Next(1.0);
    return parameters.EvaluateSurface
             ? EvaluateSurface(predicted, real, objects, spacing, parameters.SurfaceTolerance, step)
             : SurfaceScores{};
  };
  const auto boundary = [&](const ObjectSelection & objects)
  {
    const Progress step = steps.Next(1.0);
    return parameters.EvaluateBoundary ? EvaluateBoundary(predicted, real, objects, parameters.BoundaryTolerance, step)
                                       : BoundaryCounts{};
  };
  scores.Boundary = boundary({});
  scores.IsBoundaryComputed = parameters.EvaluateBoundary;
  scores.Surface = surface({ ObjectSelection::Kind::AnyLabel, 0 });
  for (const auto label : classes)
  {
    const ObjectSelection oneClass{ ObjectSelection::Kind::OneLabel, label };
    scores.Classes[label] = {
      overlaps.GetClassOverlap(label), boundary(oneClass), parameters.EvaluateBoundary, surface(oneClass)
    };
  }
  return result;
}
catch (...)
{
  TorchExecution::Rethrow("SegmentationEvaluation::Compute()");
}
} // namespace itk
