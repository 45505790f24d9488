// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTrainer.h"
#include "itkBoundaryWeightMap.h"
#include "itkTorchExecution.h"
#include "itkTorchRuntime.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetBatchLoader.h"
#include "itkUNetDeepSupervision.h"
#include "itkUNetLoss.h"
#include "itkUNetNetwork.h"
#include "itkUNetRandomStream.h"
#include "itkUNetValidation.h"
#include "itkUNetWeightUpdate.h"
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <sstream>

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

/** Tensors on the host, not shared. */
UNetModel::WeightsType
CopyToHost(const std::map<std::string, at::Tensor> & tensors)
{
  UNetModel::WeightsType copies;
  for (const auto & [name, tensor] : tensors)
  {
    copies.emplace(
      name, MakeTorchTensor(tensor.detach().to(at::kCPU, at::kFloat, false, true).contiguous(), TorchDevice::CPU()));
  }
  return copies;
}

std::map<std::string, at::Tensor>
CopyToDevice(const UNetModel::WeightsType & tensors, const TorchDevice & device)
{
  std::map<std::string, at::Tensor> copies;
  for (const auto & [name, tensor] : tensors)
  {
    copies.emplace(name, GetATensor(tensor).to(GetC10Device(device), at::kFloat, false, true));
  }
  return copies;
}

/** Weights of the network and of the outputs of coarser levels, which begin anew where the state has none. */
std::map<std::string, at::Tensor>
GetAllWeights(const UNetTrainingState & state, const UNetTrainingParameters & parameters, const TorchDevice & device)
{
  const UNetSpecification & specification = state.GetModel()->GetSpecification();
  const unsigned int        deepSupervision = parameters.Loss.DeepSupervision;
  const auto initial = InitializeUNetWeights(specification, parameters.Seed, GetSupervisedLevels(deepSupervision));
  auto       weights = CopyToDevice(state.GetModel()->GetWeights(), device);
  const auto known = CopyToDevice(state.GetAuxiliaryWeights(), device);
  for (const auto & description : GetAuxiliaryTensors(specification, deepSupervision))
  {
    const auto found = known.find(description.Name);
    weights.emplace(description.Name,
                    found != known.end() ? found->second : initial.at(description.Name).to(GetC10Device(device)));
  }
  return weights;
}

/** Whether a layer's weight belongs to one of `layers`. */
bool
IsOfLayers(const std::string & weight, const std::vector<std::string> & layers)
{
  return std::any_of(layers.begin(),
                     layers.end(),
                     [&](const std::string & layer)
                     { return weight == layer || weight.compare(0, layer.size() + 1, layer + '.') == 0; });
}

std::vector<std::string>
SplitAtCommas(const std::string & text)
{
  std::vector<std::string> parts;
  std::istringstream       stream(text);
  for (std::string part; std::getline(stream, part, ',');)
  {
    part.erase(std::remove(part.begin(), part.end(), ' '), part.end());
    if (!part.empty())
    {
      parts.push_back(part);
    }
  }
  return parts;
}
} // namespace

