// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTestHelpers_h
#define itkUNetTestHelpers_h

#include "itkTestHelpers.h"
#include "itkTorchRandom.h"
#include "itkUNetModel.h"

namespace itk
{
namespace Test
{
/** A network that is quick to compute: two levels of two filters. */
inline UNetSpecification
SmallSpecification(unsigned int dimension = 2, unsigned int channels = 1, unsigned int classes = 2)
{
  UNetSpecification specification;
  specification.Dimension = dimension;
  specification.Channels = channels;
  specification.Classes = classes;
  specification.BaseFilters = 2;
  specification.Levels = 2;
  return specification;
}

inline UNetModel::Pointer
MakeModel(const UNetSpecification & specification, UNetColour colour = UNetColour::Luminance)
{
  auto              model = UNetModel::New();
  UNetIntensityRule rule;
  rule.Colour = colour;
  model->SetSpecification(specification);
  model->SetIntensityRule(rule);
  model->InitializeWeights(5);
  return model;
}

/** A whole number from `from` to `to`. */
inline std::int64_t
Draw(TorchRandom & random, std::int64_t from, std::int64_t to)
{
  return from + static_cast<std::int64_t>(random.Uniform() * static_cast<double>(to - from + 1));
}
} // namespace Test
} // namespace itk

#endif
