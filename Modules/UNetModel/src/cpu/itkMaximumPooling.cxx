// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMaximumPooling.h"
#include "itkNumberConversion.h"
#include "itkTorchTargetClones.h"
#include "itkUNetConvolution.h"
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <array>

namespace itk
{
namespace
{
/** A row of maxima, of so many rows of pixels. What is not a number is larger than all numbers. */
template <int VRows, typename T>
inline __attribute__((always_inline)) void
FindMaxima(const T * const * rows, std::int64_t pixels, std::int64_t channels, T * __restrict maxima)
{
  for (std::int64_t x = 0; x < pixels; ++x)
  {
    const T * candidates[2 * VRows];
    for (int i = 0; i < 2 * VRows; ++i)
    {
      candidates[i] = rows[i / 2] + (2 * x + i % 2) * channels;
    }
    ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t c = 0; c < channels; ++c)
    {
      float largest = ToFloat(candidates[0][c]);
#pragma GCC unroll 8
      for (int i = 1; i < 2 * VRows; ++i)
      {
        const float value = ToFloat(candidates[i][c]);
        largest = value > largest || value != value ? value : largest;
      }
      FromFloat(largest, maxima[x * channels + c]);
    }
  }
}

template <int VRows, typename T>
inline __attribute__((always_inline)) void
SpreadGradient(const T * const * rows,
               std::int64_t      pixels,
               std::int64_t      channels,
               const T *         gradient,
               T * const *       results)
{
  for (std::int64_t x = 0; x < pixels; ++x)
  {
    const T * candidates[2 * VRows];
    T *       places[2 * VRows];
    for (int i = 0; i < 2 * VRows; ++i)
    {
      candidates[i] = rows[i / 2] + (2 * x + i % 2) * channels;
      places[i] = results[i / 2] + (2 * x + i % 2) * channels;
    }
    const T * const ofMaxima = gradient + x * channels;
    ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t c = 0; c < channels; ++c)
    {
      float        largest = ToFloat(candidates[0][c]);
      std::int32_t place = 0;
#pragma GCC unroll 8
      for (std::int32_t i = 1; i < 2 * VRows; ++i)
      {
        const float value = ToFloat(candidates[i][c]);
        const bool  isLarger = (value > largest) | (value != value);
        place = isLarger ? i : place;
        largest = isLarger ? value : largest;
      }
      const float ofMaximum = ToFloat(ofMaxima[c]);
#pragma GCC unroll 8
      for (std::int32_t i = 0; i < 2 * VRows; ++i)
      {
        FromFloat(place == i ? ofMaximum : 0.0f, places[i][c]);
      }
    }
  }
}

#define ITKTorch_POOLING(T)                                                                                            \
  ITKTorch_TARGET_CLONES void FindRow(                                                                                 \
    const T * const * rows, int count, std::int64_t pixels, std::int64_t channels, T * maxima)                         \
  {                                                                                                                    \
    count == 2 ? FindMaxima<2>(rows, pixels, channels, maxima) : FindMaxima<4>(rows, pixels, channels, maxima);        \
  }                                                                                                                    \
  ITKTorch_TARGET_CLONES void SpreadRow(const T * const * rows,                                                        \
                                        int               count,                                                       \
                                        std::int64_t      pixels,                                                      \
                                        std::int64_t      channels,                                                    \
                                        const T *         gradient,                                                    \
                                        T * const *       results)                                                     \
  {                                                                                                                    \
    count == 2 ? SpreadGradient<2>(rows, pixels, channels, gradient, results)                                          \
               : SpreadGradient<4>(rows, pixels, channels, gradient, results);                                         \
  }

ITKTorch_POOLING(float) ITKTorch_POOLING(c10::BFloat16)

#undef ITKTorch_POOLING

  /** Where rows of maxima and of their pixels lie. */
  struct Rows
{
  explicit Rows(const at::Tensor & image)
    : Channels(image.size(1))
    , Depth(image.dim() == 5 ? image.size(2) : 1)
    , Height(image.size(-2))
    , Width(image.size(-1))
    , Step(image.dim() == 5 ? 2 : 1)
    , Maxima(image.size(0) * (Depth / Step) * (Height / 2))
  {
    TORCH_CHECK(image.is_contiguous(ChannelsLast(image.dim())), "images must be channels last");
  }

