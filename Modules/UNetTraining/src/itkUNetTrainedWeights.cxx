// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainedWeights.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetDeepSupervision.h"
#include "itkUNetFrozenLayers.h"
#include <ATen/ops/zeros_like.h>

namespace itk
{
UNetModel::WeightsType
CopyToHost(const UNetWeights & tensors)
{
  UNetModel::WeightsType copies;
  for (const auto & [name, tensor] : tensors)
  {
    copies.emplace(
      name, MakeTorchTensor(tensor.detach().to(at::kCPU, at::kFloat, false, true).contiguous(), TorchDevice::CPU()));
  }
  return copies;
}

UNetWeights
CopyToDevice(const UNetModel::WeightsType & tensors, const TorchDevice & device)
{
  UNetWeights copies;
  for (const auto & [name, tensor] : tensors)
  {
    copies.emplace(name, GetATensor(tensor).to(GetC10Device(device), at::kFloat, false, true));
  }
  return copies;
}

namespace
{
/** Weights of the model and of the outputs of coarser levels, which begin anew where the state has none. */
UNetWeights
GetWeights(const UNetTrainingState & state, const UNetTrainingParameters & parameters, const TorchDevice & device)
{
  const UNetSpecification & specification = state.GetModel()->GetSpecification();
  const unsigned int        deepSupervision = parameters.Loss.DeepSupervision;
  const UNetWeights         initial =
    InitializeUNetWeights(specification, parameters.Seed, GetSupervisedLevels(deepSupervision));
  const UNetWeights known = CopyToDevice(state.GetAuxiliaryWeights(), device);
  UNetWeights       weights = CopyToDevice(state.GetModel()->GetWeights(), device);
  for (const auto & description : GetAuxiliaryTensors(specification, deepSupervision))
  {
    const auto found = known.find(description.Name);
    weights.emplace(description.Name,
                    found != known.end() ? found->second : initial.at(description.Name).to(GetC10Device(device)));
  }
  return weights;
}
} // namespace

UNetTrainedWeights::UNetTrainedWeights(const UNetTrainingState &      state,
                                       const UNetTrainingParameters & parameters,
                                       const TorchDevice &            device)
  : m_Averaging(parameters.WeightAveraging)
  , m_Network(state.GetModel()->GetSpecification(),
              GetWeights(state, parameters, device),
              GetSupervisedLevels(parameters.Loss.DeepSupervision))
  , m_Averages(CopyToDevice(state.GetAverages(), device))
{
  const UNetSpecification & specification = state.GetModel()->GetSpecification();
  for (const auto & description : specification.GetTensors())
  {
    const at::Tensor & weight = m_Network.GetWeights().at(description.Name);
    if (IsOfFrozenLayer(description.Name, parameters.FrozenLayers))
    {
      m_Frozen.emplace(description.Name, weight.clone());
    }
    else if (description.IsTrained)
    {
      m_Trained.emplace(description.Name, weight);
    }
    else
    {
      m_Statistics.emplace_back(weight, weight.clone());
    }
  }
  for (const auto & description : GetAuxiliaryTensors(specification, parameters.Loss.DeepSupervision))
  {
    const at::Tensor & weight = m_Network.GetWeights().at(description.Name);
    m_Trained.emplace(description.Name, weight);
    m_Auxiliary.emplace(description.Name, weight);
  }
  for (const auto & entry : m_Trained)
  {
    entry.second.set_requires_grad(true);
  }
  if (m_Averaging > 0.0 && m_Averages.empty())
  {
    for (const auto & [name, weight] : this->GetOfModel())
    {
      m_Averages.emplace(name, weight.detach().clone());
    }
  }
}

UNetWeights
UNetTrainedWeights::GetOfModel() const
{
  UNetWeights weights = m_Network.GetWeights();
  for (const auto & entry : m_Auxiliary)
  {
    weights.erase(entry.first);
  }
  return weights;
}

std::vector<at::Tensor>
UNetTrainedWeights::GetGradients() const
{
  std::vector<at::Tensor> gradients;
  for (const auto & [name, weight] : m_Trained)
  {
    gradients.push_back(weight.grad().defined() ? weight.grad() : at::zeros_like(weight.detach()));
  }
  return gradients;
}

void
UNetTrainedWeights::ClearGradients()
{
  for (const auto & entry : m_Trained)
  {
    entry.second.mutable_grad().reset();
  }
}

void
UNetTrainedWeights::KeepStatistics()
{
  for (auto & [statistics, kept] : m_Statistics)
  {
    kept.copy_(statistics);
  }
}

void
UNetTrainedWeights::Undo()
{
  this->ClearGradients();
  for (auto & [statistics, kept] : m_Statistics)
  {
    statistics.copy_(kept);
  }
  this->RestoreFrozen();
}

void
UNetTrainedWeights::RestoreFrozen()
{
  for (const auto & [name, weight] : m_Frozen)
  {
    m_Network.GetWeights().at(name).detach().copy_(weight);
  }
}

void
UNetTrainedWeights::UpdateAverages(std::uint64_t steps)
{
  const auto   count = static_cast<double>(steps);
  const double decay = std::min(m_Averaging, (1.0 + count) / (10.0 + count));
  for (auto & [name, average] : m_Averages)
  {
    average.lerp_(m_Network.GetWeights().at(name).detach(), 1.0 - decay);
  }
}
} // namespace itk
