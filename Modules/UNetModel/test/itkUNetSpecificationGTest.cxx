// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetSpecification.h"
#include "itkUNetTestHelpers.h"

using itk::UNetSpecification;
using namespace itk::Test;

namespace
{
TEST(UNetSpecification, ClassicNetworkHasThePublishedNumberOfParameters)
{
  UNetSpecification specification;
  specification.Channels = 3;
  EXPECT_EQ(specification.GetNumberOfParameters(), 31'037'698);
  specification.ConvolutionBias = true;
  EXPECT_EQ(specification.GetNumberOfParameters(), 31'043'586);
  specification.ConvolutionBias = false;
  specification.Classes = 1;
  EXPECT_EQ(specification.GetNumberOfParameters(), 31'037'633);
}

TEST(UNetSpecification, ThreeDimensionalNetworkHasThePublishedNumberOfParameters)
{
  UNetSpecification specification;
  specification.Dimension = 3;
  // Stated to three digits: 90.3 million for 64 to 1024 filters.
  EXPECT_NEAR(static_cast<double>(specification.GetNumberOfParameters()), 90.3e6, 0.05e6);
}

TEST(UNetSpecification, StrideIsTwoToTheLevels)
{
  UNetSpecification specification;
  EXPECT_EQ(specification.GetStride(), 16);
  specification.Levels = 1;
  EXPECT_EQ(specification.GetStride(), 2);
}

TEST(UNetSpecification, EveryWrongParameterIsNamedWithItsRangeAndValue)
{
  UNetSpecification specification;
  specification.Dimension = 4;
  specification.Levels = 0;
  specification.NormalizationEpsilon = 0.0;
  specification.Dropout = 1.0;
  specification.Padding = static_cast<itk::UNetPadding>(7);
  const std::string message = MessageOf([&] { specification.Verify(); });
  ExpectContains(message, "Dimension must be in [2, 3], but is 4.");
  ExpectContains(message, "Levels must be in [1, 8], but is 0.");
  ExpectContains(message, "NormalizationEpsilon must be greater than 0, but is 0.");
  ExpectContains(message, "Dropout must be in [0, 1), but is 1.");
  ExpectContains(message, "Padding must be one of zero, edge, but is 7.");
}

TEST(UNetSpecification, GroupNormalizationNeedsAMultipleOfEightFilters)
{
  UNetSpecification specification;
  specification.Normalization = itk::UNetNormalization::Group;
  specification.BaseFilters = 12;
  ExpectContains(MessageOf([&] { specification.Verify(); }), "BaseFilters must be a multiple of 8");
}
} // namespace
