// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainer.h"
#include "itkTorchExecution.h"
#include "itkTorchRuntime.h"
#include "itkUNetBatchLoader.h"
#include "itkUNetDivergence.h"
#include "itkUNetLoss.h"
#include "itkUNetRandomStream.h"
#include "itkUNetTrainedWeights.h"
#include "itkUNetValidation.h"
#include "itkUNetWeightUpdate.h"
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>
#include <algorithm>
#include <chrono>

namespace itk
{
namespace
{
using Clock = std::chrono::steady_clock;

double
SecondsSince(Clock::time_point start)
{
  return std::chrono::duration<double>(Clock::now() - start).count();
}
} // namespace

class UNetTrainer::Implementation
{
public:
  Implementation(UNetTrainingState &            state,
                 const UNetTrainingData &       data,
                 const UNetTrainingData *       validation,
                 const UNetTrainingParameters & parameters,
                 const TorchDevice &            device)
    : m_State(state)
    , m_Position(state.GetPosition())
    , m_History(state.GetHistory())
    , m_BestWeights(state.GetBestWeights())
    , m_Parameters(parameters)
    , m_Weights(state, m_Parameters, device)
    , m_Divergence(data, m_Parameters)
    , m_Samples(*state.GetModel(), data, m_Parameters, device)
    , m_Sampler(data, m_Parameters)
    , m_Loader(m_Samples, m_Sampler, m_Parameters.LoaderThreads)
    , m_Loss(MakeUNetLoss(m_Parameters.Loss, state.GetModel()->GetSpecification().Classes))
    , m_Reduction(std::make_shared<UNetGradientReduction>())
  {
    VerifyPosition();
    m_NumberOfSteps = CountSteps();
    UNetWeights moments = CopyToDevice(state.GetMoments(), device);
    if (!HasUNetMoments(m_Parameters, m_Weights.GetTrained(), moments))
    {
      moments.clear();
      m_Position.StepsBeforeOptimizer = m_Position.Step;
    }
    m_Update = MakeUNetWeightUpdate(
      m_Parameters, m_Weights.GetTrained(), moments, m_Position.Step - m_Position.StepsBeforeOptimizer);
    if (validation != nullptr && validation->GetNumberOfPairs() > 0)
    {
      m_Validation = std::make_unique<UNetValidation>(*state.GetModel(), *validation, m_Parameters, device);
    }
  }

  void
  Prepare(const TorchProgress & progress)
  {
    UNetModel & model = *m_State.GetModel();
    m_Samples.Verify(progress);
    // Pairs that state a spacing have the model's, if it has one.
    if (model.GetSpacing().empty())
    {
      model.SetSpacing(m_Samples.GetCommonSpacing());
    }
    model.SetIntensityNormalization(m_Samples.GetIntensityNormalization());
    if (m_Parameters.Target == UNetTarget::InteriorBorder && model.GetClassNames().empty())
    {
      model.SetClassNames({ "background", "interior", "border" });
    }
    std::uint64_t digest = m_Samples.GetDigest();
    if (m_Validation)
    {
      m_Validation->Prepare(progress);
      digest = digest * 31 + m_Validation->GetDigest();
    }
    char text[17];
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(digest));
    if (!m_State.GetDataDigest().empty() && m_State.GetDataDigest() != text)
    {
      m_Notes.emplace_back("The pixels of images or labels are not those that the training began with.");
    }
    m_State.SetDataDigest(text);
    // What the parameters decide that the state holds.
    m_State.SetParameters(m_Parameters);
    m_State.SetAuxiliaryWeights(CopyToHost(m_Weights.GetAuxiliary()));
    m_State.SetMoments(CopyToHost(m_Update->GetMoments()));
    m_State.SetPosition(m_Position);
    m_Loader.Start(m_Position.Epoch, m_Position.StepOfEpoch, m_Parameters.Epochs);
  }

  std::vector<std::string>
  GetNotes() const
  {
    std::vector<std::string> notes = m_Samples.GetNotes();
    notes.insert(notes.end(), m_Notes.begin(), m_Notes.end());
    return notes;
  }

  std::uint64_t
  GetStepsPerEpoch() const
  {
    return m_Sampler.GetStepsPerEpoch();
  }

  std::uint64_t
  GetNumberOfSteps() const
  {
    return m_NumberOfSteps;
  }

