// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetLoss.h"

#include "itkUNetLossTestHelpers.h"
#include <ATen/ops/_upsample_nearest_exact3d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <cmath>

namespace
{
using itk::UNetLossInput;
using itk::UNetLossParameters;
using namespace itk::Test;

/** Three pixels of a sigmoid, one of them background: T = 1.4, Σ p = 1.7, Σ y = 2. */
UNetLossInput
ThreePixels()
{
  return { LogitsOf({ { 0.8 }, { 0.3 }, { 0.6 } }), Classes({ 1, 0, 1 }), {} };
}

std::string
MessageOf(const UNetLossParameters & parameters, unsigned int classes)
{
  try
  {
    itk::VerifyUNetLoss(parameters, classes);
  }
  catch (const itk::ExceptionObject & error)
  {
    return error.GetDescription();
  }
  return {};
}
// Cases worked by hand: single precision.
constexpr double tolerance = 1e-6;
} // namespace

TEST(UNetLoss, TheDefaultIsTheMeanCrossEntropy)
{
  const UNetLossInput input{ LogitsOf({ { 0.5, 0.25, 0.25 }, { 0.2, 0.3, 0.5 }, { 0.1, 0.6, 0.3 } }),
                             Classes({ 0, 2, 1 }),
                             {} };
  const at::Tensor    loss = Loss({}, input);
  EXPECT_EQ(loss.dim(), 0);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_NEAR(loss.item<double>(), -(2.0 * std::log(0.5) + std::log(0.6)) / 3.0, tolerance);
  EXPECT_NEAR(Value({}, ThreePixels()), -(std::log(0.8) + std::log(0.7) + std::log(0.6)) / 3.0, tolerance);
}

TEST(UNetLoss, WeightsOfPixelsAndClassesMultiplyTheCrossEntropyButNotTheNumberOfPixels)
{
  UNetLossParameters parameters;
  UNetLossInput      input{ LogitsOf({ { 0.5, 0.25, 0.25 }, { 0.2, 0.3, 0.5 }, { 0.1, 0.6, 0.3 } }),
                       Classes({ 0, 2, 1 }),
                       Tensor({ 2, 1, 4 }, { 1, 1, 3, 1 }) };
  EXPECT_NEAR(Value(parameters, input), -(3.0 * std::log(0.5) + 4.0 * std::log(0.6)) / 3.0, tolerance);
  parameters.ClassWeights = { 0.1, 10.0, 3.0 };
  EXPECT_NEAR(
    Value(parameters, input), -(0.2 * std::log(0.5) + 3.0 * std::log(0.5) + 40.0 * std::log(0.6)) / 3.0, 1e-5);
  parameters.ClassWeights = { 0.5, 3.0 };
  input = ThreePixels();
  EXPECT_NEAR(
    Value(parameters, input), -(3.0 * std::log(0.8) + 0.5 * std::log(0.7) + 3.0 * std::log(0.6)) / 3.0, tolerance);
}

TEST(UNetLoss, DiceIsTwiceTheOverlapDividedByTheSumOfBoth)
{
  auto parameters = Only(&UNetLossParameters::Dice);
  EXPECT_NEAR(Value(parameters, ThreePixels()), 1.0 - (2.8 + 1e-5) / (3.7 + 1e-5), tolerance);
  parameters.DiceSmoothing = 1.0;
  EXPECT_NEAR(Value(parameters, ThreePixels()), 1.0 - 3.8 / 4.7, tolerance);
}

TEST(UNetLoss, TheBackgroundsDiceCountsIfAsked)
{
  auto                parameters = Only(&UNetLossParameters::Dice);
  const UNetLossInput input{ LogitsOf({ { 0.5, 0.25, 0.25 }, { 0.2, 0.3, 0.5 }, { 0.1, 0.6, 0.3 } }),
                             Classes({ 0, 2, 1 }),
                             {} };
  const double        background = 1.0 / 1.8;
  const double        foreground = 1.2 / 2.15 + 1.0 / 2.05;
  EXPECT_NEAR(Value(parameters, input), 1.0 - foreground / 2.0, 1e-5);
  parameters.DiceIncludesBackground = true;
  EXPECT_NEAR(Value(parameters, input), 1.0 - (background + foreground) / 3.0, 1e-5);
}

