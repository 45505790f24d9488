// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetBatchLoader.h"
#include "itkUNetTrainerTestHelpers.h"
#include "itkUNetWeightUpdate.h"
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros_like.h>
#include <fstream>
#include <map>
#include <set>

using itk::UNetModel;
using itk::UNetTrainer;
using itk::UNetTrainingData;
using itk::UNetTrainingParameters;
using itk::UNetTrainingState;
using namespace itk::Test;

namespace
{
/** Settings under each of which a training must be resumable. */
std::map<std::string, UNetTrainingParameters>
MakeSettings()
{
  std::map<std::string, UNetTrainingParameters> settings;
  const UNetTrainingParameters                  plain = MakeParameters();
  settings["Plain"] = plain;
  auto & averaged = settings["Averaged"] = plain;
  averaged.WeightAveraging = 0.99;
  averaged.Optimizer = itk::UNetOptimizer::AdamW;
  averaged.WeightDecay = 0.01;
  averaged.WarmupSteps = 2;
  auto & momentum = settings["Momentum"] = plain;
  momentum.Optimizer = itk::UNetOptimizer::SGD;
  momentum.LearningRateSchedule = itk::UNetLearningRateSchedule::Polynomial;
  momentum.MaximumGradientNorm = 0.1;
  auto & narrow = settings["BFloat16"] = plain;
  narrow.Precision = itk::UNetTrainingPrecision::BFloat16;
  auto & deep = settings["Deep"] = plain;
  deep.Loss.DeepSupervision = 1;
  deep.Loss.Dice = 1.0;
  deep.WeightAveraging = 0.99;
  auto & accumulated = settings["Accumulated"] = plain;
  accumulated.BatchSize = 2;
  accumulated.AccumulatedBatches = 2;
  accumulated.CropsPerImage = 2;
  auto & augmented = settings["Augmented"] = plain;
  augmented.Augmentation = itk::RandomAugmentationParameters::FromPreset(itk::RandomAugmentationPreset::Nuclei);
  augmented.Loss.Dice = 1.0;
  auto & threads = settings["ThreadsAndNoCache"] = augmented;
  threads.LoaderThreads = 3;
  threads.MaximumCacheSize = 0;
  auto & drawn = settings["Drawn"] = plain;
  drawn.Sampling = itk::UNetSampling::Categories;
  drawn.StepsPerEpoch = 3;
  drawn.LoaderThreads = 0;
  return settings;
}

class UNetTrainerSettings : public ::testing::TestWithParam<std::string>
{};
INSTANTIATE_TEST_SUITE_P(Settings,
                         UNetTrainerSettings,
                         ::testing::Values("Plain",
                                           "Averaged",
                                           "Momentum",
                                           "BFloat16",
                                           "Deep",
                                           "Accumulated",
                                           "Augmented",
                                           "ThreadsAndNoCache",
                                           "Drawn"),
                         [](const auto & test) { return test.param; });
} // namespace

TEST_P(UNetTrainerSettings, ATrainingThatStopsAndGoesOnFromItsFileGivesTheSameBits)
{
  const auto            parameters = MakeSettings().at(GetParam());
  const auto            data = MakeData<2>(24, 7);
  const TemporaryFolder folder;
  const std::string     file = folder.File("state.safetensors");
  const auto            whole = MakeState(itk::UNetNormalization::Batch, 0.25);
  TrainSteps(*whole, *data, parameters, 1000);
  EXPECT_EQ(whole->GetPosition().Epoch, 3u);

  auto state = MakeState(itk::UNetNormalization::Batch, 0.25);
  while (state->GetPosition().Epoch < 3)
  {
    // Stops within epochs and at their ends.
    TrainSteps(*state, *data, parameters, state->GetPosition().Step % 3 + 1);
    Write(state, file);
    state = Read(file);
  }
  ExpectSameStates(*whole, *state);
}

