// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSpatialSamplingChunk.h"
#include "itkTorchTargetClones.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#define ITKTorch_ALWAYS_INLINE inline __attribute__((always_inline))

namespace itk
{
namespace
{
template <typename TPixel>
using AccumulatorType = std::conditional_t<(sizeof(TPixel) < 4) || std::is_same<TPixel, float>::value, float, double>;

/** Rounded half up for integers; `value` lies in their range. */
template <typename TPixel, typename TAccumulator>
ITKTorch_ALWAYS_INLINE TPixel
ToPixel(TAccumulator value)
{
  if constexpr (std::is_floating_point<TPixel>::value)
  {
    return static_cast<TPixel>(value);
  }
  else if constexpr (sizeof(TPixel) < 4)
  {
    // Truncation is the floor of what is not negative.
    constexpr auto lowest = std::numeric_limits<TPixel>::lowest();
    return static_cast<TPixel>(
      static_cast<std::int32_t>(value - static_cast<TAccumulator>(lowest) + TAccumulator{ 0.5 }) + lowest);
  }
  else
  {
    constexpr auto     largest = static_cast<TAccumulator>(std::numeric_limits<TPixel>::max());
    const TAccumulator rounded = std::floor(value + TAccumulator{ 0.5 });
    return rounded >= largest ? std::numeric_limits<TPixel>::max() : static_cast<TPixel>(rounded);
  }
}

template <typename TValue>
ITKTorch_ALWAYS_INLINE TValue
Mix(TValue a, TValue b, TValue t)
{
  // Exact at both ends.
  return (TValue{ 1 } - t) * a + t * b;
}

/** Step to the next pixel along an axis, which is the first one after the last with Wrap. */
template <bool VIsWrapped, typename TIndex>
ITKTorch_ALWAYS_INLINE TIndex
NextStep(std::int32_t pixel, std::int32_t size, TIndex stride)
{
  return VIsWrapped && pixel == size - 1 ? -pixel * stride : stride;
}

/** How the second neighbor along x is found. */
enum class Neighbor
{
  /** In the next place of memory. */
  Packed,
  Strided,
  /** After the last pixel comes the first. */
  Wrapped
};

template <typename TValue>
struct Pair
{
  TValue First;
  TValue Second;
};

/** The pixels at `at` and `at` + `right`. Where they are packed they are loaded as one word, which is half as many
 * accesses to the cache and, where compilers gather, half as many gathers. */
template <Neighbor VNeighbor, typename TPixel, typename TIndex>
ITKTorch_ALWAYS_INLINE Pair<AccumulatorType<TPixel>>
                       LoadPair(const TPixel * in, TIndex at, TIndex right)
{
  using Value = AccumulatorType<TPixel>;
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if constexpr (VNeighbor == Neighbor::Packed && sizeof(TPixel) <= 4)
  {
    using Half = std::conditional_t<sizeof(TPixel) == 1,
                                    std::uint8_t,
                                    std::conditional_t<sizeof(TPixel) == 2, std::uint16_t, std::uint32_t>>;
    using Whole = std::conditional_t<sizeof(TPixel) == 1,
                                     std::uint16_t,
                                     std::conditional_t<sizeof(TPixel) == 2, std::uint32_t, std::uint64_t>>;
    typedef Whole __attribute__((aligned(alignof(TPixel)), may_alias)) Word;
    const Whole word = *reinterpret_cast<const Word *>(in + at);
    const auto  first = static_cast<Half>(word);
    const auto  second = static_cast<Half>(word >> (8 * sizeof(TPixel)));
    return { static_cast<Value>(__builtin_bit_cast(TPixel, first)),
             static_cast<Value>(__builtin_bit_cast(TPixel, second)) };
  }
#endif
  return { static_cast<Value>(in[at]), static_cast<Value>(in[at + right]) };
}

template <typename TPixel, unsigned int VDimension, Neighbor VNeighbor, typename TIndex>
ITKTorch_ALWAYS_INLINE void
SampleLinear(const SamplingChunk & chunk, const SamplingSource & source, TPixel * __restrict output, std::int64_t step)
{
  using Value = AccumulatorType<TPixel>;
  constexpr bool     isWrapped = VNeighbor == Neighbor::Wrapped;
  const auto * const in = static_cast<const TPixel *>(source.Pixels);
  // An axis of one pixel has no second neighbor.
  const auto stride = [&](unsigned int axis)
  { return static_cast<TIndex>(source.Size[axis] > 1 ? source.Stride[axis] : 0); };
  const TIndex strideX = VNeighbor == Neighbor::Packed ? 1 : stride(0);
  const TIndex strideY = stride(1);
  const TIndex strideZ = VDimension == 3 ? stride(2) : 0;
  for (int j = 0; j < chunk.Count; ++j)
  {
    const std::int32_t x = chunk.Pixel[0][j];
    const std::int32_t y = chunk.Pixel[1][j];
    const auto         fx = static_cast<Value>(chunk.Fraction[0][j]);
    const auto         fy = static_cast<Value>(chunk.Fraction[1][j]);
    TIndex             at = x * strideX + y * strideY;
    const TIndex       right = NextStep<isWrapped>(x, source.Size[0], strideX);
    const TIndex       down = NextStep<isWrapped>(y, source.Size[1], strideY);
    const auto         sampleInPlane = [&](TIndex o)
    {
      const auto above = LoadPair<VNeighbor>(in, o, right);
      const auto below = LoadPair<VNeighbor>(in, static_cast<TIndex>(o + down), right);
      return Mix(Mix(above.First, above.Second, fx), Mix(below.First, below.Second, fx), fy);
    };
    if constexpr (VDimension == 3)
    {
      const std::int32_t z = chunk.Pixel[2][j];
      at += z * strideZ;
      const Value  front = sampleInPlane(at);
      const TIndex behind = NextStep<isWrapped>(z, source.Size[2], strideZ);
      output[j * step] =
        ToPixel<TPixel>(Mix(front, sampleInPlane(at + behind), static_cast<Value>(chunk.Fraction[2][j])));
    }
    else
    {
      output[j * step] = ToPixel<TPixel>(sampleInPlane(at));
    }
  }
}

template <typename TPixel, unsigned int VDimension, typename TIndex>
ITKTorch_ALWAYS_INLINE void
SampleNearest(const SamplingChunk & chunk, const SamplingSource & source, TPixel * __restrict output, std::int64_t step)
{
  const auto * const in = static_cast<const TPixel *>(source.Pixels);
  const bool         isWrapped = source.PaddingMode == SamplingPaddingMode::Wrap;
  for (int j = 0; j < chunk.Count; ++j)
  {
    TIndex at = 0;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      std::int32_t nearest = chunk.Pixel[axis][j] + (chunk.Fraction[axis][j] >= 0.5f ? 1 : 0);
      nearest = isWrapped && nearest == source.Size[axis] ? 0 : nearest;
      at += nearest * static_cast<TIndex>(source.Stride[axis]);
    }
    output[j * step] = in[at];
  }
}

template <typename TPixel, unsigned int VDimension>
ITKTorch_ALWAYS_INLINE void
SampleCubic(const SamplingChunk & chunk, const SamplingSource & source, TPixel * __restrict output, std::int64_t step)
{
  const auto * const in = static_cast<const TPixel *>(source.Pixels);
  for (int j = 0; j < chunk.Count; ++j)
  {
    std::int64_t offset[3][4]{};
    TPixel       weight[3][4]{};
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      const auto         t = static_cast<TPixel>(chunk.Fraction[axis][j]);
      const TPixel       s = TPixel{ 1 } - t;
      const std::int32_t size = source.Size[axis];
      weight[axis][0] = s * s * s / 6;
      weight[axis][1] = (4 + t * t * (3 * t - 6)) / 6;
      weight[axis][2] = (4 + s * s * (3 * s - 6)) / 6;
      weight[axis][3] = t * t * t / 6;
      for (int k = 0; k < 4; ++k)
      {
        std::int32_t pixel = chunk.Pixel[axis][j] + k - 1;
        if (source.PaddingMode == SamplingPaddingMode::Wrap)
        {
          pixel = FloorModulo(pixel, size);
        }
        else if (source.PaddingMode == SamplingPaddingMode::Reflect)
        {
          pixel = FloorModulo(pixel, 2 * size);
          pixel = pixel >= size ? 2 * size - 1 - pixel : pixel;
        }
        else
        {
          pixel = size == 1 ? 0 : FloorModulo(pixel, 2 * size - 2);
          pixel = pixel >= size ? 2 * size - 2 - pixel : pixel;
        }
        offset[axis][k] = pixel * source.Stride[axis];
      }
    }
    TPixel sum = 0;
    for (int z = 0; z < (VDimension == 3 ? 4 : 1); ++z)
    {
      TPixel plane = 0;
      for (int y = 0; y < 4; ++y)
      {
        const TPixel * const line = in + offset[1][y] + (VDimension == 3 ? offset[2][z] : 0);
        TPixel               row = 0;
        for (int x = 0; x < 4; ++x)
        {
          row += weight[0][x] * line[offset[0][x]];
        }
        plane += weight[1][y] * row;
      }
      sum += (VDimension == 3 ? weight[2][z] : TPixel{ 1 }) * plane;
    }
    output[j * step] = sum;
  }
}

