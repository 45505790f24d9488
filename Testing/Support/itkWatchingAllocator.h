// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWatchingAllocator_h
#define itkWatchingAllocator_h

#include "itkTorchMemoryReuse.h"
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <mutex>
#include <set>

namespace itk
{
namespace Test
{
/** The host program's allocator, which knows the large blocks that it handed out while another one stood in its
 * place. */
class WatchingAllocator : public c10::Allocator
{
public:
  c10::DataPtr
  allocate(std::size_t bytes) override
  {
    void * const block = c10::GetDefaultCPUAllocator()->raw_allocate(bytes);
    if (bytes >= itk::TorchMemoryReuse::LeastBytes && c10::GetCPUAllocator() != this)
    {
      const std::lock_guard<std::mutex> lock(Mutex());
      Blocks().insert(block);
      ++NumberOfBlocks;
    }
    return { block, block, &Free, c10::Device(c10::DeviceType::CPU) };
  }
  c10::DeleterFnPtr
  raw_deleter() const override
  {
    return &Free;
  }
  void
  copy_data(void * destination, const void * source, std::size_t count) const override
  {
    default_copy_data(destination, source, count);
  }
  static std::set<void *> &
  Blocks()
  {
    static std::set<void *> blocks;
    return blocks;
  }
  std::size_t NumberOfBlocks{ 0 };

private:
  static void
  Free(void * block)
  {
    {
      const std::lock_guard<std::mutex> lock(Mutex());
      Blocks().erase(block);
    }
    c10::GetDefaultCPUAllocator()->raw_deallocate(block);
  }
  static std::mutex &
  Mutex()
  {
    static std::mutex mutex;
    return mutex;
  }
};
} // namespace Test
} // namespace itk

#endif
