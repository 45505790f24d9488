// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFileContent.h"
#include "itkFolderTest.h"
#include "itkImageFileReader.h"
#include "itkVectorImage.h"
#include "itkWriteImageFile.h"
#include <algorithm>

namespace
{
class ImageFileContent : public itk::Test::FolderTest
{
protected:
  template <unsigned int VDimension>
  void
  ExpectRoundTrip(const std::string & name, unsigned int components) const
  {
    using ImageType = itk::VectorImage<float, VDimension>;
    auto image = ImageType::New();
    auto size = itk::Size<VDimension>::Filled(4);
    size[0] = 5;
    image->SetRegions(size);
    image->SetNumberOfComponentsPerPixel(components);
    image->SetSpacing(typename ImageType::SpacingType(0.5));
    image->Allocate();
    const auto begin = image->GetBufferPointer();
    const auto end = begin + image->GetPixelContainer()->Size();
    float      value = 0.0f;
    std::for_each(begin, end, [&value](float & number) { number = value += 0.125f; });
    itk::WriteImageFile(image.GetPointer(), In(name));
    const auto read = itk::ReadImage<ImageType>(In(name));
    ASSERT_EQ(read->GetNumberOfComponentsPerPixel(), components) << name;
    ASSERT_EQ(read->GetBufferedRegion().GetSize(), size) << name;
    EXPECT_TRUE(std::equal(begin, end, read->GetBufferPointer())) << name;
  }
};

std::string
ProblemWith(const std::string & name, const itk::ImageFileContent & content)
{
  return itk::Test::ProblemOf([&] { itk::VerifyFormatHolds(name, content); });
}
} // namespace

TEST_F(ImageFileContent, FormatsThatAreAllowedHoldAComponentForEachClass)
{
  for (const unsigned int classes : { 3u, 4u, 7u })
  {
    for (const std::string ending : { ".mha", ".nrrd", ".nii.gz" })
    {
      EXPECT_EQ(ProblemWith("a" + ending, { "probabilities", classes, true }), "");
      this->ExpectRoundTrip<2>("plane" + std::to_string(classes) + ending, classes);
      this->ExpectRoundTrip<3>("volume" + std::to_string(classes) + ending, classes);
    }
  }
}

TEST_F(ImageFileContent, WhatAFormatWouldChangeIsRefused)
{
  EXPECT_EQ(ProblemWith("a.png", { "probabilities", 3, true }),
            "Cannot write a.png: probabilities are real numbers, which its format cannot store; use .nrrd, .mha, "
            ".nii.gz or .tif.");
  EXPECT_EQ(ProblemWith("a.png", { "labels", 1, false }), "");
  EXPECT_EQ(ProblemWith("a.txt", { "labels", 1, false }),
            "Cannot write a.txt: its file extension must be that of an ITK image format.");
}

TEST_F(ImageFileContent, WhatAFormatLosesOfAnImagesPlaceIsSaid)
{
  using ImageType = itk::Image<unsigned char, 2>;
  auto image = ImageType::New();
  image->SetRegions(itk::Size<2>{ { 6, 4 } });
  image->Allocate(true);
  EXPECT_EQ(itk::DescribeLostPlace<2>(image, "a.jpg"), "") << "there is nothing to lose";
  image->SetSpacing(ImageType::SpacingType(0.25));
  EXPECT_EQ(itk::DescribeLostPlace<2>(image, "a.png"), "");
  EXPECT_EQ(itk::DescribeLostPlace<2>(image, "a.jpg"),
            "The format of a.jpg does not hold the image's spacing; .nrrd, .mha and .nii.gz do.");
  image->SetOrigin(ImageType::PointType(5.0));
  ImageType::DirectionType turned;
  turned.Fill(0.0);
  turned[0][1] = 1.0;
  turned[1][0] = -1.0;
  image->SetDirection(turned);
  EXPECT_EQ(itk::DescribeLostPlace<2>(image, "a.png"),
            "The format of a.png does not hold the image's origin, direction; .nrrd, .mha and .nii.gz do.");
  EXPECT_EQ(itk::DescribeLostPlace<2>(image, "a.gipl"),
            "The format of a.gipl does not hold the image's direction; .nrrd, .mha and .nii.gz do.");
  EXPECT_EQ(itk::DescribeLostPlace<2>(image, "a.nii.gz"), "");
  itk::MarkSpacingAsUnknown(image->GetMetaDataDictionary());
  EXPECT_EQ(itk::DescribeLostPlace<2>(image, "a.jpg"), "");
}

TEST_F(ImageFileContent, WhatIsNotSaidToBeLostIsKept)
{
  using ImageType = itk::Image<unsigned char, 2>;
  auto image = ImageType::New();
  image->SetRegions(itk::Size<2>{ { 6, 4 } });
  image->Allocate(true);
  image->SetSpacing(ImageType::SpacingType(0.25));
  image->SetOrigin(ImageType::PointType(5.0));
  ImageType::DirectionType turned;
  turned.Fill(0.0);
  turned[0][1] = 1.0;
  turned[1][0] = -1.0;
  image->SetDirection(turned);
  for (const std::string ending : { ".mha", ".nrrd", ".nii.gz", ".hdf5", ".gipl", ".png", ".jpg" })
  {
    const std::string lost = itk::DescribeLostPlace<2>(image, "a" + ending);
    itk::WriteImageFile(image.GetPointer(), In("a" + ending));
    const auto read = itk::ReadVerifiedImage<ImageType>(In("a" + ending));
    EXPECT_EQ(read->GetSpacing().GetVnlVector().is_equal(image->GetSpacing().GetVnlVector(), 1e-6),
              lost.find("spacing") == std::string::npos)
      << ending;
    EXPECT_EQ(read->GetOrigin().GetVnlVector().is_equal(image->GetOrigin().GetVnlVector(), 1e-6),
              lost.find("origin") == std::string::npos)
      << ending;
    EXPECT_EQ(read->GetDirection().GetVnlMatrix().is_equal(image->GetDirection().GetVnlMatrix().as_matrix(), 1e-6),
              lost.find("direction") == std::string::npos)
      << ending;
  }
}
