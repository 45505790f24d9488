// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "NucleiImporter.h"

#include "itkImage.h"
#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include "itkImageLabelPairs.h"
#include "itkPNGImageIO.h"
#include "itkRGBAPixel.h"
#include "itkRGBPixel.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace
{
namespace fs = std::filesystem;

using RGBA = itk::RGBAPixel<unsigned char>;
using RGB = itk::RGBPixel<unsigned char>;
using RGBAImage = itk::Image<RGBA, 2>;
using RGBImage = itk::Image<RGB, 2>;
using MaskImage = itk::Image<unsigned char, 2>;
using LabelImage = itk::Image<unsigned short, 2>;
using Pixels = std::vector<itk::Index<2>>;

template <typename TImage>
typename TImage::Pointer
NewImage(itk::SizeValueType width, itk::SizeValueType height)
{
  auto image = TImage::New();
  image->SetRegions(itk::Size<2>{ { width, height } });
  image->Allocate(true);
  return image;
}

template <typename TImage>
void
Write(const TImage * image, const fs::path & file)
{
  fs::create_directories(file.parent_path());
  auto writer = itk::ImageFileWriter<TImage>::New();
  writer->SetImageIO(itk::PNGImageIO::New());
  writer->SetInput(image);
  writer->SetFileName(file.string());
  writer->Update();
}

template <typename TImage>
typename TImage::Pointer
Read(const std::string & file, itk::IOComponentEnum type, unsigned int components)
{
  auto io = itk::PNGImageIO::New();
  auto reader = itk::ImageFileReader<TImage>::New();
  reader->SetImageIO(io);
  reader->SetFileName(file);
  reader->Update();
  EXPECT_EQ(io->GetComponentType(), type) << file;
  EXPECT_EQ(io->GetNumberOfComponents(), components) << file;
  return reader->GetOutput();
}

void
WriteText(const fs::path & file, const std::string & text)
{
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

class NucleiImporter : public ::testing::Test
{
protected:
  void
  SetUp() override
  {
    const auto * test = ::testing::UnitTest::GetInstance()->current_test_info();
    m_Folder = fs::temp_directory_path() / (std::string("itkNucleiImporter-") + test->name());
    fs::remove_all(m_Folder);
    m_Options.Input = (m_Folder / "stage1_train").string();
    m_Options.Output = (m_Folder / "out").string();
    fs::create_directories(m_Options.Input);
  }

  void
  TearDown() override
  {
    fs::remove_all(m_Folder);
  }

  fs::path
  In(const std::string & name) const
  {
    return fs::path(m_Options.Input) / name;
  }

  fs::path
  Out(const std::string & name) const
  {
    return fs::path(m_Options.Output) / name;
  }

  void
  AddImage(const std::string & id, itk::SizeValueType width = 7, itk::SizeValueType height = 5) const
  {
    const auto image = NewImage<RGBAImage>(width, height);
    RGBA       pixel;
    pixel.Set(10, 20, 30, 128);
    image->FillBuffer(pixel);
    Write(image.GetPointer(), In(id) / "images" / (id + ".png"));
  }

  void
  AddMask(const std::string & id,
          const std::string & name,
          const Pixels &      pixels,
          itk::SizeValueType  width = 7,
          itk::SizeValueType  height = 5) const
  {
    const auto mask = NewImage<MaskImage>(width, height);
    for (const auto & pixel : pixels)
    {
      mask->SetPixel(pixel, 255);
    }
    Write(mask.GetPointer(), In(id) / "masks" / (name + ".png"));
  }

  itk::NucleiImportSummary
  Import() const
  {
    std::ostringstream progress;
    return itk::ImportNuclei(m_Options, progress);
  }

  // One problem, which names the file; and no table.
  void
  ExpectProblem(const fs::path & file, const std::string & words) const
  {
    const auto summary = Import();
    ASSERT_EQ(summary.Problems.size(), 1u);
    EXPECT_NE(summary.Problems[0].find(file.string()), std::string::npos) << summary.Problems[0];
    EXPECT_NE(summary.Problems[0].find(words), std::string::npos) << summary.Problems[0];
    EXPECT_FALSE(fs::exists(Out("pairs.csv")));
  }

  fs::path                 m_Folder;
  itk::NucleiImportOptions m_Options;
};
} // namespace

TEST_F(NucleiImporter, MasksBecomeLabelsInTheOrderOfTheirNames)
{
  AddImage("image-number-1");
  AddMask("image-number-1", "b", { { { 1, 2 } }, { { 2, 2 } } });
  AddMask("image-number-1", "a", { { { 6, 4 } } });
  AddImage("image-number-2", 4, 3);
  AddMask("image-number-2", "c", { { { 0, 0 } } }, 4, 3);
  WriteText(In(".DS_Store"), "");
  WriteText(In("image-number-2/masks/.hidden.png"), "");

  const auto summary = Import();
  EXPECT_TRUE(summary.Problems.empty());
  EXPECT_EQ(summary.Images, 2u);
  EXPECT_EQ(summary.Nuclei, 3u);
  EXPECT_EQ(summary.OverlappingPixels, 0u);

  const auto pairs = itk::ReadImageLabelPairs(Out("pairs.csv").string());
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].Image, Out("images/image-number-1.png").string());
  const auto image = Read<RGBImage>(pairs[0].Image, itk::IOComponentEnum::UCHAR, 3);
  const auto labels = Read<LabelImage>(pairs[0].Label, itk::IOComponentEnum::USHORT, 1);
  ASSERT_EQ(labels->GetBufferedRegion(), image->GetBufferedRegion());
  RGB expected;
  expected.Set(10, 20, 30);
  EXPECT_EQ(image->GetPixel({ { 3, 3 } }), expected);
  EXPECT_EQ(labels->GetPixel({ { 6, 4 } }), 1);
  EXPECT_EQ(labels->GetPixel({ { 1, 2 } }), 2);
  EXPECT_EQ(labels->GetPixel({ { 2, 2 } }), 2);
  EXPECT_EQ(labels->GetPixel({ { 0, 0 } }), 0);
}