TEST(UNetTrainer, TheNumberOfLoaderThreadsAndTheCacheChangeNothing)
{
  auto parameters = MakeSettings().at("Augmented");
  parameters.LoaderThreads = 0;
  const auto data = MakeData<2>(24, 7);
  const auto alone = MakeState();
  TrainSteps(*alone, *data, parameters, 1000);
  for (const unsigned int threads : { 1, 4 })
  {
    parameters.LoaderThreads = threads;
    parameters.MaximumCacheSize = threads == 4 ? 0 : 2048;
    const auto beside = MakeState();
    TrainSteps(*beside, *data, parameters, 1000);
    ExpectSameStates(*alone, *beside);
  }
}

TEST(UNetTrainer, AccumulatedBatchesAreOneLargeBatch)
{
  // Without a normalization, which depends on the batch.
  auto parameters = MakeParameters(2);
  parameters.Optimizer = itk::UNetOptimizer::SGD;
  parameters.BatchSize = 4;
  const auto data = MakeData<2>(24, 7);
  const auto large = MakeState(itk::UNetNormalization::None);
  TrainSteps(*large, *data, parameters, 1000);
  parameters.BatchSize = 2;
  parameters.AccumulatedBatches = 2;
  const auto accumulated = MakeState(itk::UNetNormalization::None);
  TrainSteps(*accumulated, *data, parameters, 1000);
  ASSERT_EQ(large->GetPosition().Step, 4u);
  ASSERT_EQ(accumulated->GetPosition().Step, 4u);
  for (const auto & [name, weight] : large->GetModel()->GetWeights())
  {
    // Sums in another order.
    EXPECT_TRUE(
      itk::GetATensor(weight).allclose(itk::GetATensor(accumulated->GetModel()->GetWeights().at(name)), 1e-4, 1e-6))
      << name;
  }
  EXPECT_NEAR(large->GetHistory()[1].Loss, accumulated->GetHistory()[1].Loss, 1e-6);
}

TEST(UNetTrainer, FrozenLayersStayBitForBit)
{
  auto parameters = MakeParameters(1);
  parameters.FrozenLayers = "encoder.0, decoder.0.1";
  const auto before = MakeState();
  const auto after = MakeState();
  TrainSteps(*after, *MakeData<2>(), parameters, 1000);
  std::size_t frozen = 0;
  for (const auto & [name, weight] : after->GetModel()->GetWeights())
  {
    const bool isFrozen = name.rfind("encoder.0.", 0) == 0 || name.rfind("decoder.0.1.", 0) == 0;
    const bool isSame = itk::GetATensor(weight).equal(itk::GetATensor(before->GetModel()->GetWeights().at(name)));
    EXPECT_EQ(isSame, isFrozen) << name;
    frozen += isFrozen ? 1 : 0;
  }
  EXPECT_GT(frozen, 5u);

  parameters.FrozenLayers = "encoder.0,encoder.7";
  ExpectContains(MessageOf([&] { TrainSteps(*MakeState(), *MakeData<2>(), parameters, 1); }),
                 "FrozenLayers must be beginnings of layers' names, such as classifier.bias, classifier.weight, "
                 "decoder.0, decoder.1, encoder.0, encoder.1, encoder.2, but one is encoder.7.");
}

TEST(UNetTrainer, TheAverageFollowsTheWeights)
{
  auto parameters = MakeParameters(2);
  parameters.WeightAveraging = 0.5;
  const auto                        data = MakeData<2>();
  const auto                        state = MakeState();
  std::map<std::string, at::Tensor> expected;
  for (const auto & [name, weight] : state->GetModel()->GetWeights())
  {
    expected[name] = itk::GetATensor(weight).to(at::kDouble);
  }
  UNetTrainer trainer(*state, *data, nullptr, parameters, "cpu");
  trainer.Prepare(noProgress);
  for (int step = 1; step <= 4; ++step)
  {
    trainer.Step(noProgress);
    trainer.UpdateState();
    const double decay = std::min(0.5, (1.0 + step) / (10.0 + step));
    for (auto & [name, average] : expected)
    {
      average = decay * average + (1.0 - decay) * itk::GetATensor(state->GetModel()->GetWeights().at(name));
    }
  }
  for (const auto & [name, average] : expected)
  {
    // Rounding of four steps in float.
    EXPECT_TRUE(average.allclose(itk::GetATensor(state->GetAverages().at(name)).to(at::kDouble), 1e-5, 1e-7)) << name;
  }
  const auto trained = state->GetTrainedModel();
  ExpectSameTensors(trained->GetWeights(), state->GetAverages());
}

