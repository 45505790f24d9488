// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCannyEdgeDetectionPoint_h
#define itkCannyEdgeDetectionPoint_h

#include "itkCannyEdgeDetectionCuda.h"
#include "itkCannyArithmetic.h"

namespace itk
{
/** One pixel and its neighbors; outside the image its nearest pixel. A thread of a kernel computes one. Also compiled
 * for the host, where tests compare it with the CPU's rows. */
template <typename T, int D>
class CannyPoint
{
public:
  ITKTorch_HOST_DEVICE
  CannyPoint(const std::int64_t * size, std::int64_t pixel)
    : m_Pixel(pixel)
  {
    std::int64_t rest = pixel;
    std::int64_t stride = 1;
    for (int axis = 0; axis < D; ++axis)
    {
      m_Position[axis] = rest % size[axis];
      m_Size[axis] = size[axis];
      m_Stride[axis] = stride;
      rest /= size[axis];
      stride *= size[axis];
    }
  }

  ITKTorch_HOST_DEVICE T
  Smooth(const T * image, int axis, int numberOfWeights, const double * weights) const
  {
    double sum = 0.0;
    for (int k = 0; k < numberOfWeights; ++k)
    {
      sum += weights[k] * static_cast<double>(image[m_Pixel + Offset(axis, k - numberOfWeights / 2)]);
    }
    return static_cast<T>(sum);
  }

  ITKTorch_HOST_DEVICE T
  Curvature(const T * smoothed, const CannyFactors<T, D> & factors) const
  {
    T   first[D];
    T   second[D];
    T   mixed[D * (D - 1) / 2];
    int pair = 0;
    for (int i = 0; i < D; ++i)
    {
      const T before = At(smoothed, i, -1);
      const T after = At(smoothed, i, 1);
      first[i] = Arithmetic::FirstDifference(before, after, factors.First[i]);
      second[i] = Arithmetic::SecondDifference(before, smoothed[m_Pixel], after, factors.Second[i]);
      for (int j = i + 1; j < D; ++j)
      {
        mixed[pair] = Arithmetic::MixedDifference(smoothed[m_Pixel + Offset(i, -1) + Offset(j, -1)],
                                                  smoothed[m_Pixel + Offset(i, -1) + Offset(j, 1)],
                                                  smoothed[m_Pixel + Offset(i, 1) + Offset(j, -1)],
                                                  smoothed[m_Pixel + Offset(i, 1) + Offset(j, 1)],
                                                  factors.Mixed[pair]);
        ++pair;
      }
    }
    return Arithmetic::SecondDirectionalDerivative(first, second, mixed);
  }

  /** \param magnitude, direction null if not wanted */
  ITKTorch_HOST_DEVICE void
  Suppress(const T *                  smoothed,
           const T *                  curvature,
           const CannyFactors<T, D> & factors,
           T *                        suppressed,
           T *                        magnitude,
           T *                        direction) const
  {
    T       first[D];
    T       slope[D];
    bool    isCrossing = false;
    const T here = curvature[m_Pixel];
    for (int axis = 0; axis < D; ++axis)
    {
      const T before = At(curvature, axis, -1);
      const T after = At(curvature, axis, 1);
      first[axis] = Arithmetic::FirstDifference(At(smoothed, axis, -1), At(smoothed, axis, 1), factors.First[axis]);
      slope[axis] = Arithmetic::FirstDifference(before, after, factors.First[axis]);
      isCrossing |= Arithmetic::IsCrossingBefore(here, before);
      isCrossing |= Arithmetic::IsCrossingAfter(here, after);
    }
    const T m = sqrt(Arithmetic::SquaredMagnitude(first));
    suppressed[m_Pixel] = (isCrossing & Arithmetic::IsMaximum(first, slope, here, m)) ? m : T{ 0 };
    if (magnitude != nullptr)
    {
      magnitude[m_Pixel] = m;
    }
    if (direction != nullptr)
    {
      Arithmetic::Direction(first, direction + D * m_Pixel);
    }
  }

  /** Joins the kinds of this weak pixel and of the weak ones among the half of its neighbors that come before it. */
  ITKTorch_HOST_DEVICE void
  JoinNeighbors(std::int32_t * parents) const
  {
    constexpr int offsets = D == 2 ? 9 : 27;
    for (int offset = 0; offset < offsets / 2; ++offset)
    {
      std::int64_t other = m_Pixel;
      bool         isInside = true;
      int          rest = offset;
      for (int axis = 0; axis < D; ++axis, rest /= 3)
      {
        const int by = rest % 3 - 1;
        isInside &= m_Position[axis] + by >= 0 && m_Position[axis] + by < m_Size[axis];
        other += by * m_Stride[axis];
      }
      if (isInside && parents[other] >= 0)
      {
        Join(parents, static_cast<std::int32_t>(m_Pixel), static_cast<std::int32_t>(other));
      }
    }
  }

  /** The least pixel of a weak one's kind, once all are joined. */
  ITKTorch_HOST_DEVICE static std::int32_t
  FindRoot(const std::int32_t * parents, std::int32_t pixel)
  {
    const volatile std::int32_t * const current = parents;
    for (std::int32_t parent = current[pixel]; parent != pixel; parent = current[pixel])
    {
      pixel = parent;
    }
    return pixel;
  }

  /** Once all are joined: makes the root the parent of a weak pixel. Others may do so at the same time, because each
   * parent stays one of its kind that is nearer to the root. */
  ITKTorch_HOST_DEVICE static void
  Flatten(std::int32_t * parents, std::int32_t pixel)
  {
    parents[pixel] = FindRoot(parents, pixel);
  }

private:
  using Arithmetic = CannyArithmetic<T, D>;

  /** To the neighbor `by` pixels along an axis, or to the last one before it. */
  ITKTorch_HOST_DEVICE std::int64_t
                       Offset(int axis, std::int64_t by) const
  {
    std::int64_t position = m_Position[axis] + by;
    position = position < 0 ? 0 : position;
    position = position < m_Size[axis] ? position : m_Size[axis] - 1;
    return (position - m_Position[axis]) * m_Stride[axis];
  }

  ITKTorch_HOST_DEVICE T
  At(const T * image, int axis, int by) const
  {
    return image[m_Pixel + Offset(axis, by)];
  }

  /** Stores the lesser number.
   * \return what was there before */
  ITKTorch_HOST_DEVICE static std::int32_t
  StoreMinimum(std::int32_t * place, std::int32_t value)
  {
#ifdef __CUDA_ARCH__
    return atomicMin(place, value);
#else
    const std::int32_t before = *place;
    *place = value < before ? value : before;
    return before;
#endif
  }

  /** A root's parent is only ever made less, so no loop arises, whichever thread is first. */
  ITKTorch_HOST_DEVICE static void
  Join(std::int32_t * parents, std::int32_t a, std::int32_t b)
  {
    while (true)
    {
      a = FindRoot(parents, a);
      b = FindRoot(parents, b);
      if (a == b)
      {
        return;
      }
      const std::int32_t greater = a > b ? a : b;
      const std::int32_t lesser = a > b ? b : a;
      const std::int32_t before = StoreMinimum(parents + greater, lesser);
      if (before == greater)
      {
        return;
      }
      // Another thread had joined it to something else, which is of the same kind, too.
      a = before;
      b = lesser;
    }
  }

  std::int64_t m_Pixel;
  std::int64_t m_Position[D];
  std::int64_t m_Size[D];
  std::int64_t m_Stride[D];
};
} // namespace itk

#endif
