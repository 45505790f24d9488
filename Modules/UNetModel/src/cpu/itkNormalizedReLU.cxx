// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkNormalizedReLU.h"
#include "itkNumberConversion.h"
#include "itkTorchTargetClones.h"
#include "itkUNetConvolution.h"
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace itk
{
namespace
{
/** Numbers that are computed with at once: a whole number of pixels, so that each has its channel's place. */
std::int64_t
GetWidthOf(std::int64_t channels)
{
  constexpr std::int64_t least = 64;
  return at::divup(least, channels) * channels;
}

#define ITKTorch_NORMALIZATION(T)                                                                                      \
  ITKTorch_TARGET_CLONES void AddSums(const T * z, std::int64_t count, std::int64_t width, float * sums)               \
  {                                                                                                                    \
    for (std::int64_t first = 0; first < count; first += width, z += width)                                            \
    {                                                                                                                  \
      const std::int64_t numbers = std::min(width, count - first);                                                     \
      ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t i = 0; i < numbers; ++i)                                       \
      {                                                                                                                \
        sums[i] += ToFloat(z[i]);                                                                                      \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  ITKTorch_TARGET_CLONES void AddSquares(                                                                              \
    const T * z, std::int64_t count, std::int64_t width, const float * mean, float * sums)                             \
  {                                                                                                                    \
    for (std::int64_t first = 0; first < count; first += width, z += width)                                            \
    {                                                                                                                  \
      const std::int64_t numbers = std::min(width, count - first);                                                     \
      ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t i = 0; i < numbers; ++i)                                       \
      {                                                                                                                \
        const float difference = ToFloat(z[i]) - mean[i];                                                              \
        sums[i] += difference * difference;                                                                            \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  ITKTorch_TARGET_CLONES void Normalize(const T *     z,                                                               \
                                        std::int64_t  count,                                                           \
                                        std::int64_t  width,                                                           \
                                        const float * mean,                                                            \
                                        const float * factor,                                                          \
                                        const float * offset,                                                          \
                                        T *           y)                                                               \
  {                                                                                                                    \
    for (std::int64_t first = 0; first < count; first += width, z += width, y += width)                                \
    {                                                                                                                  \
      const std::int64_t numbers = std::min(width, count - first);                                                     \
      ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t i = 0; i < numbers; ++i)                                       \
      {                                                                                                                \
        const float value = (ToFloat(z[i]) - mean[i]) * factor[i] + offset[i];                                         \
        FromFloat(value < 0.0f ? 0.0f : value, y[i]);                                                                  \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  ITKTorch_TARGET_CLONES void AddGradientSums(const T *     g,                                                         \
                                              const T *     z,                                                         \
                                              std::int64_t  count,                                                     \
                                              std::int64_t  width,                                                     \
                                              const float * mean,                                                      \
                                              const float * factor,                                                    \
                                              const float * offset,                                                    \
                                              float *       sums,                                                      \
                                              float *       products)                                                  \
  {                                                                                                                    \
    for (std::int64_t first = 0; first < count; first += width, g += width, z += width)                                \
    {                                                                                                                  \
      const std::int64_t numbers = std::min(width, count - first);                                                     \
      ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t i = 0; i < numbers; ++i)                                       \
      {                                                                                                                \
        const float difference = ToFloat(z[i]) - mean[i];                                                              \
        const float passed = difference * factor[i] + offset[i] > 0.0f ? ToFloat(g[i]) : 0.0f;                         \
        sums[i] += passed;                                                                                             \
        products[i] += passed * difference;                                                                            \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  ITKTorch_TARGET_CLONES void ComputeGradient(const T *     g,                                                         \
                                              const T *     z,                                                         \
                                              std::int64_t  count,                                                     \
                                              std::int64_t  width,                                                     \
                                              const float * mean,                                                      \
                                              const float * factor,                                                    \
                                              const float * offset,                                                    \
                                              const float * ofMean,                                                    \
                                              const float * ofVariance,                                                \
                                              T *           result)                                                    \
  {                                                                                                                    \
    for (std::int64_t first = 0; first < count; first += width, g += width, z += width, result += width)               \
    {                                                                                                                  \
      const std::int64_t numbers = std::min(width, count - first);                                                     \
      ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t i = 0; i < numbers; ++i)                                       \
      {                                                                                                                \
        const float difference = ToFloat(z[i]) - mean[i];                                                              \
        const float passed = difference * factor[i] + offset[i] > 0.0f ? ToFloat(g[i]) : 0.0f;                         \
        FromFloat(factor[i] * passed - ofMean[i] - difference * ofVariance[i], result[i]);                             \
      }                                                                                                                \
    }                                                                                                                  \
  }

ITKTorch_NORMALIZATION(float) ITKTorch_NORMALIZATION(c10::BFloat16)

#undef ITKTorch_NORMALIZATION

  /** A batch's numbers in the order of memory, in chunks that the nearest cache holds. */
  class Chunks
{
public:
  explicit Chunks(const at::Tensor & image)
    : m_Channels(image.size(1))
    , m_Width(GetWidthOf(m_Channels))
    , m_Count(image.numel())
  {
    TORCH_CHECK(image.is_contiguous(ChannelsLast(image.dim())), "images must be channels last");
  }

  std::int64_t
  GetWidth() const
  {
    return m_Width;
  }

  std::int64_t
  GetNumberOfPixels() const
  {
    return m_Count / m_Channels;
  }

  /** \param values one for each channel */
  std::vector<float>
  Repeat(const std::vector<double> & values) const
  {
    std::vector<float> repeated(static_cast<std::size_t>(m_Width));
    for (std::size_t i = 0; i < repeated.size(); ++i)
    {
      repeated[i] = static_cast<float>(values[i % values.size()]);
    }
    return repeated;
  }

  /** \param function (first, count), parallel */
  template <typename TFunction>
  void
  ForEach(const TFunction & function) const
  {
    at::parallel_for(0,
                     this->GetNumberOfChunks(),
                     1,
                     [&](std::int64_t begin, std::int64_t end)
                     {
                       for (std::int64_t i = begin; i < end; ++i)
                       {
                         const std::int64_t first = i * this->GetSize();
                         function(first, std::min(this->GetSize(), m_Count - first));
                       }
                     });
  }

  /** Two numbers for each number of a row and chunk, of which `combine` makes what is wanted, chunk after chunk.
   * \param compute (first, count, first numbers, second numbers), parallel; the numbers are 0 before
   * \param combine (channel, values that were summed up, first number, second number) */
  template <typename TCompute, typename TCombine>
  void
  Reduce(const TCompute & compute, const TCombine & combine) const
  {
    const std::int64_t row = 2 * m_Width;
    std::vector<float> numbers(static_cast<std::size_t>(this->GetNumberOfChunks() * row));
    this->ForEach(
      [&](std::int64_t first, std::int64_t count)
      {
        float * const ofChunk = numbers.data() + first / this->GetSize() * row;
        compute(first, count, ofChunk, ofChunk + m_Width);
      });
    for (std::int64_t chunk = 0; chunk < this->GetNumberOfChunks(); ++chunk)
    {
      const std::int64_t  count = std::min(this->GetSize(), m_Count - chunk * this->GetSize());
      const float * const ofChunk = numbers.data() + chunk * row;
      for (std::int64_t i = 0; i < std::min(m_Width, count); ++i)
      {
        combine(
          static_cast<std::size_t>(i % m_Channels), this->CountValues(count, i), ofChunk[i], ofChunk[m_Width + i]);
      }
    }
  }

  /** Of a chunk of so many numbers, those at a place of its rows. */
  std::int64_t
  CountValues(std::int64_t count, std::int64_t place) const
  {
    return (count - place + m_Width - 1) / m_Width;
  }

private:
  std::int64_t
  GetSize() const
  {
    constexpr std::int64_t numbers = 8192;
    return at::divup(numbers, m_Width) * m_Width;
  }

  std::int64_t
  GetNumberOfChunks() const
  {
    return at::divup(m_Count, this->GetSize());
  }

  std::int64_t m_Channels;
  std::int64_t m_Width;
  std::int64_t m_Count;
};

std::vector<double>
ToDoubles(const at::Tensor & tensor)
{
  const at::Tensor doubles = tensor.to(at::kDouble).contiguous();
  return { doubles.const_data_ptr<double>(), doubles.const_data_ptr<double>() + doubles.numel() };
}

at::Tensor
ToTensor(const std::vector<double> & values)
{
  const at::Tensor tensor = at::empty({ static_cast<std::int64_t>(values.size()) }, at::kFloat);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<float>());
  return tensor;
}

/** What the loops know of each channel, once for each number of a row. */
struct Coefficients
{
  std::vector<float> Mean;
  std::vector<float> Factor; // γ r
  std::vector<float> Offset; // β

  Coefficients(const Chunks &                  chunks,
               const NormalizationStatistics & statistics,
               const at::Tensor &              weight,
               const at::Tensor &              bias,
               double                          epsilon)
    : Mean(chunks.Repeat(ToDoubles(statistics.Mean)))
    , Offset(chunks.Repeat(ToDoubles(bias)))
  {
    std::vector<double>       factor = ToDoubles(weight);
    const std::vector<double> variance = ToDoubles(statistics.Variance);
    for (std::size_t i = 0; i < factor.size(); ++i)
    {
      factor[i] /= std::sqrt(variance[i] + epsilon);
    }
    Factor = chunks.Repeat(factor);
  }
};

template <typename T>
NormalizationStatistics
ComputeStatistics(const at::Tensor & image)
{
  const Chunks        chunks(image);
  const T * const     z = image.const_data_ptr<T>();
  const std::size_t   channels = static_cast<std::size_t>(image.size(1));
  std::vector<double> count(channels);
  std::vector<double> mean(channels);
  std::vector<double> squares(channels);
  // Deviations from the means of a chunk's places, whose own deviations are added (Chan, Golub and LeVeque, 1983).
  chunks.Reduce(
    [&](std::int64_t first, std::int64_t numbers, float * means, float * ofChunk)
    {
      AddSums(z + first, numbers, chunks.GetWidth(), means);
      for (std::int64_t i = 0; i < std::min(chunks.GetWidth(), numbers); ++i)
      {
        means[i] /= static_cast<float>(chunks.CountValues(numbers, i));
      }
      AddSquares(z + first, numbers, chunks.GetWidth(), means, ofChunk);
    },
    [&](std::size_t channel, std::int64_t values, float ofChunk, float squaresOfChunk)
    {
      const auto   added = static_cast<double>(values);
      const double difference = ofChunk - mean[channel];
      const double before = count[channel];
      count[channel] += added;
      mean[channel] += difference * added / count[channel];
      squares[channel] += squaresOfChunk + difference * difference * before * added / count[channel];
    });
  for (std::size_t i = 0; i < channels; ++i)
  {
    squares[i] /= static_cast<double>(chunks.GetNumberOfPixels());
  }
  return { ToTensor(mean), ToTensor(squares) };
}

template <typename T>
NormalizedReLUGradients
ComputeGradients(const at::Tensor &              gradient,
                 const at::Tensor &              image,
                 const NormalizationStatistics & statistics,
                 const Coefficients &            coefficients,
                 double                          epsilon)
{
  const Chunks        chunks(image);
  const T * const     g = gradient.const_data_ptr<T>();
  const T * const     z = image.const_data_ptr<T>();
  const float * const mean = coefficients.Mean.data();
  const float * const factor = coefficients.Factor.data();
  const float * const offset = coefficients.Offset.data();
  const std::size_t   channels = static_cast<std::size_t>(image.size(1));
  std::vector<double> sums(channels);
  std::vector<double> products(channels);
  chunks.Reduce(
    [&](std::int64_t first, std::int64_t numbers, float * ofChunk, float * productsOfChunk) {
      AddGradientSums(g + first, z + first, numbers, chunks.GetWidth(), mean, factor, offset, ofChunk, productsOfChunk);
    },
    [&](std::size_t channel, std::int64_t, float ofChunk, float productsOfChunk)
    {
      sums[channel] += ofChunk;
      products[channel] += productsOfChunk;
    });
  const std::vector<double> variance = ToDoubles(statistics.Variance);
  std::vector<double>       ofWeight(channels);
  std::vector<double>       ofMean(channels);
  std::vector<double>       ofVariance(channels);
  const auto                pixels = static_cast<double>(chunks.GetNumberOfPixels());
  for (std::size_t i = 0; i < channels; ++i)
  {
    const double squared = 1.0 / (variance[i] + epsilon);
    ofWeight[i] = products[i] * std::sqrt(squared);
    ofMean[i] = factor[i] * sums[i] / pixels;
    ofVariance[i] = factor[i] * products[i] * squared / pixels;
  }
  const std::vector<float> ofMeanInRow = chunks.Repeat(ofMean);
  const std::vector<float> ofVarianceInRow = chunks.Repeat(ofVariance);
  const at::Tensor         result = at::empty_like(image);
  T * const                dz = result.mutable_data_ptr<T>();
  chunks.ForEach(
    [&](std::int64_t first, std::int64_t numbers)
    {
      ComputeGradient(g + first,
                      z + first,
                      numbers,
                      chunks.GetWidth(),
                      mean,
                      factor,
                      offset,
                      ofMeanInRow.data(),
                      ofVarianceInRow.data(),
                      dz + first);
    });
  return { result, ToTensor(ofWeight), ToTensor(sums) };
}
} // namespace

NormalizationStatistics
ComputeNormalizationStatistics(const at::Tensor & image)
{
  return image.scalar_type() == at::kFloat ? ComputeStatistics<float>(image) : ComputeStatistics<c10::BFloat16>(image);
}

at::Tensor
ComputeNormalizedReLU(const at::Tensor &              image,
                      const NormalizationStatistics & statistics,
                      const at::Tensor &              weight,
                      const at::Tensor &              bias,
                      double                          epsilon)
{
  const Chunks       chunks(image);
  const Coefficients coefficients(chunks, statistics, weight, bias, epsilon);
  const at::Tensor   result = at::empty_like(image);
  const auto         normalize = [&](auto number)
  {
    using NumberType = decltype(number);
    const NumberType * const z = image.const_data_ptr<NumberType>();
    NumberType * const       y = result.mutable_data_ptr<NumberType>();
    chunks.ForEach(
      [&](std::int64_t first, std::int64_t numbers)
      {
        Normalize(z + first,
                  numbers,
                  chunks.GetWidth(),
                  coefficients.Mean.data(),
                  coefficients.Factor.data(),
                  coefficients.Offset.data(),
                  y + first);
      });
  };
  image.scalar_type() == at::kFloat ? normalize(float{}) : normalize(c10::BFloat16{});
  return result;
}

NormalizedReLUGradients
ComputeNormalizedReLUGradients(const at::Tensor &              gradient,
                               const at::Tensor &              image,
                               const NormalizationStatistics & statistics,
                               const at::Tensor &              weight,
                               const at::Tensor &              bias,
                               double                          epsilon)
{
  const Coefficients coefficients(Chunks(image), statistics, weight, bias, epsilon);
  const at::Tensor   laid = gradient.to(image.scalar_type()).contiguous(ChannelsLast(image.dim()));
  return image.scalar_type() == at::kFloat
           ? ComputeGradients<float>(laid, image, statistics, coefficients, epsilon)
           : ComputeGradients<c10::BFloat16>(laid, image, statistics, coefficients, epsilon);
}
} // namespace itk
