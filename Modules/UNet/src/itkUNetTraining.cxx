// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTraining.h"
#include "itkBoundaryWeightMap.h"
#include "itkMirrorPad.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetInference.h"
#include "itkUNetNetwork.h"
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <numeric>
#include <optional>

namespace itk
{
namespace
{
enum RandomStream : std::uint32_t
{
  OrderStream,
  CropStream,
  DropoutStream
};

/** Image after the intensity rule, class numbers and weights, all (1, C, …). */
struct PreparedSample
{
  at::Tensor Image;
  at::Tensor Target;
  at::Tensor Weight;

  std::size_t
  GetNumberOfBytes() const
  {
    return Image.nbytes() + Target.nbytes() + (Weight.defined() ? Weight.nbytes() : 0);
  }
};

/** Samples made ready, kept as far as the cache allows. */
class SampleCache
{
public:
  SampleCache(const UNetModel & model, const UNetTrainingData & data, const UNetTrainingParameters & parameters)
    : m_Model(model)
    , m_Data(data)
    , m_Parameters(parameters)
    , m_Cached(data.GetNumberOfPairs())
  {}

  /** Loads every pair once.
   * \param progress is called before each pair, so that an observer can end the loading */
  void
  Verify(const std::function<void(double)> & progress)
  {
    std::string problems;
    for (std::size_t pair = 0; pair < m_Cached.size(); ++pair)
    {
      progress(0.0);
      try
      {
        Get(pair);
      }
      catch (const ExceptionObject & error)
      {
        const std::string description = error.GetDescription();
        problems += "\n  " + description.substr(description.find("ITK ERROR: ") == std::string::npos
                                                  ? 0
                                                  : description.find("ITK ERROR: ") + 11);
      }
    }
    if (!problems.empty())
    {
      throw ExceptionObject(__FILE__, __LINE__, "Training data that cannot be used:" + problems, ITK_LOCATION);
    }
  }

  PreparedSample
  Get(std::size_t pair)
  {
    if (m_Cached[pair])
    {
      return *m_Cached[pair];
    }
    const PreparedSample sample = Prepare(pair);
    if (m_NumberOfBytes + sample.GetNumberOfBytes() <= std::size_t{ m_Parameters.MaximumCacheSize } << 20)
    {
      m_NumberOfBytes += sample.GetNumberOfBytes();
      m_Cached[pair] = sample;
    }
    return sample;
  }

  /** The pixel size that all pairs share; empty where they differ, and for 1 along all axes, which ITK gives to files
   * that state none. */
  std::vector<double>
  GetCommonSpacing() const
  {
    const bool isStated =
      std::any_of(m_CommonSpacing.begin(), m_CommonSpacing.end(), [](double spacing) { return spacing != 1.0; });
    return isStated && !m_HasSeveralSpacings ? m_CommonSpacing : std::vector<double>{};
  }

private:
  static bool
  IsSameSpacing(const std::vector<double> & a, const std::vector<double> & b)
  {
    return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return std::abs(x - y) <= 1e-3 * y; });
  }

  void
  NoteSpacing(std::size_t pair, const std::vector<double> & spacing)
  {
    if (!m_Model.GetSpacing().empty() && !IsSameSpacing(spacing, m_Model.GetSpacing()))
    {
      itkGenericExceptionMacro(<< m_Data.GetName(pair) << ": spacing along x must be the initial model's, "
                               << m_Model.GetSpacing()[0] << ", and so along the other axes, but is " << spacing[0]
                               << '.');
    }
    m_HasSeveralSpacings |= !m_CommonSpacing.empty() && !IsSameSpacing(spacing, m_CommonSpacing);
    m_CommonSpacing = spacing;
  }

