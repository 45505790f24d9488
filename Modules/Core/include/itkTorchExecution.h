// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchExecution_h
#define itkTorchExecution_h

#include "ITKTorchCoreExport.h"
#include "itkTorchDevice.h"
#include <functional>

namespace itk
{
class LightObject;

/** \class TorchExecution
 * \brief Runs tensor computations; the one place where errors of LibTorch, CUDA and the allocators become ITK
 * exceptions.
 * \ingroup ITKTorchCore */
class ITKTorchCore_EXPORT TorchExecution
{
public:
  /** Runs `body` on the calling thread, without recording gradients.
   * \throws TorchOutOfMemoryError or ExceptionObject that names the filter, the device and the first line of the
   * cause. ITK's own exceptions pass unchanged. */
  static void
  Run(const LightObject & filter, const TorchDevice & device, const std::function<void()> & body);

  /** The exception that is being handled, as an ITK exception that names the public function `function`: for functions
   * that need no filter, in their last catch clause. Within Run(), which knows the filter and the device, it is passed
   * on as it is. */
  [[noreturn]] static void
  Rethrow(const char * function);

  /** \throws ProcessAborted that names the filter */
  [[noreturn]] static void
  ThrowAborted(const char * nameOfFilter);
};
} // namespace itk

#endif
