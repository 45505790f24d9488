// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInference.h"
#include "itkImageTensor.h"
#include "itkMirrorPad.h"
#include "itkTorchMemoryReuse.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkTorchStagedMemory.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetBlending.h"
#include "itkUNetTestTimeTransforms.h"
#include "itkUNetOutputs.h"
#include "itkUNetPredictor.h"
#include "itkMacro.h"
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <mutex>

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

/** (1, channels, …) with the components of a pixel side by side. */
at::Tensor
EmptyPixels(const UNetRegion & region, std::int64_t channels, at::ScalarType type, c10::Device device)
{
  std::vector<std::int64_t> shape{ 1 };
  shape.insert(shape.end(), region.Size.rbegin(), region.Size.rend());
  shape.push_back(channels);
  return at::empty(shape, at::TensorOptions(type).device(device)).movedim(-1, 1);
}

template <typename TAction>
double
SecondsOf(const TAction & action)
{
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/** While one of them lives, cuDNN computes float as float, not as TF32, and with `hasManyWindows` tries its algorithms
 * for each new shape to keep to the fastest. These are settings of the process: the last one to end restores them. */
class CuDNNSettings
{
public:
  CuDNNSettings(const TorchDevice & device, bool hasManyWindows)
    : m_IsUsed(device.GetKind() == TorchDevice::Kind::CUDA)
  {
    if (m_IsUsed)
    {
      State &                           state = GetState();
      const std::lock_guard<std::mutex> lock(state.Mutex);
      at::Context &                     context = at::globalContext();
      if (state.Users++ == 0)
      {
        state.Trial = context.benchmarkCuDNN();
        state.Precision = context.float32Precision(at::Float32Backend::CUDA, at::Float32Op::CONV);
      }
      context.setBenchmarkCuDNN(context.benchmarkCuDNN() || (hasManyWindows && !TorchRuntime::GetDeterministic()));
      context.setFloat32Precision(at::Float32Backend::CUDA, at::Float32Op::CONV, at::Float32Precision::IEEE);
    }
  }
  ~CuDNNSettings()
  {
    if (m_IsUsed)
    {
      State &                           state = GetState();
      const std::lock_guard<std::mutex> lock(state.Mutex);
      if (--state.Users == 0)
      {
        at::globalContext().setBenchmarkCuDNN(state.Trial);
        at::globalContext().setFloat32Precision(at::Float32Backend::CUDA, at::Float32Op::CONV, state.Precision);
      }
    }
  }
  CuDNNSettings(const CuDNNSettings &) = delete;
  CuDNNSettings &
  operator=(const CuDNNSettings &) = delete;

private:
  struct State
  {
    std::mutex           Mutex;
    int                  Users{ 0 };
    bool                 Trial{ false };
    at::Float32Precision Precision{ at::Float32Precision::NONE };
  };

  static State &
  GetState()
  {
    static State state;
    return state;
  }

  bool m_IsUsed;
};

bool
IsWithin(const UNetRegion & region, const UNetImagePart & part)
{
  const auto shape = part.Pixels.GetShape();
  bool       isWithin = true;
  for (std::size_t axis = 0; axis < region.Start.size(); ++axis)
  {
    const std::int64_t end = part.Start[axis] + shape[shape.size() - 1 - axis];
    isWithin &= region.Start[axis] >= part.Start[axis] && region.Start[axis] + region.Size[axis] <= end;
  }
  return isWithin;
}

bool
IsOutOfMemory(const c10::Error & error)
{
  // cuDNN and cuBLAS say it in their own words.
  const std::string text = error.what_without_backtrace();
  return dynamic_cast<const c10::OutOfMemoryError *>(&error) != nullptr ||
         text.find("ALLOC_FAILED") != std::string::npos || text.find("CUDA out of memory") != std::string::npos;
}
} // namespace

class UNetInference::Implementation
{
public:
  Implementation(const UNetModel & model, const TorchDevice & device)
    : IntensityNormalization(model.GetIntensityNormalization())
    , Specification(model.GetSpecification())
    , Device(device)
    , m_Card(model.GetCard())
    , m_Weights(WeightsOnDevice(model, device))
  {}

