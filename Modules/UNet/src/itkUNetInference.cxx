// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInference.h"
#include "itkMirrorPad.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetNetwork.h"
#include "itkMacro.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <algorithm>

namespace itk
{
namespace
{
UNetWeights
WeightsOnDevice(const UNetModel & model, const TorchDevice & device)
{
  model.Verify();
  UNetWeights weights;
  for (const auto & [name, tensor] : model.GetWeights())
  {
    weights.emplace(name, GetATensor(tensor).to(GetC10Device(device)));
  }
  return weights;
}

at::ScalarType
ScalarTypeOf(TorchComponentType type)
{
  return GetATensor(TorchTensor::FromPixels(nullptr, type, { 0 }, 1)).scalar_type();
}
} // namespace

const TorchParameterTable &
UNetInferenceParameters::Describe()
{
  using P = UNetInferenceParameters;
  static const TorchParameterTable table = []
  {
    TorchParameterTable t;
    t.Add("Threshold",
          &P::Threshold,
          "Probability above which a pixel is labelled foreground, for one or two classes.",
          TorchParameterRange::Between(0, 1));
    return t;
  }();
  return table;
}

void
VerifyUNetModelFitsImage(const UNetModel &                model,
                         const std::vector<std::size_t> & size,
                         unsigned int                     numberOfComponents)
{
  if (std::find(size.begin(), size.end(), 0) != size.end())
  {
    itkGenericExceptionMacro("The image must have at least 1 pixel, but its size is "
                             << c10::ArrayRef<std::size_t>(size) << '.');
  }
  const auto & specification = model.GetSpecification();
  if (specification.Dimension != size.size())
  {
    itkGenericExceptionMacro("The model is for images of dimension "
                             << specification.Dimension << ", but the image is of dimension " << size.size() << '.');
  }
  const unsigned int channels = model.GetIntensityRule().GetNumberOfChannels(numberOfComponents);
  if (channels != specification.Channels)
  {
    itkGenericExceptionMacro("The model takes " << specification.Channels << " channel(s), but the image's "
                                                << numberOfComponents << " component(s) make " << channels
                                                << " under the model's intensity rule.");
  }
}

void
VerifyUNetModelFitsOutput(const UNetModel & model, UNetInferenceOutput output, double largest)
{
  const double classes = model.GetSpecification().Classes;
  if (output == UNetInferenceOutput::ForegroundProbability && classes > 2)
  {
    itkGenericExceptionMacro("An image of one probability needs a model of 1 or 2 classes, but the model has "
                             << classes << "; use a VectorImage.");
  }
  if (output == UNetInferenceOutput::Labels && classes - 1.0 > largest)
  {
    itkGenericExceptionMacro("The model's classes must be at most "
                             << largest + 1.0 << " for labels of this pixel type, but are " << classes << '.');
  }
}

class UNetInference::Implementation
{
public:
  UNetIntensityRule IntensityRule;
  UNetNetwork       Network;
};

UNetInference::UNetInference(const UNetModel & model, const TorchDevice & device)
  : m_Implementation(new Implementation{ model.GetIntensityRule(),
                                         UNetNetwork(model.GetSpecification(), WeightsOnDevice(model, device)) })
{}

UNetInference::~UNetInference() = default;

TorchTensor
UNetInference::Compute(const TorchTensor &             image,
                       UNetInferenceOutput             output,
                       const UNetInferenceParameters & parameters,
                       TorchComponentType              type) const
{
  const at::Tensor   input = GetATensor(m_Implementation->IntensityRule.Apply(image));
  const std::int64_t stride = m_Implementation->Network.GetSpecification().GetStride();
  const auto         size = input.sizes().slice(2).vec();
  auto               paddedSize = size;
  for (auto & extent : paddedSize)
  {
    extent = (extent + stride - 1) / stride * stride;
  }
  const std::vector<std::int64_t> start(size.size(), 0);
  at::Tensor                      logits = m_Implementation->Network.Predict(MirroredWindow(input, start, paddedSize));
  logits = MirroredWindow(logits, start, size);

  const std::int64_t classes = logits.size(1);
  at::Tensor         result;
  if (output == UNetInferenceOutput::Labels && classes > 2)
  {
    result = logits.argmax(1, true);
  }
  else
  {
    result = classes == 1 ? at::sigmoid(logits) : at::softmax(logits, 1);
    if (output != UNetInferenceOutput::Probabilities)
    {
      result = result.narrow(1, classes - 1, 1);
    }
    if (output == UNetInferenceOutput::Labels)
    {
      result = result.gt(parameters.Threshold);
    }
  }
  return MakeTorchTensor(result.to(ScalarTypeOf(type)), image.GetDevice());
}
} // namespace itk
