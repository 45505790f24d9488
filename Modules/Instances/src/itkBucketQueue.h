// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBucketQueue_h
#define itkBucketQueue_h

#include <cstddef>
#include <cstdint>
#include <vector>

namespace itk
{
/** First-in, first-out queues, one for each level, in chunks of memory that they share. */
template <typename TItem>
class BucketQueue
{
public:
  explicit BucketQueue(std::size_t numberOfLevels)
    : m_Buckets(numberOfLevels)
  {}

  std::size_t
  GetNumberOfLevels() const
  {
    return m_Buckets.size();
  }

  bool
  IsEmpty(std::size_t level) const
  {
    return m_Buckets[level].Count == 0;
  }

  void
  Push(std::size_t level, const TItem & item)
  {
    Bucket & bucket = m_Buckets[level];
    if (bucket.Count == 0)
    {
      bucket = { this->TakeChunk(), 0, 0, 0, 0 };
      bucket.Last = bucket.First;
    }
    else if (bucket.End == chunkSize)
    {
      const std::uint32_t next = this->TakeChunk();
      m_Chunks[bucket.Last].Next = next;
      bucket.Last = next;
      bucket.End = 0;
    }
    m_Chunks[bucket.Last].Items[bucket.End++] = item;
    ++bucket.Count;
  }

  /** The longest waiting item of a level that is not empty. */
  TItem
  Pop(std::size_t level)
  {
    Bucket &      bucket = m_Buckets[level];
    const Chunk & chunk = m_Chunks[bucket.First];
    const TItem   item = chunk.Items[bucket.Begin++];
    --bucket.Count;
    if (bucket.Count == 0 || bucket.Begin == chunkSize)
    {
      m_Free.push_back(bucket.First);
      bucket.First = chunk.Next;
      bucket.Begin = 0;
    }
    return item;
  }

private:
  static constexpr std::uint32_t chunkSize = 15;

  struct Chunk
  {
    TItem         Items[chunkSize];
    std::uint32_t Next;
  };

  struct Bucket
  {
    std::uint32_t First{ 0 };
    std::uint32_t Last{ 0 };
    std::uint32_t Count{ 0 };
    std::uint32_t Begin{ 0 }; // in the first chunk
    std::uint32_t End{ 0 };   // in the last chunk
  };

  std::uint32_t
  TakeChunk()
  {
    if (m_Free.empty())
    {
      m_Chunks.emplace_back();
      return static_cast<std::uint32_t>(m_Chunks.size() - 1);
    }
    const std::uint32_t chunk = m_Free.back();
    m_Free.pop_back();
    return chunk;
  }

  std::vector<Bucket>        m_Buckets;
  std::vector<Chunk>         m_Chunks;
  std::vector<std::uint32_t> m_Free;
};
} // namespace itk

#endif
