// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWholeNumberLabels.h"
#include "itkFolderTest.h"
#include <gtest/gtest.h>
#include <limits>

namespace
{
using NumberImage = itk::Image<double, 2>;

NumberImage::Pointer
MakeNumbers(double number)
{
  auto                    numbers = NumberImage::New();
  NumberImage::RegionType region;
  region.SetIndex({ { -3, 4 } });
  region.SetSize({ { 3, 1 } });
  numbers->SetRegions(region);
  numbers->SetSpacing(NumberImage::SpacingType(0.5));
  numbers->Allocate(true);
  numbers->SetPixel({ { -1, 4 } }, number);
  return numbers;
}
} // namespace

TEST(WholeNumberLabels, WholeNumbersAreKeptWithTheirGeometry)
{
  for (const double number : { 0.0, -0.0, 7.0, -0x1p53, 0x1p53 })
  {
    const auto labels = itk::MakeWholeNumberLabels<2>(MakeNumbers(number), "a.tif");
    EXPECT_EQ(labels->GetPixel({ { -1, 4 } }), static_cast<std::int64_t>(number));
    EXPECT_EQ(labels->GetPixel({ { -2, 4 } }), 0);
    EXPECT_EQ(labels->GetSpacing()[0], 0.5);
  }
}

TEST(WholeNumberLabels, ANumberThatIsNoLabelIsNamed)
{
  EXPECT_EQ(itk::Test::ProblemOf([] { itk::MakeWholeNumberLabels<2>(MakeNumbers(1.5), "a.tif"); }),
            "a.tif: labels must be whole numbers, but one is 1.5.");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double number : { 0x1p54, -0x1p54, infinity, -infinity, std::numeric_limits<double>::quiet_NaN(), 1e-9 })
  {
    EXPECT_THROW(itk::MakeWholeNumberLabels<2>(MakeNumbers(number), "a.tif"), itk::ExceptionObject) << number;
  }
}
