// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkVerifiedImageIO.h"
#include "itkErrorSentence.h"
#include "itkFolderTest.h"
#include "itkTestHelpers.h"
#include "itkVerifiedImageReader.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkWriteImageFile.h"
#include "itk_zlib.h"
#include <gtest/gtest.h>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sys/stat.h>

namespace
{
namespace fs = std::filesystem;
using ShortImage = itk::Image<short, 3>;

void
WriteGzip(const std::string & fileName, const std::string & bytes, const char * mode)
{
  const gzFile stream = gzopen(fileName.c_str(), mode);
  gzwrite(stream, bytes.data(), static_cast<unsigned int>(bytes.size()));
  gzclose(stream);
}

template <typename TNumber>
void
Put(std::string & bytes, std::size_t position, TNumber number)
{
  bytes.replace(position, sizeof(TNumber), reinterpret_cast<const char *>(&number), sizeof(TNumber));
}

/** 7 × 5 × 3 numbers, none like the next. */
ShortImage::Pointer
MakeVolume()
{
  auto image = ShortImage::New();
  image->SetRegions(itk::Size<3>{ { 7, 5, 3 } });
  image->Allocate();
  for (int i = 0; i < 7 * 5 * 3; ++i)
  {
    image->GetBufferPointer()[i] = static_cast<short>(i * 331 % 1000 - 300);
  }
  const double spacing[] = { 0.5, 0.75, 2 };
  image->SetSpacing(spacing);
  return image;
}

class VerifiedImageIO : public itk::Test::FolderTest
{
protected:
  std::string
  Problem(const std::string & name) const
  {
    return itk::Test::ProblemOf([&] { itk::ReadVerifiedImage<ShortImage>(this->In(name)); });
  }

  /** The sentence without the file's name. */
  std::string
  Sentence(const std::string & name) const
  {
    const std::string problem = this->Problem(name);
    const std::string begin = this->In(name) + ": ";
    EXPECT_EQ(problem.rfind(begin, 0), 0u) << problem;
    return problem.size() > begin.size() ? problem.substr(begin.size()) : problem;
  }

  void
  ExpectVolume(const std::string & name) const
  {
    const auto expected = MakeVolume();
    const auto read = itk::ReadVerifiedImage<ShortImage>(this->In(name));
    ASSERT_EQ(read->GetLargestPossibleRegion().GetSize(), expected->GetLargestPossibleRegion().GetSize()) << name;
    EXPECT_TRUE(std::equal(read->GetBufferPointer(), read->GetBufferPointer() + 105, expected->GetBufferPointer()))
      << name;
  }
};

const std::vector<std::string> volumeNames{ "a.mha", "a.nrrd", "a.nii", "a.nii.gz" };
} // namespace

TEST_F(VerifiedImageIO, AFormatIsToldByWhatTheFileHolds)
{
  const auto volume = MakeVolume();
  for (const std::string & name : volumeNames)
  {
    itk::WriteImageFile(volume.GetPointer(), this->In(name));
    this->ExpectVolume(name);
    for (const std::string other : { "b.tif", "b", "B.NII.GZ", "b.mha", "b.png", "b.nrrd" })
    {
      fs::copy_file(this->In(name), this->In(other), fs::copy_options::overwrite_existing);
      this->ExpectVolume(other);
    }
  }
}

TEST_F(VerifiedImageIO, ACompressedFileIsReadBesideAnotherOfItsName)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.nii.gz"));
  auto other = MakeVolume();
  other->FillBuffer(5);
  itk::WriteImageFile(other.GetPointer(), this->In("a.nii"));
  this->ExpectVolume("a.nii.gz");
  EXPECT_EQ(itk::ReadVerifiedImage<ShortImage>(this->In("a.nii"))->GetBufferPointer()[0], 5);
}

