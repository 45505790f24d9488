// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingTestHelpers.h"
#include "itkProgressTestHelpers.h"
#include "itkStoredOtherwise.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestDevices.h"
#include "itkTorchTestImages.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetNetwork.h"
#include "itkUNetTestHelpers.h"
#include "itkBoundaryWeightMapImageFilter.h"
#include "itkImageBufferRange.h"
#include "itkShiftScaleImageFilter.h"
#include "itkStreamingImageFilter.h"
#include <fstream>

using itk::TorchDevice;
using itk::UNetModel;
using itk::UNetTrainingData;
using namespace itk::Test;

namespace
{
template <unsigned int D>
double
DiceOnUnseenImage(TrainingFilter<D> * filter)
{
  const auto [image, label] = MakePair<D>(24, 100);
  filter->SetInput(image);
  filter->Update();
  double                                       both = 0.0;
  double                                       sum = 0.0;
  itk::ImageRegionConstIterator<LabelImage<D>> l(label, label->GetBufferedRegion());
  for (; !l.IsAtEnd(); ++l)
  {
    const bool isPredicted = filter->GetOutput()->GetPixel(l.GetIndex()) > 0.5f;
    both += isPredicted && l.Get() != 0 ? 2.0 : 0.0;
    sum += (isPredicted ? 1.0 : 0.0) + (l.Get() != 0 ? 1.0 : 0.0);
  }
  return both / sum;
}

class UNetTrainingImageFilter : public ::testing::TestWithParam<const char *>
{};
INSTANTIATE_TEST_SUITE_P(Devices,
                         UNetTrainingImageFilter,
                         DeviceNames(),
                         [](const auto & test) { return std::string(test.param); });

TEST_P(UNetTrainingImageFilter, WhatMakesTheShownImageRunsOnceAlsoIfItsResultIsReleased)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto expected = MakeFilter<2>(device);
  expected->Update();
  const auto filter = MakeFilter<2>(device);
  const auto shift = itk::ShiftScaleImageFilter<ScalarImage<2>, ScalarImage<2>>::New();
  shift->SetInput(filter->GetInput());
  shift->ReleaseDataFlagOn();
  int runs = 0;
  shift->AddObserver(itk::StartEvent(), [&runs](const itk::EventObject &) { ++runs; });
  filter->SetInput(shift->GetOutput());
  filter->Update();
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(shift->GetOutput()->GetDataReleased());
  ExpectSameImage<ScalarImage<2>>(filter->GetOutput(), expected->GetOutput());
}

TEST_P(UNetTrainingImageFilter, LearnsToFindABrightBallIn2DAnd3D)
{
  const TorchDevice device(GetParam());
  ITKTorch_SKIP_WITHOUT_DEVICE(device);
  const auto flat = MakeFilter<2>(device, 30);
  // An untrained network reaches about 0.3, the whole image as foreground 0.33.
  EXPECT_GT(DiceOnUnseenImage<2>(flat), 0.9);
  ASSERT_EQ(flat->GetHistory().size(), 30u);
  EXPECT_LT(flat->GetHistory().back().Loss, 0.5 * flat->GetHistory().front().Loss);
  EXPECT_LT(flat->GetHistory().back().LearningRate, 1e-4) << "half a cosine ends near 0";

  const auto volume = MakeFilter<3>(device, 40);
  EXPECT_GT(DiceOnUnseenImage<3>(volume), 0.8);
}

TEST(UNetTraining, SameSeedGivesTheSameWeightsAndAnotherSeedOthers)
{
  const auto first = MakeFilter<2>();
  const auto second = MakeFilter<2>();
  const auto third = MakeFilter<2>();
  third->SetSeed(1);
  for (const auto & filter : { first, second, third })
  {
    filter->Update();
  }
  ExpectSameWeights(first->GetModel(), second->GetModel());
  const auto weight = [](const auto & filter)
  { return itk::GetATensor(filter->GetModel()->GetWeights().at("encoder.0.0.convolution.weight")); };
  EXPECT_FALSE(weight(first).equal(weight(third)));
}

TEST(UNetTraining, StagedDeviceGivesTheWeightsOfTheCPU)
{
  const auto cpu = MakeFilter<2>("cpu");
  const auto staged = MakeFilter<2>("staged");
  cpu->Update();
  staged->Update();
  ExpectSameWeights(cpu->GetModel(), staged->GetModel());
}

TEST(UNetTraining, LossIsTheMeanOfWeightTimesCrossEntropy)
{
  // One step that hardly moves, on one crop that is the whole image: the history's loss is that of the first weights.
  for (const unsigned int classes : { 1u, 2u })
  {
    const auto [image, label] = MakePair<2>(16, 0);
    auto weight = ScalarImage<2>::New();
    weight->SetRegions(image->GetLargestPossibleRegion());
    weight->Allocate();
    itk::TorchRandom random(8);
    for (int i = 0; i < 256; ++i)
    {
      weight->GetBufferPointer()[i] = static_cast<float>(random.Uniform(0.0, 10.0));
    }
    auto data = UNetTrainingData::New();
    data->AddPair(image.GetPointer(), label.GetPointer(), weight.GetPointer());
    auto filter = MakeFilter<2>("cpu", 1);
    auto specification = SmallSpecification(2, 1, classes);
    filter->SetSpecification(specification);
    filter->SetTrainingData(data);
    filter->SetLearningRate(1e-12);
    filter->Update();

    itk::UNetNetwork network(specification, itk::InitializeUNetWeights(specification, 0));
    const auto       pixels = itk::GetTorchTensor(image.GetPointer(), image->GetBufferedRegion(), "cpu");
    const at::Tensor logits =
      network.Train(itk::GetATensor(filter->GetIntensityNormalization().Apply(pixels)), itk::TorchRandom(0))
        .to(at::kDouble)
        .contiguous();
    double expected = 0.0;
    for (int i = 0; i < 256; ++i)
    {
      const double * const z = logits.const_data_ptr<double>();
      const bool           isObject = label->GetBufferPointer()[i] != 0;
      // −log of the true class's probability.
      const double margin = classes == 1 ? z[i] : z[256 + i] - z[i];
      expected += weight->GetBufferPointer()[i] * std::log1p(std::exp(isObject ? -margin : margin)) / 256.0;
    }
    // float sums of 256 terms against double ones.
    EXPECT_NEAR(filter->GetHistory()[0].Loss, expected, 1e-5 * expected);
  }
}

