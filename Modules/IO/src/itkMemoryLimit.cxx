// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMemoryLimit.h"
#include <algorithm>
#include <fstream>
#include <unistd.h>

namespace itk
{
namespace
{
double
GetAddressSpace()
{
  double        pages = 0;
  std::ifstream stream("/proc/self/statm");
  stream >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}
} // namespace

MemoryLimit::MemoryLimit(double bytes)
{
  const double present = GetAddressSpace();
  if (present <= 0 || getrlimit(RLIMIT_AS, &m_Before) != 0)
  {
    return;
  }
  rlimit limit = m_Before;
  // A double holds the largest of these numbers rounded up.
  constexpr double most = 4e18;
  limit.rlim_cur = std::min(m_Before.rlim_cur, static_cast<rlim_t>(std::min(present + bytes, most)));
  m_IsSet = setrlimit(RLIMIT_AS, &limit) == 0;
}

MemoryLimit::~MemoryLimit()
{
  if (m_IsSet)
  {
    setrlimit(RLIMIT_AS, &m_Before);
  }
}
} // namespace itk
