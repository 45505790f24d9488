// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPngIntegrity.h"
#include "itkErrorSentence.h"
#include "itkImage.h"
#include "itkFolderTest.h"
#include "itkImageFileWriter.h"
#include "itkPNGImageIO.h"
#include <gtest/gtest.h>
#include <filesystem>
#include <fstream>

namespace
{
namespace fs = std::filesystem;

class PngIntegrity : public ::testing::Test
{
protected:
  void
  SetUp() override
  {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    m_File = fs::temp_directory_path() / ("itkPngIntegrity-" + test + ".png");
    using ImageType = itk::Image<unsigned char, 2>;
    auto image = ImageType::New();
    image->SetRegions(itk::Size<2>{ { 40, 30 } });
    image->Allocate(true);
    image->SetPixel({ { 3, 4 } }, 200);
    itk::WriteImage(image, m_File.string());
    std::ifstream stream(m_File, std::ios::binary);
    m_Bytes.assign(std::istreambuf_iterator<char>(stream), {});
  }

  void
  TearDown() override
  {
    fs::remove(m_File);
  }

  void
  Rewrite(const std::string & bytes) const
  {
    std::ofstream(m_File, std::ios::binary | std::ios::trunc) << bytes;
  }

  std::string
  Problem() const
  {
    try
    {
      itk::VerifyImageFile(m_File.string());
    }
    catch (const itk::ExceptionObject & error)
    {
      return itk::ErrorSentence(error);
    }
    return {};
  }

  fs::path    m_File;
  std::string m_Bytes;
};

constexpr std::size_t signatureSize = 8;

/** The file without its chunks of a type. */
std::string
WithoutChunks(const std::string & bytes, const std::string & type)
{
  std::string rest = bytes.substr(0, signatureSize);
  for (std::size_t begin = signatureSize; begin < bytes.size();)
  {
    std::size_t length = 12;
    for (std::size_t i = 0; i < 4; ++i)
    {
      length += static_cast<std::size_t>(static_cast<unsigned char>(bytes[begin + i])) << (24 - 8 * i);
    }
    rest += bytes.compare(begin + 4, 4, type) == 0 ? "" : bytes.substr(begin, length);
    begin += length;
  }
  return rest;
}
} // namespace

TEST_F(PngIntegrity, AWrittenFileIsIntact)
{
  EXPECT_TRUE(itk::IsIntactPng(m_File.string()));
  EXPECT_EQ(Problem(), "");
}

TEST_F(PngIntegrity, EveryTruncatedFileIsDamaged)
{
  for (std::size_t size = 0; size < m_Bytes.size(); ++size)
  {
    Rewrite(m_Bytes.substr(0, size));
    EXPECT_FALSE(itk::IsIntactPng(m_File.string())) << size;
    EXPECT_EQ(Problem(), size < signatureSize ? "" : m_File.string() + ": it is not an image that can be read.");
  }
}

TEST_F(PngIntegrity, EveryChangedByteIsNoticed)
{
  for (std::size_t i = 0; i < m_Bytes.size(); ++i)
  {
    std::string bytes = m_Bytes;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x20);
    Rewrite(bytes);
    EXPECT_FALSE(itk::IsIntactPng(m_File.string())) << i;
    EXPECT_EQ(Problem().empty(), i < signatureSize) << i;
  }
}

TEST_F(PngIntegrity, AFileWithoutHeaderDataOrEndIsDamaged)
{
  for (const std::string type : { "IHDR", "IDAT", "IEND" })
  {
    const std::string bytes = WithoutChunks(m_Bytes, type);
    ASSERT_LT(bytes.size(), m_Bytes.size()) << type;
    Rewrite(bytes);
    EXPECT_FALSE(itk::IsIntactPng(m_File.string())) << type;
  }
  Rewrite(WithoutChunks(m_Bytes, "none"));
  EXPECT_TRUE(itk::IsIntactPng(m_File.string()));
}

TEST(ImageFileDimension, AxesOfOnePixelAreNoDimension)
{
  const auto io = itk::PNGImageIO::New();
  io->SetFileName("a.nrrd");
  io->SetNumberOfDimensions(3);
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    io->SetDimensions(axis, axis < 2 ? 40 : 1);
  }
  itk::VerifyImageFileDimension(*io, 3);
  itk::VerifyImageFileDimension(*io, 2);
  io->SetDimensions(2, 2);
  itk::VerifyImageFileDimension(*io, 3);
  EXPECT_EQ(itk::Test::ProblemOf([&] { itk::VerifyImageFileDimension(*io, 2); }),
            "a.nrrd: its dimension must be 2, but is 3.");
}

TEST_F(PngIntegrity, AFileOfAnotherFormatIsLeftToItsReader)
{
  Rewrite("NRRD0004\n");
  EXPECT_FALSE(itk::IsIntactPng(m_File.string()));
  EXPECT_EQ(Problem(), "");
}

TEST_F(PngIntegrity, AMissingFileIsNamed)
{
  fs::remove(m_File);
  EXPECT_FALSE(itk::IsIntactPng(m_File.string()));
  EXPECT_EQ(Problem(), m_File.string() + ": there is no such file.");
}
