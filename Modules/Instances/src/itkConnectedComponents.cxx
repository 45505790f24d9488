// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkConnectedComponents.h"
#include "itkImageTensor.h"
#include "cpu/itkComponentRuns.h"
#include "itkConnectedComponentsOnDevice.h"
#include "itkLabelTensors.h"
#include "itkLargePages.h"
#include "itkObjectNumbers.h"
#include "itkTorchTensorAccess.h"
#include <ATen/ops/arange.h>
#include <ATen/ops/bincount.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

namespace itk
{
namespace
{
using Progress = std::function<void(double)>;

/** The labels of the components, in the label type, and the objects' sizes. */
std::vector<std::int64_t>
ComputeOnHost(const at::Tensor &                    image,
              TorchComponentType                    pixelType,
              const ConnectedComponentsParameters & parameters,
              TorchComponentType                    labelType,
              at::Tensor &                          labels,
              const Progress &                      progress)
{
  ComponentRuns runs({ image.sizes().rbegin(), image.sizes().rend() }, parameters.FullyConnected);
  VisitUnsignedType(pixelType,
                    [&](auto pixel)
                    {
                      using PixelType = decltype(pixel);
                      runs.Connect(
                        static_cast<const PixelType *>(image.const_data_ptr()), parameters.KeepLabelsApart, progress);
                    });
  ObjectNumbers numbers = NumberObjects(runs.GetSizes(), parameters.MinimumObjectSize, parameters.SortByObjectSize);
  VerifyLabelType(numbers.Sizes.size(), labelType);
  labels = EmptyOnLargePages(image.sizes(), GetScalarType(labelType));
  VisitUnsignedType(labelType,
                    [&](auto label)
                    {
                      using LabelType = decltype(label);
                      const std::vector<LabelType> labelOf(numbers.NumberOf.begin(), numbers.NumberOf.end());
                      runs.Write(labelOf, static_cast<LabelType *>(labels.data_ptr()));
                    });
  return std::move(numbers.Sizes);
}

std::vector<std::int64_t>
ComputeOnDevice(const at::Tensor &                    image,
                const TorchDevice &                   device,
                const ConnectedComponentsParameters & parameters,
                TorchComponentType                    labelType,
                at::Tensor &                          labels,
                const Progress &                      progress)
{
  const at::Tensor numbers = AsSigned(image);
  const at::Tensor values = (parameters.KeepLabelsApart ? numbers : numbers != 0).to(c10::kLong);
  const at::Tensor roots = ComputeComponentRootsOnDevice(values, parameters.FullyConnected, device, progress).flatten();
  const at::Tensor isRoot = roots == at::arange(roots.numel(), roots.options());
  // Background, whose root is one beyond the last pixel, is component 0.
  const at::Tensor components =
    at::cat({ at::cumsum(isRoot, 0), at::zeros({ 1 }, roots.options()) }).index_select(0, roots);
  const at::Tensor                counts = at::bincount(components, {}, 1).cpu();
  const auto * const              count = counts.const_data_ptr<std::int64_t>();
  const std::vector<std::int64_t> sizes(count + 1, count + counts.numel());
  ObjectNumbers objects = NumberObjects(sizes, parameters.MinimumObjectSize, parameters.SortByObjectSize);
  VerifyLabelType(objects.Sizes.size(), labelType);
  objects.NumberOf.insert(objects.NumberOf.begin(), 0);
  const at::Tensor table = at::tensor(objects.NumberOf, at::kLong).to(roots.device());
  labels = ToLabelType(table.index_select(0, components).view(image.sizes()), labelType);
  return std::move(objects.Sizes);
}
} // namespace

ConnectedComponents::Result
ConnectedComponents::Compute(const TorchTensor &                   image,
                             const ConnectedComponentsParameters & parameters,
                             TorchComponentType                    labelType,
                             const Progress &                      progress)
try
{
  VerifyImageTensor(image, "ConnectedComponents::Compute()", "image");
  const at::Tensor pixels = GetLabelPixels(image);
  at::Tensor       labels;
  auto             sizes = image.GetDevice().IsHost()
                             ? ComputeOnHost(pixels, image.GetComponentType(), parameters, labelType, labels, progress)
                             : ComputeOnDevice(pixels, image.GetDevice(), parameters, labelType, labels, progress);
  return { MakeTorchTensor(labels.unsqueeze(0).unsqueeze(0), image.GetDevice()), std::move(sizes) };
}
catch (...)
{
  TorchExecution::Rethrow("ConnectedComponents::Compute()");
}
} // namespace itk
