// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTrainingSetReport.h"
#include "itkFolderTest.h"
#include "itkRandomField.h"
#include "itkTestHelpers.h"
#include "itkWriteImageFile.h"
#include <nlohmann/json.hpp>
#include <gtest/gtest.h>
#include <thread>

namespace
{
using namespace itk::Test;
using Severity = itk::TrainingSetSeverity;

/** Makes a table with its images and labels. */
class TrainingSetReport : public FolderTest
{
protected:
  template <typename TPixel = unsigned char>
  std::string
  WriteImage(const std::string & name, const FieldType * field) const
  {
    using ImageType = itk::Image<TPixel, 2>;
    auto image = ImageType::New();
    image->SetRegions(field->GetBufferedRegion().GetSize());
    image->Allocate();
    std::transform(field->GetBufferPointer(),
                   field->GetBufferPointer() + field->GetBufferedRegion().GetNumberOfPixels(),
                   image->GetBufferPointer(),
                   [](float value) { return static_cast<TPixel>(value); });
    itk::WriteImageFile(image.GetPointer(), this->In(name), 1);
    return name;
  }

  /** Objects 1, 2, … as squares of 8 pixels on a grid; as many as fit. */
  std::string
  WriteObjects(const std::string & name, std::size_t width, std::size_t height) const
  {
    return this->WriteImage<unsigned short>(name,
                                            MakeFieldOf(width,
                                                        height,
                                                        [=](std::size_t x, std::size_t y)
                                                        {
                                                          const bool isGap = x % 10 >= 8 || y % 10 >= 8;
                                                          return isGap ? 0 : 1 + x / 10 + y / 10 * ((width + 9) / 10);
                                                        }));
  }

  std::string
  WriteLabel(const std::string & name, std::size_t width, std::size_t height, int label) const
  {
    return this->WriteImage(
      name,
      MakeFieldOf(
        width, height, [=](std::size_t x, std::size_t y) { return x < width / 2 || y < height / 2 ? label : 0; }));
  }

  void
  AddRow(const std::string & image, const std::string & label, int fold = 0)
  {
    m_Table += image + ',' + label + ',' + std::to_string(fold) + '\n';
  }

  /** An image like no other, with objects. */
  void
  AddGoodRow(int fold = 0)
  {
    const std::string number = std::to_string(++m_Number);
    this->AddRow(this->WriteImage(number + ".png", MakeRandomField(1000 + m_Number, 96, 80)),
                 this->WriteObjects(number + "-labels.png", 96, 80),
                 fold);
  }

  itk::TrainingSetReport
  Report(const itk::TrainingSetOptions & options = {})
  {
    WriteFileBytes(this->In("pairs.csv"), m_Table);
    return itk::TrainingSetReport(this->In("pairs.csv"), options, {});
  }

  /** The problem of a kind, of which there must be one. */
  itk::TrainingSetProblem
  Only(const itk::TrainingSetReport & report, const std::string & kind) const
  {
    itk::TrainingSetProblem found;
    std::size_t             count = 0;
    for (const auto & problem : report.GetProblems())
    {
      if (problem.Kind == kind)
      {
        found = problem;
        ++count;
      }
    }
    EXPECT_EQ(count, 1u) << kind << " in\n" << report.ToText();
    return found;
  }

  std::string  m_Table{ "image,label,fold\n" };
  unsigned int m_Number{ 0 };
};
} // namespace

TEST_F(TrainingSetReport, AGoodSetHasNoProblem)
{
  for (int fold = 0; fold < 4; ++fold)
  {
    this->AddGoodRow(fold);
  }
  const auto report = this->Report();
  EXPECT_TRUE(report.GetProblems().empty()) << report.ToText();
  EXPECT_TRUE(report.GetFields().empty());
  ExpectContains(report.ToText(), "4 pairs in 4 folds");
  ExpectContains(report.ToText(), "objects: 320, in an image 80 to 80, median 80");
  // 80 squares of 64 pixels, of which those at the right have 6 columns.
  ExpectContains(report.ToText(), "Foreground      65");
  ExpectContains(report.ToText(), "0 errors, 0 warnings, 0 notes.");
}

