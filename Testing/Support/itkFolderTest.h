// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkFolderTest_h
#define itkFolderTest_h

#include "itkErrorSentence.h"
#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

namespace itk
{
namespace Test
{
/** What people are told when `action` throws anything; empty if it does not. */
template <typename TAction>
std::string
ProblemOf(TAction && action)
{
  try
  {
    action();
  }
  catch (const std::exception & error)
  {
    return ErrorSentence(error);
  }
  return {};
}

inline std::string
ReadFileBytes(const std::string & fileName)
{
  std::ifstream stream(fileName, std::ios::binary);
  return { std::istreambuf_iterator<char>(stream), {} };
}

inline void
WriteFileBytes(const std::string & fileName, const std::string & bytes)
{
  std::ofstream(fileName, std::ios::binary) << bytes;
}

/** A test with an empty folder of its own. */
class FolderTest : public ::testing::Test
{
protected:
  void
  SetUp() override
  {
    const auto * const test = ::testing::UnitTest::GetInstance()->current_test_info();
    m_Folder = std::filesystem::temp_directory_path() / ("itktorch-" + std::string(test->test_suite_name()) + "-" +
                                                         test->name() + "-" + std::to_string(getpid()));
    std::filesystem::remove_all(m_Folder);
    std::filesystem::create_directory(m_Folder);
  }

  void
  TearDown() override
  {
    std::filesystem::remove_all(m_Folder);
  }

  std::string
  In(const std::string & name) const
  {
    return (m_Folder / name).string();
  }

  /** What is in the folder, sorted. */
  std::vector<std::string>
  Names() const
  {
    std::vector<std::string> names;
    for (const auto & entry : std::filesystem::directory_iterator(m_Folder))
    {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::filesystem::path m_Folder;
};
} // namespace Test
} // namespace itk

#endif
