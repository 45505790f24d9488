// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomLayout.h"
#include "itkFolderTest.h"
#include <gtest/gtest.h>

namespace
{
std::string
Number(std::uint32_t number, std::size_t bytes)
{
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i)
  {
    text += static_cast<char>(number >> 8 * i);
  }
  return text;
}

std::string
Tag(std::uint32_t group, std::uint32_t element)
{
  return Number(group, 2) + Number(element, 2);
}

/** An element in explicit little-endian form. */
std::string
Short(std::uint32_t group, std::uint32_t element, const std::string & kind, const std::string & value)
{
  return Tag(group, element) + kind + Number(static_cast<std::uint32_t>(value.size()), 2) + value;
}

std::string
Pixels(std::uint32_t length, const std::string & value)
{
  return Tag(0x7fe0, 0x0010) + "OW" + Number(0, 2) + Number(length, 4) + value;
}

/** 3 rows of 4 pixels. */
std::string
MakeHeader(const std::string & syntax, std::uint32_t samples, std::uint32_t bits, const std::string & more = "")
{
  const std::string text = syntax + (syntax.size() % 2 == 1 ? std::string(1, '\0') : "");
  return std::string(128, '\0') + "DICM" + Short(0x0002, 0x0010, "UI", text) + more +
         Short(0x0028, 0x0002, "US", Number(samples, 2)) + Short(0x0028, 0x0010, "US", Number(3, 2)) +
         Short(0x0028, 0x0011, "US", Number(4, 2)) + Short(0x0028, 0x0100, "US", Number(bits, 2));
}

class DicomLayout : public itk::Test::FolderTest
{
protected:
  std::string
  Problem(const std::string & bytes) const
  {
    itk::Test::WriteFileBytes(this->In("a.dcm"), bytes);
    return itk::Test::ProblemOf([&] { itk::VerifyDicomLayout(this->In("a.dcm")); });
  }
};

const std::string explicitForm = "1.2.840.10008.1.2.1";
const std::string runLengths = "1.2.840.10008.1.2.5";
const std::string truncated = "the file ends before its pixels do.";
} // namespace

TEST_F(DicomLayout, AFileHoldsAllOfItsPixels)
{
  const std::string header = MakeHeader(explicitForm, 1, 16);
  const std::string whole = header + Pixels(24, std::string(24, 'x'));
  EXPECT_EQ(this->Problem(whole), "");
  for (std::size_t size = header.size() + 1; size < whole.size(); ++size)
  {
    EXPECT_EQ(this->Problem(whole.substr(0, size)), truncated) << size << " of " << whole.size();
  }
  EXPECT_EQ(this->Problem(header), "it holds no pixels.");
  EXPECT_EQ(this->Problem(header + Pixels(22, std::string(22, 'x'))), truncated) << "fewer than rows and columns say";
}

TEST_F(DicomLayout, SequencesBeforeThePixelsAreSkipped)
{
  const std::string item = Tag(0xfffe, 0xe000) + Number(0xffffffff, 4) + Short(0x0008, 0x0100, "SH", "ab") +
                           Tag(0xfffe, 0xe00d) + Number(0, 4);
  const std::string sequence = Tag(0x0008, 0x1140) + "SQ" + Number(0, 2) + Number(0xffffffff, 4) + item + item +
                               Tag(0xfffe, 0xe0dd) + Number(0, 4);
  EXPECT_EQ(this->Problem(MakeHeader(explicitForm, 1, 16, sequence) + Pixels(24, std::string(24, 'x'))), "");
}

TEST_F(DicomLayout, ASequenceOfUnknownKindIsInTheImplicitForm)
{
  const std::string item = Tag(0xfffe, 0xe000) + Number(0xffffffff, 4) + Tag(0x0008, 0x0100) + Number(2, 4) + "ab" +
                           Tag(0xfffe, 0xe00d) + Number(0, 4);
  const std::string sequence =
    Tag(0x0009, 0x1140) + "UN" + Number(0, 2) + Number(0xffffffff, 4) + item + Tag(0xfffe, 0xe0dd) + Number(0, 4);
  EXPECT_EQ(this->Problem(MakeHeader(explicitForm, 1, 16, sequence) + Pixels(24, std::string(24, 'x'))), "");
}

TEST_F(DicomLayout, ElementsWithoutTheKindThatTheyShouldStateAreRead)
{
  const auto implicit = [](std::uint32_t element, const std::string & value)
  { return Tag(0x0028, element) + Number(static_cast<std::uint32_t>(value.size()), 4) + value; };
  const std::string begin =
    std::string(128, '\0') + "DICM" + Short(0x0002, 0x0010, "UI", explicitForm + std::string(1, '\0'));
  const std::string header = begin + implicit(0x0002, Number(1, 2)) + implicit(0x0010, Number(3, 2)) +
                             implicit(0x0011, Number(4, 2)) + implicit(0x0100, Number(16, 2));
  const std::string pixels = Tag(0x7fe0, 0x0010) + Number(24, 4);
  EXPECT_EQ(this->Problem(header + pixels + std::string(24, 'x')), "");
  EXPECT_EQ(this->Problem(header + pixels + std::string(23, 'x')), truncated);
}

