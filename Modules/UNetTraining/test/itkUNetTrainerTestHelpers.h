// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainerTestHelpers_h
#define itkUNetTrainerTestHelpers_h

#include "itkUNetTrainer.h"
#include "itkUNetTrainingStateReader.h"
#include "itkUNetTrainingStateWriter.h"
#include "itkUNetTrainingTestHelpers.h"

namespace itk
{
namespace Test
{
inline UNetTrainingParameters
MakeParameters(unsigned int epochs = 3)
{
  UNetTrainingParameters parameters;
  parameters.Epochs = epochs;
  parameters.BatchSize = 3;
  parameters.CropSize = 16;
  parameters.LearningRate = 0.01;
  return parameters;
}

inline UNetTrainingState::Pointer
MakeState(UNetNormalization normalization = UNetNormalization::Batch, double dropout = 0.0, unsigned int levels = 2)
{
  auto state = UNetTrainingState::New();
  auto specification = SmallSpecification(2);
  specification.BaseFilters = 4;
  specification.Normalization = normalization;
  specification.Dropout = dropout;
  specification.Levels = levels;
  state->GetModel()->SetSpecification(specification);
  state->GetModel()->InitializeWeights(5);
  return state;
}

inline const auto noProgress = [](double) {};

/** \param steps to make; all that are left if there are fewer */
inline void
TrainSteps(UNetTrainingState &            state,
           const UNetTrainingData &       data,
           const UNetTrainingParameters & parameters,
           std::uint64_t                  steps)
{
  UNetTrainer trainer(state, data, nullptr, parameters, "cpu");
  trainer.Prepare(noProgress);
  for (std::uint64_t i = 0; i < steps && trainer.GetPosition().Step < trainer.GetNumberOfSteps(); ++i)
  {
    trainer.Step(noProgress);
  }
  trainer.UpdateState();
}

inline void
ExpectSameTensors(const UNetModel::WeightsType & a, const UNetModel::WeightsType & b)
{
  ASSERT_EQ(a.size(), b.size());
  for (const auto & [name, tensor] : a)
  {
    ASSERT_EQ(b.count(name), 1u) << name;
    EXPECT_TRUE(GetATensor(tensor).equal(GetATensor(b.at(name)))) << name;
  }
}

inline void
ExpectSameStates(const UNetTrainingState & a, const UNetTrainingState & b)
{
  ExpectSameTensors(a.GetModel()->GetWeights(), b.GetModel()->GetWeights());
  ExpectSameTensors(a.GetAverages(), b.GetAverages());
  ExpectSameTensors(a.GetMoments(), b.GetMoments());
  ExpectSameTensors(a.GetAuxiliaryWeights(), b.GetAuxiliaryWeights());
  ExpectSameTensors(a.GetBestWeights(), b.GetBestWeights());
  EXPECT_EQ(a.GetPosition().Step, b.GetPosition().Step);
  EXPECT_EQ(a.GetPosition().Epoch, b.GetPosition().Epoch);
  EXPECT_EQ(a.GetPosition().StepsBeforeOptimizer, b.GetPosition().StepsBeforeOptimizer);
  EXPECT_EQ(a.GetPosition().LossSum, b.GetPosition().LossSum);
  ASSERT_EQ(a.GetHistory().size(), b.GetHistory().size());
  for (std::size_t i = 0; i < a.GetHistory().size(); ++i)
  {
    EXPECT_EQ(a.GetHistory()[i].Loss, b.GetHistory()[i].Loss);
    EXPECT_EQ(a.GetHistory()[i].GradientNorm, b.GetHistory()[i].GradientNorm);
  }
}

inline void
Write(const UNetTrainingState * state, const std::string & fileName)
{
  auto writer = UNetTrainingStateWriter::New();
  writer->SetInput(state);
  writer->SetFileName(fileName);
  writer->Update();
}

inline UNetTrainingState::Pointer
Read(const std::string & fileName)
{
  auto reader = UNetTrainingStateReader::New();
  reader->SetFileName(fileName);
  reader->Update();
  UNetTrainingState::Pointer state = reader->GetOutput();
  state->DisconnectPipeline();
  return state;
}
} // namespace Test
} // namespace itk

#endif
