// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMirrorPad.h"
#include <ATen/ops/arange.h>
#include <gtest/gtest.h>

namespace
{
std::vector<long>
Window(std::int64_t extent, std::int64_t start, std::int64_t size)
{
  const at::Tensor image = at::arange(extent, at::kLong).reshape({ 1, 1, extent });
  const at::Tensor window = itk::MirroredWindow(image, { start }, { size }).contiguous();
  return { window.const_data_ptr<std::int64_t>(), window.const_data_ptr<std::int64_t>() + window.numel() };
}

TEST(MirrorPad, MirrorsWithoutRepeatingTheEdge)
{
  EXPECT_EQ(Window(4, 0, 8), (std::vector<long>{ 0, 1, 2, 3, 2, 1, 0, 1 }));
  EXPECT_EQ(Window(4, -3, 10), (std::vector<long>{ 3, 2, 1, 0, 1, 2, 3, 2, 1, 0 }));
}

TEST(MirrorPad, RepeatsForTinyImages)
{
  EXPECT_EQ(Window(1, -1, 5), (std::vector<long>{ 0, 0, 0, 0, 0 }));
  EXPECT_EQ(Window(2, 0, 7), (std::vector<long>{ 0, 1, 0, 1, 0, 1, 0 }));
}

TEST(MirrorPad, AWindowInsideIsACrop)
{
  EXPECT_EQ(Window(9, 4, 3), (std::vector<long>{ 4, 5, 6 }));
}
} // namespace
