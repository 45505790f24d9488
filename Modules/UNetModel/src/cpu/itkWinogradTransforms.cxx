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

/** A of one column of outputs. */
template <typename V>
ITKTorch_INLINE void
SpreadColumn(const V (&y)[4], V (&p)[6])
{
  const V nearEven = y[0] + nearSquare * y[2];
  const V nearOdd = nearPoint * (y[1] + nearSquare * y[3]);
  const V farEven = y[0] + farSquare * y[2];
  const V farOdd = farPoint * (y[1] + farSquare * y[3]);
  p[0] = y[0];
  p[1] = nearEven + nearOdd;
  p[2] = nearEven - nearOdd;
  p[3] = farEven + farOdd;
  p[4] = farEven - farOdd;
  p[5] = y[3];
}

template <typename V>
ITKTorch_INLINE void
GatherColumn(const V (&p)[4], V (&y)[2])
{
  y[0] = p[0] + p[1] + p[2];
  y[1] = p[1] - p[2] + p[3];
}

/** Both ends of a transform of tiles of `VFrom` pixels along an edge to `VTo` numbers, by one that is given for
 * columns. */
template <int VLanes, int VFrom, int VTo, typename TPixel, typename TNumber, typename TColumn>
ITKTorch_INLINE void
TransformTile(const TPixel * const * pixels,
              std::size_t            channels,
              TNumber *              values,
              std::size_t            step,
              const TColumn &        transformColumn)
{
  for (std::size_t c = 0; c < channels; c += VLanes)
  {
    Floats<VLanes> rows[VTo][VFrom];
#pragma GCC unroll 6
    for (int x = 0; x < VFrom; ++x)
    {
      Floats<VLanes> column[VFrom];
      Floats<VLanes> transformed[VTo];
#pragma GCC unroll 6
      for (int y = 0; y < VFrom; ++y)
      {
        Load<VLanes>(pixels[y * VFrom + x] + c, column[y]);
      }
      transformColumn(column, transformed);
#pragma GCC unroll 6
      for (int y = 0; y < VTo; ++y)
      {
        rows[y][x] = transformed[y];
      }
    }
#pragma GCC unroll 6
    for (int y = 0; y < VTo; ++y)
    {
      Floats<VLanes> transformed[VTo];
      transformColumn(rows[y], transformed);
#pragma GCC unroll 6
      for (int x = 0; x < VTo; ++x)
      {
        Store<VLanes>(transformed[x], values + static_cast<std::size_t>(y * VTo + x) * step + c);
      }
    }
  }
}

template <int VLanes, typename TPixel, typename TNumber>
ITKTorch_INLINE void
TransformInput(const TPixel * const * pixels, std::size_t channels, TNumber * values, std::size_t step)
{
  constexpr int edge = WinogradEdge<TNumber>;
  TransformTile<VLanes, edge, edge>(
    pixels, channels, values, step, [](const auto & d, auto & t) __attribute__((always_inline)) {
      TransformColumn(d, t);
    });
}

template <int VLanes, typename TPixel>
ITKTorch_INLINE void
TransformGradient(const TPixel * const * pixels, std::size_t channels, float * values, std::size_t step)
{
  TransformTile<VLanes, WinogradTile<float>, WinogradEdge<float>>(
    pixels, channels, values, step, [](const auto & y, auto & p) __attribute__((always_inline)) {
      SpreadColumn(y, p);
    });
}

template <int VLanes, int VTile, typename TPixel>
ITKTorch_INLINE void
TransformOutput(const float *    products,
                std::size_t      step,
                std::size_t      channels,
                const float *    bias,
                bool             withReLU,
                TPixel * const * pixels)
{
  constexpr int tile = VTile;
  constexpr int edge = VTile + 2;
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

#define ITKTorch_WINOGRAD_IN(Name, TPixel, TNumber)                                                                    \
  ITKTorch_TARGET_CLONES void TransformWinograd##Name(                                                                 \
    const TPixel * const * pixels, std::size_t channels, TNumber * values, std::size_t step)                           \
  {                                                                                                                    \
    channels % 16 == 0 ? Transform##Name<16>(pixels, channels, values, step)                                           \
                       : Transform##Name<WinogradChannels>(pixels, channels, values, step);                            \
  }

ITKTorch_WINOGRAD_IN(Input, float, float) ITKTorch_WINOGRAD_IN(Input, c10::BFloat16, float)
  ITKTorch_WINOGRAD_IN(Input, c10::BFloat16, c10::BFloat16) ITKTorch_WINOGRAD_IN(Gradient, float, float)
    ITKTorch_WINOGRAD_IN(Gradient, c10::BFloat16, float)

#undef ITKTorch_WINOGRAD_IN

#define ITKTorch_WINOGRAD_OUT(VTile, TPixel)                                                                           \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void WinogradOutput<VTile>::Transform(const float *    products,                              \
                                                               std::size_t      step,                                  \
                                                               std::size_t      channels,                              \
                                                               const float *    bias,                                  \
                                                               bool             withReLU,                              \
                                                               TPixel * const * pixels)                                \
  {                                                                                                                    \
    channels % 16 == 0 ? TransformOutput<16, VTile>(products, step, channels, bias, withReLU, pixels)                  \
                       : TransformOutput<WinogradChannels, VTile>(products, step, channels, bias, withReLU, pixels);   \
  }

      ITKTorch_WINOGRAD_OUT(4, float) ITKTorch_WINOGRAD_OUT(4, c10::BFloat16) ITKTorch_WINOGRAD_OUT(2, c10::BFloat16)

#undef ITKTorch_WINOGRAD_OUT
} // namespace itk
