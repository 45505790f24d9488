// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMemoryLimit.h"
#include "itkFolderTest.h"
#include "itkImageFileReport.h"
#include "itkTestHelpers.h"
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"
#include "itk_zlib.h"
#include <gtest/gtest.h>
#include <cmath>
#include <cstring>
#include <sys/mman.h>

namespace
{
namespace fs = std::filesystem;
using FloatImage = itk::Image<float, 3>;

class FormatCorrections : public itk::Test::FolderTest
{
protected:
  std::string
  Write(const std::string & name, const std::string & bytes) const
  {
    itk::Test::WriteFileBytes(this->In(name), bytes);
    return this->In(name);
  }

  std::string
  Sentence(const std::string & name) const
  {
    const std::string problem = itk::Test::ProblemOf([&] { itk::ReadVerifiedImage<FloatImage>(this->In(name)); });
    const std::string begin = this->In(name) + ": ";
    return problem.rfind(begin, 0) == 0 ? problem.substr(begin.size()) : problem;
  }
};

/** 2 × 3 × 2 numbers, the first of which is not finite. */
FloatImage::Pointer
MakeVolume()
{
  auto image = FloatImage::New();
  image->SetRegions(itk::Size<3>{ { 2, 3, 2 } });
  image->Allocate();
  for (int i = 0; i < 12; ++i)
  {
    image->GetBufferPointer()[i] = i == 0 ? std::nanf("") : 0.5f * static_cast<float>(i);
  }
  const double spacing[] = { 0.5, 0.75, 2 };
  const double origin[] = { 10, -20, 30 };
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  return image;
}

void
ExpectVolume(const FloatImage & read, const FloatImage & expected)
{
  ASSERT_EQ(read.GetLargestPossibleRegion(), expected.GetLargestPossibleRegion());
  EXPECT_TRUE(std::isnan(read.GetBufferPointer()[0]));
  for (int i = 1; i < 12; ++i)
  {
    EXPECT_EQ(read.GetBufferPointer()[i], expected.GetBufferPointer()[i]) << i;
  }
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    // The header has numbers of 32 bits.
    EXPECT_NEAR(read.GetSpacing()[axis], expected.GetSpacing()[axis], 1e-6) << axis;
    EXPECT_NEAR(read.GetOrigin()[axis], expected.GetOrigin()[axis], 1e-5) << axis;
  }
}

template <typename TNumber>
TNumber
Get(const std::string & bytes, std::size_t at)
{
  TNumber number;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

template <typename TNumber>
void
Put(std::string & bytes, std::size_t at, TNumber number)
{
  bytes.replace(at, sizeof(number), reinterpret_cast<const char *>(&number), sizeof(number));
}

/** The same image with a header of NIfTI-2. */
std::string
MakeNifti2(const std::string & first)
{
  std::string second(544, '\0');
  Put<std::int32_t>(second, 0, 540);
  second.replace(4, 8, std::string("n+2\0\r\n\032\n", 8));
  Put(second, 12, Get<std::int16_t>(first, 70));
  Put(second, 14, Get<std::int16_t>(first, 72));
  for (std::size_t i = 0; i < 8; ++i)
  {
    Put<std::int64_t>(second, 16 + 8 * i, Get<std::int16_t>(first, 40 + 2 * i));
    Put<double>(second, 104 + 8 * i, Get<float>(first, 76 + 4 * i));
  }
  Put<std::int64_t>(second, 168, 544);
  Put<std::int32_t>(second, 344, Get<std::int16_t>(first, 252));
  Put<std::int32_t>(second, 348, Get<std::int16_t>(first, 254));
  for (std::size_t i = 0; i < 18; ++i)
  {
    const std::size_t from = i < 6 ? 256 + 4 * i : 280 + 4 * (i - 6);
    Put<double>(second, 352 + 8 * i, Get<float>(first, from));
  }
  Put<std::int32_t>(second, 500, Get<std::uint8_t>(first, 123));
  return second + first.substr(352);
}
} // namespace

TEST_F(FormatCorrections, NumbersOfNiftiThatAreNotFiniteAreKept)
{
  for (const std::string name : { "a.nii", "a.nii.gz" })
  {
    itk::WriteImageFile(MakeVolume().GetPointer(), this->In(name));
    ExpectVolume(*itk::ReadVerifiedImage<FloatImage>(this->In(name)), *MakeVolume());
    EXPECT_NE(itk::ImageFileReport(this->In(name)).ToText().find("Networks refuse it: not all"), std::string::npos);
  }
}

