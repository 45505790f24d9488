// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkProgramProcess.h"

#include "itkCannyEdgeDetectionImageFilter.h"
#include "itkCastImageFilter.h"
#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkTestHelpers.h"
#include <gtest/gtest.h>
#include <fstream>
#include <random>

namespace
{
/** Blocks of gray values with noise, so that there are edges of every height. */
template <typename TImage>
typename TImage::Pointer
MakeBlocks(const typename TImage::SizeType & size, int maximum)
{
  auto image = TImage::New();
  image->SetRegions(size);
  image->Allocate();
  std::mt19937 random(7);
  const auto   pixels = static_cast<std::size_t>(image->GetBufferedRegion().GetNumberOfPixels());
  for (std::size_t i = 0; i < pixels; ++i)
  {
    const auto index = image->ComputeIndex(static_cast<itk::OffsetValueType>(i));
    int        block = 0;
    for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
    {
      block = 5 * block + static_cast<int>(index[axis] / 9);
    }
    const int gray =
      block * 37 % 11 * maximum / 12 + static_cast<int>(random() % static_cast<unsigned int>(maximum / 12));
    image->GetBufferPointer()[i] = static_cast<typename TImage::PixelType>(gray);
  }
  return image;
}

/** Runs `itktorch canny`.
 * \return what it prints */
std::string
Canny(const itk::Test::TemporaryFolder & folder, std::vector<std::string> arguments)
{
  arguments.insert(arguments.begin(), "canny");
  const std::string output = folder.File("printed");
  EXPECT_EQ(itk::Test::WaitForProgram(itk::Test::StartProgram(arguments, output)), 0);
  std::ifstream file(output);
  return { std::istreambuf_iterator<char>(file), {} };
}

/** The edges that the command writes, and those of ITK's filter on the image cast to float. */
template <typename TImage>
void
ExpectEdgesOfITK(const typename TImage::SizeType & size, int maximum, const std::string & extension)
{
  using FloatType = itk::Image<float, TImage::ImageDimension>;
  using EdgeType = itk::Image<unsigned char, TImage::ImageDimension>;
  const itk::Test::TemporaryFolder folder;
  const auto                       image = MakeBlocks<TImage>(size, maximum);
  const std::string                input = folder.File("image" + extension);
  const std::string                output = folder.File("edges" + extension);
  itk::WriteImage(image, input);

  const std::string upper = std::to_string(maximum / 16);
  const std::string lower = std::to_string(maximum / 64);
  Canny(folder, { input, output, "--variance", "1.5", "--lower-threshold", lower, "--upper-threshold", upper });
  const auto edges = itk::ReadImage<EdgeType>(output);

  auto cast = itk::CastImageFilter<TImage, FloatType>::New();
  cast->SetInput(image);
  auto canny = itk::CannyEdgeDetectionImageFilter<FloatType, FloatType>::New();
  canny->SetInput(cast->GetOutput());
  canny->SetVariance(1.5);
  canny->SetLowerThreshold(std::stof(lower));
  canny->SetUpperThreshold(std::stof(upper));
  canny->Update();
  const auto    pixels = static_cast<std::size_t>(image->GetBufferedRegion().GetNumberOfPixels());
  std::size_t   numberOfEdges = 0;
  const float * expected = canny->GetOutput()->GetBufferPointer();
  const auto *  found = edges->GetBufferPointer();
  ASSERT_EQ(edges->GetBufferedRegion(), image->GetBufferedRegion());
  for (std::size_t i = 0; i < pixels; ++i)
  {
    ASSERT_EQ(found[i], expected[i] > 0.0f ? 255 : 0) << i;
    numberOfEdges += found[i] > 0 ? 1 : 0;
  }
  EXPECT_GT(numberOfEdges, pixels / 50);
  EXPECT_LT(numberOfEdges, pixels / 2);
}
} // namespace

TEST(CannyCommand, EdgesOfIntegersAreThoseOfITKOnTheImageCastToFloat)
{
  ExpectEdgesOfITK<itk::Image<unsigned char, 2>>({ { 61, 47 } }, 255, ".png");
  ExpectEdgesOfITK<itk::Image<unsigned short, 2>>({ { 61, 47 } }, 65535, ".png");
  ExpectEdgesOfITK<itk::Image<int, 2>>({ { 61, 47 } }, 1000000, ".mha");
}

TEST(CannyCommand, EdgesOfAVolumeAreThoseOfITK)
{
  ExpectEdgesOfITK<itk::Image<short, 3>>({ { 31, 27, 22 } }, 3000, ".mha");
}

TEST(CannyCommand, PrecisionAndRecallAreThoseOfTheRowsThatNameThem)
{
  const itk::Test::TemporaryFolder folder;
  // One of the two squares in the image and in the segmentation is in the truth.
  const auto write = [&](const char * name, bool hasBoth)
  {
    using ImageType = itk::Image<unsigned char, 2>;
    auto image = ImageType::New();
    image->SetRegions(itk::Size<2>{ { 60, 30 } });
    image->Allocate(true);
    for (itk::ImageRegionIteratorWithIndex<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
    {
      const auto [x, y] = std::pair(it.GetIndex()[0], it.GetIndex()[1]);
      const bool isRow = y >= 8 && y < 22;
      it.Set(isRow && x >= 8 && x < 22 ? 200 : isRow && hasBoth && x >= 38 && x < 52 ? 201 : 0);
    }
    itk::WriteImage(image, folder.File(name));
    return folder.File(name);
  };
  const std::string input = write("image.png", true);
  const std::string segmentation = write("segmentation.png", true);
  const std::string truth = write("truth.png", false);
  const std::string table = Canny(
    folder, { input, folder.File("edges.png"), "--segmentation", segmentation, "--truth", truth, "--tolerances", "2" });
  const auto number = [&table](const std::string & name, std::size_t from)
  {
    const auto at = table.find(name, from);
    EXPECT_NE(at, std::string::npos) << name;
    return at == std::string::npos ? -1.0 : std::stod(table.substr(at + name.size()));
  };
  for (const char * const of : { "Canny: precision", "segmentation: precision" })
  {
    EXPECT_NEAR(number(of, 0), 0.5, 0.02) << table;
    EXPECT_EQ(number(" recall", table.find(of)), 1.0) << table;
    EXPECT_NEAR(number(" F", table.find(of)), 2.0 / 3.0, 0.02) << table;
  }
}