  PreparedSample
  Prepare(std::size_t pair)
  {
    const UNetTrainingSample sample = m_Data.GetSample(pair);
    const auto &             specification = m_Model.GetSpecification();
    const auto               shape = sample.Image.GetShape();
    PreparedSample           prepared;
    NoteSpacing(pair, sample.Spacing);
    try
    {
      VerifyUNetModelFitsImage(m_Model, { shape.rbegin(), shape.rend() - 2 }, static_cast<unsigned int>(shape[1]));
      prepared.Image = GetATensor(m_Model.GetIntensityRule().Apply(sample.Image));
    }
    catch (const ExceptionObject & error)
    {
      itkGenericExceptionMacro(<< m_Data.GetName(pair) << ": " << error.GetDescription());
    }
    at::Tensor label = GetATensor(sample.Label);
    if (sample.Weight.IsDefined())
    {
      prepared.Weight = GetATensor(sample.Weight);
    }
    if (m_Parameters.WeightMap != UNetWeightMap::None || m_Parameters.GapWidth > 0)
    {
      const auto map = ComputeWeightMap(sample);
      label = GetATensor(map.SeparatedLabels);
      if (m_Parameters.WeightMap != UNetWeightMap::None)
      {
        const at::Tensor weight = GetATensor(map.Weight);
        prepared.Weight = prepared.Weight.defined() ? prepared.Weight * weight : weight;
      }
    }
    if (m_Parameters.LabelRule == UNetLabelRule::Foreground)
    {
      prepared.Target = label.ne(0).to(at::kShort).mul_(std::max(1u, specification.Classes - 1));
    }
    else
    {
      const auto largest = label.max().item<std::int64_t>();
      const auto smallest = label.min().item<std::int64_t>();
      const auto last = static_cast<std::int64_t>(std::max(2u, specification.Classes)) - 1;
      if (smallest < 0 || largest > last)
      {
        itkGenericExceptionMacro(<< m_Data.GetName(pair) << ": labels must be class numbers in [0, " << last
                                 << "], but are in [" << smallest << ", " << largest << "].");
      }
      prepared.Target = label.to(at::kShort);
    }
    return prepared;
  }

  BoundaryWeightMap::Result
  ComputeWeightMap(const UNetTrainingSample & sample) const
  {
    auto parameters = m_Parameters.WeightMap == UNetWeightMap::Falk ? BoundaryWeightMapParameters::Falk()
                                                                    : BoundaryWeightMapParameters::Paper();
    parameters.GapWidth = m_Parameters.GapWidth;
    parameters.BorderWeight = m_Parameters.WeightMap == UNetWeightMap::None ? 0.0 : parameters.BorderWeight;
    return BoundaryWeightMap::Compute(sample.Label, sample.Spacing, parameters, {}, [](double) {});
  }

  const UNetModel &                          m_Model;
  const UNetTrainingData &                   m_Data;
  const UNetTrainingParameters &             m_Parameters;
  std::vector<std::optional<PreparedSample>> m_Cached;
  std::size_t                                m_NumberOfBytes{ 0 };
  std::vector<double>                        m_CommonSpacing;
  bool                                       m_HasSeveralSpacings{ false };
};

PreparedSample
Crop(const PreparedSample & sample, std::int64_t edge, TorchRandom random)
{
  std::vector<std::int64_t> start;
  for (const auto extent : sample.Image.sizes().slice(2))
  {
    start.push_back(extent > edge ? random.Integer(static_cast<std::uint32_t>(extent - edge + 1))
                                  : -((edge - extent) / 2));
  }
  const std::vector<std::int64_t> size(start.size(), edge);
  return { MirroredWindow(sample.Image, start, size),
           MirroredWindow(sample.Target, start, size),
           sample.Weight.defined() ? MirroredWindow(sample.Weight, start, size) : at::Tensor{} };
}