TEST(UNetLoss, DiceOfABatchAddsBeforeItDividesAndDiceOfImagesAfter)
{
  auto                parameters = Only(&UNetLossParameters::Dice);
  const UNetLossInput one{ LogitsOf({ { 0.8 }, { 0.4 } }), Classes({ 1, 0 }), {} };
  const UNetLossInput other{ LogitsOf({ { 0.1 }, { 0.1 } }), Classes({ 0, 0 }), {} };
  const UNetLossInput both{ at::cat({ one.Logits, other.Logits }), at::cat({ one.Target, other.Target }), {} };
  parameters.DiceSmoothing = 0.5;
  EXPECT_NEAR(Value(parameters, both), 1.0 - 2.1 / 2.9, tolerance);
  parameters.DiceReduction = itk::UNetDiceReduction::Image;
  EXPECT_NEAR(Value(parameters, both), 1.0 - (2.1 / 2.7 + 0.5 / 0.7) / 2.0, tolerance);
}

TEST(UNetLoss, TheDiceLossOfAPerfectPredictionIsZero)
{
  UNetLossInput    input = RandomInput({ 2, 5, 4 }, 3, at::kFloat);
  const at::Tensor classes = at::tensor({ 0, 1, 2 }).view({ 1, 3, 1, 1 });
  input.Logits = at::where(input.Target.eq(classes), at::full({}, 50.0f), at::full({}, -50.0f));
  EXPECT_NEAR(Value(Only(&UNetLossParameters::Dice), input), 0.0, tolerance);
  EXPECT_NEAR(Value(Only(&UNetLossParameters::Tversky), input), 0.0, tolerance);
}

TEST(UNetLoss, TheFocalLossIsACrossEntropyTimesAPowerOfTheUncertainty)
{
  auto parameters = Only(&UNetLossParameters::Focal);
  EXPECT_NEAR(Value(parameters, ThreePixels()),
              -(0.04 * std::log(0.8) + 0.09 * std::log(0.7) + 0.16 * std::log(0.6)) / 3.0,
              tolerance);
  parameters.FocalExponent = 0.0;
  EXPECT_NEAR(Value(parameters, ThreePixels()), Value({}, ThreePixels()), tolerance);
}

TEST(UNetLoss, TverskyWeightsFalsePositivesAndFalseNegatives)
{
  auto parameters = Only(&UNetLossParameters::Tversky);
  parameters.DiceSmoothing = 1.0;
  EXPECT_NEAR(Value(parameters, ThreePixels()), 1.0 - 2.4 / (2.4 + 0.3 * 0.3 + 0.7 * 0.6), tolerance);
  // With halves it is Dice of twice the smoothing.
  parameters.TverskyFalsePositives = parameters.TverskyFalseNegatives = 0.5;
  auto dice = Only(&UNetLossParameters::Dice);
  dice.DiceSmoothing = 2.0;
  EXPECT_NEAR(Value(parameters, ThreePixels()), Value(dice, ThreePixels()), tolerance);
}

TEST(UNetLoss, ACoarserOutputLearnsThePixelsNearestToItsCentersByHalf)
{
  // Classes and weights unlike those around, where both indices are odd.
  at::Tensor target = at::zeros({ 1, 1, 4, 4 }, at::kShort);
  at::Tensor weight = at::ones({ 1, 1, 4, 4 });
  target[0][0][1][1] = 1;
  target[0][0][3][3] = 1;
  weight[0][0][1][3] = 2;
  weight[0][0][3][3] = 5;
  const at::Tensor fine = at::zeros({ 1, 1, 4, 4 });
  const at::Tensor coarse = LogitsOf({ { 0.9 }, { 0.2 }, { 0.3 }, { 0.6 } }).view({ 1, 1, 2, 2 });
  const double     ofFine = -21.0 * std::log(0.5) / 16.0;
  const double     ofCoarse = -(std::log(0.9) + 2.0 * std::log(0.8) + std::log(0.7) + 5.0 * std::log(0.6)) / 4.0;
  const auto       loss = itk::MakeUNetLoss({}, 1);
  const auto       value = [&](const std::vector<at::Tensor> & outputs) {
    return itk::ComputeDeeplySupervised(*loss, outputs, { {}, target, weight }).item<double>();
  };
  EXPECT_NEAR(value({ fine }), ofFine, tolerance);
  EXPECT_NEAR(value({ fine, coarse }), (ofFine + 0.5 * ofCoarse) / 1.5, tolerance);
}

