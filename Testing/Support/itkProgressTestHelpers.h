// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkProgressTestHelpers_h
#define itkProgressTestHelpers_h

#include "itkCommand.h"
#include "itkProcessObject.h"
#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace itk
{
namespace Test
{
/** What an observer of a process object is told. */
class ProgressRecord
{
public:
  explicit ProgressRecord(ProcessObject * process)
    : m_Process(process)
    , m_Thread(std::this_thread::get_id())
  {
    m_Tag = process->AddObserver(ProgressEvent(),
                                 [this](const EventObject &)
                                 {
                                   IsOnCallingThread &= std::this_thread::get_id() == m_Thread;
                                   Values.push_back(m_Process->GetProgress());
                                   if (OnProgress)
                                   {
                                     OnProgress(Values.back());
                                   }
                                 });
  }
  ~ProgressRecord() { m_Process->RemoveObserver(m_Tag); }
  ProgressRecord(const ProgressRecord &) = delete;
  ProgressRecord &
  operator=(const ProgressRecord &) = delete;

  double
  GetLargestStep() const
  {
    double step = 0.0;
    for (std::size_t i = 1; i < Values.size(); ++i)
    {
      step = std::max(step, Values[i] - Values[i - 1]);
    }
    return step;
  }

  std::vector<double>         Values;
  bool                        IsOnCallingThread{ true };
  std::function<void(double)> OnProgress;

private:
  ProcessObject * m_Process;
  std::thread::id m_Thread;
  unsigned long   m_Tag;
};

/** Progress comes on the calling thread, from 0 to 1, never less, and no step is larger than `largestStep`; an abort
 * from an observer or another thread ends the work within one such step, and the next run gives what an undisturbed one
 * gives.
 * \param process brought up to date by `update`, which also makes it compute anew
 * \param result what is compared */
template <typename TUpdate, typename TResult>
void
ExpectProgressAndAborts(ProcessObject * process, double largestStep, const TUpdate & update, const TResult & result)
{
  {
    ProgressRecord record(process);
    update();
    EXPECT_TRUE(record.IsOnCallingThread);
    ASSERT_GT(record.Values.size(), 2u);
    EXPECT_TRUE(std::is_sorted(record.Values.begin(), record.Values.end()));
    EXPECT_EQ(record.Values.front(), 0.0);
    EXPECT_EQ(record.Values.back(), 1.0);
    EXPECT_LE(record.GetLargestStep(), largestStep);
  }
  const auto undisturbed = result();
  for (const double fraction : { 0.0, 0.35, 0.8 })
  {
    SCOPED_TRACE("abort at " + std::to_string(fraction));
    {
      ProgressRecord record(process);
      double         requested = -1.0;
      record.OnProgress = [&](double progress)
      {
        if (progress >= fraction && requested < 0.0)
        {
          requested = progress;
          process->AbortGenerateDataOn();
        }
      };
      EXPECT_THROW(update(), ProcessAborted);
      EXPECT_LE(record.Values.back(), requested);
    }
    {
      ProgressRecord      record(process);
      std::atomic<bool>   isReached{ false };
      std::atomic<double> requested{ -1.0 };
      record.OnProgress = [&](double progress) { isReached = isReached || progress >= fraction; };
      std::thread other(
        [&]
        {
          while (!isReached)
          {
            std::this_thread::yield();
          }
          process->AbortGenerateDataOn();
          requested = process->GetProgress();
        });
      bool isAborted = false;
      try
      {
        update();
      }
      catch (const ProcessAborted &)
      {
        isAborted = true;
      }
      other.join();
      // A busy machine may ask too late.
      EXPECT_TRUE(isAborted || requested > 1.0 - largestStep);
      EXPECT_TRUE(!isAborted || record.Values.back() <= requested + largestStep || requested == 0.0);
    }
    update();
    EXPECT_TRUE(result() == undisturbed);
  }
}

/** The same for a filter; all pixels of its outputs of one type are compared. */
template <typename TFilter>
void
ExpectProgressAndAborts(TFilter * filter, double largestStep)
{
  ExpectProgressAndAborts(
    filter,
    largestStep,
    [filter]
    {
      filter->Modified();
      filter->Update();
    },
    [filter]
    {
      auto * const pixels = filter->GetOutput()->GetPixelContainer();
      return std::vector<typename std::decay_t<decltype(*pixels)>::Element>(
        pixels->GetBufferPointer(), pixels->GetBufferPointer() + pixels->Size());
    });
}
} // namespace Test
} // namespace itk

#endif