template <typename TPixel, unsigned int VDimension, typename TIndex>
ITKTorch_ALWAYS_INLINE void
SampleLinearOf(const SamplingChunk & chunk, const SamplingSource & source, TPixel * output, std::int64_t step)
{
  if (source.PaddingMode == SamplingPaddingMode::Wrap)
  {
    SampleLinear<TPixel, VDimension, Neighbor::Wrapped, TIndex>(chunk, source, output, step);
  }
  else if (source.Stride[0] == 1 && source.Size[0] > 1 && step == 1)
  {
    SampleLinear<TPixel, VDimension, Neighbor::Packed, TIndex>(chunk, source, output, 1);
  }
  else
  {
    SampleLinear<TPixel, VDimension, Neighbor::Strided, TIndex>(chunk, source, output, step);
  }
}

template <typename TPixel, typename TIndex>
ITKTorch_ALWAYS_INLINE void
SampleLinearOf(const SamplingChunk &  chunk,
               const SamplingSource & source,
               unsigned int           dimension,
               TPixel *               output,
               std::int64_t           step)
{
  dimension == 3 ? SampleLinearOf<TPixel, 3, TIndex>(chunk, source, output, step)
                 : SampleLinearOf<TPixel, 2, TIndex>(chunk, source, output, step);
}

