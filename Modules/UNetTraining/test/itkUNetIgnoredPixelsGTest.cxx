// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingTestHelpers.h"

using itk::UNetModel;
using itk::UNetTrainingData;
using namespace itk::Test;

namespace
{
using MaskImage = itk::Image<unsigned char, 2>;

MaskImage::Pointer
MakeMask(const itk::ImageBase<2> * like, unsigned char value)
{
  auto mask = MaskImage::New();
  mask->SetRegions(like->GetLargestPossibleRegion());
  mask->Allocate();
  mask->FillBuffer(value);
  return mask;
}

/** Pairs whose labels are `hidden` where they are ignored, about a quarter of all pixels; labels are up to `largest`.
 */
UNetTrainingData::Pointer
MakeDataWithHiddenLabels(unsigned short hidden, unsigned short largest)
{
  auto data = UNetTrainingData::New();
  for (unsigned int number = 0; number < 4; ++number)
  {
    const auto [image, label] = MakePair<2>(24, number);
    const auto       mask = MakeMask(image, 0);
    itk::TorchRandom random(6, 0, number);
    for (itk::ImageRegionIterator<LabelImage<2>> it(label, label->GetBufferedRegion()); !it.IsAtEnd(); ++it)
    {
      const auto x = static_cast<unsigned short>(it.GetIndex()[0] / 4);
      it.Set(it.Get() == 0 ? 0 : static_cast<unsigned short>(1 + x % largest));
      if (random.Integer(4) == 0)
      {
        mask->SetPixel(it.GetIndex(), 200);
        it.Set(hidden);
      }
    }
    data->AddPair(image.GetPointer(), label.GetPointer(), static_cast<ScalarImage<2> *>(nullptr), mask.GetPointer());
  }
  return data;
}

using SettingType = void (*)(TrainingFilter<2> *);

/** \param hidden labels under ignored pixels */
UNetModel::Pointer
Train(SettingType set, unsigned short hidden, unsigned short largest)
{
  const auto filter = MakeFilter<2>();
  filter->SetInput(nullptr);
  set(filter);
  const auto data = MakeDataWithHiddenLabels(hidden, largest);
  filter->SetTrainingData(data);
  filter->SetValidationData(data);
  filter->GetModel()->Update();
  const UNetModel::Pointer model = filter->GetModel();
  model->DisconnectPipeline();
  EXPECT_EQ(filter->GetHistory().size(), 2u);
  return model;
}

void
SetClasses(TrainingFilter<2> * filter, unsigned int classes)
{
  auto specification = filter->GetSpecification();
  specification.Classes = classes;
  filter->SetSpecification(specification);
}
} // namespace

TEST(UNetIgnoredPixels, LabelsUnderThemChangeNoBitOfTheWeights)
{
  const std::vector<std::pair<SettingType, unsigned short>> settings{
    { [](TrainingFilter<2> *) {}, 2 },
    { [](TrainingFilter<2> * filter)
      {
        itk::UNetLossParameters loss;
        loss.Dice = loss.Focal = loss.Tversky = 1.0;
        filter->SetLoss(loss);
        SetClasses(filter, 1);
      },
      2 },
    { [](TrainingFilter<2> * filter)
      {
        itk::UNetLossParameters loss;
        loss.Dice = 1.0;
        loss.ClassWeights = { 0.5, 1.0, 2.0 };
        filter->SetLoss(loss);
        filter->SetLabels(itk::LabelMeaning::Classes);
        SetClasses(filter, 3);
      },
      2 },
    { [](TrainingFilter<2> * filter)
      {
        filter->SetTarget(itk::UNetTarget::InteriorBorder);
        filter->SetContactWeight(3.0);
        filter->SetWeightMap(itk::UNetWeightMap::Paper);
        filter->SetGapWidth(1);
        SetClasses(filter, 3);
      },
      3 },
    { [](TrainingFilter<2> * filter)
      {
        filter->SetLabels(itk::LabelMeaning::Objects);
        filter->SetWeightMap(itk::UNetWeightMap::Paper);
        filter->SetAugmentedWeights(itk::UNetAugmentedWeights::Recomputed);
        auto augmentation = itk::RandomAugmentationParameters::FromPreset(itk::RandomAugmentationPreset::Nuclei);
        augmentation.ForegroundProbability = 1.0;
        filter->SetAugmentationParameters(augmentation);
      },
      3 },
  };
  for (std::size_t i = 0; i < settings.size(); ++i)
  {
    SCOPED_TRACE(i);
    const auto & [set, largest] = settings[i];
    ExpectSameWeights(Train(set, 0, largest), Train(set, 99, largest));
  }
}

