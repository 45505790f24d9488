// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkInstanceSegmentation.h"
#include "itkImageTensor.h"
#include "itkMapSegmentation.h"
#include "itkTorchTensorAccess.h"
#include "itkTwoNearestObjectsDistance.h"
#include "itkMacro.h"
#include <algorithm>
#include <limits>

namespace itk
{
namespace
{
void
VerifyArguments(const std::vector<std::int64_t> &      shape,
                const std::vector<double> &            spacing,
                const InstanceSegmentationParameters & parameters)
{
  TorchParameterView(parameters).Verify("InstanceSegmentation");
  VerifyInstanceChannels(parameters, static_cast<unsigned int>(shape[1]));
  VerifySpacing(spacing, shape.size() - 2);
}

} // namespace

InstanceSegmentation::Result
InstanceSegmentation::Compute(const TorchTensor &                    probabilities,
                              const std::vector<double> &            spacing,
                              const InstanceSegmentationParameters & parameters,
                              TorchComponentType                     labelType,
                              const std::function<void(double)> &    progress)
try
{
  VerifyImageTensor(probabilities, "InstanceSegmentation::Compute()", "probabilities");
  VerifyArguments(probabilities.GetShape(), spacing, parameters);
  const InstanceMaps maps = MakeInstanceMaps(probabilities.To(TorchDevice::CPU()), parameters);
  const double       ownLargest = std::numeric_limits<double>::infinity();
  Result             result = SegmentMaps(maps, spacing, parameters, ownLargest, labelType, progress);
  result.Labels = result.Labels.To(probabilities.GetDevice());
  return result;
}
catch (...)
{
  TorchExecution::Rethrow("InstanceSegmentation::Compute()");
}
} // namespace itk
