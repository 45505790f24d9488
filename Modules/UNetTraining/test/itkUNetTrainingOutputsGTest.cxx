// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageFileWriter.h"
#include "itkTorchTestImages.h"
#include "itkUNetModelReader.h"
#include "itkUNetModelWriter.h"
#include "itkUNetTrainingTestHelpers.h"
#include <nlohmann/json.hpp>
#include <filesystem>

using itk::UNetModel;
using itk::UNetTraining;
using itk::UNetTrainingData;
using itk::UNetTrainingStepEvent;
using namespace itk::Test;

namespace
{
/** How often a filter trains an epoch. */
class EpochCounter
{
public:
  explicit EpochCounter(itk::Object * filter)
  {
    filter->AddObserver(itk::IterationEvent(), [this](const itk::EventObject &) { ++m_Count; });
  }
  EpochCounter(const EpochCounter &) = delete;

  int
  Get() const
  {
    return m_Count;
  }

private:
  int m_Count{ 0 };
};

UNetModel::Pointer
CopyOf(const UNetModel * model)
{
  auto copy = UNetModel::New();
  copy->Graft(model);
  return copy;
}

UNetTrainingData::Pointer
MakeSpacedData(double spacing)
{
  auto data = UNetTrainingData::New();
  for (unsigned int number = 0; number < 3; ++number)
  {
    const auto [image, label] = MakePair<2>(24, number);
    image->SetSpacing(spacing);
    label->SetSpacing(spacing);
    data->AddPair(image, label);
  }
  return data;
}
} // namespace

TEST(UNetTrainingOutputs, EachStepIsAnEventThatSaysWhatItDid)
{
  const auto filter = MakeFilter<2>("cpu", 3);
  filter->SetCropsPerImage(2);
  std::vector<itk::UNetTrainingStep> steps;
  std::vector<std::uint64_t>         positions;
  filter->AddObserver(UNetTrainingStepEvent(),
                      [&](const itk::EventObject & event)
                      {
                        steps.push_back(static_cast<const UNetTrainingStepEvent &>(event).GetStep());
                        positions.push_back(filter->GetPosition().Step);
                        EXPECT_EQ(filter->GetNumberOfSteps(), 12u);
                      });
  filter->Update();
  EXPECT_EQ(positions, (std::vector<std::uint64_t>{ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }));
  EXPECT_EQ(filter->GetNumberOfSteps(), 0u);
  ASSERT_EQ(filter->GetHistory().size(), 3u);
  for (std::size_t epoch = 0; epoch < 3; ++epoch)
  {
    double loss = 0.0;
    double norm = 0.0;
    for (std::size_t i = 4 * epoch; i < 4 * epoch + 4; ++i)
    {
      loss += steps[i].Loss / 4;
      norm += steps[i].GradientNorm / 4;
    }
    const auto & line = filter->GetHistory()[epoch];
    EXPECT_NEAR(line.Loss, loss, 1e-12);
    EXPECT_NEAR(line.GradientNorm, norm, 1e-12);
    EXPECT_EQ(line.LearningRate, steps[4 * epoch + 3].LearningRate);
    EXPECT_EQ(line.Epoch, epoch);
    EXPECT_EQ(line.Step, 4 * (epoch + 1));
    EXPECT_GT(line.Seconds, 0.0);
  }
}

TEST(UNetTrainingOutputs, OutputsOfAStepAreThoseOfATrainingThatEndsThere)
{
  const auto make = [](std::uint64_t steps)
  {
    const auto filter = MakeFilter<2>("cpu", 2);
    filter->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
    filter->SetValidationData(MakeData<2>(24, 2));
    filter->SetMaximumSteps(steps);
    return filter;
  };
  const auto         filter = make(0);
  UNetModel::Pointer third;
  UNetModel::Pointer best;
  filter->AddObserver(UNetTrainingStepEvent(),
                      [&](const itk::EventObject &)
                      {
                        if (filter->GetPosition().Step == 3)
                        {
                          filter->UpdateTrainingOutputs();
                          third = CopyOf(filter->GetModel());
                          best = CopyOf(filter->GetBestModel());
                          EXPECT_EQ(filter->GetState()->GetPosition().Step, 3u);
                          EXPECT_EQ(filter->GetHistory().size(), 1u);
                        }
                      });
  filter->Update();
  const auto shorter = make(3);
  shorter->Update();
  ExpectSameWeights(third, shorter->GetModel());
  ExpectSameWeights(best, shorter->GetBestModel());
  const auto plain = make(0);
  plain->Update();
  ExpectSameWeights(filter->GetModel(), plain->GetModel());
  ExpectContains(MessageOf([&] { filter->UpdateTrainingOutputs(); }),
                 "UpdateTrainingOutputs() must be called by an observer of a step, but there is no training.");
}