TEST_F(TrainingSetReport, FilesThatCannotBeUsedAreErrorsOfTheirRows)
{
  this->AddGoodRow();
  this->AddRow("absent.png", "1-labels.png");
  WriteFileBytes(this->In("cut.png"), ReadFileBytes(this->In("1.png")).substr(0, 600));
  m_Table += "\n";
  this->AddRow("1.png", "cut.png");
  this->AddRow("1.png", this->WriteObjects("small.png", 95, 80));
  this->AddRow("absent.png", "also-absent.png");
  const auto report = this->Report();
  EXPECT_EQ(report.CountProblems(Severity::Error), 5u) << report.ToText();
  const auto text = report.ToText();
  ExpectContains(text, "pairs.csv:3: error: " + this->In("absent.png") + ": there is no such file. [image]");
  ExpectContains(text, "pairs.csv:5: error: " + this->In("cut.png") + ": ");
  ExpectContains(text, " [label]\n");
  ExpectContains(text, "pairs.csv:6: error: " + this->In("small.png") + ": it must have the grid of");
  ExpectContains(text, "pairs.csv:7: error: " + this->In("also-absent.png") + ": there is no such file. [label]");
}

TEST_F(TrainingSetReport, ColorsAndRealNumbersAreNoLabels)
{
  this->AddGoodRow();
  auto fraction = MakeRandomField(1, 96, 80);
  fraction->GetBufferPointer()[7] = 0.5f;
  this->AddRow("1.png", this->WriteImage<float>("fraction.mha", fraction));
  ExpectContains(this->Only(this->Report(), "label").Sentence, "but one is 0.5");
}

TEST_F(TrainingSetReport, EmptyFullAndFlatOnesAreWarnings)
{
  this->AddGoodRow();
  this->AddRow(this->WriteImage("flat.png", MakeFieldOf(96, 80, [](auto, auto) { return 7; })), "1-labels.png");
  this->AddGoodRow();
  this->WriteImage("2-labels.png", MakeFieldOf(96, 80, [](auto, auto) { return 0; }));
  this->AddGoodRow();
  this->WriteImage("3-labels.png", MakeFieldOf(96, 80, [](auto x, auto) { return 1 + x; }));
  const auto report = this->Report();
  EXPECT_EQ(report.CountProblems(Severity::Error), 0u) << report.ToText();
  EXPECT_EQ(this->Only(report, "flat-image").Pairs, (std::vector<std::size_t>{ 1 }));
  ExpectContains(this->Only(report, "flat-image").Sentence, "all its pixels are 7.");
  EXPECT_EQ(this->Only(report, "empty-label").Pairs, (std::vector<std::size_t>{ 2 }));
  EXPECT_EQ(this->Only(report, "full-label").Pairs, (std::vector<std::size_t>{ 3 }));
  EXPECT_EQ(this->Only(report, "full-label").Severity, Severity::Warning);
}

TEST_F(TrainingSetReport, AMaskAmongObjectsIsAWarningAndMasksAloneAreForeground)
{
  this->AddGoodRow();
  this->AddGoodRow();
  const auto mask = [](auto x, auto) { return x % 40 < 20 ? 255 : 0; };
  this->WriteImage("2-labels.png", MakeFieldOf(96, 80, mask));
  const auto problem = this->Only(this->Report(), "mask");
  EXPECT_EQ(problem.Pairs, (std::vector<std::size_t>{ 1 }));
  EXPECT_EQ(problem.Severity, Severity::Warning);

  this->WriteImage("1-labels.png", MakeFieldOf(96, 80, mask));
  const auto report = this->Report();
  EXPECT_TRUE(report.GetProblems().empty()) << report.ToText();
  ExpectContains(report.ToText(), "Labels          foreground");
  itk::TrainingSetOptions options;
  options.Labels = itk::LabelMeaning::Objects;
  EXPECT_EQ(this->Report(options).CountProblems(Severity::Warning), 2u);
}

