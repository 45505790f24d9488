// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBoundaryWeightMapParameters.h"
#include "itkCannyComparisonParameters.h"
#include "itkCannyEdgeDetectionParameters.h"
#include "itkConnectedComponentsParameters.h"
#include "itkInstanceSegmentationParameters.h"
#include "itkMarkerWatershedParameters.h"
#include "itkNucleiPhantomParameters.h"
#include "itkRandomAugmentationParameters.h"
#include "itkSegmentationEvaluationParameters.h"
#include "itkTwoNearestObjectsDistanceParameters.h"
#include "itkUNetInferenceParameters.h"
#include "itkUNetTrainingParameters.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <regex>

namespace
{
std::vector<std::string>
ReadLines(const std::filesystem::path & file)
{
  std::ifstream            stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
  {
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::filesystem::path>
FindHeaders()
{
  std::vector<std::filesystem::path> headers;
  for (const auto & module : std::filesystem::directory_iterator(ITKTorch_MODULES))
  {
    const auto folder = module.path() / "include";
    if (std::filesystem::is_directory(folder))
    {
      for (const auto & file : std::filesystem::directory_iterator(folder))
      {
        headers.push_back(file.path());
      }
    }
  }
  return headers;
}

/** The comment that ends above a line, as one line of text; empty for none. */
std::string
CommentAbove(const std::vector<std::string> & lines, std::size_t line)
{
  if (line == 0 || lines[line - 1].find("*/") == std::string::npos)
  {
    return {};
  }
  std::size_t first = line - 1;
  while (first > 0 && lines[first].find("/**") == std::string::npos)
  {
    --first;
  }
  std::string text;
  for (std::size_t i = first; i < line; ++i)
  {
    text += std::regex_replace(lines[i], std::regex(R"(^\s*(/\*\*|\*(?!/))\s*|\s*\*/$)"), "") + ' ';
  }
  return std::regex_replace(text, std::regex(" +$"), "");
}

struct Class
{
  const char *                    Header;
  const itk::TorchParameterList & Parameters;
};

const std::vector<Class> classes{
  { "itkBoundaryWeightMapImageFilter.h", itk::BoundaryWeightMapParameters::Describe() },
  { "itkCannyComparisonImageFilter.h", itk::CannyComparisonParameters::Describe() },
  { "itkElasticDeformationImageFilter.h", itk::ElasticDeformationParameters::Describe() },
  { "itkInstanceSegmentationParameterized.h", itk::InstanceSegmentationParameters::Describe() },
  { "itkNucleiPhantomImageSource.h", itk::NucleiPhantomParameters::Describe() },
  { "itkRandomAugmentationImageFilter.h", itk::RandomAugmentationParameters::Describe() },
  { "itkSegmentationEvaluationImageFilter.h", itk::SegmentationEvaluationParameters::Describe() },
  { "itkTorchCannyEdgeDetectionImageFilter.h", itk::CannyEdgeDetectionParameters::Describe() },
  { "itkTorchConnectedComponentImageFilter.h", itk::ConnectedComponentsParameters::Describe() },
  { "itkTorchMarkerWatershedImageFilter.h", itk::MarkerWatershedParameters::Describe() },
  { "itkTwoNearestObjectsDistanceImageFilter.h", itk::TwoNearestObjectsDistanceParameters::Describe() },
  { "itkUNetInferenceImageFilter.h", itk::UNetInferenceParameters::Describe() },
  { "itkUNetTrainingImageFilter.h", itk::UNetTrainingParameters::Describe() }
};
} // namespace

TEST(SetterComments, TheSetterOfAParameterSaysWhatItsTableSays)
{
  const std::regex setter(R"(^\s*itkTorchParameterMacro\((\w+)\);)");
  for (const std::filesystem::path & header : FindHeaders())
  {
    const std::vector<std::string> lines = ReadLines(header);
    const auto                     known = std::find_if(
      classes.begin(), classes.end(), [&header](const Class & each) { return header.filename() == each.Header; });
    for (std::size_t line = 0; line < lines.size(); ++line)
    {
      std::smatch match;
      if (std::regex_search(lines[line], match, setter))
      {
        ASSERT_NE(known, classes.end()) << header << " has setters of a table that this test does not know.";
        EXPECT_EQ(CommentAbove(lines, line), known->Parameters.GetParameter(match[1]).Document())
          << header << ':' << line + 1;
      }
    }
  }
}

TEST(SetterComments, EverySetterHasAComment)
{
  // In a group of declarations without an empty line between, one comment is for all.
  const std::regex setter(R"(^  (itkSet\w*Macro\(|virtual void Set|Set[A-Z]\w*\())");
  const std::regex notPublic(R"(^(protected|private):)");
  for (const std::filesystem::path & header : FindHeaders())
  {
    const std::vector<std::string> lines = ReadLines(header);
    bool                           isPublic = true;
    for (std::size_t line = 0; line < lines.size(); ++line)
    {
      isPublic = lines[line] == "public:" || (isPublic && !std::regex_search(lines[line], notPublic));
      if (lines[line].rfind("class ", 0) == 0 || lines[line].rfind("struct ", 0) == 0)
      {
        isPublic = true;
      }
      if (!isPublic || !std::regex_search(lines[line], setter) || lines[line].find("override") != std::string::npos)
      {
        continue;
      }
      std::size_t first = line;
      while (first > 0 && !lines[first - 1].empty() && lines[first - 1].find("*/") == std::string::npos)
      {
        --first;
      }
      EXPECT_NE(CommentAbove(lines, first), "") << header << ':' << line + 1 << ": " << lines[line];
    }
  }
}
