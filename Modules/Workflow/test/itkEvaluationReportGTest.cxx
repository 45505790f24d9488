// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkEvaluationReport.h"
#include "itkSegmentationScoreSet.h"

#include <gtest/gtest.h>
#include <cstring>

namespace
{
/** Dice 2 / 3 and a distance. */
itk::SegmentationScores
MakeScores(double distance)
{
  itk::SegmentationScores scores;
  scores.Overlap = { 1, 1, 0, 8 };
  scores.Surface = { distance, distance, distance, distance, distance, distance, {}, true };
  return scores;
}

class EvaluationReport : public ::testing::Test
{
protected:
  EvaluationReport()
  {
    m_Scores.Add("plain", MakeScores(2.5));
    m_Scores.Add("with, comma and \"quotes\"", MakeScores(std::numeric_limits<double>::infinity()));
  }

  itk::EvaluationReport
  MakeReport() const
  {
    return { m_Scores, m_Parameters, { 50, 0.975, 3, 4, m_Classes } };
  }

  std::string
  Print() const
  {
    std::FILE * const file = std::tmpfile();
    this->MakeReport().PrintTable(file);
    std::string text(static_cast<std::size_t>(std::ftell(file)), ' ');
    std::rewind(file);
    EXPECT_EQ(std::fread(text.data(), 1, text.size(), file), text.size());
    std::fclose(file);
    return text;
  }

  itk::SegmentationScoreSet             m_Scores;
  itk::SegmentationEvaluationParameters m_Parameters;
  itk::ClassNames                       m_Classes;
};
} // namespace

TEST_F(EvaluationReport, TableSaysHowManyDistancesAreFinite)
{
  const std::string text = this->Print();
  EXPECT_NE(text.find("HD95"), std::string::npos) << text;
  EXPECT_EQ(text.find("mAP"), std::string::npos) << "objects were not computed: " << text;
  EXPECT_NE(text.find("97.5 % interval, from"), std::string::npos) << text;
  EXPECT_NE(text.find("count of finite values"), std::string::npos) << text;
  EXPECT_NE(text.find("0.6667"), std::string::npos) << text;
  // Dice, IoU, precision, recall of two images, both distances of one.
  EXPECT_NE(text.find("count of finite values    2.0000    2.0000    2.0000    2.0000    1.0000    1.0000\n"),
            std::string::npos)
    << text;
}

TEST_F(EvaluationReport, TableHasTheIntervalsAndWhatIsPooled)
{
  itk::SegmentationScores other;
  other.Overlap = { 8, 1, 1, 0 };
  m_Scores.Add("other", other);
  const auto & dice = itk::SegmentationMetric::Get("Dice");
  const auto   interval = m_Scores.GetIntervalOfMean(dice, 50, 0.975, 3);
  ASSERT_LT(interval.Lower, interval.Upper);
  const std::string text = this->Print();
  const auto        expectRow = [&](const std::string & name, double number)
  {
    char shown[32];
    std::snprintf(shown, sizeof(shown), "%.4f", number);
    const auto line = text.find('\n' + name);
    ASSERT_NE(line, std::string::npos) << name << text;
    const auto first = text.find_first_not_of(' ', line + 1 + name.size());
    EXPECT_EQ(text.substr(first, std::strlen(shown)), shown) << name << text;
  };
  // Dice 2 / 3, 2 / 3, 16 / 18; in all 20 of 24.
  expectRow("mean over images", 20.0 / 27.0);
  expectRow("97.5 % interval, from", interval.Lower);
  expectRow("97.5 % interval, to", interval.Upper);
  expectRow("all pixels and objects", 20.0 / 24.0);
}

TEST_F(EvaluationReport, CsvQuotesNamesAndLeavesInfiniteNumbersEmpty)
{
  const std::string csv = this->MakeReport().ToCsv();
  EXPECT_NE(csv.find("\nplain,0.666666667,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\n\"with, comma and \"\"quotes\"\"\",0.666666667,"), std::string::npos) << csv;
  EXPECT_EQ(csv.find("inf"), std::string::npos) << csv;
}

