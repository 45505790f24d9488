// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchKernelLibrary.h"

#include <dlfcn.h>
#include <filesystem>
#include <gtest/gtest.h>

using itk::TorchDevice;
using itk::TorchKernelLibrary;

namespace
{
bool
HasPlugin()
{
  Dl_info info{};
  dladdr(reinterpret_cast<const void *>(&TorchKernelLibrary::Find), &info);
  return std::filesystem::exists(std::filesystem::path(info.dli_fname).replace_filename("libITKTorchCUDA.so"));
}

TEST(TorchKernelLibrary, ASymbolThatThePluginLacksIsNull)
{
  EXPECT_EQ(TorchKernelLibrary::Find("itktorch_no_such_kernel"), nullptr);
  EXPECT_EQ(TorchKernelLibrary::Find(""), nullptr);
}

TEST(TorchKernelLibrary, EverySymbolIsNullWithoutThePlugin)
{
  if (HasPlugin())
  {
    GTEST_SKIP() << "the plug-in was built";
  }
  // A function that every loaded library would find.
  EXPECT_EQ(TorchKernelLibrary::Find("malloc"), nullptr);
}

TEST(TorchKernelLibrary, ThePluginIsFoundBesideTheLibrary)
{
  if (!HasPlugin())
  {
    GTEST_SKIP() << "the plug-in was not built";
  }
  EXPECT_NE(TorchKernelLibrary::Find("cudaGetDeviceCount"), nullptr);
}

TEST(TorchKernelLibrary, HostDevicesHaveNoStream)
{
  EXPECT_EQ(TorchKernelLibrary::GetCurrentStream("cpu"), nullptr);
  EXPECT_EQ(TorchKernelLibrary::GetCurrentStream("staged"), nullptr);
}

TEST(TorchKernelLibrary, EveryCUDADeviceHasAStream)
{
  if (!TorchDevice::IsCUDAAvailable())
  {
    GTEST_SKIP() << TorchDevice::GetCUDAUnavailableReason();
  }
  for (const auto & device : TorchDevice::GetAvailableDevices())
  {
    EXPECT_NO_THROW(TorchKernelLibrary::GetCurrentStream(device)) << device;
  }
}

TEST(TorchKernelLibrary, ADeviceThatIsMissingIsAnErrorOfTheDevice)
{
  EXPECT_THROW(TorchKernelLibrary::GetCurrentStream("cuda:999"), itk::TorchDeviceError);
  EXPECT_THROW(TorchKernelLibrary::GetCurrentStream("gpu"), itk::TorchDeviceError);
}
} // namespace