PreparedSample
MakeBatch(SampleCache &                      cache,
          const std::vector<std::uint32_t> & order,
          std::size_t                        begin,
          std::size_t                        end,
          const UNetTrainingParameters &     parameters,
          unsigned int                       epoch,
          std::size_t                        numberOfPairs)
{
  std::vector<at::Tensor> images;
  std::vector<at::Tensor> targets;
  std::vector<at::Tensor> weights;
  bool                    hasWeights = false;
  for (std::size_t i = begin; i < end; ++i)
  {
    const auto crop = Crop(cache.Get(order[i] % numberOfPairs),
                           parameters.CropSize,
                           TorchRandom(parameters.Seed, epoch, order[i], CropStream));
    images.push_back(crop.Image);
    targets.push_back(crop.Target);
    weights.push_back(crop.Weight.defined() ? crop.Weight : at::ones_like(crop.Image.narrow(1, 0, 1)));
    hasWeights |= crop.Weight.defined();
  }
  return { at::cat(images), at::cat(targets), hasWeights ? at::cat(weights) : at::Tensor{} };
}

/** Numbers 0 … count − 1 in random order (Fisher and Yates). */
std::vector<std::uint32_t>
ShuffledOrder(std::size_t count, std::uint64_t seed, unsigned int epoch)
{
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  TorchRandom random(seed, epoch, 0, OrderStream);
  for (std::size_t i = count; i > 1; --i)
  {
    std::swap(order[i - 1], order[random.Integer(static_cast<std::uint32_t>(i))]);
  }
  return order;
}

/** Mean over pixels of w · cross-entropy. */
at::Tensor
Loss(const at::Tensor & logits, const at::Tensor & target, const at::Tensor & weight)
{
  const bool       isBinary = logits.size(1) == 1;
  const at::Tensor pixelLoss =
    isBinary ? at::binary_cross_entropy_with_logits(logits, target.to(at::kFloat), {}, {}, at::Reduction::None)
             : at::cross_entropy_loss(logits, target.squeeze(1).to(at::kLong), {}, at::Reduction::None).unsqueeze(1);
  return weight.defined() ? (pixelLoss * weight).mean() : pixelLoss.mean();
}

class AdamOptimizer
{
public:
  explicit AdamOptimizer(std::vector<at::Tensor> parameters)
    : m_Parameters(std::move(parameters))
  {
    for (const auto & parameter : m_Parameters)
    {
      m_First.push_back(at::zeros_like(parameter));
      m_Second.push_back(at::zeros_like(parameter));
      m_Steps.push_back(at::scalar_tensor(0.0, parameter.options()));
    }
  }

  void
  Step(double learningRate, double weightDecay)
  {
    std::vector<at::Tensor> gradients;
    for (std::size_t i = 0; i < m_Parameters.size(); ++i)
    {
      gradients.push_back(m_Parameters[i].grad());
      m_Steps[i].add_(1.0);
    }
    at::_fused_adam_(m_Parameters,
                     gradients,
                     m_First,
                     m_Second,
                     {},
                     m_Steps,
                     learningRate,
                     0.9,
                     0.999,
                     weightDecay,
                     1e-8,
                     false,
                     false);
    for (auto & parameter : m_Parameters)
    {
      parameter.mutable_grad().reset();
    }
  }

private:
  std::vector<at::Tensor> m_Parameters;
  std::vector<at::Tensor> m_First;
  std::vector<at::Tensor> m_Second;
  std::vector<at::Tensor> m_Steps;
};

double
LearningRateAt(const UNetTrainingParameters & parameters, std::size_t batch, std::size_t numberOfBatches)
{
  constexpr double pi = 3.14159265358979323846;
  return parameters.LearningRateSchedule == UNetLearningRateSchedule::Constant
           ? parameters.LearningRate
           : 0.5 * parameters.LearningRate *
               (1.0 + std::cos(pi * static_cast<double>(batch) / static_cast<double>(numberOfBatches)));
}

