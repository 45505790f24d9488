// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelFiles.h"
#include "itkRGBPixel.h"
#include "itkTestHelpers.h"

namespace
{
template <typename TImage>
void
Write(const std::string & fileName, const std::vector<double> & pixels)
{
  auto image = TImage::New();
  image->SetRegions(itk::Size<2>{ { pixels.size(), 1 } });
  image->Allocate();
  std::copy(pixels.begin(), pixels.end(), image->GetBufferPointer());
  itk::WriteImage(image.GetPointer(), fileName);
}
} // namespace

TEST(LabelFiles, RealNumbersAreLabelsIfTheyAreWhole)
{
  const itk::Test::TemporaryFolder folder;
  Write<itk::Image<float, 2>>(folder.File("whole.nrrd"), { 0, 3, 2, 70000 });
  const auto labels = itk::ReadLabels<2>(folder.File("whole.nrrd"));
  EXPECT_EQ(std::vector<std::int64_t>(labels->GetBufferPointer(), labels->GetBufferPointer() + 4),
            (std::vector<std::int64_t>{ 0, 3, 2, 70000 }));
  Write<itk::Image<double, 2>>(folder.File("parts.nrrd"), { 0, 0.25 });
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { itk::ReadLabels<2>(folder.File("parts.nrrd")); }),
                            "parts.nrrd: labels must be whole numbers, but one is 0.25.");
  Write<itk::Image<double, 2>>(folder.File("nan.nrrd"), { 1, std::numeric_limits<double>::quiet_NaN() });
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { itk::ReadLabels<2>(folder.File("nan.nrrd")); }),
                            "labels must be whole numbers, but one is nan");
}

TEST(LabelFiles, IntegersKeepTheirWidth)
{
  const itk::Test::TemporaryFolder folder;
  Write<itk::Image<std::uint32_t, 2>>(folder.File("wide.nrrd"), { 0, 4294967295.0 });
  EXPECT_EQ(itk::ReadLabels<2>(folder.File("wide.nrrd"))->GetBufferPointer()[1], 4294967295);
}

TEST(LabelFiles, AreWrittenInAsManyBitsAsTheyNeed)
{
  const itk::Test::TemporaryFolder folder;
  const auto                       write = [&](std::int64_t label)
  {
    auto labels = itk::LabelImageType<2>::New();
    labels->SetRegions(itk::Size<2>{ { 1, 1 } });
    labels->Allocate();
    labels->FillBuffer(label);
    itk::WriteLabels<2>(labels, folder.File("a.nrrd"));
  };
  for (const std::int64_t label : { 65535ll, 65536ll, 4294967295ll })
  {
    write(label);
    EXPECT_EQ(itk::ReadLabels<2>(folder.File("a.nrrd"))->GetBufferPointer()[0], label);
  }
  for (const std::int64_t label : { -1ll, 4294967296ll })
  {
    itk::Test::ExpectContains(itk::Test::MessageOf([&] { write(label); }),
                              "a.nrrd: labels must be in [0, 4294967295], but are in [" + std::to_string(label));
  }
}

TEST(LabelFiles, MoreLabelsThanAFormatHoldsAreNotLost)
{
  const itk::Test::TemporaryFolder folder;
  auto                             labels = itk::LabelImageType<2>::New();
  labels->SetRegions(itk::Size<2>{ { 1, 1 } });
  labels->Allocate();
  labels->FillBuffer(70000);
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { itk::WriteLabels<2>(labels, folder.File("a.png")); }),
                            "a.png: its format holds labels in [0, 65535], but the largest is 70000; they are in " +
                              folder.File("a.nrrd") + '.');
  EXPECT_EQ(itk::ReadLabels<2>(folder.File("a.nrrd"))->GetBufferPointer()[0], 70000);
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { itk::WriteLabels<2>(labels, folder.File("a.png")); }),
                            "they are in " + folder.File("a-1.nrrd") + '.');
}

TEST(LabelFiles, ColorsAreNoLabels)
{
  const itk::Test::TemporaryFolder folder;
  auto                             image = itk::Image<itk::RGBPixel<unsigned char>, 2>::New();
  image->SetRegions(itk::Size<2>{ { 2, 2 } });
  image->Allocate(true);
  itk::WriteImage(image.GetPointer(), folder.File("color.png"));
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { itk::ReadLabels<2>(folder.File("color.png")); }),
                            "color.png: labels must have 1 component, but have 3, red, green and blue.");
}

TEST(LabelFiles, AnotherDimensionIsNamed)
{
  const itk::Test::TemporaryFolder folder;
  Write<itk::Image<short, 2>>(folder.File("plane.nrrd"), { 0, 1 });
  itk::Test::ExpectContains(itk::Test::MessageOf([&] { itk::ReadLabels<3>(folder.File("plane.nrrd")); }),
                            "plane.nrrd: its dimension must be 3, but is 2.");
}
