// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchMemoryReuse_h
#define itkTorchMemoryReuse_h

#include <cstddef>
#include <memory>

namespace itk
{
/** \class TorchMemoryReuse
 * \brief While it lives, host tensors that its thread makes take the memory of those that it has freed.
 *
 * The system maps each page of a large block anew, which networks wait for at every layer. Memory is kept in the blocks that it
 * was got in, cut into pieces; a block that is free goes back before another one is got. So the process grows by some tenths
 * more than what is in use at the same time, and all of it is given back at the end. Tensors may outlive the scope and may be
 * freed by other threads.
 *
 * For this, LibTorch's allocator for the host is replaced while there is a scope on any thread, by one that hands everything on to it
 * on threads without a scope. The last scope to end restores it, unless somebody else has replaced it meanwhile. An allocator of the
 * host program that LibTorch does not let others replace, or that does not free by pointers alone, stays: then a scope does nothing.
 *
 * A scope within a scope of the same thread does nothing. Memory that LibTorch gets by raw_allocate() in a scope is freed in it.
 * \ingroup ITKTorchCore */
class TorchMemoryReuse
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
