// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCaseShard.h"
#include "itkFolderTest.h"
#include <gtest/gtest.h>
#include <map>

namespace
{
using Variables = std::map<std::string, std::string>;

std::optional<itk::CaseShard>
ShardIn(const Variables & variables)
{
  return itk::GetSlurmShard(
    [&](const char * name)
    {
      const std::string prefix = "SLURM_ARRAY_TASK_";
      EXPECT_EQ(std::string(name).rfind(prefix, 0), 0u);
      const auto found = variables.find(std::string(name).substr(prefix.size()));
      return found == variables.end() ? std::string() : found->second;
    });
}

using itk::Test::ProblemOf;
} // namespace

TEST(CaseShard, TheShardsOfAnyNumberAreAPartition)
{
  for (std::size_t count = 1; count <= 13; ++count)
  {
    for (std::size_t index = 0; index < 40; ++index)
    {
      std::size_t owners = 0;
      for (std::size_t number = 1; number <= count; ++number)
      {
        owners += itk::CaseShard{ number, count }.Contains(index) ? 1 : 0;
      }
      EXPECT_EQ(owners, 1u) << index << " of " << count;
    }
  }
  // Every third one from the second on.
  const itk::CaseShard second = itk::ParseCaseShard("2/3");
  EXPECT_TRUE(second.Contains(1) && second.Contains(4) && !second.Contains(0) && !second.Contains(2));
}

TEST(CaseShard, IsReadAsItIsWritten)
{
  for (const std::string text : { "1/1", "3/10", "10/10" })
  {
    EXPECT_EQ(itk::ParseCaseShard(text).ToString(), text);
  }
}

TEST(CaseShard, WhatIsNoneIsOneSentence)
{
  for (const std::string text : { "0/3", "4/3", "1/0", "-1/3", "1", "1/", "/3", "", "a/b", "1/3/5", "1.5/3", "1 /3" })
  {
    EXPECT_EQ(ProblemOf([&] { itk::ParseCaseShard(text); }),
              "Shard must be NUMBER/COUNT, two whole numbers with 1 <= NUMBER <= COUNT, but is " + text + ".");
  }
}

TEST(CaseShard, TheTasksOfAnArrayAreAllShards)
{
  EXPECT_FALSE(ShardIn({}));
  EXPECT_FALSE(ShardIn({ { "COUNT", "4" } }));
  for (int task = 0; task < 4; ++task)
  {
    const std::string shard = std::to_string(task + 1) + "/4";
    const auto        inSteps = [&](int first, int step)
    {
      return ShardIn({ { "ID", std::to_string(first + task * step) },
                       { "COUNT", "4" },
                       { "MIN", std::to_string(first) },
                       { "STEP", std::to_string(step) } })
        ->ToString();
    };
    EXPECT_EQ(inSteps(0, 1), shard);
    EXPECT_EQ(inSteps(1, 1), shard);
    EXPECT_EQ(inSteps(7, 1), shard);
    EXPECT_EQ(inSteps(2, 5), shard);
  }
  EXPECT_EQ(ShardIn({ { "ID", "2" }, { "COUNT", "4" } })->ToString(), "3/4");
}

TEST(CaseShard, AnArrayWhoseTasksWouldNotBeAPartitionIsRefused)
{
  const auto problem = [](const Variables & variables) { return ProblemOf([&] { ShardIn(variables); }); };
  EXPECT_EQ(problem({ { "ID", "2" } }),
            "SLURM_ARRAY_TASK_COUNT must be a whole number, but is not set; use --shard instead.");
  EXPECT_EQ(problem({ { "ID", "x" }, { "COUNT", "4" } }),
            "SLURM_ARRAY_TASK_ID must be a whole number, but is x; use --shard instead.");
  // --array=1,3,7
  EXPECT_EQ(problem({ { "ID", "7" }, { "COUNT", "3" }, { "MIN", "1" } }),
            "SLURM_ARRAY_TASK_ID must be one of 3 numbers from 1 in steps of 1, but is 7; use --shard instead.");
  EXPECT_NE(problem({ { "ID", "3" }, { "COUNT", "4" }, { "MIN", "0" }, { "STEP", "2" } }), "");
  EXPECT_NE(problem({ { "ID", "0" }, { "COUNT", "4" }, { "MIN", "1" } }), "");
  EXPECT_NE(problem({ { "ID", "0" }, { "COUNT", "4" }, { "STEP", "0" } }), "");
}
