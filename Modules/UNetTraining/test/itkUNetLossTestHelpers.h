// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetLossTestHelpers_h
#define itkUNetLossTestHelpers_h

#include "itkTorchRandom.h"
#include "itkUNetLoss.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <sstream>

namespace itk
{
namespace Test
{
using Shape = std::vector<std::int64_t>;

inline UNetLossParameters
Only(double UNetLossParameters::*factor)
{
  UNetLossParameters parameters;
  parameters.CrossEntropy = 0.0;
  parameters.*factor = 1.0;
  return parameters;
}

/** Each part alone, some in two ways. */
inline std::vector<UNetLossParameters>
AllParts()
{
  std::vector<UNetLossParameters> parts;
  for (const auto factor : { &UNetLossParameters::CrossEntropy,
                             &UNetLossParameters::Dice,
                             &UNetLossParameters::Focal,
                             &UNetLossParameters::Tversky })
  {
    for (const bool isSecond : { false, true })
    {
      parts.push_back(Only(factor));
      parts.back().LabelSmoothing = isSecond ? 0.1 : 0.0;
      parts.back().DiceReduction = isSecond ? UNetDiceReduction::Image : UNetDiceReduction::Batch;
      parts.back().DiceIncludesBackground = isSecond;
      parts.back().FocalExponent = isSecond ? 0.5 : 2.0;
    }
  }
  return parts;
}

inline at::Tensor
Loss(const UNetLossParameters & parameters, const UNetLossInput & input)
{
  return MakeUNetLoss(parameters, static_cast<unsigned int>(input.Logits.size(1)))->Compute(input);
}

inline double
Value(const UNetLossParameters & parameters, const UNetLossInput & input)
{
  return Loss(parameters, input).item<double>();
}

inline at::Tensor
Gradient(const UNetLossParameters & parameters, UNetLossInput input)
{
  input.Logits = input.Logits.detach().clone().set_requires_grad(true);
  Loss(parameters, input).backward();
  return input.Logits.grad();
}

inline at::Tensor
Tensor(const std::vector<double> & values, const Shape & shape, at::ScalarType type = at::kFloat)
{
  return at::tensor(values, at::kDouble).to(type).view(shape);
}

/** Logits of a row of pixels, (1, classes, pixels, 1), from the probabilities of each pixel. */
inline at::Tensor
LogitsOf(const std::vector<std::vector<double>> & probabilities)
{
  std::vector<at::Tensor> pixels;
  for (const auto & pixel : probabilities)
  {
    const at::Tensor p = at::tensor(pixel, at::kDouble);
    pixels.push_back(pixel.size() == 1 ? (p / (1.0 - p)).log() : p.log());
  }
  return at::stack(pixels, 1).unsqueeze(0).unsqueeze(3).to(at::kFloat);
}

inline at::Tensor
Classes(const std::vector<double> & classes)
{
  return Tensor(classes, { 1, 1, static_cast<std::int64_t>(classes.size()), 1 }, at::kShort);
}

/** Random; about a fifth of the pixels is ignored. */
inline UNetLossInput
RandomInput(const Shape & size, std::int64_t classes, at::ScalarType type)
{
  Shape logits = size;
  Shape one = size;
  logits.insert(logits.begin() + 1, classes);
  one.insert(one.begin() + 1, 1);
  TorchRandom random(4);
  const auto  make = [&random, type](const Shape & shape, auto && draw)
  {
    at::Tensor tensor = at::empty(shape, at::kDouble);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
    {
      tensor.mutable_data_ptr<double>()[i] = draw(random);
    }
    return tensor.to(type);
  };
  const auto numberOfClasses = static_cast<std::uint32_t>(std::max<std::int64_t>(classes, 2));
  const auto drawClass = [numberOfClasses](TorchRandom & r)
  { return r.Integer(5) == 0 ? -1.0 : static_cast<double>(r.Integer(numberOfClasses)); };
  return { make(logits, [](TorchRandom & r) { return 2.0 * r.Normal(); }),
           make(one, drawClass).to(at::kShort),
           make(one, [](TorchRandom & r) { return 2.0 * r.Uniform(); }) };
}

template <typename TBody>
void
ForRandomInputs(at::ScalarType type, TBody && body)
{
  for (const Shape & size : { Shape{ 2, 5, 4 }, Shape{ 2, 2, 3, 4 } })
  {
    for (const std::int64_t classes : { 1, 3 })
    {
      SCOPED_TRACE(std::to_string(size.size() - 1) + "D, classes: " + std::to_string(classes));
      for (const UNetLossParameters & part : AllParts())
      {
        std::ostringstream text;
        TorchParameterView(part).Print(text, 2);
        SCOPED_TRACE(text.str());
        body(part, RandomInput(size, classes, type));
      }
    }
  }
}

inline double
LargestDifference(const at::Tensor & a, const at::Tensor & b)
{
  return (a - b).abs().max().item<double>();
}
} // namespace Test
} // namespace itk

#endif
