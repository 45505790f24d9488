// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyRows.h"
#include "itkTorchTargetClones.h"
#include <cstring>
#include <type_traits>

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

template <typename T, int D>
struct Neighbours
{
  static constexpr int middle{ CannyRows<T, D>::Middle };

  /** How far the rows of the neighbours along an axis but x are apart. */
  static constexpr int
  Step(int axis)
  {
    return axis == 1 ? 1 : 3;
  }

  static ITKTorch_INLINE T
  Before(const T * const * rows, int axis, std::int64_t x)
  {
    return axis == 0 ? rows[middle][x - 1] : rows[middle - Step(axis)][x];
  }
  static ITKTorch_INLINE T
  After(const T * const * rows, int axis, std::int64_t x)
  {
    return axis == 0 ? rows[middle][x + 1] : rows[middle + Step(axis)][x];
  }
  /** The neighbour along two axes, each by -1 or 1. */
  static ITKTorch_INLINE T
  Corner(const T * const * rows, int i, int byI, int j, int byJ, std::int64_t x)
  {
    return i == 0 ? rows[middle + byJ * Step(j)][x + byI] : rows[middle + byI * Step(i) + byJ * Step(j)][x];
  }
};

template <typename T, int D>
ITKTorch_INLINE void
CurvatureOfRow(std::int64_t count, const CannyRows<T, D> & around, const CannyFactors<T, D> & factors, T * curvature)
{
  using Arithmetic = CannyArithmetic<T, D>;
  using At = Neighbours<T, D>;
  const CannyRows<T, D>    rows = around;
  const CannyFactors<T, D> f = factors;
#pragma GCC ivdep
  for (std::int64_t x = 0; x < count; ++x)
  {
    T       first[D];
    T       second[D];
    T       mixed[D * (D - 1) / 2];
    const T here = rows.Row[At::middle][x];
    int     pair = 0;
#pragma GCC unroll 3
    for (int i = 0; i < D; ++i)
    {
      const T before = At::Before(rows.Row, i, x);
      const T after = At::After(rows.Row, i, x);
      first[i] = Arithmetic::FirstDifference(before, after, f.First[i]);
      second[i] = Arithmetic::SecondDifference(before, here, after, f.Second[i]);
#pragma GCC unroll 3
      for (int j = i + 1; j < D; ++j)
      {
        mixed[pair] = Arithmetic::MixedDifference(At::Corner(rows.Row, i, -1, j, -1, x),
                                                  At::Corner(rows.Row, i, -1, j, 1, x),
                                                  At::Corner(rows.Row, i, 1, j, -1, x),
                                                  At::Corner(rows.Row, i, 1, j, 1, x),
                                                  f.Mixed[pair]);
        ++pair;
      }
    }
    curvature[x] = Arithmetic::SecondDirectionalDerivative(first, second, mixed);
  }
}

template <typename T, int D>
ITKTorch_INLINE void
SuppressInRow(std::int64_t               count,
              const CannyRows<T, D> &    around,
              const CannyRows<T, D> &    aroundCurvature,
              const CannyFactors<T, D> & factors,
              T *                        magnitude,
              T *                        suppressed)
{
  using Arithmetic = CannyArithmetic<T, D>;
  using At = Neighbours<T, D>;
  const CannyRows<T, D>    rows = around;
  const CannyRows<T, D>    curvature = aroundCurvature;
  const CannyFactors<T, D> f = factors;
#pragma GCC ivdep
  for (std::int64_t x = 0; x < count; ++x)
  {
    T       first[D];
    T       slope[D];
    bool    isCrossing = false;
    const T here = curvature.Row[At::middle][x];
#pragma GCC unroll 3
    for (int i = 0; i < D; ++i)
    {
      first[i] = Arithmetic::FirstDifference(At::Before(rows.Row, i, x), At::After(rows.Row, i, x), f.First[i]);
      const T before = At::Before(curvature.Row, i, x);
      const T after = At::After(curvature.Row, i, x);
      slope[i] = Arithmetic::FirstDifference(before, after, f.First[i]);
      isCrossing |= Arithmetic::IsCrossingBefore(here, before) | Arithmetic::IsCrossingAfter(here, after);
    }
    const T m = std::sqrt(Arithmetic::SquaredMagnitude(first));
    magnitude[x] = m;
    suppressed[x] = (isCrossing & Arithmetic::IsMaximum(first, slope, here, m)) ? m : T{ 0 };
  }
}

template <typename T, int D>
void
DirectionOfRow(std::int64_t count, const CannyRows<T, D> & rows, const CannyFactors<T, D> & f, T * direction)
{
  for (std::int64_t x = 0; x < count; ++x)
  {
    T first[D];
    for (int i = 0; i < D; ++i)
    {
      first[i] = CannyArithmetic<T, D>::FirstDifference(
        Neighbours<T, D>::Before(rows.Row, i, x), Neighbours<T, D>::After(rows.Row, i, x), f.First[i]);
    }
    CannyArithmetic<T, D>::Direction(first, direction + D * x);
  }
}

/** Eight bytes of 0 or 1 as eight bits, the first one lowest. */
ITKTorch_INLINE std::uint64_t
                PackBytes(std::uint64_t bytes)
{
  return (bytes * 0x0102040810204080u) >> 56;
}

