// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSystemMemory_h
#define itkSystemMemory_h

#include <cstdint>

namespace itk
{
/** See TorchRuntime::KeepFreedMemory(). */
void
KeepFreedMemory();

/** See TorchRuntime::GetFreeMemory(). */
std::uint64_t
GetFreeMemory();

/** See TorchRuntime::GetPeakMemory(). */
std::uint64_t
GetPeakMemory();
} // namespace itk

#endif
