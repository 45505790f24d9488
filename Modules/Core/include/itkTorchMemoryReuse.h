// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchMemoryReuse_h
#define itkTorchMemoryReuse_h

#include "ITKTorchCoreExport.h"
#include <cstddef>
#include <memory>

namespace itk
{
/** \class TorchMemoryReuse
 * \brief While it lives, host tensors that its thread makes take the memory of those that it has freed.
 *
 * The system maps every page of a new large block, and networks wait for this at every layer. So memory is kept in the
 * blocks in which it was allocated, cut into pieces; a free block is returned before another one is allocated. The
 * process therefore grows by some tenths more than the memory in use at the same time, and all of it is returned at the
 * end. Tensors may outlive the scope and may be freed by other threads.
 *
 * For this, LibTorch's allocator for the host is replaced while there is a scope on any thread; on threads without a
 * scope, the replacement passes everything on to the original. The last scope to end restores the original, unless
 * other code has replaced the allocator in the meantime. If the host program's allocator cannot be replaced in
 * LibTorch, or does not free by pointers alone, it stays, and a scope does nothing.
 *
 * A scope within a scope of the same thread does nothing. Memory that LibTorch gets by raw_allocate() in a scope is
 * freed in it.
 * \ingroup ITKTorchCore */
class ITKTorchCore_EXPORT TorchMemoryReuse
{
public:
  TorchMemoryReuse();
  ~TorchMemoryReuse();
  TorchMemoryReuse(const TorchMemoryReuse &) = delete;
  TorchMemoryReuse &
  operator=(const TorchMemoryReuse &) = delete;

  /** Blocks of fewer bytes are left to the C library, which keeps them itself. */
  static constexpr std::size_t LeastBytes = 1 << 16;

  /** Tensors of this scope that took memory again. */
  std::size_t
  GetNumberOfReuses() const;

private:
  class Pool;
  class Allocator;

  std::shared_ptr<Pool> m_Pool;
};
} // namespace itk

#endif
