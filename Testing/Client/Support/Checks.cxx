// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Checks.h"
#include "itkMacro.h"
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sys/wait.h>
#include <unistd.h>

namespace client
{
namespace
{
struct Table
{
  std::mutex  Mutex;
  std::size_t Passed{ 0 };
  std::size_t Failed{ 0 };
  double      LargestDifference{ 0.0 };
};

Table &
GetTable()
{
  static Table table;
  return table;
}

/** A line of the table, in the current folder: area,tests,failed tests,checks passed,checks failed,largest
 * difference. */
void
WriteLine(const std::string & area, const std::string & figures)
{
  std::ofstream file(area + ".csv");
  file << area << ',' << figures << '\n';
}

std::string
Describe(const std::exception & error)
{
  const auto * const exception = dynamic_cast<const itk::ExceptionObject *>(&error);
  return exception != nullptr ? exception->GetDescription() : error.what();
}
} // namespace

::testing::AssertionResult
Count(const ::testing::AssertionResult & result)
{
  auto &                            table = GetTable();
  const std::lock_guard<std::mutex> lock(table.Mutex);
  ++(result ? table.Passed : table.Failed);
  return result;
}

void
NoteDifference(double difference)
{
  auto &                            table = GetTable();
  const std::lock_guard<std::mutex> lock(table.Mutex);
  table.LargestDifference = std::max(table.LargestDifference, difference);
}

::testing::AssertionResult
Near(double actual, double expected, double tolerance)
{
  if (actual == expected || (std::isnan(actual) && std::isnan(expected)))
  {
    return ::testing::AssertionSuccess();
  }
  const double difference = std::abs(actual - expected);
  NoteDifference(difference);
  if (difference <= tolerance)
  {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << actual << " is not within " << tolerance << " of " << expected;
}

::testing::AssertionResult
SaysOneSentence(const std::function<void()> & action, const std::vector<std::string> & parts)
{
  try
  {
    action();
  }
  catch (const itk::ExceptionObject & error)
  {
    std::string text = error.GetDescription();
    // ITK's macros put "ITK ERROR: Class(0x…): " before the sentence.
    if (const auto end = text.find("): "); text.compare(0, 10, "ITK ERROR:") == 0 && end != std::string::npos)
    {
      text = text.substr(end + 3);
    }
    while (!text.empty() && text.back() == '\n')
    {
      text.pop_back();
    }
    // The cause in LibTorch's own words has no full stop.
    const bool isQuoted =
      text.find(" failed: ") != std::string::npos || text.find(" ran out of memory: ") != std::string::npos;
    if (text.empty() || text.find('\n') != std::string::npos || (text.back() != '.' && !isQuoted))
    {
      return ::testing::AssertionFailure() << "not one sentence: \"" << text << '"';
    }
    for (const auto & part : parts)
    {
      if (text.find(part) == std::string::npos)
      {
        return ::testing::AssertionFailure() << "\"" << text << "\" does not say \"" << part << '"';
      }
    }
    return ::testing::AssertionSuccess();
  }
  catch (const std::exception & error)
  {
    return ::testing::AssertionFailure() << "an exception that is not ITK's: " << Describe(error);
  }
  return ::testing::AssertionFailure() << "no exception";
}

::testing::AssertionResult
Works(const std::function<void()> & action)
{
  try
  {
    action();
  }
  catch (const std::exception & error)
  {
    return ::testing::AssertionFailure() << Describe(error);
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult
EndsByItself(const std::function<void()> & action)
{
  const pid_t child = fork();
  if (child == 0)
  {
    try
    {
      action();
      _exit(0);
    }
    catch (const itk::ExceptionObject &)
    {
      _exit(0);
    }
    catch (...)
    {
      _exit(1);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
  {
    return ::testing::AssertionFailure() << "ended by the signal " << WTERMSIG(status);
  }
  return WEXITSTATUS(status) == 0 ? ::testing::AssertionSuccess()
                                  : ::testing::AssertionFailure() << "an exception that is not ITK's";
}
} // namespace client

int
main(int argc, char * argv[])
{
  ::testing::InitGoogleTest(&argc, argv);
  std::string area = argv[0];
  area = area.substr(area.rfind('/') + 1);
  client::WriteLine(area, ",ended early,,,");
  const int result = RUN_ALL_TESTS();

  const auto &       tests = *::testing::UnitTest::GetInstance();
  const auto &       table = client::GetTable();
  std::ostringstream figures;
  figures << tests.test_to_run_count() << ',' << tests.failed_test_count() << ',' << table.Passed << ',' << table.Failed
          << ',' << table.LargestDifference;
  client::WriteLine(area, figures.str());
  std::cout << area << ": " << table.Passed << " checks passed, " << table.Failed
            << " failed; the largest difference is " << table.LargestDifference << ".\n";
  return result;
}
