// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "composed/itkSpatialSamplingComposed.h"
#include "itkIntensityChanges.h"
#include <ATen/TensorOperators.h>
#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>

namespace itk
{
namespace
{
std::int64_t
Axis(std::int64_t axis)
{
  return -1 - axis;
}

/** Weights of all splines for each output pixel of an axis: (pixels, splines). */
at::Tensor
SplineMatrix(const SpatialSamplingProblem & problem, unsigned int axis)
{
  const std::int64_t pixels = problem.OutputSize[axis];
  const std::int64_t splines = problem.Grid.GetNumberOfSplines(axis);
  at::Tensor         matrix = at::zeros({ pixels, splines }, at::kDouble);
  auto * const       weights = matrix.data_ptr<double>();
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
  {
    const auto place = problem.Grid.Locate(axis, static_cast<double>(problem.OutputStart[axis] + pixel));
    const auto inCell = CubicBSplineWeights(place.InCell);
    for (std::int64_t k = 0; k < 4; ++k)
    {
      // An axis of one node has three splines, and the fourth weight is 0.
      weights[pixel * splines + std::min(place.First + k, splines - 1)] += inCell[static_cast<std::size_t>(k)];
    }
  }
  return matrix;
}

/** A point's neighbors along one axis and how much each counts. */
struct Taps
{
  std::vector<at::Tensor> Pixels;
  std::vector<at::Tensor> Weights;
};

/** `place` inside the image by the rule of `fill`, for linear and nearest interpolation. */
at::Tensor
Fold(const at::Tensor & place, double size, SamplingPaddingMode fill)
{
  at::Tensor folded = place;
  if (fill == SamplingPaddingMode::Wrap)
  {
    return place.remainder(size);
  }
  if (fill == SamplingPaddingMode::Reflect)
  {
    folded = (place + 0.5).remainder(2.0 * size);
    folded = at::where(folded >= size, 2.0 * size - folded, folded) - 0.5;
  }
  else if (fill == SamplingPaddingMode::Mirror && size > 1.0)
  {
    folded = place.remainder(2.0 * size - 2.0);
    folded = at::where(folded >= size - 1.0, 2.0 * size - 2.0 - folded, folded);
  }
  return folded.clamp(0.0, size - 1.0);
}

at::Tensor
FoldSplinePixel(const at::Tensor & pixel, std::int64_t size, SamplingPaddingMode fill)
{
  if (fill == SamplingPaddingMode::Wrap)
  {
    return pixel.remainder(size);
  }
  if (fill == SamplingPaddingMode::Reflect)
  {
    const at::Tensor folded = pixel.remainder(2 * size);
    return at::where(folded >= size, 2 * size - 1 - folded, folded);
  }
  const at::Tensor folded = size == 1 ? at::zeros_like(pixel) : pixel.remainder(2 * size - 2);
  return at::where(folded >= size, 2 * size - 2 - folded, folded);
}

Taps
FindTaps(const at::Tensor & place, std::int64_t size, SamplingPaddingMode fill, SamplingInterpolation interpolation)
{
  const bool       isClamped = fill == SamplingPaddingMode::Edge || fill == SamplingPaddingMode::Constant;
  const bool       isCubic = interpolation == SamplingInterpolation::Cubic;
  const at::Tensor folded = isCubic && !isClamped ? place : Fold(place, static_cast<double>(size), fill);
  const auto       next = [&](const at::Tensor & pixel)
  { return fill == SamplingPaddingMode::Wrap ? pixel.remainder(size) : pixel.clamp_max(size - 1); };
  if (interpolation == SamplingInterpolation::Nearest)
  {
    return { { next((folded + 0.5).floor().to(at::kLong)) }, { at::ones_like(folded) } };
  }
  const at::Tensor floor = folded.floor();
  const at::Tensor t = folded - floor;
  const at::Tensor s = 1.0 - t;
  const at::Tensor pixel = floor.to(at::kLong);
  if (!isCubic)
  {
    return { { pixel, next(pixel + 1) }, { s, t } };
  }
  Taps taps{
    {},
    { s * s * s / 6.0, (4.0 + t * t * (3.0 * t - 6.0)) / 6.0, (4.0 + s * s * (3.0 * s - 6.0)) / 6.0, t * t * t / 6.0 }
  };
  for (std::int64_t k = -1; k < 3; ++k)
  {
    taps.Pixels.push_back(FoldSplinePixel(pixel + k, size, fill));
  }
  return taps;
}

/** Pixels that LibTorch can index: those of unsigned types as the signed ones of the same size. */
at::Tensor
AsIndexable(const at::Tensor & image)
{
  switch (image.scalar_type())
  {
    case at::ScalarType::UInt16:
      return image.view(at::kShort);
    case at::ScalarType::UInt32:
      return image.view(at::kInt);
    case at::ScalarType::UInt64:
      return image.view(at::kLong);
    default:
      return image;
  }
}

/** Where each output pixel is sampled along each axis of the input: (…, y, x), double. */
std::vector<at::Tensor>
ComposePlaces(const SpatialSamplingProblem & problem, const at::Device & device)
{
  const auto                options = at::TensorOptions(at::kDouble).device(device);
  const at::Tensor          displacement = ComposeDisplacement(problem, device);
  std::vector<std::int64_t> shape;
  std::vector<at::Tensor>   points;
  for (unsigned int axis = 0; axis < problem.Dimension; ++axis)
  {
    shape.insert(shape.begin(), problem.OutputSize[axis]);
  }
  for (unsigned int axis = 0; axis < problem.Dimension; ++axis)
  {
    std::vector<std::int64_t> alongAxis(problem.Dimension, 1);
    alongAxis[problem.Dimension - 1 - axis] = problem.OutputSize[axis];
    const auto start = static_cast<double>(problem.OutputStart[axis]);
    at::Tensor point =
      at::arange(start, start + static_cast<double>(problem.OutputSize[axis]), options).view(alongAxis);
    points.push_back(displacement.defined() ? point + displacement[static_cast<std::int64_t>(axis)]
                                            : point.expand(shape));
  }
  std::vector<at::Tensor> places;
  for (unsigned int row = 0; row < problem.Dimension; ++row)
  {
    at::Tensor place = at::full_like(points[0], problem.Map.Offset[row], at::MemoryFormat::Contiguous);
    for (unsigned int column = 0; column < problem.Dimension; ++column)
    {
      place.add_(points[column], problem.Map.Matrix[row][column]);
    }
    places.push_back(place);
  }
  return places;
}

void
ComposeImage(const SpatialSamplingProblem & problem, const std::vector<at::Tensor> & places, const SampledImage & image)
{
  const at::Tensor          input = AsIndexable(image.Input.contiguous()).reshape({ image.Input.size(1), -1 });
  const auto                type = image.Input.scalar_type();
  const bool                isNearest = image.Interpolation == SamplingInterpolation::Nearest;
  std::vector<Taps>         taps;
  std::vector<std::int64_t> strides;
  std::int64_t              stride = 1;
  for (unsigned int axis = 0; axis < problem.Dimension; ++axis)
  {
    taps.push_back(FindTaps(places[axis], problem.InputSize[axis], problem.PaddingMode, image.Interpolation));
    strides.push_back(stride);
    stride *= image.Input.size(Axis(axis));
  }
  at::Tensor        sum;
  const std::size_t numberOfTaps = taps[0].Pixels.size();
  for (std::size_t z = 0; z < (problem.Dimension == 3 ? numberOfTaps : 1); ++z)
  {
    for (std::size_t y = 0; y < numberOfTaps; ++y)
    {
      for (std::size_t x = 0; x < numberOfTaps; ++x)
      {
        const std::size_t tap[3] = { x, y, z };
        at::Tensor        offset = at::zeros_like(taps[0].Pixels[0]);
        at::Tensor        weight = at::ones_like(places[0]);
        for (unsigned int axis = 0; axis < problem.Dimension; ++axis)
        {
          // A tap of weight 0 may lie outside the part that is given.
          const std::int64_t last = image.Input.size(Axis(axis)) - 1;
          offset.add_((taps[axis].Pixels[tap[axis]] - image.InputStart[axis]).clamp_(0, last), strides[axis]);
          weight.mul_(taps[axis].Weights[tap[axis]]);
        }
        const at::Tensor values = input.index_select(1, offset.flatten());
        if (isNearest)
        {
          sum = values;
          continue;
        }
        const at::Tensor numbers =
          type == at::ScalarType::UInt64 || type == at::ScalarType::UInt32 || type == at::ScalarType::UInt16
            ? values.view(type).to(at::kDouble)
            : values.to(at::kDouble);
        sum = sum.defined() ? sum.add_(numbers * weight.flatten()) : numbers * weight.flatten();
      }
    }
  }
  at::Tensor result = isNearest ? sum : RoundToType(sum, type);
  if (problem.PaddingMode == SamplingPaddingMode::Constant)
  {
    at::Tensor isOutside = at::zeros_like(places[0], at::kBool);
    for (unsigned int axis = 0; axis < problem.Dimension; ++axis)
    {
      isOutside.logical_or_(places[axis] < -0.5)
        .logical_or_(places[axis] >= static_cast<double>(problem.InputSize[axis]) - 0.5);
    }
    at::Tensor fill =
      RoundToType(at::full_like(isOutside.flatten(), image.PaddingValue, at::kDouble), type).expand(result.sizes());
    result = at::where(isOutside.flatten(), AsIndexable(fill.contiguous()), AsIndexable(result));
  }
  image.Output.copy_((result.scalar_type() == type ? result : result.view(type)).reshape(image.Output.sizes()));
}
} // namespace

at::Tensor
ComputeSmoothedNoise(const SpatialSamplingProblem & problem)
{
  const auto & start = problem.OutputStart;
  const auto & size = problem.OutputSize;
  const auto   dimension = static_cast<std::int64_t>(problem.Dimension);
  at::Tensor   field = at::empty({ dimension, size[2], size[1], size[0] }, at::kFloat);
  auto * const values = field.data_ptr<float>();
  at::parallel_for(0,
                   size[1] * size[2],
                   std::max(std::int64_t{ 1 }, 65536 / size[0]),
                   [&](std::int64_t first, std::int64_t last)
                   {
                     SmoothedNoiseRows rows(problem.Noise, start[0], start[0] + size[0], start[1], start[1] + size[1]);
                     for (std::int64_t row = first; row < last; ++row)
                     {
                       const auto & noise = rows.Get(start[1] + row % size[1], start[2] + row / size[1]);
                       for (std::int64_t component = 0; component < dimension; ++component)
                       {
                         std::copy_n(noise.data() + component * size[0],
                                     size[0],
                                     values + (component * size[1] * size[2] + row) * size[0]);
                       }
                     }
                   });
  return field;
}

at::Tensor
ComposeDisplacement(const SpatialSamplingProblem & problem, const at::Device & device)
{
  if (!problem.Noise.IsEmpty())
  {
    const at::Tensor noise = ComputeSmoothedNoise(problem).to(at::TensorOptions(at::kDouble).device(device));
    return problem.Dimension == 3 ? noise : noise.squeeze(1);
  }
  if (problem.Grid.IsEmpty())
  {
    return {};
  }
  std::vector<std::int64_t> shape{ static_cast<std::int64_t>(problem.Dimension) };
  for (unsigned int axis = problem.Dimension; axis-- > 0;)
  {
    shape.push_back(problem.Grid.GetNumberOfSplines(axis));
  }
  at::Tensor field = at::empty(shape, at::kDouble);
  std::copy(problem.Grid.GetCoefficients().begin(), problem.Grid.GetCoefficients().end(), field.data_ptr<double>());
  field = field.to(device);
  for (unsigned int axis = 0; axis < problem.Dimension; ++axis)
  {
    const at::Tensor matrix = SplineMatrix(problem, axis).to(device);
    field = at::matmul(field.movedim(Axis(axis), -1), matrix.t()).movedim(-1, Axis(axis));
  }
  return field;
}

void
ComposeSampledImages(const SpatialSamplingJob & job)
{
  if (job.Images.empty())
  {
    return;
  }
  const auto places = ComposePlaces(job.Problem, job.Images.front().Input.device());
  for (const auto & image : job.Images)
  {
    ComposeImage(job.Problem, places, image);
  }
}
} // namespace itk