TEST(UNetTrainer, MeasuringChangesNothing)
{
  const auto data = MakeData<2>();
  const auto parameters = MakeParameters(1);
  const auto plain = MakeState();
  TrainSteps(*plain, *data, parameters, 1000);
  const auto  measured = MakeState();
  UNetTrainer trainer(*measured, *data, nullptr, parameters, "cpu");
  trainer.Prepare(noProgress);
  const auto cost = trainer.Measure(noProgress);
  EXPECT_GT(cost.SecondsOfStep, 0.0);
  EXPECT_GT(cost.Memory, std::uint64_t{ 10 } << 20);
  trainer.Step(noProgress);
  trainer.Step(noProgress);
  trainer.UpdateState();
  ExpectSameStates(*plain, *measured);
}

namespace
{
/** Adds what other processes have computed. */
class SumOfTwo : public itk::UNetGradientReduction
{
public:
  std::vector<std::vector<at::Tensor>> Others;
  std::vector<std::vector<at::Tensor>> Own;

  void
  Reduce(std::vector<at::Tensor> & gradients, double &) override
  {
    std::vector<at::Tensor> copies;
    for (const auto & gradient : gradients)
    {
      copies.push_back(gradient.clone());
    }
    Own.push_back(copies);
    if (!Others.empty())
    {
      for (std::size_t i = 0; i < gradients.size(); ++i)
      {
        gradients[i].add_(Others.front()[i]).mul_(0.5);
      }
    }
  }
};
} // namespace

TEST(UNetTrainer, GradientsGoThroughTheReduction)
{
  auto parameters = MakeParameters(1);
  parameters.Optimizer = itk::UNetOptimizer::SGD;
  parameters.LearningRateSchedule = itk::UNetLearningRateSchedule::Constant;
  parameters.Momentum = 0.0;
  const auto data = MakeData<2>();
  const auto step = [&](std::uint64_t seed, const std::shared_ptr<SumOfTwo> & reduction)
  {
    parameters.Seed = seed;
    auto        state = MakeState();
    UNetTrainer trainer(*state, *data, nullptr, parameters, "cpu");
    trainer.SetGradientReduction(reduction);
    trainer.Prepare(noProgress);
    trainer.Step(noProgress);
    trainer.UpdateState();
    return state;
  };
  const auto other = std::make_shared<SumOfTwo>();
  const auto second = step(2, other);
  const auto both = std::make_shared<SumOfTwo>();
  both->Others = other->Own;
  const auto reduced = step(1, both);
  const auto first = step(1, std::make_shared<SumOfTwo>());
  const auto name = std::string("classifier.weight");
  const auto value = [&](const UNetTrainingState & state)
  { return itk::GetATensor(state.GetModel()->GetWeights().at(name)); };
  // A step along the mean of two gradients is the mean of the steps.
  EXPECT_TRUE(value(*reduced).allclose((value(*first) + value(*second)) / 2, 1e-4, 1e-7));
  EXPECT_FALSE(value(*first).allclose(value(*second), 1e-4, 1e-7));
}

TEST(UNetSampler, EveryImageComesEquallyOftenInAnOrderOfItsEpoch)
{
  auto parameters = MakeParameters();
  parameters.BatchSize = 4;
  parameters.AccumulatedBatches = 2;
  parameters.CropsPerImage = 3;
  const auto             data = MakeData<2>(24, 7);
  const itk::UNetSampler sampler(*data, parameters);
  EXPECT_EQ(sampler.GetStepsPerEpoch(), 3u);
  std::vector<std::uint32_t> orders[2];
  for (unsigned int epoch = 0; epoch < 2; ++epoch)
  {
    std::map<std::uint32_t, int> count;
    std::set<std::uint32_t>      samples;
    for (std::uint64_t step = 0; step < 3; ++step)
    {
      const auto batches = sampler.GetBatches(epoch, step);
      ASSERT_EQ(batches.size(), 2u);
      EXPECT_EQ(batches[1].size(), step == 2 ? 1u : 4u);
      for (const auto & batch : batches)
      {
        for (const auto & crop : batch)
        {
          ++count[crop.Pair];
          samples.insert(crop.Sample);
          orders[epoch].push_back(crop.Sample);
        }
      }
    }
    EXPECT_EQ(count.size(), 7u);
    EXPECT_EQ(samples.size(), 21u);
    for (const auto & [pair, times] : count)
    {
      EXPECT_EQ(times, 3) << pair;
    }
  }
  EXPECT_NE(orders[0], orders[1]);
}

