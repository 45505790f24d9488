// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchStagedMemory_h
#define itkTorchStagedMemory_h

#include "ITKTorchCoreExport.h"
#include <cstddef>

namespace itk
{
/** Call before every allocation on the staged device.
 * \throws c10::OutOfMemoryError where TorchDevice::SetStagedAllocationsUntilFailure() asked for it. */
ITKTorchCore_EXPORT void
CountStagedAllocation(std::size_t numberOfBytes);
} // namespace itk

#endif
