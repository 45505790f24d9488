// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchDevice.h"
#include "itkSharedLibrary.h"
#include "itkTorchRuntime.h"
#include "itkTorchStagedMemory.h"
#include <ATen/Context.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>
#include <algorithm>
#include <atomic>
#include <ostream>

namespace itk
{
namespace
{
struct CUDAState
{
  int         NumberOfDevices{ 0 };
  std::string UnavailableReason;
};

CUDAState
LoadCUDA()
{
  CUDAState state;
  try
  {
    const SharedLibrary cuda(SharedLibrary::FolderOf(reinterpret_cast<const void *>(&at::globalContext)) +
                               "libtorch_cuda.so",
                             SharedLibrary::Symbols::Global);
  }
  catch (const ExceptionObject & error)
  {
    state.UnavailableReason = std::string("LibTorch's CUDA library could not be loaded: ") + error.GetDescription();
    return state;
  }
  try
  {
    state.NumberOfDevices = at::hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
  }
  catch (const std::exception & error)
  {
    state.UnavailableReason = error.what();
  }
  if (state.NumberOfDevices == 0 && state.UnavailableReason.empty())
  {
    state.UnavailableReason = "LibTorch's CUDA library found no CUDA device";
  }
  return state;
}

const CUDAState &
GetCUDA()
{
  static const CUDAState state = LoadCUDA();
  return state;
}

std::atomic<int> allocationsUntilFailure{ -1 };
} // namespace

TorchDevice::TorchDevice(const std::string & name)
  : m_Name(name)
  , m_Kind(Kind::Unknown)
{
  if (name == "auto")
  {
    m_Kind = Kind::Automatic;
  }
  else if (name == "cpu")
  {
    m_Kind = Kind::CPU;
  }
  else if (name == "staged")
  {
    m_Kind = Kind::Staged;
  }
  else if (name == "cuda")
  {
    m_Kind = Kind::CUDA;
  }
  else if (name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() <= 8 &&
           name.find_first_not_of("0123456789", 5) == std::string::npos)
  {
    m_Kind = Kind::CUDA;
    m_Index = std::stoi(name.substr(5));
  }
}

TorchDevice::TorchDevice(const char * name)
  : TorchDevice(std::string(name ? name : ""))
{}

TorchDevice
TorchDevice::CPU()
{
  return { "cpu" };
}

TorchDevice
TorchDevice::Resolve() const
{
  switch (m_Kind)
  {
    case Kind::Automatic:
      return IsCUDAAvailable() ? TorchDevice("cuda:0") : CPU();
    case Kind::CUDA:
      if (!IsCUDAAvailable())
      {
        throw TorchDeviceError(__FILE__,
                               __LINE__,
                               "Device must be one that this machine has (auto, cpu), but is " + m_Name + ": " +
                                 GetCUDAUnavailableReason() + ".",
                               ITK_LOCATION);
      }
      if (m_Index >= GetCUDA().NumberOfDevices)
      {
        throw TorchDeviceError(__FILE__,
                               __LINE__,
                               "Device must be one of cuda:0 to cuda:" + std::to_string(GetCUDA().NumberOfDevices - 1) +
                                 ", auto or cpu, but is " + m_Name + ".",
                               ITK_LOCATION);
      }
      return { "cuda:" + std::to_string(m_Index) };
    case Kind::Unknown:
      throw TorchDeviceError(
        __FILE__, __LINE__, "Device must be auto, cpu, cuda or cuda:N, but is \"" + m_Name + "\".", ITK_LOCATION);
    default:
      return *this;
  }
}

std::vector<TorchDevice>
TorchDevice::GetAvailableDevices()
{
  std::vector<TorchDevice> devices{ CPU() };
  for (int index = 0; index < GetCUDA().NumberOfDevices; ++index)
  {
    devices.emplace_back("cuda:" + std::to_string(index));
  }
  return devices;
}

std::uint64_t
TorchDevice::GetFreeMemory() const
{
  const TorchDevice device = this->Resolve();
  if (device.m_Kind != Kind::CUDA)
  {
    return TorchRuntime::GetFreeMemory();
  }
  at::globalContext().lazyInitDevice(c10::kCUDA);
  auto * const allocator = at::getDeviceAllocator(c10::kCUDA);
  const auto   index = static_cast<c10::DeviceIndex>(device.m_Index);
  const auto   all = static_cast<std::size_t>(at::CachingDeviceAllocator::StatType::AGGREGATE);
  const auto   statistics = allocator->getDeviceStats(index);
  const auto   unused = statistics.reserved_bytes[all].current - statistics.allocated_bytes[all].current;
  return allocator->getMemoryInfo(index).first + static_cast<std::uint64_t>(std::max<std::int64_t>(0, unused));
}

void
TorchDevice::ReleaseUnusedMemory() const
{
  if (this->Resolve().m_Kind == Kind::CUDA)
  {
    at::globalContext().lazyInitDevice(c10::kCUDA);
    at::getDeviceAllocator(c10::kCUDA)->emptyCache();
  }
}

bool
TorchDevice::IsCUDAAvailable()
{
  return GetCUDA().NumberOfDevices > 0;
}

std::string
TorchDevice::GetCUDAUnavailableReason()
{
  return GetCUDA().UnavailableReason;
}

void
TorchDevice::SetStagedAllocationsUntilFailure(int count)
{
  allocationsUntilFailure = count;
}

void
CountStagedAllocation(std::size_t numberOfBytes)
{
  int left = allocationsUntilFailure;
  while (left >= 0 && !allocationsUntilFailure.compare_exchange_weak(left, left - 1))
  {}
  TORCH_CHECK_WITH(
    OutOfMemoryError, left != 0, "staged device out of memory: tried to allocate ", numberOfBytes, " bytes");
}

std::ostream &
operator<<(std::ostream & os, const TorchDevice & device)
{
  return os << device.GetName();
}
} // namespace itk
