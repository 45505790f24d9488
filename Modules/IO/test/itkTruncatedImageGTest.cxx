// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTruncatedImage.h"
#include "itkFolderTest.h"
#include "itk_zlib.h"
#include <gtest/gtest.h>
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace
{
namespace fs = std::filesystem;

class TruncatedImage : public itk::Test::FolderTest
{
protected:
  bool
  IsTruncated(const std::string & name) const
  {
    return itk::IsTruncatedImage((m_Folder / name).string());
  }

  void
  Write(const std::string & name, const std::string & bytes) const
  {
    std::ofstream(m_Folder / name, std::ios::binary) << bytes;
  }

  // Whole it is not truncated; without its last byte, half, or empty it is.
  void
  ExpectOnlyWhole(const std::string & name, const std::string & bytes) const
  {
    this->Write(name, bytes);
    EXPECT_FALSE(this->IsTruncated(name)) << name;
    this->Write(name, bytes + "more");
    EXPECT_FALSE(this->IsTruncated(name)) << name;
    for (const std::size_t size : { bytes.size() - 1, bytes.size() / 2, std::size_t{ 0 } })
    {
      this->Write(name, bytes.substr(0, size));
      EXPECT_TRUE(this->IsTruncated(name)) << name << " of " << size << " bytes";
    }
  }
};

template <typename TNumber>
void
Put(std::string & bytes, std::size_t position, TNumber number, bool isSwapped = false)
{
  char part[sizeof(TNumber)];
  std::memcpy(part, &number, sizeof(TNumber));
  if (isSwapped)
  {
    std::reverse(part, part + sizeof(TNumber));
  }
  bytes.replace(position, sizeof(TNumber), part, sizeof(TNumber));
}

// Size 5 × 4 × 3 of 16 bits after a header of 352 bytes.
std::string
MakeNifti(bool isSwapped)
{
  std::string bytes(352 + 5 * 4 * 3 * 2, '\1');
  Put<std::int32_t>(bytes, 0, 348, isSwapped);
  constexpr std::int16_t sizes[] = { 3, 5, 4, 3, 0, 0, 0, 0 };
  for (std::size_t axis = 0; axis < 8; ++axis)
  {
    Put<std::int16_t>(bytes, 40 + 2 * axis, sizes[axis], isSwapped);
  }
  Put<std::int16_t>(bytes, 72, 16, isSwapped);
  Put<float>(bytes, 108, 352.0f, isSwapped);
  bytes.replace(344, 4, "n+1", 4);
  return bytes;
}

void
WriteGzip(const fs::path & file, const std::string & bytes, const char * mode)
{
  const gzFile stream = gzopen(file.c_str(), mode);
  gzwrite(stream, bytes.data(), static_cast<unsigned int>(bytes.size()));
  gzclose(stream);
}
} // namespace

TEST_F(TruncatedImage, AMetaImageHoldsAllPixels)
{
  const std::string header = "ObjectType = Image\nNDims = 2\nDimSize = 5 4\nElementNumberOfChannels = 3\n";
  const std::string pixels(5 * 4 * 3 * 2, 'x');
  this->ExpectOnlyWhole("a.mha", header + "ElementType = MET_SHORT\nElementDataFile = LOCAL\n" + pixels);
  this->ExpectOnlyWhole("a.MHA",
                        header +
                          "ElementType = MET_DOUBLE\nCompressedData = True\nCompressedDataSize = 33\n"
                          "ElementDataFile = LOCAL\n" +
                          std::string(33, 'z'));
  this->Write("a.mhd", header + "ElementType = MET_SHORT\r\nElementDataFile = a.raw\r\n");
  this->Write("a.raw", pixels);
  EXPECT_FALSE(this->IsTruncated("a.mhd"));
  this->Write("a.raw", pixels.substr(1));
  EXPECT_TRUE(this->IsTruncated("a.mhd"));
}

TEST_F(TruncatedImage, AMetaImageHoldsPixelsOfTheSizeOfItsType)
{
  const std::pair<const char *, std::size_t> sizes[] = { { "CHAR", 1 },      { "UCHAR", 1 },      { "SHORT", 2 },
                                                         { "USHORT", 2 },    { "INT", 4 },        { "UINT", 4 },
                                                         { "LONG_LONG", 8 }, { "ULONG_LONG", 8 }, { "FLOAT", 4 },
                                                         { "DOUBLE", 8 } };
  for (const auto & [type, size] : sizes)
  {
    this->ExpectOnlyWhole("a.mha",
                          std::string("ObjectType = Image\nNDims = 2\nDimSize = 25 4\nElementType = MET_") + type +
                            "\nElementDataFile = LOCAL\n" + std::string(100 * size, 'x'));
  }
}