TEST_F(VerifiedImageIO, ATruncatedFileIsRefusedAtEveryLength)
{
  for (const std::string & name : volumeNames)
  {
    for (const int level : { 0, 9 })
    {
      itk::WriteImageFile(MakeVolume().GetPointer(), this->In(name), level);
      const std::string bytes = itk::Test::ReadFileBytes(this->In(name));
      for (std::size_t size = 0; size < bytes.size(); ++size)
      {
        itk::Test::WriteFileBytes(this->In("part"), bytes.substr(0, size));
        EXPECT_NE(this->Problem("part"), "") << name << " of " << size << " bytes of " << bytes.size();
      }
      itk::Test::WriteFileBytes(this->In("part"), bytes + "more");
      EXPECT_EQ(this->Problem("part"), "") << name;
    }
  }
}

TEST_F(VerifiedImageIO, DamageInCompressedPixelsIsNoticed)
{
  for (const std::string name : { "a.mha", "a.nrrd", "a.nii.gz" })
  {
    itk::WriteImageFile(MakeVolume().GetPointer(), this->In(name));
    const std::string bytes = itk::Test::ReadFileBytes(this->In(name));
    // Before the check sum and, in gzip, the length, of 4 bytes each. The byte before them may have bits without a use.
    for (std::size_t i = bytes.size() - 60; i < bytes.size() - 9; ++i)
    {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 0x10);
      itk::Test::WriteFileBytes(this->In("changed"), changed);
      EXPECT_NE(this->Problem("changed"), "") << name << ", byte " << i << " of " << bytes.size();
    }
  }
}

TEST_F(VerifiedImageIO, ACompressedMetaImageHoldsAsManyPixelsAsItSays)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.mha"));
  std::string bytes = itk::Test::ReadFileBytes(this->In("a.mha"));
  const auto  at = bytes.find("DimSize = 7 5 3");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 15, "DimSize = 7 5 9");
  itk::Test::WriteFileBytes(this->In("a.mha"), bytes);
  EXPECT_EQ(this->Sentence("a.mha"), "it must hold 630 bytes of pixels, but holds 210.");
}

TEST_F(VerifiedImageIO, MembersOfAGzipFileAreReadTogether)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.nii"));
  const std::string bytes = itk::Test::ReadFileBytes(this->In("a.nii"));
  WriteGzip(this->In("b.nii.gz"), bytes.substr(0, 400), "wb");
  EXPECT_EQ(this->Sentence("b.nii.gz"), "the file ends before its pixels do.");
  WriteGzip(this->In("b.nii.gz"), bytes.substr(400), "ab");
  this->ExpectVolume("b.nii.gz");
}

TEST_F(VerifiedImageIO, AHeaderThatPromisesTooMuchIsRefusedBeforePixelsAreAllocated)
{
  const std::string header = "ObjectType = Image\nNDims = 3\nElementType = MET_SHORT\n";
  itk::Test::WriteFileBytes(this->In("a.mha"), header + "DimSize = 1048576 1048576 1\nElementDataFile = LOCAL\npixels");
  EXPECT_EQ(this->Sentence("a.mha"), "it promises 2.19902e+12 bytes of pixels, more than its 6 bytes can hold.");
  itk::Test::WriteFileBytes(
    this->In("b.mha"), header + "CompressedData = True\nDimSize = 1048576 1048576 1\nElementDataFile = LOCAL\npixels");
  EXPECT_EQ(this->Sentence("b.mha"), "it promises 2.19902e+12 bytes of pixels, more than its 6 bytes can hold.");
  itk::Test::WriteFileBytes(this->In("c.mha"), "NDims = 65536 65536\nDimSize = 1 1\nElementDataFile = LOCAL\npixels");
  EXPECT_EQ(this->Sentence("c.mha"), "it is damaged: it must have 1 to 10 dimensions, but has 65536 65536.");
  itk::Test::WriteFileBytes(this->In("d.nrrd"),
                            "NRRD0004\ntype: short\ndimension: 3\nsizes: 1048576 1048576 1\nencoding: raw\n\npixels");
  EXPECT_EQ(this->Sentence("d.nrrd"), "it promises 2.19902e+12 bytes of pixels, more than its 6 bytes can hold.");
}

