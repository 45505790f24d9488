// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetOptimizationParameters.h"
#include <cmath>

namespace itk
{
const TorchParameterTable<UNetOptimizationParameters> &
UNetOptimizationParameters::Describe()
{
  using P = UNetOptimizationParameters;
  using Range = TorchParameterRange;
  static const TorchParameterTable<UNetOptimizationParameters> table = []
  {
    TorchParameterTable<UNetOptimizationParameters> t;
    t.AddChoice("Optimizer", &P::Optimizer, "How weights are changed by their gradients.");
    t.Add("LearningRate", &P::LearningRate, "Learning rate of the optimizer.", Range::GreaterThan(0));
    t.AddChoice("LearningRateSchedule",
                &P::LearningRateSchedule,
                "How the rate goes from LearningRate to FinalLearningRate: not at all, along half a cosine, or as (1 - "
                "done)^PolynomialExponent.");
    t.Add("FinalLearningRate",
          &P::FinalLearningRate,
          "Learning rate at which a schedule other than constant ends.",
          Range::AtLeast(0));
    t.Add("PolynomialExponent", &P::PolynomialExponent, "Exponent of the polynomial schedule.", Range::GreaterThan(0));
    t.Add("WarmupSteps",
          &P::WarmupSteps,
          "Number of first steps in which the learning rate rises linearly to LearningRate.");
    t.Add("WeightDecay",
          &P::WeightDecay,
          "Regularization: adam and sgd add this number times a weight to its gradient, adamw subtracts it times "
          "the learning rate from the weight.",
          Range::AtLeast(0));
    t.Add("Momentum", &P::Momentum, "Momentum of sgd, Nesterov's.", Range::Between(0, 0.9999));
    t.Add("MaximumGradientNorm",
          &P::MaximumGradientNorm,
          "Largest Euclidean norm of all gradients together, to which larger ones are scaled down; 0 for no limit.",
          Range::AtLeast(0));
    t.Add("AccumulatedBatches",
          &P::AccumulatedBatches,
          "Number of batches whose gradients make one step of the optimizer.",
          Range::Between(1, 4096));
    t.Add("WeightAveraging",
          &P::WeightAveraging,
          "Decay of the exponential moving average of the weights that the model gets, such as 0.999: after t steps it "
          "is at most (1 + t) / (10 + t); 0 for the weights themselves.",
          Range::Between(0, 0.999999));
    return t;
  }();
  return table;
}

double
GetLearningRate(const UNetOptimizationParameters & parameters, std::uint64_t step, std::uint64_t numberOfSteps)
{
  constexpr double pi = 3.14159265358979323846;
  if (step < parameters.WarmupSteps)
  {
    return parameters.LearningRate * static_cast<double>(step + 1) / static_cast<double>(parameters.WarmupSteps + 1);
  }
  const double done = numberOfSteps <= parameters.WarmupSteps
                        ? 0.0
                        : static_cast<double>(step - parameters.WarmupSteps) /
                            static_cast<double>(numberOfSteps - parameters.WarmupSteps);
  const double range = parameters.LearningRate - parameters.FinalLearningRate;
  switch (parameters.LearningRateSchedule)
  {
    case UNetLearningRateSchedule::Cosine:
      return parameters.FinalLearningRate + 0.5 * range * (1.0 + std::cos(pi * done));
    case UNetLearningRateSchedule::Polynomial:
      return parameters.FinalLearningRate + range * std::pow(1.0 - done, parameters.PolynomialExponent);
    default:
      return parameters.LearningRate;
  }
}
} // namespace itk
