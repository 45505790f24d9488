// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTestHelpers_h
#define itkTestHelpers_h

#include "itkMacro.h"
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace itk
{
namespace Test
{
/** What `action` says when it throws; empty if it does not. */
template <typename TAction>
std::string
MessageOf(TAction && action)
{
  try
  {
    action();
  }
  catch (const ExceptionObject & error)
  {
    return error.GetDescription();
  }
  return {};
}

inline void
ExpectContains(const std::string & text, const std::string & part)
{
  EXPECT_NE(text.find(part), std::string::npos) << "\"" << text << "\" does not contain \"" << part << "\"";
}

/** A folder that is removed at the end. */
class TemporaryFolder
{
public:
  TemporaryFolder()
    : m_Path(std::filesystem::temp_directory_path() / ("itktorch-test-" + std::to_string(getpid())))
  {
    std::filesystem::create_directories(m_Path);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(m_Path); }

  std::string
  File(const std::string & name) const
  {
    return (m_Path / name).string();
  }
  std::size_t
  GetNumberOfFiles() const
  {
    return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(m_Path), std::filesystem::directory_iterator{}));
  }

private:
  std::filesystem::path m_Path;
};
} // namespace Test
} // namespace itk

#endif
