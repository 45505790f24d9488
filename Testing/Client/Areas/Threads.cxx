// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Subjects.h"
#include "itkMultiThreaderBase.h"
#include "itkTorchRuntime.h"
#include <thread>

/** Pipelines in several threads, and the number of threads. */

namespace client
{
class Threads : public ::testing::TestWithParam<NamedSubject>
{};

TEST_P(Threads, SeveralPipelinesDoNotDisturbEachOther)
{
  const auto & named = GetParam();
  for (const std::string device : { "cpu", "staged" })
  {
    const auto                       expected = named.Make({ device }).Update();
    std::vector<std::vector<Pixels>> results(4);
    std::vector<std::string>         errors(results.size());
    std::vector<std::thread>         threads;
    for (std::size_t thread = 0; thread < results.size(); ++thread)
    {
      threads.emplace_back(
        [&, thread]
        {
          try
          {
            results[thread] = named.Make({ device, true }).Update();
          }
          catch (const std::exception & error)
          {
            errors[thread] = error.what();
          }
        });
    }
    for (auto & thread : threads)
    {
      thread.join();
    }
    for (std::size_t thread = 0; thread < results.size(); ++thread)
    {
      VERIFY(errors[thread].empty()) << errors[thread];
      ASSERT_EQ(results[thread].size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i)
      {
        VERIFY(Same(results[thread][i], expected[i])) << device << ", thread " << thread << ", output " << i;
      }
    }
    if (!named.IsOnDevice)
    {
      break;
    }
  }
}

TEST_P(Threads, TheirNumberChangesNothing)
{
  const auto & named = GetParam();
  if (named.Name.find("Training") == 0)
  {
    GTEST_SKIP() << "weights depend on the number of threads";
  }
  const auto before = itk::TorchRuntime::GetNumberOfThreads();
  const auto workUnits = itk::MultiThreaderBase::GetGlobalDefaultNumberOfThreads();
  const auto expected = named.Make({}).Update();
  for (const unsigned int number : { 1u, 3u })
  {
    itk::TorchRuntime::SetNumberOfThreads(number);
    const auto results = named.Make({}).Update();
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
      VERIFY(Same(results[i], expected[i])) << number << " threads, output " << i;
    }
  }
  itk::TorchRuntime::SetNumberOfThreads(before);
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(workUnits);
}

TEST_P(Threads, TheThreaderAndItsWorkUnitsChangeNothing)
{
  const auto & named = GetParam();
  const auto   expected = named.Make({}).Update();
  const auto   before = itk::MultiThreaderBase::GetGlobalDefaultThreader();
  for (const auto threader :
       { itk::MultiThreaderBase::ThreaderEnum::Platform, itk::MultiThreaderBase::ThreaderEnum::Pool })
  {
    itk::MultiThreaderBase::SetGlobalDefaultThreader(threader);
    const auto subject = named.Make({ "cpu", true });
    subject.Filter->SetNumberOfWorkUnits(7);
    const auto results = subject.Update();
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
      VERIFY(Same(results[i], expected[i])) << threader << ", output " << i;
    }
  }
  itk::MultiThreaderBase::SetGlobalDefaultThreader(before);
}

INSTANTIATE_TEST_SUITE_P(Every, Threads, ::testing::ValuesIn(GetSubjects()), NameOfTest);
} // namespace client
