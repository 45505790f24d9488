// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchRuntime.h"
#include "itkSystemMemory.h"
#include "itkMultiThreaderBase.h"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace itk
{
void
TorchRuntime::SetNumberOfThreads(unsigned int numberOfThreads)
{
  const unsigned int asked = numberOfThreads > 0 ? numberOfThreads : std::max(1u, std::thread::hardware_concurrency());
  const unsigned int number = std::min<unsigned int>(asked, ITK_MAX_THREADS);
  at::set_num_threads(static_cast<int>(number));
  MultiThreaderBase::SetGlobalMaximumNumberOfThreads(
    std::max(number, MultiThreaderBase::GetGlobalMaximumNumberOfThreads()));
  MultiThreaderBase::SetGlobalDefaultNumberOfThreads(number);
}

unsigned int
TorchRuntime::GetNumberOfThreads()
{
  return static_cast<unsigned int>(at::get_num_threads());
}

void
TorchRuntime::ForEach(std::size_t count, const std::function<void(std::size_t)> & function)
{
  const auto threads = static_cast<std::size_t>(GetNumberOfThreads());
  if (count < threads)
  {
    for (std::size_t i = 0; i < count; ++i)
    {
      function(i);
    }
    return;
  }
  std::atomic<std::size_t> next{ 0 };
  const auto               work = [&](std::int64_t, std::int64_t)
  {
    for (std::size_t i = next++; i < count; i = next++)
    {
      try
      {
        function(i);
      }
      catch (...)
      {
        next = count;
        throw;
      }
    }
  };
  at::parallel_for(0, static_cast<std::int64_t>(threads), 1, work);
}

void
TorchRuntime::KeepFreedMemory()
{
  itk::KeepFreedMemory();
}

std::uint64_t
TorchRuntime::GetPeakMemory()
{
  return itk::GetPeakMemory();
}

std::uint64_t
TorchRuntime::GetFreeMemory()
{
  return itk::GetFreeMemory();
}

void
TorchRuntime::SetDeterministic(bool isDeterministic)
{
  at::globalContext().setDeterministicAlgorithms(isDeterministic, false);
  at::globalContext().setDeterministicCuDNN(isDeterministic);
}

bool
TorchRuntime::GetDeterministic()
{
  return at::globalContext().deterministicAlgorithms();
}

std::string
TorchRuntime::GetLibTorchVersion()
{
  return TORCH_VERSION;
}
} // namespace itk
