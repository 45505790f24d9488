// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchExecution.h"
#include "itkLightObject.h"
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>
#include <new>

namespace itk
{
namespace
{
[[noreturn]] void
Rethrow(const LightObject & filter, const TorchDevice & device, const std::string & cause, bool isOutOfMemory)
{
  const std::string message = std::string(filter.GetNameOfClass()) + " on device " + device.GetName() +
                              (isOutOfMemory ? " ran out of memory: " : " failed: ") +
                              cause.substr(0, cause.find('\n'));
  if (isOutOfMemory)
  {
    throw TorchOutOfMemoryError(__FILE__, __LINE__, message, ITK_LOCATION);
  }
  throw ExceptionObject(__FILE__, __LINE__, message, ITK_LOCATION);
}
} // namespace

void
TorchExecution::Run(const LightObject & filter, const TorchDevice & device, const std::function<void()> & body)
{
  const c10::AutoGradMode noGradients(false);
  try
  {
    body();
  }
  catch (const ExceptionObject &)
  {
    throw;
  }
  catch (const c10::OutOfMemoryError & error)
  {
    Rethrow(filter, device, error.what_without_backtrace(), true);
  }
  catch (const c10::Error & error)
  {
    const std::string cause = error.what_without_backtrace();
    Rethrow(filter, device, cause, cause.find("DefaultCPUAllocator") != std::string::npos);
  }
  catch (const std::bad_alloc &)
  {
    Rethrow(filter, device, "the host has no memory left", true);
  }
  catch (const std::exception & error)
  {
    Rethrow(filter, device, error.what(), false);
  }
}

void
TorchExecution::ThrowAborted(const char * nameOfFilter)
{
  ProcessAborted aborted(__FILE__, __LINE__);
  aborted.SetDescription(std::string(nameOfFilter) + " was aborted.");
  throw aborted;
}
} // namespace itk
