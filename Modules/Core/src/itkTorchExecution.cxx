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
/** How many runs of this thread are inside one another. */
thread_local int depth = 0;

[[noreturn]] void
Throw(const std::string & who, const std::string & cause, bool isOutOfMemory)
{
  const std::string message =
    who + (isOutOfMemory ? " ran out of memory: " : " failed: ") + cause.substr(0, cause.find('\n'));
  if (isOutOfMemory)
  {
    throw TorchOutOfMemoryError(__FILE__, __LINE__, message, ITK_LOCATION);
  }
  throw ExceptionObject(__FILE__, __LINE__, message, ITK_LOCATION);
}

/** The exception that is being handled, as one of ITK's. */
[[noreturn]] void
Translate(const std::string & who)
{
  try
  {
    throw;
  }
  catch (const ExceptionObject &)
  {
    throw;
  }
  catch (const c10::OutOfMemoryError & error)
  {
    Throw(who, error.what_without_backtrace(), true);
  }
  catch (const c10::Error & error)
  {
    const std::string cause = error.what_without_backtrace();
    Throw(who, cause, cause.find("DefaultCPUAllocator") != std::string::npos);
  }
  catch (const std::bad_alloc &)
  {
    Throw(who, "the host has no memory left", true);
  }
  catch (const std::exception & error)
  {
    Throw(who, error.what(), false);
  }
}
} // namespace

void
TorchExecution::Run(const LightObject & filter, const TorchDevice & device, const std::function<void()> & body)
{
  struct Depth
  {
    Depth() { ++depth; }
    ~Depth() { --depth; }
  };
  const c10::AutoGradMode noGradients(false);
  try
  {
    const Depth inside;
    body();
  }
  catch (...)
  {
    Translate(std::string(filter.GetNameOfClass()) + " on device " + device.GetName());
  }
}

void
TorchExecution::Rethrow(const char * function)
{
  if (depth > 0)
  {
    throw;
  }
  Translate(function);
}

void
TorchExecution::ThrowAborted(const char * nameOfFilter)
{
  ProcessAborted aborted(__FILE__, __LINE__);
  aborted.SetDescription(std::string(nameOfFilter) + " was aborted.");
  throw aborted;
}
} // namespace itk
