// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetDivergence.h"
#include <ATen/ops/isfinite.h>
#include <algorithm>
#include <cmath>
#include <sstream>

namespace itk
{
void
UNetDivergence::VerifyStep(const UNetTrainingStep &                   step,
                           const UNetTrainingPosition &               position,
                           std::uint64_t                              stepsPerEpoch,
                           const std::vector<std::vector<UNetCrop>> & batches) const
{
  constexpr double  explosion = 1e3;
  const bool        isLossFinite = std::isfinite(step.Loss);
  const std::string problem =
    !isLossFinite                       ? "the loss is " + std::to_string(step.Loss)
    : !std::isfinite(step.GradientNorm) ? "the gradients' norm is " + std::to_string(step.GradientNorm)
    : step.Loss > explosion * std::max(1.0, position.FirstLoss) && position.Step > 0
      ? "the loss grew from " + std::to_string(position.FirstLoss) + " to " + std::to_string(step.Loss)
      : "";
  if (!problem.empty())
  {
    this->Throw(problem + " at step " + std::to_string(position.StepOfEpoch + 1) + " of " +
                  std::to_string(stepsPerEpoch) + " in epoch " + std::to_string(position.Epoch + 1),
                this->DescribeImages(batches));
  }
}

void
UNetDivergence::VerifyWeights(const UNetWeights & weights, const UNetTrainingPosition & position) const
{
  for (const auto & [name, tensor] : weights)
  {
    const auto infinite = tensor.numel() - at::isfinite(tensor.detach()).sum().item<std::int64_t>();
    if (infinite > 0)
    {
      this->Throw(std::to_string(infinite) + " of " + std::to_string(tensor.numel()) + " values of the weight \"" +
                    name + "\" are not finite after a step of epoch " +
                    std::to_string(position.Epoch + (position.StepOfEpoch > 0 ? 1 : 0)),
                  "");
    }
  }
}

std::string
UNetDivergence::DescribeImages(const std::vector<std::vector<UNetCrop>> & batches) const
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
UNetDivergence::Throw(const std::string & when, const std::string & images) const
{
  std::ostringstream text;
  text << "The training diverged: " << when << " of " << m_Parameters.Epochs << "; use a LearningRate below "
       << m_Parameters.LearningRate << ", or look for extreme values in images and weights"
       << (images.empty() ? "" : " of " + images) << '.';
  throw UNetTrainingDiverged(__FILE__, __LINE__, text.str(), ITK_LOCATION);
}
} // namespace itk