TEST_F(TruncatedImage, WhatIsNotUnderstoodIsLeftToTheReader)
{
  const std::string header = "ObjectType = Image\nNDims = 2\nDimSize = 50 40\nElementType = MET_SHORT\n";
  this->Write("a.mha", header + "BinaryData = False\nElementDataFile = LOCAL\n1 2 3");
  EXPECT_FALSE(this->IsTruncated("a.mha"));
  this->Write("b.mhd", header + "ElementDataFile = %03d.raw 1 3 1\n");
  EXPECT_FALSE(this->IsTruncated("b.mhd"));
  this->Write("c.mha", "no image");
  EXPECT_FALSE(this->IsTruncated("c.mha"));
  this->Write("d.nii", std::string(400, 'x'));
  EXPECT_FALSE(this->IsTruncated("d.nii"));
  this->Write("e.txt", "x");
  EXPECT_FALSE(this->IsTruncated("e.txt"));
  EXPECT_FALSE(this->IsTruncated("absent.mha"));
}

TEST_F(TruncatedImage, ANiftiHoldsAllPixelsInBothByteOrders)
{
  this->ExpectOnlyWhole("a.nii", MakeNifti(false));
  this->ExpectOnlyWhole("b.nii", MakeNifti(true));
}

TEST_F(TruncatedImage, ACompressedNiftiHoldsAllPixels)
{
  const auto  file = m_Folder / "a.nii.gz";
  std::string bytes = MakeNifti(false);
  bytes.replace(352, 12, "random bytes");
  WriteGzip(file, bytes, "wb");
  EXPECT_FALSE(this->IsTruncated("a.nii.gz"));
  const auto size = fs::file_size(file);
  for (const auto part : { size * 3 / 4, size / 4, std::uintmax_t{ 0 } })
  {
    fs::resize_file(file, part);
    EXPECT_TRUE(this->IsTruncated("a.nii.gz")) << part;
  }
  // A whole gzip file of too few pixels.
  WriteGzip(file, bytes.substr(0, bytes.size() - 1), "wb");
  EXPECT_TRUE(this->IsTruncated("a.nii.gz"));
  // Of two members, the last of which tells its own length.
  WriteGzip(file, bytes.substr(0, 400), "wb");
  EXPECT_TRUE(this->IsTruncated("a.nii.gz"));
  WriteGzip(file, bytes.substr(400), "ab");
  EXPECT_FALSE(this->IsTruncated("a.nii.gz"));
}

TEST_F(TruncatedImage, AJpegHasItsOwnEnd)
{
  const std::string thumbnail = "\xff\xd8\xff\xda..\xff\xd9";
  const std::string begin = "\xff\xd8" + thumbnail + "\xff\xda" + "pixels";
  this->Write("a.jpg", begin + "\xff\xd9");
  EXPECT_FALSE(this->IsTruncated("a.jpg"));
  this->Write("a.jpg", begin);
  EXPECT_TRUE(this->IsTruncated("a.jpg"));
  this->Write("a.jpeg", "\xff\xd8\xff\xe0");
  EXPECT_TRUE(this->IsTruncated("a.jpeg"));
  this->Write("a.jpg", "no image");
  EXPECT_FALSE(this->IsTruncated("a.jpg"));
}

TEST_F(TruncatedImage, ABitmapHoldsAllRows)
{
  // 5 × 4 pixels of 24 bits: rows of 16 bytes.
  std::string bytes(54 + 4 * 16, '\0');
  bytes.replace(0, 2, "BM");
  Put<std::uint32_t>(bytes, 10, 54);
  Put<std::uint32_t>(bytes, 14, 40);
  Put<std::int32_t>(bytes, 18, 5);
  Put<std::int32_t>(bytes, 22, -4);
  Put<std::uint16_t>(bytes, 28, 24);
  this->Write("a.bmp", bytes);
  EXPECT_FALSE(this->IsTruncated("a.bmp"));
  this->Write("a.bmp", bytes.substr(0, bytes.size() - 1));
  EXPECT_TRUE(this->IsTruncated("a.bmp"));
}
