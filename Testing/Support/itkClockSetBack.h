// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkClockSetBack_h
#define itkClockSetBack_h

#include <atomic>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

namespace itk
{
namespace Test
{
/** By how many hours the system's clock is late. */
inline std::atomic<int> hoursOfClockSetBack{ 0 };
/** Whether it is set back further. */
inline std::atomic<bool> isClockSetBack{ false };

/** Somebody sets the system's clock back by an hour whenever the process looks at it. */
class ClockSetBack
{
public:
  ClockSetBack() { isClockSetBack = true; }
  ~ClockSetBack()
  {
    isClockSetBack = false;
    hoursOfClockSetBack = 0;
  }
};
} // namespace Test
} // namespace itk

/** In place of the C library's in the whole process. */
extern "C" __attribute__((visibility("default"))) int
clock_gettime(clockid_t clock, timespec * time) noexcept
{
  const auto status = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (clock == CLOCK_REALTIME && itk::Test::isClockSetBack)
  {
    constexpr int secondsOfHour = 3600;
    time->tv_sec -= secondsOfHour * ++itk::Test::hoursOfClockSetBack;
  }
  return status;
}

#endif
