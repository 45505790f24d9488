// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMetaImageLabelFile.h"
#include "itkFileSizeLimit.h"
#include "itkTestHelpers.h"

#include "itkImageFileReader.h"

using itk::MetaImageLabelFile;
using namespace itk::Test;

namespace
{
using Geometry = MetaImageLabelFile::Geometry;

Geometry
MakeGeometry(std::int64_t width, std::int64_t height)
{
  return { { width, height }, { 0.1, 1.0 / 3.0 }, { -11.7, 1.0 / 7.0 }, { 0.8, -0.6, 0.6, 0.8 } };
}

using LabelImage = itk::Image<std::uint32_t, 2>;

itk::IOComponentEnum
ComponentTypeOf(const std::string & fileName)
{
  const auto format =
    itk::ImageIOFactory::CreateImageIO(fileName.c_str(), itk::ImageIOFactory::IOFileModeEnum::ReadMode);
  format->SetFileName(fileName);
  format->ReadImageInformation();
  return format->GetComponentType();
}
} // namespace

TEST(MetaImageLabelFile, ItkReadsWhatWasAppended)
{
  const TemporaryFolder folder;
  for (const char * const name : { "a.mha", "b.mhd" })
  {
    const auto          geometry = MakeGeometry(3, 2);
    MetaImageLabelFile  file(folder.File(name), geometry, name);
    const std::uint32_t labels[] = { 0, 1, 65535, 2, 3, 4 };
    file.Append(labels, 1);
    file.Append(labels + 1, 4);
    file.Append(labels + 5, 1);
    file.Close();
    const auto image = itk::ReadImage<LabelImage>(folder.File(name));
    ASSERT_EQ(image->GetLargestPossibleRegion().GetSize(), (itk::Size<2>{ { 3, 2 } }));
    EXPECT_TRUE(std::equal(labels, labels + 6, image->GetBufferPointer()));
    for (unsigned int axis = 0; axis < 2; ++axis)
    {
      EXPECT_EQ(image->GetSpacing()[axis], geometry.Spacing[axis]);
      EXPECT_EQ(image->GetOrigin()[axis], geometry.Origin[axis]);
      EXPECT_EQ(image->GetDirection()[axis][0], geometry.Direction[2 * axis]);
      EXPECT_EQ(image->GetDirection()[axis][1], geometry.Direction[2 * axis + 1]);
    }
    EXPECT_EQ(ComponentTypeOf(folder.File(name)), itk::IOComponentEnum::USHORT);
  }
  EXPECT_EQ(folder.GetNumberOfFiles(), 3u);
}

TEST(MetaImageLabelFile, TheFirstLabelOfMoreThan16BitsMakesAllOf32)
{
  const TemporaryFolder folder;
  for (const char * const name : { "a.mha", "b.mhd" })
  {
    constexpr std::int64_t     width = 1200;
    constexpr std::int64_t     height = 1000;
    std::vector<std::uint32_t> labels(width * height);
    for (std::size_t i = 0; i < labels.size(); ++i)
    {
      labels[i] = static_cast<std::uint32_t>(i < labels.size() - 3 ? i % 65536 : i);
    }
    labels.back() = 4294967295u;
    MetaImageLabelFile file(folder.File(name), MakeGeometry(width, height), name);
    for (std::int64_t row = 0; row < height; ++row)
    {
      file.Append(labels.data() + row * width, width);
    }
    file.Close();
    EXPECT_EQ(ComponentTypeOf(folder.File(name)), itk::IOComponentEnum::UINT);
    const auto image = itk::ReadImage<LabelImage>(folder.File(name));
    EXPECT_TRUE(std::equal(labels.begin(), labels.end(), image->GetBufferPointer()));
  }
  EXPECT_EQ(folder.GetNumberOfFiles(), 3u);
}

TEST(MetaImageLabelFile, AFullDiskAndMissingLabelsAreNamed)
{
  const TemporaryFolder            folder;
  const std::vector<std::uint32_t> labels(100000, 7);
  const auto                       write = [&](std::int64_t count, bool isWide)
  {
    MetaImageLabelFile file(folder.File("a.mha"), MakeGeometry(100000, 1), "labels.mha");
    file.Append(labels.data(), count - 1);
    const std::uint32_t last = isWide ? 65536 : 7;
    file.Append(&last, 1);
    file.Close();
  };
  EXPECT_EQ(MessageOf([&] { write(100000, false); }), "");
  ExpectContains(MessageOf([&] { write(99999, false); }),
                 "Cannot write labels.mha: its 100000 pixels need as many labels, but there are 99999.");
  for (const rlim_t bytes : { 0, 100, 199999 })
  {
    const FileSizeLimit limit(bytes);
    ExpectContains(MessageOf([&] { write(100000, false); }), "Cannot write labels.mha: File too large.");
  }
  // What is left in memory until the end.
  const auto writeFew = [&]
  {
    MetaImageLabelFile file(folder.File("b.mha"), MakeGeometry(10, 1), "few.mha");
    file.Append(labels.data(), 10);
    file.Close();
  };
  writeFew();
  {
    const FileSizeLimit limit(std::filesystem::file_size(folder.File("b.mha")) - 1);
    ExpectContains(MessageOf(writeFew), "Cannot write few.mha: File too large.");
  }
  const FileSizeLimit limit(300000);
  EXPECT_EQ(MessageOf([&] { write(100000, false); }), "");
  ExpectContains(MessageOf([&] { write(100000, true); }), "Cannot write labels.mha: File too large.");
  ExpectContains(MessageOf([&] { MetaImageLabelFile(folder.File("none/a.mha"), MakeGeometry(1, 1), "a.mha"); }),
                 "Cannot write a.mha: No such file or directory.");
}

TEST(MetaImageLabelFile, OtherFormatsAreRefused)
{
  for (const char * const name : { "", "a", "a.png", "a.nrrd", "a.mha.gz", ".mha" })
  {
    ExpectContains(MessageOf([&] { MetaImageLabelFile::VerifyName(name); }), "its name must end in .mha or .mhd.");
  }
}