TEST(UNetTraining, PixelsOfWeightZeroHaveNoInfluence)
{
  const auto train = [](float valueWhereWeightIsZero)
  {
    const auto [image, label] = MakePair<2>(16, 0);
    auto weight = ScalarImage<2>::New();
    weight->SetRegions(image->GetLargestPossibleRegion());
    weight->Allocate();
    weight->FillBuffer(1.0f);
    weight->SetPixel({ { 3, 3 } }, 0.0f);
    label->SetPixel({ { 3, 3 } }, static_cast<unsigned short>(valueWhereWeightIsZero));
    auto data = UNetTrainingData::New();
    data->AddPair(image.GetPointer(), label.GetPointer(), weight.GetPointer());
    const auto filter = MakeFilter<2>();
    filter->SetTrainingData(data);
    filter->Update();
    return UNetModel::Pointer(filter->GetModel());
  };
  ExpectSameWeights(train(0), train(1));
}

TEST(UNetTraining, WhereNoPixelCountsTheStepsAreAdamsOnTheWeightDecayAlone)
{
  // D. P. Kingma, J. Ba, algorithm 1, in double; the gradient is WeightDecay times the weight.
  constexpr double rate = 0.02;
  constexpr double decay = 0.1;
  constexpr int    steps = 5;
  const auto [image, label] = MakePair<2>(16, 0);
  auto weight = ScalarImage<2>::New();
  weight->SetRegions(image->GetLargestPossibleRegion());
  weight->Allocate(true);
  auto data = UNetTrainingData::New();
  data->AddPair(image.GetPointer(), label.GetPointer(), weight.GetPointer());
  for (const auto schedule : { itk::UNetLearningRateSchedule::Constant, itk::UNetLearningRateSchedule::Cosine })
  {
    const auto filter = MakeFilter<2>("cpu", steps);
    filter->SetTrainingData(data);
    filter->SetLearningRate(rate);
    filter->SetLearningRateSchedule(schedule);
    filter->SetWeightDecay(decay);
    filter->GetModel()->Update();
    const auto initial = itk::InitializeUNetWeights(filter->GetSpecification(), 0);
    for (const auto & description : filter->GetSpecification().GetTensors())
    {
      if (!description.IsTrained)
      {
        continue;
      }
      const at::Tensor before = initial.at(description.Name).to(at::kDouble).flatten();
      const at::Tensor after =
        itk::GetATensor(filter->GetModel()->GetWeights().at(description.Name)).to(at::kDouble).flatten();
      for (std::int64_t i = 0; i < before.numel(); ++i)
      {
        double expected = before[i].item<double>();
        double first = 0.0;
        double second = 0.0;
        for (int step = 1; step <= steps; ++step)
        {
          const double gradient = decay * expected;
          first = 0.9 * first + 0.1 * gradient;
          second = 0.999 * second + 0.001 * gradient * gradient;
          const double share = schedule == itk::UNetLearningRateSchedule::Constant
                                 ? 1.0
                                 : 0.5 * (1.0 + std::cos(3.14159265358979 * (step - 1) / steps));
          expected -= share * rate * (first / (1.0 - std::pow(0.9, step))) /
                      (std::sqrt(second / (1.0 - std::pow(0.999, step))) + 1e-8);
        }
        // A step of at most the rate, in float; where a weight comes near 0, its gradient nearly vanishes.
        ASSERT_NEAR(after[i].item<double>(), expected, 1e-3 * rate) << description.Name << ' ' << i;
      }
    }
  }
}

TEST(UNetTraining, ImagesComeInAnOrderThatTheSeedDecides)
{
  // Crops that are whole images, and the same first weights, so that the seed decides the order alone.
  const auto initial = MakeModel(SmallSpecification());
  const auto train = [&initial](std::uint64_t seed, unsigned int batchSize)
  {
    const auto filter = MakeFilter<2>("cpu", 1);
    filter->SetTrainingData(MakeData<2>(16, 6));
    filter->SetInitialModel(initial);
    filter->SetBatchSize(batchSize);
    filter->SetSeed(seed);
    filter->GetModel()->Update();
    return filter;
  };
  const auto weight = [](const auto & filter)
  { return itk::GetATensor(filter->GetModel()->GetWeights().at("classifier.weight")); };
  EXPECT_FALSE(weight(train(1, 1)).equal(weight(train(2, 1))));
  EXPECT_TRUE(weight(train(1, 1)).equal(weight(train(1, 1))));
  // Each image once: all of them at once are one batch, in whatever order.
  EXPECT_NEAR(train(1, 6)->GetHistory()[0].Loss, train(2, 6)->GetHistory()[0].Loss, 1e-6);
}