TEST(UNetTrainingOutputs, TheBestModelCanBeTheModelOfAnInferenceInOnePipeline)
{
  const auto filter = MakeFilter<3>();
  filter->SetValidationData(MakeData<3>(16, 1));
  EpochCounter epochs(filter);
  auto         inference = itk::UNetInferenceImageFilter<ScalarImage<3>, ScalarImage<3>>::New();
  inference->SetInput(filter->GetInput());
  inference->SetModel(filter->GetBestModel());
  inference->SetDevice("cpu");
  inference->Update();
  EXPECT_EQ(epochs.Get(), 2);
  auto after = itk::UNetInferenceImageFilter<ScalarImage<3>, ScalarImage<3>>::New();
  after->SetInput(filter->GetInput());
  after->SetModel(CopyOf(filter->GetBestModel()));
  after->SetDevice("cpu");
  after->Update();
  ExpectSameImage<ScalarImage<3>>(inference->GetOutput(), after->GetOutput());
}

TEST(UNetTrainingOutputs, PullingAnyOutputTrainsOnce)
{
  const auto filter = MakeFilter<2>();
  filter->SetValidationData(MakeData<2>(24, 2));
  EpochCounter epochs(filter);
  filter->GetState()->Update();
  EXPECT_EQ(epochs.Get(), 2);
  filter->GetBestModel()->Update();
  filter->GetModel()->Update();
  filter->GetState()->Update();
  filter->Update();
  EXPECT_EQ(epochs.Get(), 2);
}

TEST(UNetTrainingOutputs, ParametersThatAreSetToTheirValuesTrainNothing)
{
  const auto filter = MakeFilter<2>();
  filter->SetValidationData(MakeData<2>(24, 2));
  filter->Update();
  EpochCounter epochs(filter);
  filter->SetParameters(filter->GetParameters());
  filter->SetSpecification(filter->GetSpecification());
  filter->SetTrainingData(filter->GetTrainingData());
  filter->SetValidationData(filter->GetValidationData());
  filter->SetInitialState(nullptr);
  filter->SetInitialModel(nullptr);
  filter->SetPatience(0);
  filter->SetLoss(filter->GetParameters().Loss);
  filter->MeasureCostOff();
  filter->Update();
  filter->GetState()->Update();
  EXPECT_EQ(epochs.Get(), 0);
  filter->SetPatience(5);
  filter->Update();
  EXPECT_EQ(epochs.Get(), 2);
}

TEST(UNetTrainingOutputs, DisconnectedOutputsStayAsTheyAreWhenTheFilterTrainsAgain)
{
  const auto filter = MakeFilter<2>();
  filter->SetValidationData(MakeData<2>(24, 2));
  filter->Update();
  const UNetModel::Pointer              model = filter->GetModel();
  const UNetModel::Pointer              best = filter->GetBestModel();
  const itk::UNetTrainingState::Pointer state = filter->GetState();
  model->DisconnectPipeline();
  best->DisconnectPipeline();
  state->DisconnectPipeline();
  const auto modelBefore = itk::GetATensor(model->GetWeights().at("classifier.weight")).clone();
  const auto bestBefore = itk::GetATensor(best->GetWeights().at("classifier.weight")).clone();
  filter->SetSeed(9);
  filter->Update();
  EXPECT_TRUE(itk::GetATensor(model->GetWeights().at("classifier.weight")).equal(modelBefore));
  EXPECT_TRUE(itk::GetATensor(best->GetWeights().at("classifier.weight")).equal(bestBefore));
  EXPECT_TRUE(itk::GetATensor(state->GetModel()->GetWeights().at("classifier.weight")).equal(modelBefore));
  EXPECT_FALSE(itk::GetATensor(filter->GetModel()->GetWeights().at("classifier.weight")).equal(modelBefore));
  EXPECT_EQ(filter->GetHistory().size(), 2u);
}

