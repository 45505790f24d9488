// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTestHelpers_h
#define itkUNetTestHelpers_h

#include "itkTestHelpers.h"
#include "itkTorchRandom.h"
#include "itkUNetModel.h"
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <algorithm>

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
MakeModel(const UNetSpecification & specification, UNetColor color = UNetColor::Luminance)
{
  auto                       model = UNetModel::New();
  UNetIntensityNormalization rule;
  rule.Color = color;
  model->SetSpecification(specification);
  model->SetIntensityNormalization(rule);
  model->InitializeWeights(5);
  return model;
}

/** Noise is neither bright nor dark, which an inference warns of. */
inline void
StatePolarity(UNetModel * model)
{
  auto rule = model->GetIntensityNormalization();
  rule.Polarity = UNetPolarity::Bright;
  model->SetIntensityNormalization(rule);
}

/** A whole number from `from` to `to`. */
inline std::int64_t
Draw(TorchRandom & random, std::int64_t from, std::int64_t to)
{
  return from + static_cast<std::int64_t>(random.Uniform() * static_cast<double>(to - from + 1));
}

/** Evenly in [-1, 1). */
inline at::Tensor
MakeNumbers(const std::vector<std::int64_t> & shape, itk::TorchRandom & random)
{
  const at::Tensor numbers = at::empty(shape, at::kFloat);
  std::generate_n(numbers.mutable_data_ptr<float>(),
                  numbers.numel(),
                  [&random] { return static_cast<float>(2.0 * random.Uniform() - 1.0); });
  return numbers;
}
} // namespace Test
} // namespace itk

#endif