TEST(UNetTraining, AWeightMapIsTheSameAsItsWeightsAndSeparatedLabelsGivenAsImages)
{
  // Two halves of the ball touch.
  const auto makePair = []
  {
    auto pair = MakePair<2>(24, 0);
    for (itk::ImageRegionIterator<LabelImage<2>> it(pair.second, pair.second->GetBufferedRegion()); !it.IsAtEnd(); ++it)
    {
      it.Set(it.Get() == 0 ? 0 : (it.GetIndex()[0] % 12 < 6 ? 1 : 2));
    }
    return pair;
  };
  const auto train = [](const UNetTrainingData * data, itk::UNetWeightMap map, unsigned int gap)
  {
    const auto filter = MakeFilter<2>();
    filter->SetTrainingData(data);
    filter->SetWeightMap(map);
    filter->SetGapWidth(gap);
    filter->Update();
    return UNetModel::Pointer(filter->GetModel());
  };
  const auto [image, label] = makePair();
  auto plain = UNetTrainingData::New();
  plain->AddPair(image.GetPointer(), label.GetPointer());
  for (const auto map : { itk::UNetWeightMap::Paper, itk::UNetWeightMap::Falk })
  {
    auto parameters = map == itk::UNetWeightMap::Paper ? itk::BoundaryWeightMapParameters::Paper()
                                                       : itk::BoundaryWeightMapParameters::Falk();
    parameters.GapWidth = 2;
    auto weights = itk::BoundaryWeightMapImageFilter<LabelImage<2>>::New();
    weights->SetInput(label);
    weights->SetParameters(parameters);
    weights->Update();
    auto weighted = UNetTrainingData::New();
    weighted->AddPair(image.GetPointer(), weights->GetSeparatedLabels(), weights->GetOutput());
    const auto computed = train(plain, map, 2);
    ExpectSameWeights(computed, train(weighted, itk::UNetWeightMap::None, 0));
    const auto unweighted = train(plain, itk::UNetWeightMap::None, 0);
    EXPECT_FALSE(itk::GetATensor(computed->GetWeights().at("classifier.weight"))
                   .equal(itk::GetATensor(unweighted->GetWeights().at("classifier.weight"))));
  }
}

TEST(UNetTrainingErrors, AWeightMapNeedsALabelForEachObject)
{
  auto filter = MakeFilter<2>();
  filter->SetLabels(itk::LabelMeaning::Classes);
  filter->SetWeightMap(itk::UNetWeightMap::Paper);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "Labels must be objects or foreground for a WeightMap or a GapWidth");
}

TEST(UNetTraining, CropsOfAnImageSmallerThanTheCropAreMirrored)
{
  // Five pixels in the middle of a crop of sixteen, and what a mirror at the first and the last of them shows.
  const std::vector<int> mirrored{ 3, 4, 3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1, 0, 1, 2 };
  const auto             small = UNetTrainingData::New();
  const auto             large = UNetTrainingData::New();
  for (unsigned int number = 0; number < 3; ++number)
  {
    const auto [image, label] = MakePair<2>(5, number);
    small->AddPair(image.GetPointer(), label.GetPointer());
    const auto [whole, wholeLabel] = MakePair<2>(16, number);
    for (itk::ImageRegionIterator<ScalarImage<2>> it(whole, whole->GetBufferedRegion()); !it.IsAtEnd(); ++it)
    {
      const itk::Index<2> from{ { mirrored.at(it.GetIndex()[0]), mirrored.at(it.GetIndex()[1]) } };
      it.Set(image->GetPixel(from));
      wholeLabel->SetPixel(it.GetIndex(), label->GetPixel(from));
    }
    large->AddPair(whole.GetPointer(), wholeLabel.GetPointer());
  }
  const auto train = [](const UNetTrainingData * data)
  {
    const auto filter = MakeFilter<2>();
    // Percentiles would be those of other pixels.
    itk::UNetIntensityNormalization rule;
    rule.Scaling = itk::UNetIntensityScaling::Factor;
    rule.Factor = 0.01;
    filter->SetIntensityNormalization(rule);
    filter->SetTrainingData(data);
    filter->GetModel()->Update();
    return UNetModel::Pointer(filter->GetModel());
  };
  ExpectSameWeights(train(small), train(large));
}

TEST(UNetTraining, PullingOnlyTheModelTrainsAndPullingTheImageDoesNotTrainAgain)
{
  const auto filter = MakeFilter<2>();
  int        batches = 0;
  filter->AddObserver(itk::IterationEvent(), [&batches](const itk::EventObject &) { ++batches; });
  filter->GetModel()->Update();
  EXPECT_EQ(batches, 2);
  EXPECT_NO_THROW(filter->GetModel()->Verify());
  filter->Update();
  auto streaming = itk::StreamingImageFilter<ScalarImage<2>, ScalarImage<2>>::New();
  streaming->SetNumberOfStreamDivisions(4);
  streaming->SetInput(filter->GetOutput());
  streaming->Update();
  EXPECT_EQ(batches, 2);
  filter->SetEpochs(3);
  filter->Update();
  EXPECT_EQ(batches, 5) << "a changed parameter trains again";
}

TEST(UNetTraining, ATrainingAloneNeedsNoImageAndGivesTheSameModel)
{
  const auto expected = MakeFilter<2>();
  expected->GetModel()->Update();
  const auto filter = MakeFilter<2>();
  filter->SetInput(nullptr);
  filter->Update();
  EXPECT_EQ(filter->GetHistory().size(), 2u);
  ExpectSameWeights(filter->GetModel(), expected->GetModel());
  filter->GetModel()->Update();
  filter->Update();
  EXPECT_EQ(filter->GetHistory().size(), 2u);

  const std::string message = MessageOf([&] { filter->GetOutput()->Update(); });
  ExpectContains(message, "An input image must be set for a prediction.");

  filter->SetInput(MakePair<2>(24, 100).first);
  filter->Update();
  EXPECT_EQ(filter->GetOutput()->GetBufferedRegion().GetSize(), (itk::Size<2>{ { 24, 24 } }));
}

