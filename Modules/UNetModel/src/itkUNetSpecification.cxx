// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetSpecification.h"
#include "itkMacro.h"
#include <numeric>

namespace itk
{
namespace
{

class TensorList
{
public:
  explicit TensorList(const UNetSpecification & specification)
    : m_Specification(specification)
  {}

  /** \param kernel edge length of the kernel
   * \param isTransposed whether the shape starts with the inputs */
  void
  AddConvolution(const std::string & name,
                 std::int64_t        inputs,
                 std::int64_t        outputs,
                 std::int64_t        kernel,
                 bool                isTransposed,
                 bool                hasBias)
  {
    std::vector<std::int64_t> shape =
      isTransposed ? std::vector<std::int64_t>{ inputs, outputs } : std::vector<std::int64_t>{ outputs, inputs };
    shape.insert(shape.end(), m_Specification.Dimension, kernel);
    // Each output of a 2×2 transposed convolution of stride 2 sees one pixel.
    std::int64_t fanIn = inputs;
    for (unsigned int axis = 0; axis < m_Specification.Dimension && !isTransposed; ++axis)
    {
      fanIn *= kernel;
    }
    Tensors.push_back({ name + ".weight", shape, UNetTensorDescription::Kind::ConvolutionWeight, fanIn, true });
    if (hasBias)
    {
      Tensors.push_back({ name + ".bias", { outputs }, UNetTensorDescription::Kind::Zero, 0, true });
    }
  }

  void
  AddLevel(const std::string & name, std::int64_t inputs, std::int64_t outputs)
  {
    using Kind = UNetTensorDescription::Kind;
    for (unsigned int index = 0; index < m_Specification.ConvolutionsPerLevel; ++index)
    {
      const std::string step = name + "." + std::to_string(index);
      AddConvolution(
        step + ".convolution", index == 0 ? inputs : outputs, outputs, 3, false, m_Specification.ConvolutionBias);
      if (m_Specification.Normalization != UNetNormalization::None)
      {
        Tensors.push_back({ step + ".normalization.weight", { outputs }, Kind::One, 0, true });
        Tensors.push_back({ step + ".normalization.bias", { outputs }, Kind::Zero, 0, true });
      }
      if (m_Specification.Normalization == UNetNormalization::Batch)
      {
        Tensors.push_back({ step + ".normalization.running_mean", { outputs }, Kind::Zero, 0, false });
        Tensors.push_back({ step + ".normalization.running_var", { outputs }, Kind::One, 0, false });
      }
    }
  }

  std::vector<UNetTensorDescription> Tensors;

private:
  const UNetSpecification & m_Specification;
};
} // namespace

const TorchParameterTable &
UNetSpecification::Describe()
{
  using P = UNetSpecification;
  using Range = TorchParameterRange;
  static const TorchParameterTable table = []
  {
    TorchParameterTable t;
    t.Add("Dimension", &P::Dimension, "Dimension of the images.", Range::Between(2, 3));
    t.Add(
      "Channels", &P::Channels, "Components of a pixel, after the intensity normalization.", Range::Between(1, 4096));
    t.Add("Classes", &P::Classes, "Classes; 1 ends in one sigmoid, more in a softmax.", Range::Between(1, 4096));
    t.Add("BaseFilters",
          &P::BaseFilters,
          "Filters of the first level; each pooling doubles them.",
          Range::Between(1, 1024));
    t.Add("Levels", &P::Levels, "Number of 2x2 poolings.", Range::Between(1, 8));
    t.Add("ConvolutionsPerLevel", &P::ConvolutionsPerLevel, "3x3 convolutions in a level.", Range::Between(1, 8));
    t.AddChoice(
      "Normalization", &P::Normalization, "After each 3x3 convolution.", { "none", "batch", "instance", "group" });
    t.Add("NormalizationEpsilon",
          &P::NormalizationEpsilon,
          "Added to the variance. Keras's default is 0.001.",
          Range::GreaterThan(0));
    t.Add("ConvolutionBias", &P::ConvolutionBias, "Whether the 3x3 convolutions have a bias.");
    t.Add("Dropout",
          &P::Dropout,
          "Probability that a value at the bottleneck is dropped while training.",
          Range::FromBelow(0, 1));
    t.AddChoice("Padding", &P::Padding, "What a 3x3 convolution sees outside the image.", { "zero", "edge" });
    t.AddChoice(
      "Concatenation", &P::Concatenation, "Order of the concatenated channels.", { "skip-first", "upsampled-first" });
    return t;
  }();
  return table;
}

void
UNetSpecification::Verify() const
{
  Describe().Verify(this, "UNetSpecification");
  if (Normalization == UNetNormalization::Group && BaseFilters % NumberOfGroups != 0)
  {
    itkGenericExceptionMacro("UNetSpecification: BaseFilters must be a multiple of "
                             << NumberOfGroups << " with group normalization, but is " << BaseFilters << '.');
  }
}

std::vector<UNetTensorDescription>
UNetSpecification::GetTensors() const
{
  TensorList list(*this);
  for (unsigned int level = 0; level <= Levels; ++level)
  {
    list.AddLevel("encoder." + std::to_string(level),
                  level == 0 ? static_cast<std::int64_t>(Channels) : GetFilters(level - 1),
                  GetFilters(level));
  }
  for (unsigned int level = Levels; level-- > 0;)
  {
    const std::string name = "decoder." + std::to_string(level);
    list.AddConvolution(name + ".upsampling", GetFilters(level + 1), GetFilters(level), 2, true, true);
    list.AddLevel(name, 2 * GetFilters(level), GetFilters(level));
  }
  list.AddConvolution("classifier", GetFilters(0), static_cast<std::int64_t>(Classes), 1, false, true);
  return list.Tensors;
}

std::int64_t
UNetSpecification::GetNumberOfParameters() const
{
  std::int64_t count = 0;
  for (const auto & tensor : GetTensors())
  {
    count += tensor.IsTrained
               ? std::accumulate(tensor.Shape.begin(), tensor.Shape.end(), std::int64_t{ 1 }, std::multiplies<>{})
               : 0;
  }
  return count;
}

double
UNetSpecification::GetMultiplyAddsPerPixel() const
{
  const auto   filters = [this](unsigned int level) { return static_cast<double>(this->GetFilters(level)); };
  const double kernel = Dimension == 3 ? 27.0 : 9.0;
  const auto   convolutions = [&](double inputs, unsigned int level)
  { return kernel * filters(level) * (inputs + (ConvolutionsPerLevel - 1.0) * filters(level)); };

  double sum = filters(0) * Classes;
  for (unsigned int level = 0; level <= Levels; ++level)
  {
    const double pixels = 1.0 / static_cast<double>(std::int64_t{ 1 } << (Dimension * level));
    sum += pixels * convolutions(level == 0 ? Channels : filters(level - 1), level);
    if (level < Levels)
    {
      sum += pixels * (convolutions(2.0 * filters(level), level) + filters(level + 1) * filters(level));
    }
  }
  return sum;
}

bool
UNetSpecification::operator==(const UNetSpecification & other) const
{
  for (const auto & parameter : Describe().GetParameters())
  {
    if (parameter.Get(this) != parameter.Get(&other))
    {
      return false;
    }
  }
  return true;
}
} // namespace itk
