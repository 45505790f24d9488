// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsKernel.h"
#include "cuda/itkTwoNearestObjectsSearch.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <mutex>
#include <set>
#include <thread>

namespace
{
using itk::TwoNearestObjectsPiece;
using itk::TwoNearestObjectsProblem;

struct Distances
{
  std::vector<double> First;
  std::vector<double> Second;
};

Distances
ByKernel(const TwoNearestObjectsProblem & problem, const std::vector<std::uint32_t> & labels)
{
  Distances result{ std::vector<double>(labels.size(), -1.0), std::vector<double>(labels.size(), -1.0) };
  itk::ComputeTwoNearestObjects<double>(
    problem,
    [&](std::int64_t offset, std::int64_t count, std::uint32_t * to)
    { std::copy_n(labels.data() + offset, count, to); },
    [&](const TwoNearestObjectsPiece<double> & piece)
    {
      std::copy_n(piece.First, piece.Count, result.First.data() + piece.Offset);
      std::copy_n(piece.Second, piece.Count, result.Second.data() + piece.Offset);
    },
    false,
    [](double) {});
  return result;
}

/** What the CUDA kernel does, thread by thread. */
Distances
BySearch(const TwoNearestObjectsProblem & problem, const std::vector<std::uint32_t> & labels)
{
  constexpr double                  infinity = std::numeric_limits<double>::infinity();
  const itk::TwoNearestFound        none{ infinity, infinity, 0, 0 };
  std::vector<itk::TwoNearestFound> known(labels.size(), none);
  for (std::size_t i = 0; i < labels.size(); ++i)
  {
    known[i] = { labels[i] == 0 ? infinity : 0.0, infinity, static_cast<std::int32_t>(labels[i]), 0 };
  }
  std::int64_t stride = 1;
  for (std::size_t axis = 0; axis < problem.Size.size(); ++axis)
  {
    auto next = known;
    for (std::int64_t pixel = 0; pixel < static_cast<std::int64_t>(labels.size()); ++pixel)
    {
      const std::int64_t   position = pixel / stride % problem.Size[axis];
      const std::int64_t   line = pixel - position * stride;
      itk::TwoNearestFound found = none;
      itk::SearchLine(
        found,
        position,
        problem.Size[axis],
        problem.Spacing[axis],
        problem.IsToPixelEdge ? 0.5 : 0.0,
        problem.MaximumDistance * problem.MaximumDistance,
        [&](itk::TwoNearestFound & nearest, std::int64_t at, double squared)
        {
          const auto & other = known[static_cast<std::size_t>(line + at * stride)];
          nearest.Merge({ other.First + squared, other.Second + squared, other.FirstLabel, other.SecondLabel });
        });
      found.First = found.FirstLabel == 0 ? infinity : found.First;
      found.Second = found.SecondLabel == 0 ? infinity : found.Second;
      next[static_cast<std::size_t>(pixel)] = found;
    }
    known = next;
    stride *= problem.Size[axis];
  }
  Distances result;
  for (const auto & found : known)
  {
    result.First.push_back(found.First);
    result.Second.push_back(found.Second);
  }
  return result;
}

/** Every pixel looks at every pixel. */
Distances
ByLooking(const TwoNearestObjectsProblem &   problem,
          const std::vector<std::uint32_t> & labels,
          unsigned int                       numberOfLabels)
{
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto       size = static_cast<std::int64_t>(labels.size());
  // Squared distance along each axis of pixels so far apart.
  std::vector<std::vector<double>> squared(problem.Size.size());
  for (std::size_t axis = 0; axis < squared.size(); ++axis)
  {
    for (std::int64_t pixels = 0; pixels < problem.Size[axis]; ++pixels)
    {
      const double steps = std::max(0.0, static_cast<double>(pixels) - (problem.IsToPixelEdge ? 0.5 : 0.0));
      squared[axis].push_back(steps * problem.Spacing[axis] * (steps * problem.Spacing[axis]));
    }
  }
  std::vector<std::array<std::int64_t, 3>> places;
  for (std::int64_t i = 0; i < size; ++i)
  {
    const std::int64_t rest = i / problem.Size[0];
    places.push_back({ i % problem.Size[0], rest % problem.Size[1], rest / problem.Size[1] });
  }
  Distances result;
  for (std::size_t i = 0; i < labels.size(); ++i)
  {
    std::array<double, 9> nearest;
    nearest.fill(infinity);
    for (std::size_t j = 0; j < labels.size(); ++j)
    {
      if (labels[j] != 0)
      {
        double sum = 0.0;
        for (std::size_t axis = 0; axis < squared.size(); ++axis)
        {
          sum += squared[axis][static_cast<std::size_t>(std::abs(places[i][axis] - places[j][axis]))];
        }
        nearest[labels[j]] = std::min(nearest[labels[j]], sum);
      }
    }
    std::sort(nearest.begin(), nearest.begin() + numberOfLabels + 1);
    const double squaredMaximum = problem.MaximumDistance * problem.MaximumDistance;
    result.First.push_back(nearest[0] <= squaredMaximum ? nearest[0] : infinity);
    result.Second.push_back(nearest[1] <= squaredMaximum ? nearest[1] : infinity);
  }
  return result;
}

/** Wrong pixels; both are the same sums but for their order, so that they agree to 1e-13. */
std::size_t
CountWrong(const std::vector<double> & actual, const std::vector<double> & expected)
{
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
  {
    const bool isRight = actual[i] == expected[i] || std::abs(actual[i] - expected[i]) <= 1e-13 * expected[i];
    wrong += isRight ? 0 : 1;
  }
  return wrong;
}
} // namespace

