// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyOnHost.h"
#include "itkCannyStrip.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/isfinite.h>
#include <algorithm>
#include <atomic>
#include <deque>
#include <sstream>

namespace itk
{
namespace
{
/** Pixels of a volume's plane that a thread keeps at a time, so that some planes of them fit into its cache. */
constexpr std::int64_t planePixels = 32768;
/** Pixels between two reports of the progress, and in a piece of an image that is not finite. */
constexpr std::int64_t reportPixels = 1 << 18;

std::int64_t
CeilingOf(std::int64_t dividend, std::int64_t divisor)
{
  return (dividend + divisor - 1) / divisor;
}

/** Parts of about equal size; those of one thread number after each other. No result depends on them. */
std::vector<CannyPart>
MakeParts(const CannyProblem & problem, std::int64_t threads)
{
  const bool         isVolume = problem.GetDimension() == 3;
  const std::int64_t rows = isVolume ? problem.Size[1] : 1;
  const std::int64_t planes = problem.Size.back();
  std::int64_t       bands = CeilingOf(rows * problem.Size[0], planePixels);
  bands = std::clamp<std::int64_t>(CeilingOf(bands, threads) * threads, 1, std::max<std::int64_t>(1, rows / 16));
  const std::int64_t slabs =
    std::clamp<std::int64_t>(bands >= threads ? 1 : threads, 1, std::max<std::int64_t>(1, planes / 8));
  std::vector<CannyPart> parts;
  for (std::int64_t band = 0; band < bands; ++band)
  {
    for (std::int64_t slab = 0; slab < slabs; ++slab)
    {
      parts.push_back(
        { slab * planes / slabs, (slab + 1) * planes / slabs, band * rows / bands, (band + 1) * rows / bands });
    }
  }
  return parts;
}

template <typename TBody>
void
ForEachInParallel(std::int64_t count, const TBody & body)
{
  at::parallel_for(0,
                   count,
                   1,
                   [&](std::int64_t first, std::int64_t last)
                   {
                     for (std::int64_t i = first; i < last; ++i)
                     {
                       body(i);
                     }
                   });
}

/** All steps but the hysteresis.
 * \return whether all pixels are finite */
template <typename T, int D>
bool
RunStrips(const CannyProblem &                problem,
          const T *                           image,
          const CannyTargets<T> &             targets,
          const std::function<void(double)> & progress)
{
  const std::int64_t threads = at::get_num_threads();
  const auto         parts = MakeParts(problem, threads);
  const auto         count = static_cast<std::int64_t>(parts.size());
  const std::int64_t groups = CeilingOf(count, threads);
  const std::int64_t steps = CeilingOf(std::max<std::int64_t>(problem.GetNumberOfPixels() / reportPixels, 1), groups);
  std::atomic<bool>  isFinite{ true };
  for (std::int64_t group = 0; group < groups; ++group)
  {
    std::deque<CannyStrip<T, D>> strips;
    for (std::int64_t part = group * threads; part < std::min(count, (group + 1) * threads); ++part)
    {
      strips.emplace_back(problem, image, targets, parts[part]);
    }
    for (std::int64_t step = 1; step <= steps && isFinite; ++step)
    {
      ForEachInParallel(static_cast<std::int64_t>(strips.size()),
                        [&](std::int64_t i)
                        {
                          const CannyPart & part = strips[i].GetPart();
                          const auto        length = part.LastPlane - part.FirstPlane;
                          const auto        last = part.FirstPlane + step * length / steps;
                          if (!strips[i].Advance(last))
                          {
                            isFinite = false;
                          }
                        });
      progress((group + static_cast<double>(step) / steps) / groups);
    }
  }
  return isFinite;
}

/** Calls `body` for each row of the image, in parallel. */
template <typename TBody>
void
ForEachRow(const CannyProblem & problem, const TBody & body)
{
  const std::int64_t width = problem.Size[0];
  at::parallel_for(0,
                   problem.GetNumberOfPixels() / width,
                   std::max<std::int64_t>(1, 65536 / width),
                   [&](std::int64_t first, std::int64_t last)
                   {
                     for (std::int64_t row = first; row < last; ++row)
                     {
                       body(row);
                     }
                   });
}

/** Memory for what is wanted. */
CannyTensors
AllocateTensors(const at::Tensor & image, const CannyEdgeDetectionOutputs & outputs)
{
  const auto   allocate = [&image](bool isWanted) { return isWanted ? at::empty_like(image) : at::Tensor{}; };
  CannyTensors tensors;
  tensors.Edges = allocate(true);
  tensors.Magnitude = allocate(outputs.GradientMagnitude);
  tensors.Suppressed = allocate(outputs.NonMaximumSuppression);
  if (outputs.GradientDirection)
  {
    auto shape = image.sizes().vec();
    shape.push_back(image.dim());
    tensors.Direction = at::empty(shape, image.options());
  }
  return tensors;
}

template <typename T>
T *
PixelsOf(const at::Tensor & tensor)
{
  return tensor.defined() ? tensor.data_ptr<T>() : nullptr;
}

/** Thresholds from what survives, and the pixels above them. */
template <typename T>
CannyThresholds
ClassifyByRule(const CannyProblem & problem,
               CannyThresholdRule   rule,
               const at::Tensor &   suppressed,
               CannyHysteresis &    hysteresis)
{
  const CannyThresholds thresholds = FindCannyThresholds(rule, suppressed);
  const std::int64_t    width = problem.Size[0];
  ForEachRow(problem,
             [&](std::int64_t row)
             {
               ClassifyPixels<T>(width,
                                 suppressed.data_ptr<T>() + row * width,
                                 static_cast<T>(thresholds.Lower),
                                 static_cast<T>(thresholds.Upper),
                                 hysteresis.GetWeak(row),
                                 hysteresis.GetStrong(row));
             });
  return thresholds;
}

template <typename T, int D>
CannyTensors
Detect(const CannyProblem &                 problem,
       const at::Tensor &                   image,
       const CannyEdgeDetectionParameters & parameters,
       const CannyEdgeDetectionOutputs &    outputs,
       const std::function<void(double)> &  progress)
{
  CannyTensors    result = AllocateTensors(image, outputs);
  CannyHysteresis hysteresis(problem.Size);
  CannyTargets<T> targets;
  targets.Magnitude = PixelsOf<T>(result.Magnitude);
  targets.Direction = PixelsOf<T>(result.Direction);
  const bool isByRule = parameters.ThresholdRule != CannyThresholdRule::Given;
  // The edges' memory is free until the end.
  const at::Tensor suppressed = isByRule && !result.Suppressed.defined() ? result.Edges : result.Suppressed;
  targets.Suppressed = PixelsOf<T>(suppressed);
  if (!isByRule)
  {
    result.Thresholds = GivenCannyThresholds(parameters, image.scalar_type());
    targets.Hysteresis = &hysteresis;
    targets.LowerThreshold = static_cast<T>(result.Thresholds.Lower);
    targets.UpperThreshold = static_cast<T>(result.Thresholds.Upper);
  }
  const auto reportSteps = [&progress](double fraction) { progress(0.8 * fraction); };
  if (!RunStrips<T, D>(problem, image.data_ptr<T>(), targets, reportSteps))
  {
    ThrowNotFinite(image);
  }
  if (isByRule)
  {
    result.Thresholds = ClassifyByRule<T>(problem, parameters.ThresholdRule, suppressed, hysteresis);
  }
  hysteresis.Grow();
  progress(0.9);
  ForEachRow(problem,
             [&, edges = result.Edges.template data_ptr<T>(), width = problem.Size[0]](std::int64_t row)
             { ExpandBits<T>(width, hysteresis.GetEdges(row), edges + row * width); });
  progress(1.0);
  return result;
}
} // namespace

CannyTensors
DetectCannyOnHost(const CannyProblem &                 problem,
                  const at::Tensor &                   image,
                  const CannyEdgeDetectionParameters & parameters,
                  const CannyEdgeDetectionOutputs &    outputs,
                  const std::function<void(double)> &  progress)
{
  const bool isFloat = image.scalar_type() == at::kFloat;
  if (problem.GetDimension() == 2)
  {
    return isFloat ? Detect<float, 2>(problem, image, parameters, outputs, progress)
                   : Detect<double, 2>(problem, image, parameters, outputs, progress);
  }
  return isFloat ? Detect<float, 3>(problem, image, parameters, outputs, progress)
                 : Detect<double, 3>(problem, image, parameters, outputs, progress);
}

void
ThrowNotFinite(const at::Tensor & image)
{
  std::int64_t count = 0;
  std::int64_t first = -1;
  std::int64_t start = 0;
  // By pieces, because there may be no memory for more about an image that fills it.
  for (const at::Tensor & piece : image.flatten().split(reportPixels))
  {
    const at::Tensor   finite = at::isfinite(piece).cpu();
    const bool * const isFinite = finite.const_data_ptr<bool>();
    const auto         others = std::count(isFinite, isFinite + piece.numel(), false);
    if (count == 0 && others > 0)
    {
      first = start + (std::find(isFinite, isFinite + piece.numel(), false) - isFinite);
    }
    count += others;
    start += piece.numel();
  }
  std::ostringstream place;
  for (std::int64_t axis = image.dim() - 1; axis >= 0; first /= image.size(axis), --axis)
  {
    place << first % image.size(axis) << (axis > 0 ? ", " : "");
  }
  itkGenericExceptionMacro("The input's pixels must be finite numbers, but "
                           << count << " of them are not; the first one is [" << place.str()
                           << "] pixels from the image's first one.");
}
} // namespace itk
