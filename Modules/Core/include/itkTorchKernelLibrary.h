// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchKernelLibrary_h
#define itkTorchKernelLibrary_h

#include "ITKTorchCoreExport.h"
#include "itkTorchDevice.h"

namespace itk
{
/** \class TorchKernelLibrary
 * \brief The plug-in ITKTorchCUDA with this project's CUDA kernels, loaded at run time where it is installed.
 *
 * Its functions have C linkage and take raw pointers and a stream; they know neither ITK nor LibTorch.
 * \ingroup ITKTorchCore */
class ITKTorchCore_EXPORT TorchKernelLibrary
{
public:
  /** Address of the plug-in's function `symbol`; null where there is no plug-in, or none with that function.
   * The plug-in is looked for beside this library first, and loaded once. */
  static void *
  Find(const char * symbol);

  /** LibTorch's current stream of the calling thread on a CUDA device, as a `cudaStream_t`; null for other devices.
   * Null is also the default stream of whichever CUDA device is current, so a kernel must make `device` current too.
   * \throws TorchDeviceError for an unknown name or a device that this machine lacks. */
  static void *
  GetCurrentStream(const TorchDevice & device);
};
} // namespace itk

#endif
