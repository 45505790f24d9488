// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkDicomSeries.h"
#include "itkDicomTestFiles.h"
#include "itkLabelImageReader.h"
#include "itkVerifiedImageReader.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include <gtest/gtest.h>
#include <cmath>
#include <filesystem>

namespace
{
namespace fs = std::filesystem;
using ImageType = itk::Image<float, 3>;
using itk::Test::DicomSlice;
using itk::Test::MakeDicomStack;

class DicomSeries : public itk::Test::FolderTest
{
protected:
  void
  SetUp() override
  {
    FolderTest::SetUp();
    m_Series = this->In("ct");
  }

  void
  Write(const std::string & name, const DicomSlice & slice) const
  {
    fs::create_directories(fs::path(this->In("ct/" + name)).parent_path());
    itk::Test::WriteFileBytes(this->In("ct/" + name), MakeDicomFile(slice));
  }

  void
  Write(const std::vector<DicomSlice> & slices, const std::string & prefix = "a") const
  {
    for (std::size_t i = 0; i < slices.size(); ++i)
    {
      this->Write(prefix + std::to_string(i), slices[i]);
    }
  }

  itk::VerifiedImageReader<ImageType>::Pointer
  Read(const std::string & choice = "") const
  {
    auto reader = itk::VerifiedImageReader<ImageType>::New();
    reader->SetFileName(m_Series + choice);
    reader->Update();
    return reader;
  }

  /** The sentence without the folder's name. */
  std::string
  Problem(const std::string & choice = "") const
  {
    const std::string problem = itk::Test::ProblemOf([&] { this->Read(choice); });
    const std::string begin = m_Series + choice + ": ";
    EXPECT_EQ(problem.rfind(begin, 0), 0u) << problem;
    return problem.substr(std::min(begin.size(), problem.size()));
  }

  /** Every pixel is where its slice states it, with the slice's rescaling. */
  void
  ExpectSlices(const ImageType & image, const std::vector<DicomSlice> & slices) const
  {
    const auto size = image.GetLargestPossibleRegion().GetSize();
    ASSERT_EQ(size, (itk::Size<3>{ { slices.front().Columns, slices.front().Rows, slices.size() } }));
    EXPECT_GT(vnl_determinant(image.GetDirection().GetVnlMatrix()), 0.0);
    for (const DicomSlice & slice : slices)
    {
      const double slope = slice.Slope.empty() ? 1 : std::stod(slice.Slope);
      const double intercept = slice.Intercept.empty() ? 0 : std::stod(slice.Intercept);
      for (std::size_t i = 0; i < slice.Pixels.size(); ++i)
      {
        const double          column = static_cast<double>(i % slice.Columns);
        const double          row = static_cast<double>(i / slice.Columns);
        itk::Point<double, 3> place;
        for (unsigned int axis = 0; axis < 3; ++axis)
        {
          place[axis] = slice.Position[axis] + column * slice.PixelSpacing[1] * slice.Orientation[axis] +
                        row * slice.PixelSpacing[0] * slice.Orientation[3 + axis];
        }
        const auto    index = image.TransformPhysicalPointToContinuousIndex<double>(place);
        itk::Index<3> nearest;
        for (unsigned int axis = 0; axis < 3; ++axis)
        {
          nearest[axis] = std::lround(index[axis]);
          ASSERT_NEAR(index[axis], static_cast<double>(nearest[axis]), 1e-3);
        }
        ASSERT_TRUE(image.GetLargestPossibleRegion().IsInside(nearest));
        ASSERT_FLOAT_EQ(image.GetPixel(nearest), static_cast<float>(slope * slice.Pixels[i] + intercept));
      }
    }
  }

  std::string m_Series;
};

std::vector<std::string>
NamesOf(const std::vector<std::string> & files)
{
  std::vector<std::string> names;
  for (const auto & file : files)
  {
    names.push_back(fs::path(file).filename().string());
  }
  return names;
}
} // namespace

