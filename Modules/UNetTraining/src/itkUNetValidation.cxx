// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetValidation.h"
#include "itkInstanceSegmentation.h"
#include "itkSegmentationEvaluation.h"
#include "itkSegmentationScoreSet.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetInference.h"
#include "itkUNetLoss.h"
#include "itkUNetTargets.h"
#include <ATen/ops/argmax.h>
#include <ATen/ops/log.h>
#include <ATen/ops/logit.h>

namespace itk
{
namespace
{
/** Whether each object counts, not only its pixels. */
bool
AreObjectsTheAim(const UNetTrainingParameters & parameters)
{
  return parameters.Labels == LabelMeaning::Objects || parameters.Target == UNetTarget::InteriorBorder;
}

/** The model for images that were normalized before. */
UNetModel::Pointer
MakeModelOfNormalizedImages(const UNetModel & model, const UNetModel::WeightsType & weights)
{
  UNetIntensityNormalization none;
  none.Color = UNetColor::Keep;
  none.Scaling = UNetIntensityScaling::Factor;
  auto copy = UNetModel::New();
  copy->Graft(&model);
  copy->SetIntensityNormalization(none);
  copy->SetWeights(weights);
  return copy;
}

/** The channels of a network's probabilities, as instance segmentation calls them. */
InstanceChannels
GetInstanceChannels(const UNetTrainingParameters & parameters, std::int64_t classes)
{
  return parameters.Target == UNetTarget::InteriorBorder ? InstanceChannels::BackgroundInteriorBorder
         : classes == 1                                  ? InstanceChannels::Foreground
                                                         : InstanceChannels::BackgroundForeground;
}

/** The labels that probabilities, (1, classes, …), stand for. */
TorchTensor
MakeLabels(const TorchTensor &            probabilities,
           const std::vector<double> &    spacing,
           const UNetTrainingParameters & parameters)
{
  const at::Tensor values = GetATensor(probabilities);
  if (AreObjectsTheAim(parameters))
  {
    InstanceSegmentationParameters instances;
    instances.Channels = GetInstanceChannels(parameters, values.size(1));
    return InstanceSegmentation::Compute(probabilities, spacing, instances, TorchComponentType::Int64, [](double) {})
      .Labels;
  }
  const at::Tensor labels = values.size(1) == 1 ? values.gt(0.5).to(at::kLong) : at::argmax(values, 1, true);
  return MakeTorchTensor(labels, probabilities.GetDevice());
}

/** Labels without those that are ignored in the truth. */
TorchTensor
WithoutIgnored(const TorchTensor & labels, const at::Tensor & isIgnored)
{
  return MakeTorchTensor(GetATensor(labels).masked_fill(isIgnored, 0), labels.GetDevice());
}
} // namespace

UNetValidation::UNetValidation(const UNetModel &              model,
                               const UNetTrainingData &       data,
                               const UNetTrainingParameters & parameters,
                               const TorchDevice &            device)
  : m_Model(model)
  , m_Data(data)
  , m_Parameters(parameters)
  , m_Device(device)
{
  m_Parameters.AllowOnlyBackground = true;
}

void
UNetValidation::Prepare(const TorchProgress & progress)
{
  m_Samples = std::make_unique<UNetSamples>(m_Model, m_Data, m_Parameters, m_Device, true);
  m_Samples->Verify(progress);
}

UNetValidationScores
UNetValidation::Compute(const UNetModel::WeightsType & weights,
                        const TorchProgress &          progress,
                        const UNetValidationObserver & observer)
{
  const auto                       model = MakeModelOfNormalizedImages(m_Model, weights);
  const UNetInference              inference(*model, m_Device);
  const auto                       loss = MakeUNetLoss(m_Parameters.Loss, model->GetSpecification().Classes);
  SegmentationEvaluationParameters evaluation;
  evaluation.Labels = AreObjectsTheAim(m_Parameters) ? LabelMeaning::Objects : m_Parameters.Labels;
  evaluation.EvaluateBoundary = false;
  evaluation.EvaluateSurface = false;
  UNetInferenceParameters parameters;
  parameters.ResampleToModelSpacing = false;

  const auto           pairs = static_cast<double>(m_Samples->GetNumberOfPairs());
  SegmentationScoreSet scores;
  double               sum = 0.0;
  for (std::size_t pair = 0; pair < m_Samples->GetNumberOfPairs(); ++pair)
  {
    const auto        prepared = m_Samples->Get(pair);
    const auto        image = prepared->Images.Image.To(m_Device);
    const TorchTensor probabilities =
      inference.Compute(image, UNetInferenceOutput::Probabilities, parameters, TorchComponentType::Float32)
        .To(TorchDevice::CPU());
    const at::Tensor p = GetATensor(probabilities);
    const at::Tensor logits = p.size(1) == 1 ? at::logit(p, 1e-7) : at::log(p.clamp_min(1e-12));
    const auto       onHost = [](const TorchTensor & tensor)
    { return tensor.IsDefined() ? GetATensor(tensor.To(TorchDevice::CPU())) : at::Tensor{}; };
    sum += loss->Compute({ logits, onHost(prepared->Images.Label), onHost(prepared->Images.Weight) }).item<double>();

    const TorchTensor truth = prepared->Labels.To(TorchDevice::CPU());
    const at::Tensor  isIgnored = GetATensor(truth).eq(unetIgnoredLabel);
    const TorchTensor labels = MakeLabels(probabilities, prepared->Spacing, m_Parameters);
    scores.Add(m_Data.GetName(pair),
               SegmentationEvaluation::Compute(
                 WithoutIgnored(labels, isIgnored), WithoutIgnored(truth, isIgnored), prepared->Spacing, evaluation)
                 .Scores);
    observer({ pair,
               m_Samples->GetNumberOfPairs(),
               m_Data.GetName(pair),
               prepared->Images.Image.To(TorchDevice::CPU()),
               truth,
               labels });
    progress(static_cast<double>(pair + 1) / pairs);
  }
  const auto mean = [&](const char * name)
  {
    const SegmentationMetric & metric = SegmentationMetric::Get(name);
    return evaluation.Labels == LabelMeaning::Classes ? scores.GetMeanOverClasses(metric) : scores.GetMean(metric);
  };
  UNetValidationScores result;
  result.Loss = sum / pairs;
  result.Dice = mean("Dice");
  result.IntersectionOverUnion = mean("IntersectionOverUnion");
  if (evaluation.Labels == LabelMeaning::Objects)
  {
    result.AveragePrecision = mean("KaggleMeanAveragePrecision");
  }
  return result;
}
} // namespace itk
