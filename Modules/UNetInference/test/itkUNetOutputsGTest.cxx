// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetOutputs.h"
#include "itkTorchRandom.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

using itk::UNetInferenceOutput;

namespace
{
/** Logits in [-8, 8) in any layout: planes, or components side by side, cropped out of something larger. */
at::Tensor
MakeLogits(std::int64_t classes, bool is3D, bool isChannelsLast, std::uint64_t seed)
{
  std::vector<std::int64_t> shape{ 1, classes, 9, 13 };
  if (is3D)
  {
    shape.insert(shape.begin() + 2, 5);
  }
  at::Tensor       logits = at::empty(shape, at::kFloat);
  itk::TorchRandom random(seed);
  std::generate_n(
    logits.mutable_data_ptr<float>(), logits.numel(), [&] { return static_cast<float>(16 * random.Uniform() - 8); });
  if (isChannelsLast)
  {
    logits = logits.contiguous(is3D ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast);
  }
  return logits.narrow(-1, 2, 11).narrow(-2, 1, 7);
}

TEST(UNetOutputs, OnePassGivesWhatLibTorchsOperationsDo)
{
  for (const std::int64_t classes : { 1, 2, 3, 7 })
  {
    for (const bool is3D : { false, true })
    {
      for (const bool isChannelsLast : { false, true })
      {
        const at::Tensor logits = MakeLogits(classes, is3D, isChannelsLast, static_cast<std::uint64_t>(classes));
        const auto       compute = [&](UNetInferenceOutput output, at::ScalarType type, bool isOnHost)
        {
          auto shape = logits.sizes().vec();
          shape[1] = output == UNetInferenceOutput::Probabilities ? classes : 1;
          std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
          const at::Tensor result = at::zeros(shape, type).movedim(-1, 1);
          itk::WriteUNetOutputs(logits, output, 0.3, result, isOnHost);
          return result;
        };
        for (const auto type : { at::kFloat, at::kDouble })
        {
          const auto difference = (compute(UNetInferenceOutput::Probabilities, type, true) -
                                   compute(UNetInferenceOutput::Probabilities, type, false))
                                    .abs();
          // Some roundings of numbers below 1.
          EXPECT_LE(difference.max().item<double>(), 4e-7);
          EXPECT_EQ(difference.numel(), logits.numel());
        }
        for (const auto type :
             { at::kByte, at::kChar, at::kUInt16, at::kShort, at::kUInt32, at::kInt, at::kUInt64, at::kLong })
        {
          EXPECT_TRUE(compute(UNetInferenceOutput::Labels, type, true)
                        .to(at::kLong)
                        .equal(compute(UNetInferenceOutput::Labels, at::kLong, false)));
        }
        if (classes <= 2)
        {
          const auto foreground = compute(UNetInferenceOutput::ForegroundProbability, at::kFloat, true);
          EXPECT_TRUE(
            foreground.equal(compute(UNetInferenceOutput::Probabilities, at::kFloat, true).narrow(1, classes - 1, 1)));
        }
      }
    }
  }
}

TEST(UNetOutputs, LabelsAreTheProbabilitiesAboveTheThresholdToTheLastBit)
{
  itk::TorchRandom random(9);
  for (const double threshold : { 0.0, 1e-7, 0.1, 0.4, 0.5, 0.9, 0.9999, 0.9999999, 1.0 })
  {
    // Around the threshold, and far from it.
    const double middle = threshold > 0.0 && threshold < 1.0 ? std::log(threshold / (1.0 - threshold)) : 0.0;
    at::Tensor   logits = at::empty({ 1, 1, 100, 100 }, at::kFloat);
    for (std::int64_t i = 0; i < logits.numel(); ++i)
    {
      const double distance = std::pow(10.0, -8.0 + 10.0 * random.Uniform());
      logits.mutable_data_ptr<float>()[i] = static_cast<float>(middle + (i % 2 == 0 ? distance : -distance));
    }
    const at::Tensor labels = at::zeros({ 1, 1, 100, 100 }, at::kByte);
    const at::Tensor probabilities = at::zeros({ 1, 1, 100, 100 }, at::kFloat);
    itk::WriteUNetOutputs(logits, UNetInferenceOutput::Labels, threshold, labels, true);
    itk::WriteUNetOutputs(logits, UNetInferenceOutput::ForegroundProbability, threshold, probabilities, true);
    for (std::int64_t i = 0; i < logits.numel(); ++i)
    {
      const bool isAbove = static_cast<double>(probabilities.data_ptr<float>()[i]) > threshold;
      ASSERT_EQ(labels.data_ptr<std::uint8_t>()[i], isAbove ? 1 : 0) << threshold << " " << logits.data_ptr<float>()[i];
    }
  }
}
} // namespace
