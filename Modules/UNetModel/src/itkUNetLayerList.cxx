// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetLayerList.h"
#include "itkMacro.h"
#include <algorithm>
#include <utility>

namespace itk
{
namespace
{
using Kind = UNetLayer::Kind;

std::string
Numbered(const char * name, unsigned int indexFrom0)
{
  return std::string(name) + "." + std::to_string(indexFrom0 + 1);
}

/** Pixels of a kernel. */
std::int64_t
GetVolume(std::int64_t edge, unsigned int dimension)
{
  return dimension == 3 ? edge * edge * edge : edge * edge;
}
} // namespace

UNetLayerList::UNetLayerList(const UNetSpecification & specification, const std::vector<unsigned int> & headLevels)
  : m_Specification(specification)
{
  const auto hasHead = [&headLevels](unsigned int level)
  { return std::find(headLevels.begin(), headLevels.end(), level) != headLevels.end(); };
  std::size_t              last = this->Add({ Kind::Input, "input", "", 0, 0, specification.Channels, 1, {} });
  std::vector<std::size_t> skips;
  for (unsigned int level = 0; level <= specification.Levels; ++level)
  {
    if (level > 0)
    {
      skips.push_back(last);
      const std::int64_t channels = m_Layers[last].Outputs;
      last = this->Add(
        { Kind::Pooling, Numbered("encoder", level) + ".pooling", "", level, channels, channels, 2, { last } });
    }
    last = this->AddConvolutions("encoder", level, last);
  }
  if (specification.Dropout > 0.0)
  {
    const std::int64_t channels = m_Layers[last].Outputs;
    last = this->Add({ Kind::Dropout,
                       Numbered("encoder", specification.Levels) + ".dropout",
                       "",
                       specification.Levels,
                       channels,
                       channels,
                       1,
                       { last } });
  }
  for (unsigned int level = specification.Levels; level-- > 0;)
  {
    const std::string  name = Numbered("decoder", level);
    const std::string  tensors = "decoder." + std::to_string(level);
    const std::int64_t filters = specification.GetFilters(level);
    last = this->Add({ Kind::Upsampling,
                       name + ".upsampling",
                       tensors + ".upsampling",
                       level,
                       m_Layers[last].Outputs,
                       filters,
                       2,
                       { last } });
    last = this->Add(
      { Kind::Concatenation, name + ".concatenation", "", level, 2 * filters, 2 * filters, 1, { skips[level], last } });
    last = this->AddConvolutions("decoder", level, last);
    if (hasHead(level))
    {
      this->Add({ Kind::Head,
                  name + ".head",
                  level == 0 ? "classifier" : tensors + ".classifier",
                  level,
                  filters,
                  specification.Classes,
                  1,
                  { last } });
    }
  }
  m_LastUse.assign(m_Layers.size(), m_Layers.size());
  for (std::size_t i = 0; i < m_Layers.size(); ++i)
  {
    for (const std::size_t source : m_Layers[i].Sources)
    {
      m_LastUse[source] = i;
    }
  }
}

std::size_t
UNetLayerList::Add(UNetLayer layer)
{
  m_Layers.push_back(std::move(layer));
  return m_Layers.size() - 1;
}

std::size_t
UNetLayerList::AddConvolutions(const char * part, unsigned int level, std::size_t source)
{
  for (unsigned int index = 0; index < m_Specification.ConvolutionsPerLevel; ++index)
  {
    source = this->Add({ Kind::Convolution,
                         Numbered(part, level) + Numbered(".convolution", index),
                         std::string(part) + "." + std::to_string(level) + "." + std::to_string(index),
                         level,
                         m_Layers[source].Outputs,
                         m_Specification.GetFilters(level),
                         3,
                         { source } });
  }
  return source;
}

const UNetLayer &
UNetLayerList::Find(const std::string & name) const
{
  std::string names;
  for (const UNetLayer & layer : m_Layers)
  {
    if (layer.Name == name)
    {
      return layer;
    }
    names += (names.empty() ? "" : ", ") + layer.Name;
  }
  itkGenericExceptionMacro("Layer must be one of " << names << ", but is " << name << '.');
}

std::vector<UNetTensorDescription>
UNetLayerList::GetTensors() const
{
  std::vector<UNetTensorDescription> tensors;
  for (const UNetLayer & layer : m_Layers)
  {
    for (auto & tensor : this->GetTensors(layer))
    {
      tensors.push_back(std::move(tensor));
    }
  }
  return tensors;
}

std::vector<UNetTensorDescription>
UNetLayerList::GetTensors(const UNetLayer & layer) const
{
  using Start = UNetTensorDescription::Kind;
  if (layer.TensorName.empty())
  {
    return {};
  }
  const bool                isConvolution = layer.What == Kind::Convolution;
  const bool                isTransposed = layer.What == Kind::Upsampling;
  const std::string         weights = layer.TensorName + (isConvolution ? ".convolution" : "");
  std::vector<std::int64_t> shape = isTransposed ? std::vector<std::int64_t>{ layer.Inputs, layer.Outputs }
                                                 : std::vector<std::int64_t>{ layer.Outputs, layer.Inputs };
  shape.insert(shape.end(), m_Specification.Dimension, layer.Kernel);
  // Each output of a transposed convolution of stride 2 sees one pixel.
  const std::int64_t fanIn = layer.Inputs * (isTransposed ? 1 : GetVolume(layer.Kernel, m_Specification.Dimension));
  std::vector<UNetTensorDescription> tensors{ { weights + ".weight", shape, Start::ConvolutionWeight, fanIn, true } };
  if (!isConvolution || m_Specification.ConvolutionBias)
  {
    tensors.push_back({ weights + ".bias", { layer.Outputs }, Start::Zero, 0, true });
  }
  const std::string normalization = layer.TensorName + ".normalization";
  if (isConvolution && m_Specification.Normalization != UNetNormalization::None)
  {
    tensors.push_back({ normalization + ".weight", { layer.Outputs }, Start::One, 0, true });
    tensors.push_back({ normalization + ".bias", { layer.Outputs }, Start::Zero, 0, true });
  }
  if (isConvolution && m_Specification.Normalization == UNetNormalization::Batch)
  {
    tensors.push_back({ normalization + ".running_mean", { layer.Outputs }, Start::Zero, 0, false });
    tensors.push_back({ normalization + ".running_var", { layer.Outputs }, Start::One, 0, false });
  }
  return tensors;
}

double
UNetLayerList::GetMultiplyAddsPerOutputPixel(const UNetLayer & layer) const
{
  if (layer.TensorName.empty())
  {
    return 0.0;
  }
  const std::int64_t pixels = layer.What == Kind::Upsampling ? 1 : GetVolume(layer.Kernel, m_Specification.Dimension);
  return static_cast<double>(pixels * layer.Inputs * layer.Outputs);
}

double
UNetLayerList::GetMultiplyAddsPerPixel() const
{
  double sum = 0.0;
  for (const UNetLayer & layer : m_Layers)
  {
    const double pixels = static_cast<double>(std::int64_t{ 1 } << (m_Specification.Dimension * layer.Level));
    sum += this->GetMultiplyAddsPerOutputPixel(layer) / pixels;
  }
  return sum;
}
} // namespace itk
