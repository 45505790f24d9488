// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSafetensors.h"
#include "itkTorchParameterText.h"
#include "itkUNetDeepSupervision.h"
#include "itkUNetLoss.h"
#include "itkUNetModelWriter.h"
#include "itkUNetNetwork.h"
#include "itkUNetSamples.h"
#include "itkUNetTrainerTestHelpers.h"
#include "itkUNetWeightUpdate.h"
#include <c10/core/GradMode.h>
#include <set>

using itk::UNetModel;
using itk::UNetTrainer;
using itk::UNetTrainingParameters;
using itk::UNetTrainingState;
using namespace itk::Test;

namespace
{
constexpr unsigned int levels = 3;

UNetTrainingParameters
MakeDeepParameters(unsigned int deepSupervision, unsigned int epochs = 3)
{
  auto parameters = MakeParameters(epochs);
  parameters.Loss.DeepSupervision = deepSupervision;
  return parameters;
}

UNetTrainingState::Pointer
MakeDeepState()
{
  return MakeState(itk::UNetNormalization::Batch, 0.0, levels);
}

std::set<std::string>
NamesOf(const UNetModel::WeightsType & weights)
{
  std::set<std::string> names;
  for (const auto & entry : weights)
  {
    names.insert(entry.first);
  }
  return names;
}

at::Tensor
Auxiliary(const UNetTrainingState & state, const std::string & name)
{
  return itk::GetATensor(state.GetAuxiliaryWeights().at(name));
}

const std::set<std::string> namesOfOne{ "decoder.1.classifier.bias", "decoder.1.classifier.weight" };
const std::set<std::string> namesOfTwo{ "decoder.1.classifier.bias",
                                        "decoder.1.classifier.weight",
                                        "decoder.2.classifier.bias",
                                        "decoder.2.classifier.weight" };

/** Keeps the gradients of the last step. */
class Keeper : public itk::UNetGradientReduction
{
public:
  std::vector<at::Tensor> Gradients;
  double                  Loss{ 0.0 };

  void
  Reduce(std::vector<at::Tensor> & gradients, double & loss) override
  {
    Gradients.clear();
    for (const auto & gradient : gradients)
    {
      Gradients.push_back(gradient.clone());
    }
    Loss = loss;
  }
};
} // namespace

TEST(UNetDeepSupervision, CoarserOutputsLearnAndChangeWhatTheNetworkLearns)
{
  const auto data = MakeData<2>();
  const auto plain = MakeDeepState();
  TrainSteps(*plain, *data, MakeDeepParameters(0, 6), 1000);
  EXPECT_TRUE(plain->GetAuxiliaryWeights().empty());
  at::Tensor before = itk::GetATensor(plain->GetModel()->GetWeights().at("encoder.0.0.convolution.weight"));
  for (const unsigned int deepSupervision : { 1, 2 })
  {
    const auto parameters = MakeDeepParameters(deepSupervision, 6);
    const auto state = MakeDeepState();
    TrainSteps(*state, *data, parameters, 1000);
    const at::Tensor weight = itk::GetATensor(state->GetModel()->GetWeights().at("encoder.0.0.convolution.weight"));
    EXPECT_FALSE(weight.allclose(before, 1e-3, 1e-4)) << deepSupervision;
    before = weight;
    EXPECT_LT(state->GetHistory().back().Loss, 0.8 * state->GetHistory().front().Loss) << deepSupervision;
    EXPECT_EQ(NamesOf(state->GetAuxiliaryWeights()), deepSupervision == 1 ? namesOfOne : namesOfTwo);
    const auto initial = itk::InitializeUNetWeights(
      state->GetModel()->GetSpecification(), parameters.Seed, itk::GetSupervisedLevels(deepSupervision));
    for (const auto & [name, tensor] : state->GetAuxiliaryWeights())
    {
      EXPECT_FALSE(itk::GetATensor(tensor).equal(initial.at(name))) << name;
    }
  }
}