TEST(UNetTraining, InferenceConnectedToTheModelTrainsOnceAndAgreesWithThePrediction)
{
  const auto filter = MakeFilter<2>();
  int        epochs = 0;
  filter->AddObserver(itk::IterationEvent(), [&epochs](const itk::EventObject &) { ++epochs; });
  auto inference = itk::UNetInferenceImageFilter<ScalarImage<2>, ScalarImage<2>>::New();
  inference->SetInput(filter->GetInput());
  inference->SetModel(filter->GetModel());
  inference->SetDevice("cpu");
  auto streaming = itk::StreamingImageFilter<ScalarImage<2>, ScalarImage<2>>::New();
  streaming->SetNumberOfStreamDivisions(4);
  streaming->SetInput(inference->GetOutput());
  streaming->Update();
  EXPECT_EQ(epochs, 2);
  filter->Update();
  // Pieces of the image, whose sums may be in another order.
  ExpectSameImage<ScalarImage<2>>(streaming->GetOutput(), filter->GetOutput(), 1e-6);
}

/** What a training filter and an inference filter with its model make of one awkward image. */
template <typename TInputImage, typename TOutputImage>
void
ExpectPredictionOfInference(const std::vector<double> & spacing,
                            unsigned int                classes,
                            const TorchDevice &         device,
                            unsigned int                components = 1)
{
  constexpr unsigned int D = TInputImage::ImageDimension;
  auto                   data = UNetTrainingData::New();
  for (unsigned int number = 0; number < 2; ++number)
  {
    const auto [scalar, label] = MakePair<D>(16, number);
    auto image = TInputImage::New();
    image->SetRegions(scalar->GetLargestPossibleRegion());
    image->SetNumberOfComponentsPerPixel(components);
    image->Allocate();
    for (itk::SizeValueType i = 0; i < components * scalar->GetLargestPossibleRegion().GetNumberOfPixels(); ++i)
    {
      image->GetBufferPointer()[i] = scalar->GetBufferPointer()[i / components];
    }
    for (auto && pixel : itk::ImageBufferRange<LabelImage<D>>(*label))
    {
      pixel = pixel == 0 ? 0 : static_cast<unsigned short>(classes > 1 ? classes - 1 : 1);
    }
    for (unsigned int axis = 0; axis < D && !spacing.empty(); ++axis)
    {
      auto ofPair = image->GetSpacing();
      ofPair[axis] = spacing[axis];
      image->SetSpacing(ofPair);
      label->SetSpacing(ofPair);
    }
    data->AddPair(image.GetPointer(), label.GetPointer());
  }
  auto specification = SmallSpecification(D, 1, classes);
  auto filter = itk::UNetTrainingImageFilter<TInputImage, TOutputImage>::New();
  filter->SetLabels(itk::LabelMeaning::Classes);
  filter->SetSpecification(specification);
  filter->SetDevice(device);
  filter->SetEpochs(1);
  filter->SetBatchSize(2);
  filter->SetCropSize(16);
  filter->SetInput(MakeAwkwardImage<TInputImage>(components > 1 ? components : 0));
  filter->SetTrainingData(data);
  filter->Update();
  ASSERT_EQ(filter->GetModel()->GetSpacing(), spacing);

  auto inference = itk::UNetInferenceImageFilter<TInputImage, TOutputImage>::New();
  inference->SetInput(filter->GetInput());
  inference->SetModel(filter->GetModel());
  inference->SetDevice(device);
  inference->Update();
  ExpectSameImage<TOutputImage>(filter->GetOutput(), inference->GetOutput());

  // One part of it, of which the filter has to compute no more.
  auto part = filter->GetOutput()->GetLargestPossibleRegion();
  part.SetSize(D - 1, part.GetSize(D - 1) / 2);
  part.SetIndex(D - 1, part.GetIndex(D - 1) + 1);
  filter->GetOutput()->ReleaseData();
  filter->GetOutput()->SetRequestedRegion(part);
  filter->GetOutput()->Update();
  EXPECT_EQ(filter->GetOutput()->GetBufferedRegion(), part);
  auto other = itk::UNetInferenceImageFilter<TInputImage, TOutputImage>::New();
  other->SetInput(filter->GetInput());
  other->SetModel(filter->GetModel());
  other->SetDevice(device);
  other->UpdateOutputInformation();
  other->GetOutput()->SetRequestedRegion(part);
  other->GetOutput()->Update();
  ExpectSameImage<TOutputImage>(filter->GetOutput(), other->GetOutput());
}

TEST(UNetTraining, ThePredictionIsThatOfAnInferenceFilterBitForBit)
{
  using Vector2 = itk::VectorImage<float, 2>;
  using Vector3 = itk::VectorImage<float, 3>;
  using Labels2 = itk::Image<unsigned char, 2>;
  using Labels3 = itk::Image<unsigned short, 3>;
  const std::vector<double> none;
  for (const char * const device : { "cpu", "staged" })
  {
    ExpectPredictionOfInference<ScalarImage<2>, ScalarImage<2>>(none, 2, device);
    ExpectPredictionOfInference<ScalarImage<2>, ScalarImage<2>>({ 0.7, 0.7 }, 1, device);
    ExpectPredictionOfInference<ScalarImage<2>, Vector2>({ 0.4, 1.7 }, 3, device);
    ExpectPredictionOfInference<ScalarImage<2>, Labels2>({ 0.4, 1.7 }, 3, device);
    ExpectPredictionOfInference<Vector2, Labels2>({ 0.9, 0.8 }, 2, device, 3);
    ExpectPredictionOfInference<ScalarImage<3>, ScalarImage<3>>(none, 2, device);
    ExpectPredictionOfInference<ScalarImage<3>, Vector3>({ 0.6, 0.9, 2.5 }, 3, device);
    ExpectPredictionOfInference<ScalarImage<3>, Labels3>({ 0.6, 0.9, 2.5 }, 2, device);
  }
}

