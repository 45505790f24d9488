// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingImageFilter.h"
#include "itkProgressTestHelpers.h"
#include "itkTorchTensorAccess.h"
#include "itkTorchTestImages.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetNetwork.h"
#include "itkUNetTestHelpers.h"
#include "itkBoundaryWeightMapImageFilter.h"
#include "itkStreamingImageFilter.h"
#include <fstream>

using itk::TorchDevice;
using itk::UNetModel;
using itk::UNetTrainingData;
using namespace itk::Test;

namespace
{
template <unsigned int D>
using ScalarImage = itk::Image<float, D>;
template <unsigned int D>
using LabelImage = itk::Image<unsigned short, D>;
template <unsigned int D>
using TrainingFilter = itk::UNetTrainingImageFilter<ScalarImage<D>, ScalarImage<D>>;

/** A bright ball on a dark, noisy ground, and its label 7. */
template <unsigned int D>
std::pair<typename ScalarImage<D>::Pointer, typename LabelImage<D>::Pointer>
MakePair(unsigned int extent, std::uint32_t number)
{
  auto                               image = ScalarImage<D>::New();
  auto                               label = LabelImage<D>::New();
  typename ScalarImage<D>::SizeType  size;
  typename ScalarImage<D>::IndexType centre;
  itk::TorchRandom                   random(3, 0, number);
  size.Fill(extent);
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    centre[axis] = extent / 4 + random.Integer(extent / 2);
  }
  image->SetRegions(size);
  label->SetRegions(size);
  image->Allocate();
  label->Allocate(true);
  itk::ImageRegionIterator<ScalarImage<D>> i(image, image->GetBufferedRegion());
  itk::ImageRegionIterator<LabelImage<D>>  l(label, label->GetBufferedRegion());
  for (; !i.IsAtEnd(); ++i, ++l)
  {
    double squared = 0.0;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      squared += std::pow(i.GetIndex()[axis] - centre[axis], 2);
    }
    const bool isInside = squared < extent * extent / 16.0;
    l.Set(isInside ? 7 : 0);
    i.Set(static_cast<float>((isInside ? 100.0 : 60.0) + 10.0 * random.Normal()));
  }
  return { image, label };
}

template <unsigned int D>
UNetTrainingData::Pointer
MakeData(unsigned int extent = 24, unsigned int count = 6)
{
  auto data = UNetTrainingData::New();
  for (unsigned int number = 0; number < count; ++number)
  {
    const auto [image, label] = MakePair<D>(extent, number);
    data->AddPair(image.GetPointer(), label.GetPointer());
  }
  return data;
}

template <unsigned int D>
typename TrainingFilter<D>::Pointer
MakeFilter(const TorchDevice & device = "cpu", unsigned int epochs = 2)
{
  auto filter = TrainingFilter<D>::New();
  auto specification = SmallSpecification(D);
  specification.BaseFilters = 4;
  filter->SetSpecification(specification);
  filter->SetDevice(device);
  filter->SetEpochs(epochs);
  filter->SetBatchSize(3);
  filter->SetCropSize(16);
  filter->SetLearningRate(0.01);
  filter->SetInput(MakePair<D>(24, 100).first);
  filter->SetTrainingData(MakeData<D>());
  return filter;
}

void
ExpectSameWeights(const UNetModel * a, const UNetModel * b)
{
  for (const auto & [name, tensor] : a->GetWeights())
  {
    EXPECT_TRUE(itk::GetATensor(tensor).equal(itk::GetATensor(b->GetWeights().at(name)))) << name;
  }
}

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
                         [](const auto & info) { return std::string(info.param); });

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
      network.Train(itk::GetATensor(filter->GetIntensityRule().Apply(pixels)), itk::TorchRandom(0))
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
  filter->SetLabelRule(itk::UNetLabelRule::ClassIndex);
  filter->SetWeightMap(itk::UNetWeightMap::Paper);
  ExpectContains(MessageOf([&] { filter->Update(); }), "LabelRule must be foreground for a WeightMap or a GapWidth");
}

