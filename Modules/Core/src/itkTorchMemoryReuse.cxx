// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchMemoryReuse.h"
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace itk
{
/** Free blocks of a scope. */
class TorchMemoryReuse::Pool
{
public:
  /** A kept block of at least `bytes`, or nullptr. */
  void *
  Take(std::size_t bytes)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    const auto                        found = m_Free.lower_bound(bytes);
    // A much larger block is kept for what needs it.
    if (found != m_Free.end() && found->first <= bytes + bytes / 8)
    {
      void * const block = found->second;
      m_Free.erase(found);
      ++m_Reused;
      return block;
    }
    return nullptr;
  }

  /** Takes out kept blocks of `bytes` altogether, so that a new one of that size makes the process no larger. */
  std::vector<void *>
  MakeRoom(std::size_t bytes)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    std::vector<void *>               blocks;
    for (std::size_t room = 0; room < bytes && !m_Free.empty();)
    {
      const auto last = std::prev(m_Free.end());
      room += last->first;
      blocks.push_back(last->second);
      m_Free.erase(last);
    }
    return blocks;
  }

  /** False: the scope has ended, and the block is the caller's to free. */
  bool
  Keep(void * block, std::size_t bytes)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    if (!m_IsOpen)
    {
      return false;
    }
    m_Free.emplace(bytes, block);
    return true;
  }

  std::vector<void *>
  Close()
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    std::vector<void *>               blocks;
    m_IsOpen = false;
    for (const auto & [bytes, block] : m_Free)
    {
      blocks.push_back(block);
    }
    m_Free.clear();
    return blocks;
  }

  std::size_t
  GetReused() const
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    return m_Reused;
  }

private:
  mutable std::mutex                 m_Mutex;
  std::multimap<std::size_t, void *> m_Free;
  std::size_t                        m_Reused{ 0 };
  bool                               m_IsOpen{ true };
};

/** LibTorch's own allocator for threads without a scope. */
class TorchMemoryReuse::Allocator : public c10::Allocator
{
public:
  static Allocator &
  Get()
  {
    // Tensors may be freed while the process ends.
    static auto * const allocator = []
    {
      auto * const made = new Allocator(c10::GetCPUAllocator());
      c10::SetCPUAllocator(made);
      return made;
    }();
    return *allocator;
  }

  static std::shared_ptr<Pool> &
  PoolOfThread()
  {
    thread_local std::shared_ptr<Pool> pool;
    return pool;
  }

  c10::DataPtr
  allocate(std::size_t bytes) override
  {
    const auto & pool = PoolOfThread();
    if (!pool || bytes < LeastBytes)
    {
      return m_Base->allocate(bytes);
    }
    void * block = pool->Take(bytes);
    if (block == nullptr)
    {
      this->Free(pool->MakeRoom(bytes));
      block = m_Base->raw_allocate(bytes);
      const std::lock_guard<std::mutex> lock(m_Mutex);
      m_Owners[block] = { pool, bytes };
    }
    return { block, block, &Release, c10::Device(c10::DeviceType::CPU) };
  }

  c10::DeleterFnPtr
  raw_deleter() const override
  {
    return &Release;
  }

  void
  copy_data(void * destination, const void * source, std::size_t count) const override
  {
    this->default_copy_data(destination, source, count);
  }

  void
  Free(const std::vector<void *> & blocks)
  {
    {
      const std::lock_guard<std::mutex> lock(m_Mutex);
      for (void * const block : blocks)
      {
        m_Owners.erase(block);
      }
    }
    for (void * const block : blocks)
    {
      m_Base->raw_deallocate(block);
    }
  }

private:
  struct Owner
  {
    std::shared_ptr<Pool> Of;
    std::size_t           Bytes{ 0 };
  };

  explicit Allocator(c10::Allocator * base)
    : m_Base(base)
  {}

  /** Also gets blocks that raw_allocate() made for threads without a scope. */
  static void
  Release(void * block)
  {
    auto & allocator = Get();
    Owner  owner;
    {
      const std::lock_guard<std::mutex> lock(allocator.m_Mutex);
      const auto                        found = allocator.m_Owners.find(block);
      owner = found == allocator.m_Owners.end() ? Owner{} : found->second;
    }
    if (!owner.Of || !owner.Of->Keep(block, owner.Bytes))
    {
      allocator.Free({ block });
    }
  }

  c10::Allocator *                  m_Base;
  std::mutex                        m_Mutex;
  std::unordered_map<void *, Owner> m_Owners;
};

TorchMemoryReuse::TorchMemoryReuse()
{
  Allocator::Get();
  auto & pool = Allocator::PoolOfThread();
  if (!pool)
  {
    m_Pool = std::make_shared<Pool>();
    pool = m_Pool;
  }
}

TorchMemoryReuse::~TorchMemoryReuse()
{
  if (m_Pool)
  {
    Allocator::PoolOfThread().reset();
    Allocator::Get().Free(m_Pool->Close());
  }
}

std::size_t
TorchMemoryReuse::GetNumberOfReusedBlocks() const
{
  return m_Pool ? m_Pool->GetReused() : 0;
}
} // namespace itk