TEST(TwoNearestObjectsKernel, NoneOfTwentyMillionPixelsIsWrong)
{
  itk::TorchRandom random(2026);
  const auto       among = [&random](int count) { return static_cast<int>(std::floor(random.Uniform(0.0, count))); };
  std::size_t      checked = 0;
  std::size_t      wrongOfKernel = 0;
  std::size_t      wrongOfSearch = 0;
  for (unsigned int image = 0; checked < 20000000; ++image)
  {
    const bool               isVolume = image % 3 == 0;
    TwoNearestObjectsProblem problem;
    problem.Size = isVolume ? std::vector<std::int64_t>{ 1 + among(9), 1 + among(8), 1 + among(7) }
                            : std::vector<std::int64_t>{ 1 + among(25), 1 + among(21) };
    for (std::size_t axis = 0; axis < problem.Size.size(); ++axis)
    {
      const double spacings[] = { 1.0, 0.25 * (1 + among(12)), 0.3 + std::sqrt(2.0) * random.Uniform(0.0, 2.0) };
      problem.Spacing.push_back(spacings[image % 4 == 0 ? 0 : image % 4 == 1 ? 1 : 2]);
    }
    problem.IsToPixelEdge = image % 5 == 0;
    problem.MaximumDistance = image % 7 == 0 ? random.Uniform(0.5, 6.0) : problem.MaximumDistance;
    const auto                 numberOfLabels = static_cast<unsigned int>(1 + among(8));
    const double               share = std::pow(random.Uniform(0.0, 1.0), 3.0);
    const bool                 isBlocky = image % 2 == 0;
    std::vector<std::uint32_t> labels(static_cast<std::size_t>(problem.GetNumberOfPixels()));
    for (std::size_t i = 0; i < labels.size(); ++i)
    {
      const bool continues = isBlocky && i > 0 && random.Uniform(0.0, 1.0) < 0.8;
      labels[i] = continues ? labels[i - 1]
                  : random.Uniform(0.0, 1.0) < share
                    ? static_cast<std::uint32_t>(1 + among(static_cast<int>(numberOfLabels)))
                    : 0;
    }
    const auto expected = ByLooking(problem, labels, numberOfLabels);
    const auto kernel = ByKernel(problem, labels);
    wrongOfKernel += CountWrong(kernel.First, expected.First) + CountWrong(kernel.Second, expected.Second);
    checked += labels.size();
    if (image % 7 < 2)
    {
      const auto search = BySearch(problem, labels);
      wrongOfSearch += CountWrong(search.First, expected.First) + CountWrong(search.Second, expected.Second);
    }
  }
  EXPECT_EQ(wrongOfKernel, 0u);
  EXPECT_EQ(wrongOfSearch, 0u);
}