TEST(UNetTraining, ThePredictionIsComputedWhenItIsAskedForAndWithTheNewestModel)
{
  const auto filter = MakeFilter<2>();
  int        starts = 0;
  filter->AddObserver(itk::StartEvent(), [&starts](const itk::EventObject &) { ++starts; });
  filter->GetModel()->Update();
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(filter->GetOutput()->GetBufferedRegion().GetNumberOfPixels(), 0u);
  filter->Update();
  EXPECT_EQ(starts, 2);
  const auto timeOfModel = filter->GetModel()->GetMTime();
  filter->Update();
  EXPECT_EQ(starts, 2);
  filter->GetOutput()->ReleaseData();
  filter->Update();
  EXPECT_EQ(starts, 3);
  EXPECT_EQ(filter->GetModel()->GetMTime(), timeOfModel) << "a prediction is no news for consumers of the model";

  const float before = filter->GetOutput()->GetPixel({ { 5, 5 } });
  filter->SetEpochs(3);
  filter->GetModel()->Update();
  filter->Update();
  EXPECT_NE(filter->GetOutput()->GetPixel({ { 5, 5 } }), before);
  auto inference = itk::UNetInferenceImageFilter<ScalarImage<2>, ScalarImage<2>>::New();
  inference->SetInput(filter->GetInput());
  inference->SetModel(filter->GetModel());
  inference->SetDevice("cpu");
  inference->Update();
  ExpectSameImage<ScalarImage<2>>(filter->GetOutput(), inference->GetOutput());
}

TEST(UNetTraining, AnAbortedPredictionThrowsAndLeavesTheTrainingAsItIs)
{
  const auto filter = MakeFilter<2>();
  int        epochs = 0;
  int        aborts = 0;
  bool       isAborting = true;
  filter->AddObserver(itk::IterationEvent(), [&](const itk::EventObject &) { ++epochs; });
  filter->AddObserver(itk::AbortEvent(), [&](const itk::EventObject &) { ++aborts; });
  filter->AddObserver(itk::ProgressEvent(),
                      [&](const itk::EventObject &)
                      {
                        if (isAborting && epochs == 2 && filter->GetProgress() < 1.0f)
                        {
                          filter->AbortGenerateDataOn();
                        }
                      });
  filter->GetModel()->Update();
  EXPECT_EQ(epochs, 2);
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
  EXPECT_EQ(aborts, 1);
  isAborting = false;
  filter->Update();
  EXPECT_EQ(epochs, 2) << "the model need not be trained again";
  EXPECT_EQ(filter->GetOutput()->GetBufferedRegion(), filter->GetInput()->GetLargestPossibleRegion());
}

TEST(UNetTraining, AShownImageThatInferenceRefusesIsRefusedBeforeTheTraining)
{
  auto       initial = MakeModel(SmallSpecification(3, 1, 3));
  const auto filter = MakeFilter<3>();
  filter->SetLabels(itk::LabelMeaning::Classes);
  filter->SetInitialModel(initial);
  int epochs = 0;
  filter->AddObserver(itk::IterationEvent(), [&](const itk::EventObject &) { ++epochs; });
  ExpectContains(MessageOf([&] { filter->Update(); }), "An image of one probability needs a model of 1 or 2 classes");
  EXPECT_EQ(epochs, 0);
  filter->SetInitialModel(nullptr);
  filter->SetLabels(itk::LabelMeaning::Foreground);
  filter->Update();
  EXPECT_EQ(epochs, 2);
  EXPECT_EQ(filter->GetModel()->GetOrientation(), "LPS");
}

TEST(UNetTraining, HowVolumesAreStoredMakesNoDifference)
{
  const auto train = [](bool isStoredOtherwise)
  {
    const auto store = [isStoredOtherwise](auto * image)
    {
      using VolumeType = std::remove_pointer_t<decltype(image)>;
      return isStoredOtherwise ? StoredOtherwise(image, { 2, 0, 1 }, { false, true, false })
                               : typename VolumeType::Pointer(image);
    };
    const auto filter = MakeFilter<3>();
    auto       data = UNetTrainingData::New();
    for (unsigned int number = 0; number < 3; ++number)
    {
      const auto [image, label] = MakePair<3>(24, number);
      const double spacing[] = { 1.0, 1.5, 2.0 };
      image->SetSpacing(spacing);
      label->SetSpacing(spacing);
      data->AddPair(store(image.GetPointer()), store(label.GetPointer()));
    }
    filter->SetTrainingData(data);
    filter->GetModel()->Update();
    return filter;
  };
  const auto as = train(false);
  const auto otherwise = train(true);
  EXPECT_EQ(otherwise->GetModel()->GetOrientation(), "LPS");
  EXPECT_EQ(otherwise->GetModel()->GetSpacing(), (std::vector<double>{ 1.0, 1.5, 2.0 }));
  ExpectSameWeights(as->GetModel(), otherwise->GetModel());
}

TEST(UNetTraining, TheModelRecordsThePolarityOfAllImages)
{
  const auto filter = MakeFilter<2>();
  filter->GetModel()->Update();
  EXPECT_EQ(filter->GetModel()->GetIntensityNormalization().Polarity, itk::UNetPolarity::Bright);
  // As a writer does, which asks for information again.
  const auto write = [](const auto & trained)
  {
    const TemporaryFolder folder;
    auto                  writer = itk::UNetModelWriter::New();
    writer->SetInput(trained->GetModel());
    writer->SetFileName(folder.File("model.safetensors"));
    writer->Update();
    auto reader = itk::UNetModelReader::New();
    reader->SetFileName(folder.File("model.safetensors"));
    reader->Update();
    return reader->GetOutput()->GetIntensityNormalization().Polarity;
  };
  EXPECT_EQ(write(filter), itk::UNetPolarity::Bright);
  const auto other = MakeFilter<2>();
  const auto initial = MakeModel(SmallSpecification());
  other->SetInitialModel(initial);
  other->GetModel()->Update();
  EXPECT_EQ(write(other), itk::UNetPolarity::Bright);
}

