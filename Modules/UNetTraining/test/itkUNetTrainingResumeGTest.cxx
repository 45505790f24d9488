// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainingStateReader.h"
#include "itkUNetTrainingStateWriter.h"
#include "itkTorchWarningEvent.h"
#include "itkUNetTrainingTestHelpers.h"

using itk::UNetModel;
using itk::UNetTraining;
using itk::UNetTrainingData;
using itk::UNetTrainingState;
using namespace itk::Test;

namespace
{
/** Two steps an epoch, with drop-out, averages, validation and augmentation. */
TrainingFilter<2>::Pointer
MakeRichFilter(unsigned int epochs)
{
  const auto filter = MakeFilter<2>("cpu", epochs);
  auto       specification = filter->GetSpecification();
  specification.Dropout = 0.2;
  filter->SetInput(nullptr);
  filter->SetSpecification(specification);
  filter->SetAugmentation(itk::RandomAugmentationPreset::Nuclei);
  filter->SetWeightAveraging(0.9);
  auto validation = UNetTrainingData::New();
  const auto [image, label] = MakePair<2>(16, 200);
  validation->AddPair(image, label);
  filter->SetValidationData(validation);
  return filter;
}

UNetTrainingState::Pointer
ThroughAFile(const UNetTrainingState * state)
{
  const TemporaryFolder folder;
  auto                  writer = itk::UNetTrainingStateWriter::New();
  writer->SetInput(state);
  writer->SetFileName(folder.File("state.safetensors"));
  writer->Update();
  auto reader = itk::UNetTrainingStateReader::New();
  reader->SetFileName(folder.File("state.safetensors"));
  reader->Update();
  UNetTrainingState::Pointer read = reader->GetOutput();
  read->DisconnectPipeline();
  return read;
}

UNetTrainingState::Pointer
TakeState(TrainingFilter<2> * filter)
{
  UNetTrainingState::Pointer state = filter->GetState();
  state->DisconnectPipeline();
  return state;
}

void
ExpectSameTensors(const UNetModel::WeightsType & a, const UNetModel::WeightsType & b)
{
  ASSERT_EQ(a.size(), b.size());
  for (const auto & [name, tensor] : a)
  {
    EXPECT_TRUE(itk::GetATensor(tensor).equal(itk::GetATensor(b.at(name)))) << name;
  }
}

/** All outputs, but for times. */
void
ExpectSameTraining(TrainingFilter<2> * a, TrainingFilter<2> * b)
{
  ExpectSameWeights(a->GetModel(), b->GetModel());
  ExpectSameTensors(a->GetBestModel()->GetWeights(), b->GetBestModel()->GetWeights());
  const auto * const first = a->GetState();
  const auto * const second = b->GetState();
  ExpectSameWeights(first->GetModel(), second->GetModel());
  ExpectSameTensors(first->GetAverages(), second->GetAverages());
  ExpectSameTensors(first->GetMoments(), second->GetMoments());
  EXPECT_EQ(first->GetPosition().Step, second->GetPosition().Step);
  EXPECT_EQ(first->GetPosition().Epoch, second->GetPosition().Epoch);
  EXPECT_EQ(first->GetPosition().StepOfEpoch, second->GetPosition().StepOfEpoch);
  EXPECT_EQ(first->GetPosition().BestScore, second->GetPosition().BestScore);
  EXPECT_EQ(first->GetPosition().EpochsSinceBest, second->GetPosition().EpochsSinceBest);
  ASSERT_EQ(a->GetHistory().size(), b->GetHistory().size());
  for (std::size_t i = 0; i < a->GetHistory().size(); ++i)
  {
    const auto & left = a->GetHistory()[i];
    const auto & right = b->GetHistory()[i];
    EXPECT_EQ(left.Loss, right.Loss) << i;
    EXPECT_EQ(left.GradientNorm, right.GradientNorm) << i;
    EXPECT_EQ(left.LearningRate, right.LearningRate) << i;
    EXPECT_EQ(left.Validation.Dice, right.Validation.Dice) << i;
    EXPECT_EQ(left.Validation.Loss, right.Validation.Loss) << i;
    EXPECT_EQ(left.IsBest, right.IsBest) << i;
  }
}
} // namespace

TEST(UNetTrainingResume, MoreEpochsAtAConstantRateAreOneTraining)
{
  const auto whole = MakeRichFilter(4);
  whole->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
  whole->Update();
  const auto first = MakeRichFilter(2);
  first->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
  first->Update();
  const auto second = MakeRichFilter(4);
  second->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
  const auto state = ThroughAFile(first->GetState());
  second->SetInitialState(state);
  second->Update();
  ExpectSameTraining(second, whole);
  EXPECT_EQ(state->GetPosition().Epoch, 2u) << "the initial state is copied";
  EXPECT_EQ(second->GetEnding(), UNetTraining::Ending::Complete);
}

