// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
/** Random logits, targets and weights, and what PyTorch and MONAI say about them; see loss_references.py. */
#include "itkUNetLossTestHelpers.h"

#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

namespace
{
using itk::UNetLossInput;
using itk::UNetLossParameters;
using namespace itk::Test;
using Json = nlohmann::json;

constexpr double infinity = std::numeric_limits<double>::infinity();

UNetLossParameters
ParametersOf(const Json & json)
{
  UNetLossParameters                 parameters;
  const itk::TorchParameterReference reference(parameters);
  for (const auto & [name, value] : json.items())
  {
    const itk::TorchParameter & parameter = reference.GetList().GetParameter(name);
    if (value.is_boolean())
    {
      reference.Set(parameter, value.get<bool>());
    }
    else if (value.is_string())
    {
      reference.Set(parameter, value.get<std::string>());
    }
    else if (value.is_array())
    {
      reference.Set(parameter, value.get<std::vector<double>>());
    }
    else
    {
      reference.Set(parameter, value.get<double>());
    }
  }
  return parameters;
}
} // namespace

TEST(UNetLoss, PartsAreAddedTimesTheirFactors)
{
  ForRandomInputs(at::kDouble,
                  [](UNetLossParameters part, const UNetLossInput & input)
                  {
                    constexpr double factors[] = { 0.3, 2.0, 5.0, 0.7 };
                    double           sum = 0.0;
                    at::Tensor       gradient = at::zeros_like(input.Logits);
                    const auto       set = [&part](double crossEntropy, double dice, double focal, double tversky)
                    {
                      part.CrossEntropy = crossEntropy;
                      part.Dice = dice;
                      part.Focal = focal;
                      part.Tversky = tversky;
                    };
                    for (int i = 0; i < 4; ++i)
                    {
                      set(i == 0, i == 1, i == 2, i == 3);
                      sum += factors[i] * Value(part, input);
                      gradient += factors[i] * Gradient(part, input);
                    }
                    set(factors[0], factors[1], factors[2], factors[3]);
                    EXPECT_NEAR(Value(part, input), sum, 1e-12);
                    EXPECT_LT(LargestDifference(Gradient(part, input), gradient), 1e-12);
                  });
}

TEST(UNetLoss, ValuesAndGradientsAreThoseOfPyTorchAndMONAI)
{
  std::ifstream file(ITKTorch_LOSS_REFERENCES);
  const Json    cases = Json::parse(file);
  ASSERT_EQ(cases.size(), 4u);
  for (const Json & each : cases)
  {
    const auto shape = each["shape"].get<Shape>();
    Shape      one = shape;
    one[1] = 1;
    for (const at::ScalarType type : { at::kDouble, at::kFloat })
    {
      // The references are written with 9 digits, but MONAI computes the focal loss in single precision.
      const auto allowed = [type](const UNetLossParameters & parameters)
      { return type == at::kDouble && parameters.Focal == 0.0 ? 2e-9 : 2e-6; };
      const UNetLossInput input{ Tensor(each["logits"].get<std::vector<double>>(), shape, type),
                                 Tensor(each["target"].get<std::vector<double>>(), one, at::kShort),
                                 Tensor(each["weight"].get<std::vector<double>>(), one, type) };
      ASSERT_TRUE(input.Target.lt(0).any().item<bool>());
      for (const Json & answer : each["losses"])
      {
        SCOPED_TRACE(each["shape"].dump() + answer["parameters"].dump());
        const auto parameters = ParametersOf(answer["parameters"]);
        EXPECT_NEAR(Value(parameters, input), answer["value"].get<double>(), allowed(parameters));
        const at::Tensor gradient = Tensor(answer["gradient"].get<std::vector<double>>(), shape, at::kDouble);
        EXPECT_LT(LargestDifference(Gradient(parameters, input), gradient), allowed(parameters));
      }
    }
  }
}

TEST(UNetLoss, GradientsAreThoseOfFiniteDifferences)
{
  ForRandomInputs(at::kDouble,
                  [](const UNetLossParameters & part, const UNetLossInput & input)
                  {
                    // Errors: the step squared times a third derivative of about 1, 1e-16 divided by the step.
                    constexpr double step = 1e-5;
                    const at::Tensor gradient = Gradient(part, input).contiguous();
                    for (std::int64_t i = 0; i < gradient.numel(); i += 3)
                    {
                      UNetLossInput moved = input;
                      moved.Logits = input.Logits.clone();
                      at::Tensor   logit = moved.Logits.view(-1).select(0, i);
                      const double above = (logit.add_(step), Value(part, moved));
                      const double below = (logit.sub_(2.0 * step), Value(part, moved));
                      ASSERT_NEAR(gradient.view(-1)[i].item<double>(), (above - below) / (2.0 * step), 1e-9) << i;
                    }
                  });
}

