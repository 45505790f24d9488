// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkParameterGrid.h"
#include "itkInstanceSegmentation.h"
#include "itkTestHelpers.h"

namespace
{
const itk::TorchParameterList &
Table()
{
  return itk::InstanceSegmentationParameters::Describe();
}
} // namespace

TEST(ParameterGrid, PointsAreAllCombinationsTheLastAxisFastest)
{
  const itk::ParameterGrid grid(
    Table(), { "MaskThreshold=0.25,0.5", "Landscape=mask-distance,probability", "MinimumSeedSize=7" });
  ASSERT_EQ(grid.GetNumberOfPoints(), 4u);
  EXPECT_EQ(grid.GetNames(), (std::vector<std::string>{ "MaskThreshold", "Landscape", "MinimumSeedSize" }));
  const std::vector<std::vector<std::string>> expected{ { "0.25", "mask-distance", "7" },
                                                        { "0.25", "probability", "7" },
                                                        { "0.5", "mask-distance", "7" },
                                                        { "0.5", "probability", "7" } };
  for (std::size_t point = 0; point < 4; ++point)
  {
    itk::InstanceSegmentationParameters parameters;
    parameters.SeedThreshold = 0.125;
    grid.SetPoint(point, parameters);
    EXPECT_EQ(grid.GetValues(parameters), expected[point]);
    EXPECT_EQ(parameters.SeedThreshold, 0.125) << "no axis of the grid";
  }
}

TEST(ParameterGrid, WrongAxesAreNamed)
{
  const auto message = [](const char * axis)
  {
    return itk::Test::MessageOf(
      [&]
      {
        itk::InstanceSegmentationParameters parameters;
        itk::ParameterGrid(Table(), { axis }).SetPoint(0, parameters);
      });
  };
  itk::Test::ExpectContains(message("MaskThreshold"), "but is MaskThreshold");
  itk::Test::ExpectContains(message("MaskThreshold="), "but is MaskThreshold=");
  itk::Test::ExpectContains(message("Mask=1"), "There is no parameter \"Mask\".");
  itk::Test::ExpectContains(message("MaskThreshold=1.5"), "MaskThreshold must be in [0, 1], but is 1.5");
  itk::Test::ExpectContains(message("Landscape=hills"), "Landscape must be a value of its type");
}
