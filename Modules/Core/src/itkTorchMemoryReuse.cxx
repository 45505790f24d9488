// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchMemoryReuse.h"
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace itk
{
/** The memory of a scope: blocks of the C library, cut into pieces that are in use or free. Neighbors that are free are
 * one piece. */
class TorchMemoryReuse::Pool
{
public:
  /** \param base whose blocks they are */
  explicit Pool(c10::Allocator * base)
    : m_Base(base)
  {}

  void
  Free(const std::vector<void *> & blocks)
  {
    for (void * const block : blocks)
    {
      m_Base->raw_deallocate(block);
    }
  }

  void *
  AllocateBlock(std::size_t bytes)
  {
    return m_Base->raw_allocate(bytes);
  }

  /** A piece of at least `bytes` from a block that is there, or nullptr. */
  void *
  Take(std::size_t bytes)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    const auto                        found = m_Free.lower_bound(Rounded(bytes));
    if (found == m_Free.end())
    {
      return nullptr;
    }
    ++m_Reused;
    return this->TakePiece(found, Rounded(bytes));
  }

  /** Adds a block of Rounded(bytes) and takes it. */
  void *
  TakeBlock(void * block, std::size_t bytes)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    auto * const                      begin = static_cast<char *>(block);
    m_Pieces[begin] = { Rounded(bytes), begin, true };
    return this->TakePiece(m_Free.emplace(Rounded(bytes), begin), Rounded(bytes));
  }

  /** Takes out free blocks of `bytes` altogether, so that a new one of that size makes the process no larger. */
  std::vector<void *>
  MakeRoom(std::size_t bytes)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    std::vector<void *>               blocks;
    std::size_t                       room = 0;
    for (auto piece = m_Free.end(); piece != m_Free.begin() && room < bytes;)
    {
      --piece;
      if (this->IsWholeBlock(piece->second))
      {
        room += piece->first;
        blocks.push_back(piece->second);
        m_Pieces.erase(piece->second);
        piece = m_Free.erase(piece);
      }
    }
    return blocks;
  }

  /** \return the block that it was the last piece of, to be freed if the scope has ended; else nullptr */
  void *
  Release(void * taken)
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    auto                              piece = m_Pieces.find(static_cast<char *>(taken));
    const auto                        isOfBlock = [&](const auto & other)
    { return other->second.Block == piece->second.Block && other->second.IsFree; };
    if (const auto next = std::next(piece); next != m_Pieces.end() && isOfBlock(next))
    {
      this->RemoveFree(next);
      piece->second.Bytes += next->second.Bytes;
      m_Pieces.erase(next);
    }
    if (piece != m_Pieces.begin() && isOfBlock(std::prev(piece)))
    {
      const auto before = std::prev(piece);
      this->RemoveFree(before);
      before->second.Bytes += piece->second.Bytes;
      m_Pieces.erase(piece);
      piece = before;
    }
    piece->second.IsFree = true;
    m_Free.emplace(piece->second.Bytes, piece->first);
    if (m_IsOpen || !this->IsWholeBlock(piece->first))
    {
      return nullptr;
    }
    void * const block = piece->second.Block;
    this->RemoveFree(piece);
    m_Pieces.erase(piece);
    return block;
  }

  /** \return the blocks that are free */
  std::vector<void *>
  Close()
  {
    {
      const std::lock_guard<std::mutex> lock(m_Mutex);
      m_IsOpen = false;
    }
    return this->MakeRoom(std::numeric_limits<std::size_t>::max());
  }

  std::size_t
  GetReused() const
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    return m_Reused;
  }

  /** Up to a multiple of a page, so that pieces begin where LibTorch wants vectors to. */
  static std::size_t
  Rounded(std::size_t bytes)
  {
    return (bytes + 4095) / 4096 * 4096;
  }