TEST_F(VerifiedImageIO, APlaceThatIsNoNumberIsRefused)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.nii"));
  const std::string bytes = itk::Test::ReadFileBytes(this->In("a.nii"));
  // The first number of the matrix, a spacing, the offset of the quaternion.
  for (const std::size_t at : { 280u, 80u, 268u })
  {
    for (const float number : { std::nanf(""), HUGE_VALF, 1.7e38f })
    {
      std::string changed = bytes;
      Put(changed, at, number);
      itk::Test::WriteFileBytes(this->In("b.nii"), changed);
      EXPECT_NE(this->Sentence("b.nii").find("must be numbers of at most 1e+09, but one is "), std::string::npos)
        << at << ": " << this->Sentence("b.nii");
    }
  }
}

TEST_F(VerifiedImageIO, WhatIsNoFileIsRefusedBeforeItIsOpened)
{
  EXPECT_EQ(this->Sentence("absent.png"), "there is no such file.");
  fs::create_directory(this->In("folder.png"));
  EXPECT_EQ(this->Sentence("folder.png"),
            "it must be a file or a folder of DICOM images, but is a folder without any.");
  ASSERT_EQ(mkfifo(this->In("pipe.png").c_str(), 0600), 0);
  EXPECT_EQ(this->Sentence("pipe.png"), "it must be a regular file, but is a pipe, a socket or a device.");
  itk::Test::WriteFileBytes(this->In("empty.png"), "");
  EXPECT_EQ(this->Sentence("empty.png"), "it is empty.");
  itk::Test::WriteFileBytes(this->In("a.png"), "no image");
  EXPECT_EQ(this->Sentence("a.png"), "it is not an image that can be read.");
}

TEST_F(VerifiedImageIO, ADamagedBeginningIsNotLeftToTheReaderOfTheName)
{
  itk::Test::WriteFileBytes(this->In("a.jpg"), "\xff\xd8JFIF and more");
  EXPECT_EQ(this->Sentence("a.jpg"), "it is not an image that can be read.");
}

TEST_F(VerifiedImageIO, AFormatThatTheProgramLacksIsNamed)
{
  itk::Test::WriteFileBytes(
    this->In("a.vtk"),
    "# vtk DataFile Version 3.0\ntitle\nBINARY\nDATASET STRUCTURED_POINTS\nDIMENSIONS 2 1 1\nPOINT_DATA 2\n"
    "SCALARS a short 1\nLOOKUP_TABLE default\nabcd");
  EXPECT_EQ(this->Sentence("a.vtk"), "it is an image in the format VTK, which is not read here.");
  itk::Test::WriteFileBytes(
    this->In("b.vtk"), itk::Test::ReadFileBytes(this->In("a.vtk")).substr(0, fs::file_size(this->In("a.vtk")) - 1));
  EXPECT_EQ(this->Sentence("b.vtk"), "the file ends before its pixels do.");
}

TEST_F(VerifiedImageIO, AVolumeIsNoPlaneUnlessItHasOneSlice)
{
  using PlaneType = itk::Image<short, 2>;
  const auto volume = MakeVolume();
  itk::WriteImageFile(volume.GetPointer(), this->In("a.nrrd"));
  EXPECT_EQ(itk::Test::ProblemOf([&] { itk::ReadVerifiedImage<PlaneType>(this->In("a.nrrd")); }),
            this->In("a.nrrd") + ": its dimension must be 2, but is 3.");
  auto slice = ShortImage::New();
  slice->SetRegions(itk::Size<3>{ { 7, 5, 1 } });
  slice->Allocate();
  slice->FillBuffer(3);
  itk::WriteImageFile(slice.GetPointer(), this->In("b.nrrd"));
  EXPECT_EQ(itk::ReadVerifiedImage<PlaneType>(this->In("b.nrrd"))->GetLargestPossibleRegion().GetSize(),
            (itk::Size<2>{ { 7, 5 } }));
}