TEST(UNetSampler, CategoriesComeEquallyOftenAndWeightsDecide)
{
  const auto data = MakeData<2>(24, 7);
  for (std::size_t pair = 0; pair < 7; ++pair)
  {
    data->SetCategory(pair, pair == 6 ? "rare" : "frequent");
    data->SetSamplingWeight(pair, pair == 2 ? 0.0 : pair == 3 ? 5.0 : 1.0);
  }
  const auto count = [&](itk::UNetSampling sampling)
  {
    auto parameters = MakeParameters();
    parameters.Sampling = sampling;
    parameters.StepsPerEpoch = 1000;
    parameters.BatchSize = 10;
    const itk::UNetSampler sampler(*data, parameters);
    std::vector<double>    shares(7, 0.0);
    for (std::uint64_t step = 0; step < 1000; ++step)
    {
      const auto batches = sampler.GetBatches(0, step);
      for (const auto & crop : batches.front())
      {
        shares[crop.Pair] += 1e-4;
      }
    }
    return shares;
  };
  // Of 10,000 draws, 4 standard deviations are at most 0.02.
  const auto categories = count(itk::UNetSampling::Categories);
  EXPECT_NEAR(categories[6], 0.5, 0.02);
  EXPECT_NEAR(categories[0], 1.0 / 12, 0.02);
  const auto weights = count(itk::UNetSampling::Weights);
  EXPECT_EQ(weights[2], 0.0);
  EXPECT_NEAR(weights[3], 0.5, 0.02);
  EXPECT_NEAR(weights[0], 0.1, 0.02);
  ExpectContains(MessageOf([&] { data->SetSamplingWeight(0, -1.0); }), "must be finite and at least 0, but is -1.");
}

TEST(UNetLearningRate, SchedulesBeginAndEndWhereTheySay)
{
  itk::UNetOptimizationParameters parameters;
  parameters.LearningRate = 0.1;
  parameters.FinalLearningRate = 0.01;
  parameters.LearningRateSchedule = itk::UNetLearningRateSchedule::Constant;
  EXPECT_EQ(itk::GetLearningRate(parameters, 0, 10), 0.1);
  EXPECT_EQ(itk::GetLearningRate(parameters, 9, 10), 0.1);
  parameters.LearningRateSchedule = itk::UNetLearningRateSchedule::Cosine;
  EXPECT_NEAR(itk::GetLearningRate(parameters, 0, 10), 0.1, 1e-15);
  EXPECT_NEAR(itk::GetLearningRate(parameters, 5, 10), 0.055, 1e-15);
  EXPECT_NEAR(itk::GetLearningRate(parameters, 10, 10), 0.01, 1e-15);
  parameters.LearningRateSchedule = itk::UNetLearningRateSchedule::Polynomial;
  parameters.FinalLearningRate = 0.0;
  // nnU-Net's: 0.01 (1 - e / 1000)^0.9.
  parameters.LearningRate = 0.01;
  EXPECT_NEAR(itk::GetLearningRate(parameters, 500, 1000), 0.01 * std::pow(0.5, 0.9), 1e-15);
  parameters.WarmupSteps = 4;
  EXPECT_NEAR(itk::GetLearningRate(parameters, 0, 1004), 0.002, 1e-15);
  EXPECT_NEAR(itk::GetLearningRate(parameters, 3, 1004), 0.008, 1e-15);
  EXPECT_NEAR(itk::GetLearningRate(parameters, 4, 1004), 0.01, 1e-15);
  EXPECT_NEAR(itk::GetLearningRate(parameters, 504, 1004), 0.01 * std::pow(0.5, 0.9), 1e-15);
}

