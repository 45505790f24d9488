// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetUpsampling.h"
#include "itkTorchRandom.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/conv_transpose3d.h>
#include <ATen/ops/full.h>

using namespace itk::Test;

namespace
{
/** Into the channels of a wider image, all others of which stay. */
void
ExpectTheTransposedConvolution(std::size_t dimension, at::ScalarType precision, double tolerance)
{
  itk::TorchRandom random(41);
  for (int i = 0; i < 40; ++i)
  {
    const std::int64_t        channels[] = { 1, 2, 3, 8, 24, 64, 72, 128 };
    const auto                draw = [&] { return channels[Draw(random, 0, 7)]; };
    std::vector<std::int64_t> shape{ Draw(random, 1, 3), draw() };
    std::vector<std::int64_t> wide{ shape[0], 0 };
    std::vector<std::int64_t> kernel{ shape[1], draw() };
    for (std::size_t axis = 0; axis < dimension; ++axis)
    {
      shape.push_back(Draw(random, 1, dimension == 3 ? 7 : 19));
      wide.push_back(2 * shape.back());
      kernel.push_back(2);
    }
    const std::int64_t before = Draw(random, 0, 5);
    const std::int64_t after = Draw(random, 0, 5);
    wide[1] = before + kernel[1] + after;
    const auto       layout = dimension == 3 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast;
    const at::Tensor image = MakeNumbers(shape, random).to(precision).contiguous(layout);
    const at::Tensor weight = MakeNumbers(kernel, random).to(precision).to(at::kFloat);
    const at::Tensor bias = MakeNumbers({ kernel[1] }, random).to(precision).to(at::kFloat);
    const at::Tensor found = at::full(wide, 7.0, precision).contiguous(layout);
    itk::UNetUpsampling(weight, bias, precision).Compute(image, found.narrow(1, before, kernel[1]));

    const auto       wideOf = [](const at::Tensor & tensor) { return tensor.to(at::kDouble); };
    const at::Tensor expected = dimension == 3 ? at::conv_transpose3d(wideOf(image), wideOf(weight), wideOf(bias), 2)
                                               : at::conv_transpose2d(wideOf(image), wideOf(weight), wideOf(bias), 2);
    const double     largest = expected.abs().max().item<double>();
    ASSERT_LE((found.narrow(1, before, kernel[1]) - expected).abs().max().item<double>(), tolerance * largest)
      << "trial " << i << ", image " << image.sizes() << ", weight " << weight.sizes();
    ASSERT_TRUE(found.narrow(1, 0, before).eq(7.0).all().item<bool>()) << "trial " << i;
    ASSERT_TRUE(found.narrow(1, before + kernel[1], after).eq(7.0).all().item<bool>()) << "trial " << i;
  }
}

// Sums of up to 128 products in float.
TEST(UNetUpsampling, IsTheTransposedConvolution)
{
  ExpectTheTransposedConvolution(2, at::kFloat, 1e-6);
  ExpectTheTransposedConvolution(3, at::kFloat, 1e-6);
}

// The result is rounded to eight bits.
TEST(UNetUpsampling, IsTheTransposedConvolutionInBFloat16)
{
  ExpectTheTransposedConvolution(2, at::kBFloat16, 0.004);
  ExpectTheTransposedConvolution(3, at::kBFloat16, 0.004);
}

// As on a GPU, by LibTorch's operations; to eleven bits.
TEST(UNetUpsampling, IsTheTransposedConvolutionByOperations)
{
  ExpectTheTransposedConvolution(2, at::kHalf, 0.001);
  ExpectTheTransposedConvolution(3, at::kHalf, 0.001);
}
} // namespace
