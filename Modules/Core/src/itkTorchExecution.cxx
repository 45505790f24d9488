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
/** How many computations of this thread are inside one another: the outermost translates errors. */
thread_local int depth = 0;

[[noreturn]] void
Rethrow(const std::string & who, const std::string & cause, bool isOutOfMemory)
{
  const std::string message =
    who + (isOutOfMemory ? " ran out of memory: " : " failed: ") + cause.substr(0, cause.find('\n'));
  if (isOutOfMemory)
  {
    throw TorchOutOfMemoryError(__FILE__, __LINE__, message, ITK_LOCATION);
  }
  throw ExceptionObject(__FILE__, __LINE__, message, ITK_LOCATION);
}

/** \param who returns who is to be named */
template <typename TWho>
void
Translate(const TWho & who, const std::function<void()> & body)
{
  struct Depth
  {
    Depth() { ++depth; }
    ~Depth() { --depth; }
  };
  const c10::AutoGradMode noGradients(false);
  const Depth             inside;
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
    Rethrow(who(), error.what_without_backtrace(), true);
  }
  catch (const c10::Error & error)
  {
    const std::string cause = error.what_without_backtrace();
    Rethrow(who(), cause, cause.find("DefaultCPUAllocator") != std::string::npos);
  }
  catch (const std::bad_alloc &)
  {
    Rethrow(who(), "the host has no memory left", true);
  }
  catch (const std::exception & error)
  {
    Rethrow(who(), error.what(), false);
  }
}
} // namespace

void
TorchExecution::Run(const LightObject & filter, const TorchDevice & device, const std::function<void()> & body)
{
  Translate([&] { return std::string(filter.GetNameOfClass()) + " on device " + device.GetName(); }, body);
}

void
TorchExecution::GuardBody(const char * function, const std::function<void()> & body)
{
  if (depth > 0)
  {
    body();
    return;
  }
  Translate([function] { return std::string(function); }, body);
}

void
TorchExecution::ThrowAborted(const char * nameOfFilter)
{
  ProcessAborted aborted(__FILE__, __LINE__);
  aborted.SetDescription(std::string(nameOfFilter) + " was aborted by an observer.");
  throw aborted;
}
} // namespace itk
