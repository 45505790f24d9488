// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFolder.h"
#include "itkSegmentationCase.h"
#include "itkFolderTest.h"
#include "itkImageFileReader.h" // with the formats that are registered where it is included
#include <gtest/gtest.h>
#include <filesystem>
#include <fstream>

namespace
{
namespace fs = std::filesystem;

class SegmentationCase : public itk::Test::FolderTest
{
protected:
  void
  Make(const std::string & name, const std::string & content = "") const
  {
    fs::create_directories(fs::path(In(name)).parent_path());
    std::ofstream(In(name)) << content;
  }

  // "name>output", with the outputs as seen from the folder of the test.
  std::vector<std::string>
  List(const std::string & name, const itk::SegmentationCaseOptions & options) const
  {
    std::vector<std::string> found;
    for (const auto & each : itk::ListSegmentationCases(In(name), options))
    {
      EXPECT_EQ(fs::path(each.Input).filename(), fs::path(each.Name).filename());
      found.push_back(each.Name + ">" + fs::path(each.Output).lexically_normal().lexically_relative(m_Folder).string());
    }
    return found;
  }

  std::string
  ProblemOf(const std::string & name, const itk::SegmentationCaseOptions & options) const
  {
    return itk::Test::ProblemOf([&] { this->List(name, options); });
  }
};

using Cases = std::vector<std::string>;
} // namespace

TEST_F(SegmentationCase, AFolderGivesItsImagesSortedByName)
{
  for (const std::string name :
       { "b.png", "a.nii.gz", "B.nrrd", "c.d.mha", "README.md", "pairs.csv", "a.png.json", "e" })
  {
    this->Make("images/" + name);
  }
  EXPECT_EQ(this->List("images", { In("out"), "", false }),
            (Cases{ "B.nrrd>out/B.nrrd", "a.nii.gz>out/a.nii.gz", "b.png>out/b.png", "c.d.mha>out/c.d.mha" }));
  EXPECT_EQ(this->List("images", { In("out"), ".mha", false }),
            (Cases{ "B.nrrd>out/B.mha", "a.nii.gz>out/a.mha", "b.png>out/b.mha", "c.d.mha>out/c.d.mha" }));
}

TEST_F(SegmentationCase, WhatIsNoImageOfTheFolderIsLeftOut)
{
  this->Make("images/a.png");
  // Outputs of an earlier run, temporary files of a killed one, and the pixels that belong to a header.
  this->Make("images/out/a.png");
  this->Make("images/.partial-x/a.png");
  this->Make("images/.hidden.png");
  fs::create_directory(In("images/folder.png"));
  for (const std::string name : { "b.hdr", "b.img", "c.img", "d.mhd", "d.zraw", "e.hdr", "e.img.gz" })
  {
    this->Make("images/" + name);
  }
  EXPECT_EQ(this->List("images", { In("images/out"), ".nrrd", false }),
            (Cases{ "a.png>images/out/a.nrrd",
                    "b.hdr>images/out/b.nrrd",
                    "c.img>images/out/c.nrrd",
                    "d.mhd>images/out/d.nrrd",
                    "e.hdr>images/out/e.nrrd" }));
}

TEST_F(SegmentationCase, AnOutputKeepsAFormatThatHoldsIt)
{
  EXPECT_EQ(itk::GetImageEnding("a/b.c/x.y.nii.gz"), ".nii.gz");
  EXPECT_EQ(itk::GetImageEnding("x.PNG"), ".PNG");
  EXPECT_EQ(itk::GetImageEnding("a.b/x"), "");
  for (const std::string name : { "x.mha", "x.nii.gz", "x.NRRD", "x.png" })
  {
    EXPECT_EQ(itk::GetSegmentationEnding(name, false), itk::GetImageEnding(name));
  }
  for (const std::string name : { "x.jpg", "x.tif", "x.bmp", "x.gz", "x" })
  {
    EXPECT_EQ(itk::GetSegmentationEnding(name, false), ".nrrd");
  }
  // A PNG holds no real numbers.
  EXPECT_EQ(itk::GetSegmentationEnding("x.png", true), ".nrrd");
  EXPECT_EQ(itk::GetSegmentationEnding("x.mha", true), ".mha");
}

