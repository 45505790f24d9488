// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetReceptiveField.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetNetwork.h"
#include "itkUNetTestHelpers.h"
#include <ATen/ops/ones.h>

using itk::UNetInterval;
using itk::UNetReceptiveField;
using itk::UNetSpecification;
using namespace itk::Test;

namespace
{
UNetSpecification
Specification(unsigned int levels, unsigned int convolutions)
{
  UNetSpecification specification;
  specification.BaseFilters = 1;
  specification.Levels = levels;
  specification.ConvolutionsPerLevel = convolutions;
  specification.Normalization = itk::UNetNormalization::None;
  return specification;
}

/** A network in which every sum has positive terms only, so that an output grows with each input that it depends on. */
itk::UNetNetwork
MakePositiveNetwork(const UNetSpecification & specification)
{
  itk::UNetWeights weights = itk::InitializeUNetWeights(specification, 3);
  for (auto & [name, tensor] : weights)
  {
    tensor = tensor.abs() + 0.01;
  }
  return { specification, weights };
}

TEST(UNetReceptiveField, TheMarginIsThatOfThePublishedNetwork)
{
  EXPECT_EQ(UNetReceptiveField(UNetSpecification()).GetMargin(), 94);
}

// By hand, for one pooling and one convolution in a level. Outputs [4, 6) need [3, 7) of the concatenation; of its
// upper branch [1, 4) in the lower level, widened by a convolution to [0, 5), twice as many pixels [0, 10), widened to
// [-1, 11).
TEST(UNetReceptiveField, AnIntervalIsTakenBackStepByStep)
{
  const UNetReceptiveField field(Specification(1, 1));
  EXPECT_EQ(field.GetInput({ 14, 16 }, 100), (UNetInterval{ 9, 21 }));
  EXPECT_EQ(field.GetInput({ 4, 6 }, 100), (UNetInterval{ 0, 11 }));
  EXPECT_EQ(field.GetInput({ 4, 6 }, 8), (UNetInterval{ 0, 8 }));
  EXPECT_EQ(field.GetWindow({ 14, 16 }, 100), (UNetInterval{ 8, 22 }));
  EXPECT_EQ(field.GetMargin(), 5);
}

TEST(UNetReceptiveField, NoPixelWithinItIsIrrelevantAndNoneOutsideMatters)
{
  for (const auto & [levels, convolutions, extent] : { std::array<unsigned int, 3>{ 1, 1, 26 },
                                                       { 1, 2, 30 },
                                                       { 2, 1, 40 },
                                                       { 2, 2, 64 },
                                                       { 1, 3, 40 },
                                                       { 3, 1, 64 } })
  {
    const UNetSpecification  specification = Specification(levels, convolutions);
    const UNetReceptiveField field(specification);
    const auto               network = MakePositiveNetwork(specification);
    const at::Tensor         image = at::ones({ 1, 1, specification.GetStride(), extent }, at::kDouble);
    const auto               outputs = [&](const at::Tensor & input)
    { return network.Predict(input.to(at::kFloat)).sum(1).sum(1).squeeze(0).to(at::kDouble).contiguous(); };
    const at::Tensor before = outputs(image);
    for (std::int64_t changed = 0; changed < extent; ++changed)
    {
      at::Tensor input = image.clone();
      // Large enough for float to show it behind any number of means, and for poolings to choose it.
      input.select(3, changed).fill_(1e6);
      const at::Tensor after = outputs(input);
      for (std::int64_t output = 0; output < extent; ++output)
      {
        const auto interval = field.GetInput({ output, output + 1 }, extent);
        const bool matters = after[output].item<double>() != before[output].item<double>();
        ASSERT_EQ(matters, interval.Begin <= changed && changed < interval.End)
          << levels << " poolings, " << convolutions << " convolutions: output " << output << ", input " << changed;
      }
    }
  }
}

TEST(UNetReceptiveField, AnImagesStatisticsMakeEveryPixelMatter)
{
  UNetSpecification specification = SmallSpecification();
  for (const auto normalization : { itk::UNetNormalization::Instance, itk::UNetNormalization::Group })
  {
    specification.Normalization = normalization;
    EXPECT_FALSE(UNetReceptiveField(specification).IsLocal());
    EXPECT_EQ(UNetReceptiveField(specification).GetInput({ 500, 501 }, 1000), (UNetInterval{ 0, 1000 }));
  }
  specification.Normalization = itk::UNetNormalization::Batch;
  EXPECT_TRUE(UNetReceptiveField(specification).IsLocal());
}
} // namespace