TEST(UNetDeepSupervision, TheGradientsOfAStepAreThoseOfTheComposedFormula)
{
  auto parameters = MakeDeepParameters(2);
  parameters.LoaderThreads = 0;
  parameters.Loss.Dice = 0.5;
  const auto  data = MakeData<2>();
  const auto  state = MakeDeepState();
  const auto  initial = MakeDeepState();
  const auto  keeper = std::make_shared<Keeper>();
  UNetTrainer trainer(*state, *data, nullptr, parameters, "cpu");
  trainer.SetGradientReduction(keeper);
  trainer.Prepare(noProgress);
  trainer.Step(noProgress);

  const auto &     specification = state->GetModel()->GetSpecification();
  itk::UNetSamples samples(*state->GetModel(), *data, parameters, "cpu");
  itk::UNetSampler sampler(*data, parameters);
  samples.Verify(noProgress);
  const auto       batch = samples.MakeBatch(sampler.GetBatches(0, 0).front(), 0);
  const auto       headLevels = itk::GetSupervisedLevels(2);
  itk::UNetWeights weights = itk::InitializeUNetWeights(specification, parameters.Seed, headLevels);
  for (const auto & [name, tensor] : initial->GetModel()->GetWeights())
  {
    weights.at(name) = itk::GetATensor(tensor).clone();
  }
  itk::UNetNetwork                  network(specification, weights, headLevels);
  std::map<std::string, at::Tensor> trained;
  for (const auto & description : itk::UNetLayerList(specification, headLevels).GetTensors())
  {
    if (description.IsTrained)
    {
      trained.emplace(description.Name, network.GetWeights().at(description.Name).set_requires_grad(true));
    }
  }
  const c10::AutoGradMode withGradients(true);
  const auto              outputs = network.TrainOutputs(batch.Image, itk::TorchRandom(0, 0, 0));
  ASSERT_EQ(outputs.size(), 3u);
  const auto loss = itk::MakeUNetLoss(parameters.Loss, specification.Classes);
  // Of the pixel whose both indices are the middle of 2 × 2, and of 4 × 4, pixels.
  const auto part = [&](std::size_t output, std::int64_t factor)
  {
    const at::Tensor target = batch.Target.slice(2, factor / 2, std::nullopt, factor);
    return loss->Compute({ outputs[output], target.slice(3, factor / 2, std::nullopt, factor), {} });
  };
  const at::Tensor sum = (part(2, 1) + 0.5 * part(1, 2) + 0.25 * part(0, 4)) / 1.75;
  sum.backward();
  EXPECT_NEAR(keeper->Loss, sum.item<double>(), 1e-6);
  ASSERT_EQ(keeper->Gradients.size(), trained.size());
  std::size_t i = 0;
  for (const auto & [name, weight] : trained)
  {
    // The same operations; the sum of parts in another order.
    EXPECT_TRUE(keeper->Gradients[i].allclose(weight.grad(), 1e-4, 1e-6)) << name;
    EXPECT_GT(weight.grad().abs().max().item<double>(), 0.0) << name;
    ++i;
  }
}

TEST(UNetDeepSupervision, ModelsHoldNoTensorBeyondTheSpecification)
{
  auto parameters = MakeDeepParameters(2, 1);
  parameters.WeightAveraging = 0.9;
  const auto  data = MakeData<2>();
  const auto  state = MakeDeepState();
  UNetTrainer trainer(*state, *data, data, parameters, "cpu");
  trainer.Prepare(noProgress);
  while (trainer.GetPosition().Step < trainer.GetNumberOfSteps())
  {
    trainer.Step(noProgress);
  }
  trainer.Validate(noProgress);
  trainer.UpdateState();
  std::set<std::string> expected;
  for (const auto & description : state->GetModel()->GetSpecification().GetTensors())
  {
    expected.insert(description.Name);
  }
  const TemporaryFolder folder;
  const std::string     file = folder.File("model.safetensors");
  for (const UNetModel::Pointer & model : { state->GetTrainedModel(), state->GetBestModel() })
  {
    ASSERT_TRUE(model.IsNotNull());
    auto writer = itk::UNetModelWriter::New();
    writer->SetInput(model);
    writer->SetFileName(file);
    writer->Update();
    EXPECT_EQ(NamesOf(itk::Safetensors::Read(file).Tensors), expected);
  }
  EXPECT_EQ(NamesOf(state->GetModel()->GetWeights()), expected);
  EXPECT_EQ(NamesOf(state->GetAverages()), expected);
}