template <typename TPixel, typename TIndex>
ITKTorch_ALWAYS_INLINE void
SampleNearestOf(const SamplingChunk &  chunk,
                const SamplingSource & source,
                unsigned int           dimension,
                TPixel *               output,
                std::int64_t           step)
{
  if (step == 1)
  {
    dimension == 3 ? SampleNearest<TPixel, 3, TIndex>(chunk, source, output, 1)
                   : SampleNearest<TPixel, 2, TIndex>(chunk, source, output, 1);
    return;
  }
  dimension == 3 ? SampleNearest<TPixel, 3, TIndex>(chunk, source, output, step)
                 : SampleNearest<TPixel, 2, TIndex>(chunk, source, output, step);
}

/** Whether offsets in the image fit 32 bits, which are gathered twice as fast. */
bool
IsSmall(const SamplingSource & source)
{
  double last = 0.0;
  for (int axis = 0; axis < 3; ++axis)
  {
    last += static_cast<double>(source.Size[axis]) * static_cast<double>(std::abs(source.Stride[axis]));
  }
  return last < 0x1p31;
}

// A function template cannot be compiled for several instruction sets, so each type has functions of its own.
#define ITKTorch_DEFINE_SAMPLERS(type)                                                                                 \
  ITKTorch_TARGET_CLONES void SampleLinearSmall(const SamplingChunk &  chunk,                                          \
                                                const SamplingSource & source,                                         \
                                                unsigned int           dimension,                                      \
                                                type *                 output,                                         \
                                                std::int64_t           step)                                           \
  {                                                                                                                    \
    SampleLinearOf<type, std::int32_t>(chunk, source, dimension, output, step);                                        \
  }                                                                                                                    \
  void SampleLinearLarge(const SamplingChunk &  chunk,                                                                 \
                         const SamplingSource & source,                                                                \
                         unsigned int           dimension,                                                             \
                         type *                 output,                                                                \
                         std::int64_t           step)                                                                  \
  {                                                                                                                    \
    SampleLinearOf<type, std::int64_t>(chunk, source, dimension, output, step);                                        \
  }
ITKTorch_DEFINE_SAMPLERS(std::uint8_t) ITKTorch_DEFINE_SAMPLERS(std::int8_t) ITKTorch_DEFINE_SAMPLERS(std::uint16_t)
  ITKTorch_DEFINE_SAMPLERS(std::int16_t) ITKTorch_DEFINE_SAMPLERS(std::uint32_t) ITKTorch_DEFINE_SAMPLERS(std::int32_t)
    ITKTorch_DEFINE_SAMPLERS(std::uint64_t) ITKTorch_DEFINE_SAMPLERS(std::int64_t) ITKTorch_DEFINE_SAMPLERS(float)
      ITKTorch_DEFINE_SAMPLERS(double)

