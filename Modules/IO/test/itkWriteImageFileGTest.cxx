// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWriteImageFile.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkFolderTest.h"
#include "itkImageFileReader.h"
#include "itkTorchTestImages.h"
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sys/resource.h>

namespace
{
namespace fs = std::filesystem;

class WriteImage : public itk::Test::FolderTest
{
protected:
  // The sentence of a refusal, after which the folder is as before.
  template <typename TImage>
  std::string
  ProblemWith(TImage * image, const std::string & name) const
  {
    const auto before = Names();
    const auto problem = itk::Test::ProblemOf([&] { itk::WriteImageFile(image, In(name)); });
    if (!problem.empty())
    {
      EXPECT_EQ(Names(), before);
    }
    return problem;
  }
};

using Files = std::vector<std::string>;
using ByteImage = itk::Image<unsigned char, 2>;
using FloatImage = itk::Image<float, 3>;

template <typename TImage>
void
ExpectSamePixels(const TImage * actual, const TImage * expected)
{
  const auto pixels = expected->GetBufferedRegion().GetNumberOfPixels();
  ASSERT_EQ(actual->GetBufferedRegion().GetSize(), expected->GetBufferedRegion().GetSize());
  EXPECT_TRUE(
    std::equal(actual->GetBufferPointer(), actual->GetBufferPointer() + pixels, expected->GetBufferPointer()));
}
} // namespace

TEST_F(WriteImage, WhatIsReadIsWhatWasWritten)
{
  const auto image = itk::Test::MakeAwkwardImage<FloatImage>();
  for (const std::string name : { "a.nrrd", "a.mha", "a.nii.gz", "B.NII.GZ", "B.NRRD", "B.MHA" })
  {
    itk::WriteImageFile(image.GetPointer(), In(name));
    const auto read = itk::ReadVerifiedImage<FloatImage>(In(name));
    ExpectSamePixels(read.GetPointer(), image.GetPointer());
    // The same pixels at the same places, which NIfTI stores as floats.
    for (const auto & index : { FloatImage::IndexType{ { 0, 0, 0 } }, FloatImage::IndexType{ { 4, 6, 8 } } })
    {
      const auto            start = image->GetLargestPossibleRegion().GetIndex();
      FloatImage::PointType there;
      FloatImage::PointType here;
      read->TransformIndexToPhysicalPoint(index, there);
      image->TransformIndexToPhysicalPoint({ { start[0] + index[0], start[1] + index[1], start[2] + index[2] } }, here);
      EXPECT_LT(there.EuclideanDistanceTo(here), 1e-5) << name;
    }
  }
  EXPECT_EQ(Names(), (Files{ "B.MHA", "B.NII.GZ", "B.NRRD", "a.mha", "a.nii.gz", "a.nrrd" }));
}

TEST_F(WriteImage, AFormatThatFinishesItsFileLateIsWritten)
{
  const auto image = ByteImage::New();
  image->SetRegions(itk::Size<2>{ { 5, 4 } });
  image->Allocate();
  std::fill_n(image->GetBufferPointer(), 20, 7);
  EXPECT_EQ(this->ProblemWith(image.GetPointer(), "a.bmp"), "");
  ExpectSamePixels(itk::ReadVerifiedImage<ByteImage>(In("a.bmp")).GetPointer(), image.GetPointer());
}

TEST_F(WriteImage, AHeaderFindsItsPixels)
{
  const auto image = itk::Test::MakeAwkwardImage<FloatImage>();
  itk::WriteImageFile(image.GetPointer(), In("a.mhd"));
  EXPECT_EQ(Names(), (Files{ "a.mhd", "a.zraw" }));
  ExpectSamePixels(itk::ReadImage<FloatImage>(In("a.mhd")).GetPointer(), image.GetPointer());
}

TEST_F(WriteImage, TheCompressionLevelDecidesTheSize)
{
  auto image = ByteImage::New();
  image->SetRegions(itk::Size<2>{ { 200, 200 } });
  image->Allocate();
  itk::TorchRandom random(3);
  for (int i = 0; i < 200 * 200; ++i)
  {
    image->GetBufferPointer()[i] = static_cast<unsigned char>((i / 7) % 11 + random.Uniform(0.0, 2.0));
  }
  itk::WriteImageFile(image.GetPointer(), In("fast.png"), 1);
  itk::WriteImageFile(image.GetPointer(), In("small.png"), 9);
  EXPECT_LT(fs::file_size(In("small.png")), fs::file_size(In("fast.png")));
}

