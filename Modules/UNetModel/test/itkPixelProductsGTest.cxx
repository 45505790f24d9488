// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "cpu/itkPixelProducts.h"
#include "itkUNetConvolution.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/conv_transpose3d.h>
#include <c10/core/GradMode.h>

using namespace itk::Test;

namespace
{
double
LargestDifference(const at::Tensor & found, const at::Tensor & expected)
{
  EXPECT_EQ(found.sizes(), expected.sizes());
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

/** Images of more and of fewer pixels than are multiplied at once, and the kernel's size and outputs.
 * \param tolerance of the largest value, of what has the image's precision */
void
ExpectLibTorchs(bool isUpsampling, at::ScalarType precision, double tolerance)
{
  if (!itk::HasPixelProducts(8))
  {
    GTEST_SKIP() << "LibTorch has no small products for this processor";
  }
  itk::TorchRandom random(5);
  for (const std::vector<std::int64_t> & shape : std::vector<std::vector<std::int64_t>>{
         { 1, 8, 3, 5 }, { 3, 16, 9, 11 }, { 2, 72, 8, 16 }, { 2, 16, 3, 4, 5 }, { 1, 64, 2, 3, 2 } })
  {
    for (const std::int64_t outputs : { 8, 40, 3 })
    {
      if (isUpsampling && outputs == 3)
      {
        continue;
      }
      SCOPED_TRACE(at::IntArrayRef(shape));
      const bool                is3D = shape.size() == 5;
      const auto                layout = itk::ChannelsLast(static_cast<std::int64_t>(shape.size()));
      std::vector<std::int64_t> kernel(shape.size(), isUpsampling ? 2 : 1);
      kernel[0] = isUpsampling ? shape[1] : outputs;
      kernel[1] = isUpsampling ? outputs : shape[1];
      const at::Tensor image = MakeNumbers(shape, random).to(precision).contiguous(layout);
      const at::Tensor weight = MakeNumbers(kernel, random).contiguous(layout);
      const at::Tensor bias = MakeNumbers({ outputs }, random);

      const c10::AutoGradMode withGradients(true);
      const auto       leaf = [](const at::Tensor & tensor) { return tensor.to(at::kDouble).set_requires_grad(true); };
      const at::Tensor x = leaf(image);
      const at::Tensor w = leaf(weight);
      const at::Tensor b = leaf(bias);
      const at::Tensor expected = isUpsampling
                                    ? (is3D ? at::conv_transpose3d(x, w, b, 2) : at::conv_transpose2d(x, w, b, 2))
                                    : (is3D ? at::conv3d(x, w, b) : at::conv2d(x, w, b));
      const auto       ofResult = isUpsampling ? precision : at::kFloat;
      const at::Tensor gradient = MakeNumbers(expected.sizes().vec(), random).to(ofResult);
      expected.backward(gradient.to(at::kDouble));
      const at::Tensor found =
        isUpsampling ? itk::ComputeUpsampling(image, weight, bias) : itk::ComputeHead(image, weight, bias);
      const auto gradients = isUpsampling ? itk::ComputeUpsamplingGradients(image, weight, gradient)
                                          : itk::ComputeHeadGradients(image, weight, gradient);
      EXPECT_EQ(found.scalar_type(), ofResult);
      EXPECT_EQ(gradients.Image.scalar_type(), precision);
      EXPECT_LE(LargestDifference(found, expected.detach()), isUpsampling ? tolerance : 1e-5);
      EXPECT_LE(LargestDifference(gradients.Image, x.grad()), tolerance);
      EXPECT_LE(LargestDifference(gradients.Weight, w.grad()), 1e-5);
      EXPECT_LE(LargestDifference(gradients.Bias, b.grad()), 1e-5);
      EXPECT_EQ(gradients.Weight.strides(), weight.strides());
    }
  }
}

// Float sums of some hundred products.
TEST(PixelProducts, TheUpsamplingIsLibTorchsWithItsGradients)
{
  ExpectLibTorchs(true, at::kFloat, 1e-5);
}

TEST(PixelProducts, TheHeadIsLibTorchsWithItsGradients)
{
  ExpectLibTorchs(false, at::kFloat, 1e-5);
}

// Rounded to eight bits, once.
TEST(PixelProducts, OfBFloat16OnlyResultsAreRounded)
{
  ExpectLibTorchs(true, at::kBFloat16, 1.0 / 256.0);
  ExpectLibTorchs(false, at::kBFloat16, 1.0 / 256.0);
}
} // namespace