  const UNetPredictor &
  GetNetwork(const UNetConvolutionChoice & choice)
  {
    auto & network = m_Networks[choice];
    if (!network)
    {
      network = std::make_unique<UNetPredictor>(Specification, m_Weights, choice);
    }
    return *network;
  }

  /** \param precision other than Automatic */
  UNetConvolutionChoice
  MakeChoice(UNetPrecision precision, UNetConvolution wanted) const
  {
    return { wanted, precision, Device.IsHost() };
  }

  /** The fastest of the permitted ones. */
  const UNetConvolutionChoice &
  GetAutomaticChoice(UNetConvolution convolution)
  {
    auto found = m_Automatic.find(convolution);
    if (found == m_Automatic.end())
    {
      const auto choices = GetPermittedChoices(m_Card, convolution, Device);
      const auto fastest = choices.size() == 1 ? choices.front() : this->FindFastest(choices);
      for (const UNetConvolutionChoice & other : choices)
      {
        if (other < fastest || fastest < other)
        {
          m_Networks.erase(other);
        }
      }
      found = m_Automatic.emplace(convolution, fastest).first;
    }
    return found->second;
  }

  /** Logits of a tile's output. */
  at::Tensor
  ComputeTile(const UNetTile &                           tile,
              const UNetImagePart &                      part,
              const UNetIntensityScale &                 scale,
              const UNetPredictor &                      network,
              const std::vector<UNetTestTimeTransform> & transforms,
              const TorchProgress &                      progress) const
  {
    const UNetRegion shown = GetShownRegion(tile.Window, part.Extent);
    const auto       pixels = part.Pixels.Crop(Difference(shown.Start, part.Start), shown.Size);
    const at::Tensor values = GetATensor(IntensityNormalization.Apply(pixels, scale));
    const at::Tensor window = MirroredWindow(
      values, Reversed(shown.Start), Reversed(part.Extent), Reversed(tile.Window.Start), Reversed(tile.Window.Size));
    const std::int64_t stride = Specification.GetStride();
    const auto         mirrored = [&](std::size_t axis) { return (part.Extent[axis] + stride - 1) / stride * stride; };
    const at::Tensor   logits = PredictTransformed(
      { window, { tile.Window.Start[1], tile.Window.Start[0] } },
      { mirrored(1), mirrored(0) },
      transforms,
      [&](const UNetLaidWindow & laid, const TorchProgress & ofWindow)
      { return this->PredictWindow(network, laid, ofWindow); },
      progress);
    return CropToRegion(logits, tile.Window, tile.Output);
  }

  at::Tensor
  PredictWindow(const UNetPredictor & network, const UNetLaidWindow & window, const TorchProgress & progress) const
  {
    if (Device.GetKind() == TorchDevice::Kind::Staged)
    {
      // What a device would allocate.
      CountStagedAllocation(0);
    }
    return network.Predict(window.Pixels, window.Start, progress);
  }

  const UNetIntensityNormalization IntensityNormalization;
  const UNetSpecification          Specification;
  const TorchDevice                Device;
  /** Edge of the largest window after the device has run out of memory; 0: it has not. */
  std::uint64_t LargestWindow{ 0 };

private:
  /** Tries them on a small image of noise.
   * \param choices the first is taken for right: one whose logits differ from it by more than 5 % of their norm is
   * faulty on this device, and is left out */
  UNetConvolutionChoice
  FindFastest(const std::vector<UNetConvolutionChoice> & choices)
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
    const auto compute = [this, input = image.to(GetC10Device(Device))](const UNetConvolutionChoice & choice)
    { return this->GetNetwork(choice).Predict(input).to(at::kCPU); };
    const CuDNNSettings                settings(Device, true);
    const at::Tensor                   expected = compute(choices.front());
    std::vector<UNetConvolutionChoice> right{ choices.front() };
    for (std::size_t i = 1; i < choices.size(); ++i)
    {
      // False for what is not a number.
      if ((compute(choices[i]) - expected).norm().item<double>() <= 0.05 * expected.norm().item<double>())
      {
        right.push_back(choices[i]);
      }
    }
    std::vector<double> seconds(right.size(), std::numeric_limits<double>::infinity());
    for (int run = 0; run < 3; ++run)
    {
      for (std::size_t i = 0; i < right.size(); ++i)
      {
        seconds[i] = std::min(seconds[i], SecondsOf([&] { compute(right[i]); }));
      }
    }
    return right[std::min_element(seconds.begin(), seconds.end()) - seconds.begin()];
  }

  const UNetModelCard                                             m_Card;
  UNetWeights                                                     m_Weights;
  std::map<UNetConvolutionChoice, std::unique_ptr<UNetPredictor>> m_Networks;
  std::map<UNetConvolution, UNetConvolutionChoice>                m_Automatic;
};

