// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInference.h"
#include "itkMirrorPad.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetPredictor.h"
#include "itkUNetTiles.h"
#include "itkMacro.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

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

std::vector<std::int64_t>
Reversed(const std::vector<std::int64_t> & values)
{
  return { values.rbegin(), values.rend() };
}

std::vector<std::int64_t>
Difference(std::vector<std::int64_t> a, const std::vector<std::int64_t> & b)
{
  std::transform(a.begin(), a.end(), b.begin(), a.begin(), std::minus<>());
  return a;
}

/** View of the pixels of `inner` in a tensor of those of `outer`. */
at::Tensor
CropTo(at::Tensor tensor, const UNetRegion & outer, const UNetRegion & inner)
{
  for (std::size_t axis = 0; axis < outer.Start.size(); ++axis)
  {
    const auto dimension = tensor.dim() - 1 - static_cast<std::int64_t>(axis);
    tensor = tensor.narrow(dimension, inner.Start[axis] - outer.Start[axis], inner.Size[axis]);
  }
  return tensor;
}

/** (1, channels, …) with the components of a pixel side by side. */
at::Tensor
EmptyPixels(const UNetRegion & region, std::int64_t channels, at::ScalarType type, c10::Device device)
{
  std::vector<std::int64_t> shape{ 1 };
  shape.insert(shape.end(), region.Size.rbegin(), region.Size.rend());
  shape.push_back(channels);
  return at::empty(shape, at::TensorOptions(type).device(device)).movedim(-1, 1);
}

/** The pixels of an image that a window shows of it and its mirror images. */
UNetRegion
GetShownRegion(const UNetRegion & window, const std::vector<std::int64_t> & extent)
{
  UNetRegion shown;
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
  {
    const auto interval =
      GetMirroredInterval({ window.Start[axis], window.Start[axis] + window.Size[axis] }, extent[axis]);
    shown.Start.push_back(interval.Begin);
    shown.Size.push_back(interval.End - interval.Begin);
  }
  return shown;
}

/** From logits to what was asked for. */
at::Tensor
Finish(const at::Tensor & logits, UNetInferenceOutput output, const UNetInferenceParameters & parameters)
{
  const std::int64_t classes = logits.size(1);
  if (output == UNetInferenceOutput::Labels && classes > 2)
  {
    return logits.argmax(1, true);
  }
  at::Tensor result = classes == 1 ? at::sigmoid(logits) : at::softmax(logits, 1);
  if (output != UNetInferenceOutput::Probabilities)
  {
    result = result.narrow(1, classes - 1, 1);
  }
  return output == UNetInferenceOutput::Labels ? result.gt(parameters.Threshold) : result;
}
at::ScalarType
ScalarTypeOf(UNetPrecision precision)
{
  return precision == UNetPrecision::BFloat16  ? at::kBFloat16
         : precision == UNetPrecision::Float16 ? at::kHalf
                                               : at::kFloat;
}

template <typename TAction>
double
SecondsOf(const TAction & action)
{
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
    t.Add("TileSize",
          &P::TileSize,
          "Edge of the window that the network sees at once, at most; 0: no limit. Results do not depend on it.",
          TorchParameterRange::Between(0, 1 << 20),
          TorchParameterUnit::Pixels);
    t.Add("MaximumMemory",
          &P::MaximumMemory,
          "MiB that the network may take; decides the tiles. 0: half of the main memory that is free. Results do not "
          "depend "
          "on it.",
          TorchParameterRange::Between(0, 1 << 30));
    t.AddChoice("Precision",
                &P::Precision,
                "Numbers that the network is computed in; auto: bfloat16 where it is faster and agrees.",
                { "auto", "float32", "bfloat16", "float16" });
    return t;
  }();
  return table;
}

