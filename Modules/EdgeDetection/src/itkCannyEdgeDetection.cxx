// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyEdgeDetection.h"
#include "itkTorchExecution.h"
#include "itkCannyOnDevice.h"
#include "cpu/itkCannyOnHost.h"
#include "itkTorchTensorAccess.h"
#include "itkMacro.h"
#include <ATen/ops/contiguous.h>

namespace itk
{
namespace
{
/** The image as (…, y, x). */
at::Tensor
PlainImage(const TorchTensor & tensor)
{
  const at::Tensor image = GetATensor(tensor);
  const bool isReal = image.defined() && (image.scalar_type() == at::kFloat || image.scalar_type() == at::kDouble);
  if (!isReal || image.dim() < 4 || image.dim() > 5 || image.size(0) != 1 || image.size(1) != 1 || image.numel() == 0)
  {
    itkGenericExceptionMacro("CannyEdgeDetection::Compute(): the image must be a single 2D or 3D image with one float "
                             "or double component and at least 1 pixel.");
  }
  return image[0][0].contiguous();
}
} // namespace

CannyEdgeDetection::Result
CannyEdgeDetection::Compute(const TorchTensor &                  image,
                            const std::vector<double> &          spacing,
                            const CannyEdgeDetectionParameters & parameters,
                            const CannyEdgeDetectionOutputs &    outputs,
                            const std::function<void(double)> &  progress)
try
{
  const at::Tensor          plain = PlainImage(image);
  std::vector<std::int64_t> size(plain.sizes().rbegin(), plain.sizes().rend());
  TorchParameterView(parameters).Verify("CannyEdgeDetection");
  VerifyCannyEdgeDetection(parameters, static_cast<unsigned int>(size.size()));
  if (spacing.size() != size.size())
  {
    itkGenericExceptionMacro("Spacing must be " << size.size() << " numbers, one for each axis, but is "
                                                << spacing.size() << '.');
  }
  VerifyCannySpacing(parameters, spacing);
  const CannyProblem  problem(size, spacing, parameters);
  const TorchDevice & device = image.GetDevice();
  const CannyTensors  found = device.IsHost()
                                ? DetectCannyOnHost(problem, plain, parameters, outputs, progress)
                                : DetectCannyOnDevice(problem, plain, parameters, outputs, device, progress);
  const auto          asImage = [&device](const at::Tensor & tensor)
  { return tensor.defined() ? MakeTorchTensor(tensor.unsqueeze(0).unsqueeze(0), device) : TorchTensor{}; };
  const at::Tensor direction = found.Direction.defined() ? found.Direction.movedim(-1, 0).unsqueeze(0) : at::Tensor{};
  return { asImage(found.Edges),
           asImage(found.Magnitude),
           direction.defined() ? MakeTorchTensor(direction, device) : TorchTensor{},
           asImage(found.Suppressed),
           found.Thresholds.Lower,
           found.Thresholds.Upper };
}
catch (...)
{
  TorchExecution::Rethrow("CannyEdgeDetection::Compute()");
}
} // namespace itk
