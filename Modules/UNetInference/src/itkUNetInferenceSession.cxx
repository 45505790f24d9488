// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInferenceSession.h"

namespace itk
{
bool
UNetInferenceSession::IsPrepared(const UNetModel & model, const TorchDevice & device) const
{
  return m_Inference && m_Model == &model && m_Time >= model.GetMTime() && m_Device == device;
}

void
UNetInferenceSession::Prepare(const UNetModel & model, const TorchDevice & device)
{
  if (!this->IsPrepared(model, device))
  {
    m_Plans.clear();
    m_Inference.reset();
    m_Inference = std::make_unique<UNetInference>(model, device);
    m_Model = &model;
    m_Time.Modified();
    m_Device = device;
  }
}

const UNetInferencePlan &
UNetInferenceSession::GetPlan(const UNetModel &                 model,
                              const TorchDevice &               device,
                              const UNetInferenceParameters &   parameters,
                              const std::vector<std::int64_t> & extent)
{
  const std::uint64_t largestWindow = m_Inference ? m_Inference->GetLargestWindow() : 0;
  if (largestWindow != m_LargestWindow)
  {
    m_Plans.clear();
    m_LargestWindow = largestWindow;
  }
  const auto found = m_Plans.find(extent);
  if (found != m_Plans.end())
  {
    return found->second;
  }
  const auto make = [&]() -> UNetInferencePlan
  {
    if (this->IsPrepared(model, device))
    {
      return m_Inference->GetPlan(parameters, extent);
    }
    const UNetConvolutionChoice choice(parameters.Convolution, UNetPrecision::Float32, device.IsHost());
    return { model.GetSpecification(), parameters, choice, extent };
  };
  return m_Plans.emplace(extent, make()).first->second;
}

void
UNetInferenceSession::Release()
{
  if (m_Inference)
  {
    m_Plans.clear();
    m_Inference.reset();
    m_Model = nullptr;
    m_Device.ReleaseUnusedMemory();
  }
}
} // namespace itk
