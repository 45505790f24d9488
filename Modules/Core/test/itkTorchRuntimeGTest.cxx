// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchRuntime.h"

#include "itkMultiThreaderBase.h"
#include "itkTorchTestImages.h"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fstream>
#include <set>
#include <thread>

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