TEST_F(SegmentationCase, AListNamesImagesAndOutputsFromItsFolder)
{
  this->Make("lists/list.csv", "output,note,image\nout/1.nrrd,x,p1/a.png\n../2.mha,y," + In("b.jpg") + "\n");
  EXPECT_EQ(this->List("lists/list.csv", {}), (Cases{ "p1/a.png>lists/out/1.nrrd", In("b.jpg") + ">2.mha" }));
  EXPECT_EQ(itk::ListSegmentationCases(In("lists/list.csv"), {})[0].Input, In("lists/p1/a.png"));
  EXPECT_EQ(this->List("lists/list.csv", { In("far"), "", false }),
            (Cases{ "p1/a.png>far/out/1.nrrd", In("b.jpg") + ">2.mha" }));
}

TEST_F(SegmentationCase, AListWithoutOutputsNeedsAFolder)
{
  this->Make("list.csv", "image\np1/a.png\nb.jpg\n");
  EXPECT_EQ(this->List("list.csv", { In("out"), "", false }), (Cases{ "p1/a.png>out/a.png", "b.jpg>out/b.nrrd" }));
  EXPECT_EQ(this->ProblemOf("list.csv", {}),
            In("list.csv") + " has no column 'output', so a folder for the outputs must be given.");
}

TEST_F(SegmentationCase, TwoImagesHaveTwoOutputs)
{
  this->Make("list.csv", "image,output\na.png,x.png\nb.png,y.png\nc.png,out/../x.png\n");
  EXPECT_EQ(this->ProblemOf("list.csv", {}),
            In("out/../x.png") + " must be the output of one image, but is that of " + In("a.png") + " and " +
              In("c.png") + ".");
  this->Make("names.csv", "image\np1/a.png\np2/a.png\n");
  EXPECT_EQ(this->ProblemOf("names.csv", { In("out"), "", false }),
            In("out/a.png") + " must be the output of one image, but is that of " + In("p1/a.png") + " and " +
              In("p2/a.png") + ".");
  // Through another name of the folder.
  fs::create_directory(In("real"));
  fs::create_directory_symlink(In("real"), In("link"));
  this->Make("linked.csv", "image,output\na.png,real/x.png\nb.png,link/x.png\n");
  EXPECT_NE(this->ProblemOf("linked.csv", {}), "");
  this->Make("images/a.jpg");
  this->Make("images/a.tif");
  EXPECT_NE(this->ProblemOf("images", { In("out"), "", false }), "");
}

TEST_F(SegmentationCase, NoOutputIsAnImageOfTheList)
{
  this->Make("list.csv", "image,output\na.png,b.png\n./x/../b.png,c.png\n");
  EXPECT_EQ(this->ProblemOf("list.csv", {}),
            In("b.png") + " must not be one of the images, as it is the output of " + In("a.png") + ".");
  this->Make("images/a.jpg");
  EXPECT_EQ(this->ProblemOf("images", { In("images/../images"), "", false }),
            "The outputs of " + In("images") + " must go to another folder; otherwise they would become inputs.");
}

TEST_F(SegmentationCase, NoImageIsOneSentence)
{
  this->Make("images/README.md");
  EXPECT_EQ(this->ProblemOf("images", { In("out"), "", false }),
            In("images") + " must hold at least 1 image, but there are 0.");
  this->Make("list.csv", "image,output\n");
  EXPECT_EQ(this->ProblemOf("list.csv", {}), In("list.csv") + " must name at least 1 image, but there are 0.");
  this->Make("gap.csv", "image,output\na.png,b.png\nc.png,\n");
  EXPECT_EQ(this->ProblemOf("gap.csv", {}), In("gap.csv") + ", line 3: no output file is named.");
  this->Make("column.csv", "file\na.png\n");
  EXPECT_EQ(this->ProblemOf("column.csv", {}),
            In("column.csv") + " has no column 'image'; its first line names: file.");
}

TEST_F(SegmentationCase, FoldersAndListsAreManyImages)
{
  this->Make("images.png/a.png");
  EXPECT_TRUE(itk::NamesManyImages(In("images.png")));
  EXPECT_TRUE(itk::NamesManyImages("absent.CSV"));
  EXPECT_FALSE(itk::NamesManyImages("absent.png"));
  EXPECT_FALSE(itk::NamesManyImages("absent"));
}
