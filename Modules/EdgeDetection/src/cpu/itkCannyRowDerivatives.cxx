// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyRows.h"
#include "itkTorchTargetClones.h"
#include <cmath>

#define ITKTorch_INLINE inline __attribute__((always_inline))

namespace itk
{
namespace
{
template <typename T, int D>
struct Neighbors
{
  static constexpr int middle{ CannyRows<T, D>::Middle };

  /** How far the rows of the neighbors along an axis but x are apart. */
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
  /** The neighbor along two axes, each by -1 or 1. */
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
  using At = Neighbors<T, D>;
  const CannyRows<T, D>    rows = around;
  const CannyFactors<T, D> f = factors;
  ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t x = 0; x < count; ++x)
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
  using At = Neighbors<T, D>;
  const CannyRows<T, D>    rows = around;
  const CannyRows<T, D>    curvature = aroundCurvature;
  const CannyFactors<T, D> f = factors;
  ITKTorch_INDEPENDENT_ITERATIONS for (std::int64_t x = 0; x < count; ++x)
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
      isCrossing |= Arithmetic::IsCrossingBefore(here, before);
      isCrossing |= Arithmetic::IsCrossingAfter(here, after);
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
        Neighbors<T, D>::Before(rows.Row, i, x), Neighbors<T, D>::After(rows.Row, i, x), f.First[i]);
    }
    CannyArithmetic<T, D>::Direction(first, direction + D * x);
  }
}

} // namespace

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