template <unsigned int D>
void
ExpectProgressAndAbortsOfTraining(const TorchDevice & device)
{
  // Two batches.
  const auto filter = MakeFilter<D>(device, 1);
  ExpectProgressAndAborts(
    filter.GetPointer(),
    0.15,
    [&filter]
    {
      filter->Modified();
      filter->GetModel()->Update();
    },
    [&filter]
    {
      std::vector<float> values;
      for (const auto & weight : filter->GetModel()->GetWeights())
      {
        const at::Tensor pixels = itk::GetATensor(weight.second).contiguous();
        values.insert(values.end(), pixels.const_data_ptr<float>(), pixels.const_data_ptr<float>() + pixels.numel());
      }
      return values;
    });
}

TEST(UNetTraining, ReportsProgressAndCanBeAbortedWithinABatch)
{
  ExpectProgressAndAbortsOfTraining<2>("cpu");
  ExpectProgressAndAbortsOfTraining<3>("cpu");
  ExpectProgressAndAbortsOfTraining<2>("staged");
}

TEST(UNetTraining, AbortLeavesAModelThatCanBeWrittenAndRead)
{
  const TemporaryFolder folder;
  const auto            filter = MakeFilter<2>("cpu", 50);
  filter->AddObserver(itk::ProgressEvent(),
                      [&](const itk::EventObject &) { filter->SetAbortGenerateData(filter->GetProgress() > 0.05); });
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
  EXPECT_LT(filter->GetHistory().size(), 50u);
  const UNetModel::Pointer model = filter->GetModel();
  model->DisconnectPipeline();
  auto writer = itk::UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(folder.File("aborted.safetensors"));
  writer->Update();
  auto reader = itk::UNetModelReader::New();
  reader->SetFileName(folder.File("aborted.safetensors"));
  reader->Update();
  ExpectSameWeights(reader->GetOutput(), model);
  auto untrained = MakeModel(model->GetSpecification());
  untrained->InitializeWeights(0);
  EXPECT_FALSE(itk::GetATensor(model->GetWeights().at("classifier.weight"))
                 .equal(itk::GetATensor(untrained->GetWeights().at("classifier.weight"))));
}

TEST(UNetTraining, AnInitialModelIsContinuedAndNotChanged)
{
  const auto first = MakeFilter<2>("cpu", 10);
  first->Update();
  const UNetModel::Pointer initial = first->GetModel();
  initial->DisconnectPipeline();
  const auto before = itk::GetATensor(initial->GetWeights().at("classifier.weight")).clone();
  const auto second = MakeFilter<2>("cpu", 1);
  itk::UNetModelCard card;
  card.Name = "measured with the first weights";
  initial->SetCard(card);
  second->SetInitialModel(initial);
  second->Update();
  EXPECT_TRUE(itk::GetATensor(initial->GetWeights().at("classifier.weight")).equal(before));
  EXPECT_LT(second->GetHistory()[0].Loss, first->GetHistory()[2].Loss);
  EXPECT_EQ(initial->GetCard().Name, card.Name);
  EXPECT_TRUE(second->GetModel()->GetCard().IsEmpty());
}

TEST(UNetTraining, EachParameterHasASetterThatReachesTheTable)
{
  auto        filter = TrainingFilter<2>::New();
  std::size_t checked = 0;
  const auto  expect = [&](const char * name, const itk::TorchParameterValue & value)
  {
    const auto view = filter->GetParameterView();
    EXPECT_EQ(view.Get(name), value) << name;
    ++checked;
  };
  filter->SetEpochs(3);
  expect("Epochs", std::int64_t{ 3 });
  filter->SetBatchSize(5);
  expect("BatchSize", std::int64_t{ 5 });
  filter->SetCropSize(32);
  expect("CropSize", std::int64_t{ 32 });
  filter->SetCropsPerImage(2);
  expect("CropsPerImage", std::int64_t{ 2 });
  filter->SetLearningRate(0.5);
  expect("LearningRate", 0.5);
  filter->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
  expect("LearningRateSchedule", std::string("constant"));
  filter->SetWeightDecay(0.25);
  expect("WeightDecay", 0.25);
  filter->SetLabels(itk::LabelMeaning::Classes);
  expect("Labels", std::string("classes"));
  filter->UseWeightMapOn();
  expect("UseWeightMap", true);
  filter->SetAugmentedWeights(itk::UNetAugmentedWeights::Recomputed);
  expect("AugmentedWeights", std::string("recomputed"));
  filter->SetSeed(11);
  expect("Seed", std::int64_t{ 11 });
  filter->SetMaximumCacheSize(7);
  expect("MaximumCacheSize", std::int64_t{ 7 });
  filter->SetStepsPerEpoch(9);
  expect("StepsPerEpoch", std::int64_t{ 9 });
  filter->SetMaximumSteps(90);
  expect("MaximumSteps", std::int64_t{ 90 });
  filter->SetMaximumMinutes(1.5);
  expect("MaximumMinutes", 1.5);
  filter->SetSampling(itk::UNetSampling::Categories);
  expect("Sampling", std::string("categories"));
  filter->SetOptimizer(itk::UNetOptimizer::SGD);
  expect("Optimizer", std::string("sgd"));
  filter->SetFinalLearningRate(0.125);
  expect("FinalLearningRate", 0.125);
  filter->SetPolynomialExponent(2.0);
  expect("PolynomialExponent", 2.0);
  filter->SetWarmupSteps(4);
  expect("WarmupSteps", std::int64_t{ 4 });
  filter->SetMomentum(0.75);
  expect("Momentum", 0.75);
  filter->SetMaximumGradientNorm(12.0);
  expect("MaximumGradientNorm", 12.0);
  filter->SetAccumulatedBatches(2);
  expect("AccumulatedBatches", std::int64_t{ 2 });
  filter->SetWeightAveraging(0.5);
  expect("WeightAveraging", 0.5);
  filter->SetIgnoreLabel(255);
  expect("IgnoreLabel", std::int64_t{ 255 });
  filter->SetTarget(itk::UNetTarget::InteriorBorder);
  expect("Target", std::string("interior-border"));
  filter->SetBorderWidth(3.0);
  expect("BorderWidth", 3.0);
  filter->SetContactWeight(4.0);
  expect("ContactWeight", 4.0);
  filter->SetFrozenLayers("encoder.0");
  expect("FrozenLayers", std::string("encoder.0"));
  filter->SetValidationInterval(5);
  expect("ValidationInterval", std::int64_t{ 5 });
  filter->SetPatience(6);
  expect("Patience", std::int64_t{ 6 });
  filter->SetLoaderThreads(8);
  expect("LoaderThreads", std::int64_t{ 8 });
  filter->SetPrecision(itk::UNetTrainingPrecision::BFloat16);
  expect("Precision", std::string("bfloat16"));
  filter->SetOverfitCrops(4);
  expect("OverfitCrops", std::int64_t{ 4 });
  filter->AllowOnlyBackgroundOn();
  expect("AllowOnlyBackground", true);
  const auto & parameters = filter->GetParameterView().GetList().GetParameters();
  EXPECT_EQ(checked,
            std::count_if(parameters.begin(), parameters.end(), [](const auto & p) { return p.Group.empty(); }));

  filter->SetWeightMap(itk::UNetWeightMap::Falk);
  expect("WeightMapBorderWeight", 50.0);
  filter->SetWeightMap(itk::UNetWeightMap::None);
  expect("UseWeightMap", false);
  filter->SetGapWidth(4);
  expect("WeightMapGapWidth", std::int64_t{ 4 });
  filter->SetWeightMap(itk::UNetWeightMap::Paper);
  expect("WeightMapGapWidth", std::int64_t{ 4 });
  itk::BoundaryWeightMapParameters map;
  map.Sigma = 8.0;
  filter->SetWeightMapParameters(map);
  expect("WeightMapSigma", 8.0);
  filter->SetAugmentation(itk::RandomAugmentationPreset::Nuclei);
  expect("AugmentationTurnProbability", 0.75);
  itk::UNetLossParameters loss;
  loss.Dice = 0.5;
  filter->SetLoss(loss);
  expect("LossDice", 0.5);

  // Values that are set again are no change.
  const auto time = filter->GetMTime();
  filter->SetLoss(loss);
  filter->SetAugmentation(itk::RandomAugmentationPreset::Nuclei);
  filter->SetWeightMapParameters(map);
  filter->SetParameters(filter->GetParameters());
  filter->SetIntensityNormalization(filter->GetIntensityNormalization());
  filter->SetClassNames(filter->GetClassNames());
  filter->SetEpochs(3);
  EXPECT_EQ(filter->GetMTime(), time);
}

