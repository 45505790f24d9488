// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInferencePlan.h"
#include "itkMirrorPad.h"
#include "itkUNetTestTimeTransforms.h"
#include "itkUNetPredictor.h"
#include "itkUNetReceptiveField.h"
#include "itkUNetTiles.h"
#include "itkMacro.h"
#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

namespace itk
{
namespace
{
double
NumberOfPixels(const std::vector<std::int64_t> & size)
{
  return std::accumulate(size.begin(), size.end(), 1.0, std::multiplies<>());
}

UNetRegion
Whole(const std::vector<std::int64_t> & extent)
{
  return { std::vector<std::int64_t>(extent.size(), 0), extent };
}
} // namespace

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

UNetInferencePlan::UNetInferencePlan(const UNetSpecification &         specification,
                                     const UNetInferenceParameters &   parameters,
                                     const UNetConvolutionChoice &     choice,
                                     const std::vector<std::int64_t> & extent,
                                     std::uint64_t                     maximumMemory)
  : m_Specification(specification)
  , m_Layers(specification)
  , m_Parameters(parameters)
  , m_Choice(choice)
  , m_Extent(extent)
  , m_MaximumMemory(maximumMemory)
{
  const auto largest = static_cast<std::uint64_t>(*std::max_element(extent.begin(), extent.end()));
  const bool isAutomatic =
    parameters.Tiling == UNetTiling::Automatic && !m_Layers.IsLocal() && largest > this->GetBlendedWindow();
  m_IsBlended = parameters.Tiling == UNetTiling::Blended || isAutomatic;
}

std::uint64_t
UNetInferencePlan::GetMaximumMemory(const UNetInferenceParameters & parameters, const TorchDevice & device)
{
  if (parameters.MaximumMemory > 0)
  {
    return parameters.MaximumMemory << 20;
  }
  const std::uint64_t free = device.GetFreeMemory();
  return device.GetKind() == TorchDevice::Kind::CUDA ? free / 10 * 9 : free / 2;
}

std::string
UNetInferencePlan::GetReason() const
{
  if (!m_IsBlended || m_Parameters.Tiling == UNetTiling::Blended)
  {
    return {};
  }
  const char * const normalization =
    m_Specification.Normalization == UNetNormalization::Instance ? "instance" : "group";
  return std::string("The model's ") + normalization +
         " normalization makes every output depend on every pixel that the network sees at once, so tiles cannot give "
         "exactly the result of the whole image: overlapping windows of " +
         std::to_string(this->GetBlendedWindow()) + " pixels are blended.";
}

UNetRegion
UNetInferencePlan::GetInputRegion(const UNetRegion & output) const
{
  UNetRegion window = GetUNetWindow(m_Specification, output, m_Extent);
  if (m_IsBlended)
  {
    const auto tiles = this->MakeTilesOfAnySize(output);
    window = tiles.front().Window;
    for (std::size_t axis = 0; axis < m_Extent.size(); ++axis)
    {
      const UNetRegion & last = tiles.back().Window;
      window.Size[axis] = last.Start[axis] + last.Size[axis] - window.Start[axis];
    }
  }
  return GetShownRegion(window, m_Extent);
}

std::vector<UNetTile>
UNetInferencePlan::MakeTiles(const UNetRegion & region) const
{
  auto       tiles = this->MakeTilesOfAnySize(region);
  const auto bytes = this->EstimateMemory(tiles.front().Window.Size) + this->EstimateSums(region, tiles.front());
  if (bytes > m_MaximumMemory)
  {
    const bool needsWhole = !m_IsBlended && !m_Layers.IsLocal();
    itkGenericExceptionMacro("MaximumMemory must be at least "
                             << (bytes >> 20) + 1 << " MiB for this model"
                             << (m_IsBlended
                                   ? " and windows of " + std::to_string(tiles.front().Window.Size.front()) + " pixels"
                                   : "")
                             << ", but is " << (m_MaximumMemory >> 20)
                             << (m_Parameters.MaximumMemory > 0 ? "" : ", which follows from the free memory")
                             << (needsWhole ? "; blended tiling takes less than the whole image at once" : "") << '.');
  }
  return tiles;
}

std::vector<UNetTile>
UNetInferencePlan::MakeTilesOfAnySize(const UNetRegion & region) const
{
  if (m_IsBlended)
  {
    const auto edge = static_cast<std::int64_t>(this->GetBlendedWindow());
    return MakeBlendedUNetTiles(m_Specification, region, m_Extent, edge, m_Parameters.BlendedOverlap);
  }
  const auto edge = m_Parameters.MaximumWindowSize == 0 ? std::numeric_limits<std::int64_t>::max()
                                                        : static_cast<std::int64_t>(m_Parameters.MaximumWindowSize);
  return MakeLargestUNetTiles(m_Specification,
                              region,
                              m_Extent,
                              edge,
                              [this](const std::vector<std::int64_t> & size)
                              { return this->EstimateMemory(size) <= m_MaximumMemory; });
}

UNetInferenceCost
UNetInferencePlan::EstimateCost(const UNetRegion & region) const
{
  const auto        tiles = this->MakeTiles(region);
  UNetInferenceCost cost;
  cost.NumberOfWindows = tiles.size();
  cost.WindowSize = tiles.front().Window.Size;
  cost.Memory = this->EstimateMemory(cost.WindowSize) + this->EstimateSums(region, tiles.front());
  const double images =
    static_cast<double>(GetUNetTestTimeTransforms(m_Parameters.TestTimeAugmentation, m_Extent.size()).size());
  const double pixels = static_cast<double>(tiles.size()) * NumberOfPixels(cost.WindowSize) * images;
  cost.Factor = pixels / NumberOfPixels(region.Size);
  cost.MultiplyAdds = pixels * m_Specification.GetMultiplyAddsPerPixel();
  return cost;
}

std::uint64_t
UNetInferencePlan::EstimateMemory(const std::vector<std::int64_t> & size) const
{
  const at::ScalarType precision = ScalarTypeOf(m_Choice.GetPrecision());
  double               numbers = 0.0;
  std::uint64_t        scratch = 0;
  for (const UNetLayer & layer : m_Layers.GetLayers())
  {
    const bool usesWinograd = m_Choice.UsesWinograd(layer);
    for (const auto & tensor : m_Layers.GetTensors(layer))
    {
      const bool grows = usesWinograd && tensor.InitialValue == UNetTensorDescription::Kind::ConvolutionWeight;
      numbers += NumberOfPixels(tensor.Shape) * (grows ? WinogradConvolution::GetGrowthOfWeights(precision) : 1.0);
    }
    if (usesWinograd)
    {
      const auto sizeOfLevel = [&](std::size_t axis)
      { return axis < size.size() ? std::max<std::int64_t>(1, size[axis] >> layer.Level) : 1; };
      scratch = std::max(scratch,
                         WinogradConvolution::EstimateScratch({ 1, sizeOfLevel(2), sizeOfLevel(1), sizeOfLevel(0) },
                                                              size.size() == 3 ? 3 : 1,
                                                              layer.Inputs,
                                                              layer.Outputs,
                                                              precision));
    }
  }
  return static_cast<std::uint64_t>(numbers) * this->GetBytesOfNumber() + scratch +
         static_cast<std::uint64_t>(NumberOfPixels(size) * this->GetBytesOfPixel());
}

std::uint64_t
UNetInferencePlan::EstimateSums(const UNetRegion & region, const UNetTile & tile) const
{
  if (!m_IsBlended)
  {
    return 0;
  }
  // Twice: the sums are copied into a new band while the old one is there.
  const auto rows = 2.0 * static_cast<double>(std::min(tile.Window.Size.back(), region.Size.back()));
  return static_cast<std::uint64_t>(NumberOfPixels(region.Size) / static_cast<double>(region.Size.back()) * rows *
                                    m_Specification.Classes * sizeof(float));
}

unsigned int
UNetInferencePlan::GetNumberOfStreamDivisions() const
{
  const UNetReceptiveField field(m_Specification);
  const auto               tiles = this->MakeTiles(Whole(m_Extent));
  const std::int64_t       rows = tiles.front().Window.Size.back();
  const std::int64_t       extent = m_Extent.back();
  if (rows >= extent || (!m_IsBlended && !field.IsLocal()))
  {
    return 1;
  }
  const std::int64_t stride = m_Specification.GetStride();
  const std::int64_t margin = (field.GetMargin() + stride - 1) / stride * stride;
  // A piece's ends may lie between multiples of the stride. A row of blended windows at either end of a piece is
  // computed twice.
  const std::int64_t piece = m_IsBlended ? 8 * rows : std::max(stride, rows - 2 * margin - stride + 1);
  return static_cast<unsigned int>((extent + piece - 1) / piece);
}

bool
UNetInferencePlan::HalveWindows(const UNetRegion & region)
{
  const auto edge = [&]
  {
    const auto size = this->MakeTilesOfAnySize(region).front().Window.Size;
    return *std::max_element(size.begin(), size.end());
  };
  const std::int64_t before = edge();
  m_Parameters.MaximumWindowSize = static_cast<std::uint64_t>(std::max(m_Specification.GetStride(), before / 2));
  const std::int64_t after = edge();
  m_Parameters.MaximumWindowSize = static_cast<std::uint64_t>(after);
  return after < before;
}

std::uint64_t
UNetInferencePlan::GetBlendedWindow() const
{
  const std::uint64_t wanted = m_Parameters.MaximumWindowSize > 0 ? m_Parameters.MaximumWindowSize
                               : m_Specification.Dimension == 3   ? 128
                                                                  : 512;
  const auto          stride = static_cast<std::uint64_t>(m_Specification.GetStride());
  return std::max(stride, wanted / stride * stride);
}

std::uint64_t
UNetInferencePlan::GetBytesOfNumber() const
{
  return m_Choice.GetPrecision() == UNetPrecision::Float32 ? sizeof(float) : sizeof(std::uint16_t);
}

double
UNetInferencePlan::GetBytesOfPixel() const
{
  // At the highest level of the decoder: skip connection, both halves side by side, and what came from below; with
  // normalization by the image's statistics or padding by the edge also copies of those.
  const double below = 2.0 / static_cast<double>(std::int64_t{ 1 } << m_Specification.Dimension);
  const auto & layers = m_Layers.GetLayers();
  const auto   last = std::find_if(
    layers.rbegin(), layers.rend(), [](const UNetLayer & layer) { return layer.What == UNetLayer::Kind::Convolution; });
  const bool   isPadded = m_Specification.Padding == UNetPadding::Edge && !m_Choice.UsesWinograd(*last);
  const double padded = isPadded ? 2.0 : 0.0;
  const double copied = m_Layers.IsLocal() ? 0.0 : 4.0;
  const double images = std::max({ 3.0 + below, 3.0 + padded, copied });
  const double filters = static_cast<double>(last->Outputs) * static_cast<double>(this->GetBytesOfNumber());
  // After it: its output, and logits with what is made of them.
  const double logits = m_Parameters.TestTimeAugmentation == UNetTestTimeAugmentation::None ? 3.0 : 4.0;
  const double outputs = filters + sizeof(float) * logits * m_Specification.Classes;
  const double inputs = sizeof(float) * 2.0 * m_Specification.Channels;
  // Memory that is taken again does not always fit.
  constexpr double cut = 1.2;
  return inputs + cut * std::max(images * filters, outputs);
}
} // namespace itk
