// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSplineCoefficients.h"

#include "itkTorchRandom.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

namespace
{
using itk::SamplingPaddingMode;

/** Index of the coefficient that stands for the one at `k`, which may lie beyond the ends. */
std::int64_t
Fold(std::int64_t k, std::int64_t count, SamplingPaddingMode fill)
{
  if (fill == SamplingPaddingMode::Wrap)
  {
    return (k + count) % count;
  }
  if (fill == SamplingPaddingMode::Reflect)
  {
    return k < 0 ? -1 - k : k >= count ? 2 * count - 1 - k : k;
  }
  return k < 0 ? -k : k >= count ? 2 * count - 2 - k : k;
}

std::vector<double>
RandomNumbers(std::size_t count)
{
  itk::TorchRandom    random(7);
  std::vector<double> numbers(count);
  for (double & number : numbers)
  {
    number = random.Uniform(-5.0, 5.0);
  }
  return numbers;
}
} // namespace

TEST(SplineCoefficients, TheSplinePassesThroughTheValuesForEveryFillAndLength)
{
  for (const auto fill : { SamplingPaddingMode::Mirror,
                           SamplingPaddingMode::Reflect,
                           SamplingPaddingMode::Wrap,
                           SamplingPaddingMode::Edge })
  {
    for (const std::int64_t count : { 1, 2, 3, 4, 5, 17, 100 })
    {
      const auto          values = RandomNumbers(static_cast<std::size_t>(count));
      std::vector<double> c = values;
      itk::ToSplineCoefficients(c.data(), 1, count, 1, fill);
      for (std::int64_t k = 0; k < count; ++k)
      {
        const auto at = [&](std::int64_t i)
        { return c[static_cast<std::size_t>(count == 1 ? 0 : Fold(i, count, fill))]; };
        // Solved in double with a well-conditioned matrix (condition number 3).
        EXPECT_NEAR((at(k - 1) + 4.0 * at(k) + at(k + 1)) / 6.0, values[static_cast<std::size_t>(k)], 1e-13)
          << "fill " << static_cast<int>(fill) << ", " << count << " values, number " << k;
      }
    }
  }
}

TEST(SplineCoefficients, AMiddleAxisIsSolvedLineByLine)
{
  const auto          values = RandomNumbers(3 * 5 * 4);
  std::vector<double> all = values;
  itk::ToSplineCoefficients(all.data(), 3, 5, 4, SamplingPaddingMode::Mirror);
  for (std::size_t outer = 0; outer < 3; ++outer)
  {
    for (std::size_t inner = 0; inner < 4; ++inner)
    {
      std::vector<double> line;
      for (std::size_t k = 0; k < 5; ++k)
      {
        line.push_back(values[(outer * 5 + k) * 4 + inner]);
      }
      itk::ToSplineCoefficients(line.data(), 1, 5, 1, SamplingPaddingMode::Mirror);
      for (std::size_t k = 0; k < 5; ++k)
      {
        EXPECT_EQ(all[(outer * 5 + k) * 4 + inner], line[k]);
      }
    }
  }
}

TEST(SplineCoefficients, ImagesOfSmallTypesGiveFloatAndOthersDouble)
{
  const at::Tensor image = at::empty({ 1, 2, 3, 4 }, at::kByte).fill_(7);
  const at::Tensor coefficients = itk::SplineCoefficients(image, SamplingPaddingMode::Reflect);
  EXPECT_EQ(coefficients.scalar_type(), at::kFloat);
  EXPECT_EQ(coefficients.sizes(), image.sizes());
  // A constant's spline is the constant.
  EXPECT_LT((coefficients - 7.0).abs().max().item<float>(), 1e-5f);
  EXPECT_EQ(itk::SplineCoefficients(image.to(at::kInt), SamplingPaddingMode::Reflect).scalar_type(), at::kDouble);
}