TEST_F(TrainingSetReport, AClassThatAFoldLacksIsAWarningAndSharesAreCounted)
{
  const auto classes = [](std::size_t last) {
    return [last](std::size_t x, std::size_t y) { return y < 40 ? 0 : x < 48 ? 1 : last; };
  };
  for (int row = 0; row < 4; ++row)
  {
    this->AddGoodRow(row / 2);
    this->WriteImage(std::to_string(row + 1) + "-labels.png", MakeFieldOf(96, 80, classes(row < 2 ? 2 : 1)));
  }
  // Class 2 is in half of the label images only.
  itk::TrainingSetOptions options;
  options.Labels = itk::LabelMeaning::Classes;
  const auto report = this->Report(options);
  const auto problem = this->Only(report, "missing-class");
  EXPECT_EQ(problem.Pairs, (std::vector<std::size_t>{ 2 }));
  ExpectContains(problem.Sentence, "No label image of fold 1 has class 2");
  ExpectContains(report.ToText(), "Fold 0          2 pairs, foreground 50 %, class 1 25 %, class 2 25 %");
  ExpectContains(report.ToText(), "Fold 1          2 pairs, foreground 50 %, class 1 50 %");
}

TEST_F(TrainingSetReport, LabelsUpToNineInMostImagesAreClasses)
{
  for (int row = 0; row < 3; ++row)
  {
    this->AddGoodRow();
    this->WriteImage(std::to_string(row + 1) + "-labels.png",
                     MakeFieldOf(96, 80, [](auto x, auto y) { return y < 40 ? 0 : 1 + x / 48; }));
  }
  ExpectContains(this->Report().ToText(), "Labels          classes");
}

TEST_F(TrainingSetReport, TheSameImageInTwoFoldsIsLeakageAndInOneADuplicate)
{
  this->AddGoodRow(0);
  this->AddGoodRow(0);
  this->AddRow("1.png", "1-labels.png", 0);
  this->AddRow(this->WriteImage<float>("2.mha", MakeRandomField(1002, 96, 80)), "2-labels.png", 1);
  const auto report = this->Report();
  const auto duplicate = this->Only(report, "duplicate");
  EXPECT_EQ(duplicate.Severity, Severity::Warning);
  EXPECT_EQ(duplicate.Pairs, (std::vector<std::size_t>{ 2, 0 }));
  const auto leakage = this->Only(report, "leakage");
  EXPECT_EQ(leakage.Severity, Severity::Error);
  EXPECT_EQ(leakage.Pairs, (std::vector<std::size_t>{ 3, 1 }));
  ExpectContains(leakage.Sentence,
                 this->In("2.mha") + " has the same pixels as " + this->In("2.png") +
                   " of line 3; they are in folds 1 and 0.");
  EXPECT_EQ(report.GetFields(), (std::vector<std::vector<std::size_t>>{ { 0, 2 }, { 1, 3 } }));
}

TEST_F(TrainingSetReport, TheSameImageWithOtherLabelsIsNamed)
{
  this->AddGoodRow();
  this->AddRow("1.png", this->WriteLabel("other.png", 96, 80, 3));
  ExpectContains(this->Only(this->Report(), "other-labels").Sentence, "of line 2, but other labels.");
}

TEST_F(TrainingSetReport, TilesThatContinueEachOtherInDifferentFoldsAreLeakage)
{
  for (int row = 0; row < 3; ++row)
  {
    const auto        field = MakeRandomField(static_cast<unsigned int>(row), 256, 128);
    const std::string number = std::to_string(row);
    const int         fold = row == 1 ? 1 : 0;
    this->AddRow(this->WriteImage(number + "-left.png", CutTile(field, 0, 0, 128, 128)),
                 this->WriteObjects(number + "-left-labels.png", 128, 128),
                 fold);
    this->AddRow(this->WriteImage(number + "-right.png", CutTile(field, 128, 0, 128, 128)),
                 this->WriteObjects(number + "-right-labels.png", 128, 128),
                 0);
  }
  const auto report = this->Report();
  const auto leakage = this->Only(report, "leakage");
  EXPECT_EQ(leakage.Pairs, (std::vector<std::size_t>{ 2, 3 }));
  ExpectContains(leakage.Sentence, "1-left.png goes on at its right in");
  EXPECT_EQ(report.GetFields().size(), 3u);
}