UNetRegion
GetUNetInputRegion(const UNetSpecification &         specification,
                   const UNetRegion &                output,
                   const std::vector<std::int64_t> & extent)
{
  return GetShownRegion(GetUNetWindow(specification, output, extent), extent);
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
  Implementation(const UNetModel & model, const TorchDevice & device)
    : IntensityRule(model.GetIntensityRule())
    , Specification(model.GetSpecification())
    , m_Weights(WeightsOnDevice(model, device))
    , m_Device(GetC10Device(device))
  {
    for (const auto & [name, tensor] : m_Weights)
    {
      m_BytesOfWeights += static_cast<std::uint64_t>(tensor.nbytes());
    }
  }

  const UNetPredictor &
  GetNetwork(UNetPrecision precision)
  {
    auto & network = m_Networks[precision];
    if (!network)
    {
      network = std::make_unique<UNetPredictor>(Specification, m_Weights, ScalarTypeOf(precision));
    }
    return *network;
  }

  UNetPrecision
  GetAutomaticPrecision()
  {
    if (m_Automatic == UNetPrecision::Automatic)
    {
      m_Automatic = this->IsFasterAndAgrees(UNetPrecision::BFloat16) ? UNetPrecision::BFloat16 : UNetPrecision::Float32;
      m_Networks.erase(m_Automatic == UNetPrecision::BFloat16 ? UNetPrecision::Float32 : UNetPrecision::BFloat16);
    }
    return m_Automatic;
  }

  std::uint64_t
  EstimateMemory(const std::vector<std::int64_t> & size, std::uint64_t bytesOfNumber) const
  {
    const auto pixels = std::accumulate(size.begin(), size.end(), std::uint64_t{ 1 }, std::multiplies<>());
    return m_BytesOfWeights * bytesOfNumber / sizeof(float) +
           static_cast<std::uint64_t>(static_cast<double>(pixels) * this->BytesOfPixel(bytesOfNumber));
  }

  /** Tiles of the largest windows that the parameters allow. */
  std::vector<UNetTile>
  MakeTiles(const UNetRegion &                region,
            const std::vector<std::int64_t> & extent,
            const UNetInferenceParameters &   parameters,
            const UNetPredictor &             network) const
  {
    const auto bytesOfNumber = static_cast<std::uint64_t>(c10::elementSize(network.GetPrecision()));
    const auto limit = this->GetMemoryLimit(parameters);
    const auto edge = parameters.TileSize == 0 ? std::numeric_limits<std::int64_t>::max()
                                               : static_cast<std::int64_t>(parameters.TileSize);
    auto       tiles = MakeLargestUNetTiles(Specification,
                                      region,
                                      extent,
                                      edge,
                                      [&](const std::vector<std::int64_t> & size)
                                      { return this->EstimateMemory(size, bytesOfNumber) <= limit; });
    const auto bytes = this->EstimateMemory(tiles.front().Window.Size, bytesOfNumber);
    if (bytes > limit)
    {
      itkGenericExceptionMacro("MaximumMemory must be at least "
                               << (bytes >> 20) + 1 << " MiB for this model, but "
                               << (parameters.MaximumMemory > 0 ? "is " : "half of the free memory is ")
                               << (limit >> 20) << '.');
    }
    return tiles;
  }

  bool
  IsHost() const
  {
    return m_Device.is_cpu();
  }

  const UNetIntensityRule IntensityRule;
  const UNetSpecification Specification;

private:
  /** Of a window's pixel, at the highest level of the way up: skip connection, both halves side by side, and what came from
   * below; with normalisation by the image's statistics or padding by the edge also copies of those. */
  double
  BytesOfPixel(std::uint64_t bytesOfNumber) const
  {
    const bool isCopied = Specification.Normalization == UNetNormalization::Instance ||
                          Specification.Normalization == UNetNormalization::Group;
    const double below = 2.0 / static_cast<double>(std::int64_t{ 1 } << Specification.Dimension);
    const double padded = Specification.Padding == UNetPadding::Edge ? 2.0 : 0.0;
    const double images = std::max({ 3.0 + below, 3.0 + padded, isCopied ? 4.0 : 0.0 });
    const double filters = static_cast<double>(Specification.BaseFilters);
    const double ends = 4.0 * (2.0 * Specification.Channels + 3.0 * Specification.Classes);
    return images * filters * static_cast<double>(bytesOfNumber) + ends;
  }

  std::uint64_t
  GetMemoryLimit(const UNetInferenceParameters & parameters) const
  {
    if (parameters.MaximumMemory > 0)
    {
      return parameters.MaximumMemory << 20;
    }
    return this->IsHost() ? TorchRuntime::GetFreeMemory() / 2 : std::numeric_limits<std::uint64_t>::max();
  }

  bool
  IsFasterAndAgrees(UNetPrecision precision)
  {
    const std::int64_t stride = Specification.GetStride();
    const std::int64_t edge = (std::int64_t{ Specification.Dimension == 3 ? 32 : 128 } + stride - 1) / stride * stride;
    std::vector<std::int64_t> shape(Specification.Dimension + 2, edge);
    shape[0] = 1;
    shape[1] = Specification.Channels;
    const at::Tensor image = at::empty(shape, at::kFloat);
    TorchRandom      random(1);
    std::generate_n(
      image.mutable_data_ptr<float>(), image.numel(), [&random] { return static_cast<float>(random.Uniform()); });
    const auto compute = [this, input = image.to(m_Device)](UNetPrecision p)
    { return this->GetNetwork(p).Predict(input).to(at::kCPU); };
    const at::Tensor expected = compute(UNetPrecision::Float32);
    const at::Tensor found = compute(precision);
    // Also false for what is not a number.
    if (!((found - expected).norm().item<double>() <= 0.05 * expected.norm().item<double>()))
    {
      return false;
    }
    double least = std::numeric_limits<double>::infinity();
    double leastOfFloat = least;
    for (int run = 0; run < 3; ++run)
    {
      leastOfFloat = std::min(leastOfFloat, SecondsOf([&] { compute(UNetPrecision::Float32); }));
      least = std::min(least, SecondsOf([&] { compute(precision); }));
    }
    return least < leastOfFloat;
  }

  UNetWeights                                             m_Weights;
  c10::Device                                             m_Device;
  std::map<UNetPrecision, std::unique_ptr<UNetPredictor>> m_Networks;
  std::uint64_t                                           m_BytesOfWeights{ 0 };
  UNetPrecision                                           m_Automatic{ UNetPrecision::Automatic };
};

