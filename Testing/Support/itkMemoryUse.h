// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMemoryUse_h
#define itkMemoryUse_h

#include <fstream>
#include <malloc.h>
#include <string>

namespace itk
{
namespace Test
{
/** "VmRSS:" now, or "VmHWM:", the most since the start or since ResetLargestMemory(). */
inline double
MemoryBytes(const std::string & kind)
{
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
  {
    if (word == kind)
    {
      double kibibytes = 0.0;
      status >> kibibytes;
      return 1024.0 * kibibytes;
    }
  }
  return 0.0;
}

/** Makes "VmHWM:" the memory in use now. False where it does not show what code takes: where the system cannot, and
 * under the address sanitizer, which keeps freed memory. */
inline bool
ResetLargestMemory()
{
#ifdef __SANITIZE_ADDRESS__
  return false;
#endif
  malloc_trim(0);
  std::ofstream file("/proc/self/clear_refs");
  file << '5' << std::flush;
  return file.good() && MemoryBytes("VmHWM:") <= 1.01 * MemoryBytes("VmRSS:");
}
} // namespace Test
} // namespace itk

#endif