TEST(UNetLoss, CoarserTargetsOfVolumesAreThoseOfNearestExactInterpolation)
{
  auto parameters = Only(&UNetLossParameters::Dice);
  parameters.CrossEntropy = 1.0;
  const auto                    loss = itk::MakeUNetLoss(parameters, 3);
  const UNetLossInput           input = RandomInput({ 2, 4, 8, 8 }, 3, at::kDouble);
  const std::vector<at::Tensor> outputs{ input.Logits,
                                         RandomInput({ 2, 4, 4, 4 }, 3, at::kDouble).Logits,
                                         RandomInput({ 2, 2, 1, 2 }, 3, at::kDouble).Logits };
  const double                  weights[] = { 4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0 };
  double                        expected = 0.0;
  for (std::size_t i = 0; i < 3; ++i)
  {
    const auto size = outputs[i].sizes().slice(2);
    expected +=
      weights[i] * loss
                     ->Compute({ outputs[i],
                                 at::_upsample_nearest_exact3d(input.Target.to(at::kFloat), size).to(at::kShort),
                                 at::_upsample_nearest_exact3d(input.Weight, size) })
                     .item<double>();
  }
  EXPECT_NEAR(itk::ComputeDeeplySupervised(*loss, outputs, input).item<double>(), expected, 1e-12);
}

TEST(UNetLoss, AnOutputWhoseSizeDoesNotDivideTheTargetsIsAnError)
{
  const auto    loss = itk::MakeUNetLoss({}, 1);
  UNetLossInput input = RandomInput({ 1, 4, 4 }, 1, at::kFloat);
  for (const Shape & shape : { Shape{ 1, 1, 4, 3 }, Shape{ 1, 1, 8, 8 } })
  {
    EXPECT_THROW(itk::ComputeDeeplySupervised(*loss, { at::zeros(shape) }, input), itk::ExceptionObject);
  }
}

TEST(UNetLossParameters, SettingsThatMakeNoLossAreErrors)
{
  UNetLossParameters parameters;
  EXPECT_EQ(MessageOf(parameters, 3), "");
  parameters.ClassWeights = { 1, 0, 2 };
  EXPECT_EQ(MessageOf(parameters, 3), "");
  EXPECT_NE(MessageOf(parameters, 2).find("2 numbers, one for each class, or none, but are 3"), std::string::npos);
  EXPECT_NE(MessageOf(parameters, 1).find("2 numbers, of background and foreground"), std::string::npos);
  parameters.ClassWeights = { 0, 0 };
  EXPECT_NE(MessageOf(parameters, 1).find("all 2 are 0"), std::string::npos);
  parameters.ClassWeights = { 1, -1 };
  EXPECT_NE(MessageOf(parameters, 2).find("ClassWeights must be"), std::string::npos);
  parameters.ClassWeights.clear();
  parameters.CrossEntropy = 0.0;
  EXPECT_NE(MessageOf(parameters, 2).find("all are 0"), std::string::npos);
  parameters.Tversky = 0.5;
  EXPECT_EQ(MessageOf(parameters, 2), "");
  parameters.Tversky = -0.5;
  EXPECT_NE(MessageOf(parameters, 2).find("Tversky must be"), std::string::npos);
  EXPECT_THROW(itk::MakeUNetLoss(parameters, 2), itk::ExceptionObject);
}
