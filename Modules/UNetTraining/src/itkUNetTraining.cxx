// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetTraining.h"
#include "itkBoundaryWeightMap.h"
#include "itkImageTensor.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetNetwork.h"
#include "itkUNetSamples.h"
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <numeric>

namespace itk
{
namespace
{
/** 1, and those from 3 on, are the augmentation's. */
enum RandomStream : std::uint32_t
{
  OrderStream = 0,
  DropoutStream = 2
};

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

[[noreturn]] void
ThrowDiverged(const std::string & what, const std::string & when, const UNetTrainingParameters & parameters)
{
  itkGenericExceptionMacro("The training diverged: " << what << ' ' << when << " of " << parameters.Epochs
                                                     << "; use a LearningRate below " << parameters.LearningRate
                                                     << ", or look for extreme values in images and weights.");
}

/** \throws ExceptionObject that names the first weight that is not finite */
void
VerifyWeightsAreFinite(const UNetNetwork & network, unsigned int epoch, const UNetTrainingParameters & parameters)
{
  for (const auto & [name, tensor] : network.GetWeights())
  {
    const auto infinite = tensor.numel() - at::isfinite(tensor.detach()).sum().item<std::int64_t>();
    if (infinite > 0)
    {
      ThrowDiverged(std::to_string(infinite) + " of " + std::to_string(tensor.numel()) + " values of the weight \"" +
                      name + "\" are not finite",
                    "after a step of epoch " + std::to_string(epoch + 1),
                    parameters);
    }
  }
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

void
VerifyUNetTraining(const UNetSpecification & specification, const UNetTrainingParameters & parameters)
{
  specification.Verify();
  TorchParameterView(parameters).Verify("UNetTraining");
  const bool areClasses = parameters.Labels == LabelMeaning::Classes;
  if (!areClasses && specification.Classes > 2)
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
  VerifyRandomAugmentation(GetAugmentationParameters(parameters), specification.Dimension);
  // At the stride itself the deepest level is one pixel, and a batch of one crop has no variance.
  if (specification.Normalization == UNetNormalization::Batch && parameters.CropSize < 2 * specification.GetStride())
  {
    itkGenericExceptionMacro("CropSize must be at least " << 2 * specification.GetStride()
                                                          << " with batch normalization, but is " << parameters.CropSize
                                                          << '.');
  }
}

void
UNetTraining::Run(UNetModel &                    model,
                  const UNetTrainingData &       data,
                  const UNetTrainingParameters & parameters,
                  const TorchDevice &            device,
                  const Observer &               observer)
try
{
  const c10::AutoGradMode noGradients(false);
  model.Verify();
  VerifyUNetTraining(model.GetSpecification(), parameters);
  const std::size_t numberOfPairs = data.GetNumberOfPairs();
  if (numberOfPairs == 0)
  {
    itkGenericExceptionMacro("TrainingData must hold at least 1 pair, but holds 0.");
  }
  UNetNetwork network = MakeTrainableNetwork(model, device);
  model.SetWeights({});
  if (model.GetSpecification().Dimension == 3 && model.GetOrientation().empty())
  {
    model.SetOrientation("LPS");
  }
  UNetSamples samples(model, data, parameters, device);
  samples.Verify(observer.Progress);
  model.SetSpacing(samples.GetCommonSpacing());
  model.SetIntensityNormalization(samples.GetIntensityNormalization());
  for (const std::string & note : samples.GetNotes())
  {
    observer.Note(note);
  }

  AdamOptimizer     optimizer(TrainedTensors(network));
  const std::size_t cropsPerEpoch = numberOfPairs * parameters.CropsPerImage;
  const std::size_t batchesPerEpoch = (cropsPerEpoch + parameters.BatchSize - 1) / parameters.BatchSize;
  const std::size_t numberOfBatches = batchesPerEpoch * parameters.Epochs;
  std::size_t       batch = 0;
  unsigned int      epoch = 0;
  bool              isTrained = false;
  try
  {
    for (; epoch < parameters.Epochs; ++epoch)
    {
      const auto        start = std::chrono::steady_clock::now();
      const auto        order = ShuffledOrder(cropsPerEpoch, parameters.Seed, epoch);
      UNetTrainingEpoch record{ epoch };
      for (std::size_t begin = 0; begin < cropsPerEpoch; begin += parameters.BatchSize, ++batch)
      {
        const std::size_t end = std::min<std::size_t>(begin + parameters.BatchSize, cropsPerEpoch);
        const UNetBatch   crops = samples.MakeBatch(
          { order.begin() + static_cast<std::ptrdiff_t>(begin), order.begin() + static_cast<std::ptrdiff_t>(end) },
          epoch);
        const auto ofBatch = PartOfProgress(observer.Progress,
                                            static_cast<double>(batch) / static_cast<double>(numberOfBatches),
                                            static_cast<double>(batch + 1) / static_cast<double>(numberOfBatches));
        ofBatch(0.05);
        record.LearningRate = LearningRateAt(parameters, batch, numberOfBatches);
        {
          const c10::AutoGradMode withGradients(true);
          const at::Tensor        logits =
            network.Train(crops.Image,
                          TorchRandom(parameters.Seed, epoch, static_cast<std::uint32_t>(batch), DropoutStream),
                          PartOfProgress(ofBatch, 0.05, 0.95));
          const at::Tensor loss = Loss(logits, crops.Target, crops.Weight);
          loss.backward();
          const double value = loss.item<double>();
          if (!std::isfinite(value))
          {
            isTrained = false;
            ThrowDiverged("the loss is " + std::to_string(value),
                          "at step " + std::to_string(batch % batchesPerEpoch + 1) + " of " +
                            std::to_string(batchesPerEpoch) + " in epoch " + std::to_string(epoch + 1),
                          parameters);
          }
          record.Loss += value / static_cast<double>(batchesPerEpoch);
        }
        optimizer.Step(record.LearningRate, parameters.WeightDecay);
        isTrained = true;
        observer.Progress(static_cast<double>(batch + 1) / static_cast<double>(numberOfBatches));
      }
      VerifyWeightsAreFinite(network, epoch, parameters);
      record.Seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      observer.Epoch(record);
    }
  }
  catch (...)
  {
    const auto cause = std::current_exception();
    try
    {
      if (isTrained)
      {
        VerifyWeightsAreFinite(network, epoch, parameters);
        PublishWeights(network, model);
      }
    }
    catch (const ExceptionObject &)
    {
      throw;
    }
    catch (const std::exception &)
    {
      // The device that failed may not give its weights back; the first error is the one to report.
    }
    std::rethrow_exception(cause);
  }
  PublishWeights(network, model);
}
catch (...)
{
  TorchExecution::Rethrow("UNetTraining::Run()");
}
} // namespace itk
