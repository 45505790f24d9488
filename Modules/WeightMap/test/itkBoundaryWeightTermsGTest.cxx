// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightTerms.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

TEST(BoundaryWeightTerms, ExponentialIsAlmostTheTrueOne)
{
  std::vector<float> squared;
  for (int i = 0; i < 8700; ++i)
  {
    squared.push_back(0.01f * static_cast<float>(i));
  }
  const std::vector<float> zeros(squared.size(), 0.0f);
  std::vector<float>       sums = zeros;
  const float              largest = std::numeric_limits<float>::max();
  itk::AddBoundaryWeightTerms(static_cast<std::int64_t>(squared.size()),
                              squared.data(),
                              zeros.data(),
                              { 0.0f, -1.0f, largest },
                              { 1.0f, -1.0f, largest },
                              sums.data());
  for (std::size_t i = 0; i < squared.size(); ++i)
  {
    const double expected = std::exp(-static_cast<double>(squared[i]));
    ASSERT_NEAR(sums[i], expected, 2.4e-7 * expected) << squared[i];
  }
}
