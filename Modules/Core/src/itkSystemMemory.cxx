// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSystemMemory.h"
#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <vector>
#ifdef __GLIBC__
#  include <malloc.h>
#endif

namespace itk
{
namespace
{
/** The number after a name, or the first word of the file if that is a number. */
std::optional<std::uint64_t>
NumberInFile(const std::string & fileName, const std::string & name)
{
  std::ifstream file(fileName);
  std::string   word;
  while (!name.empty() && file >> word && word != name)
  {}
  std::uint64_t number = 0;
  // "max" is no number.
  return file >> number ? std::optional<std::uint64_t>(number) : std::nullopt;
}

/** The files of a control group. */
struct MemoryControlGroup
{
  std::string Limit;
  std::string Used;
  std::string Statistics;
  std::string CachedName;
};

/** The process's control group and those that it is in, of either version. */
std::vector<MemoryControlGroup>
GetMemoryControlGroups()
{
  std::vector<MemoryControlGroup> groups;
  std::ifstream                   file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);)
  {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos)
    {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool        isSecondVersion = controllers.empty();
    if (!isSecondVersion && controllers != "memory")
    {
      continue;
    }
    // Within a container the path may be the host's, and the group the root of what is mounted.
    for (std::string path = line.substr(second + 1);; path = path.substr(0, path.rfind('/')))
    {
      const std::string folder = (isSecondVersion ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory") + path + "/";
      groups.push_back(isSecondVersion ? MemoryControlGroup{ folder + "memory.max",
                                                             folder + "memory.current",
                                                             folder + "memory.stat",
                                                             "inactive_file" }
                                       : MemoryControlGroup{ folder + "memory.limit_in_bytes",
                                                             folder + "memory.usage_in_bytes",
                                                             folder + "memory.stat",
                                                             "total_inactive_file" });
      if (path.find('/') == std::string::npos)
      {
        break;
      }
    }
  }
  return groups;
}
} // namespace

void
KeepFreedMemory()
{
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

std::uint64_t
GetFreeMemory()
{
  std::uint64_t free = std::numeric_limits<std::uint64_t>::max();
  if (const auto available = NumberInFile("/proc/meminfo", "MemAvailable:"))
  {
    free = *available << 10;
  }
  for (const MemoryControlGroup & group : GetMemoryControlGroups())
  {
    const auto limit = NumberInFile(group.Limit, "");
    const auto used = NumberInFile(group.Used, "");
    if (limit && used)
    {
      const std::uint64_t cached = NumberInFile(group.Statistics, group.CachedName).value_or(0);
      const std::uint64_t taken = *used - std::min(*used, cached);
      free = std::min(free, *limit - std::min(*limit, taken));
    }
  }
  return free;
}

std::uint64_t
GetPeakMemory()
{
  return NumberInFile("/proc/self/status", "VmHWM:").value_or(0) * 1024;
}
} // namespace itk