TEST_F(VerifiedImageIO, APartOfAFileIsAnImageAtItsPlace)
{
  auto                      volume = MakeVolume();
  ShortImage::DirectionType direction;
  direction.SetIdentity();
  direction(0, 0) = direction(1, 1) = 0.0;
  direction(0, 1) = -1.0;
  direction(1, 0) = 1.0;
  volume->SetDirection(direction);
  // By regions and, compressed, as a whole.
  itk::WriteImageFileInPieces(volume.GetPointer(), this->In("plain.mha"), 2);
  itk::WriteImageFile(volume.GetPointer(), this->In("compressed.mha"));
  itk::WriteImageFile(volume.GetPointer(), this->In("a.nrrd"));
  const itk::ImageRegion<3> part({ { 2, 1, 1 } }, { { 3, 4, 2 } });
  for (const std::string name : { "plain.mha", "compressed.mha", "a.nrrd" })
  {
    auto reader = itk::VerifiedImageReader<ShortImage>::New();
    reader->SetFileName(this->In(name));
    reader->GetVerifiedIO()->SetPart({ 2, 1, 1 }, { 3, 4, 2 });
    reader->Update();
    const auto * const read = reader->GetOutput();
    ASSERT_EQ(read->GetLargestPossibleRegion(), itk::ImageRegion<3>(part.GetSize())) << name;
    ShortImage::PointType place;
    volume->TransformIndexToPhysicalPoint(part.GetIndex(), place);
    EXPECT_LT(place.EuclideanDistanceTo(read->GetOrigin()), 1e-12) << name;
    for (itk::ImageRegionConstIteratorWithIndex<ShortImage> it(read, read->GetLargestPossibleRegion()); !it.IsAtEnd();
         ++it)
    {
      const auto index = it.GetIndex();
      EXPECT_EQ(it.Get(), volume->GetPixel({ { index[0] + 2, index[1] + 1, index[2] + 1 } })) << name << index;
    }
  }
}

TEST_F(VerifiedImageIO, APartMustLieInTheFile)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.nrrd"));
  const auto problem = [&](const std::vector<std::int64_t> & index, const std::vector<std::uint64_t> & size)
  {
    auto io = itk::VerifiedImageIO::New();
    io->SetFileName(this->In("a.nrrd"));
    io->SetPart(index, size);
    return itk::Test::ProblemOf([&] { io->ReadImageInformation(); });
  };
  EXPECT_EQ(problem({ 0, 0, 0 }, { 7, 5, 3 }), "");
  EXPECT_EQ(problem({ 5, 0, 0 }, { 3, 5, 3 }),
            this->In("a.nrrd") + ": a part of it along axis 0 must be within its 7 pixels, but begins at 5 and has 3.");
  EXPECT_NE(problem({ 0, -1, 0 }, { 1, 1, 1 }), "");
  EXPECT_NE(problem({ 0, 0, 0 }, { 1, 0, 1 }), "");
  EXPECT_EQ(problem({ 0, 0 }, { 7, 5 }), this->In("a.nrrd") + ": a part of it must have 3 dimensions, but has 2.");
}

TEST_F(VerifiedImageIO, AnOpacityIsDroppedWithANoteUnlessItIsFull)
{
  using ColorImage = itk::VectorImage<unsigned char, 2>;
  auto image = ColorImage::New();
  image->SetNumberOfComponentsPerPixel(4);
  image->SetRegions(itk::Size<2>{ { 2, 1 } });
  image->Allocate();
  const auto write = [&](unsigned char opacity)
  {
    const unsigned char pixels[] = { 1, 2, 3, 255, 4, 5, 6, opacity };
    std::copy(std::begin(pixels), std::end(pixels), image->GetBufferPointer());
    itk::WriteImageFile(image.GetPointer(), this->In("a.png"));
    auto reader = itk::VerifiedImageReader<ColorImage>::New();
    reader->SetFileName(this->In("a.png"));
    reader->Update();
    const auto * const read = reader->GetOutput();
    EXPECT_EQ(read->GetNumberOfComponentsPerPixel(), 3u);
    EXPECT_EQ(std::vector<int>(read->GetBufferPointer(), read->GetBufferPointer() + 6),
              (std::vector<int>{ 1, 2, 3, 4, 5, 6 }));
    return reader->GetInformation().Notes;
  };
  EXPECT_TRUE(write(255).empty());
  EXPECT_EQ(write(254), (std::vector<std::string>{ "Its opacity, which is not full everywhere, is dropped." }));
}
