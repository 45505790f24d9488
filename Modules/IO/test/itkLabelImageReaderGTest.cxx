// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelImageReader.h"
#include "itkErrorSentence.h"
#include "itkFolderTest.h"
#include "itkTestHelpers.h"
#include "itkVectorImage.h"
#include "itkWriteImageFile.h"
#include <gtest/gtest.h>
#include <cmath>
#include <fstream>
#include <limits>

namespace
{
using Labels = std::vector<std::int64_t>;

class LabelImageReader : public itk::Test::FolderTest
{
protected:
  /** One row of pixels. */
  template <typename TPixel>
  void
  Write(const std::string & name, const std::vector<TPixel> & values, unsigned int components = 1) const
  {
    auto image = itk::VectorImage<TPixel, 2>::New();
    image->SetNumberOfComponentsPerPixel(components);
    image->SetRegions(itk::Size<2>{ { values.size() / components, 1 } });
    image->Allocate();
    std::copy(values.begin(), values.end(), image->GetBufferPointer());
    itk::WriteImageFile(image.GetPointer(), this->In(name));
  }

  Labels
  Read(const std::string & name, bool areColors = false) const
  {
    auto reader = itk::LabelImageReader<2>::New();
    reader->SetFileName(this->In(name));
    reader->SetColorsAreLabels(areColors);
    reader->Update();
    const auto * const labels = reader->GetOutput();
    return { labels->GetBufferPointer(),
             labels->GetBufferPointer() + labels->GetLargestPossibleRegion().GetNumberOfPixels() };
  }

  /** The sentence after the file's name. */
  std::string
  Sentence(const std::string & name, bool areColors = false) const
  {
    const std::string problem = itk::Test::ProblemOf([&] { this->Read(name, areColors); });
    const std::string begin = this->In(name) + ": ";
    EXPECT_EQ(problem.rfind(begin, 0), 0u) << problem;
    return problem.size() > begin.size() ? problem.substr(begin.size()) : problem;
  }

  /** Two layers of four pixels, as 3D Slicer writes them. */
  void
  WriteLayers(const std::string & name, const std::string & fields, const std::string & pixels) const
  {
    std::ofstream(this->In(name), std::ios::binary)
      << "NRRD0004\ntype: unsigned char\ndimension: 3\nspace dimension: 2\nsizes: 2 4 1\n"
         "space directions: none (0.5,0) (0,0.5)\nkinds: list domain domain\nencoding: raw\nspace origin: (0,0)\n"
      << fields << '\n'
      << pixels;
  }
};
} // namespace

TEST_F(LabelImageReader, EveryNumberTypeGivesTheSameLabels)
{
  this->Write<std::uint8_t>("u8.png", { 0, 7, 255 });
  EXPECT_EQ(this->Read("u8.png"), (Labels{ 0, 7, 255 }));
  this->Write<std::uint16_t>("u16.png", { 0, 7, 65535 });
  EXPECT_EQ(this->Read("u16.png"), (Labels{ 0, 7, 65535 }));
  this->Write<std::int16_t>("i16.mha", { 0, 7, 32767 });
  EXPECT_EQ(this->Read("i16.mha"), (Labels{ 0, 7, 32767 }));
  this->Write<std::uint32_t>("u32.nrrd", { 0, 7, 4294967295u });
  EXPECT_EQ(this->Read("u32.nrrd"), (Labels{ 0, 7, 4294967295 }));
  this->Write<std::int32_t>("i32.nii", { 0, 7, 2147483647 });
  EXPECT_EQ(this->Read("i32.nii"), (Labels{ 0, 7, 2147483647 }));
  this->Write<std::uint64_t>("u64.nrrd", { 0, 7, 1ull << 53 });
  EXPECT_EQ(this->Read("u64.nrrd"), (Labels{ 0, 7, 1ll << 53 }));
  this->Write<float>("f32.mha", { 0.0f, 7.0f, 16777216.0f });
  EXPECT_EQ(this->Read("f32.mha"), (Labels{ 0, 7, 16777216 }));
  this->Write<double>("f64.mha", { 0.0, 7.0, 0x1p53 });
  EXPECT_EQ(this->Read("f64.mha"), (Labels{ 0, 7, 1ll << 53 }));
}

TEST_F(LabelImageReader, WhatIsNoLabelIsRefusedWithItsValue)
{
  this->Write<float>("a.mha", { 0.0f, 0.99999994f });
  EXPECT_EQ(this->Sentence("a.mha"), "labels must be whole numbers, but one is 0.99999994.");
  this->Write<double>("b.mha", { 0.0, std::nan("") });
  EXPECT_EQ(this->Sentence("b.mha"), "labels must be whole numbers, but one is nan.");
  this->Write<double>("c.mha", { 0.0, HUGE_VAL });
  EXPECT_EQ(this->Sentence("c.mha"), "labels must be in [0, 2^53], but one is inf.");
  this->Write<short>("d.mha", { 0, -1 });
  EXPECT_EQ(this->Sentence("d.mha"), "labels must be in [0, 2^53], but one is -1.");
  this->Write<std::uint64_t>("e.nrrd", { 0, std::numeric_limits<std::uint64_t>::max() });
  EXPECT_EQ(this->Sentence("e.nrrd"), "labels must be in [0, 2^53], but one is 18446744073709551615.");
}

