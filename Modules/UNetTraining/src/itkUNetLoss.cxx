// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetLoss.h"
#include "itkMacro.h"
#include "itkUNetLossTerms.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <limits>

namespace itk
{
namespace
{
at::Tensor
ToTensor(const std::vector<double> & classWeights)
{
  return classWeights.empty() ? at::Tensor{} : at::tensor(classWeights, at::kDouble);
}

class CrossEntropyLoss : public UNetLoss
{
public:
  explicit CrossEntropyLoss(const UNetLossParameters & parameters)
    : m_ClassWeights(ToTensor(parameters.ClassWeights))
    , m_LabelSmoothing(parameters.LabelSmoothing)
  {}

  at::Tensor
  ComputeFrom(UNetLossTerms & terms) const override
  {
    at::Tensor loss = -terms.GetLogOfTrueClass();
    if (m_LabelSmoothing > 0.0)
    {
      loss = (1.0 - m_LabelSmoothing) * loss - m_LabelSmoothing * terms.GetMeanLog();
    }
    return terms.WeightedMean(loss, m_ClassWeights);
  }

private:
  at::Tensor m_ClassWeights;
  double     m_LabelSmoothing;
};

class FocalLoss : public UNetLoss
{
public:
  explicit FocalLoss(const UNetLossParameters & parameters)
    : m_ClassWeights(ToTensor(parameters.ClassWeights))
    , m_Exponent(parameters.FocalExponent)
  {}

  at::Tensor
  ComputeFrom(UNetLossTerms & terms) const override
  {
    // At 0 the derivative of a power below 1 is infinite.
    constexpr double   smallest = std::numeric_limits<float>::min();
    const at::Tensor & log = terms.GetLogOfTrueClass();
    const at::Tensor   uncertainty = (-log.expm1()).clamp_min(smallest);
    return terms.WeightedMean(-uncertainty.pow(m_Exponent) * log, m_ClassWeights);
  }

private:
  at::Tensor m_ClassWeights;
  double     m_Exponent;
};

/** 1 − the mean of a measure of overlap over classes and images. */
class OverlapLoss : public UNetLoss
{
public:
  explicit OverlapLoss(const UNetLossParameters & parameters)
    : m_Reduction(parameters.DiceReduction)
    , m_IncludesBackground(parameters.DiceIncludesBackground)
  {}

  at::Tensor
  ComputeFrom(UNetLossTerms & terms) const final
  {
    UNetRegionSums sums = terms.GetRegionSums(m_IncludesBackground);
    if (m_Reduction == UNetDiceReduction::Batch)
    {
      sums = { sums.Overlap.sum(0), sums.Predicted.sum(0), sums.True.sum(0) };
    }
    return 1.0 - this->Measure(sums).mean();
  }

protected:
  virtual at::Tensor
  Measure(const UNetRegionSums & sums) const = 0;

private:
  UNetDiceReduction m_Reduction;
  bool              m_IncludesBackground;
};

class DiceLoss : public OverlapLoss
{
public:
  explicit DiceLoss(const UNetLossParameters & parameters)
    : OverlapLoss(parameters)
    , m_Smoothing(parameters.DiceSmoothing)
  {}

protected:
  at::Tensor
  Measure(const UNetRegionSums & sums) const override
  {
    return (2.0 * sums.Overlap + m_Smoothing) / (sums.Predicted + sums.True + m_Smoothing);
  }

private:
  double m_Smoothing;
};

class TverskyLoss : public OverlapLoss
{
public:
  explicit TverskyLoss(const UNetLossParameters & parameters)
    : OverlapLoss(parameters)
    , m_Smoothing(parameters.DiceSmoothing)
    , m_FalsePositives(parameters.TverskyFalsePositives)
    , m_FalseNegatives(parameters.TverskyFalseNegatives)
  {}

protected:
  at::Tensor
  Measure(const UNetRegionSums & sums) const override
  {
    const at::Tensor overlap = sums.Overlap + m_Smoothing;
    return overlap / (overlap + m_FalsePositives * (sums.Predicted - sums.Overlap) +
                      m_FalseNegatives * (sums.True - sums.Overlap));
  }

private:
  double m_Smoothing;
  double m_FalsePositives;
  double m_FalseNegatives;
};

class SumLoss : public UNetLoss
{
public:
  template <typename TLoss>
  void
  Add(double factor, const UNetLossParameters & parameters)
  {
    if (factor > 0.0)
    {
      m_Parts.emplace_back(factor, std::make_unique<TLoss>(parameters));
    }
  }

  at::Tensor
  ComputeFrom(UNetLossTerms & terms) const override
  {
    at::Tensor sum;
    for (const auto & [factor, part] : m_Parts)
    {
      const at::Tensor loss = factor * part->ComputeFrom(terms);
      sum = sum.defined() ? sum + loss : loss;
    }
    return sum;
  }

private:
  std::vector<std::pair<double, std::unique_ptr<UNetLoss>>> m_Parts;
};

/** What is nearest to the pixels of a coarser grid; a view. */
at::Tensor
Coarsen(at::Tensor image, const at::Tensor & output)
{
  for (std::int64_t axis = 2; axis < output.dim(); ++axis)
  {
    const std::int64_t factor = image.size(axis) / output.size(axis);
    if (factor * output.size(axis) != image.size(axis))
    {
      itkGenericExceptionMacro("Outputs with a loss must have sizes that divide the target's, "
                               << image.size(axis) << " along axis " << axis << " of the tensor, but one has "
                               << output.size(axis) << '.');
    }
    image = image.slice(axis, factor / 2, std::nullopt, factor);
  }
  return image;
}
} // namespace

UNetLoss::~UNetLoss() = default;

at::Tensor
UNetLoss::Compute(const UNetLossInput & input) const
{
  UNetLossTerms terms(input);
  return this->ComputeFrom(terms);
}

std::unique_ptr<UNetLoss>
MakeUNetLoss(const UNetLossParameters & parameters, unsigned int classes)
{
  VerifyUNetLoss(parameters, classes);
  auto loss = std::make_unique<SumLoss>();
  loss->Add<CrossEntropyLoss>(parameters.CrossEntropy, parameters);
  loss->Add<DiceLoss>(parameters.Dice, parameters);
  loss->Add<FocalLoss>(parameters.Focal, parameters);
  loss->Add<TverskyLoss>(parameters.Tversky, parameters);
  return loss;
}

at::Tensor
ComputeDeeplySupervised(const UNetLoss & loss, const std::vector<at::Tensor> & outputs, const UNetLossInput & input)
{
  at::Tensor sum;
  double     weight = 1.0;
  double     sumOfWeights = 0.0;
  for (const at::Tensor & output : outputs)
  {
    const at::Tensor part =
      weight * loss.Compute({ output,
                              Coarsen(input.Target, output),
                              input.Weight.defined() ? Coarsen(input.Weight, output) : at::Tensor{} });
    sum = sum.defined() ? sum + part : part;
    sumOfWeights += weight;
    weight *= 0.5;
  }
  return sum / sumOfWeights;
}
} // namespace itk
