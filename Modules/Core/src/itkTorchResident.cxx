// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchResident.h"
#include "itkTorchExecution.h"
#include <ostream>
#include <utility>

namespace itk
{
namespace
{
/** The passes that a thread is in, and what they have left on devices so far. */
struct OpenPasses
{
  std::size_t                      Number{ 0 };
  std::vector<DataObject::Pointer> Left;
};

OpenPasses &
GetOpenPasses()
{
  thread_local OpenPasses passes;
  return passes;
}
} // namespace

TorchResident::DataPass::DataPass(bool isOpened)
  : m_IsOpened(isOpened)
  , m_First(GetOpenPasses().Left.size())
{
  GetOpenPasses().Number += isOpened ? 1 : 0;
}

TorchResident::DataPass::~DataPass()
{
  while (m_IsOpened)
  {
    try
    {
      this->End();
    }
    catch (const ExceptionObject &)
    {
      // The pass ends with another exception already; these pixels stay where they are.
    }
  }
}

void
TorchResident::DataPass::End()
{
  if (!m_IsOpened)
  {
    return;
  }
  auto & passes = GetOpenPasses();
  while (passes.Left.size() > m_First)
  {
    const DataObject::Pointer object = passes.Left.back();
    passes.Left.pop_back();
    SynchronizeHost({ object });
  }
  --passes.Number;
  m_IsOpened = false;
}

bool
TorchResident::DataPass::IsOpen()
{
  return GetOpenPasses().Number > 0;
}

void
TorchResident::LeaveOnDevice(const std::vector<DataObject::Pointer> & objects)
{
  if (!DataPass::IsOpen())
  {
    return;
  }
  for (const auto & object : objects)
  {
    const auto * const resident = dynamic_cast<const TorchResident *>(object.GetPointer());
    if (resident != nullptr && resident->GetResidence() == TorchResidence::DeviceOnly)
    {
      GetOpenPasses().Left.push_back(object);
    }
  }
}

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

std::vector<TorchResident::DeviceRequest>
TorchResident::RequestDevice(const std::vector<DataObject::Pointer> & objects,
                             bool                                     isDeviceWanted,
                             const DataObject *                       except)
{
  std::vector<DeviceRequest> requests;
  for (const auto & object : objects)
  {
    if (auto * const resident = dynamic_cast<TorchResident *>(object.GetPointer()); resident && object != except)
    {
      requests.emplace_back(resident, isDeviceWanted);
    }
  }
  return requests;
}

void
TorchResident::SetTensor(const TorchTensor & tensor)
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  const bool                                  isHost = tensor.GetDevice().IsHost();
  m_DeviceTensor = isHost ? TorchTensor{} : tensor;
  m_Residence = isHost ? TorchResidence::HostOnly : TorchResidence::DeviceOnly;
  this->SetHostTensor(isHost ? tensor : TorchTensor{});
}

void
TorchResident::SynchronizeHost() const
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  if (m_Residence != TorchResidence::DeviceOnly)
  {
    return;
  }
  TorchTensor pixels;
  TorchExecution::Run(dynamic_cast<const LightObject &>(*this),
                      m_DeviceTensor.GetDevice(),
                      [&] { pixels = m_DeviceTensor.ToInterleaved().To(TorchDevice::CPU()).ToInterleaved(); });
  // The pixels do not change, so neither does the time of their modification.
  m_IsSynchronizing = true;
  const_cast<TorchResident *>(this)->SetHostTensor(pixels);
  m_IsSynchronizing = false;
  m_Residence = TorchResidence::Both;
}

void
TorchResident::SynchronizeHost(const std::vector<DataObject::Pointer> & objects)
{
  for (const auto & object : objects)
  {
    if (const auto * const resident = dynamic_cast<const TorchResident *>(object.GetPointer()))
    {
      resident->SynchronizeHost();
    }
  }
}

bool
TorchResident::IsSynchronizing() const
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  return m_IsSynchronizing;
}

void
TorchResident::DropDeviceCopy() const
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  m_DeviceTensor = TorchTensor{};
  m_Residence = TorchResidence::HostOnly;
}

void
TorchResident::DropStaleDeviceCopy() const
{
  const std::lock_guard<std::recursive_mutex> lock(m_Mutex);
  if (m_Residence == TorchResidence::Both)
  {
    this->DropDeviceCopy();
  }
}

void
TorchResident::PrintResidence(std::ostream & os, Indent indent) const
{
  static constexpr const char * names[] = { "HostOnly", "DeviceOnly", "Both" };
  os << indent << "Residence: " << names[static_cast<int>(m_Residence)] << std::endl;
  if (m_DeviceTensor.IsDefined())
  {
    os << indent << "Device: " << m_DeviceTensor.GetDevice() << std::endl;
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