namespace
{
/** Steps by their formulas, in double. */
at::Tensor
UpdateSlowly(const itk::UNetOptimizationParameters & parameters, const std::vector<at::Tensor> & gradients)
{
  at::Tensor weight = at::ones({ 3, 2, 3, 3 }, at::kDouble);
  at::Tensor first = at::zeros_like(weight);
  at::Tensor second = at::zeros_like(weight);
  int        step = 0;
  for (const at::Tensor & each : gradients)
  {
    ++step;
    at::Tensor   gradient = each.to(at::kDouble);
    const double rate = parameters.LearningRate;
    if (parameters.Optimizer == itk::UNetOptimizer::AdamW)
    {
      weight = weight * (1.0 - rate * parameters.WeightDecay);
    }
    else
    {
      gradient = gradient + parameters.WeightDecay * weight;
    }
    if (parameters.Optimizer == itk::UNetOptimizer::SGD)
    {
      first = step == 1 ? gradient : parameters.Momentum * first + gradient;
      weight = weight - rate * (parameters.Momentum > 0 ? gradient + parameters.Momentum * first : gradient);
      continue;
    }
    first = 0.9 * first + 0.1 * gradient;
    second = 0.999 * second + 0.001 * gradient * gradient;
    weight =
      weight - rate * (first / (1.0 - std::pow(0.9, step))) / ((second / (1.0 - std::pow(0.999, step))).sqrt() + 1e-8);
  }
  return weight;
}
} // namespace

TEST(UNetWeightUpdate, StepsAreThoseOfTheirFormulasAlsoForGradientsOfAnotherLayout)
{
  std::vector<at::Tensor> gradients;
  for (int step = 0; step < 5; ++step)
  {
    // Not channels-last, as the weight is.
    gradients.push_back(at::randn({ 3, 2, 3, 3 }));
  }
  for (const auto optimizer : { itk::UNetOptimizer::Adam, itk::UNetOptimizer::AdamW, itk::UNetOptimizer::SGD })
  {
    for (const double momentum : { 0.0, 0.9 })
    {
      itk::UNetOptimizationParameters parameters;
      parameters.Optimizer = optimizer;
      parameters.Momentum = momentum;
      parameters.WeightDecay = 0.01;
      parameters.LearningRate = 0.05;
      const at::Tensor weight = at::ones({ 3, 2, 3, 3 }).contiguous(at::MemoryFormat::ChannelsLast);
      auto             update = itk::MakeUNetWeightUpdate(parameters, { { "a", weight } }, {}, 0);
      for (std::uint64_t step = 0; step < gradients.size(); ++step)
      {
        if (step == 2)
        {
          // In another process.
          const auto moments = update->GetMoments();
          update = itk::MakeUNetWeightUpdate(parameters, { { "a", weight } }, moments, step);
        }
        update->Step({ gradients[step] * 4.0 }, parameters.LearningRate, 4.0);
      }
      // Five steps in float.
      EXPECT_TRUE(weight.to(at::kDouble).allclose(UpdateSlowly(parameters, gradients), 1e-5, 1e-6))
        << optimizer << ' ' << momentum;
    }
  }
}

TEST(UNetTrainingStateFile, DamageIsNoticed)
{
  const TemporaryFolder folder;
  const std::string     file = folder.File("state.safetensors");
  const auto            state = MakeState();
  TrainSteps(*state, *MakeData<2>(), MakeParameters(), 3);
  Write(state, file);
  std::ifstream stream(file, std::ios::binary);
  std::string   bytes{ std::istreambuf_iterator<char>(stream), {} };
  const auto    problemOf = [&](const std::string & content)
  {
    const std::string name = folder.File("damaged.safetensors");
    std::ofstream(name, std::ios::binary) << content;
    return MessageOf([&] { Read(name); });
  };
  EXPECT_EQ(problemOf(bytes), "");
  for (const double share : { 0.0, 0.001, 0.1, 0.5, 0.9, 0.9999 })
  {
    ExpectContains(problemOf(bytes.substr(0, static_cast<std::size_t>(share * bytes.size()))),
                   "is not a usable safetensors file");
  }
  std::string flipped = bytes;
  flipped[flipped.size() - 5] = static_cast<char>(flipped[flipped.size() - 5] ^ 1);
  ExpectContains(problemOf(flipped), "Its tensors are not those that were written.");
  std::string version = bytes;
  version.replace(version.find("training 1"), 10, "training 9");
  ExpectContains(problemOf(version), "is no training of this version");
  const auto model = itk::UNetModel::New();
  model->Graft(state->GetModel());
}