UNetNetwork
MakeTrainableNetwork(const UNetModel & model, const TorchDevice & device)
{
  UNetWeights weights;
  for (const auto & [name, tensor] : model.GetWeights())
  {
    weights.emplace(name, GetATensor(tensor).to(GetC10Device(device), at::kFloat, false, true));
  }
  UNetNetwork network(model.GetSpecification(), weights);
  for (const auto & description : model.GetSpecification().GetTensors())
  {
    network.GetWeights().at(description.Name).set_requires_grad(description.IsTrained);
  }
  return network;
}

void
PublishWeights(const UNetNetwork & network, UNetModel & model)
{
  UNetModel::WeightsType weights;
  for (const auto & [name, tensor] : network.GetWeights())
  {
    weights.emplace(
      name, MakeTorchTensor(tensor.detach().to(at::kCPU, at::kFloat, false, true).contiguous(), TorchDevice::CPU()));
  }
  model.SetWeights(weights);
}

std::vector<at::Tensor>
TrainedTensors(const UNetNetwork & network)
{
  std::vector<at::Tensor> tensors;
  for (const auto & entry : network.GetWeights())
  {
    if (entry.second.requires_grad())
    {
      tensors.push_back(entry.second);
    }
  }
  return tensors;
}
} // namespace

const TorchParameterTable &
UNetTrainingParameters::Describe()
{
  using P = UNetTrainingParameters;
  using Range = TorchParameterRange;
  using Unit = TorchParameterUnit;
  static const TorchParameterTable table = []
  {
    TorchParameterTable t;
    t.Add("Epochs", &P::Epochs, "Passes over the training images.", Range::Between(1, 1e6));
    t.Add("BatchSize", &P::BatchSize, "Crops in a step of the optimiser.", Range::Between(1, 4096));
    t.Add("CropSize",
          &P::CropSize,
          "Edge of a training crop; a multiple of 2^Levels.",
          Range::Between(1, 16384),
          Unit::Pixels);
    t.Add("CropsPerImage", &P::CropsPerImage, "Crops of each image in an epoch.", Range::Between(1, 4096));
    t.Add("LearningRate", &P::LearningRate, "Adam's step size.", Range::GreaterThan(0));
    t.AddChoice("LearningRateSchedule",
                &P::LearningRateSchedule,
                "Constant, or from LearningRate to 0 along half a cosine.",
                { "constant", "cosine" });
    t.Add("WeightDecay", &P::WeightDecay, "Factor of the weights in their gradient.", Range::AtLeast(0));
    t.AddChoice("LabelRule",
                &P::LabelRule,
                "Whether every label but 0 is the last class, or labels are class numbers.",
                { "foreground", "class-index" });
    t.AddChoice(
      "WeightMap",
      &P::WeightMap,
      "Weigh pixels by a boundary weight map of the instance labels, so that gaps between objects are learned.",
      { "none", "paper", "falk" });
    t.Add("GapWidth",
          &P::GapWidth,
          "Touching objects are separated by so many pixels of background; 0: not.",
          Range::Between(0, 100),
          Unit::Pixels);
    t.Add("Seed", &P::Seed, "Decides initial weights, order and places of the crops.");
    t.Add("MaximumCacheSize", &P::MaximumCacheSize, "MiB of prepared images to keep; the others are read again.");
    return t;
  }();
  return table;
}

void
VerifyUNetTraining(const UNetSpecification & specification, const UNetTrainingParameters & parameters)
{
  specification.Verify();
  UNetTrainingParameters::Describe().Verify(&parameters, "UNetTraining");
  if (parameters.LabelRule != UNetLabelRule::Foreground &&
      (parameters.WeightMap != UNetWeightMap::None || parameters.GapWidth > 0))
  {
    itkGenericExceptionMacro("LabelRule must be foreground for a WeightMap or a GapWidth, which need a label for each "
                             "object, but is class-index.");
  }
  if (parameters.CropSize % specification.GetStride() != 0)
  {
    itkGenericExceptionMacro("CropSize must be a multiple of " << specification.GetStride()
                                                               << ", the network's stride with " << specification.Levels
                                                               << " levels, but is " << parameters.CropSize << '.');
  }
  // At the stride itself the deepest level is one pixel, and a batch of one crop has no variance.
  if (specification.Normalization == UNetNormalization::Batch && parameters.CropSize < 2 * specification.GetStride())
  {
    itkGenericExceptionMacro("CropSize must be at least " << 2 * specification.GetStride()
                                                          << " with batch normalisation, but is " << parameters.CropSize
                                                          << '.');
  }
}