TEST_F(FormatCorrections, Nifti2IsReadAsNifti1)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.nii"));
  std::string bytes = MakeNifti2(itk::Test::ReadFileBytes(this->In("a.nii")));
  ExpectVolume(*itk::ReadVerifiedImage<FloatImage>(this->Write("b.nii", bytes)), *MakeVolume());
  Put<std::int64_t>(bytes, 24, 40000);
  Put<std::int64_t>(bytes, 32, 1);
  bytes += std::string(400000, '\0');
  this->Write("c.nii", bytes);
  EXPECT_EQ(this->Sentence("c.nii"),
            "it is in the format NIfTI-2 with a size of 40000; sizes of at most 32767 are read.");
}

TEST_F(FormatCorrections, LengthsOfNiftiInMicrometersBecomeMillimeters)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.nii"));
  std::string bytes = itk::Test::ReadFileBytes(this->In("a.nii"));
  Put<char>(bytes, 123, 3);
  const auto read = itk::ReadVerifiedImage<FloatImage>(this->Write("b.nii", bytes));
  EXPECT_NEAR(read->GetSpacing()[2], 0.002, 1e-9);
  EXPECT_NEAR(read->GetOrigin()[1], -0.02, 1e-8);
}

TEST_F(FormatCorrections, ATiltedPlaneOfNiftiIsAVolumeOfOneSlice)
{
  auto plane = itk::Image<float, 2>::New();
  plane->SetRegions(itk::Size<2>{ { 2, 3 } });
  plane->Allocate(true);
  itk::WriteImageFile(plane.GetPointer(), this->In("a.nii"));
  std::string bytes = itk::Test::ReadFileBytes(this->In("a.nii"));
  ASSERT_EQ(Get<std::int16_t>(bytes, 40), 2);
  // The first axis goes up, the last one to the right.
  const float matrix[12] = { 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0 };
  bytes.replace(280, sizeof(matrix), reinterpret_cast<const char *>(matrix), sizeof(matrix));
  Put<std::int16_t>(bytes, 254, 1);
  Put<std::int16_t>(bytes, 252, 0);
  const auto read = itk::ReadVerifiedImage<FloatImage>(this->Write("b.nii", bytes));
  EXPECT_EQ(read->GetLargestPossibleRegion().GetSize(), (itk::Size<3>{ { 2, 3, 1 } }));
  EXPECT_NEAR(read->GetDirection()(2, 0), 1, 1e-6);
  EXPECT_NEAR(read->GetDirection()(0, 2), -1, 1e-6) << "right of NIfTI is the negative left of ITK";
}

TEST_F(FormatCorrections, ANrrdKeepsItsSidesAndItsUnit)
{
  const std::string begin = "NRRD0005\ntype: uchar\ndimension: 3\nsizes: 2 1 1\nspace: left-anterior-superior\n"
                            "space directions: (0,2,0) (0,0,3) (4,0,0)\nspace origin: (1,2,3)\nencoding: raw\n";
  const auto        inMillimeters = itk::ReadVerifiedImage<FloatImage>(this->Write("a.nrrd", begin + "\nxy"));
  const double      origin[] = { 1, -2, 3 };
  EXPECT_EQ(inMillimeters->GetOrigin(), FloatImage::PointType(origin));
  EXPECT_EQ(inMillimeters->GetDirection()(1, 0), -1) << "the first axis goes to the back";
  EXPECT_EQ(inMillimeters->GetDirection()(0, 2), 1) << "the last axis goes to the left";
  const auto read =
    itk::ReadVerifiedImage<FloatImage>(this->Write("b.nrrd", begin + "space units: \"um\" \"um\" \"um\"\n\nxy"));
  EXPECT_NEAR(read->GetSpacing()[2], 0.004, 1e-12);
  EXPECT_NEAR(read->GetOrigin()[0], 0.001, 1e-12);
}