UNetInference::UNetInference(const UNetModel & model, const TorchDevice & device)
  : m_Implementation(std::make_unique<Implementation>(model, device))
{}

UNetInference::~UNetInference() = default;

std::uint64_t
UNetInference::GetLargestWindow() const
{
  return m_Implementation->LargestWindow;
}

UNetConvolutionChoice
UNetInference::GetChoice(const UNetComputation & wanted) const
{
  if (wanted.Precision == UNetPrecision::Float16 && m_Implementation->Device.GetKind() != TorchDevice::Kind::CUDA)
  {
    itkGenericExceptionMacro("Precision must be auto, float32 or bfloat16 on the CPU, but is float16.");
  }
  return wanted.Precision == UNetPrecision::Automatic
           ? m_Implementation->GetAutomaticChoice(wanted.Convolution)
           : m_Implementation->MakeChoice(wanted.Precision, wanted.Convolution);
}

UNetInferencePlan
UNetInference::GetPlan(const UNetInferenceParameters & parameters, const std::vector<std::int64_t> & extent) const
{
  UNetInferenceParameters limited = parameters;
  if (m_Implementation->LargestWindow > 0)
  {
    limited.MaximumWindowSize = parameters.MaximumWindowSize == 0
                                  ? m_Implementation->LargestWindow
                                  : std::min(parameters.MaximumWindowSize, m_Implementation->LargestWindow);
  }
  return { m_Implementation->Specification,
           limited,
           this->GetChoice({ parameters.Precision, parameters.Convolution }),
           extent,
           UNetInferencePlan::GetMaximumMemory(parameters, m_Implementation->Device) };
}

void
UNetInference::WarmUp(const UNetInferenceParameters & parameters, const std::vector<std::int64_t> & size) const
try
{
  const auto                      choice = this->GetChoice({ parameters.Precision, parameters.Convolution });
  const std::vector<std::int64_t> shape = Reversed(size);
  std::vector<std::int64_t>       whole{ 1, m_Implementation->Specification.Channels };
  whole.insert(whole.end(), shape.begin(), shape.end());
  // Its weights outlive the scope, so they are made before it.
  const auto &           network = m_Implementation->GetNetwork(choice);
  const TorchMemoryReuse reuse;
  const CuDNNSettings    settings(m_Implementation->Device, true);
  m_Implementation->PredictWindow(
    network,
    { at::zeros(whole, at::TensorOptions(at::kFloat).device(GetC10Device(m_Implementation->Device))), {} },
    [](double) {});
}
catch (...)
{
  TorchExecution::Rethrow("UNetInference::WarmUp()");
}

TorchTensor
UNetInference::Compute(const TorchTensor &             image,
                       UNetInferenceOutput             output,
                       const UNetInferenceParameters & parameters,
                       TorchComponentType              type) const
try
{
  VerifyImageTensor(image, "UNetInference::Compute()", "image", 3);
  const auto                      shape = image.GetShape();
  const std::vector<std::int64_t> extent(shape.rbegin(), shape.rend() - 2);
  const std::vector<std::int64_t> start(extent.size(), 0);
  return this->Compute({ image, start, extent },
                       { start, extent },
                       m_Implementation->IntensityNormalization.Measure(image),
                       output,
                       this->GetPlan(parameters, extent),
                       type,
                       {});
}
catch (...)
{
  TorchExecution::Rethrow("UNetInference::Compute()");
}