TEST_F(LabelImageReader, FormatsThatChangePixelsAreRefused)
{
  this->Write<std::uint8_t>("a.jpg", { 0, 255, 255, 0 });
  EXPECT_EQ(this->Sentence("a.jpg"),
            "labels must be stored as they are, but it is compressed by JPEG, which changes pixels.");
}

TEST_F(LabelImageReader, ColorsAreLabelsOnlyWhereThatIsSaid)
{
  // Blue, black, red, blue: blue is the smaller color.
  this->Write<std::uint8_t>("a.png", { 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 0, 9 }, 3);
  EXPECT_EQ(this->Sentence("a.png"), "labels must have 1 component, but have 3, red, green and blue.");
  EXPECT_EQ(this->Read("a.png", true), (Labels{ 1, 0, 2, 1 }));
  this->Write<std::uint8_t>("gray.png", { 0, 7 });
  EXPECT_EQ(this->Read("gray.png", true), (Labels{ 0, 7 })) << "numbers, in a set that also has colors";
  this->Write<std::uint16_t>("words.png", { 0, 0, 9, 0, 0, 0 }, 3);
  EXPECT_EQ(this->Sentence("words.png", true),
            "labels that are colors must have 3 components of 8 bits, but have 3 of 16.");
}

TEST_F(LabelImageReader, WhatIsTransparentIsBackground)
{
  // White but transparent, half transparent red, opaque red.
  this->Write<std::uint8_t>("a.png", { 255, 255, 255, 0, 9, 0, 0, 128, 9, 0, 0, 255 }, 4);
  EXPECT_EQ(this->Read("a.png", true), (Labels{ 0, 1, 1 }));
  this->Write<std::uint8_t>("gray.png", { 7, 0, 5, 255 }, 2);
  EXPECT_EQ(this->Read("gray.png"), (Labels{ 0, 5 }));
}

TEST_F(LabelImageReader, LayersAreMergedAndSegmentsKeepDistinctNumbers)
{
  this->WriteLayers("a.seg.nrrd",
                    "Segment0_ID:=s0\nSegment0_Layer:=0\nSegment0_LabelValue:=3\nSegment0_Name:=liver\n"
                    "Segment1_ID:=s1\nSegment1_Layer:=1\nSegment1_LabelValue:=5\nSegment1_Name:=tumor\n",
                    std::string("\3\0\0\5\0\0\3\0", 8));
  auto reader = itk::LabelImageReader<2>::New();
  reader->SetFileName(this->In("a.seg.nrrd"));
  reader->Update();
  EXPECT_EQ(this->Read("a.seg.nrrd"), (Labels{ 3, 5, 0, 3 }));
  EXPECT_EQ(reader->GetNames(), (std::map<std::int64_t, std::string>{ { 3, "liver" }, { 5, "tumor" } }));
  EXPECT_EQ(reader->GetOutput()->GetSpacing()[0], 0.5);
}

TEST_F(LabelImageReader, SegmentsOfOneNumberAreNumberedInTheirOrder)
{
  this->WriteLayers("a.seg.nrrd",
                    "Segment0_ID:=s0\nSegment0_Layer:=1\nSegment0_LabelValue:=1\nSegment0_Name:=tumor\n"
                    "Segment1_ID:=s1\nSegment1_Layer:=0\nSegment1_LabelValue:=1\nSegment1_Name:=liver\n",
                    std::string("\1\0\0\1\0\0\1\0", 8));
  EXPECT_EQ(this->Read("a.seg.nrrd"), (Labels{ 2, 1, 0, 2 }));
  // Without a description, in the order of the layers.
  this->WriteLayers("b.seg.nrrd", "", std::string("\1\0\0\1\0\0\1\0", 8));
  EXPECT_EQ(this->Read("b.seg.nrrd"), (Labels{ 1, 2, 0, 1 }));
}

TEST_F(LabelImageReader, SegmentsThatOverlapAreRefusedByTheirNames)
{
  this->WriteLayers("a.seg.nrrd",
                    "Segment0_ID:=s0\nSegment0_Layer:=0\nSegment0_LabelValue:=1\nSegment0_Name:=liver\n"
                    "Segment1_ID:=s1\nSegment1_Layer:=1\nSegment1_LabelValue:=2\nSegment1_Name:=tumor\n",
                    std::string("\1\0\1\2\0\0\1\0", 8));
  EXPECT_EQ(this->Sentence("a.seg.nrrd"), "its segments overlap, so that they are no labels: liver and tumor.");
}

TEST_F(LabelImageReader, LayersAndNumbersOfSegmentsMustBeWholeNumbersOfTheirRanges)
{
  const auto problem = [this](const std::string & layer, const std::string & value)
  {
    this->WriteLayers("a.seg.nrrd",
                      "Segment0_ID:=s0\nSegment0_Layer:=" + layer + "\nSegment0_LabelValue:=" + value + '\n',
                      std::string("\1\0\0\2\0\0\1\0", 8));
    return this->Sentence("a.seg.nrrd");
  };
  EXPECT_EQ(problem("2", "1"), "Segment0_Layer must be a whole number from 0 to 1, but is 2.");
  EXPECT_EQ(problem("-1", "1"), "Segment0_Layer must be a whole number from 0 to 1, but is -1.");
  EXPECT_EQ(problem("0", "1.5"),
            "Segment0_LabelValue must be a whole number from 0 to 9223372036854775807, but is 1.5.");
  EXPECT_EQ(problem("0", "one"),
            "Segment0_LabelValue must be a whole number from 0 to 9223372036854775807, but is one.");
}