TEST_F(DicomLayout, ASpacingIsFoundWhereverItStands)
{
  const std::string pixels = Pixels(24, std::string(24, 'x'));
  const std::string spacing = Short(0x0028, 0x0030, "DS", "0.5\\0.75");
  const auto        statesSpacing = [&](const std::string & more)
  {
    itk::Test::WriteFileBytes(this->In("a.dcm"), MakeHeader(explicitForm, 1, 16, more) + pixels);
    return itk::VerifyDicomLayout(this->In("a.dcm")).StatesSpacing;
  };
  EXPECT_FALSE(statesSpacing(""));
  EXPECT_FALSE(statesSpacing(Short(0x0028, 0x0030, "DS", "")));
  EXPECT_TRUE(statesSpacing(spacing));
  // In the item of a sequence in the item of a sequence, as files of several frames have it.
  const auto inSequence = [](std::uint32_t group, std::uint32_t element, const std::string & content)
  {
    const std::string item = Tag(0xfffe, 0xe000) + Number(static_cast<std::uint32_t>(content.size()), 4) + content;
    return Tag(group, element) + "SQ" + Number(0, 2) + Number(static_cast<std::uint32_t>(item.size()), 4) + item;
  };
  EXPECT_TRUE(statesSpacing(inSequence(0x5200, 0x9229, inSequence(0x0028, 0x9110, spacing))));
}

TEST_F(DicomLayout, PixelsOfOneBitAreTold)
{
  itk::Test::WriteFileBytes(this->In("a.dcm"), MakeHeader(explicitForm, 1, 1) + Pixels(2, "xy"));
  EXPECT_TRUE(itk::VerifyDicomLayout(this->In("a.dcm")).HasBits());
  itk::Test::WriteFileBytes(this->In("a.dcm"), MakeHeader(explicitForm, 1, 8) + Pixels(12, "twelve bytes"));
  EXPECT_FALSE(itk::VerifyDicomLayout(this->In("a.dcm")).HasBits());
}

TEST_F(DicomLayout, CompressedPixelsAreOfTheSizeThatTheHeaderSays)
{
  const std::string jpegSyntax = "1.2.840.10008.1.2.4.50";
  const auto        withStream = [&](const std::string & stream)
  {
    return MakeHeader(jpegSyntax, 1, 8) + Pixels(0xffffffff, "") + Tag(0xfffe, 0xe000) + Number(0, 4) +
           Tag(0xfffe, 0xe000) + Number(static_cast<std::uint32_t>(stream.size()), 4) + stream;
  };
  // A comment of two bytes, then the frame: 8 bits, rows, columns.
  const auto jpeg = [](char rows, char columns)
  {
    return std::string("\xff\xd8\xff\xfe\0\4hi\xff\xc0\0\x0b\x08\0", 14) + rows + '\0' + columns +
           std::string("\1\1\x11\0", 4);
  };
  EXPECT_EQ(this->Problem(withStream(jpeg(3, 4))), "");
  EXPECT_EQ(this->Problem(withStream(jpeg(3, 100))),
            "it is damaged: its header says 4 x 3 pixels, its compressed pixels 100 x 3.");
  // Of JPEG 2000: a canvas of 6 x 4, on which the image begins at 2, 1.
  const auto jpeg2000 = [](char columns) {
    return std::string("\xff\x4f\xff\x51\0\x29\0\0\0\0\0", 11) + columns + std::string("\0\0\0\4\0\0\0\2\0\0\0\1", 12);
  };
  EXPECT_EQ(this->Problem(withStream(jpeg2000(6))), "");
  EXPECT_EQ(this->Problem(withStream(jpeg2000(7))),
            "it is damaged: its header says 4 x 3 pixels, its compressed pixels 5 x 3.");
}

TEST_F(DicomLayout, FragmentsOfCompressedPixelsAreInTheFile)
{
  const std::string fragment = Tag(0xfffe, 0xe000) + Number(6, 4) + "pixels";
  const std::string end = Tag(0xfffe, 0xe0dd) + Number(0, 4);
  const std::string begin = MakeHeader(runLengths, 1, 16) + Pixels(0xffffffff, "");
  EXPECT_EQ(this->Problem(begin + fragment + fragment + end), "");
  EXPECT_EQ(this->Problem(begin + fragment + fragment), "") << "some programs leave out the end";
  EXPECT_EQ(this->Problem(begin + fragment + fragment.substr(0, 10)), truncated);
}

TEST_F(DicomLayout, WhatGdcmMixesUpIsRefused)
{
  EXPECT_EQ(this->Problem(MakeHeader(runLengths, 3, 16) + Pixels(0xffffffff, "")),
            "its colors of 16 bits are compressed by run lengths, which is not read here.");
}

TEST_F(DicomLayout, ACompressionThatChangesPixelsIsTold)
{
  const auto compression = [&](const std::string & syntax, const std::string & more)
  {
    const std::string fragment = Tag(0xfffe, 0xe000) + Number(6, 4) + "pixels";
    itk::Test::WriteFileBytes(this->In("a.dcm"),
                              MakeHeader(syntax, 1, 8, more) + Pixels(0xffffffff, "") + fragment + fragment);
    return itk::VerifyDicomLayout(this->In("a.dcm")).GetLossyCompression();
  };
  const std::string jpeg = "1.2.840.10008.1.2.4.";
  EXPECT_EQ(compression(jpeg + "50", ""), "JPEG");
  EXPECT_EQ(compression(jpeg + "81", ""), "JPEG-LS");
  EXPECT_EQ(compression(jpeg + "91", ""), "JPEG 2000");
  EXPECT_EQ(compression(jpeg + "70", ""), "") << "JPEG without a loss";
  EXPECT_EQ(compression(jpeg + "90", ""), "");
  EXPECT_EQ(compression(runLengths, ""), "");
  EXPECT_EQ(compression(runLengths, Short(0x0028, 0x2110, "CS", "00")), "");
  EXPECT_NE(compression(runLengths, Short(0x0028, 0x2110, "CS", "01")), "") << "it was compressed with a loss before";
}
