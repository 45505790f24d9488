// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetSpecification.h"
#include "itkUNetLayerList.h"
#include "itkMacro.h"
#include <numeric>

namespace itk
{
const TorchParameterTable<UNetSpecification> &
UNetSpecification::Describe()
{
  using P = UNetSpecification;
  using Range = TorchParameterRange;
  static const TorchParameterTable<UNetSpecification> table = []
  {
    TorchParameterTable<UNetSpecification> t;
    t.Add("Dimension", &P::Dimension, "Dimension of the images.", Range::Between(2, 3));
    t.Add("Channels",
          &P::Channels,
          "Number of components of a pixel after the intensity normalization.",
          Range::Between(1, 4096));
    t.Add("Classes", &P::Classes, "Number of classes; 1 uses a sigmoid, more use a softmax.", Range::Between(1, 4096));
    t.Add("BaseFilters",
          &P::BaseFilters,
          "Number of filters in the first level; each pooling doubles it.",
          Range::Between(1, 1024));
    t.Add("Levels", &P::Levels, "Number of 2x2 poolings.", Range::Between(1, 8));
    t.Add("ConvolutionsPerLevel",
          &P::ConvolutionsPerLevel,
          "Number of 3x3 convolutions in each level.",
          Range::Between(1, 8));
    t.AddChoice("Normalization", &P::Normalization, "Normalization after each 3x3 convolution.");
    t.Add("NormalizationEpsilon",
          &P::NormalizationEpsilon,
          "Number that the normalization adds to the variance; Keras's default is 0.001.",
          Range::GreaterThan(0));
    t.Add("ConvolutionBias", &P::ConvolutionBias, "Whether the 3x3 convolutions have a bias.");
    t.Add("Dropout",
          &P::Dropout,
          "Probability that a value at the bottleneck is dropped during training.",
          Range::FromBelow(0, 1));
    t.AddChoice(
      "Padding", &P::Padding, "Values that a 3x3 convolution sees outside the image: 0, or those of the edge pixels.");
    t.AddChoice("Concatenation", &P::Concatenation, "Order of the concatenated channels.");
    return t;
  }();
  return table;
}

void
UNetSpecification::Verify() const
{
  TorchParameterView(*this).Verify("UNetSpecification");
  if (Normalization == UNetNormalization::Group && BaseFilters % NumberOfGroups != 0)
  {
    itkGenericExceptionMacro("UNetSpecification: BaseFilters must be a multiple of "
                             << NumberOfGroups << " with group normalization, but is " << BaseFilters << '.');
  }
}

std::vector<UNetTensorDescription>
UNetSpecification::GetTensors() const
{
  return UNetLayerList(*this).GetTensors();
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
  return UNetLayerList(*this).GetMultiplyAddsPerPixel();
}

bool
UNetSpecification::operator==(const UNetSpecification & other) const
{
  return TorchParameterView(*this) == TorchParameterView(other);
}
} // namespace itk
