// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyArithmetic_h
#define itkCannyArithmetic_h

#include <cmath>

#ifdef __CUDACC__
#  define ITKTorch_HOST_DEVICE __host__ __device__
#else
#  define ITKTorch_HOST_DEVICE
#endif

namespace itk
{
/** Factors of the differences of D axes; those of pixels of size 1 are powers of 2, which round nothing. */
template <typename T, int D>
struct CannyFactors
{
  T      First[D];
  double Second[D];
  /** Of the pairs of axes (x, y), (x, z), (y, z). */
  double Mixed[D * (D - 1) / 2];
};

/** \param pixelSize what derivatives are divided by, along each axis */
template <typename T, int D>
CannyFactors<T, D>
MakeCannyFactors(const double * pixelSize)
{
  CannyFactors<T, D> factors;
  int                pair = 0;
  for (int i = 0; i < D; ++i)
  {
    factors.First[i] = static_cast<T>(0.5 / pixelSize[i]);
    factors.Second[i] = 1.0 / (pixelSize[i] * pixelSize[i]);
    for (int j = i + 1; j < D; ++j)
    {
      factors.Mixed[pair++] = 0.25 / (pixelSize[i] * pixelSize[j]);
    }
  }
  return factors;
}

/** What one pixel's derivatives become; the same for rows of the CPU, for a thread of a GPU, and in ITK: sums and
 * products are rounded to T where ITK stores or adds a T, and stay double where it does not. */
template <typename T, int D>
struct CannyArithmetic
{
  ITKTorch_HOST_DEVICE static T
  FirstDifference(T before, T after, T factor)
  {
    return (after - before) * factor;
  }

  ITKTorch_HOST_DEVICE static T
  SecondDifference(T before, T here, T after, double factor)
  {
    return static_cast<T>(
      ((static_cast<double>(before) - 2.0 * static_cast<double>(here)) + static_cast<double>(after)) * factor);
  }

  ITKTorch_HOST_DEVICE static T
  MixedDifference(T beforeBefore, T beforeAfter, T afterBefore, T afterAfter, double factor)
  {
    const double sum =
      ((static_cast<double>(beforeBefore) - static_cast<double>(beforeAfter)) - static_cast<double>(afterBefore)) +
      static_cast<double>(afterAfter);
    return static_cast<T>(sum * factor);
  }

  ITKTorch_HOST_DEVICE static T
  SquaredMagnitude(const T * first)
  {
    auto sum = static_cast<T>(0.0001);
    for (int axis = 0; axis < D; ++axis)
    {
      sum += first[axis] * first[axis];
    }
    return sum;
  }

  /** L; `mixed` of the pairs (x, y), (x, z), (y, z). */
  ITKTorch_HOST_DEVICE static T
  SecondDirectionalDerivative(const T * first, const T * second, const T * mixed)
  {
    T   sum = 0;
    int pair = 0;
    for (int i = 0; i < D - 1; ++i)
    {
      for (int j = i + 1; j < D; ++j)
      {
        const double term =
          2.0 * static_cast<double>(first[i]) * static_cast<double>(first[j]) * static_cast<double>(mixed[pair++]);
        sum = static_cast<T>(static_cast<double>(sum) + term);
      }
    }
    for (int axis = 0; axis < D; ++axis)
    {
      sum += first[axis] * first[axis] * second[axis];
    }
    return sum / SquaredMagnitude(first);
  }

  /** The unit vector along `first`; 0 for no gradient. */
  ITKTorch_HOST_DEVICE static void
  Direction(const T * first, T * direction)
  {
    double squared = 0.0;
    for (int axis = 0; axis < D; ++axis)
    {
      squared += static_cast<double>(first[axis]) * static_cast<double>(first[axis]);
    }
    const double length = sqrt(squared);
    for (int axis = 0; axis < D; ++axis)
    {
      direction[axis] = length > 0.0 ? static_cast<T>(static_cast<double>(first[axis]) / length) : T{ 0 };
    }
  }

  /** Whether L falls along the gradient; never where it overflows. */
  ITKTorch_HOST_DEVICE static bool
  IsMaximum(const T * first, const T * firstOfSecond, T second, T magnitude)
  {
    T slope = 0;
    for (int axis = 0; axis < D; ++axis)
    {
      slope += firstOfSecond[axis] * (first[axis] / magnitude);
    }
    return (slope <= 0) & (second - second == 0);
  }

  /** Whether L changes sign between here and the neighbor and is nearer to 0 here; nearness may be equal towards
   * neighbors of higher index. Plain operators, so that rows are vectorized. */
  ITKTorch_HOST_DEVICE static bool
  IsCrossingBefore(T here, T before)
  {
    return ((here >= 0) & (before < -here)) | ((here <= 0) & (before > -here));
  }
  ITKTorch_HOST_DEVICE static bool
  IsCrossingAfter(T here, T after)
  {
    return ((here > 0) & (after <= -here)) | ((here < 0) & (after >= -here)) |
           ((here == 0) & ((after < 0) | (after > 0)));
  }
};
} // namespace itk

#endif
