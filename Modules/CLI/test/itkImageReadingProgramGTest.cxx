// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageReadingProgram.h"
#include "itkDicomTestFiles.h"
#include "itkErrorSentence.h"
#include "itkFolderTest.h"
#include "itkLabelImageReader.h"
#include "itkTestHelpers.h"
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"
#include <gtest/gtest.h>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>

namespace
{
using ColorImage = itk::VectorImage<unsigned char, 2>;

class ImageReadingProgram : public itk::Test::FolderTest
{
protected:
  void
  SetUp() override
  {
    FolderTest::SetUp();
    auto image = ColorImage::New();
    image->SetNumberOfComponentsPerPixel(4);
    image->SetRegions(itk::Size<2>{ { 5, 7 } });
    image->Allocate();
    for (std::size_t i = 0; i < 5 * 7 * 4; ++i)
    {
      image->GetBufferPointer()[i] = static_cast<unsigned char>(7 * i + 1);
    }
    itk::WriteImageFile(image.GetPointer(), this->In("a.png"));
    itk::WriteImageFile(image.GetPointer(), this->In("a.mha"));
    std::ofstream(this->In("layers.seg.nrrd"), std::ios::binary)
      << "NRRD0004\ntype: unsigned char\ndimension: 3\nspace dimension: 2\nsizes: 2 4 1\n"
         "space directions: none (0.5,0) (0,0.5)\nkinds: list domain domain\nencoding: raw\nspace origin: (1,2)\n"
         "Segment0_ID:=s0\nSegment0_Layer:=0\nSegment0_LabelValue:=3\nSegment0_Name:=liver\n\n"
      << std::string("\3\0\0\5\0\0\3\0", 8);
  }
  void
  TearDown() override
  {
    itk::SetImageReadingProgram({});
    FolderTest::TearDown();
  }

  static void
  UseProgram()
  {
    itk::SetImageReadingProgram({ ITKTORCH_PROGRAM, "read-images" });
  }

  std::string
  Problem(const std::string & name) const
  {
    return itk::Test::ProblemOf([&] { itk::ReadVerifiedImage<ColorImage>(this->In(name)); });
  }

  /** Processes that this one has started. */
  static std::vector<pid_t>
  GetChildren()
  {
    std::vector<pid_t> children;
    const std::string  self = std::to_string(getpid());
    std::ifstream      file("/proc/" + self + "/task/" + self + "/children");
    for (pid_t child = 0; file >> child;)
    {
      children.push_back(child);
    }
    return children;
  }
};
} // namespace

TEST_F(ImageReadingProgram, AnotherProcessGivesWhatThisOneDoes)
{
  const auto describe = [&](const std::string & name)
  {
    auto reader = itk::VerifiedImageReader<ColorImage>::New();
    reader->SetFileName(this->In(name));
    reader->Update();
    std::ostringstream text;
    const auto         region = reader->GetOutput()->GetLargestPossibleRegion();
    text << region.GetIndex() << region.GetSize() << reader->GetOutput()->GetSpacing()
         << reader->GetOutput()->GetOrigin() << reader->GetOutput()->GetDirection() << reader->GetInformation().Format
         << reader->GetInformation().Compression << reader->GetInformation().SpacingSource
         << itk::HasUnknownSpacing(reader->GetOutput()->GetMetaDataDictionary());
    for (const std::string & note : reader->GetInformation().Notes)
    {
      text << note;
    }
    const auto * const pixels = reader->GetOutput()->GetBufferPointer();
    return text.str() + std::string(pixels, pixels + 35 * reader->GetOutput()->GetNumberOfComponentsPerPixel());
  };
  const auto readLabels = [&]
  {
    auto reader = itk::LabelImageReader<2>::New();
    reader->SetFileName(this->In("layers.seg.nrrd"));
    reader->Update();
    const auto * const labels = reader->GetOutput()->GetBufferPointer();
    return std::make_pair(reader->GetNames(), std::vector<std::int64_t>(labels, labels + 4));
  };
  const auto png = describe("a.png");
  const auto mha = describe("a.mha");
  const auto labels = readLabels();
  UseProgram();
  EXPECT_EQ(describe("a.png"), png);
  EXPECT_EQ(describe("a.mha"), mha);
  EXPECT_EQ(readLabels(), labels);
  EXPECT_EQ(labels.first.at(3), "liver");
  EXPECT_EQ(GetChildren().size(), 1u) << "it lives on for the next file";
}

