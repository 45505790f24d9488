// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMaximumMatching.h"
#include "itkBipartiteMatching.h"
#include "itkMacro.h"
#include "itkTwoNearestObjectsDistance.h"
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
/** Steps along x, y, … to the pixels within a distance that an image of this size has, nearest first. */
std::vector<std::vector<std::int64_t>>
StepsWithin(const std::vector<double> & spacing, const std::vector<std::int64_t> & size, double tolerance)
{
  using Step = std::pair<double, std::vector<std::int64_t>>; // squared length, step
  std::vector<Step> steps{ { 0.0, {} } };
  const double      limit = tolerance * tolerance * (1.0 + 2e-9);
  for (std::size_t axis = 0; axis < spacing.size(); ++axis)
  {
    std::vector<Step> longer;
    const double      unit = spacing[axis];
    const auto        reach =
      static_cast<std::int64_t>(std::min(tolerance * (1.0 + 1e-9) / unit, static_cast<double>(size[axis] - 1)));
    for (const auto & [length, step] : steps)
    {
      for (std::int64_t pixels = -reach; pixels <= reach; ++pixels)
      {
        const double squared = length + (unit * pixels) * (unit * pixels);
        if (squared <= limit)
        {
          longer.emplace_back(squared, step);
          longer.back().second.push_back(pixels);
        }
      }
    }
    steps = std::move(longer);
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step & a, const Step & b) { return a.first < b.first; });
  std::vector<std::vector<std::int64_t>> result;
  for (auto & step : steps)
  {
    result.push_back(std::move(step.second));
  }
  return result;
}

/** Numbers of the pixels of a set in the order of the image, NoMatch for the others. */
std::vector<std::uint32_t>
NumberPixels(const PixelSet & set)
{
  std::vector<std::uint32_t> numbers(set.GetNumberOfImagePixels(), NoMatch);
  std::uint32_t              next = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i)
  {
    numbers[i] = set.GetBytes()[i] != 0 ? next++ : NoMatch;
  }
  return numbers;
}
} // namespace

BoundaryCounts
CountMaximumMatching(const PixelSet &            prediction,
                     const PixelSet &            truth,
                     const std::vector<double> & spacing,
                     double                      tolerance)
{
  const auto & size = prediction.GetSize();
  if (size != truth.GetSize())
  {
    itkGenericExceptionMacro("Both sets must be of images of one size.");
  }
  VerifySpacing(spacing, size.size());
  if (!std::isfinite(tolerance) || tolerance < 0.0)
  {
    itkGenericExceptionMacro("A tolerance must be a finite number of at least 0, but is " << tolerance << '.');
  }
  const auto                              steps = StepsWithin(spacing, size, tolerance);
  const auto                              numbers = NumberPixels(truth);
  std::vector<std::vector<std::uint32_t>> partners;
  for (std::int64_t offset = 0; offset < prediction.GetNumberOfImagePixels(); ++offset)
  {
    if (prediction.GetBytes()[offset] == 0)
    {
      continue;
    }
    partners.emplace_back();
    for (const auto & step : steps)
    {
      bool         isInside = true;
      std::int64_t rest = offset;
      std::int64_t stride = 1;
      std::int64_t other = offset;
      for (std::size_t axis = 0; axis < size.size(); ++axis)
      {
        const std::int64_t place = rest % size[axis] + step[axis];
        isInside = isInside && place >= 0 && place < size[axis];
        other += step[axis] * stride;
        rest /= size[axis];
        stride *= size[axis];
      }
      if (isInside && numbers[other] != NoMatch)
      {
        partners.back().push_back(numbers[other]);
      }
    }
  }
  const auto pixelsOfTruth = static_cast<std::uint64_t>(truth.Count());
  const auto matches = FindMaximumCardinalityMatching(partners, static_cast<std::uint32_t>(pixelsOfTruth));
  const auto matched = static_cast<std::uint64_t>(
    std::count_if(matches.begin(), matches.end(), [](std::uint32_t match) { return match != NoMatch; }));
  return { matched, partners.size(), matched, pixelsOfTruth };
}
} // namespace itk
