// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkScratch_h
#define itkScratch_h

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#ifdef __linux__
#  include <sys/mman.h>
#endif

namespace itk
{
/** Memory whose content is undefined at first. Large pages, where the system has them, spare their faults. */
template <typename T>
class Scratch
{
public:
  explicit Scratch(std::int64_t size)
  {
    constexpr std::size_t largePage = std::size_t{ 1 } << 21;
    const std::size_t     bytes = static_cast<std::size_t>(size) * sizeof(T);
    const bool            isLarge = bytes >= 2 * largePage;
    const std::size_t     alignment = isLarge ? largePage : 64;
    m_Memory.reset(static_cast<T *>(std::aligned_alloc(alignment, (bytes / alignment + 1) * alignment)));
    if (!m_Memory)
    {
      throw std::bad_alloc();
    }
#ifdef __linux__
    if (isLarge)
    {
      madvise(m_Memory.get(), bytes, MADV_HUGEPAGE);
    }
#endif
  }

  T *
  Get() const
  {
    return m_Memory.get();
  }

private:
  struct Free
  {
    void
    operator()(void * memory) const
    {
      std::free(memory);
    }
  };
  std::unique_ptr<T, Free> m_Memory;
};
} // namespace itk

#endif
