// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "cpu/itkMaximumPooling.h"
#include "itkUNetConvolution.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>
#include <c10/core/GradMode.h>
#include <limits>

using namespace itk::Test;

namespace
{
at::Tensor
Reference(const at::Tensor & image)
{
  return image.dim() == 5 ? at::max_pool3d(image, 2) : at::max_pool2d(image, 2);
}

TEST(MaximumPooling, IsLibTorchsWithItsGradient)
{
  itk::TorchRandom random(3);
  for (const std::vector<std::int64_t> & shape : std::vector<std::vector<std::int64_t>>{
         { 2, 5, 6, 8 }, { 1, 16, 7, 9 }, { 3, 24, 2, 3 }, { 2, 16, 4, 6, 8 }, { 1, 3, 5, 7, 3 } })
  {
    for (const auto precision : { at::kFloat, at::kBFloat16 })
    {
      SCOPED_TRACE(at::IntArrayRef(shape));
      // Few values, so that many are equal, as after ReLU.
      const at::Tensor image = (3.0 * MakeNumbers(shape, random))
                                 .round()
                                 .relu()
                                 .to(precision)
                                 .contiguous(itk::ChannelsLast(static_cast<std::int64_t>(shape.size())));
      const c10::AutoGradMode withGradients(true);
      const at::Tensor        leaf = image.clone().set_requires_grad(true);
      const at::Tensor        expected = Reference(leaf);
      const at::Tensor        gradient = MakeNumbers(expected.sizes().vec(), random).to(precision);
      expected.backward(gradient);
      EXPECT_TRUE(itk::PoolMaximum(image).equal(expected.detach()));
      EXPECT_TRUE(itk::ComputeMaximumGradient(image, gradient).equal(leaf.grad()));
    }
  }
}

TEST(MaximumPooling, WhatIsNotANumberIsTheMaximum)
{
  for (std::int64_t place = 0; place < 4; ++place)
  {
    const at::Tensor image =
      at::empty({ 1, 8, 2, 2 }, at::kFloat).fill_(1.0f).contiguous(at::MemoryFormat::ChannelsLast);
    image[0][5][place / 2][place % 2] = std::numeric_limits<float>::quiet_NaN();
    const at::Tensor maxima = itk::PoolMaximum(image);
    EXPECT_TRUE(maxima[0][5].isnan().all().item<bool>());
    EXPECT_EQ(maxima[0][4].item<float>(), 1.0f);
  }
}
} // namespace