  UNetTrainingCost
  Measure(const TorchProgress & progress)
  {
    const auto batches = m_Sampler.GetBatches(m_Position.Epoch, m_Position.StepOfEpoch);
    m_Weights.KeepStatistics();
    UNetTrainingCost cost;
    // Memory is mapped in the first one.
    for (int repetition = 0; repetition < 2; ++repetition)
    {
      const auto      start = Clock::now();
      const UNetBatch batch = m_Samples.MakeBatch(batches.front(), m_Position.Epoch);
      ComputeGradients(batch, 1.0, 0, progress);
      cost.SecondsOfStep = SecondsSince(start) * static_cast<double>(batches.size());
    }
    m_Weights.Undo();
    cost.Memory = TorchRuntime::GetPeakMemory();
    return cost;
  }

  UNetTrainingStep
  Step(const TorchProgress & progress)
  {
    m_Weights.KeepStatistics();
    UNetTrainingStep step;
    try
    {
      step = this->MakeStep(progress);
    }
    catch (...)
    {
      m_Weights.Undo();
      m_Loader.Start(m_Position.Epoch, m_Position.StepOfEpoch, m_Parameters.Epochs);
      throw;
    }
    progress(1.0);
    return step;
  }

  UNetValidationScores
  Validate(const TorchProgress & progress, const UNetValidationObserver & observer)
  {
    if (!m_Validation)
    {
      itkGenericExceptionMacro("Validation needs at least 1 validation pair, but there are 0.");
    }
    const auto                   start = Clock::now();
    const UNetModel::WeightsType weights =
      CopyToHost(m_Weights.GetAverages().empty() ? m_Weights.GetOfModel() : m_Weights.GetAverages());
    const UNetValidationScores scores = m_Validation->Compute(weights, progress, observer);
    const bool                 isBest = scores.GetScore() > m_Position.BestScore;
    const double               seconds = SecondsSince(start);
    m_Position.TotalSeconds += seconds;
    if (isBest)
    {
      m_BestWeights = weights;
      m_Position.BestScore = scores.GetScore();
      m_Position.EpochsSinceBest = 0;
    }
    if (!m_History.empty() && m_Position.StepOfEpoch == 0)
    {
      m_History.back().Validation = scores;
      m_History.back().ValidationSeconds = seconds;
      m_History.back().IsBest = isBest;
    }
    return scores;
  }

  void
  EndEpoch()
  {
    m_Position.IsEpochEnded = true;
  }

  void
  UpdateState()
  {
    m_Divergence.VerifyWeights(m_Weights.GetNetwork().GetWeights(), m_Position);
    m_State.GetModel()->SetWeights(CopyToHost(m_Weights.GetOfModel()));
    m_State.SetAuxiliaryWeights(CopyToHost(m_Weights.GetAuxiliary()));
    m_State.SetAverages(CopyToHost(m_Weights.GetAverages()));
    m_State.SetMoments(CopyToHost(m_Update->GetMoments()));
    m_State.SetBestWeights(m_BestWeights);
    m_State.SetPosition(m_Position);
    m_State.SetHistory(m_History);
  }

  const UNetTrainingPosition &
  GetPosition() const
  {
    return m_Position;
  }

  const std::vector<UNetTrainingEpoch> &
  GetHistory() const
  {
    return m_History;
  }

  void
  SetGradientReduction(std::shared_ptr<UNetGradientReduction> reduction)
  {
    m_Reduction = std::move(reduction);
  }

private:
  void
  VerifyPosition() const
  {
    if (m_Position.Epoch < m_Parameters.Epochs && m_Position.StepOfEpoch >= GetStepsPerEpoch())
    {
      itkGenericExceptionMacro("The training stopped after step "
                               << m_Position.StepOfEpoch
                               << " of an epoch, which must be less than the number of its steps, but with these "
                                  "images, BatchSize and AccumulatedBatches there are "
                               << GetStepsPerEpoch() << '.');
    }
  }

  /** Those that were made, whose epochs may have had another number of them, and those that are left. */
  std::uint64_t
  CountSteps() const
  {
    const std::uint64_t left =
      m_Position.Epoch < m_Parameters.Epochs
        ? (m_Parameters.Epochs - m_Position.Epoch) * GetStepsPerEpoch() - m_Position.StepOfEpoch
        : 0;
    const std::uint64_t most = m_Parameters.MaximumSteps;
    return most == 0 ? m_Position.Step + left : std::max(m_Position.Step, std::min(m_Position.Step + left, most));
  }

