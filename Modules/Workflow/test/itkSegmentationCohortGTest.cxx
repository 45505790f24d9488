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
    return { itk::Image<float, 2>::New().GetPointer(), nullptr, {} };
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
  itk::CaseRecords::Write(each, others.MakeLine(each, { itk::CaseStatus::Done, "", 1.0, { 1, 1 }, 7, {} }));

  NotingSegmenter segmenter;
  const auto      first = itk::SegmentCohort({ each }, segmenter, records, false);
  const auto      second = itk::SegmentCohort({ each }, segmenter, records, false);
  EXPECT_EQ(first.Done, 1u);
  EXPECT_EQ(second.Skipped, 1u);
  EXPECT_EQ(segmenter.m_HadRecord, std::vector<bool>{ false });
  EXPECT_TRUE(records.FindFinished(each));
}

TEST_F(SegmentationCohort, AListenerHearsEachCaseInItsOrder)
{
  std::vector<itk::SegmentationCase> cases;
  for (const std::string name : { "a.png", "b.png", "c.png" })
  {
    std::ofstream(In(name)) << name;
    cases.push_back({ name, In(name), In("out-" + name) });
  }
  std::ofstream(In("model.safetensors")) << "model";
  const itk::CaseRecords   records(In("model.safetensors"), "{}", "1.0");
  std::vector<std::string> lines;
  std::vector<double>      fractions;
  std::vector<std::size_t> ended;
  itk::CohortListener      listener;
  listener.Case = [&](const std::string & line) { lines.push_back(line.substr(0, line.find(','))); };
  listener.Progress = [&](const itk::CohortSummary & summary, double fraction)
  {
    ended.push_back(summary.GetTotal());
    fractions.push_back(fraction);
  };
  NotingSegmenter segmenter;
  itk::SegmentCohort(cases, segmenter, records, false, listener);
  const std::vector<std::string> expected{ R"({"case":"a.png")", R"({"case":"b.png")", R"({"case":"c.png")" };
  EXPECT_EQ(lines, expected);
  EXPECT_EQ(ended, (std::vector<std::size_t>{ 1, 2, 3 }));
  EXPECT_EQ(fractions, (std::vector<double>{ 1.0 / 3.0, 2.0 / 3.0, 1.0 }));
  // Nothing is left to compute.
  fractions.clear();
  itk::SegmentCohort(cases, segmenter, records, false, listener);
  EXPECT_EQ(fractions.back(), 1.0);
}
} // namespace