/** Up to 64 pixels as codes: bit 0 weak, bit 1 strong. */
template <typename T>
ITKTorch_INLINE void
ClassifyRow(std::int64_t count, const T * suppressed, T lower, T upper, std::uint64_t * weak, std::uint64_t * strong)
{
  for (std::int64_t start = 0; start < count; start += 64)
  {
    unsigned char      codes[64] = {};
    const std::int64_t length = count - start < 64 ? count - start : 64;
    const T * const    values = suppressed + start;
    const auto         classify = [&](int i)
    {
      const auto isWeak = static_cast<unsigned char>(values[i] > lower);
      const auto isStrong = static_cast<unsigned char>(static_cast<float>(values[i]) > upper);
      codes[i] = static_cast<unsigned char>(isWeak | isStrong | 2 * isStrong);
    };
    if (length == 64)
    {
      for (int i = 0; i < 64; ++i)
      {
        classify(i);
      }
    }
    else
    {
      for (int i = 0; i < length; ++i)
      {
        classify(i);
      }
    }
    std::uint64_t weakWord = 0;
    std::uint64_t strongWord = 0;
    for (int byte = 0; byte < 8; ++byte)
    {
      std::uint64_t eight;
      std::memcpy(&eight, codes + 8 * byte, sizeof(eight));
      weakWord |= PackBytes(eight & 0x0101010101010101u) << (8 * byte);
      strongWord |= PackBytes((eight >> 1) & 0x0101010101010101u) << (8 * byte);
    }
    weak[start / 64] = weakWord;
    strong[start / 64] = strongWord;
  }
}

template <typename T>
ITKTorch_INLINE bool
AreAllFinite(std::int64_t count, const T * pixels)
{
  // An exponent of ones alone; integers, because sums of T may not be reordered.
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr Bits exponent = sizeof(T) == 4 ? Bits{ 0x7f800000u } : static_cast<Bits>(0x7ff0000000000000u);
  Bits           isOther = 0;
  for (std::int64_t x = 0; x < count; ++x)
  {
    Bits bits;
    std::memcpy(&bits, pixels + x, sizeof(bits));
    isOther |= static_cast<Bits>((bits & exponent) == exponent);
  }
  return isOther == 0;
}

template <typename T>
ITKTorch_INLINE void
ExpandRow(std::int64_t count, const std::uint64_t * bits, T * pixels)
{
  for (std::int64_t start = 0; start < count; start += 64)
  {
    const std::uint64_t word = bits[start / 64];
    const int           length = static_cast<int>(count - start < 64 ? count - start : 64);
    for (int i = 0; i < length; ++i)
    {
      pixels[start + i] = T{ 0 };
    }
    for (std::uint64_t rest = word; rest != 0; rest &= rest - 1)
    {
      pixels[start + __builtin_ctzll(rest)] = T{ 1 };
    }
  }
}
} // namespace

#define ITKTorch_CANNY_ROWS(T)                                                                                         \
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
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void ClassifyPixels<T>(                                                                       \
    std::int64_t count, const T * suppressed, T lower, T upper, std::uint64_t * weak, std::uint64_t * strong)          \
  {                                                                                                                    \
    ClassifyRow(count, suppressed, lower, upper, weak, strong);                                                        \
  }                                                                                                                    \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES bool AreFinite<T>(std::int64_t count, const T * pixels)                                       \
  {                                                                                                                    \
    return AreAllFinite(count, pixels);                                                                                \
  }                                                                                                                    \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void ExpandBits<T>(std::int64_t count, const std::uint64_t * bits, T * pixels)                \
  {                                                                                                                    \
    ExpandRow(count, bits, pixels);                                                                                    \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

ITKTorch_CANNY_ROWS(float);
ITKTorch_CANNY_ROWS(double);

#define ITKTorch_CANNY_DERIVATIVES(T, D)                                                                               \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void ComputeCurvature<T, D>(                                                                  \
    std::int64_t count, const CannyRows<T, D> & rows, const CannyFactors<T, D> & factors, T * curvature)               \
  {                                                                                                                    \
    CurvatureOfRow(count, rows, factors, curvature);                                                                   \
  }                                                                                                                    \
  template <>                                                                                                          \
  ITKTorch_TARGET_CLONES void SuppressNonMaxima<T, D>(std::int64_t               count,                                \
                                                      const CannyRows<T, D> &    rows,                                 \
                                                      const CannyRows<T, D> &    curvature,                            \
                                                      const CannyFactors<T, D> & factors,                              \
                                                      T *                        magnitude,                            \
                                                      T *                        suppressed)                           \
  {                                                                                                                    \
    SuppressInRow(count, rows, curvature, factors, magnitude, suppressed);                                             \
  }                                                                                                                    \
  template <>                                                                                                          \
  void ComputeDirection<T, D>(                                                                                         \
    std::int64_t count, const CannyRows<T, D> & rows, const CannyFactors<T, D> & factors, T * direction)               \
  {                                                                                                                    \
    DirectionOfRow(count, rows, factors, direction);                                                                   \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

ITKTorch_CANNY_DERIVATIVES(float, 2);
ITKTorch_CANNY_DERIVATIVES(float, 3);
ITKTorch_CANNY_DERIVATIVES(double, 2);
ITKTorch_CANNY_DERIVATIVES(double, 3);
} // namespace itk