TEST(UNetIgnoredPixels, AnIgnoredLabelAndAnImageOfIgnoredPixelsTrainTheSameWeights)
{
  const auto byImage = Train([](TrainingFilter<2> *) {}, 99, 2);
  const auto byBoth = Train([](TrainingFilter<2> * filter) { filter->SetIgnoreLabel(99); }, 99, 2);
  ExpectSameWeights(byImage, byBoth);
  const auto data = UNetTrainingData::New();
  const auto hidden = MakeDataWithHiddenLabels(99, 2);
  for (std::size_t pair = 0; pair < hidden->GetNumberOfPairs(); ++pair)
  {
    // The labels without the image.
    const auto sample = hidden->GetSample(pair);
    const auto [image, label] = MakePair<2>(24, static_cast<unsigned int>(pair));
    std::copy_n(itk::GetATensor(sample.Label).const_data_ptr<std::int64_t>(), 24 * 24, label->GetBufferPointer());
    data->AddPair(image, label);
  }
  const auto filter = MakeFilter<2>();
  filter->SetTrainingData(data);
  filter->SetIgnoreLabel(99);
  filter->GetModel()->Update();
  ExpectSameWeights(byImage, filter->GetModel());
  filter->SetIgnoreLabel(-1);
  filter->GetModel()->Update();
  EXPECT_FALSE(itk::GetATensor(byImage->GetWeights().at("classifier.bias"))
                 .equal(itk::GetATensor(filter->GetModel()->GetWeights().at("classifier.bias"))))
    << "where they are not ignored they are objects";
}

TEST(UNetIgnoredPixels, ScribblesOnAFewPixelsTeachToFindABrightBall)
{
  auto        data = UNetTrainingData::New();
  std::size_t known = 0;
  for (unsigned int number = 0; number < 6; ++number)
  {
    const auto [image, label] = MakePair<2>(24, number);
    const auto       mask = MakeMask(image, 1);
    itk::TorchRandom random(17, 0, number);
    // A scribble of 14 pixels on the ball, and one beside it: each a random walk.
    for (const bool isOnBall : { false, true })
    {
      itk::Index<2> place{};
      do
      {
        place = { { random.Integer(24), random.Integer(24) } };
      }
      while ((label->GetPixel(place) != 0) != isOnBall);
      for (int pixels = 0; pixels < 14;)
      {
        pixels += mask->GetPixel(place) == 1 ? 1 : 0;
        mask->SetPixel(place, 0);
        itk::Index<2> next = place;
        next[random.Integer(2)] += random.Integer(2) == 0 ? 1 : -1;
        if (label->GetLargestPossibleRegion().IsInside(next) && (label->GetPixel(next) != 0) == isOnBall)
        {
          place = next;
        }
      }
    }
    for (itk::ImageRegionIterator<LabelImage<2>> it(label, label->GetBufferedRegion()); !it.IsAtEnd(); ++it)
    {
      const bool isIgnored = mask->GetPixel(it.GetIndex()) != 0;
      known += isIgnored ? 0 : 1;
      // Nonsense, so that it must be ignored.
      it.Set(isIgnored ? 7 - it.Get() : it.Get());
    }
    data->AddPair(image.GetPointer(), label.GetPointer(), static_cast<ScalarImage<2> *>(nullptr), mask.GetPointer());
  }
  EXPECT_EQ(known, 6u * 28u);
  EXPECT_LT(28.0 / (24 * 24), 0.05);

  const auto filter = MakeFilter<2>("cpu", 20);
  filter->SetTrainingData(data);
  filter->Update();
  const auto label = MakePair<2>(24, 100).second;
  double     both = 0.0;
  double     sum = 0.0;
  for (itk::ImageRegionIterator<LabelImage<2>> it(label, label->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const bool isPredicted = filter->GetOutput()->GetPixel(it.GetIndex()) > 0.5f;
    both += isPredicted && it.Get() != 0 ? 2.0 : 0.0;
    sum += (isPredicted ? 1.0 : 0.0) + (it.Get() != 0 ? 1.0 : 0.0);
  }
  // The whole image as foreground reaches 0.33; the labels under ignored pixels are the opposite of the truth.
  EXPECT_GT(both / sum, 0.8);
}