TEST_F(DicomSeries, SlicesAreOrderedByTheirPositions)
{
  const auto slices = MakeDicomStack({ 2, 0, 4, 1, 3 });
  this->Write(slices);
  itk::Test::WriteFileBytes(this->In("ct/README.txt"), "no slice");
  const auto reader = this->Read();
  this->ExpectSlices(*reader->GetOutput(), slices);
  EXPECT_EQ(reader->GetOutput()->GetSpacing()[2], 2.5);
  EXPECT_EQ(reader->GetInformation().Format, "DICOM");
  EXPECT_TRUE(reader->GetInformation().Notes.empty());
  EXPECT_EQ(NamesOf(itk::ListImageFiles(m_Series)), (std::vector<std::string>{ "a1", "a3", "a0", "a4", "a2" }));
}

TEST_F(DicomSeries, ObliqueSlicesLieAlongTheirNormal)
{
  DicomSlice like;
  like.Position = { -31.5, 12.25, 400 };
  like.Orientation = { 0.6, 0.8, 0, 0, 0, -1 };
  auto slices = MakeDicomStack({ 3, 2, 1, 0 }, 1.125, like);
  this->Write(slices);
  this->ExpectSlices(*this->Read()->GetOutput(), slices);

  const double third = 1.0 / 3;
  like.Orientation = { 2 * third, 2 * third, third, -2 * third, third, 2 * third };
  slices = MakeDicomStack({ 0, -1, 1 }, 0.3, like);
  fs::remove_all(m_Series);
  this->Write(slices);
  this->ExpectSlices(*this->Read()->GetOutput(), slices);
}

TEST_F(DicomSeries, EachSliceHasItsOwnRescaling)
{
  auto slices = MakeDicomStack({ 0, 1, 2 });
  slices[0].Slope = "0.5";
  slices[1].Slope = "3";
  slices[1].Intercept = "-1024";
  this->Write(slices);
  this->ExpectSlices(*this->Read()->GetOutput(), slices);
  EXPECT_EQ(itk::OpenImageFile(m_Series)->GetComponentType(), itk::IOComponentEnum::DOUBLE);

  for (auto & slice : slices)
  {
    slice.Slope = "1";
    slice.Intercept = "-1000";
  }
  this->Write(slices);
  this->ExpectSlices(*this->Read()->GetOutput(), slices);
  EXPECT_EQ(itk::OpenImageFile(m_Series)->GetComponentType(), itk::IOComponentEnum::INT);
}

TEST_F(DicomSeries, AMissingSliceIsNamed)
{
  this->Write(MakeDicomStack({ 0, 1, 2, 4, 5 }));
  EXPECT_EQ(this->Problem(), "1 of its slices is missing between a2 at 5 mm and a3 at 10 mm: others are 2.5 mm apart.");
  auto slices = MakeDicomStack({ 0, 1, 2, 3, 4 });
  slices[4].Position[2] += 0.04;
  this->Write(slices);
  EXPECT_EQ(this->Problem(),
            "its slices must be evenly spaced, but a3 at 7.5 mm and a4 at 10.04 mm are 2.54 mm apart, others 2.5 mm.");
  // Rounding is no gap.
  slices[4].Position[2] = 10.02;
  this->Write(slices);
  EXPECT_NEAR(this->Read()->GetOutput()->GetSpacing()[2], 2.505, 1e-9);
}

TEST_F(DicomSeries, ASingleSliceLiesTheSameAsAFileAndInAFolder)
{
  DicomSlice like;
  like.Thickness = "5";
  like.Position = { 3, 4, 5 };
  const auto slices = MakeDicomStack({ 0 }, 2.5, like);
  this->Write(slices);
  for (const std::string & name : { m_Series, m_Series + "/a0" })
  {
    const auto io = itk::OpenImageFile(name);
    ASSERT_EQ(io->GetNumberOfDimensions(), 3u) << name;
    EXPECT_EQ(io->GetSpacing(0), 0.5) << name;
    EXPECT_EQ(io->GetSpacing(1), 0.75) << name;
    EXPECT_EQ(io->GetSpacing(2), 5.0) << name;
    EXPECT_EQ(io->GetOrigin(2), 5.0) << name;
    EXPECT_EQ(io->GetInformation().SpacingSource, "DICOM") << name;
  }
  like.PixelSpacing = {};
  this->Write(MakeDicomStack({ 0 }, 2.5, like));
  EXPECT_EQ(itk::OpenImageFile(m_Series)->GetInformation().SpacingSource, "") << "nobody states it";
}

