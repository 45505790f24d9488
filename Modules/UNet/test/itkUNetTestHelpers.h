// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTestHelpers_h
#define itkUNetTestHelpers_h

#include "itkUNetModel.h"
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace itk
{
namespace Test
{
/** A network that is quick to compute: two levels of two filters. */
inline UNetSpecification
SmallSpecification(unsigned int dimension = 2, unsigned int channels = 1, unsigned int classes = 2)
{
  UNetSpecification specification;
  specification.Dimension = dimension;
  specification.Channels = channels;
  specification.Classes = classes;
  specification.BaseFilters = 2;
  specification.Levels = 2;
  return specification;
}

inline UNetModel::Pointer
MakeModel(const UNetSpecification & specification, UNetColour colour = UNetColour::Luminance)
{
  auto              model = UNetModel::New();
  UNetIntensityRule rule;
  rule.Colour = colour;
  model->SetSpecification(specification);
  model->SetIntensityRule(rule);
  model->InitializeWeights(5);
  return model;
}

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