namespace
{
/** \throws ExceptionObject that lists the first parts of the layers' names, if no weight belongs to `layer` */
void
VerifyIsLayer(const UNetSpecification & specification, const std::string & layer)
{
  std::set<std::string> known;
  for (const auto & description : specification.GetTensors())
  {
    if (IsOfLayers(description.Name, { layer }))
    {
      return;
    }
    const auto first = description.Name.find('.');
    known.insert(description.Name.substr(0, description.Name.find('.', first + 1)));
  }
  std::string list;
  for (const std::string & name : known)
  {
    list += (list.empty() ? "" : ", ") + name;
  }
  itkGenericExceptionMacro("FrozenLayers must be beginnings of layers' names, such as " << list << ", but one is "
                                                                                        << layer << '.');
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
    , m_Data(data)
    , m_Parameters(parameters)
    , m_Device(device)
    , m_Network(state.GetModel()->GetSpecification(),
                GetAllWeights(state, parameters, device),
                GetSupervisedLevels(parameters.Loss.DeepSupervision))
    , m_Averages(CopyToDevice(state.GetAverages(), device))
    , m_Samples(*state.GetModel(), data, m_Parameters, device)
    , m_Sampler(data, m_Parameters)
    , m_Loader(m_Samples, m_Sampler, m_Parameters.LoaderThreads)
    , m_Loss(MakeUNetLoss(m_Parameters.Loss, state.GetModel()->GetSpecification().Classes))
    , m_Reduction(std::make_shared<UNetGradientReduction>())
  {
    const UNetSpecification & specification = state.GetModel()->GetSpecification();
    const auto                layers = SplitAtCommas(m_Parameters.FrozenLayers);
    for (const auto & description : specification.GetTensors())
    {
      const at::Tensor & weight = m_Network.GetWeights().at(description.Name);
      if (IsOfLayers(description.Name, layers))
      {
        m_Frozen.emplace(description.Name, weight.clone());
      }
      else if (description.IsTrained)
      {
        weight.set_requires_grad(true);
        m_Trained.emplace(description.Name, weight);
      }
      else
      {
        m_Statistics.emplace_back(weight, weight.clone());
      }
    }
    for (const auto & description : GetAuxiliaryTensors(specification, m_Parameters.Loss.DeepSupervision))
    {
      const at::Tensor & weight = m_Network.GetWeights().at(description.Name);
      weight.set_requires_grad(true);
      m_Trained.emplace(description.Name, weight);
      m_Auxiliary.emplace(description.Name, weight);
    }
    VerifyPosition();
    m_NumberOfSteps = CountSteps();
    m_Update =
      MakeUNetWeightUpdate(m_Parameters, m_Trained, CopyToDevice(state.GetMoments(), device), state.GetPosition().Step);
    if (m_Parameters.WeightAveraging > 0.0 && m_Averages.empty())
    {
      for (const auto & [name, weight] : GetModelWeights())
      {
        m_Averages.emplace(name, weight.detach().clone());
      }
    }
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
    m_State.SetAuxiliaryWeights(CopyToHost(m_Auxiliary));
    m_State.SetMoments(CopyToHost(m_Update->GetMoments()));
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
    const auto                        batches = m_Sampler.GetBatches(m_Position.Epoch, m_Position.StepOfEpoch);
    std::map<std::string, at::Tensor> kept;
    for (const auto & [name, weight] : m_Network.GetWeights())
    {
      kept.emplace(name, weight.detach().clone());
    }
    UNetTrainingCost cost;
    // Memory is mapped in the first one.
    for (int repetition = 0; repetition < 2; ++repetition)
    {
      const auto      start = Clock::now();
      const UNetBatch batch = m_Samples.MakeBatch(batches.front(), m_Position.Epoch);
      ComputeGradients(batch, 1.0, 0, progress);
      cost.SecondsOfStep = SecondsSince(start) * static_cast<double>(batches.size());
    }
    ClearGradients();
    for (const auto & [name, weight] : m_Network.GetWeights())
    {
      weight.detach().copy_(kept.at(name));
    }
    cost.Memory = TorchRuntime::GetPeakMemory();
    return cost;
  }

  UNetTrainingStep
  Step(const TorchProgress & progress)
  {
    for (auto & [statistics, kept] : m_Statistics)
    {
      kept.copy_(statistics);
    }
    UNetTrainingStep step;
    try
    {
      step = this->MakeStep(progress);
    }
    catch (...)
    {
      // As if there had been no batch of the step.
      this->ClearGradients();
      for (auto & [statistics, kept] : m_Statistics)
      {
        statistics.copy_(kept);
      }
      this->RestoreFrozen();
      m_Loader.Start(m_Position.Epoch, m_Position.StepOfEpoch, m_Parameters.Epochs);
      throw;
    }
    progress(1.0);
    return step;
  }

  UNetValidationScores
  Validate(const TorchProgress & progress)
  {
    if (!m_Validation)
    {
      itkGenericExceptionMacro("Validation needs at least 1 validation pair, but there are 0.");
    }
    const auto                   start = Clock::now();
    const UNetModel::WeightsType weights = CopyToHost(m_Averages.empty() ? GetModelWeights() : m_Averages);
    const UNetValidationScores   scores = m_Validation->Compute(weights, progress);
    const bool                   isBest = scores.GetScore() > m_Position.BestScore;
    const double                 seconds = SecondsSince(start);
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
    VerifyWeights();
    m_State.GetModel()->SetWeights(CopyToHost(GetModelWeights()));
    m_State.SetAuxiliaryWeights(CopyToHost(m_Auxiliary));
    m_State.SetAverages(CopyToHost(m_Averages));
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
  /** Without those of the outputs of coarser levels. */
  std::map<std::string, at::Tensor>
  GetModelWeights() const
  {
    std::map<std::string, at::Tensor> weights = m_Network.GetWeights();
    for (const auto & entry : m_Auxiliary)
    {
      weights.erase(entry.first);
    }
    return weights;
  }

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
    ClearGradients();
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
    std::vector<at::Tensor> gradients;
    for (const auto & [name, weight] : m_Trained)
    {
      gradients.push_back(weight.grad().defined() ? weight.grad() : at::zeros_like(weight.detach()));
    }
    m_Reduction->Reduce(gradients, step.Loss);
    step.GradientNorm = GetNorm(gradients);
    VerifyStep(step, batches);
    m_Position.FirstLoss = m_Position.Step == 0 ? step.Loss : m_Position.FirstLoss;

    const double limit = m_Parameters.MaximumGradientNorm;
    // As PyTorch's clip_grad_norm_.
    const double divisor = limit > 0.0 ? std::max(1.0, (step.GradientNorm + 1e-6) / limit) : 1.0;
    m_Update->Step(gradients, step.LearningRate, divisor);
    ClearGradients();
    RestoreFrozen();
    ++m_Position.Step;
    m_Position.IsEpochEnded = true;
    UpdateAverages();
    Advance(step, SecondsSince(start));
    return step;
  }

  /** Statistics of frozen layers, too, stay as they were. */
  void
  RestoreFrozen()
  {
    for (const auto & [name, weight] : m_Frozen)
    {
      m_Network.GetWeights().at(name).detach().copy_(weight);
    }
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
    std::vector<at::Tensor> outputs = m_Network.TrainOutputs(batch.Image, random, progress, precision);
    std::reverse(outputs.begin(), outputs.end());
    const at::Tensor loss = ComputeDeeplySupervised(*m_Loss, outputs, { {}, batch.Target, batch.Weight });
    (share == 1.0 ? loss : loss * share).backward();
    return share * loss.item<double>();
  }

  void
  ClearGradients()
  {
    for (const auto & entry : m_Trained)
    {
      entry.second.mutable_grad().reset();
    }
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

  void
  VerifyStep(const UNetTrainingStep & step, const std::vector<std::vector<UNetCrop>> & batches) const
  {
    constexpr double  explosion = 1e3;
    const bool        isLossFinite = std::isfinite(step.Loss);
    const std::string problem =
      !isLossFinite                       ? "the loss is " + std::to_string(step.Loss)
      : !std::isfinite(step.GradientNorm) ? "the gradients' norm is " + std::to_string(step.GradientNorm)
      : step.Loss > explosion * std::max(1.0, m_Position.FirstLoss) && m_Position.Step > 0
        ? "the loss grew from " + std::to_string(m_Position.FirstLoss) + " to " + std::to_string(step.Loss)
        : "";
    if (problem.empty())
    {
      return;
    }
    ThrowDiverged(problem + " at step " + std::to_string(m_Position.StepOfEpoch + 1) + " of " +
                    std::to_string(GetStepsPerEpoch()) + " in epoch " + std::to_string(m_Position.Epoch + 1),
                  DescribeImages(batches));
  }

  std::string
  DescribeImages(const std::vector<std::vector<UNetCrop>> & batches) const
  {
    constexpr std::size_t    most = 8;
    std::vector<std::string> names;
    for (const auto & batch : batches)
    {
      for (const UNetCrop & crop : batch)
      {
        const std::string & name = m_Data.GetName(crop.Pair);
        if (std::find(names.begin(), names.end(), name) == names.end())
        {
          names.push_back(name);
        }
      }
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
    {
      text += (i == 0 ? "" : ", ") + names[i];
    }
    return text + (names.size() > most ? " and " + std::to_string(names.size() - most) + " others" : "");
  }

  void
  VerifyWeights() const
  {
    for (const auto & [name, tensor] : m_Network.GetWeights())
    {
      const auto infinite = tensor.numel() - at::isfinite(tensor.detach()).sum().item<std::int64_t>();
      if (infinite > 0)
      {
        ThrowDiverged(std::to_string(infinite) + " of " + std::to_string(tensor.numel()) + " values of the weight \"" +
                        name + "\" are not finite after a step of epoch " +
                        std::to_string(m_Position.Epoch + (m_Position.StepOfEpoch > 0 ? 1 : 0)),
                      "");
      }
    }
  }

  /** \param when such as "the loss is nan at step 1 of 9 in epoch 1" */
  [[noreturn]] void
  ThrowDiverged(const std::string & when, const std::string & images) const
  {
    std::ostringstream text;
    text << "The training diverged: " << when << " of " << m_Parameters.Epochs << "; use a LearningRate below "
         << m_Parameters.LearningRate << ", or look for extreme values in images and weights"
         << (images.empty() ? "" : " of " + images) << '.';
    throw UNetTrainingDiverged(__FILE__, __LINE__, text.str(), ITK_LOCATION);
  }

  void
  UpdateAverages()
  {
    const auto   count = static_cast<double>(m_Position.Step);
    const double decay = std::min(m_Parameters.WeightAveraging, (1.0 + count) / (10.0 + count));
    for (auto & [name, average] : m_Averages)
    {
      average.lerp_(m_Network.GetWeights().at(name).detach(), 1.0 - decay);
    }
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

  UNetTrainingState &               m_State;
  UNetTrainingPosition              m_Position;
  std::vector<UNetTrainingEpoch>    m_History;
  UNetModel::WeightsType            m_BestWeights;
  const UNetTrainingData &          m_Data;
  UNetTrainingParameters            m_Parameters;
  TorchDevice                       m_Device;
  UNetNetwork                       m_Network;
  std::map<std::string, at::Tensor> m_Trained;
  std::map<std::string, at::Tensor> m_Frozen;
  std::map<std::string, at::Tensor> m_Auxiliary;
  /** Running statistics, and what they were before the step. */
  std::vector<std::pair<at::Tensor, at::Tensor>> m_Statistics;
  std::map<std::string, at::Tensor>              m_Averages;
  UNetSamples                                    m_Samples;
  UNetSampler                                    m_Sampler;
  UNetBatchLoader                                m_Loader;
  std::uint64_t                                  m_NumberOfSteps{ 0 };
  std::unique_ptr<UNetLoss>                      m_Loss;
  std::unique_ptr<UNetWeightUpdate>              m_Update;
  std::unique_ptr<UNetValidation>                m_Validation;
  std::shared_ptr<UNetGradientReduction>         m_Reduction;
  std::vector<std::string>                       m_Notes;
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
UNetTrainer::Validate(const TorchProgress & progress)
{
  return Guarded("UNetTrainer::Validate()", [&] { return m_Implementation->Validate(progress); });
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
void
VerifyUNetTraining(const UNetSpecification & specification, const UNetTrainingParameters & parameters)
{
  specification.Verify();
  TorchParameterView(parameters).Verify("UNetTraining");
  const bool areClasses = parameters.Labels == LabelMeaning::Classes;
  VerifyUNetLoss(parameters.Loss, specification.Classes);
  if (parameters.Loss.DeepSupervision >= specification.Levels)
  {
    itkGenericExceptionMacro("LossDeepSupervision must be at most " << specification.Levels - 1
                                                                    << ", one less than Levels, but is "
                                                                    << parameters.Loss.DeepSupervision << '.');
  }
  const bool hasBorder = parameters.Target == UNetTarget::InteriorBorder;
  if (hasBorder && (areClasses || specification.Classes != 3))
  {
    itkGenericExceptionMacro("Labels must be objects or foreground, and Classes 3, for the target interior-border, but "
                             "are "
                             << GetEnumerationText(parameters.Labels) << " and " << specification.Classes << '.');
  }
  if (!areClasses && !hasBorder && specification.Classes > 2)
  {
    itkGenericExceptionMacro("Labels must be classes for more than 2 classes, but is "
                             << GetEnumerationText(parameters.Labels) << " for " << specification.Classes << '.');
  }
  if (areClasses && (parameters.UseWeightMap || parameters.WeightMap.GapWidth > 0))
  {
    itkGenericExceptionMacro(
      "Labels must be objects or foreground for a WeightMap or a GapWidth, which need a label for "
      "each object, but is classes.");
  }
  if (parameters.UseWeightMap)
  {
    VerifyBoundaryWeightMap(parameters.WeightMap, {});
  }
  if (parameters.CropSize % specification.GetStride() != 0)
  {
    itkGenericExceptionMacro("CropSize must be a multiple of " << specification.GetStride()
                                                               << ", the network's stride with " << specification.Levels
                                                               << " levels, but is " << parameters.CropSize << '.');
  }
  for (const std::string & layer : SplitAtCommas(parameters.FrozenLayers))
  {
    VerifyIsLayer(specification, layer);
  }
  VerifyRandomAugmentation(GetAugmentationParameters(parameters), specification.Dimension);
  // At the stride itself the deepest level is one pixel, and a batch of one crop has no variance.
  if (specification.Normalization == UNetNormalization::Batch && parameters.CropSize < 2 * specification.GetStride())
  {
    itkGenericExceptionMacro("CropSize must be at least " << 2 * specification.GetStride()
                                                          << " with batch normalization, but is " << parameters.CropSize
                                                          << '.');
  }
}
} // namespace itk
