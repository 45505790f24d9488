// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkProgramProcess.h"

#include "itkFolderTest.h"
#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include "itkTestHelpers.h"
#include <nlohmann/json.hpp>
#include <random>

namespace
{
using ImageType = itk::Image<unsigned char, 2>;
using itk::Test::ExpectContains;

/** Runs `itktorch check` on a table of three images with two objects each. */
class CheckCommand : public itk::Test::FolderTest
{
protected:
  void
  SetUp() override
  {
    FolderTest::SetUp();
    for (unsigned int row = 0; row < 3; ++row)
    {
      const std::string number = std::to_string(row + 1);
      std::mt19937      random(row);
      auto              image = ImageType::New();
      image->SetRegions(itk::Size<2>{ { 40, 40 } });
      image->Allocate();
      auto labels = ImageType::New();
      labels->SetRegions(itk::Size<2>{ { 40, 40 } });
      labels->Allocate(true);
      for (int i = 0; i < 1600; ++i)
      {
        const int x = i % 40;
        labels->GetBufferPointer()[i] = static_cast<unsigned char>(x < 10 ? 1 : x >= 20 && x < 30 ? 2 : 0);
        image->GetBufferPointer()[i] = static_cast<unsigned char>(random() % 50 + (x % 20 < 10 ? 100 : 0));
      }
      itk::WriteImage(image, this->In(number + ".png"));
      itk::WriteImage(labels, this->In(number + "-labels.png"));
      m_Table += number + ".png," + number + "-labels.png," + number + "\n";
    }
  }

  int
  Check(const std::vector<std::string> & options = {}) const
  {
    itk::Test::WriteFileBytes(this->In("pairs.csv"), m_Table);
    std::vector<std::string> arguments{ "check", this->In("pairs.csv") };
    arguments.insert(arguments.end(), options.begin(), options.end());
    return itk::Test::WaitForProgram(itk::Test::StartProgram(arguments, this->In("printed")));
  }
  std::string
  Printed() const
  {
    return itk::Test::ReadFileBytes(this->In("printed"));
  }
  std::string
  Said() const
  {
    return itk::Test::ReadFileBytes(this->In("printed.log"));
  }

  std::string m_Table{ "image,label,fold\n" };
};
} // namespace

TEST_F(CheckCommand, AGoodSetHasStatus0)
{
  EXPECT_EQ(this->Check({ "--labels", "objects", "--strict" }), 0) << this->Printed() << this->Said();
  ExpectContains(this->Printed(), "3 pairs in 3 folds");
  ExpectContains(this->Printed(), "0 errors, 0 warnings, 0 notes.");
  ExpectContains(this->Said(), "Checking: 100 %");
}

TEST_F(CheckCommand, AnErrorHasStatus1AndAWarningOnlyWhereItIsAskedFor)
{
  m_Table += "1.png,2-labels.png,1\n";
  EXPECT_EQ(this->Check(), 0);
  ExpectContains(this->Printed(), "pairs.csv:5: warning: ");
  ExpectContains(this->Printed(), " [duplicate]");
  EXPECT_EQ(this->Check({ "--strict" }), 1);
  ExpectContains(this->Said(), "errors: 0, warnings: 1.");
  m_Table += "1.png,1-labels.png,2\n";
  EXPECT_EQ(this->Check(), 1);
  ExpectContains(this->Printed(), "pairs.csv:6: error: ");
  ExpectContains(this->Said(), "itktorch: ");
}

TEST_F(CheckCommand, ADamagedFileIsAnErrorOfItsRowOnly)
{
  itk::Test::WriteFileBytes(this->In("broken.png"), itk::Test::ReadFileBytes(this->In("1.png")).substr(0, 300));
  m_Table += "broken.png,1-labels.png,2\n";
  EXPECT_EQ(this->Check({ "--threads", "2" }), 1);
  ExpectContains(this->Printed(), "pairs.csv:5: error: " + this->In("broken.png") + ": ");
  ExpectContains(this->Printed(), "1 error, 0 warnings");
}

TEST_F(CheckCommand, JsonGoesToAFileOrToStandardOutput)
{
  EXPECT_EQ(this->Check({ "--json", this->In("report.json") }), 0);
  const auto file = nlohmann::json::parse(itk::Test::ReadFileBytes(this->In("report.json")));
  EXPECT_EQ(file.at("Pairs").size(), 3u);
  ExpectContains(this->Printed(), "3 pairs");
  EXPECT_EQ(this->Check({ "--json", "-" }), 0);
  EXPECT_EQ(nlohmann::json::parse(this->Printed()), file);
}

TEST_F(CheckCommand, TheSheetIsWrittenAlsoWhereThereAreErrors)
{
  m_Table += "absent.png,1-labels.png,2\n";
  EXPECT_EQ(this->Check({ "--sheet", this->In("sheet.png"), "--sheet-images", "2" }), 1);
  const auto sheet = itk::ReadImage<itk::Image<unsigned char, 2>>(this->In("sheet.png"));
  // Two columns of 288 pixels with margins of 16.
  EXPECT_EQ(sheet->GetBufferedRegion().GetSize(0), 624u);
}

TEST_F(CheckCommand, WhatCannotBeCheckedOrWrittenIsSaidBeforeAnythingIsRead)
{
  const auto refuse = [&](const std::vector<std::string> & options, int status, const std::string & sentence)
  {
    EXPECT_EQ(this->Check(options), status) << sentence;
    const std::string said = this->Said();
    ExpectContains(said, sentence);
    EXPECT_EQ(said.find("Checking"), std::string::npos);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  };
  refuse({ "--sheet", this->In("none/sheet.png") }, 1, "Cannot write " + this->In("none/sheet.png"));
  refuse({ "--sheet", this->In("sheet.abc") }, 1, "its file extension");
  refuse({ "--sheet", this->In("1.png") }, 1, this->In("1.png"));
  refuse({ "--json", this->In("2-labels.png") }, 1, this->In("2-labels.png"));
  refuse({ "--json", this->In("pairs.csv") }, 1, this->In("pairs.csv"));
  refuse({ "--json", this->In("a.png"), "--sheet", this->In("a.png") }, 1, this->In("a.png"));
  refuse({ "--sheet-images", "0" }, 2, "--sheet-images");
  refuse({ "--labels", "cells" }, 2, "--labels");
  m_Table = "image,label\n";
  refuse({}, 1, "lists no pair of image and label.");
  m_Table = "picture,label\n1.png,1-labels.png\n";
  refuse({}, 1, "image");
  m_Table = "image,label\n1.png\n";
  refuse({}, 1, "line 2");
  EXPECT_FALSE(std::filesystem::exists(this->In("sheet.png")));
}
