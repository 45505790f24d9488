// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMemoryLimit_h
#define itkMemoryLimit_h

#include "ITKTorchIOExport.h"
#include <sys/resource.h>

namespace itk
{
/** \class MemoryLimit
 * \brief While it lives, the process gets no more memory than it has now and some bytes more: allocations fail instead.
 *
 * For a process that reads one file at a time, whose damage may ask for any amount. */
class ITKTorchIO_EXPORT MemoryLimit
{
public:
  explicit MemoryLimit(double bytes);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit &) = delete;
  MemoryLimit &
  operator=(const MemoryLimit &) = delete;

private:
  rlimit m_Before{};
  bool   m_IsSet{ false };
};
} // namespace itk

#endif
