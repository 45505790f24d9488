// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkConsoleProgress.h"
#include "itkClockSetBack.h"
#include "itkTorchMacros.h"
#include <gtest/gtest.h>
#include <chrono>
#include <cstdio>
#include <thread>

namespace
{
class Steps : public itk::ProcessObject
{
public:
  using Self = Steps;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(Steps);
};

// Lines for a hundred steps; GoogleTest's capture is a file and so no terminal.
std::string
Show(const std::function<std::string()> & suffix)
{
  auto process = Steps::New();
  ::testing::internal::CaptureStderr();
  {
    const itk::ConsoleProgress progress(process, "Title", suffix);
    for (int i = 0; i <= 100; ++i)
    {
      process->UpdateProgress(static_cast<float>(i) / 100.0f);
    }
  }
  process->UpdateProgress(1.0f);
  return ::testing::internal::GetCapturedStderr();
}
} // namespace

TEST(ConsoleProgress, DurationsAreWrittenInTheirLargestTwoUnits)
{
  EXPECT_EQ(itk::FormatDuration(0.0), "0 s");
  EXPECT_EQ(itk::FormatDuration(45.4), "45 s");
  EXPECT_EQ(itk::FormatDuration(59.6), "1 min 00 s");
  EXPECT_EQ(itk::FormatDuration(200.0), "3 min 20 s");
  EXPECT_EQ(itk::FormatDuration(3599.4), "59 min 59 s");
  EXPECT_EQ(itk::FormatDuration(7500.0), "2 h 05 min");
}

TEST(ConsoleProgress, TheTimeLeftIsWhatTheRestTakesAtTheSpeedSoFar)
{
  ::testing::internal::CaptureStderr();
  {
    itk::ConsoleProgress progress("Images");
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    progress.Show(0.25);
    progress.Show(1.0);
  }
  int left = 0;
  int taken = 0;
  ASSERT_EQ(std::sscanf(::testing::internal::GetCapturedStderr().c_str(),
                        "Images: 20 %%, %d s left Images: 100 %%, done in %d s",
                        &left,
                        &taken),
            2);
  // Three times as much as was done in at least 1.1 s.
  EXPECT_GE(left, 3);
  EXPECT_GE(taken, 1);
  EXPECT_GT(left, taken);
}

TEST(ConsoleProgress, OfAFilterThatBeginsInTheMiddleTheTimeLeftIsThatOfTheRest)
{
  const auto process = Steps::New();
  ::testing::internal::CaptureStderr();
  {
    const itk::ConsoleProgress progress(process, "Training");
    process->UpdateProgress(0.0f);
    process->UpdateProgress(0.5f);
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    process->UpdateProgress(0.6f);
  }
  int left = 0;
  ASSERT_EQ(
    std::sscanf(::testing::internal::GetCapturedStderr().c_str(), "Training: 50 %% Training: 60 %%, %d s left", &left),
    1);
  // Four times what took at least 0.6 s.
  EXPECT_GE(left, 2);
}

TEST(ConsoleProgress, TheTimeLeftDoesNotDependOnTheSystemsClock)
{
  const itk::Test::ClockSetBack clock;
  const auto                    first = std::chrono::system_clock::now();
  ASSERT_LT(std::chrono::system_clock::now(), first) << "the test does not reach the clock";
  ::testing::internal::CaptureStderr();
  {
    itk::ConsoleProgress progress("Images");
    progress.Show(0.5);
    progress.Show(1.0);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "Images: 50 %, 0 s left\nImages: 100 %, done in 0 s\n");
}

TEST(ConsoleProgress, ShowsWhatIsNoFilter)
{
  ::testing::internal::CaptureStderr();
  {
    itk::ConsoleProgress progress("Images");
    for (int i = 1; i <= 4; ++i)
    {
      progress.Show(i / 4.0);
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "Images: 20 %, 0 s left\nImages: 50 %, 0 s left\nImages: 70 %, 0 s left\nImages: 100 %, done in 0 s\n");
}

TEST(ConsoleProgress, ElsewhereThanOnATerminalItWritesALineForEachTenth)
{
  EXPECT_EQ(Show([] { return "loss 0.5"; }),
            "Title: 10 %, 0 s left  loss 0.5\n"
            "Title: 20 %, 0 s left  loss 0.5\n"
            "Title: 30 %, 0 s left  loss 0.5\n"
            "Title: 40 %, 0 s left  loss 0.5\n"
            "Title: 50 %, 0 s left  loss 0.5\n"
            "Title: 60 %, 0 s left  loss 0.5\n"
            "Title: 70 %, 0 s left  loss 0.5\n"
            "Title: 80 %, 0 s left  loss 0.5\n"
            "Title: 90 %, 0 s left  loss 0.5\n"
            "Title: 100 %, done in 0 s  loss 0.5\n");
}

TEST(ConsoleProgress, WithoutASuffixNoLineEndsInSpaces)
{
  EXPECT_EQ(Show({}), Show([] { return std::string(); }));
  EXPECT_EQ(Show({}).find(" \n"), std::string::npos);
}

TEST(ConsoleProgress, StopsWhenItsLifeEnds)
{
  auto process = Steps::New();
  ::testing::internal::CaptureStderr();
  {
    const itk::ConsoleProgress progress(process, "Title");
  }
  process->UpdateProgress(1.0f);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_FALSE(process->HasObserver(itk::ProgressEvent()));
}
