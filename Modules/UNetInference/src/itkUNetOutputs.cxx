// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetOutputs.h"
#include <ATen/Parallel.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <algorithm>
#include <cmath>
#include <limits>

namespace itk
{
namespace
{
float
Sigmoid(float logit)
{
  return 1.0f / (1.0f + std::exp(-logit));
}

/** Whether Sigmoid(logit) > threshold, without the exponential where rounding cannot matter. */
class ForegroundTest
{
public:
  explicit ForegroundTest(double threshold)
    : m_Threshold(threshold)
  {
    const double slope = threshold * (1.0 - threshold);
    const bool   isInside = slope > 1e-5;
    m_Logit = isInside ? static_cast<float>(std::log(threshold / (1.0 - threshold))) : 0.0f;
    m_Doubt =
      isInside ? static_cast<float>(1e-6 * (1.0 / slope + std::abs(m_Logit))) : std::numeric_limits<float>::infinity();
  }

  bool
  operator()(float logit) const
  {
    const float difference = logit - m_Logit;
    return std::abs(difference) > m_Doubt ? difference > 0.0f : Sigmoid(logit) > m_Threshold;
  }

private:
  double m_Threshold;
  float  m_Logit;
  float  m_Doubt;
};

/** Pixels of a row and how far apart they and their channels lie. */
struct Row
{
  const float * Logits;
  std::int64_t  LogitStep;
  std::int64_t  LogitChannel;
  std::int64_t  Classes;
  void *        Result;
  std::int64_t  ResultStep;
  std::int64_t  ResultChannel;
  std::int64_t  Length;
};

/** Logit of the last of one or two classes against the other. */
float
ForegroundLogit(const Row & row, std::int64_t x)
{
  const float * const pixel = row.Logits + x * row.LogitStep;
  return row.Classes == 1 ? *pixel : pixel[row.LogitChannel] - pixel[0];
}

template <typename TLabel>
void
WriteLabels(const Row & row, double threshold)
{
  auto * const labels = static_cast<TLabel *>(row.Result);
  if (row.Classes <= 2)
  {
    const ForegroundTest isForeground(threshold);
    for (std::int64_t x = 0; x < row.Length; ++x)
    {
      labels[x * row.ResultStep] = isForeground(ForegroundLogit(row, x)) ? 1 : 0;
    }
    return;
  }
  for (std::int64_t x = 0; x < row.Length; ++x)
  {
    const float * const pixel = row.Logits + x * row.LogitStep;
    std::int64_t        best = 0;
    for (std::int64_t c = 1; c < row.Classes; ++c)
    {
      best = pixel[c * row.LogitChannel] > pixel[best * row.LogitChannel] ? c : best;
    }
    labels[x * row.ResultStep] = static_cast<TLabel>(best);
  }
}

template <typename TReal>
void
WriteForeground(const Row & row, double)
{
  auto * const result = static_cast<TReal *>(row.Result);
  for (std::int64_t x = 0; x < row.Length; ++x)
  {
    result[x * row.ResultStep] = Sigmoid(ForegroundLogit(row, x));
  }
}

template <typename TReal>
void
WriteProbabilities(const Row & row, double)
{
  auto * const result = static_cast<TReal *>(row.Result);
  for (std::int64_t x = 0; x < row.Length; ++x)
  {
    TReal * const pixel = result + x * row.ResultStep;
    if (row.Classes <= 2)
    {
      const float logit = ForegroundLogit(row, x);
      pixel[0] = Sigmoid(row.Classes == 1 ? logit : -logit);
      if (row.Classes == 2)
      {
        pixel[row.ResultChannel] = Sigmoid(logit);
      }
      continue;
    }
    const float * const logits = row.Logits + x * row.LogitStep;
    float               largest = logits[0];
    for (std::int64_t c = 1; c < row.Classes; ++c)
    {
      largest = std::max(largest, logits[c * row.LogitChannel]);
    }
    float sum = 0.0f;
    for (std::int64_t c = 0; c < row.Classes; ++c)
    {
      const float power = std::exp(logits[c * row.LogitChannel] - largest);
      pixel[c * row.ResultChannel] = power;
      sum += power;
    }
    for (std::int64_t c = 0; c < row.Classes; ++c)
    {
      pixel[c * row.ResultChannel] /= sum;
    }
  }
}

using WriteType = void (*)(const Row &, double);

WriteType
GetWrite(UNetInferenceOutput output, at::ScalarType type)
{
  if (output != UNetInferenceOutput::Labels)
  {
    const bool isForeground = output == UNetInferenceOutput::ForegroundProbability;
    return type == at::kDouble ? (isForeground ? WriteForeground<double> : WriteProbabilities<double>)
                               : (isForeground ? WriteForeground<float> : WriteProbabilities<float>);
  }
  switch (type)
  {
    case at::kByte:
      return WriteLabels<std::uint8_t>;
    case at::kChar:
      return WriteLabels<std::int8_t>;
    case at::kUInt16:
      return WriteLabels<std::uint16_t>;
    case at::kShort:
      return WriteLabels<std::int16_t>;
    case at::kUInt32:
      return WriteLabels<std::uint32_t>;
    case at::kInt:
      return WriteLabels<std::int32_t>;
    case at::kUInt64:
      return WriteLabels<std::uint64_t>;
    default:
      return WriteLabels<std::int64_t>;
  }
}

/** The kernel's twin by LibTorch's operations. */
at::Tensor
Compose(const at::Tensor & logits, UNetInferenceOutput output, double threshold)
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
  return output == UNetInferenceOutput::Labels ? result.gt(threshold) : result;
}
} // namespace

void
WriteUNetOutputs(const at::Tensor &  logits,
                 UNetInferenceOutput output,
                 double              threshold,
                 const at::Tensor &  result,
                 bool                isOnHost)
{
  if (!isOnHost)
  {
    result.copy_(Compose(logits, output, threshold));
    return;
  }
  // As (z, y, x): of one image in 2D, z is its only one.
  const bool         is3D = logits.dim() == 5;
  const std::int64_t depth = is3D ? logits.size(2) : 1;
  const std::int64_t height = logits.size(-2);
  const auto         write = GetWrite(output, result.scalar_type());
  auto * const       bytes = static_cast<char *>(result.mutable_data_ptr());
  const float *      values = logits.const_data_ptr<float>();
  const auto         writeRows = [&](std::int64_t begin, std::int64_t end)
  {
    for (std::int64_t i = begin; i < end; ++i)
    {
      const auto offset = [&](const at::Tensor & tensor)
      { return (is3D ? i / height * tensor.stride(2) : 0) + i % height * tensor.stride(-2); };
      write({ values + offset(logits),
              logits.stride(-1),
              logits.stride(1),
              logits.size(1),
              bytes + offset(result) * result.element_size(),
              result.stride(-1),
              result.stride(1),
              logits.size(-1) },
            threshold);
    }
  };
  at::parallel_for(0, depth * height, 8, writeRows);
}
} // namespace itk