TEST(UNetTrainingResume, AStateIsTrainedInThePipelineOfTheFilterThatGoesOn)
{
  const auto whole = MakeRichFilter(3);
  whole->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
  whole->Update();
  const auto second = MakeRichFilter(3);
  second->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
  const auto first = MakeRichFilter(1);
  first->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
  second->SetInitialState(first->GetState());
  second->Update();
  ExpectSameTraining(second, whole);
}

TEST(UNetTrainingResume, FewerEpochsThanThereWereTrainNothing)
{
  const auto first = MakeRichFilter(3);
  first->Update();
  for (const unsigned int epochs : { 1u, 3u })
  {
    const auto second = MakeRichFilter(epochs);
    second->SetInitialState(first->GetState());
    int steps = 0;
    second->AddObserver(itk::UNetTrainingStepEvent(), [&](const itk::EventObject &) { ++steps; });
    second->Update();
    EXPECT_EQ(steps, 0);
    ExpectSameTraining(second, first);
    EXPECT_EQ(second->GetProgress(), 1.0f);
  }
}

TEST(UNetTrainingResume, AnAbortAtAnyMomentLeavesAStateThatGoesOnToTheSameBits)
{
  const auto whole = MakeRichFilter(2);
  whole->Update();
  // Of four steps: within one, at its end, and, where an epoch ends, in the validation.
  const std::vector<std::pair<double, int>> moments{ { 0.37, 1 }, { 0.25, 1 }, { 0.5, 1 }, { 0.5, 2 },
                                                     { 0.75, 1 }, { 1.0, 1 },  { 1.0, 2 } };
  for (const auto & moment : moments)
  {
    const auto & [progress, times] = moment;
    SCOPED_TRACE(testing::Message() << progress << " for the time " << times);
    const auto filter = MakeRichFilter(2);
    int        reached = 0;
    filter->AddObserver(itk::ProgressEvent(),
                        [&](const itk::EventObject &)
                        {
                          if (filter->GetProgress() >= static_cast<float>(moment.first) && ++reached == moment.second)
                          {
                            filter->AbortGenerateDataOn();
                          }
                        });
    EXPECT_THROW(filter->Update(), itk::ProcessAborted);
    const auto state = TakeState(filter);
    EXPECT_EQ(state->GetPosition().Step, static_cast<std::uint64_t>(4.0 * progress));
    const auto second = MakeRichFilter(2);
    second->SetInitialState(ThroughAFile(state));
    second->Update();
    ExpectSameTraining(second, whole);
  }
}

TEST(UNetTrainingResume, AnExceptionOfAnyObserverLeavesAStateThatGoesOnToTheSameBits)
{
  const auto whole = MakeRichFilter(2);
  whole->Update();
  for (int moment = 0; moment < 6; ++moment)
  {
    SCOPED_TRACE(moment);
    const auto filter = MakeRichFilter(2);
    int        count = 0;
    const auto fail = [&](const itk::EventObject &)
    {
      if (count++ == moment)
      {
        throw std::runtime_error("an observer has had enough");
      }
    };
    filter->AddObserver(itk::UNetTrainingStepEvent(), fail);
    filter->AddObserver(itk::IterationEvent(), fail);
    ExpectContains(MessageOf([&] { filter->Update(); }), "an observer has had enough");
    const auto second = MakeRichFilter(2);
    second->SetInitialState(ThroughAFile(TakeState(filter)));
    second->Update();
    ExpectSameTraining(second, whole);
  }
}

TEST(UNetTrainingResume, AStopByStepsInTheMiddleOfAnEpochIsOneTraining)
{
  const auto constant = [](unsigned int epochs, std::uint64_t steps)
  {
    const auto filter = MakeRichFilter(epochs);
    filter->SetLearningRateSchedule(itk::UNetLearningRateSchedule::Constant);
    filter->SetMaximumSteps(steps);
    return filter;
  };
  const auto whole = constant(3, 0);
  whole->Update();
  for (const std::uint64_t stop : { 1, 3, 4, 5 })
  {
    const auto first = constant(3, stop);
    first->Update();
    EXPECT_EQ(first->GetEnding(), UNetTraining::Ending::Complete);
    EXPECT_EQ(first->GetState()->GetPosition().Step, stop);
    EXPECT_EQ(first->GetState()->GetPosition().StepOfEpoch, stop % 2);
    EXPECT_EQ(first->GetHistory().size(), stop / 2);
    const auto second = constant(3, 0);
    second->SetInitialState(ThroughAFile(first->GetState()));
    second->Update();
    ExpectSameTraining(second, whole);
  }
}