TEST_F(NucleiImporter, FilesAreNamedByTheFirstEightCharactersOfTheId)
{
  for (const std::string id : { "0123456789abcdef", "a123456789abcdef" })
  {
    AddImage(id);
    AddMask(id, "m", { { { 0, 0 } } });
  }
  EXPECT_TRUE(Import().Problems.empty());
  EXPECT_TRUE(fs::exists(Out("images/01234567.png")));
  EXPECT_TRUE(fs::exists(Out("labels/a1234567.png")));
}

TEST_F(NucleiImporter, FoldsComeFromTheGroupsOrElseFromTheIdAlone)
{
  for (const std::string id : { "first", "second" })
  {
    AddImage(id);
    AddMask(id, "m", { { { 0, 0 } } });
  }
  EXPECT_TRUE(Import().Problems.empty());
  const int hashed = itk::ReadImageLabelPairs(Out("pairs.csv").string())[1].Fold;
  EXPECT_LE(hashed, 9);

  WriteText(m_Folder / "ids.txt", "# a comment\n\nsecond\r\n");
  m_Options.Ids = (m_Folder / "ids.txt").string();
  EXPECT_TRUE(Import().Problems.empty());
  auto pairs = itk::ReadImageLabelPairs(Out("pairs.csv").string());
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].Fold, hashed);

  WriteText(m_Folder / "groups.csv", "image_id,group,fold10\nsecond,g,12\n");
  m_Options.Groups = (m_Folder / "groups.csv").string();
  EXPECT_TRUE(Import().Problems.empty());
  EXPECT_EQ(itk::ReadImageLabelPairs(Out("pairs.csv").string())[0].Fold, 12);

  m_Options.Ids.clear();
  ExpectProblem(m_Options.Groups, "first");
}

