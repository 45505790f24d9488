// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchRuntime.h"

#include "itkMultiThreaderBase.h"
#include "itkTorchTestImages.h"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using itk::TorchRuntime;

namespace
{
class TorchRuntimeThreads : public ::testing::Test
{
protected:
  void
  TearDown() override
  {
    TorchRuntime::SetNumberOfThreads(0);
  }
};

TEST_F(TorchRuntimeThreads, OneCallSetsLibTorchAndITK)
{
  for (const unsigned int number : { 3u, 1u, 2u })
  {
    TorchRuntime::SetNumberOfThreads(number);
    EXPECT_EQ(TorchRuntime::GetNumberOfThreads(), number);
    EXPECT_EQ(at::get_num_threads(), static_cast<int>(number));
    EXPECT_EQ(itk::MultiThreaderBase::GetGlobalDefaultNumberOfThreads(), number);
    EXPECT_EQ(itk::MultiThreaderBase::New()->GetNumberOfWorkUnits() % number, 0u);
  }
}

TEST_F(TorchRuntimeThreads, ALowerMaximumThatITKWasGivenDoesNotHold)
{
  itk::MultiThreaderBase::SetGlobalMaximumNumberOfThreads(1);
  TorchRuntime::SetNumberOfThreads(3);
  EXPECT_EQ(itk::MultiThreaderBase::GetGlobalDefaultNumberOfThreads(), 3u);
  EXPECT_EQ(TorchRuntime::GetNumberOfThreads(), 3u);
}

TEST_F(TorchRuntimeThreads, ZeroStandsForTheNumberOfProcessors)
{
  TorchRuntime::SetNumberOfThreads(0);
  EXPECT_EQ(TorchRuntime::GetNumberOfThreads(), std::max(1u, std::thread::hardware_concurrency()));
}

TEST_F(TorchRuntimeThreads, MoreThanITKCanHaveAreAsManyAsItCan)
{
  TorchRuntime::SetNumberOfThreads(1000);
  EXPECT_EQ(TorchRuntime::GetNumberOfThreads(), static_cast<unsigned int>(ITK_MAX_THREADS));
  EXPECT_EQ(itk::MultiThreaderBase::GetGlobalDefaultNumberOfThreads(), static_cast<unsigned int>(ITK_MAX_THREADS));
}

TEST_F(TorchRuntimeThreads, EachIndexIsVisitedOnceByOneThreadThatKeepsItsWork)
{
  constexpr std::size_t         count = 100;
  std::vector<std::atomic<int>> visits(count);
  std::set<std::thread::id>     threads;
  std::mutex                    mutex;
  std::atomic<int>              running{ 0 };
  std::atomic<bool>             isNested{ true };
  TorchRuntime::SetNumberOfThreads(3);
  TorchRuntime::ForEach(count,
                        [&](std::size_t i)
                        {
                          ++visits[i];
                          isNested = isNested && at::in_parallel_region();
                          // The first ones wait for each other, which threads of their own alone can do.
                          for (++running; running < 3; std::this_thread::yield())
                          {}
                          const std::lock_guard<std::mutex> lock(mutex);
                          threads.insert(std::this_thread::get_id());
                        });
  for (const auto & number : visits)
  {
    ASSERT_EQ(number, 1);
  }
  EXPECT_TRUE(isNested);
  EXPECT_EQ(threads.size(), 3u);
}

TEST_F(TorchRuntimeThreads, FewerCallsThanThreadsComeOneAfterTheOtherWithAllThreads)
{
  std::vector<std::size_t> order;
  TorchRuntime::SetNumberOfThreads(3);
  TorchRuntime::ForEach(2,
                        [&](std::size_t i)
                        {
                          EXPECT_FALSE(at::in_parallel_region());
                          order.push_back(i);
                        });
  EXPECT_EQ(order, (std::vector<std::size_t>{ 0, 1 }));
  TorchRuntime::ForEach(0, [](std::size_t) { FAIL(); });
}

TEST_F(TorchRuntimeThreads, AnExceptionEndsTheLoopAndIsThrownOn)
{
  for (const unsigned int threads : { 1u, 3u })
  {
    TorchRuntime::SetNumberOfThreads(threads);
    std::atomic<int> calls{ 0 };
    const auto       failing = [&](std::size_t i)
    {
      ++calls;
      if (i == 0)
      {
        throw std::runtime_error("the first one");
      }
      // Long enough for the exception to come first.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    EXPECT_THROW(TorchRuntime::ForEach(100000, failing), std::runtime_error);
    EXPECT_LT(calls, 100000) << threads;
  }
}

TEST(TorchRuntime, FreeMemoryIsAPartOfTheMachines)
{
  std::ifstream file("/proc/meminfo");
  std::string   name;
  double        kibibytes = 0.0;
  if (!(file >> name >> kibibytes) || name != "MemTotal:")
  {
    GTEST_SKIP() << "this system does not list its memory in /proc/meminfo";
  }
  const auto free = static_cast<double>(TorchRuntime::GetFreeMemory());
  EXPECT_GT(free, 1 << 20);
  EXPECT_LT(free, 1024.0 * kibibytes);
}

TEST(TorchRuntime, FreeMemoryIsLessByWhatIsTaken)
{
  constexpr std::size_t taken = std::size_t{ 512 } << 20;
  // Other programs may give memory back meanwhile.
  double difference = 0.0;
  for (int attempt = 0; attempt < 20 && difference < 0.75 * taken; ++attempt)
  {
    const auto              before = static_cast<double>(TorchRuntime::GetFreeMemory());
    const std::vector<char> memory(taken, 1);
    difference = before - static_cast<double>(TorchRuntime::GetFreeMemory());
  }
  EXPECT_GE(difference, 0.75 * taken);
}

TEST(TorchRuntime, DeterminismIsOffByDefaultAndSwitchesLibTorch)
{
  EXPECT_FALSE(TorchRuntime::GetDeterministic());
  TorchRuntime::SetDeterministic(true);
  EXPECT_TRUE(TorchRuntime::GetDeterministic());
  EXPECT_TRUE(at::globalContext().deterministicAlgorithms());
  EXPECT_TRUE(at::globalContext().deterministicCuDNN());
  TorchRuntime::SetDeterministic(false);
  EXPECT_FALSE(TorchRuntime::GetDeterministic());
  EXPECT_FALSE(at::globalContext().deterministicCuDNN());
}

TEST(TorchRuntime, TheVersionIsThatOfLibTorch)
{
  int        major = 0;
  int        minor = 0;
  const auto version = TorchRuntime::GetLibTorchVersion();
  ASSERT_EQ(std::sscanf(version.c_str(), "%d.%d.", &major, &minor), 2) << version;
  EXPECT_GE(100 * major + minor, 207);
}

/** Two OpenMP runtimes in one process would start twice the threads, and each keep its own count of them. */
TEST(TorchRuntime, OneOpenMPRuntimeIsLoaded)
{
  std::set<std::string> runtimes;
  std::ifstream         maps("/proc/self/maps");
  if (!maps)
  {
    GTEST_SKIP() << "this system does not list the libraries of a process in /proc/self/maps";
  }
  for (std::string line; std::getline(maps, line);)
  {
    const auto file = line.substr(line.find_last_of('/') + 1);
    if (line.find('/') != std::string::npos &&
        (file.rfind("libgomp", 0) == 0 || file.rfind("libomp", 0) == 0 || file.rfind("libiomp", 0) == 0))
    {
      runtimes.insert(line.substr(line.find('/')));
    }
  }
  EXPECT_LE(runtimes.size(), 1u) << ::testing::PrintToString(runtimes);
}
} // namespace
