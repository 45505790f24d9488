// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingState.h"
#include "itkTorchParameterText.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetDeepSupervision.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <nlohmann/json.hpp>
#include <algorithm>

namespace itk
{
namespace
{
using WeightsType = UNetTrainingState::WeightsType;

/** \param where the name of the weight stands behind, in the names of the tensors
 * \throws ExceptionObject for a tensor that is of no weight, of another shape, or not finite */
void
VerifyTensors(const WeightsType & tensors, const WeightsType & weights, const char * what)
{
  for (const auto & [name, tensor] : tensors)
  {
    const auto dot = name.find('.');
    auto       weight = weights.find(name);
    weight = weight == weights.end() && dot != std::string::npos ? weights.find(name.substr(dot + 1)) : weight;
    if (weight == weights.end())
    {
      itkGenericExceptionMacro("The training's " << what << " \"" << name << "\" is of no weight of the network.");
    }
    const at::Tensor values = GetATensor(tensor);
    if (values.sizes() != GetATensor(weight->second).sizes())
    {
      itkGenericExceptionMacro("The training's " << what << " \"" << name << "\" must have the shape "
                                                 << GetATensor(weight->second).sizes() << ", but has " << values.sizes()
                                                 << '.');
    }
    const auto infinite = values.numel() - at::isfinite(values).sum().item<std::int64_t>();
    if (infinite > 0)
    {
      itkGenericExceptionMacro("The training's " << what << " \"" << name << "\" must be finite, but " << infinite
                                                 << " of its " << values.numel() << " values are NaN or infinite.");
    }
  }
}

/** \throws ExceptionObject unless they are none or all that the training has */
void
VerifyAuxiliaryWeights(const WeightsType & weights, const UNetSpecification & specification, unsigned int levels)
{
  WeightsType expected;
  for (const auto & description : GetAuxiliaryTensors(specification, levels))
  {
    if (!weights.empty() && weights.count(description.Name) == 0)
    {
      itkGenericExceptionMacro("The training's auxiliary weight \""
                               << description.Name << "\" must be there with LossDeepSupervision " << levels
                               << ", but is missing.");
    }
    expected.emplace(description.Name, MakeTorchTensor(at::empty(description.Shape), TorchDevice::CPU()));
  }
  VerifyTensors(weights, expected, "auxiliary weight");
}
} // namespace

UNetModel::Pointer
UNetTrainingState::MakeModel(const WeightsType & weights, unsigned int epochs, std::uint64_t steps) const
{
  nlohmann::ordered_json recipe;
  recipe["Version"] = ITKTorch_VERSION;
  recipe["Parameters"] = nlohmann::ordered_json::parse(WriteParameters(m_Parameters));
  recipe["Epochs"] = epochs;
  recipe["Steps"] = steps;
  recipe["DataDigest"] = m_DataDigest;
  auto model = UNetModel::New();
  model->Graft(m_Model);
  model->SetWeights(weights);
  model->SetRecipe(recipe.dump());
  return model;
}

UNetModel::Pointer
UNetTrainingState::GetTrainedModel() const
{
  const WeightsType & weights = m_Averages.empty() ? m_Model->GetWeights() : m_Averages;
  return this->MakeModel(this->IsBegun() ? weights : WeightsType{}, m_Position.Epoch, m_Position.Step);
}

UNetModel::Pointer
UNetTrainingState::GetBestModel() const
{
  const auto best =
    std::find_if(m_History.rbegin(), m_History.rend(), [](const UNetTrainingEpoch & epoch) { return epoch.IsBest; });
  return m_BestWeights.empty() || best == m_History.rend()
           ? nullptr
           : this->MakeModel(m_BestWeights, best->Epoch + 1, best->Step);
}

void
UNetTrainingState::SetAverages(const WeightsType & averages)
{
  m_Averages = averages;
  this->Modified();
}

void
UNetTrainingState::SetMoments(const WeightsType & moments)
{
  m_Moments = moments;
  this->Modified();
}

void
UNetTrainingState::SetAuxiliaryWeights(const WeightsType & weights)
{
  m_AuxiliaryWeights = weights;
  this->Modified();
}

void
UNetTrainingState::SetBestWeights(const WeightsType & weights)
{
  m_BestWeights = weights;
  this->Modified();
}

void
UNetTrainingState::SetPosition(const UNetTrainingPosition & position)
{
  m_Position = position;
  this->Modified();
}

void
UNetTrainingState::SetHistory(const std::vector<UNetTrainingEpoch> & history)
{
  m_History = history;
  this->Modified();
}

void
UNetTrainingState::SetParameters(const UNetTrainingParameters & parameters)
{
  m_Parameters = parameters;
  this->Modified();
}

void
UNetTrainingState::Verify() const
{
  m_Model->Verify();
  WeightsType weights = m_Model->GetWeights();
  VerifyTensors(m_Averages, weights, "average");
  VerifyTensors(m_BestWeights, weights, "best weight");
  VerifyAuxiliaryWeights(m_AuxiliaryWeights, m_Model->GetSpecification(), m_Parameters.Loss.DeepSupervision);
  weights.insert(m_AuxiliaryWeights.begin(), m_AuxiliaryWeights.end());
  VerifyTensors(m_Moments, weights, "moment");
}

void
UNetTrainingState::Graft(const DataObject * data)
{
  Superclass::Graft(data);
  const auto * const state = dynamic_cast<const UNetTrainingState *>(data);
  if (state == nullptr)
  {
    itkExceptionMacro("Graft() must be given a UNetTrainingState, but was given "
                      << (data == nullptr ? "none" : data->GetNameOfClass()) << '.');
  }
  m_Model->Graft(state->m_Model);
  m_Averages = state->m_Averages;
  m_Moments = state->m_Moments;
  m_AuxiliaryWeights = state->m_AuxiliaryWeights;
  m_BestWeights = state->m_BestWeights;
  m_Position = state->m_Position;
  m_History = state->m_History;
  m_Parameters = state->m_Parameters;
  m_DataDigest = state->m_DataDigest;
  this->Modified();
}

void
UNetTrainingState::Initialize()
{
  Superclass::Initialize();
  m_Model->Initialize();
  m_Averages.clear();
  m_Moments.clear();
  m_AuxiliaryWeights.clear();
  m_BestWeights.clear();
  m_Position = {};
  m_History.clear();
  m_DataDigest.clear();
}

void
UNetTrainingState::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "Model:" << std::endl;
  m_Model->Print(os, indent.GetNextIndent());
  os << indent << "Parameters:" << std::endl;
  TorchParameterView(m_Parameters).Print(os, indent.GetNextIndent());
  os << indent << "Averages: " << m_Averages.size() << std::endl;
  os << indent << "Moments: " << m_Moments.size() << std::endl;
  os << indent << "AuxiliaryWeights: " << m_AuxiliaryWeights.size() << std::endl;
  os << indent << "BestWeights: " << m_BestWeights.size() << std::endl;
  os << indent << "Position: epoch " << m_Position.Epoch << ", step " << m_Position.Step << std::endl;
  os << indent << "History: " << m_History.size() << " epochs" << std::endl;
  os << indent << "DataDigest: " << m_DataDigest << std::endl;
}
} // namespace itk
