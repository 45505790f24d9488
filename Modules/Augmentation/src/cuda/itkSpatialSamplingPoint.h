// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSamplingPoint_h
#define itkSpatialSamplingPoint_h

#include "itkSpatialSamplingCuda.h"
#include <cmath>
#include <limits>
#include <type_traits>

#ifdef __CUDACC__
#  define ITKTorch_HOST_DEVICE __host__ __device__
#else
#  define ITKTorch_HOST_DEVICE
#endif

namespace itk
{
/** One output pixel of a job; the kernel runs it for all. Also compiled for the host, where tests compare it with the
 * CPU's kernel. The numbers are those of TorchComponentType, SamplingInterpolation and SamplingPaddingMode. */
class SpatialSamplingPoint
{
public:
  ITKTorch_HOST_DEVICE
  SpatialSamplingPoint(const SpatialSamplingCudaJob & job, std::int64_t pixel)
    : m_Job(job)
  {
    std::int64_t rest = pixel;
    for (int axis = 0; axis < 3; ++axis)
    {
      m_Output[axis] = rest % job.OutputSize[axis];
      rest /= job.OutputSize[axis];
    }
    Locate(pixel);
  }

  ITKTorch_HOST_DEVICE void
  Sample(const SpatialSamplingCudaImage & image) const
  {
    // Numbers of TorchComponentType.
    switch (image.Type)
    {
      case 0:
        return SampleAs<std::uint8_t, float>(image);
      case 1:
        return SampleAs<std::int8_t, float>(image);
      case 2:
        return SampleAs<std::uint16_t, float>(image);
      case 3:
        return SampleAs<std::int16_t, float>(image);
      case 4:
        return SampleAs<std::uint32_t, double>(image);
      case 5:
        return SampleAs<std::int32_t, double>(image);
      case 6:
        return SampleAs<std::uint64_t, double>(image);
      case 7:
        return SampleAs<std::int64_t, double>(image);
      case 8:
        return SampleAs<float, float>(image);
      default:
        return SampleAs<double, double>(image);
    }
  }

private:
  enum PaddingMode
  {
    Reflect,
    Mirror,
    Edge,
    Constant,
    Wrap
  };
  enum Interpolation
  {
    Nearest,
    Linear,
    Cubic
  };

  template <typename TValue>
  ITKTorch_HOST_DEVICE static void
  WeighSplines(TValue t, TValue * weights)
  {
    const TValue s = TValue{ 1 } - t;
    weights[0] = s * s * s / 6;
    weights[1] = (4 + t * t * (3 * t - 6)) / 6;
    weights[2] = (4 + s * s * (3 * s - 6)) / 6;
    weights[3] = t * t * t / 6;
  }

  ITKTorch_HOST_DEVICE static std::int32_t
  FloorModulo(std::int32_t value, std::int32_t period)
  {
    const std::int32_t rest = value % period;
    return rest < 0 ? rest + period : rest;
  }

  ITKTorch_HOST_DEVICE void
  Displace(std::int64_t pixel, float * displacement) const
  {
    const int dimension = m_Job.Dimension;
    if (m_Job.Coefficients != nullptr)
    {
      std::int32_t first[3] = { 0, 0, 0 };
      float        weights[3][4] = { { 1.0f }, { 1.0f }, { 1.0f } };
      for (int axis = 0; axis < dimension; ++axis)
      {
        const std::int32_t nodes = m_Job.Splines[axis] - 2;
        const double       place = static_cast<double>(m_Job.OutputStart[axis] + m_Output[axis]) / m_Job.CellSize[axis];
        auto               cell = static_cast<std::int32_t>(place);
        cell = cell > nodes - 2 ? nodes - 2 : cell;
        first[axis] = nodes > 1 ? cell : 0;
        WeighSplines(nodes > 1 ? static_cast<float>(place - cell) : 0.0f, weights[axis]);
      }
      const int depth = dimension == 3 ? 4 : 1;
      for (int component = 0; component < dimension; ++component)
      {
        float sum = 0.0f;
        for (int z = 0; z < depth; ++z)
        {
          for (int y = 0; y < 4; ++y)
          {
            const std::int32_t rowZ = AtMost(first[2] + z, m_Job.Splines[2] - 1);
            const std::int32_t rowY = AtMost(first[1] + y, m_Job.Splines[1] - 1);
            const float *      row =
              m_Job.Coefficients +
              ((static_cast<std::int64_t>(component) * m_Job.Splines[2] + rowZ) * m_Job.Splines[1] + rowY) *
                m_Job.Splines[0];
            float line = 0.0f;
            for (int x = 0; x < 4; ++x)
            {
              line += weights[0][x] * row[AtMost(first[0] + x, m_Job.Splines[0] - 1)];
            }
            sum += weights[2][z] * (weights[1][y] * line);
          }
        }
        displacement[component] = sum;
      }
    }
    else if (m_Job.Field != nullptr)
    {
      const std::int64_t pixels = m_Job.OutputSize[0] * m_Job.OutputSize[1] * m_Job.OutputSize[2];
      for (int component = 0; component < dimension; ++component)
      {
        displacement[component] = m_Job.Field[component * pixels + pixel];
      }
    }
  }

