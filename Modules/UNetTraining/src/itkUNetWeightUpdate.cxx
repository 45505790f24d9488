// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetWeightUpdate.h"
#include "itkMacro.h"
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>

namespace itk
{
namespace
{
constexpr double beta1 = 0.9;
constexpr double beta2 = 0.999;
constexpr double epsilon = 1e-8;

/** What the moments of each weight are called. */
std::vector<std::string>
GetKinds(const UNetOptimizationParameters & parameters)
{
  using Kinds = std::vector<std::string>;
  return parameters.Optimizer != UNetOptimizer::SGD ? Kinds{ "first", "second" }
         : parameters.Momentum > 0.0                ? Kinds{ "momentum" }
                                                    : Kinds{};
}

class AdamUpdate : public UNetWeightUpdate
{
public:
  AdamUpdate(const UNetOptimizationParameters &        parameters,
             const std::map<std::string, at::Tensor> & weights,
             const MomentsType &                       moments,
             std::uint64_t                             steps)
    : UNetWeightUpdate(weights, GetKinds(parameters), moments)
    , m_WeightDecay(parameters.WeightDecay)
    , m_IsDecoupled(parameters.Optimizer == UNetOptimizer::AdamW)
  {
    for (const auto & weight : m_Weights)
    {
      m_Steps.push_back(at::scalar_tensor(static_cast<double>(steps), weight.options().dtype(at::kFloat)));
    }
  }

protected:
  void
  Update(std::vector<at::Tensor> gradients, double learningRate, const std::optional<at::Tensor> & divisor) override
  {
    for (auto & steps : m_Steps)
    {
      steps.add_(1.0);
    }
    const auto update = [&](const auto & function)
    {
      function(m_Weights,
               gradients,
               m_Moments[0],
               m_Moments[1],
               at::TensorList{},
               m_Steps,
               learningRate,
               beta1,
               beta2,
               m_WeightDecay,
               epsilon,
               false,
               false,
               divisor,
               std::optional<at::Tensor>{});
    };
    if (m_IsDecoupled)
    {
      update([](auto &&... arguments) { at::_fused_adamw_(arguments...); });
    }
    else
    {
      update([](auto &&... arguments) { at::_fused_adam_(arguments...); });
    }
  }

private:
  double                  m_WeightDecay;
  bool                    m_IsDecoupled;
  std::vector<at::Tensor> m_Steps;
};

class MomentumUpdate : public UNetWeightUpdate
{
public:
  MomentumUpdate(const UNetOptimizationParameters &        parameters,
                 const std::map<std::string, at::Tensor> & weights,
                 const MomentsType &                       moments,
                 std::uint64_t                             steps)
    : UNetWeightUpdate(weights, GetKinds(parameters), moments)
    , m_Momentum(parameters.Momentum)
    , m_WeightDecay(parameters.WeightDecay)
    , m_IsFirst(steps == 0 || moments.empty())
  {}

protected:
  void
  Update(std::vector<at::Tensor> gradients, double learningRate, const std::optional<at::Tensor> & divisor) override
  {
    at::_fused_sgd_(m_Weights,
                    gradients,
                    m_Moments.empty() ? at::TensorList{} : at::TensorList(m_Moments[0]),
                    m_WeightDecay,
                    m_Momentum,
                    learningRate,
                    0.0,
                    m_Momentum > 0.0,
                    false,
                    m_IsFirst,
                    divisor);
    m_IsFirst = false;
  }

private:
  double m_Momentum;
  double m_WeightDecay;
  bool   m_IsFirst;
};
} // namespace

UNetWeightUpdate::UNetWeightUpdate(const std::map<std::string, at::Tensor> & weights,
                                   const std::vector<std::string> &          moments,
                                   const MomentsType &                       known)
  : m_Moments(moments.size())
  , m_Kinds(moments)
{
  for (const auto & [name, weight] : weights)
  {
    m_Names.push_back(name);
    m_Weights.push_back(weight);
    for (std::size_t kind = 0; kind < moments.size(); ++kind)
    {
      // The fused steps take tensors of one memory layout.
      m_Moments[kind].push_back(at::zeros_like(weight.detach()));
      const auto found = known.find(moments[kind] + '.' + name);
      if (found != known.end())
      {
        if (found->second.sizes() != weight.sizes())
        {
          itkGenericExceptionMacro("The moment " << found->first << " must have the shape of its weight, "
                                                 << weight.sizes() << ", but has " << found->second.sizes() << '.');
        }
        m_Moments[kind].back().copy_(found->second);
      }
    }
  }
}

void
UNetWeightUpdate::Step(const std::vector<at::Tensor> & gradients, double learningRate, double divisor)
{
  std::vector<at::Tensor> alike;
  for (std::size_t i = 0; i < m_Weights.size(); ++i)
  {
    const bool isAlike = gradients[i].strides() == m_Weights[i].strides();
    alike.push_back(isAlike ? gradients[i] : at::empty_like(m_Weights[i].detach()).copy_(gradients[i]));
  }
  std::optional<at::Tensor> scale;
  if (divisor != 1.0)
  {
    scale = at::scalar_tensor(divisor, m_Weights.front().options().dtype(at::kFloat));
  }
  this->Update(std::move(alike), learningRate, scale);
}

UNetWeightUpdate::MomentsType
UNetWeightUpdate::GetMoments() const
{
  MomentsType moments;
  for (std::size_t kind = 0; kind < m_Kinds.size(); ++kind)
  {
    for (std::size_t i = 0; i < m_Names.size(); ++i)
    {
      moments.emplace(m_Kinds[kind] + '.' + m_Names[i], m_Moments[kind][i]);
    }
  }
  return moments;
}

bool
HasUNetMoments(const UNetOptimizationParameters &        parameters,
               const std::map<std::string, at::Tensor> & weights,
               const UNetWeightUpdate::MomentsType &     moments)
{
  const auto kinds = GetKinds(parameters);
  return std::all_of(kinds.begin(),
                     kinds.end(),
                     [&](const std::string & kind)
                     {
                       return std::all_of(weights.begin(),
                                          weights.end(),
                                          [&](const auto & weight)
                                          { return moments.count(kind + '.' + weight.first) > 0; });
                     });
}

std::unique_ptr<UNetWeightUpdate>
MakeUNetWeightUpdate(const UNetOptimizationParameters &        parameters,
                     const std::map<std::string, at::Tensor> & weights,
                     const UNetWeightUpdate::MomentsType &     moments,
                     std::uint64_t                             steps)
{
  if (parameters.Optimizer == UNetOptimizer::SGD)
  {
    return std::make_unique<MomentumUpdate>(parameters, weights, moments, steps);
  }
  return std::make_unique<AdamUpdate>(parameters, weights, moments, steps);
}
} // namespace itk
