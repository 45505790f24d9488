// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkVolumeTurn.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestImages.h"
#include <ATen/ops/arange.h>

using itk::VolumeTurn;
using namespace itk::Test;

namespace
{
const std::vector<double> alongPhysicalAxes{ 1, 0, 0, 0, 1, 0, 0, 0, 1 };

TEST(VolumeTurn, AnOrientationNamesWhereTheAxesRun)
{
  EXPECT_EQ(itk::GetVolumeOrientation(alongPhysicalAxes), "LPS");
  EXPECT_EQ(itk::GetVolumeOrientation({ -1, 0, 0, 0, -1, 0, 0, 0, 1 }), "RAS");
  // x runs to posterior, y to the right; a little oblique.
  EXPECT_EQ(itk::GetVolumeOrientation({ 0.1, -0.99, 0, 0.99, 0.1, 0, 0, 0, 1 }), "PRS");
}

TEST(VolumeTurn, AxesBetweenTwoDirectionsGetOneEach)
{
  const double half = std::sqrt(0.5);
  EXPECT_EQ(itk::GetVolumeOrientation({ half, -half, 0, half, half, 0, 0, 0, 1 }), "LPS");
}

TEST(VolumeTurn, WhatHasTheOrientationStays)
{
  EXPECT_TRUE(VolumeTurn<3>(alongPhysicalAxes, "LPS").IsNone());
  EXPECT_TRUE(VolumeTurn<3>(alongPhysicalAxes, "").IsNone());
  EXPECT_FALSE(VolumeTurn<3>(alongPhysicalAxes, "LPI").IsNone());
  EXPECT_FALSE(VolumeTurn<3>(alongPhysicalAxes, "PLS").IsNone());
}

TEST(VolumeTurn, PixelsKeepTheirPlaces)
{
  auto image = itk::Image<float, 3>::New();
  SetAwkwardGeometry(image.GetPointer());
  const auto largest = image->GetLargestPossibleRegion();
  const auto size = largest.GetSize();
  const auto count = static_cast<std::int64_t>(largest.GetNumberOfPixels());
  const auto shape = std::vector<std::int64_t>{
    1, 1, static_cast<std::int64_t>(size[2]), static_cast<std::int64_t>(size[1]), static_cast<std::int64_t>(size[0])
  };
  const auto pixels = itk::MakeTorchTensor(at::arange(count, at::kFloat).reshape(shape), itk::TorchDevice::CPU());
  for (const char * const orientation : { "RAI", "SPL", "AIR", "ILP" })
  {
    const VolumeTurn<3> turn(itk::GetDirectionByRows<3>(image.GetPointer()), orientation);
    const auto          turned = turn.Turn(*image);
    EXPECT_EQ(itk::GetVolumeOrientation(itk::GetDirectionByRows<3>(turned.GetPointer())), orientation);
    const auto       turnedPixels = turn.Turn(pixels);
    const at::Tensor values = itk::GetATensor(turnedPixels);
    const auto       turnedSize = turned->GetLargestPossibleRegion().GetSize();
    ASSERT_EQ(values.sizes(),
              (std::vector<std::int64_t>{ 1,
                                          1,
                                          static_cast<std::int64_t>(turnedSize[2]),
                                          static_cast<std::int64_t>(turnedSize[1]),
                                          static_cast<std::int64_t>(turnedSize[0]) }));
    for (std::int64_t z = 0; z < values.size(2); ++z)
    {
      for (std::int64_t y = 0; y < values.size(3); ++y)
      {
        for (std::int64_t x = 0; x < values.size(4); ++x)
        {
          itk::Point<double, 3> place;
          turned->TransformIndexToPhysicalPoint({ { x, y, z } }, place);
          const auto            index = image->TransformPhysicalPointToIndex(place);
          itk::Point<double, 3> placeInVolume;
          image->TransformIndexToPhysicalPoint(index, placeInVolume);
          ASSERT_LT(place.EuclideanDistanceTo(placeInVolume), 1e-9);
          const auto number = static_cast<float>(image->ComputeOffset(index));
          ASSERT_EQ(values[0][0][z][y][x].item<float>(), number) << orientation;
        }
      }
    }
    EXPECT_TRUE(itk::GetATensor(turn.TurnBack(turnedPixels)).equal(itk::GetATensor(pixels)));
  }
}

TEST(VolumeTurn, APartOfAVolumeIsTurnedToThatPartOfTheTurnedOne)
{
  itk::ImageRegion<3> largest({ { 5, -2, 0 } }, { { 10, 20, 30 } });
  itk::ImageRegion<3> part({ { 6, 0, 4 } }, { { 3, 4, 5 } });
  // The axes of RSA are x backwards, z, and y backwards.
  const VolumeTurn<3> turn(alongPhysicalAxes, "RSA");
  EXPECT_EQ(turn.Turn(largest, largest), itk::ImageRegion<3>(itk::Size<3>{ { 10, 30, 20 } }));
  EXPECT_EQ(turn.Turn(part, largest), itk::ImageRegion<3>({ { 6, 4, 14 } }, { { 3, 5, 4 } }));
  EXPECT_EQ(turn.TurnBack(turn.Turn(part, largest), largest), part);
  EXPECT_EQ(turn.Turn(std::vector<double>{ 1, 2, 3 }), (std::vector<double>{ 1, 3, 2 }));
}

TEST(VolumeTurn, ImagesOfTwoDimensionsStay)
{
  EXPECT_TRUE(VolumeTurn<2>({ 0, 1, 1, 0 }, "").IsNone());
}
} // namespace