TEST(UNetTrainingOutputs, AnExceptionInAnObserverOfThePredictionLeavesTheTrainedModel)
{
  const auto   filter = MakeFilter<2>();
  EpochCounter epochs(filter);
  bool         isFailing = true;
  filter->AddObserver(itk::ProgressEvent(),
                      [&](const itk::EventObject &)
                      {
                        if (isFailing && epochs.Get() == 2 && filter->GetProgress() < 1.0f)
                        {
                          throw std::runtime_error("an observer has had enough");
                        }
                      });
  filter->GetModel()->Update();
  const auto trained = CopyOf(filter->GetModel());
  ExpectContains(MessageOf([&] { filter->Update(); }), "an observer has had enough");
  ExpectSameWeights(filter->GetModel(), trained);
  isFailing = false;
  filter->Update();
  EXPECT_EQ(epochs.Get(), 2);
  EXPECT_EQ(filter->GetOutput()->GetBufferedRegion(), filter->GetInput()->GetLargestPossibleRegion());
}

TEST(UNetTrainingOutputs, WithoutItsInitialModelAFilterForgetsItsGrid)
{
  const auto initial = MakeModel(SmallSpecification());
  initial->SetSpacing({ 0.5, 0.5 });
  const auto filter = MakeFilter<2>();
  filter->SetInitialModel(initial);
  filter->SetTrainingData(MakeSpacedData(0.5));
  filter->GetModel()->Update();
  EXPECT_EQ(filter->GetModel()->GetSpacing(), (std::vector<double>{ 0.5, 0.5 }));
  filter->SetInitialModel(nullptr);
  filter->SetTrainingData(MakeSpacedData(1.0));
  filter->GetModel()->UpdateOutputInformation();
  EXPECT_TRUE(filter->GetModel()->GetSpacing().empty());
  filter->Update();
  EXPECT_TRUE(filter->GetModel()->GetSpacing().empty());
  EXPECT_TRUE(filter->GetState()->GetModel()->GetSpacing().empty());

  const auto volume = MakeModel(SmallSpecification(3));
  volume->SetOrientation("RAI");
  const auto other = MakeFilter<3>("cpu", 1);
  other->SetInput(nullptr);
  other->SetInitialModel(volume);
  other->GetModel()->Update();
  EXPECT_EQ(other->GetModel()->GetOrientation(), "RAI");
  other->SetInitialModel(nullptr);
  other->GetModel()->UpdateOutputInformation();
  EXPECT_EQ(other->GetModel()->GetOrientation(), "");
  other->Update();
  EXPECT_EQ(other->GetModel()->GetOrientation(), "LPS");
}

TEST(UNetTrainingOutputs, AnInitialModelKeepsItsSpacingWhereThePairsStateNone)
{
  const auto initial = MakeModel(SmallSpecification());
  initial->SetSpacing({ 0.5, 0.5 });
  auto data = UNetTrainingData::New();
  const auto [image, label] = MakePair<2>(24, 0);
  itk::MarkSpacingAsUnknown(image->GetMetaDataDictionary());
  data->AddPair(image, label);
  const auto filter = MakeFilter<2>("cpu", 1);
  filter->SetInput(nullptr);
  filter->SetTrainingData(data);
  filter->SetInitialModel(initial);
  filter->Update();
  EXPECT_EQ(filter->GetModel()->GetSpacing(), initial->GetSpacing());
}

TEST(UNetTrainingOutputs, StepsAndTimeEndATraining)
{
  const auto filter = MakeFilter<2>("cpu", 4);
  filter->SetMaximumSteps(5);
  filter->Update();
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::Complete);
  EXPECT_EQ(filter->GetPosition().Step, 5u);
  EXPECT_EQ(filter->GetPosition().StepOfEpoch, 1u);
  EXPECT_EQ(filter->GetHistory().size(), 2u);
  EXPECT_EQ(filter->GetProgress(), 1.0f);

  // At the end of a step, of which there is one at least.
  filter->SetMaximumSteps(0);
  filter->SetMaximumMinutes(1e-12);
  filter->Update();
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::OutOfTime);
  EXPECT_EQ(filter->GetPosition().Step, 1u);
  EXPECT_EQ(MessageOf([&] { filter->GetModel()->Verify(); }), "");

  // Each run has its time, and gets on.
  const auto second = MakeFilter<2>("cpu", 4);
  second->SetMaximumMinutes(1e-12);
  second->SetInitialState(filter->GetState());
  second->Update();
  EXPECT_EQ(second->GetPosition().Step, 2u);
  EXPECT_EQ(second->GetEnding(), UNetTraining::Ending::OutOfTime);
  second->SetMaximumMinutes(1000.0);
  second->Update();
  EXPECT_EQ(second->GetPosition().Step, 8u);
  EXPECT_EQ(second->GetEnding(), UNetTraining::Ending::Complete);
}