TEST(UNetLoss, IgnoredPixelsHaveNoInfluenceWhateverTheirLogitsAndWeights)
{
  ForRandomInputs(at::kFloat,
                  [](const UNetLossParameters & part, const UNetLossInput & input)
                  {
                    const at::Tensor isIgnored = input.Target.lt(0);
                    const double     value = Value(part, input);
                    EXPECT_EQ(Loss(part, input).scalar_type(), at::kFloat);
                    const at::Tensor gradient = Gradient(part, input);
                    EXPECT_TRUE(gradient.masked_select(isIgnored).eq(0).all().item<bool>());
                    EXPECT_TRUE(gradient.ne(0).any().item<bool>());
                    for (const double wrong : { infinity, -infinity, std::nan(""), 1e30 })
                    {
                      const UNetLossInput other{ input.Logits.masked_fill(isIgnored, wrong),
                                                 input.Target,
                                                 input.Weight.masked_fill(isIgnored, wrong) };
                      EXPECT_EQ(Value(part, other), value);
                      EXPECT_TRUE(Gradient(part, other).equal(gradient));
                    }
                  });
}

TEST(UNetLoss, IgnoredPixelsAreAsIfTheyWereNotThere)
{
  ForRandomInputs(at::kDouble,
                  [](const UNetLossParameters & part, UNetLossInput input)
                  {
                    input.Target.clamp_min_(0);
                    const std::int64_t  half = input.Logits.size(2) / 2;
                    const auto          begin = [half](const at::Tensor & tensor) { return tensor.narrow(2, 0, half); };
                    const UNetLossInput cropped{ begin(input.Logits), begin(input.Target), begin(input.Weight) };
                    UNetLossInput       ignored = input;
                    ignored.Target = input.Target.clone();
                    ignored.Target.narrow(2, half, input.Target.size(2) - half).fill_(-1);
                    EXPECT_NEAR(Value(part, ignored), Value(part, cropped), 1e-12);
                    EXPECT_LT(LargestDifference(begin(Gradient(part, ignored)), Gradient(part, cropped)), 1e-12);
                    EXPECT_GT(std::abs(Value(part, ignored) - Value(part, input)), 1e-6);
                  });
}

TEST(UNetLoss, WithoutAPixelThatIsNotIgnoredTheLossIsZeroAndSoIsItsGradient)
{
  ForRandomInputs(at::kFloat,
                  [](const UNetLossParameters & part, UNetLossInput input)
                  {
                    input.Target.fill_(-1);
                    input.Logits.select(1, 0).fill_(std::nan(""));
                    EXPECT_EQ(Value(part, input), 0.0);
                    EXPECT_TRUE(Gradient(part, input).eq(0).all().item<bool>());
                    input.Weight.reset();
                    EXPECT_EQ(Value(part, input), 0.0);
                  });
}

TEST(UNetLoss, LogitsOfTenThousandHaveFiniteLossesAndGradients)
{
  ForRandomInputs(at::kFloat,
                  [](const UNetLossParameters & part, UNetLossInput input)
                  {
                    input.Logits = at::where(input.Logits.gt(0), at::full({}, 1e4f), at::full({}, -1e4f));
                    EXPECT_TRUE(std::isfinite(Value(part, input)));
                    EXPECT_TRUE(at::isfinite(Gradient(part, input)).all().item<bool>());
                  });
  const UNetLossInput wrong{ Tensor({ 1e4, -1e4 }, { 1, 2, 1, 1 }), Classes({ 1 }), {} };
  EXPECT_EQ(Value({}, wrong), 2e4);
  EXPECT_EQ(Value({}, { Tensor({ -1e4 }, { 1, 1, 1, 1 }), Classes({ 1 }), {} }), 1e4);
  EXPECT_EQ(Value(Only(&UNetLossParameters::Focal), wrong), 2e4);
}

TEST(UNetLoss, NeitherTheMemoryFormatNorTheTypeOfTheTargetMatters)
{
  auto parameters = Only(&UNetLossParameters::Dice);
  parameters.CrossEntropy = 1.0;
  const UNetLossInput input = RandomInput({ 2, 5, 4 }, 3, at::kFloat);
  const UNetLossInput other{ input.Logits.contiguous(at::MemoryFormat::ChannelsLast),
                             input.Target.to(at::kLong),
                             input.Weight };
  EXPECT_EQ(Value(parameters, other), Value(parameters, input));
  EXPECT_TRUE(Gradient(parameters, other).equal(Gradient(parameters, input)));
}