TEST(UNetTraining, TheCacheDoesNotChangeTheWeights)
{
  const auto cached = MakeFilter<2>();
  const auto read = MakeFilter<2>();
  read->SetMaximumCacheSize(0);
  cached->Update();
  read->Update();
  ExpectSameWeights(cached->GetModel(), read->GetModel());
}

TEST(UNetTrainingErrors, NoPairIsRefused)
{
  const auto filter = MakeFilter<2>();
  filter->SetTrainingData(nullptr);
  ExpectContains(MessageOf([&] { filter->Update(); }), "Input TrainingData is required but not set.");
  filter->SetTrainingData(UNetTrainingData::New());
  ExpectContains(MessageOf([&] { filter->Update(); }), "TrainingData must hold at least 1 pair, but holds 0.");
}

TEST(UNetTrainingErrors, ACropThatTheNetworkCannotHalveIsRefused)
{
  const auto filter = MakeFilter<2>();
  filter->SetCropSize(30);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "CropSize must be a multiple of 4, the network's stride with 2 levels, but is 30.");
}

TEST(UNetTrainingErrors, ACropWhoseDeepestLevelIsOnePixelIsRefusedWithBatchNormalization)
{
  const auto filter = MakeFilter<2>();
  filter->SetCropSize(4);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "CropSize must be at least 8 with batch normalization, but is 4.");
}

TEST(UNetTrainingErrors, ALossThatDivergesEndsTheTraining)
{
  const auto filter = MakeFilter<2>("cpu", 5);
  filter->SetLearningRate(1e30);
  const std::string message = MessageOf([&] { filter->Update(); });
  ExpectContains(
    message, "The training diverged: the loss is nan at step 2 of 2 in epoch 1 of 5; use a LearningRate below 1e+30");
}

/** Trains, and says what went wrong. `file` must stay as it is. */
void
ExpectThatNothingIsWritten(const TrainingFilter<2>::Pointer & filter, const std::string & cause)
{
  const TemporaryFolder folder;
  const std::string     file = folder.File("model.safetensors");
  std::ofstream(file) << "a good model";
  auto writer = itk::UNetModelWriter::New();
  writer->SetFileName(file);
  writer->SetInput(filter->GetModel());
  ExpectContains(MessageOf([&] { writer->Update(); }), cause);
  const UNetModel::Pointer model = filter->GetModel();
  model->DisconnectPipeline();
  writer->SetInput(model);
  ExpectContains(MessageOf([&] { writer->Update(); }), "Cannot write " + file + ": ");
  std::ifstream stream(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), "a good model");
  EXPECT_EQ(folder.GetNumberOfFiles(), 1u);
}