TEST_F(DicomSeries, TwoSlicesAtOnePositionAreNamedUnlessTheyAreCopies)
{
  auto slices = MakeDicomStack({ 0, 1, 2 });
  this->Write(slices);
  this->Write("copy", slices[1]);
  const auto reader = this->Read();
  this->ExpectSlices(*reader->GetOutput(), slices);
  EXPECT_EQ(reader->GetInformation().Notes,
            std::vector<std::string>{ "A copy of one of its slices is left out: copy." });

  const std::string sentence = "two of its slices are at one position, such as of several times or echoes: a1 and copy "
                               "at 2.5 mm.";
  auto              other = slices[1];
  other.Pixels[3] ^= 1;
  this->Write("copy", other);
  EXPECT_EQ(this->Problem(), sentence) << "one UID, but other pixels";
  other = slices[1];
  other.Instance = "1.2.3.999";
  this->Write("copy", other);
  EXPECT_EQ(this->Problem(), sentence);
  const auto found = itk::FindDicomSeries(m_Series);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front().Name, m_Series);
  auto names = NamesOf(found.front().Files);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{ "a0", "a1", "a2", "copy" }));
}

TEST_F(DicomSeries, GraysThatAreStoredInvertedAreTurned)
{
  const std::string note = "Its grays are stored inverted (MONOCHROME1) and were turned, so that larger is brighter.";
  DicomSlice        like;
  like.Photometric = "MONOCHROME1";
  like.BitsStored = 12;
  like.Slope = "2";
  like.Intercept = "-100";
  auto slices = MakeDicomStack({ 0, 1 }, 2.5, like);
  this->Write(slices);
  const auto reader = this->Read();
  const auto read = [](const itk::VerifiedImageReader<ImageType> & from)
  { return from.GetOutput()->GetBufferPointer(); };
  for (std::size_t i = 0; i < 12; ++i)
  {
    // Stored 0 and 4095 change places.
    EXPECT_EQ(read(*reader)[i], 2 * (4095.0f - slices[0].Pixels[i]) - 100);
    EXPECT_EQ(read(*reader)[12 + i], 2 * (4095.0f - slices[1].Pixels[i]) - 100);
  }
  EXPECT_EQ(reader->GetInformation().Notes, std::vector<std::string>{ note });
  const auto one = this->Read("/a0");
  EXPECT_TRUE(std::equal(read(*one), read(*one) + 12, read(*reader)));
  EXPECT_EQ(one->GetInformation().Notes, std::vector<std::string>{ note });

  slices[0].IsSigned = true;
  slices[0].Slope = slices[0].Intercept = "";
  slices[0].Pixels[0] = 0xf800;
  slices[0].Pixels[1] = 0x07ff;
  this->Write(slices);
  const auto withSigned12 = this->Read("/a0");
  EXPECT_EQ(read(*withSigned12)[0], 2047.0f);
  EXPECT_EQ(read(*withSigned12)[1], -2048.0f);
  slices[0].BitsStored = 16;
  slices[0].Pixels[0] = 0x8000;
  slices[0].Pixels[1] = 0x7fff;
  this->Write(slices);
  const auto withSigned = this->Read("/a0");
  EXPECT_EQ(read(*withSigned)[0], 32767.0f);
  EXPECT_EQ(read(*withSigned)[1], -32768.0f);

  slices[1].Slope = slices[1].Intercept = "";
  this->Write("label", slices[1]);
  const auto labels = itk::ReadLabels<3>(this->In("ct/label"));
  EXPECT_EQ(labels->GetBufferPointer()[5], slices[1].Pixels[5]) << "labels are numbers, not grays";
}