TEST(UNetDeepSupervision, AStateFileKeepsTheCoarserOutputs)
{
  const TemporaryFolder folder;
  const std::string     file = folder.File("state.safetensors");
  const auto            state = MakeDeepState();
  TrainSteps(*state, *MakeData<2>(), MakeDeepParameters(2), 2);
  Write(state, file);
  const auto read = Read(file);
  ExpectSameStates(*state, *read);
  EXPECT_EQ(NamesOf(read->GetAuxiliaryWeights()), namesOfTwo);
  auto copy = UNetTrainingState::New();
  copy->Graft(read);
  EXPECT_EQ(NamesOf(copy->GetAuxiliaryWeights()), namesOfTwo);
}

TEST(UNetDeepSupervision, CoarserOutputsThatAreMissingUnknownOrMisshapenAreNamed)
{
  const auto data = MakeData<2>();
  const auto state = MakeDeepState();
  TrainSteps(*state, *data, MakeDeepParameters(2), 1);
  const auto whole = state->GetAuxiliaryWeights();
  const auto problem = [&](const UNetModel::WeightsType & weights)
  {
    state->SetAuxiliaryWeights(weights);
    return MessageOf([&] { TrainSteps(*state, *data, MakeDeepParameters(2), 1); });
  };
  auto weights = whole;
  weights.erase("decoder.2.classifier.bias");
  ExpectContains(problem(weights),
                 "The training's auxiliary weight \"decoder.2.classifier.bias\" must be there with LossDeepSupervision "
                 "2, but is missing.");
  weights = whole;
  weights["decoder.3.classifier.bias"] = weights.at("decoder.2.classifier.bias");
  ExpectContains(problem(weights), "auxiliary weight \"decoder.3.classifier.bias\" is of no weight of the network.");
  weights = whole;
  weights["decoder.1.classifier.weight"] = weights.at("decoder.2.classifier.weight");
  ExpectContains(problem(weights),
                 "auxiliary weight \"decoder.1.classifier.weight\" must have the shape [2, 8, 1, 1], but has [2, 16");
  weights = whole;
  const at::Tensor infinite = itk::GetATensor(whole.at("decoder.1.classifier.bias")).clone();
  infinite[0] = std::numeric_limits<float>::infinity();
  weights["decoder.1.classifier.bias"] = itk::MakeTorchTensor(infinite, "cpu");
  ExpectContains(problem(weights), "auxiliary weight \"decoder.1.classifier.bias\" must be finite, but 1 of its 2");

  // In a file, whose digest tells of a tensor that is missing, and whose parameters ask for one.
  state->SetAuxiliaryWeights(whole);
  const TemporaryFolder folder;
  const std::string     file = folder.File("state.safetensors");
  Write(state, file);
  auto content = itk::Safetensors::Read(file);
  auto damaged = content;
  damaged.Tensors.erase("auxiliary/decoder.1.classifier.bias");
  damaged.Write(file);
  ExpectContains(MessageOf([&] { Read(file); }), "Its tensors are not those that were written.");
  auto parameters = MakeDeepParameters(2);
  itk::ReadParameters(content.Metadata.at("parameters"), parameters);
  parameters.Loss.DeepSupervision = 1;
  content.Metadata["parameters"] = itk::WriteParameters(parameters);
  content.Write(file);
  ExpectContains(MessageOf([&] { Read(file); }), "\"decoder.2.classifier.bias\" is of no weight of the network.");
}

