// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageLabelPairs.h"

#include "itkMacro.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace
{
class ImageLabelPairs : public ::testing::Test
{
protected:
  void
  SetUp() override
  {
    const auto * test = ::testing::UnitTest::GetInstance()->current_test_info();
    m_Folder = std::filesystem::temp_directory_path() / (std::string("itkImageLabelPairs-") + test->name());
    std::filesystem::create_directories(m_Folder);
  }

  void
  TearDown() override
  {
    std::filesystem::remove_all(m_Folder);
  }

  std::string
  Write(const std::string & text) const
  {
    const auto file = m_Folder / "pairs.csv";
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }

  std::string
  In(const std::string & name) const
  {
    return (m_Folder / name).string();
  }

  std::string
  MessageFor(const std::string & text) const
  {
    const std::string file = Write(text);
    try
    {
      itk::ReadImageLabelPairs(file);
    }
    catch (const itk::ExceptionObject & error)
    {
      EXPECT_NE(std::string(error.GetDescription()).find(file), std::string::npos) << error.GetDescription();
      return error.GetDescription();
    }
    ADD_FAILURE() << "no exception for: " << text;
    return "";
  }

  std::filesystem::path m_Folder;
};
} // namespace

TEST_F(ImageLabelPairs, RelativeNamesAreTakenFromTheFolderOfTheTable)
{
  const auto pairs =
    itk::ReadImageLabelPairs(Write("image,label,fold\nimages/a.png,labels/a.png,3\n/b.png,/c.png,0\n"));
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].Image, In("images/a.png"));
  EXPECT_EQ(pairs[0].Label, In("labels/a.png"));
  EXPECT_EQ(pairs[0].Fold, 3);
  EXPECT_EQ(pairs[1].Image, "/b.png");
  EXPECT_EQ(pairs[1].Label, "/c.png");
  EXPECT_EQ(pairs[1].Fold, 0);
}

TEST_F(ImageLabelPairs, QuotesSpacesLineEndsAndByteOrderMarkAreTolerated)
{
  const auto pairs = itk::ReadImageLabelPairs(Write(
    "\xEF\xBB\xBF fold , image,\"label\" \r\n\r\n 7 , \"a, \"\"1\"\".png\" ,  b c.png  \r\n   \r\n8,d.png,e.png"));
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].Image, In("a, \"1\".png"));
  EXPECT_EQ(pairs[0].Label, In("b c.png"));
  EXPECT_EQ(pairs[0].Fold, 7);
  EXPECT_EQ(pairs[1].Label, In("e.png"));
  EXPECT_EQ(pairs[1].Fold, 8);
}

TEST_F(ImageLabelPairs, MissingFoldColumnMeansFoldZeroAndOtherColumnsAreIgnored)
{
  const auto pairs = itk::ReadImageLabelPairs(Write("image,category,label\na.png,fluo,b.png\n"));
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].Label, In("b.png"));
  EXPECT_EQ(pairs[0].Fold, 0);
}

TEST_F(ImageLabelPairs, ErrorsNameTheLine)
{
  EXPECT_NE(MessageFor("image,label,fold\na,b,1\na,b\n").find("line 3: 2 fields"), std::string::npos);
  EXPECT_NE(MessageFor("image,label,fold\n\na,b,x\n").find("line 3: fold must be"), std::string::npos);
  EXPECT_NE(MessageFor("image,label,fold\na,b,-1\n").find("'-1'"), std::string::npos);
  EXPECT_NE(MessageFor("image,label,fold\na,b,\n").find("line 2"), std::string::npos);
  EXPECT_NE(MessageFor("image,label,fold\na,,1\n").find("line 2: no label"), std::string::npos);
  EXPECT_NE(MessageFor("image,label,fold\n\"a,b,1\n").find("not closed"), std::string::npos);
  EXPECT_NE(MessageFor("image,label,fold\n\"a\"x,b,1\n").find("expected a comma"), std::string::npos);
}

TEST_F(ImageLabelPairs, ErrorsNameTheMissingColumn)
{
  const std::string message = MessageFor("image,mask,fold\na,b,1\n");
  EXPECT_NE(message.find("'label'"), std::string::npos);
  EXPECT_NE(message.find("image, mask, fold"), std::string::npos);
}

TEST_F(ImageLabelPairs, EmptyTableAndMissingFileAreErrors)
{
  MessageFor("");
  MessageFor("image,label,fold\n");
  EXPECT_THROW(itk::ReadImageLabelPairs(In("absent.csv")), itk::ExceptionObject);
}
