// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSpatialSamplingProblem.h"
#include "itkIntensityChanges.h"
#include "itkSpatialSamplingOnDevice.h"
#include "itkSplineCoefficients.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
bool
IsWhole(double value)
{
  return value == std::floor(value) && std::abs(value) < 0x1p30;
}

/** The smallest and largest pixel that `fill` reads for the pixels [first, last]. */
std::array<std::int64_t, 2>
FoldRange(std::int64_t first, std::int64_t last, std::int64_t size, SamplingPaddingMode fill)
{
  if (first >= 0 && last < size)
  {
    return { { first, last } };
  }
  const std::int64_t end = size - 1;
  if (fill == SamplingPaddingMode::Edge || fill == SamplingPaddingMode::Constant)
  {
    // A place on the border pixel is a mixture with the one inside it, of weight 0.
    return { { std::clamp(first, std::int64_t{ 0 }, std::max(std::int64_t{ 0 }, end - 1)),
               std::clamp(last, std::min(std::int64_t{ 1 }, end), end) } };
  }
  const std::int64_t overlap = fill == SamplingPaddingMode::Reflect ? 1 : 0;
  if (fill == SamplingPaddingMode::Wrap || first < -size || last > 2 * size - 1 || (first < 0 && last > end))
  {
    return { { 0, end } };
  }
  if (first < 0)
  {
    return { { last < 0 ? std::max(std::int64_t{ 0 }, -last - overlap) : 0,
               std::min(end, std::max(last, -first - overlap)) } };
  }
  return { { std::max(std::int64_t{ 0 }, std::min(first, 2 * end + overlap - last)),
             first > end ? std::min(end, 2 * end + overlap - first) : end } };
}

} // namespace

bool
SpatialSamplingProblem::IsPermutation() const
{
  if (!Grid.IsEmpty() || !Noise.IsEmpty())
  {
    return false;
  }
  for (unsigned int row = 0; row < Dimension; ++row)
  {
    for (unsigned int column = 0; column < Dimension; ++column)
    {
      if (!IsWhole(Map.Matrix[row][column]))
      {
        return false;
      }
    }
    if (!IsWhole(Map.Offset[row]))
    {
      return false;
    }
  }
  return true;
}

std::array<std::array<std::int64_t, 2>, 3>
SpatialSamplingProblem::GetInputBounds() const
{
  std::array<std::array<double, 2>, 3> points{};
  const auto                           bounds =
    Grid.IsEmpty() ? std::vector<std::array<double, 2>>(Dimension) : Grid.GetBounds(OutputStart, OutputSize);
  for (unsigned int axis = 0; axis < Dimension; ++axis)
  {
    const double noise = Noise.IsEmpty() ? 0.0 : std::abs(Noise.GetAmplitude(axis));
    points[axis] = { { static_cast<double>(OutputStart[axis]) + bounds[axis][0] - noise,
                       static_cast<double>(OutputStart[axis] + OutputSize[axis] - 1) + bounds[axis][1] + noise } };
  }
  std::array<std::array<std::int64_t, 2>, 3> inputs{};
  for (unsigned int row = 0; row < Dimension; ++row)
  {
    double low = Map.Offset[row];
    double high = low;
    for (unsigned int column = 0; column < Dimension; ++column)
    {
      const double factor = Map.Matrix[row][column];
      low += factor * points[column][factor < 0.0 ? 1 : 0];
      high += factor * points[column][factor < 0.0 ? 0 : 1];
    }
    // A pixel more than the exact places need.
    const auto pixel = [](double place)
    { return static_cast<std::int64_t>(std::floor(std::clamp(place, -0x1p30, 0x1p30))); };
    inputs[row] = FoldRange(pixel(low) - 1, pixel(high) + 2, InputSize[row], PaddingMode);
  }
  return inputs;
}

void
SampleImages(std::vector<SpatialSamplingJob> &   jobs,
             const TorchDevice &                 device,
             const std::function<void(double)> & progress)
{
  std::vector<SpatialSamplingJob> runs = jobs;
  for (auto & job : runs)
  {
    const bool isPermutation = job.Problem.IsPermutation();
    for (auto & image : job.Images)
    {
      image.Interpolation = isPermutation ? SamplingInterpolation::Nearest : image.Interpolation;
      if (image.Interpolation == SamplingInterpolation::Cubic)
      {
        image.Input = SplineCoefficients(image.Input, job.Problem.PaddingMode);
        image.Output = at::empty(image.Output.sizes(), image.Input.options());
      }
    }
  }
  if (device.IsHost())
  {
    for (std::size_t i = 0; i < runs.size(); ++i)
    {
      SampleImagesOnHost(runs[i],
                         [&](double fraction)
                         { progress((static_cast<double>(i) + fraction) / static_cast<double>(runs.size())); });
    }
  }
  else
  {
    SampleImagesOnDevice(runs, device);
    progress(1.0);
  }
  for (std::size_t i = 0; i < runs.size(); ++i)
  {
    for (std::size_t k = 0; k < runs[i].Images.size(); ++k)
    {
      if (runs[i].Images[k].Interpolation == SamplingInterpolation::Cubic)
      {
        at::Tensor & output = jobs[i].Images[k].Output;
        output.copy_(RoundToType(runs[i].Images[k].Output, output.scalar_type()));
      }
    }
  }
}
} // namespace itk