TEST_F(WriteImage, AnUnknownFormatIsOneSentence)
{
  const auto image = itk::Test::MakeAwkwardImage<ByteImage>();
  for (const std::string name : { "a.docx", "a" })
  {
    EXPECT_EQ(ProblemWith(image.GetPointer(), name),
              "Cannot write " + In(name) + ": its file extension must be that of an ITK image format.");
  }
}

TEST_F(WriteImage, AnUnwritableFileIsOneSentence)
{
  const auto image = itk::Test::MakeAwkwardImage<ByteImage>();
  EXPECT_EQ(ProblemWith(image.GetPointer(), "absent/a.png"),
            "Cannot write " + In("absent/a.png") + ": there is no folder " + In("absent") + ".");
  fs::create_directory(In("a.png"));
  EXPECT_EQ(ProblemWith(image.GetPointer(), "a.png"), "Cannot write " + In("a.png") + ": it is a folder.");
}

TEST_F(WriteImage, NothingIsComputedForAFileThatCannotBeMade)
{
  auto filter = itk::BinaryThresholdImageFilter<ByteImage, ByteImage>::New();
  int  executions = 0;
  filter->AddObserver(itk::StartEvent(), [&executions](const itk::EventObject &) { ++executions; });
  filter->SetInput(itk::Test::MakeAwkwardImage<ByteImage>());
  EXPECT_NE(ProblemWith(filter->GetOutput(), "absent/a.nrrd"), "");
  EXPECT_EQ(executions, 0);
  EXPECT_EQ(ProblemWith(filter->GetOutput(), "a.nrrd"), "");
  EXPECT_EQ(executions, 1);
}

TEST_F(WriteImage, PixelsThatAFormatCannotHoldAreOneSentenceAndLeaveNothingBehind)
{
  const auto image = itk::Test::MakeAwkwardImage<itk::Image<float, 2>>();
  const auto problem = ProblemWith(image.GetPointer(), "a.png");
  EXPECT_EQ(problem.rfind("Cannot write " + In("a.png") + ": ", 0), 0u) << problem;
  EXPECT_EQ(problem.find("partial"), std::string::npos) << problem;
  EXPECT_EQ(Names(), Files{});
}

TEST_F(WriteImage, OnlyTheFirstSliceIsNeverWritten)
{
  const auto volume = itk::Test::MakeAwkwardImage<FloatImage>();
  EXPECT_EQ(ProblemWith(volume.GetPointer(), "a.png"),
            "Cannot write " + In("a.png") + ": a PNG holds one slice, but the image has size [5, 7, 9].");
  auto slice = itk::Image<unsigned short, 3>::New();
  slice->SetRegions(itk::Size<3>{ { 4, 3, 1 } });
  slice->Allocate(true);
  EXPECT_EQ(ProblemWith(slice.GetPointer(), "slice.png"), "");
  EXPECT_EQ(Names(), Files{ "slice.png" });
}

// A limit of the process stands for a full disk or a quota.
TEST_F(WriteImage, AFileThatCannotGrowIsOneSentenceAndLeavesNothingBehind)
{
  auto image = ByteImage::New();
  image->SetRegions(itk::Size<2>{ { 200, 200 } });
  image->Allocate(true);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit{ 8192, before.rlim_max };
  const auto   handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  for (const std::string name : { "a.png", "a.mha", "a.mhd", "a.nii.gz", "a.nrrd" })
  {
    EXPECT_EQ(ProblemWith(image.GetPointer(), name), "Cannot write " + In(name) + ": File too large.");
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(ProblemWith(image.GetPointer(), "a.png"), "");
}

TEST_F(WriteImage, WhatIsWrittenIsWhole)
{
  const auto image = itk::Test::MakeAwkwardImage<FloatImage>();
  for (const std::string name : { "a.mha", "b.mhd", "c.nii", "d.nii.gz" })
  {
    itk::WriteImageFile(image.GetPointer(), In(name));
    EXPECT_NO_THROW(itk::OpenImageFile(In(name))) << name;
    const std::string pixels = In(name == "b.mhd" ? "b.zraw" : name);
    fs::resize_file(pixels, fs::file_size(pixels) * 3 / 4);
    EXPECT_THROW(itk::OpenImageFile(In(name)), itk::ExceptionObject) << name;
  }
}
