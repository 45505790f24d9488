// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRandomAugmentation.h"
#include "itkImageTensor.h"
#include "itkElasticField.h"
#include "itkIntensityChanges.h"
#include "itkRandomAugmentationDraw.h"
#include "itkSpatialSamplingProblem.h"
#include "itkTorchTensorAccess.h"
#include "itkMacro.h"
#include <ATen/ops/aminmax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/nonzero.h>
#include <algorithm>
#include <cmath>

namespace itk
{
namespace
{
std::vector<std::int64_t>
SpatialSize(const at::Tensor & image)
{
  const auto sizes = image.sizes();
  return { sizes.rbegin(), sizes.rend() - 2 };
}

std::string
Join(const std::vector<std::int64_t> & numbers)
{
  return TorchParameter::Format(TorchParameterValue(std::vector<double>(numbers.begin(), numbers.end())));
}

/** \throws ExceptionObject unless label and weight lie on the image's grid */
void
VerifySameGrid(const AugmentationImages & images)
{
  const auto size = SpatialSize(GetATensor(images.Image));
  const auto verify = [&size](const char * name, const TorchTensor & other)
  {
    if (other.IsDefined() && SpatialSize(GetATensor(other)) != size)
    {
      itkGenericExceptionMacro("The " << name << " must have the image's size " << Join(size) << ", but has "
                                      << Join(SpatialSize(GetATensor(other))) << '.');
    }
  };
  verify("label image", images.Label);
  verify("weight image", images.Weight);
}

at::Tensor
MakeOutput(const at::Tensor & input, const std::vector<std::int64_t> & size)
{
  // Interleaved, as ITK keeps pixels.
  std::vector<std::int64_t> shape{ 1 };
  shape.insert(shape.end(), size.rbegin(), size.rend());
  shape.push_back(input.size(1));
  return at::empty(shape, input.options()).movedim(-1, 1);
}

SpatialSamplingProblem
MakeProblem(const RandomAugmentationRecord & record)
{
  SpatialSamplingProblem problem;
  problem.Dimension = static_cast<unsigned int>(record.InputSize.size());
  problem.InputSize = ToAxisSizes(record.InputSize);
  problem.OutputSize = ToAxisSizes(record.OutputSize);
  problem.Map = record.Map;
  problem.PaddingMode = record.PaddingMode;
  if (!record.ElasticGrid.empty())
  {
    problem.Grid =
      DisplacementGrid(problem.Dimension, problem.OutputSize, ToAxisSizes(record.ElasticGrid), record.ElasticNodes);
  }
  else if (!record.ElasticNoiseKey.empty())
  {
    std::array<double, 3> amplitude{};
    std::array<double, 3> sigma{};
    std::copy(record.ElasticAmplitude.begin(), record.ElasticAmplitude.end(), amplitude.begin());
    std::copy(record.ElasticSigma.begin(), record.ElasticSigma.end(), sigma.begin());
    problem.Noise =
      SmoothedNoise(problem.Dimension, { record.ElasticNoiseKey[0], record.ElasticNoiseKey[1] }, amplitude, sigma);
  }
  return problem;
}
} // namespace

RandomAugmentationRecord
RandomAugmentation::Draw(const RandomAugmentationParameters & parameters,
                         const AugmentationImages &           images,
                         const std::vector<double> &          spacing,
                         const AugmentationKey &              key)
try
{
  VerifyImageTensor(images.Image, "RandomAugmentation::Draw()", "image", 3);
  VerifyOptionalImageTensor(images.Label, "RandomAugmentation::Draw()", "label image", 3);
  VerifyOptionalImageTensor(images.Weight, "RandomAugmentation::Draw()", "weight image", 3);
  const at::Tensor image = GetATensor(images.Image);
  VerifySameGrid(images);
  AugmentationGeometry geometry;
  geometry.Size = SpatialSize(image);
  geometry.Spacing = spacing;
  geometry.Components = image.size(1);
  RandomAugmentationDraw draw(parameters, geometry, key);
  if (draw.WantsForeground() && images.Label.IsDefined())
  {
    const at::Tensor foreground = at::nonzero(GetATensor(images.Label).gt(0).flatten());
    if (foreground.size(0) > 0)
    {
      const auto                pixel = foreground[draw.PickForeground(foreground.size(0))].item<std::int64_t>();
      std::vector<std::int64_t> index;
      std::int64_t              rest = pixel;
      for (const std::int64_t size : geometry.Size)
      {
        index.push_back(rest % size);
        rest /= size;
      }
      draw.SetForeground(index);
    }
  }
  RandomAugmentationRecord record = draw.Make();
  if (draw.NeedsIntensityRange(record))
  {
    const auto range = parameters.IntensityRange.empty() ? GetIntensityRange(images.Image) : parameters.IntensityRange;
    record.Low = range.front();
    record.High = range.back();
  }
  return record;
}
catch (...)
{
  TorchExecution::Rethrow("RandomAugmentation::Draw()");
}

std::vector<double>
RandomAugmentation::GetIntensityRange(const TorchTensor & image)
try
{
  VerifyImageTensor(image, "RandomAugmentation::GetIntensityRange()", "image", 3);
  at::Tensor pixels = GetATensor(image);
  if (!at::isFloatingType(pixels.scalar_type()))
  {
    pixels = pixels.to(at::kDouble);
  }
  const auto rangeOf = [](const at::Tensor & values) -> std::vector<double>
  {
    const auto [low, high] = at::aminmax(values);
    return { low.item<double>(), high.item<double>() };
  };
  const auto range = rangeOf(pixels);
  if (std::isfinite(range[0]) && std::isfinite(range[1]))
  {
    return range;
  }
  const at::Tensor finite = pixels.masked_select(pixels.isfinite());
  return finite.numel() > 0 ? rangeOf(finite) : std::vector<double>{ 0.0, 1.0 };
}
catch (...)
{
  TorchExecution::Rethrow("RandomAugmentation::GetIntensityRange()");
}

std::vector<AugmentationImages>
RandomAugmentation::Apply(const std::vector<RandomAugmentationRecord> & records,
                          const std::vector<AugmentationImages> &       samples,
                          const TorchDevice &                           device,
                          const std::function<void(double fraction)> &  progress)
try
{
  if (records.size() != samples.size())
  {
    itkGenericExceptionMacro("There must be a record for each of " << samples.size() << " samples, but there are "
                                                                   << records.size() << '.');
  }
  for (const AugmentationImages & images : samples)
  {
    VerifyImageTensor(images.Image, "RandomAugmentation::Apply()", "image", 3);
    VerifyOptionalImageTensor(images.Label, "RandomAugmentation::Apply()", "label image", 3);
    VerifyOptionalImageTensor(images.Weight, "RandomAugmentation::Apply()", "weight image", 3);
  }
  std::vector<SpatialSamplingJob> jobs;
  for (std::size_t i = 0; i < records.size(); ++i)
  {
    const auto &     record = records[i];
    const at::Tensor image = GetATensor(samples[i].Image);
    VerifySameGrid(samples[i]);
    if (SpatialSize(image) != record.InputSize || image.size(1) != record.Components)
    {
      itkGenericExceptionMacro("The augmentation record must be of an image of size "
                               << Join(SpatialSize(image)) << " and " << image.size(1) << " components, but is of "
                               << Join(record.InputSize) << " and " << record.Components << '.');
    }
    SpatialSamplingJob job;
    job.Problem = MakeProblem(record);
    const auto bounds = job.Problem.GetInputBounds();
    const bool isCubic = record.Interpolation == SamplingInterpolation::Cubic;
    const auto add = [&](const TorchTensor & tensor, SamplingInterpolation interpolation, double fillValue)
    {
      if (!tensor.IsDefined())
      {
        return;
      }
      at::Tensor input = GetATensor(tensor);
      AxisSizes  inputStart{ { 0, 0, 0 } };
      if (tensor.GetDevice() != device)
      {
        // Only what is read; the spline through the pixels depends on all of them.
        for (unsigned int axis = 0; axis < job.Problem.Dimension && !isCubic; ++axis)
        {
          inputStart[axis] = bounds[axis][0];
          input =
            input.narrow(-1 - static_cast<std::int64_t>(axis), bounds[axis][0], bounds[axis][1] - bounds[axis][0] + 1);
        }
        input = GetATensor(MakeTorchTensor(input, tensor.GetDevice()).To(device));
      }
      job.Images.push_back({ input, interpolation, fillValue, MakeOutput(input, record.OutputSize), inputStart });
    };
    add(samples[i].Image, record.Interpolation, record.PaddingValue);
    add(samples[i].Label, SamplingInterpolation::Nearest, 0.0);
    add(samples[i].Weight, SamplingInterpolation::Linear, 0.0);
    jobs.push_back(std::move(job));
  }
  SampleImages(jobs, device, progress);
  std::vector<AugmentationImages> results;
  for (std::size_t i = 0; i < records.size(); ++i)
  {
    std::size_t        next = 1;
    AugmentationImages result;
    result.Image = MakeTorchTensor(ChangeIntensities(jobs[i].Images[0].Output, records[i], device), device);
    if (samples[i].Label.IsDefined())
    {
      result.Label = MakeTorchTensor(jobs[i].Images[next++].Output, device);
    }
    if (samples[i].Weight.IsDefined())
    {
      result.Weight = MakeTorchTensor(jobs[i].Images[next].Output, device);
    }
    results.push_back(result);
  }
  return results;
}
catch (...)
{
  TorchExecution::Rethrow("RandomAugmentation::Apply()");
}

void
VerifyRandomAugmentation(const RandomAugmentationParameters & parameters, unsigned int dimension)
{
  TorchParameterView(parameters).Verify("RandomAugmentation");
  VerifyElasticDeformation(parameters, dimension);
  const auto verify = [dimension](const char * name, const std::vector<double> & numbers, bool mayBeEmpty)
  {
    if (!(mayBeEmpty && numbers.empty()) && numbers.size() != 1 && numbers.size() != dimension)
    {
      itkGenericExceptionMacro(<< name << " must be 1 number or " << dimension << ", one for each axis, but is "
                               << TorchParameter::Format(TorchParameterValue(numbers)) << '.');
    }
  };
  verify("FlipProbability", parameters.FlipProbability, false);
  verify("CropSize", parameters.CropSize, true);
  for (const double size : parameters.CropSize)
  {
    if (size != std::floor(size))
    {
      itkGenericExceptionMacro("CropSize must be whole numbers, but is "
                               << TorchParameter::Format(TorchParameterValue(parameters.CropSize)) << '.');
    }
  }
  const auto & range = parameters.IntensityRange;
  if (!range.empty() &&
      (range.size() != 2 || !(range[0] < range[1]) || !std::isfinite(range[0]) || !std::isfinite(range[1])))
  {
    itkGenericExceptionMacro("IntensityRange must be two finite numbers, the lower one first, or none, but is "
                             << TorchParameter::Format(TorchParameterValue(range)) << '.');
  }
}
} // namespace itk
