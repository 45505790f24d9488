// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchDevice.h"

#include <gtest/gtest.h>
#include <sstream>

using itk::TorchDevice;
using Kind = itk::TorchDevice::Kind;

namespace
{
std::string
MessageFor(const TorchDevice & device)
{
  try
  {
    device.Resolve();
  }
  catch (const itk::TorchDeviceError & error)
  {
    return error.GetDescription();
  }
  return {};
}

TEST(TorchDevice, NamesAreParsed)
{
  struct Expectation
  {
    const char * Name;
    Kind         ExpectedKind;
    int          Index;
  };
  const Expectation expectations[] = {
    { "auto", Kind::Automatic, 0 },
    { "cpu", Kind::CPU, 0 },
    { "staged", Kind::Staged, 0 },
    { "cuda", Kind::CUDA, 0 },
    { "cuda:0", Kind::CUDA, 0 },
    { "cuda:12", Kind::CUDA, 12 },
    { "cuda:999", Kind::CUDA, 999 },
    { "cuda:", Kind::Unknown, 0 },
    { "cuda:-1", Kind::Unknown, 0 },
    { "cuda:1x", Kind::Unknown, 0 },
    { "CPU", Kind::Unknown, 0 },
    { "cpu ", Kind::Unknown, 0 },
    { "cuda:99999999999", Kind::Unknown, 0 },
    { "", Kind::Unknown, 0 },
    { "gpu", Kind::Unknown, 0 },
  };
  for (const auto & expectation : expectations)
  {
    const TorchDevice device(expectation.Name);
    EXPECT_EQ(device.GetKind(), expectation.ExpectedKind) << expectation.Name;
    EXPECT_EQ(device.GetIndex(), expectation.Index) << expectation.Name;
    EXPECT_EQ(device.GetName(), expectation.Name);
    std::ostringstream text;
    text << device;
    EXPECT_EQ(text.str(), expectation.Name);
  }
  EXPECT_EQ(TorchDevice(static_cast<const char *>(nullptr)).GetKind(), Kind::Unknown);
}

TEST(TorchDevice, TheDefaultIsAuto)
{
  EXPECT_EQ(TorchDevice(), TorchDevice("auto"));
}

TEST(TorchDevice, OnlyTheCPUIsTheHost)
{
  EXPECT_TRUE(TorchDevice::CPU().IsHost());
  for (const char * const name : { "auto", "staged", "cuda", "nonsense" })
  {
    EXPECT_FALSE(TorchDevice(name).IsHost()) << name;
  }
}

TEST(TorchDevice, EqualDevicesAreThoseOfOneKindAndNumber)
{
  EXPECT_EQ(TorchDevice("cuda"), TorchDevice("cuda:0"));
  EXPECT_NE(TorchDevice("cuda:0"), TorchDevice("cuda:1"));
  EXPECT_NE(TorchDevice("cpu"), TorchDevice("staged"));
  EXPECT_NE(TorchDevice("gpu"), TorchDevice("tpu"));
}

TEST(TorchDevice, AutoNeverFailsAndIsADeviceOfThisMachine)
{
  const TorchDevice resolved = TorchDevice().Resolve();
  EXPECT_EQ(resolved, TorchDevice::IsCUDAAvailable() ? TorchDevice("cuda:0") : TorchDevice::CPU());
  EXPECT_EQ(resolved.Resolve(), resolved);
}

TEST(TorchDevice, CPUAndStagedResolveToThemselves)
{
  EXPECT_EQ(TorchDevice("cpu").Resolve(), TorchDevice("cpu"));
  EXPECT_EQ(TorchDevice("staged").Resolve(), TorchDevice("staged"));
}

TEST(TorchDevice, TheCPUIsTheFirstAvailableDeviceAndEachAvailableOneResolves)
{
  const auto devices = TorchDevice::GetAvailableDevices();
  ASSERT_FALSE(devices.empty());
  EXPECT_EQ(devices.front(), TorchDevice::CPU());
  EXPECT_EQ(devices.size() > 1, TorchDevice::IsCUDAAvailable());
  for (const auto & device : devices)
  {
    EXPECT_EQ(MessageFor(device), "");
  }
}

TEST(TorchDevice, AnUnknownNameIsNamedWithWhatIsAllowed)
{
  EXPECT_EQ(MessageFor("gpu7"), "Device must be auto, cpu, cuda or cuda:N, but is \"gpu7\".");
}

TEST(TorchDevice, ACUDADeviceThatIsMissingIsNamedWithTheReason)
{
  const std::string message = MessageFor("cuda:99");
  if (TorchDevice::IsCUDAAvailable())
  {
    EXPECT_EQ(TorchDevice::GetCUDAUnavailableReason(), "");
    EXPECT_EQ(message.find("Device must be one of cuda:0 to cuda:"), 0u) << message;
  }
  else
  {
    EXPECT_NE(TorchDevice::GetCUDAUnavailableReason(), "");
    EXPECT_EQ(message,
              "Device must be one that this machine has (auto, cpu), but is cuda:99: " +
                TorchDevice::GetCUDAUnavailableReason() + ".");
  }
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}
} // namespace
