// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCasePipeline.h"
#include <gtest/gtest.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace
{
struct FakeCase
{
  explicit FakeCase(std::size_t index)
    : Index(index)
  {
    largest = std::max(largest.load(), ++alive);
  }
  ~FakeCase() { --alive; }
  FakeCase(const FakeCase &) = delete;
  FakeCase &
  operator=(const FakeCase &) = delete;

  const std::size_t Index;
  std::string       Log;

  static std::atomic<int> alive;
  static std::atomic<int> largest;
};
std::atomic<int> FakeCase::alive{ 0 };
std::atomic<int> FakeCase::largest{ 0 };

using Stages = itk::CaseStages<FakeCase>;

class CasePipeline : public ::testing::Test
{
protected:
  CasePipeline()
  {
    FakeCase::largest = 0;
    m_Stages.Read = [](FakeCase & each) { each.Log += 'r'; };
    m_Stages.Compute = [](FakeCase & each) { each.Log += 'c'; };
    m_Stages.Write = [](FakeCase & each) { each.Log += 'w'; };
    m_Stages.Finish = [this](FakeCase & each, const std::exception_ptr & failure)
    { m_Finished.push_back(std::to_string(each.Index) + each.Log + (failure ? "!" : "")); };
  }

  void
  Run(std::size_t count)
  {
    itk::RunCasePipeline<FakeCase>(
      count, [](std::size_t i) { return std::make_unique<FakeCase>(i); }, m_Stages);
    EXPECT_EQ(FakeCase::alive, 0);
  }

  Stages                   m_Stages;
  std::vector<std::string> m_Finished;
};

using Log = std::vector<std::string>;
} // namespace

TEST_F(CasePipeline, EveryCaseGoesThroughAllStagesInOrder)
{
  this->Run(0);
  EXPECT_EQ(m_Finished, Log{});
  this->Run(1);
  EXPECT_EQ(m_Finished, Log{ "0rcw" });
  m_Finished.clear();
  this->Run(4);
  EXPECT_EQ(m_Finished, (Log{ "0rcw", "1rcw", "2rcw", "3rcw" }));
}

TEST_F(CasePipeline, AFailureBelongsToItsCaseAndLeavesOutTheStagesAfterIt)
{
  const auto failAt = [](std::size_t index, const std::function<void(FakeCase &)> & stage)
  {
    return [=](FakeCase & each)
    {
      if (each.Index == index)
      {
        throw std::runtime_error("fails");
      }
      stage(each);
    };
  };
  m_Stages.Read = failAt(0, m_Stages.Read);
  m_Stages.Compute = failAt(2, m_Stages.Compute);
  m_Stages.Write = failAt(3, m_Stages.Write);
  this->Run(5);
  EXPECT_EQ(m_Finished, (Log{ "0!", "1rcw", "2r!", "3rc!", "4rcw" }));
}

TEST_F(CasePipeline, WhatIsThrownNeedNotBeAnException)
{
  m_Stages.Compute = [](FakeCase &) { throw 1; };
  this->Run(2);
  EXPECT_EQ(m_Finished, (Log{ "0r!", "1r!" }));
}

// Each stage waits for another one to be busy with another case: one after the other would wait for ever.
TEST_F(CasePipeline, ReadingComputingAndWritingOverlap)
{
  std::promise<void> thirdIsRead;
  std::promise<void> secondIsComputed;
  const auto         read = thirdIsRead.get_future().share();
  const auto         computed = secondIsComputed.get_future().share();
  bool               isInTime = true;
  const auto         wait = [&isInTime](const std::shared_future<void> & event)
  { isInTime = event.wait_for(std::chrono::seconds(60)) == std::future_status::ready && isInTime; };
  m_Stages.Read = [&](FakeCase & each)
  {
    if (each.Index == 2)
    {
      thirdIsRead.set_value();
    }
  };
  m_Stages.Compute = [&](FakeCase & each)
  {
    if (each.Index == 1)
    {
      wait(read);
      secondIsComputed.set_value();
    }
  };
  m_Stages.Write = [&](FakeCase & each)
  {
    if (each.Index == 0)
    {
      wait(computed);
    }
  };
  this->Run(3);
  EXPECT_TRUE(isInTime);
}

TEST_F(CasePipeline, FiveCasesAndNoMoreAreThereBeforeASlowEnd)
{
  bool isFull = true;
  m_Stages.Write = [&isFull](FakeCase & each)
  {
    if (each.Index == 0)
    {
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (FakeCase::alive < 5 && std::chrono::steady_clock::now() < end)
      {
        std::this_thread::yield();
      }
      isFull = FakeCase::alive == 5;
    }
    // A sixth would come meanwhile.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  this->Run(50);
  EXPECT_TRUE(isFull);
  EXPECT_EQ(FakeCase::largest, 5);
}

TEST_F(CasePipeline, ComputesOnTheCallingThreadAndEachStageOnItsOwn)
{
  std::set<std::thread::id> readers;
  std::set<std::thread::id> computers;
  std::set<std::thread::id> writers;
  m_Stages.Read = [&](FakeCase &) { readers.insert(std::this_thread::get_id()); };
  m_Stages.Compute = [&](FakeCase &) { computers.insert(std::this_thread::get_id()); };
  m_Stages.Write = [&](FakeCase &) { writers.insert(std::this_thread::get_id()); };
  this->Run(5);
  EXPECT_EQ(computers, std::set<std::thread::id>{ std::this_thread::get_id() });
  ASSERT_EQ(readers.size(), 1u);
  ASSERT_EQ(writers.size(), 1u);
  EXPECT_EQ(computers.count(*readers.begin()), 0u);
  EXPECT_EQ(computers.count(*writers.begin()), 0u);
  EXPECT_NE(*readers.begin(), *writers.begin());
}
