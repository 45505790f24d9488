// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchResident.h"
#include <utility>

namespace itk
{
TorchResident::DeviceRequest::DeviceRequest(TorchResident * resident, bool isDeviceWanted)
  : m_Resident(resident)
  , m_WasHostWanted(resident != nullptr && resident->m_IsHostWanted)
  , m_IsDeviceWanted(isDeviceWanted)
{}

TorchResident::DeviceRequest::DeviceRequest(DeviceRequest && other) noexcept
  : m_Resident(std::exchange(other.m_Resident, nullptr))
  , m_WasHostWanted(other.m_WasHostWanted)
  , m_IsDeviceWanted(other.m_IsDeviceWanted)
{}

TorchResident::DeviceRequest::~DeviceRequest()
{
  if (m_Resident != nullptr)
  {
    m_Resident->m_IsHostWanted = m_WasHostWanted;
    m_Resident->m_IsDeviceWanted |= m_IsDeviceWanted;
  }
}

void
TorchResident::ClearRequest()
{
  m_IsHostWanted = false;
  m_IsDeviceWanted = false;
}

bool
TorchResident::TakeDeviceOnlyRequest()
{
  const bool isDeviceOnly = m_IsDeviceWanted && !m_IsHostWanted;
  ClearRequest();
  return isDeviceOnly;
}
} // namespace itk