TorchTensor
UNetInference::Compute(const UNetImagePart &         part,
                       const UNetRegion &            region,
                       const UNetIntensityScale &    scale,
                       UNetInferenceOutput           output,
                       UNetInferencePlan             plan,
                       TorchComponentType            type,
                       const UNetInferenceObserver & observer) const
try
{
  VerifyImageTensor(part.Pixels, "UNetInference::Compute()", "pixels", 3);
  const auto & parameters = plan.GetParameters();
  const auto & network = m_Implementation->GetNetwork(plan.GetChoice());
  const auto   transforms = GetUNetTestTimeTransforms(parameters.TestTimeAugmentation, region.Size.size());
  const auto   channels = output == UNetInferenceOutput::Probabilities ? m_Implementation->Specification.Classes : 1;
  at::Tensor   result = EmptyPixels(region, channels, ScalarTypeOf(type), GetC10Device(m_Implementation->Device));
  const auto   write = [&](const UNetRegion & written, const at::Tensor & logits)
  {
    WriteUNetOutputs(
      logits, output, parameters.Threshold, CropToRegion(result, region, written), m_Implementation->Device.IsHost());
  };

  const auto computeAll = [&]
  {
    const TorchMemoryReuse reuse;
    const auto             tiles = plan.MakeTiles(region);
    const CuDNNSettings    settings(m_Implementation->Device, tiles.size() > 4);
    UNetBlending           blending(region, write);
    TorchProgressSteps     steps(observer.Progress, static_cast<double>(tiles.size()));
    for (std::size_t i = 0; i < tiles.size(); ++i)
    {
      const at::Tensor logits =
        m_Implementation->ComputeTile(tiles[i], part, scale, network, transforms, steps.Next(1.0));
      plan.IsBlended() ? blending.Add(tiles[i], logits) : write(tiles[i].Output, logits);
    }
    if (plan.IsBlended())
    {
      blending.Finish();
    }
  };

  while (true)
  {
    try
    {
      computeAll();
      return MakeTorchTensor(result, m_Implementation->Device);
    }
    catch (const c10::Error & error)
    {
      if (m_Implementation->Device.IsHost() || !IsOutOfMemory(error) || !plan.HalveWindows(region))
      {
        throw;
      }
      m_Implementation->LargestWindow = plan.GetLargestWindow();
      if (!IsWithin(plan.GetInputRegion(region), part))
      {
        throw;
      }
    }
    m_Implementation->Device.ReleaseUnusedMemory();
    observer.Warning("Device " + m_Implementation->Device.GetName() +
                     " ran out of memory: the network now sees windows of at most " +
                     std::to_string(plan.GetLargestWindow()) + " pixels.");
  }
}
catch (...)
{
  TorchExecution::Rethrow("UNetInference::Compute()");
}

TorchTensor
UNetOutputOfProbabilities(const std::vector<TorchTensor> & probabilities,
                          UNetInferenceOutput              output,
                          double                           threshold,
                          TorchComponentType               type)
try
{
  at::Tensor result = GetATensor(probabilities.front());
  for (std::size_t i = 1; i < probabilities.size(); ++i)
  {
    result = result + GetATensor(probabilities[i]);
  }
  result = probabilities.size() > 1 ? result / static_cast<double>(probabilities.size()) : result;
  if (output == UNetInferenceOutput::Labels)
  {
    const bool isBinary = result.size(1) <= 2;
    result = isBinary ? result.narrow(1, result.size(1) - 1, 1).gt(threshold) : result.argmax(1, true);
  }
  return MakeTorchTensor(result.to(ScalarTypeOf(type)), probabilities.front().GetDevice());
}
catch (...)
{
  TorchExecution::Rethrow("UNetOutputOfProbabilities()");
}

TorchTensor
JoinAlongLastAxis(const std::vector<TorchTensor> & pieces)
try
{
  std::vector<at::Tensor> tensors;
  for (const TorchTensor & piece : pieces)
  {
    tensors.push_back(GetATensor(piece));
  }
  return pieces.size() == 1 ? pieces.front() : MakeTorchTensor(at::cat(tensors, 2), pieces.front().GetDevice());
}
catch (...)
{
  TorchExecution::Rethrow("JoinAlongLastAxis()");
}
} // namespace itk
