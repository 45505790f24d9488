// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetSamples.h"

#include "itkBoundaryWeightMapImageFilter.h"
#include "itkMirrorPad.h"
#include "itkTorchRandom.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestImages.h"
#include "itkUNetTestHelpers.h"
#include "itkUNetTrainingImageFilter.h"
#include <ATen/ops/cat.h>

namespace
{
using itk::UNetSamples;
using itk::UNetTrainingData;
using itk::UNetTrainingParameters;
using namespace itk::Test;

using ImageType = itk::Image<float, 2>;
using LabelType = itk::Image<unsigned short, 2>;

/** Noise, and labels 1 … 6 in columns of 8 pixels that touch, with background every fourth column. */
UNetTrainingData::Pointer
MakeData(std::vector<itk::Size<2>> sizes)
{
  auto data = UNetTrainingData::New();
  for (const auto & size : sizes)
  {
    auto image = ImageType::New();
    auto label = LabelType::New();
    image->SetRegions(size);
    label->SetRegions(size);
    image->Allocate();
    label->Allocate();
    itk::TorchRandom random(size[0]);
    for (itk::ImageRegionIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
    {
      it.Set(static_cast<float>(random.Uniform()));
      const auto column = it.GetIndex()[0] / 8;
      label->SetPixel(it.GetIndex(), static_cast<unsigned short>(column % 4 == 3 ? 0 : 1 + column % 6));
    }
    data->AddPair(image.GetPointer(), label.GetPointer());
  }
  return data;
}

UNetTrainingParameters
MakeParameters()
{
  UNetTrainingParameters parameters;
  parameters.CropSize = 32;
  parameters.Seed = 9;
  return parameters;
}
} // namespace

TEST(UNetSamples, WithoutAugmentationCropsAreWindowsOfTheMirroredImages)
{
  const auto                       data = MakeData({ { { 50, 41 } }, { { 20, 60 } }, { { 32, 13 } } });
  const auto                       model = MakeModel(SmallSpecification());
  const auto                       parameters = MakeParameters();
  UNetSamples                      samples(*model, *data, parameters, "cpu");
  const std::vector<std::uint32_t> numbers{ 4, 0, 8, 5 };
  std::vector<itk::UNetCrop>       crops;
  for (const std::uint32_t number : numbers)
  {
    crops.push_back({ number % 3, number });
  }
  const auto batch = samples.MakeBatch(crops, 2);
  for (std::size_t i = 0; i < numbers.size(); ++i)
  {
    const at::Tensor image =
      itk::GetATensor(model->GetIntensityNormalization().Apply(data->GetSample(numbers[i] % 3).Image));
    const at::Tensor label = itk::GetATensor(data->GetSample(numbers[i] % 3).Label);
    // The place of a crop is drawn along y, then x, from the stream 1.
    itk::TorchRandom          random(9, 2, numbers[i], 1);
    std::vector<std::int64_t> start;
    for (const std::int64_t extent : { image.size(2), image.size(3) })
    {
      start.push_back(extent > 32 ? random.Integer(static_cast<std::uint32_t>(extent - 31)) : -((32 - extent) / 2));
    }
    const auto crop = static_cast<std::int64_t>(i);
    EXPECT_TRUE(batch.Image.narrow(0, crop, 1).equal(itk::MirroredWindow(image, start, { 32, 32 }))) << i;
    EXPECT_TRUE(batch.Target.narrow(0, crop, 1).ne(0).equal(itk::MirroredWindow(label, start, { 32, 32 }).ne(0))) << i;
  }
  EXPECT_FALSE(batch.Weight.defined());
}

TEST(UNetSamples, AugmentedImagesAndTargetsMoveTogether)
{
  // Images that are their labels.
  auto data = UNetTrainingData::New();
  auto image = ImageType::New();
  auto label = LabelType::New();
  for (itk::ImageBase<2> * const each :
       { static_cast<itk::ImageBase<2> *>(image), static_cast<itk::ImageBase<2> *>(label) })
  {
    each->SetRegions(itk::Size<2>{ { 60, 60 } });
  }
  image->Allocate();
  label->Allocate();
  for (itk::ImageRegionIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const bool isInside = (it.GetIndex()[0] / 15 + it.GetIndex()[1] / 15) % 2 == 0;
    it.Set(isInside ? 1.0f : 0.0f);
    label->SetPixel(it.GetIndex(), isInside ? 3 : 0);
  }
  data->AddPair(image.GetPointer(), label.GetPointer());
  const auto                        model = MakeModel(SmallSpecification());
  auto                              parameters = MakeParameters();
  itk::RandomAugmentationParameters augmentation;
  augmentation.RotationProbability = augmentation.ElasticProbability = augmentation.ZoomProbability = 1.0;
  augmentation.Interpolation = itk::SamplingInterpolation::Nearest;
  augmentation.Deviation = { 4.0 };
  parameters.Augmentation = augmentation;
  UNetSamples samples(*model, *data, parameters, "cpu");
  const auto  batch = samples.MakeBatch({ { 0, 0 }, { 0, 1 }, { 0, 2 } }, 0);
  const float middle = batch.Image.min().item<float>() / 2 + batch.Image.max().item<float>() / 2;
  EXPECT_TRUE(batch.Image.gt(middle).equal(batch.Target.ne(0)));
  EXPECT_FALSE(batch.Image.narrow(0, 0, 1).equal(batch.Image.narrow(0, 1, 1)));
}

TEST(UNetSamples, RecomputedWeightsAreThoseOfTheDeformedLabels)
{
  // An image of its labels, so that each crop shows what became of them.
  auto image = ImageType::New();
  auto label = LabelType::New();
  image->SetRegions(itk::Size<2>{ { 70, 64 } });
  label->SetRegions(itk::Size<2>{ { 70, 64 } });
  image->Allocate();
  label->Allocate();
  for (itk::ImageRegionIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto column = it.GetIndex()[0] / 8;
    label->SetPixel(it.GetIndex(), static_cast<unsigned short>(column % 4 == 3 ? 0 : 1 + column % 6));
    it.Set(label->GetPixel(it.GetIndex()));
  }
  auto data = UNetTrainingData::New();
  data->AddPair(image.GetPointer(), label.GetPointer());
  const auto                      model = MakeModel(SmallSpecification());
  itk::UNetIntensityNormalization rule;
  rule.Scaling = itk::UNetIntensityScaling::Factor;
  model->SetIntensityNormalization(rule);
  auto parameters = MakeParameters();
  parameters.SetWeightMap(itk::UNetWeightMap::Paper);
  parameters.WeightMap.GapWidth = 2;
  parameters.AugmentedWeights = itk::UNetAugmentedWeights::Recomputed;
  itk::RandomAugmentationParameters augmentation;
  augmentation.RotationProbability = augmentation.ElasticProbability = augmentation.ZoomProbability = 1.0;
  augmentation.Interpolation = itk::SamplingInterpolation::Nearest;
  augmentation.Deviation = { 4.0 };
  augmentation.PaddingMode = itk::SamplingPaddingMode::Mirror;
  parameters.Augmentation = augmentation;
  UNetSamples samples(*model, *data, parameters, "cpu");
  const auto  recomputed = samples.MakeBatch({ { 0, 3 } }, 0);

  auto crop = LabelType::New();
  crop->SetRegions(itk::Size<2>{ { 32, 32 } });
  crop->Allocate();
  const at::Tensor shown = recomputed.Image.to(at::kShort).contiguous();
  std::copy_n(shown.const_data_ptr<std::int16_t>(), 32 * 32, crop->GetBufferPointer());
  auto map = itk::BoundaryWeightMapParameters::Paper();
  map.GapWidth = 2;
  auto weights = itk::BoundaryWeightMapImageFilter<LabelType>::New();
  weights->SetInput(crop);
  weights->SetParameters(map);
  weights->SetDevice("cpu");
  weights->Update();
  int touching = 0;
  for (itk::ImageRegionIterator<LabelType> it(crop, crop->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto x = it.GetIndex()[0];
    const auto y = it.GetIndex()[1];
    EXPECT_EQ(recomputed.Weight[0][0][y][x].item<float>(), weights->GetOutput()->GetPixel(it.GetIndex()));
    const bool isObject = weights->GetSeparatedLabels()->GetPixel(it.GetIndex()) != 0;
    EXPECT_EQ(recomputed.Target[0][0][y][x].item<int>() != 0, isObject);
    touching += it.Get() != 0 && !isObject ? 1 : 0;
  }
  EXPECT_GT(touching, 10) << "the crop shows objects that are parted";

  parameters.AugmentedWeights = itk::UNetAugmentedWeights::Warped;
  UNetSamples warpedSamples(*model, *data, parameters, "cpu");
  const auto  warped = warpedSamples.MakeBatch({ { 0, 3 } }, 0);
  EXPECT_TRUE(warped.Image.equal(recomputed.Image));
  EXPECT_FALSE(warped.Weight.equal(recomputed.Weight));
}

TEST(UNetSamples, AnAugmentationForVolumesIsRefusedForImages)
{
  auto parameters = MakeParameters();
  parameters.Augmentation = itk::RandomAugmentationParameters::FromPreset(itk::RandomAugmentationPreset::Volume);
  ExpectContains(MessageOf([&] { itk::VerifyUNetTraining(SmallSpecification(2), parameters); }),
                 "GridSize must be 1 number or 2, one for each axis, but is 5,5,3.");
  EXPECT_EQ(MessageOf([&] { itk::VerifyUNetTraining(SmallSpecification(3), parameters); }), "");
}

namespace
{
/** Pixels of 0 and 1, so many of them bright. */
void
AddImageOfBrightShare(UNetTrainingData * data, double share)
{
  auto image = ImageType::New();
  auto label = LabelType::New();
  image->SetRegions(itk::Size<2>{ { 40, 40 } });
  label->SetRegions(itk::Size<2>{ { 40, 40 } });
  image->Allocate();
  label->Allocate(true);
  for (itk::ImageRegionIterator<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(it.GetIndex()[1] < 40 * share ? 1.0f : 0.0f);
  }
  data->AddPair(image.GetPointer(), label.GetPointer());
}

itk::UNetPolarity
PolarityOf(const std::vector<double> & brightShares, std::vector<std::string> & notes)
{
  auto data = UNetTrainingData::New();
  for (const double share : brightShares)
  {
    AddImageOfBrightShare(data, share);
  }
  const auto model = MakeModel(SmallSpecification());
  auto       parameters = MakeParameters();
  parameters.AllowOnlyBackground = true;
  UNetSamples samples(*model, *data, parameters, "cpu");
  samples.Verify([](double) {});
  notes = samples.GetNotes();
  return samples.GetIntensityNormalization().Polarity;
}
} // namespace

TEST(UNetSamples, APolarityThatAllImagesHaveIsDecidedOnce)
{
  std::vector<std::string> notes;
  EXPECT_EQ(PolarityOf({ 0.1, 0.2 }, notes), itk::UNetPolarity::Bright);
  EXPECT_EQ(PolarityOf({ 0.9, 0.8 }, notes), itk::UNetPolarity::Dark);
  EXPECT_EQ(PolarityOf({ 0.1, 0.55 }, notes), itk::UNetPolarity::Bright) << "the second is doubtful";
  EXPECT_TRUE(notes.empty());
  EXPECT_EQ(PolarityOf({ 0.0, 0.9 }, notes), itk::UNetPolarity::Dark) << "a constant image has none";
  EXPECT_TRUE(notes.empty());
}

TEST(UNetSamples, PolaritiesThatDifferOrAreDoubtfulAreNoted)
{
  std::vector<std::string> notes;
  EXPECT_EQ(PolarityOf({ 0.1, 0.9, 0.2 }, notes), itk::UNetPolarity::Automatic);
  EXPECT_EQ(
    notes, (std::vector<std::string>{ "Objects are taken for bright in 2 images and for dark in 1, such as pair 1." }));
  EXPECT_EQ(PolarityOf({ 0.45, 0.55 }, notes), itk::UNetPolarity::Automatic);
  EXPECT_EQ(notes,
            (std::vector<std::string>{ "Whether objects are bright or dark is doubtful, since about half of the image "
                                       "is bright, in pair 0, pair 1; Polarity states it." }));
}

TEST(UNetSamples, ADoubtfulImageFollowsTheOthers)
{
  auto data = UNetTrainingData::New();
  AddImageOfBrightShare(data, 0.1);
  AddImageOfBrightShare(data, 0.55);
  const auto model = MakeModel(SmallSpecification());
  auto       parameters = MakeParameters();
  parameters.AllowOnlyBackground = true;
  UNetSamples samples(*model, *data, parameters, "cpu");
  // Alone it is taken for one of dark objects.
  EXPECT_LT(samples.MakeBatch({ { 1, 1 } }, 0).Image.mean().item<double>(), 0.5);
  samples.Verify([](double) {});
  EXPECT_GT(samples.MakeBatch({ { 1, 1 } }, 0).Image.mean().item<double>(), 0.5);
}

TEST(UNetSamples, ObjectsInSeveralPartsAreNotedWhereObjectsAreMeant)
{
  const auto data = MakeData({ { { 60, 40 } } }); // label 1 in the columns 0 and 48
  const auto model = MakeModel(SmallSpecification());
  StatePolarity(model);
  auto       parameters = MakeParameters();
  const auto notesOf = [&]
  {
    UNetSamples samples(*model, *data, parameters, "cpu");
    samples.Verify([](double) {});
    return samples.GetNotes();
  };
  EXPECT_TRUE(notesOf().empty()) << "foreground may be in parts";
  parameters.UseWeightMap = true;
  ASSERT_EQ(notesOf().size(), 1u);
  ExpectContains(notesOf().front(), "pair 0: ");
  ExpectContains(notesOf().front(), " in several parts, such as label ");
}