TEST_F(ImageReadingProgram, AnotherProcessReadsOneOfSeveralSeries)
{
  const auto write = [&](const std::string & prefix, const std::vector<itk::Test::DicomSlice> & slices)
  {
    std::filesystem::create_directory(this->In("ct"));
    for (std::size_t i = 0; i < slices.size(); ++i)
    {
      itk::Test::WriteFileBytes(this->In("ct/" + prefix + std::to_string(i)), MakeDicomFile(slices[i]));
    }
  };
  write("a", itk::Test::MakeDicomStack({ 2, 0, 1 }));
  itk::Test::DicomSlice like;
  like.Series = "1.2.4";
  like.Number = "2";
  like.Photometric = "MONOCHROME1";
  write("b", itk::Test::MakeDicomStack({ 1, 0 }, 1.5, like));
  const auto describe = [&](const std::string & choice)
  {
    auto reader = itk::VerifiedImageReader<itk::Image<float, 3>>::New();
    reader->SetFileName(this->In("ct" + choice));
    const std::string  problem = itk::Test::ProblemOf([&] { reader->Update(); });
    std::ostringstream text;
    text << problem << reader->GetOutput()->GetSpacing() << reader->GetOutput()->GetOrigin();
    for (const std::string & note : reader->GetInformation().Notes)
    {
      text << note;
    }
    const auto count = problem.empty() ? reader->GetOutput()->GetBufferedRegion().GetNumberOfPixels() : 0;
    for (std::size_t i = 0; i < count; ++i)
    {
      text << ' ' << reader->GetOutput()->GetBufferPointer()[i];
    }
    return text.str();
  };
  const std::vector<std::string> choices{ "#1", "#1.2.4", "", "#9" };
  std::vector<std::string>       here;
  std::transform(choices.begin(), choices.end(), std::back_inserter(here), describe);
  EXPECT_NE(here[1].find("larger is brighter"), std::string::npos);
  EXPECT_NE(here[2].find("one of its series must be chosen"), std::string::npos);
  UseProgram();
  for (std::size_t i = 0; i < choices.size(); ++i)
  {
    EXPECT_EQ(describe(choices[i]), here[i]);
  }
}

TEST_F(ImageReadingProgram, ErrorsAreTheSameSentences)
{
  std::ofstream(this->In("broken.mha")) << "NDims = 2\nDimSize = 900000 900000\nElementType = MET_SHORT\n"
                                           "ElementDataFile = LOCAL\nx";
  for (const std::string name : { "absent.png", "broken.mha" })
  {
    itk::SetImageReadingProgram({});
    const std::string here = this->Problem(name);
    EXPECT_NE(here, "");
    UseProgram();
    EXPECT_EQ(this->Problem(name), here);
  }
}

TEST_F(ImageReadingProgram, RegionsAreReadAlone)
{
  UseProgram();
  auto image = itk::Image<float, 2>::New();
  image->SetRegions(itk::Size<2>{ { 6, 4 } });
  image->Allocate();
  for (int i = 0; i < 24; ++i)
  {
    image->GetBufferPointer()[i] = static_cast<float>(i);
  }
  itk::WriteImageFileInPieces(image.GetPointer(), this->In("plain.mha"), 2);
  auto reader = itk::VerifiedImageReader<itk::Image<float, 2>>::New();
  reader->SetFileName(this->In("plain.mha"));
  reader->UpdateOutputInformation();
  const itk::ImageRegion<2> part({ { 2, 1 } }, { { 3, 2 } });
  reader->GetOutput()->SetRequestedRegion(part);
  reader->Update();
  EXPECT_EQ(reader->GetOutput()->GetBufferedRegion(), part);
  EXPECT_EQ(reader->GetOutput()->GetPixel({ { 4, 2 } }), 16.0f);
}

TEST_F(ImageReadingProgram, AfterACrashTheNextFileIsRead)
{
  UseProgram();
  auto reader = itk::VerifiedImageReader<ColorImage>::New();
  reader->SetFileName(this->In("a.mha"));
  reader->UpdateOutputInformation();
  const auto children = GetChildren();
  ASSERT_EQ(children.size(), 1u);
  kill(children.front(), SIGSEGV);
#ifdef __SANITIZE_ADDRESS__
  const std::string signal = "exit status 1";
#else
  const std::string signal = "Segmentation fault";
#endif
  EXPECT_EQ(itk::Test::ProblemOf([&] { reader->Update(); }),
            this->In("a.mha") + ": it is damaged: the library that reads it crashed (" + signal + ").");
  EXPECT_EQ(this->Problem("a.png"), "");
}

TEST_F(ImageReadingProgram, TheSliceThatCrashesALibraryIsNamed)
{
  std::filesystem::create_directory(this->In("ct"));
  auto slices = itk::Test::MakeDicomStack({ 0, 1, 2, 3 });
  // GDCM 3.0 with its assertions ends the process over 7 of 8 bits.
  slices[2].BitsAllocated = 8;
  slices[2].BitsStored = 7;
  for (std::size_t i = 0; i < slices.size(); ++i)
  {
    itk::Test::WriteFileBytes(this->In("ct/a" + std::to_string(i)), MakeDicomFile(slices[i]));
  }
  UseProgram();
  const std::string problem =
    itk::Test::ProblemOf([&] { itk::ReadVerifiedImage<itk::Image<float, 3>>(this->In("ct")); });
  if (problem.empty())
  {
    GTEST_SKIP() << "This GDCM has no assertions.";
  }
  EXPECT_EQ(problem, this->In("ct") + ": a2: it is damaged: the library that reads it crashed (Aborted).");
}

TEST_F(ImageReadingProgram, AProgramThatEndsLoopsOrIsAbsentIsOneSentence)
{
  const std::string begin = this->In("a.png") + ": ";
  itk::SetImageReadingProgram({ "/bin/false" });
  EXPECT_EQ(this->Problem("a.png"), begin + "no process can be started to read it: /bin/false does not answer.");
  itk::SetImageReadingProgram({ "/no/such/program" });
  EXPECT_EQ(this->Problem("a.png"), begin + "no process can be started to read it: No such file or directory.");
  // Says that it is ready, then computes for ever.
  itk::SetImageReadingProgram({ "/bin/sh", "-c", "echo ready; while :; do :; done" });
  const std::string problem = this->Problem("a.png");
  EXPECT_EQ(problem.rfind(begin + "it is damaged: reading it takes longer than 2.", 0), 0u) << problem;
  EXPECT_TRUE(GetChildren().empty());
}