TEST_F(DicomSeries, OneOfSeveralSeriesIsChosenByItsNumberOrUid)
{
  DicomSlice other;
  other.Series = "1.2.9";
  other.Number = "12";
  other.Description = "T1 axial";
  other.Modality = "MR";
  const auto first = MakeDicomStack({ 0, 1, 2 });
  const auto second = MakeDicomStack({ 5, 4 }, 3, other);
  this->Write(first, "b");
  this->Write(second, "a");
  EXPECT_EQ(this->Problem(),
            "one of its series must be chosen by number or UID, such as ct#1, but none is: #1 (series 1, CT, 4 x 3, 3 "
            "slices), #2 (series 12, \"T1 axial\", MR, 4 x 3, 2 slices).");
  EXPECT_NE(this->Problem("#3").find("but there is no #3: #1 (series 1"), std::string::npos);
  this->ExpectSlices(*this->Read("#1")->GetOutput(), first);
  this->ExpectSlices(*this->Read("#2")->GetOutput(), second);
  this->ExpectSlices(*this->Read("#1.2.9")->GetOutput(), second);
  const auto series = itk::FindDicomSeries(m_Series);
  ASSERT_EQ(series.size(), 2u);
  EXPECT_EQ(series[1].Name, m_Series + "#1.2.9");
  other.Series = "1.2/9";
  other.Number = "13";
  this->Write(MakeDicomStack({ 5, 4 }, 3, other), "c");
  EXPECT_EQ(itk::FindDicomSeries(m_Series)[2].Name, m_Series + "#3") << "no UID";

  itk::Test::WriteFileBytes(m_Series + "#2", "a file by that name");
  EXPECT_EQ(this->Problem("#2"), "it is not an image that can be read.");
}

TEST_F(DicomSeries, SlicesOfOtherSizesAndOrientationsAreSeriesOfTheirOwn)
{
  const auto slices = MakeDicomStack({ 0, 1, 2 });
  this->Write(slices);
  DicomSlice scout;
  scout.Orientation = { 0, 1, 0, 0, 0, -1 };
  scout.Instance = "1.2.3.900";
  this->Write("scout", scout);
  auto large = MakeDicomStack({ 0, 1 }, 2.5);
  for (auto & slice : large)
  {
    slice.Rows = 6;
    slice.Pixels.resize(24);
  }
  this->Write(large, "large");
  const auto series = itk::FindDicomSeries(m_Series);
  ASSERT_EQ(series.size(), 3u);
  EXPECT_EQ(series[0].Name, m_Series + "#1") << "their UID is one";
  EXPECT_EQ(series[1].Files.size(), 2u);
  EXPECT_EQ(NamesOf(series[2].Files), std::vector<std::string>{ "scout" });
  this->ExpectSlices(*this->Read("#1")->GetOutput(), slices);
  this->ExpectSlices(*this->Read("#2")->GetOutput(), large);
}

TEST_F(DicomSeries, FoldersInTheFolderAreSearchedUnlessItHoldsOtherImages)
{
  DicomSlice other;
  other.Series = "1.2.9";
  const auto first = MakeDicomStack({ 0, 1, 2 });
  const auto second = MakeDicomStack({ 0, 1 }, 3, other);
  this->Write({ first[0], first[2] }, "study/one/x/");
  this->Write({ first[1] }, "study/one/y/");
  this->Write(second, "study/two/");
  this->Write(".hidden/a", first[0]);
  const auto series = itk::FindDicomSeries(m_Series);
  ASSERT_EQ(series.size(), 2u);
  EXPECT_EQ(series[0].Name, m_Series + "/study/one");
  EXPECT_EQ(series[1].Name, m_Series + "/study/two");
  this->ExpectSlices(*this->Read("/study/one")->GetOutput(), first);
  this->ExpectSlices(*this->Read("#1.2.9")->GetOutput(), second);

  itk::Test::WriteFileBytes(this->In("ct/cells.png"), "\x89PNG\r\n\x1a\n");
  EXPECT_TRUE(itk::FindDicomSeries(m_Series).empty());
  EXPECT_EQ(this->Problem(), "it must be a file or a folder of DICOM images, but is a folder without any.");
}

