// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLocalContrastImageFilter_hxx
#define itkLocalContrastImageFilter_hxx

#include "itkLocalContrastImageFilter.h"
#include "itkTorchTensorAccess.h"
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>

namespace itk
{
template <typename TInputImage, typename TOutputImage>
void
LocalContrastImageFilter<TInputImage, TOutputImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  this->GetOutput()->SetNumberOfComponentsPerPixel(GetTorchNumberOfComponents(this->GetInput()));
}

template <typename TInputImage, typename TOutputImage>
void
LocalContrastImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  auto * const input = const_cast<TInputImage *>(this->GetInput());
  auto         region = input->GetRequestedRegion();
  region.PadByRadius(m_Parameters.Radius);
  region.Crop(input->GetLargestPossibleRegion());
  input->SetRequestedRegion(region);
}

template <typename TInputImage, typename TOutputImage>
TorchTensor
LocalContrastImageFilter<TInputImage, TOutputImage>::GenerateTensor(const TorchTensor & input)
{
  // (1, C, …, y, x) of the padded region, on the filter's device. On the CPU it is the input image's own memory: it is
  // read, and not written to. In double, so that the difference of squares below keeps its digits.
  const at::Tensor image = GetATensor(input).to(at::kDouble);
  const auto       radius = static_cast<std::int64_t>(m_Parameters.Radius);
  const auto       mean = [radius](const at::Tensor & values)
  {
    // Pixels beyond the border are not counted.
    return ImageDimension == 2 ? at::avg_pool2d(values, 2 * radius + 1, 1, radius, false, false)
                               : at::avg_pool3d(values, 2 * radius + 1, 1, radius, false, false);
  };
  const at::Tensor means = mean(image);
  this->ReportProgress(0.5f);
  const at::Tensor variances = (mean(image.square()) - means.square()).clamp_min(0.0);
  const at::Tensor result = (image - means) / (variances.sqrt() + m_Parameters.Epsilon);
  // The new tensor becomes the output image's memory: nothing here may keep it.
  return this->CropToOutput(MakeTorchTensor(result.to(at::kFloat), input.GetDevice()));
}
} // namespace itk

#endif
