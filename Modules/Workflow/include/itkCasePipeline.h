// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCasePipeline_h
#define itkCasePipeline_h

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace itk
{
/** \class HandOver
 * \brief Takes things from one thread to another, in order, with room for one. */
template <typename TThing>
class HandOver
{
public:
  /** Waits until there is room. */
  void
  Put(TThing thing)
  {
    std::unique_lock<std::mutex> lock(m_Mutex);
    m_Changed.wait(lock, [this] { return !m_Thing; });
    m_Thing.emplace(std::move(thing));
    m_Changed.notify_all();
  }

  /** No thing comes after those that were put. */
  void
  Close()
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    m_IsClosed = true;
    m_Changed.notify_all();
  }

  /** Waits for a thing; nothing after the last one. */
  std::optional<TThing>
  Take()
  {
    std::unique_lock<std::mutex> lock(m_Mutex);
    m_Changed.wait(lock, [this] { return m_Thing || m_IsClosed; });
    std::optional<TThing> thing = std::exchange(m_Thing, std::nullopt);
    m_Changed.notify_all();
    return thing;
  }

private:
  std::mutex              m_Mutex;
  std::condition_variable m_Changed;
  std::optional<TThing>   m_Thing;
  bool                    m_IsClosed{ false };
};

/** What happens to a case. Each stage sees the cases one after the other, on a thread of its own. */
template <typename TCase>
struct CaseStages
{
  std::function<void(TCase &)> Read;
  /** On the thread that calls RunCasePipeline(). */
  std::function<void(TCase &)> Compute;
  std::function<void(TCase &)> Write;
  /** Comes for every case, on the thread of Write; must not throw.
   * \param failure what a stage threw, after which the others are left out; null if none did */
  std::function<void(TCase &, const std::exception_ptr & failure)> Finish;
};

/** Takes `count` cases through the stages: while one is computed, the next is read and the one before is written. So
 * five cases are there at once at most: one in each stage, one waiting before Compute and one before Write.
 * \param begin makes case 0, 1, …, on the thread of Read; must not throw */
template <typename TCase>
void
RunCasePipeline(std::size_t                                                count,
                const std::function<std::unique_ptr<TCase>(std::size_t)> & begin,
                const CaseStages<TCase> &                                  stages)
{
  struct Work
  {
    std::unique_ptr<TCase> Case;
    std::exception_ptr     Failure;

    void
    Do(const std::function<void(TCase &)> & stage)
    {
      if (!Failure)
      {
        try
        {
          stage(*Case);
        }
        catch (...)
        {
          Failure = std::current_exception();
        }
      }
    }
  };

  HandOver<Work> read;
  HandOver<Work> computed;
  std::thread    reader(
    [&]
    {
      for (std::size_t i = 0; i < count; ++i)
      {
        Work work{ begin(i), nullptr };
        work.Do(stages.Read);
        read.Put(std::move(work));
      }
      read.Close();
    });
  std::thread writer(
    [&]
    {
      while (auto work = computed.Take())
      {
        work->Do(stages.Write);
        stages.Finish(*work->Case, work->Failure);
      }
    });
  while (auto work = read.Take())
  {
    work->Do(stages.Compute);
    computed.Put(std::move(*work));
  }
  computed.Close();
  reader.join();
  writer.join();
}
} // namespace itk

#endif