  /** All but what is said after the step. */
  UNetTrainingStep
  MakeStep(const TorchProgress & progress)
  {
    const auto  start = Clock::now();
    const auto  batches = m_Sampler.GetBatches(m_Position.Epoch, m_Position.StepOfEpoch);
    std::size_t crops = 0;
    for (const auto & batch : batches)
    {
      crops += batch.size();
    }
    UNetTrainingStep step;
    step.LearningRate = GetLearningRate(m_Parameters, m_Position.Step, GetNumberOfSteps());
    m_Weights.ClearGradients();
    TorchProgressSteps parts(progress, static_cast<double>(crops));
    for (std::size_t i = 0; i < batches.size(); ++i)
    {
      const TorchProgress ofBatch = parts.Next(static_cast<double>(batches[i].size()));
      const UNetBatch     batch = m_Loader.GetNext();
      ofBatch(0.05);
      step.Loss += ComputeGradients(batch,
                                    static_cast<double>(batches[i].size()) / static_cast<double>(crops),
                                    m_Position.Step * m_Parameters.AccumulatedBatches + i,
                                    PartOfProgress(ofBatch, 0.05, 0.95));
    }
    std::vector<at::Tensor> gradients = m_Weights.GetGradients();
    m_Reduction->Reduce(gradients, step.Loss);
    step.GradientNorm = GetNorm(gradients);
    m_Divergence.VerifyStep(step, m_Position, GetStepsPerEpoch(), batches);
    m_Position.FirstLoss = m_Position.Step == 0 ? step.Loss : m_Position.FirstLoss;

    const double limit = m_Parameters.MaximumGradientNorm;
    // As PyTorch's clip_grad_norm_.
    const double divisor = limit > 0.0 ? std::max(1.0, (step.GradientNorm + 1e-6) / limit) : 1.0;
    m_Update->Step(gradients, step.LearningRate, divisor);
    m_Weights.ClearGradients();
    m_Weights.RestoreFrozen();
    ++m_Position.Step;
    m_Position.IsEpochEnded = true;
    m_Weights.UpdateAverages(m_Position.Step);
    Advance(step, SecondsSince(start));
    return step;
  }

  /** Adds the gradients of share · loss.
   * \param number of the batch, on which drop-out depends
   * \return share · loss */
  double
  ComputeGradients(const UNetBatch & batch, double share, std::uint64_t number, const TorchProgress & progress)
  {
    const c10::AutoGradMode withGradients(true);
    const TorchRandom random(m_Parameters.Seed, m_Position.Epoch, static_cast<std::uint32_t>(number), DropoutStream);
    const auto precision = m_Parameters.Precision == UNetTrainingPrecision::BFloat16 ? at::kBFloat16 : at::kFloat;
    std::vector<at::Tensor> outputs = m_Weights.GetNetwork().TrainOutputs(batch.Image, random, progress, precision);
    std::reverse(outputs.begin(), outputs.end());
    const at::Tensor loss = ComputeDeeplySupervised(*m_Loss, outputs, { {}, batch.Target, batch.Weight });
    (share == 1.0 ? loss : loss * share).backward();
    return share * loss.item<double>();
  }

  static double
  GetNorm(const std::vector<at::Tensor> & gradients)
  {
    std::vector<at::Tensor> norms;
    for (const at::Tensor & gradient : gradients)
    {
      norms.push_back(at::linalg_vector_norm(gradient));
    }
    return norms.empty() ? 0.0 : at::linalg_vector_norm(at::stack(norms)).item<double>();
  }

  /** Goes on by a step, and to the next epoch after the last one, whose line it adds to the history. */
  void
  Advance(const UNetTrainingStep & step, double seconds)
  {
    const auto steps = static_cast<double>(GetStepsPerEpoch());
    m_Position.LossSum += step.Loss / steps;
    m_Position.GradientNormSum += step.GradientNorm / steps;
    m_Position.Seconds += seconds;
    m_Position.TotalSeconds += seconds;
    if (++m_Position.StepOfEpoch < GetStepsPerEpoch())
    {
      return;
    }
    UNetTrainingEpoch epoch;
    epoch.Epoch = m_Position.Epoch;
    epoch.Step = m_Position.Step;
    epoch.Loss = m_Position.LossSum;
    epoch.GradientNorm = m_Position.GradientNormSum;
    epoch.LearningRate = step.LearningRate;
    epoch.Seconds = m_Position.Seconds;
    m_History.push_back(epoch);
    ++m_Position.Epoch;
    ++m_Position.EpochsSinceBest;
    m_Position.StepOfEpoch = 0;
    m_Position.IsEpochEnded = false;
    m_Position.LossSum = 0.0;
    m_Position.GradientNormSum = 0.0;
    m_Position.Seconds = 0.0;
  }