TEST_F(FormatCorrections, AMetaImageInFiguresHasAllOfItsComponents)
{
  const std::string header =
    "ObjectType = Image\nNDims = 2\nBinaryData = False\nElementNumberOfChannels = 3\n"
    "ElementSpacing = 0.5 2\nDimSize = 2 1\nElementType = MET_SHORT\nElementDataFile = LOCAL\n";
  using Image = itk::VectorImage<float, 2>;
  const auto read = itk::ReadVerifiedImage<Image>(this->Write("a.mha", header + "1 -2 3\n40 500 -6000\n"));
  ASSERT_EQ(read->GetNumberOfComponentsPerPixel(), 3u);
  const std::vector<float> expected{ 1, -2, 3, 40, 500, -6000 };
  EXPECT_EQ(std::vector<float>(read->GetBufferPointer(), read->GetBufferPointer() + 6), expected);
  EXPECT_EQ(read->GetSpacing()[1], 2);
  this->Write("b.mha", header + "1 -2 3 40 500 what?\n");
  EXPECT_EQ(itk::Test::ProblemOf([&] { itk::ReadVerifiedImage<Image>(this->In("b.mha")); }),
            this->In("b.mha") + ": it must hold 6 numbers, but number 6 is missing.");
}

TEST_F(FormatCorrections, EachFileOfAListHoldsItsSlice)
{
  const std::string header = "ObjectType = Image\nNDims = 3\nDimSize = 2 1 2\nElementType = MET_UCHAR\n";
  this->Write("s1.raw", "ab");
  this->Write("s2.raw", "cd");
  for (const std::string place : { "LIST\ns1.raw\ns2.raw\n", "s%d.raw 1 2 1\n" })
  {
    this->Write("a.mhd", header + "ElementDataFile = " + place);
    const auto read = itk::ReadVerifiedImage<FloatImage>(this->In("a.mhd"));
    EXPECT_EQ(read->GetBufferPointer()[3], static_cast<float>('d')) << place;
  }
  this->Write("s2.raw", "c");
  EXPECT_EQ(this->Sentence("a.mhd"), "the file ends before its pixels do.");
  fs::remove(this->In("s2.raw"));
  EXPECT_EQ(this->Sentence("a.mhd"), "its pixels must be in " + this->In("s2.raw") + ", but there is no such file.");
}

TEST_F(FormatCorrections, AFileThatIsCompressedAsAWholeIsReadUpToWhatItPromises)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.mha"));
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.nii"));
  const auto compress = [this](const std::string & name, const std::string & bytes)
  {
    const gzFile stream = gzopen(this->In(name).c_str(), "wb");
    gzwrite(stream, bytes.data(), static_cast<unsigned int>(bytes.size()));
    gzclose(stream);
  };
  compress("a.mha.gz", itk::Test::ReadFileBytes(this->In("a.mha")));
  ExpectVolume(*itk::ReadVerifiedImage<FloatImage>(this->In("a.mha.gz")), *MakeVolume());
  compress("b.nii.gz", itk::Test::ReadFileBytes(this->In("a.nii")) + std::string(3'000'000, '\0'));
  EXPECT_EQ(this->Sentence("b.nii.gz"), "it must hold at most 1048672 bytes, but decompressed it holds more.");
}

TEST_F(FormatCorrections, ANameOfAnotherFormatIsNotedOnce)
{
  itk::WriteImageFile(MakeVolume().GetPointer(), this->In("a.nrrd"));
  fs::copy_file(this->In("a.nrrd"), this->In("b.tif"));
  auto reader = itk::VerifiedImageReader<FloatImage>::New();
  reader->SetFileName(this->In("b.tif"));
  reader->Update();
  EXPECT_EQ(reader->GetInformation().Notes,
            std::vector<std::string>{ "Its name ends in .tif, but it is a file of the format NRRD." });
  reader->SetFileName(this->In("a.nrrd"));
  reader->Update();
  EXPECT_TRUE(reader->GetInformation().Notes.empty());
}

TEST(MemoryLimit, AllocationsBeyondItFailWhileItLives)
{
  constexpr std::size_t bytes = std::size_t{ 1 } << 33;
  const auto            isGiven = []
  {
    void * const memory = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    const bool   is = memory != MAP_FAILED;
    if (is)
    {
      munmap(memory, bytes);
    }
    return is;
  };
  ASSERT_TRUE(isGiven());
  {
    const itk::MemoryLimit limit(1e9);
    EXPECT_FALSE(isGiven());
  }
  EXPECT_TRUE(isGiven());
}