TEST(UNetDeepSupervision, OutputsThatAStateLacksBeginAnewAndOthersGoOn)
{
  const auto data = MakeData<2>();
  const auto state = MakeDeepState();
  TrainSteps(*state, *data, MakeDeepParameters(0), 2);
  const auto prepare = [&](unsigned int deepSupervision)
  { TrainSteps(*state, *data, MakeDeepParameters(deepSupervision), 0); };
  const auto initial = itk::InitializeUNetWeights(state->GetModel()->GetSpecification(), 0, { 0, 1 });
  prepare(1);
  EXPECT_EQ(NamesOf(state->GetAuxiliaryWeights()), namesOfOne);
  EXPECT_TRUE(Auxiliary(*state, "decoder.1.classifier.weight").equal(initial.at("decoder.1.classifier.weight")));
  TrainSteps(*state, *data, MakeDeepParameters(1), 2);
  const at::Tensor trained = Auxiliary(*state, "decoder.1.classifier.weight").clone();
  EXPECT_FALSE(trained.equal(initial.at("decoder.1.classifier.weight")));
  prepare(2);
  EXPECT_EQ(NamesOf(state->GetAuxiliaryWeights()), namesOfTwo);
  EXPECT_TRUE(Auxiliary(*state, "decoder.1.classifier.weight").equal(trained));
  state->Verify();
  // Before the first step that is without them, too, the state can be written.
  prepare(0);
  EXPECT_TRUE(state->GetAuxiliaryWeights().empty());
  state->Verify();
}

TEST(UNetDeepSupervision, CoarserOutputsOfFrozenLayersAreTrained)
{
  auto parameters = MakeDeepParameters(1, 1);
  parameters.FrozenLayers = "decoder.1";
  const auto state = MakeDeepState();
  const auto before = MakeDeepState();
  const auto data = MakeData<2>();
  TrainSteps(*state, *data, parameters, 0);
  const at::Tensor initial = Auxiliary(*state, "decoder.1.classifier.weight").clone();
  TrainSteps(*state, *data, parameters, 2);
  EXPECT_FALSE(Auxiliary(*state, "decoder.1.classifier.weight").equal(initial));
  const std::string frozen = "decoder.1.0.convolution.weight";
  EXPECT_TRUE(itk::GetATensor(state->GetModel()->GetWeights().at(frozen))
                .equal(itk::GetATensor(before->GetModel()->GetWeights().at(frozen))));
}

TEST(UNetDeepSupervision, MoreOutputsThanLevelsAreRefused)
{
  auto specification = SmallSpecification(2);
  EXPECT_EQ(MessageOf([&] { itk::VerifyUNetTraining(specification, MakeDeepParameters(1)); }), "");
  ExpectContains(MessageOf([&] { itk::VerifyUNetTraining(specification, MakeDeepParameters(2)); }),
                 "LossDeepSupervision must be at most 1, one less than Levels, but is 2.");
}

TEST(UNetDeepSupervision, VolumesLearnInBFloat16FromCoarserOutputs)
{
  auto parameters = MakeDeepParameters(1, 4);
  parameters.Precision = itk::UNetTrainingPrecision::BFloat16;
  auto state = UNetTrainingState::New();
  auto specification = SmallSpecification(3);
  specification.BaseFilters = 4;
  state->GetModel()->SetSpecification(specification);
  state->GetModel()->InitializeWeights(5);
  TrainSteps(*state, *MakeData<3>(16, 4), parameters, 1000);
  EXPECT_LT(state->GetHistory().back().Loss, 0.9 * state->GetHistory().front().Loss);
  EXPECT_EQ(Auxiliary(*state, "decoder.1.classifier.weight").sizes(), at::IntArrayRef({ 2, 8, 1, 1, 1 }));
}
