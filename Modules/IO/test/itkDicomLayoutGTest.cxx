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