TEST_F(NucleiImporter, OverlapIsCountedAndTheFirstMaskKeepsThePixel)
{
  AddImage("id");
  AddMask("id", "a", { { { 1, 1 } }, { { 2, 1 } } });
  AddMask("id", "b", { { { 2, 1 } }, { { 3, 1 } } });
  const auto summary = Import();
  EXPECT_TRUE(summary.Problems.empty());
  EXPECT_EQ(summary.OverlappingPixels, 1u);
  const auto labels = Read<LabelImage>(Out("labels/id.png").string(), itk::IOComponentEnum::USHORT, 1);
  EXPECT_EQ(labels->GetPixel({ { 2, 1 } }), 1);
  EXPECT_EQ(labels->GetPixel({ { 3, 1 } }), 2);
}

TEST_F(NucleiImporter, MaskOfAnotherSizeIsNamedWithBothSizes)
{
  AddImage("id");
  AddMask("id", "a", { { { 1, 1 } } });
  AddMask("id", "b", { { { 1, 1 } } }, 5, 7);
  ExpectProblem(In("id/masks/b.png"), "5x7 pixels, but its image has 7x5");
}

TEST_F(NucleiImporter, EmptyMaskIsNamed)
{
  AddImage("id");
  AddMask("id", "a", { { { 1, 1 } } });
  AddMask("id", "b", {});
  ExpectProblem(In("id/masks/b.png"), "empty");
}

TEST_F(NucleiImporter, ImageWithoutMasksIsNamed)
{
  AddImage("id");
  ExpectProblem(In("id/masks"), "no mask");
}

TEST_F(NucleiImporter, MissingImageIsNamed)
{
  AddMask("id", "a", { { { 1, 1 } } });
  ExpectProblem(In("id/images/id.png"), "missing");
}

TEST_F(NucleiImporter, FileThatIsNoImageIsNamed)
{
  AddImage("id");
  AddMask("id", "a", { { { 1, 1 } } });
  WriteText(In("id/masks/b.png"), "no image");
  ExpectProblem(In("id/masks/b.png"), "cannot be read");
}

TEST_F(NucleiImporter, TruncatedFileIsNamed)
{
  AddImage("id", 200, 100);
  AddMask("id", "a", { { { 1, 1 } } }, 200, 100);
  const auto image = In("id/images/id.png");
  fs::resize_file(image, fs::file_size(image) / 2);
  ExpectProblem(image, "cannot be read");
}

TEST_F(NucleiImporter, FileWithAChangedByteIsNamed)
{
  AddImage("id");
  AddMask("id", "a", { { { 1, 1 } } });
  const auto mask = In("id/masks/a.png");
  for (const auto position : { fs::file_size(mask) / 2, std::uintmax_t{ 18 }, std::uintmax_t{ 0 } })
  {
    std::fstream file(mask, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(position));
    file.put('\x5a');
    file.close();
    ExpectProblem(mask, "cannot be read");
  }
}

TEST_F(NucleiImporter, SixteenBitImageIsNamed)
{
  AddMask("id", "a", { { { 1, 1 } } });
  Write(NewImage<LabelImage>(7, 5).GetPointer(), In("id/images/id.png"));
  ExpectProblem(In("id/images/id.png"), "8 bits");
}

TEST_F(NucleiImporter, AllProblemsAreCollectedAndAnOldTableIsRemoved)
{
  AddImage("good");
  AddMask("good", "a", { { { 1, 1 } } });
  EXPECT_TRUE(Import().Problems.empty());
  EXPECT_TRUE(fs::exists(Out("pairs.csv")));

  AddImage("bad1");
  AddMask("bad2", "a", {});
  AddImage("bad3");
  AddMask("bad3", "a", {});
  WriteText(In("bad3/masks/b.png"), "no image");
  const auto summary = Import();
  EXPECT_EQ(summary.Problems.size(), 4u);
  EXPECT_EQ(summary.Images, 1u);
  EXPECT_FALSE(fs::exists(Out("pairs.csv")));
  for (const auto & entry : fs::recursive_directory_iterator(m_Options.Output))
  {
    EXPECT_EQ(entry.path().string().find("partial"), std::string::npos) << entry.path();
  }
}

TEST_F(NucleiImporter, ImportThatCannotStartThrows)
{
  EXPECT_THROW(Import(), itk::ExceptionObject);
  m_Options.Input += "-absent";
  EXPECT_THROW(Import(), itk::ExceptionObject);
}
