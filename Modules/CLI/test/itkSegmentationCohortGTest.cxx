// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSegmentationCohort.h"
#include "itkFolderTest.h"
#include "itkImage.h"
#include <fstream>

namespace
{
namespace fs = std::filesystem;

/** Notes what it is asked for, and writes a word. */
class NotingSegmenter : public itk::ImageSegmenter
{
public:
  itk::ImageToSegment
  Read(const std::string &) const override
  {
    return { itk::Image<float, 2>::New().GetPointer(), nullptr };
  }

  void
  VerifyOutput(const std::string &) const override
  {}

  itk::SegmentedImage
  Compute(const itk::ImageToSegment &, const std::string & fileName, const itk::SegmentationListener &) override
  {
    m_HadRecord.push_back(fs::exists(fileName + ".json"));
    return { { 1, 1 }, std::nullopt, [](const std::string & name) { std::ofstream(name) << "new"; } };
  }

  std::vector<bool> m_HadRecord;
};

class SegmentationCohort : public itk::Test::FolderTest
{};

// A large image is written while it is computed: a kill in between must not leave the record of another output.
TEST_F(SegmentationCohort, ARecordGoesBeforeItsCaseIsComputedAndComesBackAfterIt)
{
  const itk::SegmentationCase each{ "a.png", In("a.png"), In("out.png") };
  for (const std::string name : { "a.png", "out.png", "model.safetensors" })
  {
    std::ofstream(In(name)) << name;
  }
  const itk::CaseRecords records(In("model.safetensors"), R"({"Output":"mask"})", "1.0");
  const itk::CaseRecords others(In("model.safetensors"), R"({"Output":"objects"})", "1.0");
  itk::CaseRecords::Write(each, others.MakeLine(each, { itk::CaseStatus::Done, "", 1.0, { 1, 1 }, 7 }));

  NotingSegmenter segmenter;
  ::testing::internal::CaptureStdout();
  const auto first = itk::SegmentCohort({ each }, segmenter, records, false);
  const auto second = itk::SegmentCohort({ each }, segmenter, records, false);
  ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(first.Done, 1u);
  EXPECT_EQ(second.Skipped, 1u);
  EXPECT_EQ(segmenter.m_HadRecord, std::vector<bool>{ false });
  EXPECT_TRUE(records.FindFinished(each));
}
} // namespace