TEST(UNetTrainingErrors, ATrainingThatDivergesReplacesNoFile)
{
  // By the loss of the second step.
  auto filter = MakeFilter<2>("cpu", 5);
  filter->SetLearningRate(1e30);
  ExpectThatNothingIsWritten(filter, "The training diverged: the loss is nan at step 2 of 2 in epoch 1 of 5");

  // By the only step, whose loss is finite.
  filter = MakeFilter<2>("cpu", 1);
  filter->SetBatchSize(6);
  filter->SetLearningRate(1e300);
  ExpectThatNothingIsWritten(filter, "are not finite after a step of epoch 1 of 1; use a LearningRate below 1e+300");

  // By the first of ten steps, after which an observer asks for the end.
  filter = MakeFilter<2>("cpu", 5);
  filter->SetLearningRate(1e300);
  filter->AddObserver(itk::ProgressEvent(),
                      [&filter](const itk::EventObject &)
                      { filter->SetAbortGenerateData(filter->GetProgress() > 0.099f); });
  ExpectThatNothingIsWritten(filter, "are not finite after a step of epoch 1 of 5");

  // By no step at all: while the pairs are looked at, there is no model so far.
  filter = MakeFilter<2>("cpu", 5);
  int events = 0;
  filter->AddObserver(itk::ProgressEvent(),
                      [&](const itk::EventObject &) { filter->SetAbortGenerateData(++events == 4); });
  ExpectThatNothingIsWritten(filter, "UNetTrainingImageFilter was aborted.");
  EXPECT_EQ(events, 4);
}

TEST(UNetTraining, TheModelRecordsASpacingThatAllPairsShareAndKeepsToIt)
{
  const auto train = [](double spacing, const UNetModel * initial)
  {
    auto data = UNetTrainingData::New();
    for (unsigned int number = 0; number < 3; ++number)
    {
      const auto [image, label] = MakePair<2>(24, number);
      image->SetSpacing(spacing);
      label->SetSpacing(spacing);
      data->AddPair(image.GetPointer(), label.GetPointer());
    }
    const auto filter = MakeFilter<2>("cpu", 1);
    filter->SetTrainingData(data);
    filter->SetInitialModel(initial);
    filter->Update();
    const UNetModel::Pointer model = filter->GetModel();
    // As a writer asks.
    filter->Modified();
    model->UpdateOutputInformation();
    model->DisconnectPipeline();
    return model;
  };
  const auto half = train(0.5, nullptr);
  EXPECT_EQ(half->GetSpacing(), (std::vector<double>{ 0.5, 0.5 }));
  EXPECT_TRUE(train(1.0, nullptr)->GetSpacing().empty());
  EXPECT_EQ(train(0.5, half)->GetSpacing(), half->GetSpacing());
  ExpectContains(MessageOf([&] { train(0.7, half); }),
                 "spacing must be the model's, which is 0.5 along x, but is 0.7.");
}

TEST(UNetTrainingErrors, ParametersOutsideTheirRangesAreNamedTogether)
{
  const auto filter = MakeFilter<2>();
  filter->SetEpochs(0);
  filter->SetLearningRate(-1.0);
  const std::string message = MessageOf([&] { filter->Update(); });
  ExpectContains(message, "Epochs must be in [1, 1000000], but is 0.");
  ExpectContains(message, "LearningRate must be greater than 0, but is -1.");
}

TEST(UNetTrainingErrors, AllUnusablePairsAreNamedBeforeTrainingStarts)
{
  const TemporaryFolder folder;
  std::ofstream(folder.File("text.png")) << "no picture";
  const auto data = MakeData<2>();
  data->AddPairOfFiles(folder.File("absent.png"), folder.File("label.png"));
  data->AddPairOfFiles(folder.File("text.png"), folder.File("label.png"));
  auto image = MakePair<2>(24, 0).first;
  data->AddPair(image.GetPointer(), MakePair<2>(20, 0).second.GetPointer());
  image->SetPixel({ { 0, 0 } }, std::numeric_limits<float>::infinity());
  data->AddPair(image.GetPointer(), MakePair<2>(24, 0).second.GetPointer());
  const auto filter = MakeFilter<2>();
  filter->SetTrainingData(data);
  int batches = 0;
  filter->AddObserver(itk::IterationEvent(), [&batches](const itk::EventObject &) { ++batches; });
  const std::string message = MessageOf([&] { filter->Update(); });
  ExpectContains(message, "absent.png: there is no such file.");
  ExpectContains(message, "text.png: it is not an image that can be read.");
  ExpectContains(message,
                 "pair 8: the label image must have the grid of the image: its size must be [24, 24], but is "
                 "[20, 20].");
  ExpectContains(message, "pair 9: ");
  ExpectContains(message, "must be finite, but 1 of 576 are NaN or infinite");
  EXPECT_EQ(batches, 0);
}

TEST(UNetTrainingErrors, LabelsThatAreNoClassNumbersAreNamed)
{
  const auto filter = MakeFilter<2>();
  filter->SetLabels(itk::LabelMeaning::Classes);
  ExpectContains(MessageOf([&] { filter->Update(); }), "labels must be class numbers in [0, 1], but one is 7.");
}

TEST(UNetTrainingErrors, LabelsThatAreNoClassNumbersAreNamedBeforeCropsAreTaken)
{
  const auto filter = MakeFilter<2>();
  filter->SetLabels(itk::LabelMeaning::Classes);
  filter->SetAugmentedWeights(itk::UNetAugmentedWeights::Recomputed);
  ExpectContains(MessageOf([&] { filter->Update(); }), "pair 5: labels must be class numbers in [0, 1], but one is 7.");
}

TEST(UNetTrainingErrors, MoreThanTwoClassesNeedTheirNumbers)
{
  const auto filter = MakeFilter<2>();
  auto       specification = filter->GetSpecification();
  specification.Classes = 3;
  filter->SetSpecification(specification);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "Labels must be classes for more than 2 classes, but is foreground for 3.");
}

TEST(UNetTrainingErrors, AnImageThatTheNetworkDoesNotTakeIsRefusedBeforeTraining)
{
  const auto filter = MakeFilter<2>();
  auto       specification = filter->GetSpecification();
  specification.Channels = 3;
  filter->SetSpecification(specification);
  ExpectContains(MessageOf([&] { filter->Update(); }), "The model takes 3 channel(s)");
}
} // namespace
