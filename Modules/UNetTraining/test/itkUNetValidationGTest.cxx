// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentationImageFilter.h"
#include "itkSegmentationEvaluationImageFilter.h"
#include "itkStoredOtherwise.h"
#include "itkUNetTrainingStateReader.h"
#include "itkUNetTrainingStateWriter.h"
#include "itkUNetTrainingTestHelpers.h"

using itk::UNetModel;
using itk::UNetTraining;
using itk::UNetTrainingData;
using itk::UNetTrainingState;
using namespace itk::Test;

namespace
{
template <unsigned int D>
using Probabilities = itk::VectorImage<float, D>;
template <unsigned int D>
using MaskImage = itk::Image<unsigned char, D>;

/** An image, its labels, and where those are ignored; null for nowhere. */
template <unsigned int D>
struct Case
{
  typename ScalarImage<D>::Pointer Image;
  typename LabelImage<D>::Pointer  Label;
  typename MaskImage<D>::Pointer   Ignored;
};

/** A bright ball, cut into parts with the labels 1, 2, … along x. */
template <unsigned int D>
Case<D>
MakeCase(unsigned int extent, std::uint32_t number, unsigned int parts = 1)
{
  Case<D> result;
  std::tie(result.Image, result.Label) = MakePair<D>(extent, number);
  for (itk::ImageRegionIterator<LabelImage<D>> it(result.Label, result.Label->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(it.Get() == 0 ? 0 : static_cast<unsigned short>(1 + (it.GetIndex()[0] / 6) % parts));
  }
  return result;
}

template <unsigned int D>
UNetTrainingData::Pointer
MakeData(const std::vector<Case<D>> & cases)
{
  auto data = UNetTrainingData::New();
  for (const Case<D> & each : cases)
  {
    data->AddPair(each.Image.GetPointer(),
                  each.Label.GetPointer(),
                  static_cast<ScalarImage<D> *>(nullptr),
                  each.Ignored.GetPointer());
  }
  return data;
}

template <unsigned int D>
typename Probabilities<D>::Pointer
Infer(const UNetModel * model, ScalarImage<D> * image)
{
  auto inference = itk::UNetInferenceImageFilter<ScalarImage<D>, Probabilities<D>>::New();
  inference->SetInput(image);
  inference->SetModel(model);
  inference->SetDevice("cpu");
  inference->Update();
  return inference->GetOutput();
}

/** 0 where labels are ignored. */
template <unsigned int D>
void
Hide(const Case<D> & each, LabelImage<D> * labels)
{
  if (each.Ignored)
  {
    for (itk::ImageRegionIterator<LabelImage<D>> it(labels, labels->GetBufferedRegion()); !it.IsAtEnd(); ++it)
    {
      it.Set(each.Ignored->GetPixel(it.GetIndex()) != 0 ? 0 : it.Get());
    }
  }
}

/** By the largest probability, or above 1/2. */
template <unsigned int D>
typename LabelImage<D>::Pointer
Threshold(const Probabilities<D> * probabilities)
{
  auto labels = LabelImage<D>::New();
  labels->CopyInformation(probabilities);
  labels->SetRegions(probabilities->GetBufferedRegion());
  labels->Allocate();
  for (itk::ImageRegionIterator<LabelImage<D>> it(labels, labels->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto     p = probabilities->GetPixel(it.GetIndex());
    unsigned short best = p.GetSize() == 1 && p[0] > 0.5f ? 1 : 0;
    for (unsigned int k = 1; k < p.GetSize(); ++k)
    {
      best = p[k] > p[best] ? static_cast<unsigned short>(k) : best;
    }
    it.Set(best);
  }
  return labels;
}

template <unsigned int D>
typename LabelImage<D>::Pointer
Segment(Probabilities<D> * probabilities, itk::InstanceChannels channels)
{
  auto filter = itk::InstanceSegmentationImageFilter<Probabilities<D>, LabelImage<D>>::New();
  filter->SetInput(probabilities);
  itk::InstanceSegmentationParameters parameters;
  parameters.Channels = channels;
  filter->SetParameters(parameters);
  filter->SetDevice("cpu");
  filter->Update();
  return filter->GetOutput();
}

struct Aim
{
  itk::LabelMeaning     Labels{ itk::LabelMeaning::Foreground };
  unsigned int          Classes{ 2 };
  itk::UNetTarget       Target{ itk::UNetTarget::Labels };
  itk::InstanceChannels Channels{ itk::InstanceChannels::BackgroundForeground };
};

/** The scores by filters, one image after the other. */
template <unsigned int D>
itk::UNetValidationScores
ScoreByHand(const UNetModel * model, const std::vector<Case<D>> & cases, const Aim & aim)
{
  itk::SegmentationScoreSet set;
  const bool areObjects = aim.Labels == itk::LabelMeaning::Objects || aim.Target == itk::UNetTarget::InteriorBorder;
  for (const Case<D> & each : cases)
  {
    const auto probabilities = Infer<D>(model, each.Image);
    const auto predicted =
      areObjects ? Segment<D>(probabilities, aim.Channels) : Threshold<D>(probabilities.GetPointer());
    Hide(each, predicted.GetPointer());
    Hide(each, each.Label.GetPointer());
    auto evaluation = itk::SegmentationEvaluationImageFilter<LabelImage<D>>::New();
    evaluation->SetInput(predicted);
    evaluation->SetTruth(each.Label);
    evaluation->SetLabels(aim.Labels == itk::LabelMeaning::Classes ? itk::LabelMeaning::Classes
                                                                   : itk::LabelMeaning::Objects);
    evaluation->Update();
    set.Add("", evaluation->GetScores());
  }
  const auto mean = [&](const char * name)
  {
    const auto & metric = itk::SegmentationMetric::Get(name);
    return aim.Labels == itk::LabelMeaning::Classes ? set.GetMeanOverClasses(metric) : set.GetMean(metric);
  };
  itk::UNetValidationScores scores;
  scores.Dice = mean("Dice");
  scores.IntersectionOverUnion = mean("IntersectionOverUnion");
  if (areObjects)
  {
    scores.AveragePrecision = mean("KaggleMeanAveragePrecision");
  }
  return scores;
}

template <unsigned int D>
typename TrainingFilter<D>::Pointer
MakeFilterFor(const Aim & aim, const std::vector<Case<D>> & validation, unsigned int epochs = 6)
{
  const auto filter = MakeFilter<D>("cpu", epochs);
  auto       specification = filter->GetSpecification();
  specification.Classes = aim.Classes;
  filter->SetInput(nullptr);
  filter->SetSpecification(specification);
  filter->SetLabels(aim.Labels);
  filter->SetTarget(aim.Target);
  const bool           areClasses = aim.Labels == itk::LabelMeaning::Classes;
  std::vector<Case<D>> training;
  for (std::uint32_t number = 0; number < 6; ++number)
  {
    training.push_back(MakeCase<D>(24, number, areClasses ? aim.Classes - 1 : 2));
  }
  filter->SetTrainingData(MakeData<D>(training));
  filter->SetValidationData(MakeData<D>(validation));
  return filter;
}

template <unsigned int D>
void
ExpectScoresOfHand(TrainingFilter<D> * filter, const std::vector<Case<D>> & cases, const Aim & aim)
{
  filter->SetValidationInterval(1000);
  filter->Update();
  const auto & last = filter->GetHistory().back();
  const auto   expected = ScoreByHand<D>(filter->GetModel(), cases, aim);
  // The same counts of pixels and objects.
  EXPECT_NEAR(last.Validation.Dice, expected.Dice, 1e-12);
  EXPECT_NEAR(last.Validation.IntersectionOverUnion, expected.IntersectionOverUnion, 1e-12);
  EXPECT_GT(expected.Dice, 0.1) << "there is something to compare";
  EXPECT_LT(expected.Dice, 1.0);
  if (std::isnan(expected.AveragePrecision))
  {
    EXPECT_TRUE(std::isnan(last.Validation.AveragePrecision));
    EXPECT_EQ(last.Validation.GetScore(), last.Validation.Dice);
    return;
  }
  EXPECT_NEAR(last.Validation.AveragePrecision, expected.AveragePrecision, 1e-12);
  EXPECT_EQ(last.Validation.GetScore(), last.Validation.AveragePrecision);
}

/** Sizes that are no multiples of the network's stride. */
std::vector<Case<2>>
MakeCases(unsigned int parts = 2)
{
  return { MakeCase<2>(24, 200, parts), MakeCase<2>(27, 201, parts) };
}

MaskImage<2>::Pointer
MakeMask(const itk::ImageBase<2> * like, std::uint64_t seed)
{
  auto mask = MaskImage<2>::New();
  mask->SetRegions(like->GetLargestPossibleRegion());
  mask->Allocate(true);
  itk::TorchRandom random(seed);
  for (itk::ImageRegionIterator<MaskImage<2>> it(mask, mask->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(it.GetIndex()[1] < 8 || random.Integer(5) == 0 ? 1 : 0);
  }
  return mask;
}
} // namespace

TEST(UNetValidation, ScoresAreThoseOfInferenceAndEvaluationByFilters)
{
  const auto cases = MakeCases();
  for (const unsigned int classes : { 1u, 2u })
  {
    Aim foreground;
    foreground.Classes = classes;
    ExpectScoresOfHand<2>(MakeFilterFor<2>(foreground, cases), cases, foreground);
  }
  Aim classes;
  classes.Labels = itk::LabelMeaning::Classes;
  classes.Classes = 3;
  ExpectScoresOfHand<2>(MakeFilterFor<2>(classes, cases), cases, classes);
}

TEST(UNetValidation, ScoresOfObjectsAreThoseOfInstanceSegmentation)
{
  const auto cases = MakeCases();
  Aim        objects;
  objects.Labels = itk::LabelMeaning::Objects;
  ExpectScoresOfHand<2>(MakeFilterFor<2>(objects, cases), cases, objects);
  objects.Classes = 1;
  objects.Channels = itk::InstanceChannels::Foreground;
  ExpectScoresOfHand<2>(MakeFilterFor<2>(objects, cases), cases, objects);
}

TEST(UNetValidation, ScoresOfInteriorAndBorderAreThoseOfInstanceSegmentation)
{
  const auto cases = MakeCases();
  Aim        border;
  border.Labels = itk::LabelMeaning::Objects;
  border.Target = itk::UNetTarget::InteriorBorder;
  border.Classes = 3;
  border.Channels = itk::InstanceChannels::BackgroundInteriorBorder;
  const auto filter = MakeFilterFor<2>(border, cases, 15);
  filter->SetBorderWidth(1.0);
  ExpectScoresOfHand<2>(filter, cases, border);
  EXPECT_EQ(filter->GetModel()->GetClassNames(), (std::vector<std::string>{ "background", "interior", "border" }));
}

TEST(UNetValidation, ImagesAreNormalizedAsTheModelSays)
{
  auto cases = MakeCases();
  for (const auto scaling : { itk::UNetIntensityScaling::ZScore, itk::UNetIntensityScaling::Factor })
  {
    const auto                      filter = MakeFilterFor<2>({}, cases);
    itk::UNetIntensityNormalization rule;
    rule.Scaling = scaling;
    rule.Factor = 0.01;
    filter->SetIntensityNormalization(rule);
    ExpectScoresOfHand<2>(filter, cases, {});
  }
}

TEST(UNetValidation, APolarityThatTheModelLeavesOpenIsDecidedForEachImage)
{
  // Training images are of both polarities; of the validation images, one is bright and one is doubtful.
  const auto makeDark = [](const Case<2> & each)
  {
    for (itk::ImageRegionIterator<ScalarImage<2>> it(each.Image, each.Image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
    {
      it.Set(200.0f - it.Get());
    }
  };
  std::vector<Case<2>> training;
  for (std::uint32_t number = 0; number < 6; ++number)
  {
    training.push_back(MakeCase<2>(24, number));
    if (number % 2 == 0)
    {
      makeDark(training.back());
    }
  }
  std::vector<Case<2>> validation{ MakeCase<2>(24, 200), MakeCase<2>(24, 201) };
  // About half of the image is bright, a little more than that.
  for (itk::ImageRegionIterator<ScalarImage<2>> it(validation[1].Image, validation[1].Image->GetBufferedRegion());
       !it.IsAtEnd();
       ++it)
  {
    const bool isBright = it.GetIndex()[0] < 13;
    it.Set((isBright ? 100.0f : 60.0f) + 0.01f * it.Get());
    validation[1].Label->SetPixel(it.GetIndex(), isBright ? 1 : 0);
  }
  const auto filter = MakeFilterFor<2>({}, validation);
  filter->SetTrainingData(MakeData<2>(training));
  filter->Update();
  ASSERT_EQ(filter->GetModel()->GetIntensityNormalization().Polarity, itk::UNetPolarity::Automatic);
  const auto expected = ScoreByHand<2>(filter->GetModel(), validation, {});
  EXPECT_NEAR(filter->GetHistory().back().Validation.Dice, expected.Dice, 1e-12);
}

TEST(UNetValidation, VolumesOfAnotherOrientationAreScoredAsTheyAreStored)
{
  std::vector<Case<3>> training;
  for (std::uint32_t number = 0; number < 4; ++number)
  {
    training.push_back(MakeCase<3>(24, number, 2));
  }
  const std::vector<Case<3>> straight{ MakeCase<3>(20, 200, 2), MakeCase<3>(18, 201, 2) };
  const double               spacing[] = { 1.0, 1.5, 2.0 };
  for (const auto & set : { training, straight })
  {
    for (const auto & each : set)
    {
      each.Image->SetSpacing(spacing);
      each.Label->SetSpacing(spacing);
    }
  }
  std::vector<Case<3>> turned;
  for (const auto & each : straight)
  {
    turned.push_back({ StoredOtherwise(each.Image.GetPointer(), { 2, 0, 1 }, { false, true, false }),
                       StoredOtherwise(each.Label.GetPointer(), { 2, 0, 1 }, { false, true, false }),
                       {} });
  }
  double dice = 0.0;
  for (const auto & validation : { straight, turned })
  {
    const auto filter = MakeFilterFor<3>({}, validation, 4);
    filter->SetTrainingData(MakeData<3>(training));
    ExpectScoresOfHand<3>(filter, validation, {});
    EXPECT_TRUE(dice == 0.0 || dice == filter->GetHistory().back().Validation.Dice);
    dice = filter->GetHistory().back().Validation.Dice;
  }
}

TEST(UNetValidation, IgnoredPixelsDoNotCount)
{
  auto cases = MakeCases();
  for (std::size_t i = 0; i < cases.size(); ++i)
  {
    cases[i].Ignored = MakeMask(cases[i].Image, i);
  }
  Aim objects;
  objects.Labels = itk::LabelMeaning::Objects;
  for (const Aim & aim : { Aim{}, objects })
  {
    const auto filter = MakeFilterFor<2>(aim, cases);
    // Labels by hand are hidden in place; the data have them as they were.
    ExpectScoresOfHand<2>(filter, cases, aim);
    // What the labels are there changes neither scores nor loss.
    const auto scores = filter->GetHistory().back().Validation;
    auto       others = cases;
    for (const auto & each : others)
    {
      for (itk::ImageRegionIterator<LabelImage<2>> it(each.Label, each.Label->GetBufferedRegion()); !it.IsAtEnd(); ++it)
      {
        it.Set(each.Ignored->GetPixel(it.GetIndex()) != 0 ? 5 : it.Get());
      }
    }
    filter->SetValidationData(MakeData<2>(others));
    filter->Update();
    EXPECT_EQ(filter->GetHistory().back().Validation.Dice, scores.Dice);
    EXPECT_EQ(filter->GetHistory().back().Validation.Loss, scores.Loss);
    EXPECT_EQ(filter->GetHistory().back().Validation.GetScore(), scores.GetScore());
  }
}

TEST(UNetValidation, TheLossIsTheMeanOverImagesOfTheCrossEntropyOfKnownPixels)
{
  for (const unsigned int classes : { 1u, 2u })
  {
    Aim aim;
    aim.Classes = classes;
    auto cases = MakeCases(1);
    cases[1].Ignored = MakeMask(cases[1].Image, 3);
    const auto filter = MakeFilterFor<2>(aim, cases);
    filter->Update();
    double expected = 0.0;
    for (const auto & each : cases)
    {
      const auto  probabilities = Infer<2>(filter->GetModel(), each.Image);
      double      sum = 0.0;
      std::size_t pixels = 0;
      for (itk::ImageRegionIterator<LabelImage<2>> it(each.Label, each.Label->GetBufferedRegion()); !it.IsAtEnd(); ++it)
      {
        const auto   p = probabilities->GetPixel(it.GetIndex());
        const double foreground = p[p.GetSize() - 1];
        if (!each.Ignored || each.Ignored->GetPixel(it.GetIndex()) == 0)
        {
          sum -= std::log(it.Get() != 0 ? foreground : 1.0 - foreground);
          ++pixels;
        }
      }
      expected += sum / static_cast<double>(pixels) / static_cast<double>(cases.size());
    }
    // Logarithms of probabilities in float.
    EXPECT_NEAR(filter->GetHistory().back().Validation.Loss, expected, 1e-4 * expected);
  }
}

TEST(UNetValidation, ItsLossIsThatOfTheTrainingOnTheSameImage)
{
  // A step that hardly moves, on a crop that is the whole image. Batch statistics would differ.
  const auto cases = std::vector<Case<2>>{ MakeCase<2>(16, 3) };
  const auto filter = MakeFilterFor<2>({}, cases, 1);
  auto       specification = filter->GetSpecification();
  specification.Normalization = itk::UNetNormalization::None;
  filter->SetSpecification(specification);
  filter->SetTrainingData(MakeData<2>(cases));
  filter->SetLearningRate(1e-12);
  itk::UNetLossParameters loss;
  loss.Dice = 0.5;
  loss.Focal = 2.0;
  filter->SetLoss(loss);
  filter->Update();
  const auto & epoch = filter->GetHistory().front();
  // Float sums, and probabilities whose logarithm is taken again.
  EXPECT_NEAR(epoch.Validation.Loss, epoch.Loss, 1e-5 * epoch.Loss);
  EXPECT_GT(epoch.Loss, 0.5);
}

TEST(UNetValidation, ItChangesNoBitOfTheTraining)
{
  const auto train = [](bool validates)
  {
    const auto filter = MakeFilter<2>("cpu", 3);
    auto       specification = filter->GetSpecification();
    specification.Dropout = 0.3;
    filter->SetSpecification(specification);
    filter->SetAugmentation(itk::RandomAugmentationPreset::Nuclei);
    filter->SetWeightAveraging(0.9);
    if (validates)
    {
      filter->SetValidationData(MakeData<2>(MakeCases()));
    }
    filter->GetModel()->Update();
    return filter;
  };
  const auto with = train(true);
  const auto without = train(false);
  ExpectSameWeights(with->GetModel(), without->GetModel());
  ExpectSameWeights(with->GetState()->GetModel(), without->GetState()->GetModel());
  EXPECT_FALSE(std::isnan(with->GetHistory()[0].Validation.Dice));
  EXPECT_TRUE(std::isnan(without->GetHistory()[0].Validation.Dice));
  EXPECT_TRUE(without->GetBestModel()->GetWeights().empty());
}

TEST(UNetValidation, TheBestModelIsThatOfTheLastEpochThatIsMarkedBest)
{
  // A trained network unlearns what the labels of validation say.
  const auto first = MakeFilterFor<2>({}, { MakeCase<2>(16, 200) }, 10);
  first->Update();
  auto data = UNetTrainingData::New();
  for (std::uint32_t number = 0; number < 6; ++number)
  {
    const auto inverted = MakeCase<2>(24, number);
    for (itk::ImageRegionIterator<LabelImage<2>> it(inverted.Label, inverted.Label->GetBufferedRegion()); !it.IsAtEnd();
         ++it)
    {
      it.Set(it.Get() == 0 ? 1 : 0);
    }
    data->AddPair(inverted.Image, inverted.Label);
  }
  const auto filter = MakeFilterFor<2>({}, { MakeCase<2>(16, 200) }, 6);
  filter->SetInitialModel(first->GetModel());
  filter->SetTrainingData(data);
  std::vector<UNetModel::Pointer> models;
  filter->AddObserver(itk::IterationEvent(),
                      [&](const itk::EventObject &)
                      {
                        models.push_back(UNetModel::New());
                        models.back()->Graft(filter->GetModel());
                      });
  filter->Update();
  ASSERT_EQ(models.size(), 6u);
  double      best = -1.0;
  std::size_t bestEpoch = 0;
  int         worse = 0;
  for (std::size_t i = 0; i < models.size(); ++i)
  {
    const auto & epoch = filter->GetHistory()[i];
    EXPECT_EQ(epoch.IsBest, epoch.Validation.GetScore() > best) << i;
    worse += epoch.IsBest ? 0 : 1;
    bestEpoch = epoch.IsBest ? i : bestEpoch;
    best = std::max(best, epoch.Validation.GetScore());
  }
  EXPECT_GT(worse, 0);
  ASSERT_LT(bestEpoch, 5u) << "the last epoch is another";
  ExpectSameWeights(filter->GetBestModel(), models[bestEpoch]);
  ExpectSameWeights(filter->GetModel(), models.back());
  EXPECT_EQ(filter->GetState()->GetPosition().BestScore, best);
  EXPECT_EQ(filter->GetState()->GetPosition().EpochsSinceBest, 5u - bestEpoch);
}

namespace
{
/** A training whose scores never change. */
TrainingFilter<2>::Pointer
MakeIdleFilter(unsigned int epochs, unsigned int interval, unsigned int patience)
{
  const auto filter = MakeFilterFor<2>({}, { MakeCase<2>(16, 200) }, epochs);
  auto       specification = filter->GetSpecification();
  // Without running statistics, which change by themselves.
  specification.Normalization = itk::UNetNormalization::None;
  filter->SetSpecification(specification);
  filter->SetLearningRate(1e-30);
  filter->SetValidationInterval(interval);
  filter->SetPatience(patience);
  return filter;
}

std::vector<unsigned int>
GetValidatedEpochs(const TrainingFilter<2> * filter)
{
  std::vector<unsigned int> epochs;
  for (const auto & epoch : filter->GetHistory())
  {
    if (!std::isnan(epoch.Validation.Dice))
    {
      epochs.push_back(epoch.Epoch);
    }
  }
  return epochs;
}
} // namespace

TEST(UNetValidation, PatienceEndsTheTrainingAfterSoManyEpochsWithoutABetterScore)
{
  const auto filter = MakeIdleFilter(10, 1, 3);
  filter->Update();
  EXPECT_EQ(filter->GetHistory().size(), 4u);
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::NoProgress);
  EXPECT_TRUE(filter->GetHistory()[0].IsBest);
  EXPECT_EQ(filter->GetProgress(), 1.0f);
  filter->SetPatience(0);
  filter->Update();
  EXPECT_EQ(filter->GetHistory().size(), 10u);
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::Complete);
}

TEST(UNetValidation, PatienceCountsOnInATrainingThatStopped)
{
  const TemporaryFolder folder;
  for (const std::uint64_t stop : { 3, 6 })
  {
    const auto first = MakeIdleFilter(10, 1, 3);
    first->SetMaximumSteps(stop);
    first->Update();
    EXPECT_EQ(first->GetEnding(), UNetTraining::Ending::Complete);
    auto writer = itk::UNetTrainingStateWriter::New();
    writer->SetInput(first->GetState());
    writer->SetFileName(folder.File("state.safetensors"));
    writer->Update();
    auto reader = itk::UNetTrainingStateReader::New();
    reader->SetFileName(folder.File("state.safetensors"));
    const auto second = MakeIdleFilter(10, 1, 3);
    second->SetInitialState(reader->GetOutput());
    second->Update();
    EXPECT_EQ(second->GetHistory().size(), 4u) << stop;
    EXPECT_EQ(second->GetEnding(), UNetTraining::Ending::NoProgress);
    // More patience goes on.
    second->SetPatience(5);
    second->Update();
    EXPECT_EQ(second->GetHistory().size(), 6u) << stop;
  }
}

TEST(UNetValidation, ItComesEveryIntervalAndAfterTheLastEpoch)
{
  const auto filter = MakeIdleFilter(5, 2, 0);
  filter->Update();
  EXPECT_EQ(GetValidatedEpochs(filter), (std::vector<unsigned int>{ 1, 3, 4 }));
  filter->SetValidationInterval(100);
  filter->Update();
  EXPECT_EQ(GetValidatedEpochs(filter), (std::vector<unsigned int>{ 4 }));
}

TEST(UNetValidation, PatienceEndsNoTrainingBetweenValidations)
{
  // The first validation is best; the second one, three epochs later, is not.
  const auto filter = MakeIdleFilter(20, 3, 2);
  filter->Update();
  EXPECT_EQ(GetValidatedEpochs(filter), (std::vector<unsigned int>{ 2, 5 }));
  EXPECT_EQ(filter->GetHistory().size(), 6u);
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::NoProgress);
}

TEST(UNetValidation, WithoutValidationPairsPatienceEndsNothing)
{
  const auto filter = MakeIdleFilter(5, 1, 2);
  filter->SetValidationData(nullptr);
  filter->Update();
  EXPECT_EQ(filter->GetHistory().size(), 5u);
  EXPECT_EQ(filter->GetEnding(), UNetTraining::Ending::Complete);
}

TEST(UNetValidation, AveragedWeightsAreTheOnesThatAreScored)
{
  const auto cases = MakeCases();
  const auto filter = MakeFilterFor<2>({}, cases, 6);
  filter->SetWeightAveraging(0.9);
  ExpectScoresOfHand<2>(filter, cases, {});
  const auto scores = filter->GetHistory().back().Validation;
  // The weights of the last step have another loss.
  const auto plain = MakeFilterFor<2>({}, cases, 6);
  plain->Update();
  ExpectSameWeights(plain->GetModel(), filter->GetState()->GetModel());
  EXPECT_NE(plain->GetHistory().back().Validation.Loss, scores.Loss);
  if (filter->GetHistory().back().IsBest)
  {
    ExpectSameWeights(filter->GetBestModel(), filter->GetModel());
  }
}

TEST(UNetValidationErrors, PairsThatCannotBeUsedAreNamedBeforeTheFirstStep)
{
  const TemporaryFolder folder;
  const auto            filter = MakeFilter<2>();
  const auto            data = MakeData<2>(MakeCases());
  data->AddPairOfFiles(folder.File("absent.png"), folder.File("label.png"));
  filter->SetValidationData(data);
  int steps = 0;
  filter->AddObserver(itk::UNetTrainingStepEvent(), [&](const itk::EventObject &) { ++steps; });
  ExpectContains(MessageOf([&] { filter->Update(); }), "absent.png: there is no such file.");
  ExpectContains(MessageOf([&] { filter->Update(); }), "Validation data that cannot be used:");
  EXPECT_EQ(steps, 0);
  EXPECT_TRUE(filter->GetModel()->GetWeights().empty());
}

TEST(UNetValidationErrors, ImagesThatAreAllConstantAreCalledImagesOfTheValidation)
{
  auto cases = MakeCases();
  for (auto & each : cases)
  {
    each.Image->FillBuffer(17.0f);
  }
  const auto filter = MakeFilter<2>();
  filter->SetValidationData(MakeData<2>(cases));
  ExpectContains(MessageOf([&] { filter->Update(); }),
                 "Images must have more than one value for a validation, but all");
}

TEST(UNetValidation, EachImageIsAnEventWithTheTruthAndThePredictionThatWereScored)
{
  const auto                           cases = MakeCases(3);
  const auto                           filter = MakeFilterFor<2>({}, cases, 2);
  std::vector<itk::UNetValidationCase> seen;
  std::vector<std::uint64_t>           steps;
  filter->AddObserver(itk::UNetValidationCaseEvent(),
                      [&](const itk::EventObject & event)
                      {
                        seen.push_back(dynamic_cast<const itk::UNetValidationCaseEvent &>(event).GetCase());
                        steps.push_back(filter->GetPosition().Step);
                      });
  filter->Update();
  const auto & history = filter->GetHistory();
  ASSERT_EQ(seen.size(), 2 * cases.size());
  for (std::size_t epoch = 0; epoch < 2; ++epoch)
  {
    double dice = 0.0;
    for (std::size_t number = 0; number < cases.size(); ++number)
    {
      const auto & each = seen[epoch * cases.size() + number];
      EXPECT_EQ(each.Number, number);
      EXPECT_EQ(each.Count, cases.size());
      EXPECT_EQ(steps[epoch * cases.size() + number], history[epoch].Step);
      const at::Tensor truth = itk::GetATensor(each.Truth);
      const at::Tensor prediction = itk::GetATensor(each.Prediction);
      EXPECT_EQ(truth.sizes(), prediction.sizes());
      EXPECT_EQ(truth.scalar_type(), at::kLong);
      EXPECT_EQ(prediction.scalar_type(), at::kLong);
      EXPECT_EQ(itk::GetATensor(each.Image).sizes(), truth.sizes());
      const auto labels = itk::GetATensor(
        itk::GetTorchTensor(cases[number].Label.GetPointer(), cases[number].Label->GetBufferedRegion(), "cpu"));
      EXPECT_TRUE(truth.eq(labels.to(at::kLong)).all().item<bool>());
      const auto sum = truth.gt(0).sum().item<double>() + prediction.gt(0).sum().item<double>();
      dice +=
        2.0 * truth.gt(0).logical_and(prediction.gt(0)).sum().item<double>() / sum / static_cast<double>(cases.size());
    }
    EXPECT_NEAR(history[epoch].Validation.Dice, dice, 1e-12);
  }
}

TEST(UNetValidation, AnImageWithoutObjectsIsScored)
{
  auto cases = MakeCases(1);
  cases[1].Label->FillBuffer(0);
  ExpectScoresOfHand<2>(MakeFilterFor<2>({}, cases), cases, {});
}
