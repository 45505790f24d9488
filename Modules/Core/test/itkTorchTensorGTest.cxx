// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchTensor.h"
#include "itkTestHelpers.h"
#include "itkTorchImage.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>
#include <numeric>

using itk::TorchDevice;
using itk::TorchTensor;
using itk::Test::ExpectContains;
using itk::Test::MessageOf;

namespace
{
TEST(TorchTensor, CropSelectsTheRegionInITKsAxisOrder)
{
  using ImageType = itk::Image<float, 2>;
  const auto image = ImageType::New();
  image->SetRegions(ImageType::SizeType{ { 4, 3 } });
  image->Allocate();
  std::iota(image->GetBufferPointer(), image->GetBufferPointer() + 12, 1.0f);
  ImageType::RegionType region;
  region.SetIndex({ { 1, 2 } });
  region.SetSize({ { 3, 1 } });
  const auto tensor = itk::GetTorchTensor<ImageType>(image, region, TorchDevice::CPU());
  EXPECT_EQ(tensor.GetShape(), (std::vector<std::int64_t>{ 1, 1, 1, 3 }));
  EXPECT_EQ(*static_cast<float *>(tensor.GetPointer()), 10.0f);
  EXPECT_EQ(tensor.GetPointer(), image->GetBufferPointer() + 9) << "on the host it is a view";
}

TEST(TorchTensor, ComponentTypesAreThoseOfThePixels)
{
  EXPECT_EQ(itk::GetTorchComponentType<unsigned char>(), itk::TorchComponentType::UInt8);
  EXPECT_EQ(itk::GetTorchComponentType<signed char>(), itk::TorchComponentType::Int8);
  EXPECT_EQ(itk::GetTorchComponentType<unsigned short>(), itk::TorchComponentType::UInt16);
  EXPECT_EQ(itk::GetTorchComponentType<int>(), itk::TorchComponentType::Int32);
  EXPECT_EQ(itk::GetTorchComponentType<unsigned long>(), itk::TorchComponentType::UInt64);
  EXPECT_EQ(itk::GetTorchComponentType<long long>(), itk::TorchComponentType::Int64);
  EXPECT_EQ(itk::GetTorchComponentType<double>(), itk::TorchComponentType::Float64);
}

TorchTensor
Make(const at::Tensor & tensor)
{
  return itk::MakeTorchTensor(tensor, TorchDevice::CPU());
}

TEST(TorchTensor, ANumberOrAListOfWeightsIsCopiedAsItIs)
{
  for (const std::int64_t axes : { 0, 1, 2 })
  {
    const std::vector<std::int64_t> shape(static_cast<std::size_t>(axes), 3);
    const at::Tensor                numbers = at::arange(axes == 2 ? 9 : axes == 1 ? 3 : 1, at::kFloat).reshape(shape);
    for (const TorchTensor & copy :
         { Make(numbers).ToInterleaved(), Make(numbers).Clone(), Make(numbers).To("staged").To(TorchDevice::CPU()) })
    {
      EXPECT_EQ(copy.GetShape(), shape);
      EXPECT_TRUE(itk::GetATensor(copy).equal(numbers)) << axes;
    }
  }
  // Every second number: not dense, so copied.
  const at::Tensor every = at::arange(6, at::kFloat).slice(0, 0, 6, 2);
  EXPECT_TRUE(itk::GetATensor(Make(every).ToInterleaved()).equal(every));
  EXPECT_EQ(Make(every).ToInterleaved().GetNumberOfBytes(), 12u);
}

TEST(TorchTensor, TransfersAreCountedWithTheirBytes)
{
  const auto expect =
    [](std::uint64_t uploads, std::uint64_t uploaded, std::uint64_t downloads, std::uint64_t downloaded)
  {
    const auto counts = itk::TorchTransferCounters::Get();
    EXPECT_EQ(counts.Uploads, uploads);
    EXPECT_EQ(counts.UploadedBytes, uploaded);
    EXPECT_EQ(counts.Downloads, downloads);
    EXPECT_EQ(counts.DownloadedBytes, downloaded);
  };
  itk::TorchTransferCounters::Reset();
  const TorchTensor host = itk::MakeTorchTensor(at::zeros({ 1, 1, 3, 5 }, at::kShort), TorchDevice::CPU());
  EXPECT_TRUE(host.To(TorchDevice::CPU()).SharesMemoryWith(host));
  expect(0, 0, 0, 0);
  const TorchTensor device = host.To("staged");
  expect(1, 30, 0, 0);
  device.To(TorchDevice::CPU());
  host.To("staged");
  expect(2, 60, 1, 30);
  itk::TorchTransferCounters::Reset();
  expect(0, 0, 0, 0);
}

TEST(TorchTensor, WhatItCannotDoIsOneSentenceThatNamesTheFunction)
{
  const TorchTensor undefined;
  for (const auto & [function, message] :
       std::vector<std::pair<std::string, std::string>>{
         { "Clone()", MessageOf([&] { undefined.Clone(); }) },
         { "Crop()", MessageOf([&] { undefined.Crop({ 0 }, { 1 }); }) },
         { "ToInterleaved()", MessageOf([&] { undefined.ToInterleaved(); }) },
         { "GetComponentType()", MessageOf([&] { undefined.GetComponentType(); }) } })
  {
    ExpectContains(message, "TorchTensor::" + function + ": the tensor must be defined, but is not.");
  }
  EXPECT_FALSE(undefined.To("staged").IsDefined());

  for (const at::ScalarType type : { at::kHalf, at::kBFloat16, at::kBool, at::kComplexFloat })
  {
    ExpectContains(MessageOf(
                     [&] {
                       Make(at::zeros({ 1, 1, 2 }, type)).GetComponentType();
                     }),
                   "must be integers of 8 to 64 bits, float or double, but are ");
    ExpectContains(
      MessageOf(
        [&] {
          Make(at::zeros({ 1, 1, 2 }, type)).ToPixels({ 1, 1, 2 }, itk::TorchComponentType::Float32, {}, "F");
        }),
      "F computed a tensor that does not fit its output image");
  }

  const TorchTensor image = Make(at::zeros({ 1, 1, 3, 4 }));
  for (const auto & [start, size] : std::vector<std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>>>{
         { { 0, 1 }, { 4, 3 } },
         { { -1, 0 }, { 1, 1 } },
         { { 0, 0 }, { 1, -1 } },
         { { 0 }, { 1, 1 } },
         { { 0, 0, 0, 0, 0 }, { 1, 1, 1, 1, 1 } },
         { { std::numeric_limits<std::int64_t>::max(), 0 }, { 1, 1 } } })
  {
    ExpectContains(MessageOf([&, s = start, n = size] { image.Crop(s, n); }),
                   "TorchTensor::Crop(): the box must lie inside a tensor of shape [1, 1, 3, 4], but begins at ");
  }
  ExpectContains(MessageOf(
                   [] {
                     TorchTensor::FromPixels(nullptr, itk::TorchComponentType::UInt8, { -3, 2 }, 1);
                   }),
                 "TorchTensor::FromPixels() failed: ");
}

TEST(TorchTensor, KnowsWhetherItsPixelsAreHeldElsewhere)
{
  const at::Tensor  numbers = at::zeros({ 1, 1, 2, 2 });
  const TorchTensor alone = Make(at::zeros({ 1, 1, 2, 2 }));
  EXPECT_FALSE(alone.IsHeldElsewhere());
  EXPECT_FALSE(TorchTensor().IsHeldElsewhere());
  EXPECT_TRUE(Make(numbers).IsHeldElsewhere());
  const TorchTensor copy = alone;
  EXPECT_TRUE(alone.IsHeldElsewhere());
  EXPECT_TRUE(Make(numbers.narrow(2, 0, 1)).IsHeldElsewhere());
  EXPECT_FALSE(copy.Clone().IsHeldElsewhere());
}
} // namespace