TEST(UNetTrainingOutputs, ATrainingThatAnExceptionEndsIsInterruptedWhateverTheOneBeforeWas)
{
  const auto filter = MakeFilter<2>();
  filter->Update();
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::Complete);
  const auto tag =
    filter->AddObserver(UNetTrainingStepEvent(), [&](const itk::EventObject &) { filter->AbortGenerateDataOn(); });
  filter->SetEpochs(3);
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::Interrupted);
  filter->RemoveObserver(tag);
  filter->SetEpochs(1);
  filter->Update();
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::Complete);
}

TEST(UNetTrainingOutputs, TheModelsSayHowTheyWereTrainedAlsoInTheirFiles)
{
  const auto filter = MakeFilter<2>("cpu", 3);
  filter->SetValidationData(MakeData<2>(24, 2));
  filter->SetWeightDecay(0.125);
  filter->SetLearningRate(1e-30);
  auto specification = filter->GetSpecification();
  specification.Normalization = itk::UNetNormalization::None;
  filter->SetSpecification(specification);
  filter->Update();
  const TemporaryFolder folder;
  const auto            recipeOf = [&](const UNetModel * model)
  {
    auto writer = itk::UNetModelWriter::New();
    writer->SetInput(model);
    writer->SetFileName(folder.File("model.safetensors"));
    writer->Update();
    auto reader = itk::UNetModelReader::New();
    reader->SetFileName(folder.File("model.safetensors"));
    reader->Update();
    EXPECT_EQ(reader->GetOutput()->GetRecipe(), model->GetRecipe());
    return nlohmann::json::parse(reader->GetOutput()->GetRecipe());
  };
  const auto last = recipeOf(filter->GetModel());
  EXPECT_EQ(last.at("Epochs"), 3);
  EXPECT_EQ(last.at("Steps"), 6);
  EXPECT_EQ(last.at("Parameters").at("WeightDecay"), 0.125);
  EXPECT_EQ(last.at("Parameters").at("Epochs"), 3);
  EXPECT_EQ(last.at("DataDigest"), filter->GetState()->GetDataDigest());
  // Nothing became better after the first epoch.
  const auto best = recipeOf(filter->GetBestModel());
  EXPECT_EQ(best.at("Epochs"), 1);
  EXPECT_EQ(best.at("Steps"), 2);
}

TEST(UNetTrainingOutputs, LabelsOfBackgroundAloneAreRefusedUnlessTheyAreAllowed)
{
  auto data = UNetTrainingData::New();
  for (unsigned int number = 0; number < 3; ++number)
  {
    const auto [image, label] = MakePair<2>(24, number);
    label->FillBuffer(0);
    data->AddPair(image, label);
  }
  const auto filter = MakeFilter<2>();
  filter->SetTrainingData(data);
  int steps = 0;
  filter->AddObserver(UNetTrainingStepEvent(), [&](const itk::EventObject &) { ++steps; });
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "Labels must be more than background for a training, but are 0 in all 3 label images");
  EXPECT_EQ(steps, 0);
  filter->AllowOnlyBackgroundOn();
  filter->Update();
  EXPECT_EQ(steps, 2);

  // All that is not background is ignored.
  filter->AllowOnlyBackgroundOff();
  filter->SetTrainingData(MakeData<2>());
  filter->SetIgnoreLabel(7);
  ExpectContains(MessageOf([&] { filter->Update(); }), "Labels must be more than background for a training");
}

TEST(UNetTrainingOutputs, ImagesThatAreAllConstantAreRefused)
{
  const auto constant = [](unsigned int flat)
  {
    auto data = UNetTrainingData::New();
    for (unsigned int number = 0; number < 3; ++number)
    {
      const auto [image, label] = MakePair<2>(24, number);
      if (number < flat)
      {
        image->FillBuffer(17.0f);
      }
      data->AddPair(image, label);
    }
    return data;
  };
  const auto filter = MakeFilter<2>();
  filter->SetTrainingData(constant(3));
  int steps = 0;
  filter->AddObserver(UNetTrainingStepEvent(), [&](const itk::EventObject &) { ++steps; });
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "Images must have more than one value for a training, but all 3 are constant.");
  EXPECT_EQ(steps, 0);
  filter->SetTrainingData(constant(2));
  filter->Update();
  EXPECT_EQ(steps, 2);
}

