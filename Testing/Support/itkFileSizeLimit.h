// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkFileSizeLimit_h
#define itkFileSizeLimit_h

#include <csignal>
#include <sys/resource.h>

namespace itk
{
namespace Test
{
/** Files that the process writes cannot become larger, as on a full disk. */
class FileSizeLimit
{
public:
  explicit FileSizeLimit(rlim_t bytes)
    : m_Handler(std::signal(SIGXFSZ, SIG_IGN))
  {
    getrlimit(RLIMIT_FSIZE, &m_Before);
    const rlimit limit{ bytes, m_Before.rlim_max };
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit()
  {
    setrlimit(RLIMIT_FSIZE, &m_Before);
    std::signal(SIGXFSZ, m_Handler);
  }

private:
  rlimit m_Before{};
  void (*m_Handler)(int);
};

} // namespace Test
} // namespace itk

#endif