TEST_F(DicomSeries, ADamagedSliceIsNamed)
{
  const auto slices = MakeDicomStack({ 0, 1, 2, 3 });
  this->Write(slices);
  const std::string whole = MakeDicomFile(slices[3]);
  const std::size_t pixels = whole.size() - 24;
  // The last slice: nothing else would tell that it is not there.
  for (std::size_t size = 133; size < whole.size(); ++size)
  {
    itk::Test::WriteFileBytes(this->In("ct/a3"), whole.substr(0, size));
    const std::string problem = this->Problem();
    EXPECT_EQ(problem.rfind("a3: ", 0), 0u) << size << " of " << whole.size() << ": " << problem;
    if (size > pixels)
    {
      EXPECT_EQ(problem, "a3: the file ends before its pixels do.");
    }
  }
}

TEST_F(DicomSeries, OtherDicomFilesAreLeftOut)
{
  const auto slices = MakeDicomStack({ 0, 1 });
  this->Write(slices);
  DicomSlice report;
  report.Series = "1.2.77";
  std::string bytes = MakeDicomFile(report);
  // Up to its modality.
  bytes.resize(bytes.find("CT") - 8);
  itk::Test::WriteFileBytes(this->In("ct/report"), bytes + itk::Test::MakeDicomElement(0x0020000e, "UI", "1.2.77"));
  this->ExpectSlices(*this->Read()->GetOutput(), slices);
}

TEST_F(DicomSeries, SlicesThatAreNoVolumeAreRefused)
{
  auto slices = MakeDicomStack({ 0, 1, 2 });
  slices[1].Position[1] += 0.3;
  slices[2].Position[1] += 0.6;
  this->Write(slices);
  EXPECT_EQ(this->Problem(),
            "its slices must lie straight above each other, but a2 is 0.6 mm beside a0, as with a tilted gantry.");
  slices = MakeDicomStack({ 0, 1, 2 });
  slices[1].Position = {};
  this->Write(slices);
  EXPECT_EQ(this->Problem(),
            "its slices must state their positions (ImagePositionPatient, ImageOrientationPatient), but a1 does not.");
}

TEST_F(DicomSeries, OnlyRequestedSlicesAreRead)
{
  const auto slices = MakeDicomStack({ 3, 2, 1, 0 });
  this->Write(slices);
  const auto whole = this->Read();
  auto       reader = itk::VerifiedImageReader<ImageType>::New();
  reader->SetFileName(m_Series);
  reader->UpdateOutputInformation();
  fs::remove(this->In("ct/a3"));
  fs::remove(this->In("ct/a0"));
  const itk::ImageRegion<3> region({ { 1, 1, 1 } }, { { 2, 2, 2 } });
  reader->GetOutput()->SetRequestedRegion(region);
  reader->Update();
  itk::ImageRegionConstIteratorWithIndex<ImageType> pixel(reader->GetOutput(), region);
  for (; !pixel.IsAtEnd(); ++pixel)
  {
    EXPECT_EQ(pixel.Get(), whole->GetOutput()->GetPixel(pixel.GetIndex()));
  }
}

TEST_F(DicomSeries, WhatGdcmCannotReadIsNamed)
{
  const auto slices = MakeDicomStack({ 0, 1 });
  this->Write(slices);
  for (const std::string name : { "a0", "a1" })
  {
    std::string bytes = MakeDicomFile(slices[name == "a0" ? 0 : 1]);
    // A transfer syntax that there is not.
    bytes.replace(bytes.find("1.2.840.10008.1.2.1"), 19, "1.2.840.10008.1.2.9");
    itk::Test::WriteFileBytes(this->In("ct/" + name), bytes);
    EXPECT_EQ(this->Problem().rfind(name + ": ", 0), 0u) << this->Problem();
    this->Write(slices);
  }
}

TEST_F(DicomSeries, AFolderOfOneFileIsThatFile)
{
  const auto slices = MakeDicomStack({ 4 });
  this->Write(slices);
  const auto reader = this->Read();
  EXPECT_EQ(reader->GetOutput()->GetOrigin()[2], 10);
  EXPECT_EQ(reader->GetOutput()->GetBufferPointer()[7], static_cast<float>(slices[0].Pixels[7]));
  EXPECT_EQ((itk::ReadVerifiedImage<itk::Image<float, 2>>(m_Series)->GetSpacing()[1]), 0.75);
}