TEST(UNetTrainingOutputs, ALastBatchOfOneCropHasFiniteStatistics)
{
  // At the smallest crop, whose deepest level is 2 pixels wide.
  const auto filter = MakeFilter<2>("cpu", 4);
  filter->SetTrainingData(MakeData<2>(24, 7));
  filter->SetCropSize(8);
  std::vector<double> norms;
  filter->AddObserver(UNetTrainingStepEvent(),
                      [&](const itk::EventObject & event)
                      { norms.push_back(static_cast<const UNetTrainingStepEvent &>(event).GetStep().GradientNorm); });
  filter->Update();
  ASSERT_EQ(norms.size(), 12u);
  for (const double norm : norms)
  {
    EXPECT_TRUE(std::isfinite(norm));
    EXPECT_GT(norm, 0.0);
  }
  EXPECT_EQ(MessageOf([&] { filter->GetModel()->Verify(); }), "");
}

TEST(UNetTrainingOutputs, ProgressNeverDecreasesAndEndsAtOneAlsoWithValidation)
{
  for (const unsigned int patience : { 0u, 1u })
  {
    const auto filter = MakeFilter<2>("cpu", 4);
    filter->SetInput(nullptr);
    filter->SetValidationData(MakeData<2>(24, 3));
    filter->SetPatience(patience);
    filter->MeasureCostOn();
    float last = 0.0f;
    filter->AddObserver(itk::ProgressEvent(),
                        [&](const itk::EventObject &)
                        {
                          EXPECT_GE(filter->GetProgress(), last);
                          EXPECT_LE(filter->GetProgress(), 1.0f);
                          last = filter->GetProgress();
                        });
    filter->Update();
    EXPECT_EQ(last, 1.0f);
    EXPECT_GT(filter->GetCost().SecondsOfStep, 0.0);
  }
}

TEST(UNetTrainingErrors, ATrainingThatDivergesInALaterEpochKeepsTheOutputsOfTheEpochBefore)
{
  const TemporaryFolder folder;
  const auto [image, label] = MakePair<2>(24, 0);
  auto       weight = ScalarImage<2>::New();
  const auto write = [&](auto * of, const std::string & name)
  {
    using ImageType = std::remove_pointer_t<decltype(of)>;
    auto writer = itk::ImageFileWriter<ImageType>::New();
    writer->SetInput(of);
    writer->SetFileName(folder.File(name));
    writer->Update();
  };
  weight->SetRegions(image->GetLargestPossibleRegion());
  weight->Allocate();
  weight->FillBuffer(1.0f);
  write(image.GetPointer(), "image.mha");
  write(label.GetPointer(), "label.mha");
  write(weight.GetPointer(), "weight.mha");
  auto data = UNetTrainingData::New();
  data->AddPairOfFiles(folder.File("image.mha"), folder.File("label.mha"), folder.File("weight.mha"));
  const auto filter = MakeFilter<2>("cpu", 6);
  filter->SetTrainingData(data);
  filter->SetMaximumCacheSize(0);
  filter->SetLoaderThreads(0);
  UNetModel::Pointer third;
  filter->AddObserver(itk::IterationEvent(),
                      [&](const itk::EventObject &)
                      {
                        if (filter->GetHistory().size() == 3)
                        {
                          third = CopyOf(filter->GetModel());
                          weight->FillBuffer(1e38f);
                          write(weight.GetPointer(), "weight.mha");
                        }
                      });
  const std::string message = MessageOf([&] { filter->GetModel()->Update(); });
  ExpectContains(message, "The training diverged: ");
  ExpectContains(message, "at step 1 of 1 in epoch 4 of 6");
  ExpectContains(message, "image.mha");
  EXPECT_EQ(filter->GetHistory().size(), 3u);
  EXPECT_EQ(filter->GetState()->GetPosition().Step, 3u);
  ExpectSameWeights(filter->GetModel(), third);
}

TEST(UNetTrainingErrors, SamplingWeightsThatAreAllZeroAreRefused)
{
  const auto data = MakeData<2>();
  for (std::size_t pair = 0; pair < data->GetNumberOfPairs(); ++pair)
  {
    data->SetSamplingWeight(pair, 0.0);
  }
  const auto filter = MakeFilter<2>();
  filter->SetTrainingData(data);
  filter->SetSampling(itk::UNetSampling::Weights);
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "At least one sampling weight must be greater than 0, but all 6 are 0.");
}
