// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetOptimizationParameters_h
#define itkUNetOptimizationParameters_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>

namespace itk
{
/** How weights are changed by their gradients. */
enum class UNetOptimizer : std::uint8_t
{
  /** D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015; β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
  Adam,
  /** I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019. */
  AdamW,
  /** Stochastic gradient descent with Nesterov's momentum, and without where Momentum is 0. */
  SGD
};
itkTorchEnumerationMacro(UNetOptimizer, { "Adam", "adam" }, { "AdamW", "adamw" }, { "SGD", "sgd" });

enum class UNetLearningRateSchedule : std::uint8_t
{
  Constant,
  /** From LearningRate to FinalLearningRate along half a cosine. */
  Cosine,
  /** From LearningRate to FinalLearningRate as (1 − done)^PolynomialExponent. */
  Polynomial
};
itkTorchEnumerationMacro(UNetLearningRateSchedule,
                         { "Constant", "constant" },
                         { "Cosine", "cosine" },
                         { "Polynomial", "polynomial" });

/** How a training's steps change the weights. */
struct ITKTorchUNetTraining_EXPORT UNetOptimizationParameters
{
  UNetOptimizer            Optimizer{ UNetOptimizer::Adam };
  double                   LearningRate{ 1e-3 };
  UNetLearningRateSchedule LearningRateSchedule{ UNetLearningRateSchedule::Cosine };
  double                   FinalLearningRate{ 0.0 };
  double                   PolynomialExponent{ 0.9 };
  std::uint64_t            WarmupSteps{ 0 };
  double                   WeightDecay{ 0.0 };
  double                   Momentum{ 0.9 };
  double                   MaximumGradientNorm{ 0.0 };
  unsigned int             AccumulatedBatches{ 1 };
  double                   WeightAveraging{ 0.0 };

  static const TorchParameterTable<UNetOptimizationParameters> &
  Describe();
};

/** The learning rate of a step: linear from LearningRate / (WarmupSteps + 1) up to LearningRate in WarmupSteps steps,
 * then the schedule over the other steps.
 * \param step from 0 on
 * \param numberOfSteps of the whole training */
ITKTorchUNetTraining_EXPORT double
GetLearningRate(const UNetOptimizationParameters & parameters, std::uint64_t step, std::uint64_t numberOfSteps);
} // namespace itk

#endif