TEST(UNetTrainer, AnotherOptimizerBeginsAsAtTheFirstStep)
{
  auto parameters = MakeParameters();
  parameters.Optimizer = itk::UNetOptimizer::SGD;
  parameters.LearningRateSchedule = itk::UNetLearningRateSchedule::Constant;
  const auto            data = MakeData<2>();
  const TemporaryFolder folder;
  const std::string     file = folder.File("state.safetensors");
  const auto            state = MakeState();
  TrainSteps(*state, *data, parameters, 2);
  EXPECT_EQ(state->GetPosition().StepsBeforeOptimizer, 0u);
  Write(state, file);
  const auto parted = Read(file);
  const auto weightOf = [](const UNetTrainingState & of)
  { return itk::GetATensor(of.GetModel()->GetWeights().at("encoder.1.1.convolution.weight")).clone(); };
  const at::Tensor before = weightOf(*parted);

  parameters.Optimizer = itk::UNetOptimizer::Adam;
  TrainSteps(*parted, *data, parameters, 1);
  EXPECT_EQ(parted->GetPosition().StepsBeforeOptimizer, 2u);
  // The first step of Adam is the learning rate times the sign of the gradient, but for ε, rounding of the weight, and
  // gradients near it.
  const at::Tensor change = (weightOf(*parted) - before).abs();
  EXPECT_NEAR(change.median().item<double>(), parameters.LearningRate, 1e-3 * parameters.LearningRate);
  Write(parted, file);
  const auto second = Read(file);
  TrainSteps(*second, *data, parameters, 2);
  TrainSteps(*state, *data, parameters, 3);
  ExpectSameStates(*state, *second);

  // Weights that were frozen have no moments, either.
  auto frozen = parameters;
  frozen.FrozenLayers = "encoder.1";
  const auto thawed = MakeState();
  TrainSteps(*thawed, *data, frozen, 2);
  const at::Tensor cold = weightOf(*thawed);
  TrainSteps(*thawed, *data, parameters, 1);
  EXPECT_NEAR(
    (weightOf(*thawed) - cold).abs().median().item<double>(), parameters.LearningRate, 1e-3 * parameters.LearningRate);
}

TEST(UNetTrainer, AStateOfAnotherNetworkIsRefused)
{
  const auto state = MakeState();
  TrainSteps(*state, *MakeData<2>(), MakeParameters(), 1);
  auto specification = state->GetModel()->GetSpecification();
  specification.BaseFilters = 6;
  state->GetModel()->SetSpecification(specification);
  state->GetModel()->InitializeWeights(1);
  ExpectContains(MessageOf([&] { TrainSteps(*state, *MakeData<2>(), MakeParameters(), 1); }),
                 "moment \"first.classifier.weight\" must have the shape [2, 6, 1, 1], but has [2, 4, 1, 1].");
}

TEST(UNetTrainer, BFloat16LearnsWhatFloat32DoesButNotTheSameBits)
{
  auto       parameters = MakeParameters(6);
  const auto data = MakeData<2>();
  const auto wide = MakeState();
  TrainSteps(*wide, *data, parameters, 1000);
  parameters.Precision = itk::UNetTrainingPrecision::BFloat16;
  const auto narrow = MakeState();
  TrainSteps(*narrow, *data, parameters, 1000);
  EXPECT_NE(wide->GetHistory().back().Loss, narrow->GetHistory().back().Loss);
  EXPECT_LT(narrow->GetHistory().back().Loss, 0.8 * narrow->GetHistory().front().Loss);
  // Eight bits of the images' numbers.
  EXPECT_NEAR(narrow->GetHistory().front().Loss / wide->GetHistory().front().Loss, 1.0, 0.02);
}