void
UNetTraining::Run(UNetModel &                    model,
                  const UNetTrainingData &       data,
                  const UNetTrainingParameters & parameters,
                  const TorchDevice &            device,
                  const Observer &               observer)
{
  const c10::AutoGradMode noGradients(false);
  model.Verify();
  VerifyUNetTraining(model.GetSpecification(), parameters);
  const std::size_t numberOfPairs = data.GetNumberOfPairs();
  if (numberOfPairs == 0)
  {
    itkGenericExceptionMacro("TrainingData must hold at least 1 pair, but holds 0.");
  }
  SampleCache cache(model, data, parameters);
  cache.Verify(observer.Progress);
  model.SetSpacing(cache.GetCommonSpacing());

  UNetNetwork       network = MakeTrainableNetwork(model, device);
  AdamOptimizer     optimizer(TrainedTensors(network));
  const auto        c10Device = GetC10Device(device);
  const std::size_t cropsPerEpoch = numberOfPairs * parameters.CropsPerImage;
  const std::size_t batchesPerEpoch = (cropsPerEpoch + parameters.BatchSize - 1) / parameters.BatchSize;
  const std::size_t numberOfBatches = batchesPerEpoch * parameters.Epochs;
  std::size_t       batch = 0;
  try
  {
    for (unsigned int epoch = 0; epoch < parameters.Epochs; ++epoch)
    {
      const auto        start = std::chrono::steady_clock::now();
      const auto        order = ShuffledOrder(cropsPerEpoch, parameters.Seed, epoch);
      UNetTrainingEpoch record{ epoch };
      for (std::size_t begin = 0; begin < cropsPerEpoch; begin += parameters.BatchSize, ++batch)
      {
        const std::size_t end = std::min<std::size_t>(begin + parameters.BatchSize, cropsPerEpoch);
        const auto        crops = MakeBatch(cache, order, begin, end, parameters, epoch, numberOfPairs);
        record.LearningRate = LearningRateAt(parameters, batch, numberOfBatches);
        {
          const c10::AutoGradMode withGradients(true);
          const at::Tensor        logits =
            network.Train(crops.Image.to(c10Device),
                          TorchRandom(parameters.Seed, epoch, static_cast<std::uint32_t>(batch), DropoutStream));
          const at::Tensor loss = Loss(
            logits, crops.Target.to(c10Device), crops.Weight.defined() ? crops.Weight.to(c10Device) : at::Tensor{});
          loss.backward();
          record.Loss += loss.item<double>() / static_cast<double>(batchesPerEpoch);
        }
        if (!std::isfinite(record.Loss))
        {
          itkGenericExceptionMacro("The loss must be finite, but is " << record.Loss << " in epoch " << epoch
                                                                      << "; LearningRate is " << parameters.LearningRate
                                                                      << '.');
        }
        optimizer.Step(record.LearningRate, parameters.WeightDecay);
        observer.Progress(static_cast<double>(batch + 1) / static_cast<double>(numberOfBatches));
      }
      record.Seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      observer.Epoch(record);
    }
  }
  catch (...)
  {
    const auto cause = std::current_exception();
    try
    {
      PublishWeights(network, model);
    }
    catch (const std::exception &)
    {
      // The device that failed may not give its weights back; the first error is the one to report.
    }
    std::rethrow_exception(cause);
  }
  PublishWeights(network, model);
}
} // namespace itk
