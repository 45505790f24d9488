// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingFunctions.h"
#include "itkUNetConvolution.h"
#include "itkUNetNetwork.h"
#include "itkUNetTestHelpers.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <algorithm>
#include <numeric>

using itk::UNetNetwork;
using itk::UNetSpecification;
using namespace itk::Test;

namespace
{
/** Weights that decide, and their gradients. */
struct Trained
{
  std::vector<at::Tensor> Outputs;
  itk::UNetWeights        Weights;
};

/** A network of the specification's weights and of biases of 0 if it has any, after one step that sums up the logits'
 * products with given numbers.
 * \param type of the weights and of images between layers */
Trained
Train(const UNetSpecification &         specification,
      const at::Tensor &                image,
      at::ScalarType                    precision = at::kFloat,
      const std::vector<unsigned int> & headLevels = { 0 },
      at::ScalarType                    type = at::kFloat)
{
  auto plain = specification;
  plain.ConvolutionBias = false;
  auto             weights = itk::InitializeUNetWeights(plain, 4, headLevels);
  itk::TorchRandom random(8);
  for (auto & [name, tensor] : weights)
  {
    if (tensor.dim() == 1)
    {
      tensor.add_(0.2 * MakeNumbers(tensor.sizes().vec(), random));
    }
  }
  const itk::UNetLayerList layers(specification, headLevels);
  for (const auto & description : layers.GetTensors())
  {
    auto & tensor = weights[description.Name];
    tensor = tensor.defined() ? tensor.to(type) : at::zeros(description.Shape, type);
  }
  UNetNetwork network(specification, weights, headLevels);
  for (const auto & description : layers.GetTensors())
  {
    network.GetWeights().at(description.Name).set_requires_grad(description.IsTrained);
  }
  const c10::AutoGradMode withGradients(true);
  Trained                 trained;
  trained.Outputs = network.TrainOutputs(
    image.to(type), itk::TorchRandom(1), [](double) {}, precision);
  at::Tensor loss = at::zeros({}, type);
  for (const at::Tensor & logits : trained.Outputs)
  {
    EXPECT_NE(logits.scalar_type(), at::kBFloat16);
    loss = loss + (logits * MakeNumbers(logits.sizes().vec(), random)).mean();
  }
  loss.backward();
  trained.Weights = network.GetWeights();
  return trained;
}

at::Tensor
MakeImage(const UNetSpecification & specification)
{
  itk::TorchRandom          random(6);
  std::vector<std::int64_t> shape{ 2, specification.Channels };
  shape.insert(shape.end(), specification.Dimension, specification.Dimension == 3 ? 12 : 36);
  return MakeNumbers(shape, random);
}

/** Whether the numbers of both lie in the same order. */
bool
HaveOneOrder(const at::Tensor & one, const at::Tensor & other)
{
  for (std::int64_t axis = 0; axis < one.dim(); ++axis)
  {
    if (one.size(axis) > 1 && one.stride(axis) != other.stride(axis))
    {
      return false;
    }
  }
  return one.sizes() == other.sizes();
}

/** Relative distances of logits, gradients and running statistics from those that LibTorch's own functions give in
 * double.
 * \param isComposed whether what is judged is composed of LibTorch's functions as well */
std::vector<double>
GetErrors(const UNetSpecification & specification, at::ScalarType precision, bool isComposed = false)
{
  const at::Tensor image = MakeImage(specification);
  // A network with biases is composed of LibTorch's functions.
  auto composed = specification;
  composed.ConvolutionBias = true;
  const Trained expected = Train(composed, image, at::kDouble, { 0 }, at::kDouble);
  const Trained found = Train(isComposed ? composed : specification, image, precision);
  const auto    difference = [](const at::Tensor & one, const at::Tensor & other)
  { return ((one - other).norm() / other.norm()).item<double>(); };
  std::vector<double> errors{ difference(found.Outputs[0].detach(), expected.Outputs[0].detach()) };
  for (const auto & [name, tensor] : found.Weights)
  {
    if (name.find("convolution.bias") != std::string::npos)
    {
      continue;
    }
    const at::Tensor & other = expected.Weights.at(name);
    errors.push_back(tensor.requires_grad() ? difference(tensor.grad(), other.grad()) : difference(tensor, other));
    EXPECT_EQ(tensor.scalar_type(), at::kFloat) << name;
    if (tensor.requires_grad())
    {
      EXPECT_EQ(tensor.grad().scalar_type(), at::kFloat) << name;
      EXPECT_TRUE(HaveOneOrder(tensor.grad(), tensor)) << name;
    }
  }
  return errors;
}

double
GetLargestError(const UNetSpecification & specification, at::ScalarType precision)
{
  const auto errors = GetErrors(specification, precision);
  return *std::max_element(errors.begin(), errors.end());
}

UNetSpecification
MakeSpecification(unsigned int dimension, unsigned int channels, unsigned int filters)
{
  auto specification = SmallSpecification(dimension, channels, 3);
  specification.BaseFilters = filters;
  return specification;
}

// Float through twelve layers. Filters that suit vectors, that suit only half of one, and that suit none.
TEST(UNetTrainingFunctions, GradientsOfANetworkAreThoseOfLibTorchsFunctionsIn2D)
{
  for (const unsigned int filters : { 16, 8, 5 })
  {
    EXPECT_LE(GetLargestError(MakeSpecification(2, 3, filters), at::kFloat), 2e-4) << filters;
  }
  EXPECT_LE(GetLargestError(MakeSpecification(2, 8, 8), at::kFloat), 2e-4);
}

TEST(UNetTrainingFunctions, GradientsOfANetworkAreThoseOfLibTorchsFunctionsIn3D)
{
  for (const unsigned int filters : { 8, 3 })
  {
    EXPECT_LE(GetLargestError(MakeSpecification(3, 1, filters), at::kFloat), 2e-4) << filters;
  }
}

TEST(UNetTrainingFunctions, EitherOrderOfTheConcatenationIsKept)
{
  auto specification = MakeSpecification(2, 1, 8);
  specification.Concatenation = itk::UNetConcatenation::UpsampledFirst;
  EXPECT_LE(GetLargestError(specification, at::kFloat), 2e-4);
}

// Gradients of a random sum of logits nearly cancel in the deeper levels, where eight bits leave little of them. So
// LibTorch's own functions in bfloat16 are the measure; these round more often.
TEST(UNetTrainingFunctions, WithImagesOfBFloat16GradientsAreNearerThanLibTorchs)
{
  for (const auto & specification : { MakeSpecification(2, 3, 16),
                                      MakeSpecification(2, 8, 8),
                                      MakeSpecification(2, 3, 5),
                                      MakeSpecification(3, 1, 8) })
  {
    const auto errors = GetErrors(specification, at::kBFloat16);
    const auto ofComposed = GetErrors(specification, at::kBFloat16, true);
    ASSERT_EQ(errors.size(), ofComposed.size());
    const auto mean = [](const std::vector<double> & values)
    { return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()); };
    EXPECT_LE(mean(errors), mean(ofComposed));
    // Logits themselves do not cancel.
    EXPECT_LE(errors.front(), 0.03);
    EXPECT_GE(errors.front(), 1e-4);
  }
}

