// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingData.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestImages.h"
#include "itkUNetTestHelpers.h"
#include "itkImageFileWriter.h"
#include "itkRGBPixel.h"
#include <fstream>

using itk::UNetTrainingData;
using namespace itk::Test;

namespace
{
using LabelImage = itk::Image<unsigned short, 2>;
using RGBImage = itk::Image<itk::RGBPixel<unsigned char>, 2>;

template <typename TImage>
void
Write(const TImage * image, const std::string & fileName)
{
  auto writer = itk::ImageFileWriter<TImage>::New();
  writer->SetInput(image);
  writer->SetFileName(fileName);
  writer->Update();
}

TEST(UNetTrainingData, PairsInMemoryAreCopies)
{
  const auto image = MakeAwkwardImage<itk::Image<float, 2>>();
  const auto label = MakeAwkwardImage<LabelImage>();
  const auto weight = MakeAwkwardImage<itk::Image<double, 2>>();
  auto       data = UNetTrainingData::New();
  data->AddPair(image.GetPointer(), label.GetPointer(), weight.GetPointer());
  const float before = image->GetBufferPointer()[34];
  image->FillBuffer(-1.0f);
  const auto sample = data->GetSample(0);
  EXPECT_EQ(sample.Image.GetShape(), (std::vector<std::int64_t>{ 1, 1, 7, 5 }));
  EXPECT_EQ(itk::GetATensor(sample.Image)[0][0][6][4].item<float>(), before);
  EXPECT_EQ(itk::GetATensor(sample.Label)[0][0][6][4].item<std::int64_t>(), label->GetBufferPointer()[34]);
  EXPECT_EQ(itk::GetATensor(sample.Weight)[0][0][6][4].item<float>(),
            static_cast<float>(weight->GetBufferPointer()[34]));
  EXPECT_EQ(sample.Spacing, (std::vector<double>{ 0.5, 1.2 }));
}

TEST(UNetTrainingData, PairsInFilesKeepColorAndLabelsAbove255)
{
  const TemporaryFolder folder;
  auto                  image = RGBImage::New();
  image->SetRegions(RGBImage::SizeType{ { 5, 7 } });
  image->Allocate();
  image->FillBuffer(itk::RGBPixel<unsigned char>(9));
  auto label = LabelImage::New();
  label->SetRegions(LabelImage::SizeType{ { 5, 7 } });
  label->Allocate(true);
  label->SetPixel({ { 4, 6 } }, 40000);
  Write(image.GetPointer(), folder.File("image.png"));
  Write(label.GetPointer(), folder.File("label.png"));
  auto data = UNetTrainingData::New();
  data->AddPairOfFiles(folder.File("image.png"), folder.File("label.png"));
  const auto sample = data->GetSample(0);
  EXPECT_EQ(sample.Image.GetShape(), (std::vector<std::int64_t>{ 1, 3, 7, 5 }));
  EXPECT_EQ(itk::GetATensor(sample.Label)[0][0][6][4].item<std::int64_t>(), 40000);
}

TEST(UNetTrainingData, ASpacingThatIsStatedReplacesThatOfFiles)
{
  const TemporaryFolder folder;
  const auto            image = MakeAwkwardImage<itk::Image<float, 2>>();
  auto                  label = MakeAwkwardImage<LabelImage>();
  label->SetSpacing(3.0);
  Write(image.GetPointer(), folder.File("image.mha"));
  Write(label.GetPointer(), folder.File("label.mha"));
  auto data = UNetTrainingData::New();
  data->AddPairOfFiles(folder.File("image.mha"), folder.File("label.mha"));
  data->SetSpacing({ 0.25, 0.75 });
  data->AddPairOfFiles(folder.File("image.mha"), folder.File("label.mha"));
  ExpectContains(MessageOf([&] { data->GetSample(0); }), "it must have the grid of");
  EXPECT_EQ(data->GetSample(1).Spacing, (std::vector<double>{ 0.25, 0.75 }));
  EXPECT_FALSE(data->GetSample(1).HasUnknownSpacing);
}

TEST(UNetTrainingData, ColorsAreLabelsWhereThatIsSaid)
{
  const TemporaryFolder folder;
  auto                  image = RGBImage::New();
  image->SetRegions(RGBImage::SizeType{ { 5, 7 } });
  image->Allocate();
  image->FillBuffer(itk::RGBPixel<unsigned char>(itk::NumericTraits<unsigned char>::ZeroValue()));
  itk::RGBPixel<unsigned char> red(itk::NumericTraits<unsigned char>::ZeroValue());
  red[0] = 200;
  image->SetPixel({ { 2, 3 } }, red);
  Write(image.GetPointer(), folder.File("image.png"));
  auto data = UNetTrainingData::New();
  data->AddPairOfFiles(folder.File("image.png"), folder.File("image.png"));
  data->ColorsAreLabelsOn();
  data->AddPairOfFiles(folder.File("image.png"), folder.File("image.png"));
  ExpectContains(MessageOf([&] { data->GetSample(0); }), "labels must have 1 component, but have 3");
  const auto sample = data->GetSample(1);
  EXPECT_EQ(itk::GetATensor(sample.Label).sum().item<std::int64_t>(), 1);
  EXPECT_EQ(itk::GetATensor(sample.Label)[0][0][3][2].item<std::int64_t>(), 1);
}

TEST(UNetTrainingData, ImagesThatDoNotShareOneGridAreNamed)
{
  const auto image = MakeAwkwardImage<itk::Image<float, 2>>();
  auto       data = UNetTrainingData::New();
  const auto add = [&](auto change)
  {
    auto label = MakeAwkwardImage<LabelImage>();
    change(label.GetPointer());
    data->AddPair(image.GetPointer(), label.GetPointer());
    return MessageOf([&] { data->GetSample(data->GetNumberOfPairs() - 1); });
  };
  ExpectContains(add(
                   [](LabelImage * label)
                   {
                     label->SetRegions(LabelImage::SizeType{ { 4, 7 } });
                     label->Allocate(true);
                   }),
                 "pair 0: the label image must have the grid of the image: its size must be [5, 7], but is [4, 7]");
  ExpectContains(add([](LabelImage * label) { label->SetSpacing(2.0); }),
                 "pair 1: the label image must have the grid of the image: its corner");
  ExpectContains(add([](LabelImage * label) { label->SetOrigin(LabelImage::PointType(7.0)); }),
                 "pair 2: the label image must have the grid of the image: its corner");
  ExpectContains(add(
                   [](LabelImage * label)
                   {
                     LabelImage::DirectionType direction;
                     direction.SetIdentity();
                     label->SetDirection(direction);
                   }),
                 "pair 3: the label image must have the grid of the image: its corner");
  EXPECT_EQ(add([](LabelImage *) {}), "");
}

TEST(UNetTrainingData, FilesThatAreNoImagesAreNamed)
{
  const TemporaryFolder folder;
  std::ofstream(folder.File("text.png")) << "no picture";
  auto data = UNetTrainingData::New();
  data->AddPairOfFiles(folder.File("absent.png"), folder.File("absent.png"));
  data->AddPairOfFiles(folder.File("text.png"), folder.File("absent.png"));
  ExpectContains(MessageOf([&] { data->GetSample(0); }), "absent.png: there is no such file");
  ExpectContains(MessageOf([&] { data->GetSample(1); }), "text.png: it is not an image that can be read");
}
} // namespace
