// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchImage.h"
#include "itkTorchTestImages.h"
#include "itkTestHelpers.h"
#include "itkImageBufferRange.h"
#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include "itkMetaImageIO.h"
#include <algorithm>

template class itk::TorchImage<itk::Image<short, 3>>;
template class itk::TorchImage<itk::VectorImage<float, 2>>;

namespace
{
using ImageType = itk::Image<float, 2>;
using itk::TorchDevice;
using itk::TorchResidence;

/** A TorchImage whose pixels 1, 2, 3, … are on the staged device only. */
itk::TorchImage<ImageType>::Pointer
MakeDeviceImage()
{
  const auto host = ImageType::New();
  host->SetRegions(ImageType::SizeType{ { 4, 3 } });
  host->Allocate();
  float value = 0.0f;
  for (auto && pixel : itk::ImageBufferRange<ImageType>(*host))
  {
    pixel = ++value;
  }
  auto image = itk::TorchImage<ImageType>::New();
  image->SetRegions(host->GetLargestPossibleRegion());
  image->SetTensor(itk::GetTorchTensor(host.GetPointer(), host->GetBufferedRegion(), "staged"));
  return image;
}

TEST(TorchImage, IsANativeImageThatStartsOnTheHost)
{
  const auto image = itk::TorchImage<ImageType>::New();
  EXPECT_EQ(image->GetResidence(), TorchResidence::HostOnly);
  image->SetRegions(ImageType::SizeType{ { 4, 3 } });
  image->Allocate(true);
  EXPECT_EQ(image->GetPixel({ { 3, 2 } }), 0.0f);
}

TEST(TorchImage, HasTheNameThatItksWritersLookFor)
{
  EXPECT_STREQ(itk::TorchImage<ImageType>::New()->GetNameOfClass(), "Image");
  const itk::DataObject::Pointer vector = itk::TorchImage<itk::VectorImage<float, 2>>::New().GetPointer();
  EXPECT_STREQ(vector->GetNameOfClass(), "VectorImage");
}

TEST(TorchImage, ItksWriterWritesEveryComponentOfAVectorImage)
{
  using VectorImageType = itk::VectorImage<float, 3>;
  const auto pixels = itk::Test::MakeAwkwardImage<VectorImageType>(3);
  const auto image = itk::TorchImage<VectorImageType>::New();
  image->Graft(pixels);
  const itk::Test::TemporaryFolder folder;
  const auto                       writer = itk::ImageFileWriter<VectorImageType>::New();
  writer->SetImageIO(itk::MetaImageIO::New());
  writer->SetFileName(folder.File("vector.mha"));
  writer->SetInput(image);
  writer->Update();
  const auto reader = itk::ImageFileReader<VectorImageType>::New();
  reader->SetImageIO(itk::MetaImageIO::New());
  reader->SetFileName(folder.File("vector.mha"));
  reader->Update();
  ASSERT_EQ(reader->GetOutput()->GetNumberOfComponentsPerPixel(), 3u);
  EXPECT_TRUE(std::equal(pixels->GetBufferPointer(),
                         pixels->GetBufferPointer() + pixels->GetPixelContainer()->Size(),
                         reader->GetOutput()->GetBufferPointer()));
}

TEST(TorchImage, GetBufferPointerThroughTheNativeTypeSynchronizes)
{
  const auto              image = MakeDeviceImage();
  const ImageType * const native = image;
  ASSERT_EQ(image->GetResidence(), TorchResidence::DeviceOnly);
  const auto timeBefore = image->GetMTime();
  EXPECT_EQ(native->GetBufferPointer()[5], 6.0f);
  EXPECT_EQ(image->GetResidence(), TorchResidence::Both);
  EXPECT_EQ(image->GetMTime(), timeBefore) << "a copy of the pixels is not a modification";
}

TEST(TorchImage, UpdateWithoutASourceEndsOnTheHost)
{
  const auto image = MakeDeviceImage();
  image->Update();
  EXPECT_EQ(image->GetPixel({ { 1, 2 } }), 10.0f);
}

TEST(TorchImage, ModifiedDropsTheDeviceCopyOnlyWhenTheHostHasOne)
{
  const auto image = MakeDeviceImage();
  image->Modified();
  EXPECT_EQ(image->GetResidence(), TorchResidence::DeviceOnly);
  image->SynchronizeHost();
  image->Modified();
  EXPECT_EQ(image->GetResidence(), TorchResidence::HostOnly);
  EXPECT_FALSE(image->GetDeviceTensor().IsDefined());
}

TEST(TorchImage, AllocateInitializeAndReleaseDataReturnToTheHost)
{
  for (int way = 0; way < 3; ++way)
  {
    const auto image = MakeDeviceImage();
    if (way == 0)
    {
      image->Allocate();
    }
    else if (way == 1)
    {
      image->Initialize();
    }
    else
    {
      image->ReleaseData();
    }
    EXPECT_EQ(image->GetResidence(), TorchResidence::HostOnly);
    EXPECT_FALSE(image->GetDeviceTensor().IsDefined());
  }
}

TEST(TorchImage, GraftSharesTheHostBufferOfADeviceImage)
{
  const auto source = MakeDeviceImage();
  const auto grafted = itk::TorchImage<ImageType>::New();
  grafted->Graft(static_cast<const itk::DataObject *>(source.GetPointer()));
  EXPECT_EQ(grafted->GetResidence(), TorchResidence::HostOnly);
  EXPECT_EQ(grafted->GetPixelContainer(), source->GetPixelContainer());
  EXPECT_EQ(grafted->GetPixel({ { 0, 0 } }), 1.0f);
}

TEST(TorchImage, ABufferOutlivesTheImageItCameFrom)
{
  ImageType::PixelContainerPointer container;
  {
    const auto image = MakeDeviceImage();
    image->Update();
    container = image->GetPixelContainer();
  }
  EXPECT_EQ((*container)[11], 12.0f);
}
} // namespace