TEST_F(TrainingSetReport, CopiesOfTilesDoNotHideThatTheyContinueEachOther)
{
  const auto field = MakeRandomField(1, 256, 128);
  const auto left = CutTile(field, 0, 0, 128, 128);
  const auto labels = this->WriteObjects("labels.png", 128, 128);
  this->AddRow(this->WriteImage("left.png", left), labels, 0);
  this->AddRow(this->WriteImage("copy.png", left), labels, 0);
  this->AddRow(this->WriteImage("right.png", CutTile(field, 128, 0, 128, 128)), labels, 1);
  ExpectContains(this->Only(this->Report(), "leakage").Sentence, "left.png goes on at its right in");
}

TEST_F(TrainingSetReport, ErrorsComeBeforeWarnings)
{
  this->AddGoodRow();
  this->AddRow("1.png", "1-labels.png");
  this->AddRow("absent.png", "1-labels.png");
  const auto problems = this->Report().GetProblems();
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].Kind, "image");
  EXPECT_EQ(problems[1].Kind, "duplicate");
}

TEST_F(TrainingSetReport, WhatDiffersInTheSetIsSaidOnceForItsRows)
{
  for (int row = 0; row < 5; ++row)
  {
    this->AddGoodRow();
  }
  const auto dark = MakeFieldOf(
    96, 80, [](std::size_t x, std::size_t y) { return x % 10 >= 8 || y % 10 >= 8 ? 60000 : 100 + (x * y * 37) % 211; });
  this->AddRow(this->WriteImage<unsigned short>("dark.png", dark), "1-labels.png");
  const auto report = this->Report();
  const auto type = this->Only(report, "component-type");
  EXPECT_EQ(type.Pairs, (std::vector<std::size_t>{ 5 }));
  EXPECT_EQ(type.Severity, Severity::Warning);
  ExpectContains(type.Sentence, "1 image has the component type unsigned_short, 5 have unsigned_char.");
  EXPECT_EQ(report.CountProblems(Severity::Warning), 1u) << report.ToText();

  this->AddRow(this->WriteImage("wide.png", MakeRandomField(5, 97, 80)), this->WriteObjects("wide-labels.png", 97, 80));
  const auto size = this->Only(this->Report(), "size");
  EXPECT_EQ(size.Severity, Severity::Note);
  ExpectContains(size.Sentence, "1 image has the size 97 x 80, 6 have 96 x 80.");
}

TEST_F(TrainingSetReport, VolumesAndPicturesInOneSetAreAnError)
{
  this->AddGoodRow();
  using VolumeType = itk::Image<short, 3>;
  auto volume = VolumeType::New();
  volume->SetRegions(itk::Size<3>{ { 20, 20, 20 } });
  volume->Allocate();
  for (int i = 0; i < 8000; ++i)
  {
    volume->GetBufferPointer()[i] = static_cast<short>(i * i % 101);
  }
  itk::WriteImageFile(volume.GetPointer(), this->In("volume.mha"));
  this->AddRow("volume.mha", "volume.mha");
  const auto report = this->Report();
  EXPECT_EQ(this->Only(report, "dimension").Severity, Severity::Error);
  EXPECT_EQ(this->Only(report, "same-file").Pairs, (std::vector<std::size_t>{ 1 }));
}

TEST_F(TrainingSetReport, VolumesAreComparedAlongTheAxesOfTheWorld)
{
  using VolumeType = itk::Image<short, 3>;
  // The same grid of 20 x 22 x 24 pixels, stored as LPS and, with its slices first, as SRA.
  const auto add = [this](const std::string & name, const VolumeType::SizeType & size, bool isSwapped)
  {
    auto volume = VolumeType::New();
    volume->SetRegions(size);
    volume->Allocate();
    for (std::size_t i = 0; i < 20 * 22 * 24; ++i)
    {
      volume->GetBufferPointer()[i] = static_cast<short>(i * i * (isSwapped ? 1 : 3) % 101);
    }
    VolumeType::SpacingType   spacing(0.5);
    VolumeType::DirectionType direction;
    direction.SetIdentity();
    spacing[isSwapped ? 0 : 2] = 3;
    if (isSwapped)
    {
      direction.Fill(0);
      direction[2][0] = 1;
      direction[0][1] = -1;
      direction[1][2] = -1;
    }
    volume->SetSpacing(spacing);
    volume->SetDirection(direction);
    itk::WriteImageFile(volume.GetPointer(), this->In(name));
    this->AddRow(name, name);
  };
  add("lps.mha", { { 20, 22, 24 } }, false);
  add("lps2.mha", { { 20, 22, 24 } }, false);
  add("sra.mha", { { 24, 20, 22 } }, true);
  const auto report = this->Report();
  EXPECT_EQ(this->Only(report, "orientation").Severity, Severity::Note);
  for (const auto & problem : report.GetProblems())
  {
    EXPECT_NE(problem.Kind, "spacing") << problem.Sentence;
    EXPECT_NE(problem.Kind, "size") << problem.Sentence;
  }
}