  UNetTrainingState &                    m_State;
  UNetTrainingPosition                   m_Position;
  std::vector<UNetTrainingEpoch>         m_History;
  UNetModel::WeightsType                 m_BestWeights;
  UNetTrainingParameters                 m_Parameters;
  UNetTrainedWeights                     m_Weights;
  UNetDivergence                         m_Divergence;
  UNetSamples                            m_Samples;
  UNetSampler                            m_Sampler;
  UNetBatchLoader                        m_Loader;
  std::uint64_t                          m_NumberOfSteps{ 0 };
  std::unique_ptr<UNetLoss>              m_Loss;
  std::unique_ptr<UNetWeightUpdate>      m_Update;
  std::unique_ptr<UNetValidation>        m_Validation;
  std::shared_ptr<UNetGradientReduction> m_Reduction;
  std::vector<std::string>               m_Notes;
};

namespace
{
/** Computes without recording gradients; errors of LibTorch become those of ITK. */
template <typename TFunction>
auto
Guarded(const char * name, const TFunction & function) -> decltype(function())
{
  try
  {
    const c10::AutoGradMode noGradients(false);
    return function();
  }
  catch (...)
  {
    TorchExecution::Rethrow(name);
  }
}
} // namespace

UNetTrainer::UNetTrainer(UNetTrainingState &            state,
                         const UNetTrainingData &       data,
                         const UNetTrainingData *       validation,
                         const UNetTrainingParameters & parameters,
                         const TorchDevice &            device)
{
  Guarded("UNetTrainer::UNetTrainer()",
          [&]
          {
            state.Verify();
            VerifyUNetTraining(state.GetModel()->GetSpecification(), parameters);
            if (data.GetNumberOfPairs() == 0)
            {
              itkGenericExceptionMacro("TrainingData must hold at least 1 pair, but holds 0.");
            }
            if (state.GetModel()->GetSpecification().Dimension == 3 && state.GetModel()->GetOrientation().empty())
            {
              state.GetModel()->SetOrientation("LPS");
            }
            m_Implementation = std::make_unique<Implementation>(state, data, validation, parameters, device);
          });
}

UNetTrainer::~UNetTrainer() = default;

void
UNetTrainer::Prepare(const TorchProgress & progress)
{
  Guarded("UNetTrainer::Prepare()", [&] { return m_Implementation->Prepare(progress); });
}

std::vector<std::string>
UNetTrainer::GetNotes() const
{
  return m_Implementation->GetNotes();
}

std::uint64_t
UNetTrainer::GetStepsPerEpoch() const
{
  return m_Implementation->GetStepsPerEpoch();
}

std::uint64_t
UNetTrainer::GetNumberOfSteps() const
{
  return m_Implementation->GetNumberOfSteps();
}

UNetTrainingCost
UNetTrainer::Measure(const TorchProgress & progress)
{
  return Guarded("UNetTrainer::Measure()", [&] { return m_Implementation->Measure(progress); });
}

UNetTrainingStep
UNetTrainer::Step(const TorchProgress & progress)
{
  return Guarded("UNetTrainer::Step()", [&] { return m_Implementation->Step(progress); });
}

UNetValidationScores
UNetTrainer::Validate(const TorchProgress & progress, const UNetValidationObserver & observer)
{
  return Guarded("UNetTrainer::Validate()", [&] { return m_Implementation->Validate(progress, observer); });
}

void
UNetTrainer::EndEpoch()
{
  m_Implementation->EndEpoch();
}

void
UNetTrainer::UpdateState()
{
  Guarded("UNetTrainer::UpdateState()", [&] { return m_Implementation->UpdateState(); });
}

const UNetTrainingPosition &
UNetTrainer::GetPosition() const
{
  return m_Implementation->GetPosition();
}

const std::vector<UNetTrainingEpoch> &
UNetTrainer::GetHistory() const
{
  return m_Implementation->GetHistory();
}

void
UNetTrainer::SetGradientReduction(std::shared_ptr<UNetGradientReduction> reduction)
{
  m_Implementation->SetGradientReduction(std::move(reduction));
}
} // namespace itk