UNetInference::UNetInference(const UNetModel & model, const TorchDevice & device)
  : m_Implementation(std::make_unique<Implementation>(model, device))
{}

UNetInference::~UNetInference() = default;

std::uint64_t
UNetInference::EstimateMemory(const std::vector<std::int64_t> & size, UNetPrecision precision) const
{
  return m_Implementation->EstimateMemory(size, c10::elementSize(ScalarTypeOf(this->GetPrecision(precision))));
}

UNetPrecision
UNetInference::GetPrecision(UNetPrecision wanted) const
{
  if (wanted == UNetPrecision::Float16 && m_Implementation->IsHost())
  {
    itkGenericExceptionMacro("Precision must be auto, float32 or bfloat16 on the CPU, but is float16.");
  }
  return wanted == UNetPrecision::Automatic ? m_Implementation->GetAutomaticPrecision() : wanted;
}

TorchTensor
UNetInference::Compute(const TorchTensor &             image,
                       UNetInferenceOutput             output,
                       const UNetInferenceParameters & parameters,
                       TorchComponentType              type) const
{
  const auto                      shape = image.GetShape();
  const std::vector<std::int64_t> extent(shape.rbegin(), shape.rend() - 2);
  const std::vector<std::int64_t> start(extent.size(), 0);
  return this->Compute({ image, start, extent },
                       { start, extent },
                       m_Implementation->IntensityRule.Measure(image),
                       output,
                       parameters,
                       type,
                       [](double) {});
}

TorchTensor
UNetInference::Compute(const UNetImagePart &               part,
                       const UNetRegion &                  region,
                       const UNetIntensityScale &          scale,
                       UNetInferenceOutput                 output,
                       const UNetInferenceParameters &     parameters,
                       TorchComponentType                  type,
                       const std::function<void(double)> & progress) const
{
  const auto & specification = m_Implementation->Specification;
  const auto & network = m_Implementation->GetNetwork(this->GetPrecision(parameters.Precision));
  const auto   tiles = m_Implementation->MakeTiles(region, part.Extent, parameters, network);
  const auto   channels = output == UNetInferenceOutput::Probabilities ? specification.Classes : 1;
  at::Tensor   result = EmptyPixels(region, channels, ScalarTypeOf(type), GetC10Device(part.Pixels.GetDevice()));
  for (std::size_t i = 0; i < tiles.size(); ++i)
  {
    const UNetTile & tile = tiles[i];
    const UNetRegion shown = GetShownRegion(tile.Window, part.Extent);
    const auto       pixels = part.Pixels.Crop(Difference(shown.Start, part.Start), shown.Size);
    const at::Tensor values = GetATensor(m_Implementation->IntensityRule.Apply(pixels, scale));
    const at::Tensor window = MirroredWindow(
      values, Reversed(shown.Start), Reversed(part.Extent), Reversed(tile.Window.Start), Reversed(tile.Window.Size));
    const at::Tensor logits = network.Predict(window);
    const at::Tensor outputs = Finish(CropTo(logits, tile.Window, tile.Output), output, parameters);
    CropTo(result, region, tile.Output).copy_(outputs);
    progress(static_cast<double>(i + 1) / static_cast<double>(tiles.size()));
  }
  return MakeTorchTensor(result, part.Pixels.GetDevice());
}
} // namespace itk