TEST(UNetTrainingResume, TrainingDataOfAnotherSizeTrainTheEpochsThatAreLeft)
{
  const auto first = MakeRichFilter(2);
  first->Update();
  for (const unsigned int count : { 2u, 13u })
  {
    for (const unsigned int threads : { 0u, 2u })
    {
      const auto second = MakeRichFilter(4);
      second->SetTrainingData(MakeData<2>(24, count));
      second->SetLoaderThreads(threads);
      second->SetInitialState(first->GetState());
      std::vector<double> rates;
      second->AddObserver(
        itk::UNetTrainingStepEvent(),
        [&](const itk::EventObject & event)
        { rates.push_back(static_cast<const itk::UNetTrainingStepEvent &>(event).GetStep().LearningRate); });
      std::string warning;
      second->Update();
      EXPECT_EQ(second->GetHistory().size(), 4u);
      const std::size_t steps = count == 2 ? 2 : 10;
      ASSERT_EQ(rates.size(), steps);
      // Half a cosine over all steps, those before included.
      for (std::size_t i = 0; i < steps; ++i)
      {
        const double done = static_cast<double>(4 + i) / static_cast<double>(4 + steps);
        EXPECT_NEAR(rates[i], 0.01 * 0.5 * (1.0 + std::cos(3.14159265358979 * done)), 1e-12);
      }
    }
  }
}

TEST(UNetTrainingResume, AnEpochThatWouldHaveEndedIsRefused)
{
  // Three steps of five are made; larger batches leave only two.
  const auto first = MakeRichFilter(2);
  first->SetTrainingData(MakeData<2>(24, 10));
  first->SetBatchSize(2);
  first->SetMaximumSteps(3);
  first->Update();
  const auto second = MakeRichFilter(2);
  second->SetTrainingData(MakeData<2>(24, 10));
  second->SetBatchSize(5);
  second->SetInitialState(first->GetState());
  ExpectContains(MessageOf([&] { second->Update(); }),
                 "The training stopped after step 3 of an epoch, which must be less than the number of its steps, but "
                 "with these images, BatchSize and AccumulatedBatches there are 2.");
  EXPECT_EQ(second->GetState()->GetPosition().Step, 3u);
}

TEST(UNetTrainingResume, ANewStateOrNoneBeginsAgain)
{
  const auto fresh = MakeRichFilter(2);
  fresh->Update();
  const auto first = MakeRichFilter(1);
  first->Update();
  const auto second = MakeRichFilter(2);
  second->SetInitialState(first->GetState());
  second->Update();
  second->SetInitialState(nullptr);
  second->Update();
  ExpectSameTraining(second, fresh);
  second->SetInitialState(UNetTrainingState::New());
  EXPECT_NE(MessageOf([&] { second->Update(); }), "") << "a state without weights is none to go on from";
}

TEST(UNetTrainingResume, OtherImagesAreNoted)
{
  const auto first = MakeRichFilter(1);
  first->Update();
  const auto warningsOf = [&](const UNetTrainingData * data)
  {
    const auto second = MakeRichFilter(2);
    second->SetTrainingData(data);
    second->SetInitialState(first->GetState());
    std::string text;
    second->AddObserver(itk::TorchWarningEvent(),
                        [&](const itk::EventObject & event)
                        { text += static_cast<const itk::TorchWarningEvent &>(event).GetMessage(); });
    second->Update();
    return text;
  };
  EXPECT_EQ(warningsOf(MakeData<2>()), "");
  ExpectContains(warningsOf(MakeData<2>(24, 5)),
                 "The pixels of images or labels are not those that the training began with.");
}

TEST(UNetTrainingResume, ATrainingThatDivergesKeepsTheLastGoodEpochAndNamesItsImages)
{
  const auto first = MakeRichFilter(2);
  first->Update();
  const auto second = MakeRichFilter(4);
  second->SetLearningRate(1e30);
  second->SetInitialState(first->GetState());
  const std::string message = MessageOf([&] { second->Update(); });
  ExpectContains(message, "The training diverged: ");
  ExpectContains(message, " in epoch 3 of 4; use a LearningRate below 1e+30");
  ExpectContains(message, " of pair ");
  ExpectSameTraining(second, first);
  // It can be gone on with at another rate.
  const auto third = MakeRichFilter(4);
  third->SetInitialState(TakeState(second));
  third->Update();
  EXPECT_EQ(third->GetHistory().size(), 4u);
}
