// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyRows.h"
#include "itkTorchTargetClones.h"
#include <cstring>

#define ITKTorch_INLINE inline __attribute__((always_inline))

namespace itk
{
namespace
{
constexpr int lanes = 8;
/** Enough sums at once to hide the time that an addition takes. */
constexpr int vectors = 4;
constexpr int blockSize = lanes * vectors;

template <typename T>
struct VectorOf
{
  typedef T Type __attribute__((vector_size(lanes * sizeof(T))));
};
using Wide = VectorOf<double>::Type;

template <typename T>
ITKTorch_INLINE void
AddWeighted(double weight, const T * pixels, Wide & sums)
{
  typename VectorOf<T>::Type narrow;
  std::memcpy(&narrow, pixels, sizeof(narrow));
  sums += weight * __builtin_convertvector(narrow, Wide);
}

template <typename T>
ITKTorch_INLINE void
StoreNarrow(const Wide & sums, T * pixels)
{
  const auto narrow = __builtin_convertvector(sums, typename VectorOf<T>::Type);
  std::memcpy(pixels, &narrow, sizeof(narrow));
}

/** `pixelsOf(k)` is where the k-th weight's pixels begin. */
template <typename T, typename TPixelsOf>
ITKTorch_INLINE void
SumWeighted(std::int64_t count, int weightCount, const double * weights, const TPixelsOf & pixelsOf, T * sums)
{
  std::int64_t x = 0;
  for (; x + blockSize <= count; x += blockSize)
  {
    Wide block[vectors] = {};
    for (int k = 0; k < weightCount; ++k)
    {
      const auto * const pixels = pixelsOf(k) + x;
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v)
      {
        AddWeighted(weights[k], pixels + v * lanes, block[v]);
      }
    }
    for (int v = 0; v < vectors; ++v)
    {
      StoreNarrow(block[v], sums + x + v * lanes);
    }
  }
  for (; x < count; ++x)
  {
    double sum = 0.0;
    for (int k = 0; k < weightCount; ++k)
    {
      sum += weights[k] * static_cast<double>(pixelsOf(k)[x]);
    }
    sums[x] = static_cast<T>(sum);
  }
}

} // namespace

#define ITKTorch_CANNY_SUMS(T)                                                                                         \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void SumWeightedRows<T>(                                                                      \
    std::int64_t count, int weightCount, const double * weights, const T * const * rows, T * sums)                     \
  {                                                                                                                    \
    SumWeighted(                                                                                                       \
      count, weightCount, weights, [rows](int k) { return rows[k]; }, sums);                                           \
  }                                                                                                                    \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void SumWeightedPixels<T>(                                                                    \
    std::int64_t count, int weightCount, const double * weights, const double * row, T * sums)                         \
  {                                                                                                                    \
    SumWeighted(                                                                                                       \
      count, weightCount, weights, [row](int k) { return row + k; }, sums);                                            \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

ITKTorch_CANNY_SUMS(float);
ITKTorch_CANNY_SUMS(double);
} // namespace itk