private:
  struct Piece
  {
    std::size_t Bytes{ 0 };
    char *      Block{ nullptr };
    bool        IsFree{ false };
  };
  using Pieces = std::map<char *, Piece>;
  using FreePieces = std::multimap<std::size_t, char *>;

  void *
  TakePiece(FreePieces::iterator found, std::size_t bytes)
  {
    char * const begin = found->second;
    m_Free.erase(found);
    Piece & piece = m_Pieces.at(begin);
    if (piece.Bytes - bytes >= LeastBytes)
    {
      m_Pieces[begin + bytes] = { piece.Bytes - bytes, piece.Block, true };
      m_Free.emplace(piece.Bytes - bytes, begin + bytes);
      piece.Bytes = bytes;
    }
    piece.IsFree = false;
    return begin;
  }

  void
  RemoveFree(Pieces::iterator piece)
  {
    const auto [first, last] = m_Free.equal_range(piece->second.Bytes);
    m_Free.erase(std::find_if(first, last, [&](const auto & free) { return free.second == piece->first; }));
  }

  bool
  IsWholeBlock(char * begin) const
  {
    const auto piece = m_Pieces.find(begin);
    const auto next = std::next(piece);
    return piece->second.Block == begin && (next == m_Pieces.end() || next->second.Block != begin);
  }

  c10::Allocator *   m_Base;
  mutable std::mutex m_Mutex;
  Pieces             m_Pieces;
  FreePieces         m_Free;
  std::size_t        m_Reused{ 0 };
  bool               m_IsOpen{ true };
};

/** Pieces for threads with a scope, the base's memory for others. */
class TorchMemoryReuse::Allocator : public c10::Allocator
{
public:
  static Allocator &
  Get()
  {
    // Tensors may be freed while the process ends.
    static auto * const allocator = new Allocator;
    return *allocator;
  }

  static std::shared_ptr<Pool> &
  PoolOfThread()
  {
    thread_local std::shared_ptr<Pool> pool;
    return pool;
  }

  /** \return the allocator that hands out blocks, or nullptr if LibTorch's has to stay as it is */
  c10::Allocator *
  Install()
  {
    const std::lock_guard<std::mutex> lock(m_Installation);
    c10::Allocator * const            current = c10::GetCPUAllocator();
    if (current != this)
    {
      if (current->raw_deleter() == nullptr)
      {
        return nullptr;
      }
      m_Base = current;
      c10::SetCPUAllocator(this);
      if (c10::GetCPUAllocator() != this)
      {
        return nullptr;
      }
    }
    ++m_Scopes;
    return m_Base;
  }

  void
  Uninstall()
  {
    const std::lock_guard<std::mutex> lock(m_Installation);
    if (--m_Scopes == 0 && c10::GetCPUAllocator() == this)
    {
      c10::SetCPUAllocator(m_Base);
    }
  }

  c10::DataPtr
  allocate(std::size_t bytes) override
  {
    const auto & pool = PoolOfThread();
    if (!pool || bytes < LeastBytes)
    {
      return m_Base.load()->allocate(bytes);
    }
    void * piece = pool->Take(bytes);
    if (piece == nullptr)
    {
      pool->Free(pool->MakeRoom(Pool::Rounded(bytes)));
      piece = pool->TakeBlock(pool->AllocateBlock(Pool::Rounded(bytes)), bytes);
    }
    const std::lock_guard<std::mutex> lock(m_Mutex);
    m_Owners[piece] = pool;
    return { piece, piece, &Release, c10::Device(c10::DeviceType::CPU) };
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

private:
  /** Also gets blocks that raw_allocate() made for threads without a scope. */
  static void
  Release(void * piece)
  {
    auto &                allocator = Get();
    std::shared_ptr<Pool> pool;
    {
      const std::lock_guard<std::mutex> lock(allocator.m_Mutex);
      const auto                        found = allocator.m_Owners.find(piece);
      if (found != allocator.m_Owners.end())
      {
        pool = std::move(found->second);
        allocator.m_Owners.erase(found);
      }
    }
    if (!pool)
    {
      allocator.m_Base.load()->raw_deallocate(piece);
    }
    else if (void * const block = pool->Release(piece))
    {
      pool->Free({ block });
    }
  }

  std::mutex                                        m_Installation;
  std::size_t                                       m_Scopes{ 0 };
  std::atomic<c10::Allocator *>                     m_Base{ nullptr };
  std::mutex                                        m_Mutex;
  std::unordered_map<void *, std::shared_ptr<Pool>> m_Owners;
};

TorchMemoryReuse::TorchMemoryReuse()
{
  auto & pool = Allocator::PoolOfThread();
  if (pool)
  {
    return;
  }
  if (c10::Allocator * const base = Allocator::Get().Install())
  {
    m_Pool = std::make_shared<Pool>(base);
    pool = m_Pool;
  }
}

TorchMemoryReuse::~TorchMemoryReuse()
{
  if (m_Pool)
  {
    Allocator::PoolOfThread().reset();
    m_Pool->Free(m_Pool->Close());
    Allocator::Get().Uninstall();
  }
}

std::size_t
TorchMemoryReuse::GetNumberOfReuses() const
{
  return m_Pool ? m_Pool->GetReused() : 0;
}
} // namespace itk