TEST_F(TrainingSetReport, DarkAndBrightForegroundsInOneSetAreNoted)
{
  const auto write = [&](const std::string & name, bool isBright)
  {
    const auto gray = [=](std::size_t x, std::size_t y)
    {
      const bool isForeground = x % 10 < 8 && y % 10 < 8;
      return (isForeground == isBright ? 200 : 100) + (x * 7 + y * name.size()) % 50;
    };
    this->WriteImage(name, MakeFieldOf(96, 80, gray));
  };
  for (int row = 0; row < 3; ++row)
  {
    this->AddGoodRow();
    write(std::to_string(row + 1) + ".png", row != 1);
  }
  const auto report = this->Report();
  EXPECT_EQ(this->Only(report, "polarity").Pairs, (std::vector<std::size_t>{ 1 }));
  ExpectContains(report.ToText(), "foreground brighter in 2 images, darker in 1, neither in 0");
}

TEST_F(TrainingSetReport, ThreadsDoNotChangeTheReport)
{
  for (int row = 0; row < 7; ++row)
  {
    this->AddGoodRow(row % 2);
  }
  this->AddRow("3.png", "3-labels.png", 1);
  this->AddRow("absent.png", "3-labels.png", 1);
  itk::TrainingSetOptions options;
  const std::string       one = this->Report(options).ToJson();
  options.NumberOfThreads = 5;
  EXPECT_EQ(this->Report(options).ToJson(), one);
}

TEST_F(TrainingSetReport, JsonNamesLinesOfProblemsAndRelatives)
{
  this->AddGoodRow(0);
  this->AddRow("1.png", "1-labels.png", 1);
  const auto json = nlohmann::json::parse(this->Report().ToJson());
  EXPECT_EQ(json.at("Errors"), 1);
  EXPECT_EQ(json.at("Problems")[0].at("Lines"), (nlohmann::json{ 3, 2 }));
  EXPECT_EQ(json.at("Relatives")[0].at("Kind"), "same-image");
  EXPECT_EQ(json.at("Relatives")[0].at("Folds"), (nlohmann::json{ 0, 1 }));
  EXPECT_EQ(json.at("Fields"), (nlohmann::json{ { 2, 3 } }));
  EXPECT_EQ(json.at("Pairs")[1].at("Size"), (nlohmann::json{ 96, 80 }));
}

TEST_F(TrainingSetReport, ProgressIsToldOnTheCallingThreadAndEndsAtOne)
{
  for (int row = 0; row < 5; ++row)
  {
    this->AddGoodRow();
  }
  this->Report();
  const auto              thread = std::this_thread::get_id();
  std::vector<double>     told;
  itk::TrainingSetOptions options;
  options.NumberOfThreads = 3;
  itk::TrainingSetReport(this->In("pairs.csv"),
                         options,
                         [&](double fraction)
                         {
                           EXPECT_EQ(std::this_thread::get_id(), thread);
                           told.push_back(fraction);
                         });
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), 1.0);
}

TEST_F(TrainingSetReport, AnAbortEndsTheReading)
{
  for (int row = 0; row < 5; ++row)
  {
    this->AddGoodRow();
  }
  this->Report();
  itk::TrainingSetOptions options;
  options.NumberOfThreads = 2;
  const auto abort = [](double) { throw itk::ProcessAborted(); };
  EXPECT_THROW(itk::TrainingSetReport(this->In("pairs.csv"), options, abort), itk::ProcessAborted);
}

TEST_F(TrainingSetReport, WhatIsWrongWithTheTableItselfIsThrown)
{
  ExpectContains(ProblemOf([&] { this->Report(); }), "lists no pair");
  m_Table = "image,truth\na.png,b.png\n";
  ExpectContains(ProblemOf([&] { this->Report(); }), "label");
}