TEST_F(EvaluationReport, JsonHoldsMeansIntervalsAndNullForWhatIsInfinite)
{
  m_Scores.Add("name in Latin-1 \xe9", MakeScores(4.5));
  m_Parameters.BoundaryTolerance = 7.0;
  const auto json = nlohmann::json::parse(this->MakeReport().ToJson());
  EXPECT_EQ(json["parameters"]["BoundaryTolerance"], 7.0);
  EXPECT_EQ(json["bootstrap"]["Level"], 0.975);
  EXPECT_EQ(json["missing predictions"], 4);
  const auto & distance = json["metrics"]["HausdorffDistance"];
  EXPECT_EQ(distance["mean"], 3.5);
  EXPECT_EQ(distance["images"], 2);
  const auto interval = m_Scores.GetIntervalOfMean(itk::SegmentationMetric::Get("HausdorffDistance"), 50, 0.975, 3);
  ASSERT_LT(interval.Lower, interval.Upper);
  EXPECT_EQ(distance["interval"], (std::vector<double>{ interval.Lower, interval.Upper }));
  EXPECT_FALSE(distance.contains("pooled"));
  EXPECT_TRUE(json["images"][1]["HausdorffDistance"].is_null());
  EXPECT_NEAR(json["metrics"]["Dice"]["pooled"].get<double>(), 2.0 / 3.0, 1e-12);
}

TEST_F(EvaluationReport, ClassesAreNamedWithTheirSign)
{
  auto scores = MakeScores(1.0);
  scores.Classes[static_cast<std::uint64_t>(std::int64_t{ -1 })].Overlap = { 3, 1, 0, 0 };
  m_Scores.Add("classes", scores);
  m_Parameters.Labels = itk::LabelMeaning::Classes;
  const std::string text = this->Print();
  EXPECT_NE(text.find("\nclass -1, mean over 1"), std::string::npos) << text;
  const auto json = nlohmann::json::parse(this->MakeReport().ToJson());
  EXPECT_EQ(json["images"][2]["classes"]["-1"]["Precision"], 0.75);
  EXPECT_EQ(json["classes"]["-1"]["Precision"]["pooled"], 0.75);
  const std::string csv = this->MakeReport().ToCsv();
  EXPECT_EQ(csv.rfind("image,class,Dice,", 0), 0u) << csv;
  EXPECT_NE(csv.find("\nclasses,any,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\nclasses,-1,0.857142857,"), std::string::npos) << csv;
}

TEST_F(EvaluationReport, NamedClassesAreReportedAlsoWhereNoImageHasThem)
{
  auto scores = MakeScores(1.0);
  scores.Classes[1].Overlap = { 3, 1, 0, 0 };
  scores.Classes[2].Overlap = { 1, 1, 1, 0 };
  m_Scores.Add("classes", scores);
  m_Parameters.Labels = itk::LabelMeaning::Classes;
  m_Classes = itk::ClassNames::Parse("background,liver,spleen,\"left\" kidney");
  const std::string text = this->Print();
  EXPECT_NE(text.find("\nclass 1 liver, mean over 1 "), std::string::npos) << text;
  EXPECT_NE(text.find("\nclass 3 \"left\" kidney, mean over 0 "), std::string::npos) << text;
  // (6 / 7 + 1 / 2) / 2
  EXPECT_NE(text.find("\nmean over 2 classes "), std::string::npos) << text;
  EXPECT_NE(text.find(" 0.6786 "), std::string::npos) << text;
  const auto json = nlohmann::json::parse(this->MakeReport().ToJson());
  EXPECT_EQ(json["class names"][2], "spleen");
  EXPECT_TRUE(json["classes"]["3"].is_null() || json["classes"]["3"].empty());
  EXPECT_EQ(json["mean over classes"]["Dice"]["classes"], 2);
  EXPECT_NEAR(json["mean over classes"]["Dice"]["mean"].get<double>(), (6.0 / 7.0 + 0.5) / 2.0, 1e-12);
  EXPECT_NEAR(json["images"][2]["mean over classes"]["Dice"].get<double>(), (6.0 / 7.0 + 0.5) / 2.0, 1e-12);
  EXPECT_FALSE(json["images"][0].contains("mean over classes"));
  const std::string csv = this->MakeReport().ToCsv();
  EXPECT_EQ(csv.rfind("image,class,name,Dice,", 0), 0u) << csv;
  EXPECT_NE(csv.find("\nclasses,1,liver,0.857142857,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\nclasses,mean,,0.678571429,"), std::string::npos) << csv;
  EXPECT_EQ(csv.find("kidney"), std::string::npos) << csv;
}