TEST(UNetTrainingFunctions, EveryRunGivesTheSameBits)
{
  for (const auto precision : { at::kFloat, at::kBFloat16 })
  {
    const auto       specification = MakeSpecification(2, 3, 16);
    const at::Tensor image = MakeImage(specification);
    const Trained    one = Train(specification, image, precision);
    const Trained    other = Train(specification, image, precision);
    EXPECT_TRUE(one.Outputs[0].equal(other.Outputs[0]));
    for (const auto & [name, tensor] : one.Weights)
    {
      EXPECT_TRUE(tensor.requires_grad() ? tensor.grad().equal(other.Weights.at(name).grad())
                                         : tensor.equal(other.Weights.at(name)))
        << name;
    }
  }
}

TEST(UNetTrainingFunctions, OutputsAreTheHeadsLogitsFromCoarseToFine)
{
  const auto       specification = MakeSpecification(2, 1, 8);
  const at::Tensor image = MakeImage(specification);
  const Trained    one = Train(specification, image);
  const Trained    both = Train(specification, image, at::kFloat, { 0, 1 });
  ASSERT_EQ(both.Outputs.size(), 2u);
  EXPECT_EQ(both.Outputs[0].sizes(), at::IntArrayRef({ 2, 3, 18, 18 }));
  EXPECT_EQ(both.Outputs[1].sizes(), at::IntArrayRef({ 2, 3, 36, 36 }));
  EXPECT_GT(both.Weights.at("decoder.1.classifier.weight").grad().abs().max().item<float>(), 0.0f);
  // The level below learns from its own head as well.
  EXPECT_FALSE(both.Weights.at("decoder.1.1.convolution.weight")
                 .grad()
                 .equal(one.Weights.at("decoder.1.1.convolution.weight").grad()));
}

TEST(UNetTrainingFunctions, OtherNetworksTrainInBFloat16Too)
{
  for (const auto normalization :
       { itk::UNetNormalization::None, itk::UNetNormalization::Instance, itk::UNetNormalization::Group })
  {
    auto specification = MakeSpecification(2, 1, 8);
    specification.Normalization = normalization;
    specification.Padding = itk::UNetPadding::Edge;
    specification.Dropout = 0.3;
    const at::Tensor image = MakeImage(specification);
    const at::Tensor narrow = Train(specification, image, at::kBFloat16).Outputs[0].detach();
    const at::Tensor wide = Train(specification, image).Outputs[0].detach();
    const double     error = ((narrow - wide).norm() / wide.norm()).item<double>();
    EXPECT_LE(error, 0.05);
    EXPECT_GT(error, 0.0);
  }
}
} // namespace
