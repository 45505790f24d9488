// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchRuntime.h"
#include "itkMultiThreaderBase.h"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>
#include <algorithm>
#include <atomic>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <thread>
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
TorchRuntime::SetNumberOfThreads(unsigned int numberOfThreads)
{
  const unsigned int asked = numberOfThreads > 0 ? numberOfThreads : std::max(1u, std::thread::hardware_concurrency());
  const unsigned int number = std::min<unsigned int>(asked, ITK_MAX_THREADS);
  at::set_num_threads(static_cast<int>(number));
  MultiThreaderBase::SetGlobalMaximumNumberOfThreads(
    std::max(number, MultiThreaderBase::GetGlobalMaximumNumberOfThreads()));
  MultiThreaderBase::SetGlobalDefaultNumberOfThreads(number);
}

unsigned int
TorchRuntime::GetNumberOfThreads()
{
  return static_cast<unsigned int>(at::get_num_threads());
}

void
TorchRuntime::ForEach(std::size_t count, const std::function<void(std::size_t)> & function)
{
  const auto threads = static_cast<std::size_t>(GetNumberOfThreads());
  if (count < threads)
  {
    for (std::size_t i = 0; i < count; ++i)
    {
      function(i);
    }
    return;
  }
  std::atomic<std::size_t> next{ 0 };
  const auto               work = [&](std::int64_t, std::int64_t)
  {
    for (std::size_t i = next++; i < count; i = next++)
    {
      try
      {
        function(i);
      }
      catch (...)
      {
        next = count;
        throw;
      }
    }
  };
  at::parallel_for(0, static_cast<std::int64_t>(threads), 1, work);
}

void
TorchRuntime::KeepFreedMemory()
{
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

std::uint64_t
TorchRuntime::GetFreeMemory()
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

void
TorchRuntime::SetDeterministic(bool isDeterministic)
{
  at::globalContext().setDeterministicAlgorithms(isDeterministic, false);
  at::globalContext().setDeterministicCuDNN(isDeterministic);
}

bool
TorchRuntime::GetDeterministic()
{
  return at::globalContext().deterministicAlgorithms();
}

std::string
TorchRuntime::GetLibTorchVersion()
{
  return TORCH_VERSION;
}
} // namespace itk
