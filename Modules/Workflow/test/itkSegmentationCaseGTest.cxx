// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFolder.h"
#include "itkSegmentationCase.h"
#include "itkDicomTestFiles.h"
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

TEST_F(SegmentationCase, SeriesOfSlicesAreImagesWhereThatIsAskedFor)
{
  const auto write = [&](const std::string & prefix, const std::vector<itk::Test::DicomSlice> & slices)
  {
    for (std::size_t i = 0; i < slices.size(); ++i)
    {
      this->Make("study/" + prefix + std::to_string(i) + ".dcm", MakeDicomFile(slices[i]));
    }
  };
  itk::Test::DicomSlice like;
  write("a", itk::Test::MakeDicomStack({ 0, 1, 2 }, 2, like));
  like.Series = "1.2.4";
  like.Number = "7";
  like.Description = "T1/axial (Gd)";
  write("p 1/s/b", itk::Test::MakeDicomStack({ 0, 1 }, 2, like));
  like.Series = "1.2.5";
  write("p 1/s/c", itk::Test::MakeDicomStack({ 0, 1 }, 2, like));
  like.Series = "1.2.6";
  write("single", { like });
  like.Series = "1.2.7";
  write("p 1/x.y/single", { like });
  this->Make("study/README.txt", "no image");
  this->Make("study/report.dcm", std::string(128, '\0') + "DICM" + itk::Test::MakeDicomElement(0x00080060, "CS", "SR"));
  const auto list = [&](bool takesSeries)
  {
    Cases cases;
    for (const auto & each : itk::ListSegmentationCases(In("study"), { In("out"), "", false, takesSeries }))
    {
      cases.push_back(each.Name + ">" + fs::path(each.Input).lexically_relative(m_Folder).string() + ">" +
                      fs::path(each.Output).lexically_relative(m_Folder).string());
    }
    return cases;
  };
  EXPECT_EQ(list(false),
            (Cases{ "a0.dcm>study/a0.dcm>out/a0.nrrd",
                    "a1.dcm>study/a1.dcm>out/a1.nrrd",
                    "a2.dcm>study/a2.dcm>out/a2.nrrd",
                    "report.dcm>study/report.dcm>out/report.nrrd",
                    "single0.dcm>study/single0.dcm>out/single0.nrrd" }));
  this->Make("study/copy-of-a1.dcm", itk::Test::ReadFileBytes(In("study/a1.dcm")));
  EXPECT_EQ(list(true),
            (Cases{ "single0.dcm>study/single0.dcm>out/single0.nrrd",
                    "1-CT>study#1.2.3>out/1-CT.nrrd",
                    "p-1-s-7-T1-axial-Gd>study/p 1/s#1.2.4>out/p-1-s-7-T1-axial-Gd.nrrd",
                    "p-1-s-7-T1-axial-Gd-2>study/p 1/s#1.2.5>out/p-1-s-7-T1-axial-Gd-2.nrrd",
                    "p-1-x.y-single0>study/p 1/x.y/single0.dcm>out/p-1-x.y-single0.nrrd" }));
  EXPECT_EQ(this->ProblemOf("study", { In("study/p 1/s"), "", false, true }),
            "The outputs of " + In("study/p 1/s") + " must go to another folder; otherwise they would become inputs.");

  // Beside other images, as ever.
  this->Make("study/b.png", "no slice");
  EXPECT_EQ(list(true),
            (Cases{ "b.png>study/b.png>out/b.png",
                    "single0.dcm>study/single0.dcm>out/single0.nrrd",
                    "1-CT>study#1.2.3>out/1-CT.nrrd" }));
}

TEST_F(SegmentationCase, ASeriesOfAListIsNamedLikeAFile)
{
  this->Make("list.csv", "image\nct/p1\nct/p2#3\nct/p2#1.2.5\n");
  fs::create_directories(In("ct/p1"));
  fs::create_directories(In("ct/p2"));
  EXPECT_EQ(this->List("list.csv", { In("out"), "", false }),
            (Cases{ "ct/p1>out/p1.nrrd", "ct/p2#3>out/p2-3.nrrd", "ct/p2#1.2.5>out/p2-1.2.5.nrrd" }));
}