  ITKTorch_HOST_DEVICE static std::int32_t
  AtMost(std::int32_t value, std::int32_t largest)
  {
    return value < largest ? value : largest;
  }

  ITKTorch_HOST_DEVICE void
  Locate(std::int64_t pixel)
  {
    float displacement[3] = { 0.0f, 0.0f, 0.0f };
    Displace(pixel, displacement);
    for (int axis = 0; axis < m_Job.Dimension; ++axis)
    {
      // The pixel's own place in double, what moves it in float.
      double base = m_Job.Offset[axis];
      float  moved = 0.0f;
      for (int column = 0; column < m_Job.Dimension; ++column)
      {
        base += m_Job.Matrix[axis][column] * static_cast<double>(m_Job.OutputStart[column] + m_Output[column]);
        moved += static_cast<float>(m_Job.Matrix[axis][column]) * displacement[column];
      }
      double place = base + static_cast<double>(moved);
      place = place < -1073741824.0 ? -1073741824.0 : place > 1073741824.0 ? 1073741824.0 : place;
      auto floor = static_cast<std::int32_t>(place);
      floor -= place < static_cast<double>(floor) ? 1 : 0;
      m_Pixel[axis] = floor;
      m_Fraction[axis] = static_cast<float>(place - floor);
      FoldAxis(axis);
    }
  }

  /** See FoldPoints(); keeps the point itself for cubic interpolation. */
  ITKTorch_HOST_DEVICE void
  FoldAxis(int axis)
  {
    const std::int32_t size = m_Job.InputSize[axis];
    std::int32_t       pixel = m_Pixel[axis];
    float              fraction = m_Fraction[axis];
    if (m_Job.PaddingMode == Wrap)
    {
      m_Folded[axis] = FloorModulo(pixel, size);
      m_FoldedFraction[axis] = fraction;
      return;
    }
    if (m_Job.PaddingMode == Constant)
    {
      const bool isBefore = pixel < -1 || (pixel == -1 && fraction < 0.5f);
      const bool isAfter = pixel >= size || (pixel == size - 1 && fraction >= 0.5f);
      m_IsInside = m_IsInside && !isBefore && !isAfter;
    }
    else if (pixel < 0 || pixel >= size - 1)
    {
      const std::int32_t period = m_Job.PaddingMode == Reflect  ? 2 * size
                                  : m_Job.PaddingMode == Mirror ? 2 * size - 2
                                                                : 0;
      const std::int32_t sum = m_Job.PaddingMode == Reflect ? 2 * size - 1 : 2 * size - 2;
      if (period > 0)
      {
        pixel = FloorModulo(pixel, period);
        if (pixel >= (m_Job.PaddingMode == Reflect ? size : size - 1))
        {
          pixel = fraction > 0.0f ? sum - 1 - pixel : sum - pixel;
          fraction = fraction > 0.0f ? 1.0f - fraction : 0.0f;
        }
      }
    }
    if (pixel < 0)
    {
      pixel = 0;
      fraction = 0.0f;
    }
    else if (pixel >= size - 1)
    {
      pixel = size > 1 ? size - 2 : 0;
      fraction = size > 1 ? 1.0f : 0.0f;
    }
    m_Folded[axis] = pixel;
    m_FoldedFraction[axis] = fraction;
  }

  /** Device code may read constants but not call std::numeric_limits. */
  template <typename TPixel>
  struct Limits
  {
    static constexpr TPixel Largest = std::numeric_limits<TPixel>::max();
    static constexpr TPixel Lowest = std::numeric_limits<TPixel>::lowest();
  };

  /** Half up for integers; `value` lies in their range, but for rounding. */
  template <typename TPixel, typename TValue>
  ITKTorch_HOST_DEVICE static TPixel
  ToPixel(TValue value)
  {
    if constexpr (std::is_floating_point<TPixel>::value)
    {
      return static_cast<TPixel>(value);
    }
    else
    {
      constexpr TPixel largest = Limits<TPixel>::Largest;
      constexpr TPixel lowest = Limits<TPixel>::Lowest;
      const double     rounded = floor(static_cast<double>(value) + 0.5);
      return rounded >= static_cast<double>(largest)  ? largest
             : rounded <= static_cast<double>(lowest) ? lowest
                                                      : static_cast<TPixel>(rounded);
    }
  }

