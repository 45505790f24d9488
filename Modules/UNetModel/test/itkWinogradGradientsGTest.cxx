// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "cpu/itkWinogradConvolution.h"
#include "cpu/itkWinogradWeightGradient.h"
#include "itkUNetConvolution.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty_like.h>

using itk::WinogradConvolution;
using itk::WinogradDirection;
using namespace itk::Test;

namespace
{
struct Trial
{
  std::vector<at::Tensor> Parts; // of the image
  at::Tensor              Weight;
  at::Tensor              Gradient;
  at::Tensor              ByImage;
  at::Tensor              ByWeight;

  /** Expected values by LibTorch, in double. */
  Trial(const std::vector<std::int64_t> & shape,
        const std::vector<std::int64_t> & channels,
        std::int64_t                      outputs,
        at::ScalarType                    precision)
  {
    itk::TorchRandom random(23);
    const auto       make = [&](std::int64_t count)
    {
      auto whole = shape;
      whole.insert(whole.begin() + 1, count);
      return MakeNumbers(whole, random)
        .to(precision)
        .contiguous(itk::ChannelsLast(static_cast<std::int64_t>(whole.size())));
    };
    std::transform(channels.begin(), channels.end(), std::back_inserter(Parts), make);
    Gradient = make(outputs);
    const at::Tensor          image = at::cat(Parts, 1).to(at::kDouble);
    std::vector<std::int64_t> kernel(shape.size() + 1, 3);
    kernel[0] = outputs;
    kernel[1] = image.size(1);
    Weight = MakeNumbers(kernel, random);
    const std::vector<std::int64_t> ones(shape.size() - 1, 1);
    const std::vector<std::int64_t> zeros(shape.size() - 1, 0);
    std::tie(ByImage, ByWeight, std::ignore) = at::convolution_backward(Gradient.to(at::kDouble),
                                                                        image,
                                                                        Weight.to(at::kDouble),
                                                                        at::OptionalIntArrayRef(),
                                                                        ones,
                                                                        ones,
                                                                        ones,
                                                                        false,
                                                                        zeros,
                                                                        1,
                                                                        { true, true, false });
  }
};

double
LargestDifference(const at::Tensor & found, const at::Tensor & expected)
{
  EXPECT_EQ(found.sizes(), expected.sizes());
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

/** \param function for each of some sizes, odd ones and such as fill no tile, channels and numbers of parts; among them
 * those whose sums of products threads share */
template <typename TFunction>
void
ForEachTrial(at::ScalarType precision, const TFunction & function)
{
  if (!WinogradConvolution::IsFaster(64, 64, at::kFloat))
  {
    GTEST_SKIP() << "LibTorch has no small products for this processor";
  }
  const std::vector<std::vector<std::int64_t>> shapes{
    { 1, 5, 7 }, { 3, 33, 18 }, { 1, 2, 3 }, { 2, 3, 5, 9 }, { 1, 11, 6, 7 }
  };
  for (const auto & shape : shapes)
  {
    for (const std::vector<std::int64_t> & channels :
         std::vector<std::vector<std::int64_t>>{ { 8 }, { 24, 16 }, { 128 } })
    {
      for (const std::int64_t outputs : { 8, 40, 128 })
      {
        SCOPED_TRACE(at::IntArrayRef(shape));
        SCOPED_TRACE(at::IntArrayRef(channels));
        SCOPED_TRACE(outputs);
        function(Trial(shape, channels, outputs, precision));
      }
    }
  }
}

void
ExpectGradientByWeight(const Trial & trial)
{
  const at::Tensor found = itk::ComputeWinogradWeightGradient(trial.Parts, trial.Gradient);
  EXPECT_TRUE(found.is_contiguous(itk::ChannelsLast(found.dim())));
  // Float sums of some thousand products, whose terms the transforms make some times larger.
  EXPECT_LE(LargestDifference(found, trial.ByWeight), 1e-5);
}

TEST(WinogradGradients, ByTheWeightIsLibTorchs)
{
  ForEachTrial(at::kFloat, ExpectGradientByWeight);
}

// Products and sums are of float: nothing is rounded but the images, before.
TEST(WinogradGradients, ByTheWeightIsAsExactForImagesOfBFloat16)
{
  ForEachTrial(at::kBFloat16, ExpectGradientByWeight);
}

TEST(WinogradGradients, ByEachPartOfTheImageIsLibTorchs)
{
  for (const auto precision : { at::kFloat, at::kBFloat16 })
  {
    ForEachTrial(precision,
                 [&](const Trial & trial)
                 {
                   std::vector<at::Tensor> found;
                   for (const at::Tensor & part : trial.Parts)
                   {
                     found.push_back(at::empty_like(part));
                   }
                   WinogradConvolution(trial.Weight, {}, at::kFloat, WinogradDirection::Backward)
                     .Compute({ trial.Gradient }, found, itk::UNetPadding::Zero, false);
                   // The results of bfloat16 are rounded to eight bits.
                   EXPECT_LE(LargestDifference(at::cat(found, 1), trial.ByImage),
                             precision == at::kFloat ? 1e-5 : 1.0 / 256.0);
                 });
  }
}

TEST(WinogradGradients, AreTheSameBitsInEveryRun)
{
  ForEachTrial(at::kFloat,
               [](const Trial & trial)
               {
                 const auto compute = [&] { return itk::ComputeWinogradWeightGradient(trial.Parts, trial.Gradient); };
                 EXPECT_TRUE(compute().equal(compute()));
               });
}
} // namespace
