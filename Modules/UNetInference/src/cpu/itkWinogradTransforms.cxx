// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkWinogradTransforms.h"
#include "itkTorchTargetClones.h"
#include <cstdint>
#include <cstring>

#define ITKTorch_INLINE inline __attribute__((always_inline))

namespace itk
{
namespace
{
template <typename TComponent, int VLanes>
struct VectorOf
{
  typedef TComponent Type __attribute__((vector_size(VLanes * sizeof(TComponent))));
};
template <int VLanes>
using Floats = typename VectorOf<float, VLanes>::Type;

template <int VLanes>
ITKTorch_INLINE void
Load(const float * pixels, Floats<VLanes> & values)
{
  std::memcpy(&values, pixels, sizeof(values));
}

template <int VLanes>
ITKTorch_INLINE void
Load(const c10::BFloat16 * pixels, Floats<VLanes> & values)
{
  using Words = typename VectorOf<std::uint32_t, VLanes>::Type;
  typename VectorOf<std::uint16_t, VLanes>::Type upper;
  std::memcpy(&upper, pixels, sizeof(upper));
  const Words words = __builtin_convertvector(upper, Words) << 16;
  std::memcpy(&values, &words, sizeof(values));
}

template <int VLanes>
ITKTorch_INLINE void
Store(const Floats<VLanes> & values, float * pixels)
{
  std::memcpy(pixels, &values, sizeof(values));
}

/** Rounded to the nearest, halves to even. */
template <int VLanes>
ITKTorch_INLINE void
Store(const Floats<VLanes> & values, c10::BFloat16 * pixels)
{
  using Halves = typename VectorOf<std::uint16_t, VLanes>::Type;
  typename VectorOf<std::uint32_t, VLanes>::Type words;
  std::memcpy(&words, &values, sizeof(values));
  words = (words + 0x7fff + ((words >> 16) & 1)) >> 16;
  const Halves upper = __builtin_convertvector(words, Halves);
  std::memcpy(pixels, &upper, sizeof(upper));
}

constexpr float nearPoint = 0.625f;
constexpr float farPoint = 1.5f;
constexpr float nearSquare = nearPoint * nearPoint;
constexpr float farSquare = farPoint * farPoint;

/** Bᵀ of one column of a tile. */
template <typename V>
ITKTorch_INLINE void
TransformColumn(const V (&d)[6], V (&t)[6])
{
  const V nearEven = d[4] - farSquare * d[2];
  const V nearOdd = nearPoint * (d[3] - farSquare * d[1]);
  const V farEven = d[4] - nearSquare * d[2];
  const V farOdd = farPoint * (d[3] - nearSquare * d[1]);
  t[0] = nearSquare * farSquare * d[0] - (nearSquare + farSquare) * d[2] + d[4];
  t[1] = nearEven + nearOdd;
  t[2] = nearEven - nearOdd;
  t[3] = farEven + farOdd;
  t[4] = farEven - farOdd;
  t[5] = nearSquare * farSquare * d[1] - (nearSquare + farSquare) * d[3] + d[5];
}

template <typename V>
ITKTorch_INLINE void
TransformColumn(const V (&d)[4], V (&t)[4])
{
  t[0] = d[0] - d[2];
  t[1] = d[1] + d[2];
  t[2] = d[2] - d[1];
  t[3] = d[3] - d[1];
}

/** Aᵀ of one column of products. */
template <typename V>
ITKTorch_INLINE void
GatherColumn(const V (&p)[6], V (&y)[4])
{
  const V nearSum = p[1] + p[2];
  const V farSum = p[3] + p[4];
  const V nearDifference = p[1] - p[2];
  const V farDifference = p[3] - p[4];
  y[0] = p[0] + nearSum + farSum;
  y[1] = nearPoint * nearDifference + farPoint * farDifference;
  y[2] = nearSquare * nearSum + farSquare * farSum;
  y[3] = nearSquare * nearPoint * nearDifference + farSquare * farPoint * farDifference + p[5];
}

template <typename V>
ITKTorch_INLINE void
GatherColumn(const V (&p)[4], V (&y)[2])
{
  y[0] = p[0] + p[1] + p[2];
  y[1] = p[1] - p[2] + p[3];
}

template <int VLanes, typename TNumber>
ITKTorch_INLINE void
TransformInput(const TNumber * const * pixels, std::size_t channels, TNumber * values, std::size_t step)
{
  constexpr int edge = WinogradEdge<TNumber>;
  for (std::size_t c = 0; c < channels; c += VLanes)
  {
    Floats<VLanes> rows[edge][edge];
#pragma GCC unroll 6
    for (int x = 0; x < edge; ++x)
    {
      Floats<VLanes> column[edge];
      Floats<VLanes> transformed[edge];
#pragma GCC unroll 6
      for (int y = 0; y < edge; ++y)
      {
        Load<VLanes>(pixels[y * edge + x] + c, column[y]);
      }
      TransformColumn(column, transformed);
#pragma GCC unroll 6
      for (int y = 0; y < edge; ++y)
      {
        rows[y][x] = transformed[y];
      }
    }
#pragma GCC unroll 6
    for (int y = 0; y < edge; ++y)
    {
      Floats<VLanes> transformed[edge];
      TransformColumn(rows[y], transformed);
#pragma GCC unroll 6
      for (int x = 0; x < edge; ++x)
      {
        Store<VLanes>(transformed[x], values + static_cast<std::size_t>(y * edge + x) * step + c);
      }
    }
  }
}

template <int VLanes, typename TNumber>
ITKTorch_INLINE void
TransformOutput(const float *     products,
                std::size_t       step,
                std::size_t       channels,
                const float *     bias,
                bool              withReLU,
                TNumber * const * pixels)
{
  constexpr int edge = WinogradEdge<TNumber>;
  constexpr int tile = WinogradTile<TNumber>;
  for (std::size_t c = 0; c < channels; c += VLanes)
  {
    Floats<VLanes> rows[tile][edge];
#pragma GCC unroll 6
    for (int x = 0; x < edge; ++x)
    {
      Floats<VLanes> column[edge];
      Floats<VLanes> gathered[tile];
#pragma GCC unroll 6
      for (int y = 0; y < edge; ++y)
      {
        Load<VLanes>(products + static_cast<std::size_t>(y * edge + x) * step + c, column[y]);
      }
      GatherColumn(column, gathered);
#pragma GCC unroll 4
      for (int y = 0; y < tile; ++y)
      {
        rows[y][x] = gathered[y];
      }
    }
    Floats<VLanes> offset;
    Load<VLanes>(bias + c, offset);
    const Floats<VLanes> least = Floats<VLanes>{} + (withReLU ? 0.0f : -__builtin_inff());
#pragma GCC unroll 4
    for (int y = 0; y < tile; ++y)
    {
      Floats<VLanes> gathered[tile];
      GatherColumn(rows[y], gathered);
#pragma GCC unroll 4
      for (int x = 0; x < tile; ++x)
      {
        const Floats<VLanes> value = gathered[x] + offset;
        // What is not a number stays so.
        Store<VLanes>(value < least ? least : value, pixels[y * tile + x] + c);
      }
    }
  }
}
} // namespace

std::vector<double>
GetWinogradKernelTransform(int tile)
{
  if (tile == 2)
  {
    return { 1.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.0, 0.0, 1.0 };
  }
  // Row of a point p: (1, p, p²) / Π (p - q) over the other points q.
  std::vector<double> rows;
  const double        points[] = { 0.0, nearPoint, -nearPoint, farPoint, -farPoint };
  for (const double p : points)
  {
    double divisor = 1.0;
    for (const double q : points)
    {
      divisor *= p == q ? 1.0 : p - q;
    }
    rows.insert(rows.end(), { 1.0 / divisor, p / divisor, p * p / divisor });
  }
  rows.insert(rows.end(), { 0.0, 0.0, 1.0 });
  return rows;
}

#define ITKTorch_WINOGRAD(T)                                                                                           \
  ITKTorch_TARGET_CLONES void TransformWinogradInput(                                                                  \
    const T * const * pixels, std::size_t channels, T * values, std::size_t step)                                      \
  {                                                                                                                    \
    channels % 16 == 0 ? TransformInput<16>(pixels, channels, values, step)                                            \
                       : TransformInput<WinogradChannels>(pixels, channels, values, step);                             \
  }                                                                                                                    \
  ITKTorch_TARGET_CLONES void TransformWinogradOutput(const float * products,                                          \
                                                      std::size_t   step,                                              \
                                                      std::size_t   channels,                                          \
                                                      const float * bias,                                              \
                                                      bool          withReLU,                                          \
                                                      T * const *   pixels)                                            \
  {                                                                                                                    \
    channels % 16 == 0 ? TransformOutput<16>(products, step, channels, bias, withReLU, pixels)                         \
                       : TransformOutput<WinogradChannels>(products, step, channels, bias, withReLU, pixels);          \
  }

ITKTorch_WINOGRAD(float) ITKTorch_WINOGRAD(c10::BFloat16)

#undef ITKTorch_WINOGRAD
} // namespace itk