  template <typename TPixel, typename TValue>
  ITKTorch_HOST_DEVICE void
  SampleAs(const SpatialSamplingCudaImage & image) const
  {
    const auto * input = static_cast<const TPixel *>(image.Input);
    auto *       output = static_cast<TPixel *>(image.Output);
    for (int axis = 0; axis < m_Job.Dimension; ++axis)
    {
      output += m_Output[axis] * image.OutputStride[axis];
    }
    for (std::int32_t component = 0; component < image.Components; ++component)
    {
      *output = m_IsInside ? SampleComponent<TPixel, TValue>(input, image) : ToPixel<TPixel>(image.PaddingValue);
      input += image.InputComponentStride;
      output += image.OutputComponentStride;
    }
  }

  template <typename TPixel, typename TValue>
  ITKTorch_HOST_DEVICE TPixel
  SampleComponent(const TPixel * input, const SpatialSamplingCudaImage & image) const
  {
    if (image.Interpolation == Nearest)
    {
      for (int axis = 0; axis < m_Job.Dimension; ++axis)
      {
        input += NextPixel(axis, m_FoldedFraction[axis] >= 0.5f ? 1 : 0) * image.InputStride[axis];
      }
      return *input;
    }
    const bool   isCubic = image.Interpolation == Cubic;
    const int    taps = isCubic ? 4 : 2;
    TValue       weights[3][4];
    std::int64_t offsets[3][4];
    for (int axis = 0; axis < 3; ++axis)
    {
      weights[axis][0] = 1;
      offsets[axis][0] = 0;
      for (int tap = 0; axis < m_Job.Dimension && tap < taps; ++tap)
      {
        const std::int32_t pixel = isCubic ? SplinePixel(axis, tap - 1) : NextPixel(axis, tap);
        offsets[axis][tap] = pixel * image.InputStride[axis];
      }
      if (axis < m_Job.Dimension)
      {
        Weigh(axis, isCubic, weights[axis]);
      }
    }
    TValue    sum = 0;
    const int depth = m_Job.Dimension == 3 ? taps : 1;
    for (int z = 0; z < depth; ++z)
    {
      TValue plane = 0;
      for (int y = 0; y < taps; ++y)
      {
        TValue row = 0;
        for (int x = 0; x < taps; ++x)
        {
          row += weights[0][x] * static_cast<TValue>(input[offsets[0][x] + offsets[1][y] + offsets[2][z]]);
        }
        plane += weights[1][y] * row;
      }
      sum += weights[2][z] * plane;
    }
    return ToPixel<TPixel>(sum);
  }

  /** The folded point's pixel or the one after it. */
  ITKTorch_HOST_DEVICE std::int32_t
                       NextPixel(int axis, int step) const
  {
    const std::int32_t size = m_Job.InputSize[axis];
    const std::int32_t pixel = m_Folded[axis] + step;
    return pixel < size ? pixel : m_Job.PaddingMode == Wrap ? 0 : size - 1;
  }

  ITKTorch_HOST_DEVICE bool
  IsClamped() const
  {
    return m_Job.PaddingMode == Edge || m_Job.PaddingMode == Constant;
  }

  ITKTorch_HOST_DEVICE std::int32_t
                       SplinePixel(int axis, int step) const
  {
    const std::int32_t size = m_Job.InputSize[axis];
    std::int32_t       pixel = (IsClamped() ? m_Folded[axis] : m_Pixel[axis]) + step;
    if (m_Job.PaddingMode == Wrap)
    {
      return FloorModulo(pixel, size);
    }
    if (m_Job.PaddingMode == Reflect)
    {
      pixel = FloorModulo(pixel, 2 * size);
      return pixel >= size ? 2 * size - 1 - pixel : pixel;
    }
    pixel = size == 1 ? 0 : FloorModulo(pixel, 2 * size - 2);
    return pixel >= size ? 2 * size - 2 - pixel : pixel;
  }

  template <typename TValue>
  ITKTorch_HOST_DEVICE void
  Weigh(int axis, bool isCubic, TValue * weights) const
  {
    const auto   t = static_cast<TValue>(isCubic && !IsClamped() ? m_Fraction[axis] : m_FoldedFraction[axis]);
    const TValue s = TValue{ 1 } - t;
    if (isCubic)
    {
      WeighSplines(t, weights);
      return;
    }
    weights[0] = s;
    weights[1] = t;
  }

  const SpatialSamplingCudaJob & m_Job;
  std::int64_t                   m_Output[3];
  std::int32_t                   m_Pixel[3]{ 0, 0, 0 };
  float                          m_Fraction[3]{ 0.0f, 0.0f, 0.0f };
  std::int32_t                   m_Folded[3]{ 0, 0, 0 };
  float                          m_FoldedFraction[3]{ 0.0f, 0.0f, 0.0f };
  bool                           m_IsInside{ true };
};
} // namespace itk

#endif