#define ITKTorch_DEFINE_NEAREST_SAMPLERS(type)                                                                         \
  ITKTorch_TARGET_CLONES void SampleNearestSmall(const SamplingChunk &  chunk,                                         \
                                                 const SamplingSource & source,                                        \
                                                 unsigned int           dimension,                                     \
                                                 type *                 output,                                        \
                                                 std::int64_t           step)                                          \
  {                                                                                                                    \
    SampleNearestOf<type, std::int32_t>(chunk, source, dimension, output, step);                                       \
  }                                                                                                                    \
  void SampleNearestLarge(const SamplingChunk &  chunk,                                                                \
                          const SamplingSource & source,                                                               \
                          unsigned int           dimension,                                                            \
                          type *                 output,                                                               \
                          std::int64_t           step)                                                                 \
  {                                                                                                                    \
    SampleNearestOf<type, std::int64_t>(chunk, source, dimension, output, step);                                       \
  }
        ITKTorch_DEFINE_NEAREST_SAMPLERS(std::uint8_t) ITKTorch_DEFINE_NEAREST_SAMPLERS(std::uint16_t)
          ITKTorch_DEFINE_NEAREST_SAMPLERS(std::uint32_t) ITKTorch_DEFINE_NEAREST_SAMPLERS(std::uint64_t)

            template <typename TPixel>
            void FillOutside(const SamplingChunk & chunk, double fillValue, TPixel * output, std::int64_t step)
{
  const auto value = ToPixel<TPixel>(std::clamp(fillValue,
                                                static_cast<double>(std::numeric_limits<TPixel>::lowest()),
                                                static_cast<double>(std::numeric_limits<TPixel>::max())));
  for (int j = 0; j < chunk.Count; ++j)
  {
    output[j * step] = chunk.IsInside[j] != 0 ? output[j * step] : value;
  }
}

template <typename TPixel>
void
SampleChunkAs(const SamplingChunk &  chunk,
              const SamplingSource & source,
              unsigned int           dimension,
              SamplingInterpolation  interpolation,
              TPixel *               output,
              std::int64_t           step)
{
  if (interpolation == SamplingInterpolation::Linear)
  {
    IsSmall(source) ? SampleLinearSmall(chunk, source, dimension, output, step)
                    : SampleLinearLarge(chunk, source, dimension, output, step);
  }
  else if (interpolation == SamplingInterpolation::Nearest)
  {
    // Pixels are only copied.
    using Word =
      std::conditional_t<sizeof(TPixel) == 1,
                         std::uint8_t,
                         std::conditional_t<sizeof(TPixel) == 2,
                                            std::uint16_t,
                                            std::conditional_t<sizeof(TPixel) == 4, std::uint32_t, std::uint64_t>>>;
    auto * const words = reinterpret_cast<Word *>(output);
    IsSmall(source) ? SampleNearestSmall(chunk, source, dimension, words, step)
                    : SampleNearestLarge(chunk, source, dimension, words, step);
  }
  else if constexpr (std::is_floating_point<TPixel>::value)
  {
    dimension == 3 ? SampleCubic<TPixel, 3>(chunk, source, output, step)
                   : SampleCubic<TPixel, 2>(chunk, source, output, step);
  }
  if (!chunk.IsInner && source.PaddingMode == SamplingPaddingMode::Constant)
  {
    FillOutside(chunk, source.PaddingValue, output, step);
  }
}
} // namespace

void
SampleChunk(const SamplingChunk &  chunk,
            const SamplingSource & source,
            unsigned int           dimension,
            SamplingInterpolation  interpolation,
            void *                 output,
            std::int64_t           step)
{
  const auto as = [&](auto pixel)
  { SampleChunkAs(chunk, source, dimension, interpolation, static_cast<decltype(pixel) *>(output), step); };
  switch (source.Type)
  {
    case at::ScalarType::Byte:
      return as(std::uint8_t{});
    case at::ScalarType::Char:
      return as(std::int8_t{});
    case at::ScalarType::UInt16:
      return as(std::uint16_t{});
    case at::ScalarType::Short:
      return as(std::int16_t{});
    case at::ScalarType::UInt32:
      return as(std::uint32_t{});
    case at::ScalarType::Int:
      return as(std::int32_t{});
    case at::ScalarType::UInt64:
      return as(std::uint64_t{});
    case at::ScalarType::Long:
      return as(std::int64_t{});
    case at::ScalarType::Float:
      return as(float{});
    case at::ScalarType::Double:
      return as(double{});
    default:
      TORCH_CHECK(false, "pixels of type ", c10::toString(source.Type), " cannot be sampled");
  }
}
} // namespace itk