  int
  CountRows() const
  {
    return static_cast<int>(2 * Step);
  }

  /** The first pixels of the rows that one of maxima is of. */
  template <typename T>
  std::array<T *, 4>
  Get(T * first, std::int64_t row) const
  {
    const std::int64_t y = row % (Height / 2);
    const std::int64_t z = row / (Height / 2) % (Depth / Step);
    const std::int64_t image = row / (Height / 2) / (Depth / Step);
    std::array<T *, 4> rows{};
    for (std::int64_t i = 0; i < 2 * Step; ++i)
    {
      rows[static_cast<std::size_t>(i)] =
        first + ((image * Depth + Step * z + i / 2) * Height + 2 * y + i % 2) * Width * Channels;
    }
    return rows;
  }

  std::int64_t Channels;
  std::int64_t Depth;
  std::int64_t Height;
  std::int64_t Width;
  std::int64_t Step; // along z
  std::int64_t Maxima;
};

template <typename T>
void
Pool(const at::Tensor & image, const at::Tensor & maxima)
{
  const Rows         rows(image);
  const T * const    pixels = image.const_data_ptr<T>();
  T * const          result = maxima.mutable_data_ptr<T>();
  const std::int64_t width = rows.Width / 2;
  at::parallel_for(
    0,
    rows.Maxima,
    1,
    [&](std::int64_t begin, std::int64_t end)
    {
      for (std::int64_t row = begin; row < end; ++row)
      {
        FindRow(
          rows.Get(pixels, row).data(), rows.CountRows(), width, rows.Channels, result + row * width * rows.Channels);
      }
    });
}

template <typename T>
void
Spread(const at::Tensor & image, const at::Tensor & gradient, const at::Tensor & result)
{
  const Rows         rows(image);
  const T * const    pixels = image.const_data_ptr<T>();
  const T * const    ofMaxima = gradient.const_data_ptr<T>();
  T * const          ofPixels = result.mutable_data_ptr<T>();
  const std::int64_t width = rows.Width / 2;
  at::parallel_for(0,
                   rows.Maxima,
                   1,
                   [&](std::int64_t begin, std::int64_t end)
                   {
                     for (std::int64_t row = begin; row < end; ++row)
                     {
                       SpreadRow(rows.Get(pixels, row).data(),
                                 rows.CountRows(),
                                 width,
                                 rows.Channels,
                                 ofMaxima + row * width * rows.Channels,
                                 rows.Get(ofPixels, row).data());
                     }
                   });
}

bool
HasOddSize(const at::Tensor & image)
{
  const auto sizes = image.sizes().slice(2);
  return std::any_of(sizes.begin(), sizes.end(), [](std::int64_t size) { return size % 2 != 0; });
}
} // namespace

at::Tensor
PoolMaximum(const at::Tensor & image)
{
  auto shape = image.sizes().vec();
  std::for_each(shape.begin() + 2, shape.end(), [](std::int64_t & size) { size /= 2; });
  at::Tensor maxima = at::empty(shape, image.options().memory_format(ChannelsLast(image.dim())));
  image.scalar_type() == at::kFloat ? Pool<float>(image, maxima) : Pool<c10::BFloat16>(image, maxima);
  return maxima;
}

at::Tensor
ComputeMaximumGradient(const at::Tensor & image, const at::Tensor & gradient)
{
  const auto       options = image.options().memory_format(ChannelsLast(image.dim()));
  const at::Tensor result = HasOddSize(image) ? at::zeros_like(image) : at::empty(image.sizes(), options);
  const at::Tensor laid = gradient.to(image.scalar_type()).contiguous(ChannelsLast(image.dim()));
  image.scalar_type() == at::kFloat ? Spread<float>(image, laid, result) : Spread<c10::BFloat16>(image, laid, result);
  return result;
}
} // namespace itk