TEST(TwoNearestObjectsKernel, APixelJustBesideACrossingGetsTheNearerSite)
{
  for (const double spacing : { 1.0, 1.5, 1.1 })
  {
    for (const std::uint32_t other : { 1u, 2u })
    {
      TwoNearestObjectsProblem problem;
      problem.Size = { 2, 2001 };
      problem.Spacing = { 1.0, spacing };
      // In each column the sites cross 1 / (4000 spacing²) of a pixel beside the one in the middle.
      std::vector<std::uint32_t> labels(2 * 2001, 0);
      labels[0] = 1;
      labels[2 * 2000 + 1] = other;
      const auto expected = ByLooking(problem, labels, 2);
      const auto actual = ByKernel(problem, labels);
      EXPECT_EQ(CountWrong(actual.First, expected.First) + CountWrong(actual.Second, expected.Second), 0u)
        << "spacing " << spacing << ", label " << other;
    }
  }
}

TEST(TwoNearestObjectsKernel, OfSumsThatDifferInTheirLastBitTheLeastIsTaken)
{
  // Not quite 3 and 7, so that many distances are equal but for rounding.
  TwoNearestObjectsProblem problem;
  problem.Size = { 12, 11, 10 };
  problem.Spacing = { 1.0, 0.3 / 0.1, 0.7 / 0.1 };
  itk::TorchRandom random(1);
  for (int image = 0; image < 10; ++image)
  {
    std::vector<std::uint32_t>               labels(static_cast<std::size_t>(problem.GetNumberOfPixels()), 0);
    std::vector<std::array<std::int64_t, 3>> sites;
    const auto                               placeOf = [](std::size_t i)
    {
      return std::array<std::int64_t, 3>{ static_cast<std::int64_t>(i % 12),
                                          static_cast<std::int64_t>(i / 12 % 11),
                                          static_cast<std::int64_t>(i / 132) };
    };
    for (std::size_t i = 0; i < labels.size(); ++i)
    {
      if (random.Uniform(0.0, 1.0) < 0.03)
      {
        labels[i] = 1;
        sites.push_back(placeOf(i));
      }
    }
    const auto first = ByKernel(problem, labels).First;
    for (std::size_t i = 0; i < labels.size(); ++i)
    {
      const auto place = placeOf(i);
      double     expected = std::numeric_limits<double>::infinity();
      for (const auto & site : sites)
      {
        double sum = 0.0;
        for (std::size_t axis = 0; axis < 3; ++axis)
        {
          const auto pixels = static_cast<double>(place[axis] - site[axis]);
          sum += problem.Spacing[axis] * problem.Spacing[axis] * (pixels * pixels);
        }
        expected = std::min(expected, sum);
      }
      ASSERT_EQ(first[i], expected) << i;
    }
  }
}

TEST(TwoNearestObjectsKernel, EveryThreadThatWasAskedForWorks)
{
  const auto threads = itk::TorchRuntime::GetNumberOfThreads();
  itk::TorchRuntime::SetNumberOfThreads(3);
  TwoNearestObjectsProblem problem;
  problem.Size = { 2000, 300 };
  problem.Spacing = { 1.0, 1.0 };
  std::mutex                mutex;
  std::set<std::thread::id> seen;
  itk::ComputeTwoNearestObjects<float>(
    problem,
    [&](std::int64_t, std::int64_t count, std::uint32_t * to)
    {
      std::fill_n(to, count, 0u);
      const std::lock_guard<std::mutex> lock(mutex);
      seen.insert(std::this_thread::get_id());
    },
    [](const TwoNearestObjectsPiece<float> &) {},
    false,
    [](double) {});
  itk::TorchRuntime::SetNumberOfThreads(threads);
  EXPECT_EQ(seen.size(), 3u);
}
