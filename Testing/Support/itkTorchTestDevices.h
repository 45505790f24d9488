// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchTestDevices_h
#define itkTorchTestDevices_h

#include "itkTorchDevice.h"
#include <gtest/gtest.h>

/** Skips the test, instead of passing it, where the machine lacks the device. */
#define ITKTorch_SKIP_WITHOUT_DEVICE(device)                                                                           \
  if ((device).GetKind() == itk::TorchDevice::Kind::CUDA && !itk::TorchDevice::IsCUDAAvailable())                      \
  {                                                                                                                    \
    GTEST_SKIP() << itk::TorchDevice::GetCUDAUnavailableReason();                                                      \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

namespace itk
{
namespace Test
{
/** Names of the devices that every device test runs on. */
inline auto
DeviceNames()
{
  return ::testing::Values("cpu", "staged", "cuda");
}
} // namespace Test
} // namespace itk

#endif
