// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPipelineTime.h"
#include "itkTorchTestImages.h"
#include "itkAddImageFilter.h"
#include "itkShiftScaleImageFilter.h"

using ImageType = itk::Image<float, 2>;

namespace
{
auto
MakeScale(const ImageType * image)
{
  auto scale = itk::ShiftScaleImageFilter<ImageType, ImageType>::New();
  scale->SetInput(image);
  return scale;
}

TEST(PipelineTime, OnlyChangesOfWhatDecidesAnImageCount)
{
  const auto image = itk::Test::MakeAwkwardImage<ImageType>();
  const auto first = MakeScale(image);
  const auto left = MakeScale(first->GetOutput());
  const auto right = MakeScale(first->GetOutput());
  auto       sum = itk::AddImageFilter<ImageType>::New();
  sum->SetInput1(left->GetOutput());
  sum->SetInput2(right->GetOutput());
  auto time = itk::GetPipelineTime(sum->GetOutput());

  // Other regions of the same image are no change.
  for (const itk::SizeValueType rows : { 2u, 5u })
  {
    sum->UpdateOutputInformation();
    auto region = image->GetLargestPossibleRegion();
    region.SetSize(1, rows);
    sum->GetOutput()->SetRequestedRegion(region);
    sum->Update();
    EXPECT_EQ(itk::GetPipelineTime(sum->GetOutput()), time);
  }
  const auto expectChange = [&](itk::Object * object)
  {
    object->Modified();
    EXPECT_GT(itk::GetPipelineTime(sum->GetOutput()), time);
    time = itk::GetPipelineTime(sum->GetOutput());
  };
  expectChange(image);
  expectChange(first);
  expectChange(right);
  expectChange(left);
  expectChange(sum);
  left->GetOutput()->Modified();
  EXPECT_EQ(itk::GetPipelineTime(sum->GetOutput()), time);
}

TEST(PipelineTime, AnImageWithoutSourceHasItsOwn)
{
  const auto image = itk::Test::MakeAwkwardImage<ImageType>();
  EXPECT_EQ(itk::GetPipelineTime(image), image->GetMTime());
}
} // namespace