TEST(UNetTraining, CropsOfAnImageSmallerThanTheCropAreMirrored)
{
  const auto filter = MakeFilter<2>();
  filter->SetTrainingData(MakeData<2>(5, 3));
  EXPECT_NO_THROW(filter->Update());
  EXPECT_EQ(filter->GetHistory().size(), 2u);
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

template <unsigned int D>
void
ExpectProgressAndAbortsOfTraining(const TorchDevice & device)
{
  // Two batches.
  const auto filter = MakeFilter<D>(device, 1);
  ExpectProgressAndAborts(filter.GetPointer(), 0.15);
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
  second->SetInitialModel(initial);
  second->Update();
  EXPECT_TRUE(itk::GetATensor(initial->GetWeights().at("classifier.weight")).equal(before));
  EXPECT_LT(second->GetHistory()[0].Loss, first->GetHistory()[2].Loss);
}

TEST(UNetTraining, EachParameterHasASetterThatReachesTheTable)
{
  auto        filter = TrainingFilter<2>::New();
  std::size_t checked = 0;
  const auto  expect = [&](const char * name, const itk::TorchParameterValue & value)
  {
    const auto view = filter->GetParameterView();
    EXPECT_EQ(view.Table->GetParameter(name).Get(view.Values), value) << name;
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
  filter->SetLabelRule(itk::UNetLabelRule::ClassIndex);
  expect("LabelRule", std::string("class-index"));
  filter->SetWeightMap(itk::UNetWeightMap::Falk);
  expect("WeightMap", std::string("falk"));
  filter->SetGapWidth(4);
  expect("GapWidth", std::int64_t{ 4 });
  filter->SetAugmentation(itk::RandomAugmentationPreset::Nuclei);
  expect("Augmentation", std::string("nuclei"));
  filter->SetAugmentedWeights(itk::UNetAugmentedWeights::Recomputed);
  expect("AugmentedWeights", std::string("recomputed"));
  filter->SetSeed(11);
  expect("Seed", std::int64_t{ 11 });
  filter->SetMaximumCacheSize(7);
  expect("MaximumCacheSize", std::int64_t{ 7 });
  EXPECT_EQ(checked, filter->GetParameterView().Table->GetParameters().size());
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

TEST(UNetTrainingErrors, ACropWhoseDeepestLevelIsOnePixelIsRefusedWithBatchNormalisation)
{
  const auto filter = MakeFilter<2>();
  filter->SetCropSize(4);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "CropSize must be at least 8 with batch normalisation, but is 4.");
}

TEST(UNetTrainingErrors, ALossThatDivergesEndsTheTraining)
{
  const auto filter = MakeFilter<2>("cpu", 5);
  filter->SetLearningRate(1e30);
  ExpectContains(MessageOf([&] { filter->Update(); }), "The loss must be finite, but is ");
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
    model->DisconnectPipeline();
    return model;
  };
  const auto half = train(0.5, nullptr);
  EXPECT_EQ(half->GetSpacing(), (std::vector<double>{ 0.5, 0.5 }));
  EXPECT_TRUE(train(1.0, nullptr)->GetSpacing().empty());
  EXPECT_EQ(train(0.5, half)->GetSpacing(), half->GetSpacing());
  ExpectContains(MessageOf([&] { train(0.7, half); }),
                 "spacing along x must be the initial model's, 0.5, and so along the other axes, but is 0.7.");
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
  ExpectContains(message, "pair 8: the label image's size must be the image's, [24, 24], but is [20, 20].");
  ExpectContains(message, "pair 9: ");
  ExpectContains(message, "must be finite, but 1 of 576 are NaN or infinite");
  EXPECT_EQ(batches, 0);
}

TEST(UNetTrainingErrors, LabelsThatAreNoClassNumbersAreNamed)
{
  const auto filter = MakeFilter<2>();
  filter->SetLabelRule(itk::UNetLabelRule::ClassIndex);
  ExpectContains(MessageOf([&] { filter->Update(); }), "labels must be class numbers in [0, 1], but are in [0, 7].");
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
