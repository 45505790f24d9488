// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSamplingPoints_h
#define itkSpatialSamplingPoints_h

#include "itkSpatialSampling.h"

namespace itk
{
/** Points sampled in one go: few enough that a float holds their places to 1e-5 of a pixel, and for the level-1
 * cache. */
constexpr int chunkLength = 64;

/** Places in the input of neighboring pixels of a row: pixel + fraction along each axis, the fraction in [0, 1), or in
 * [0, 1] after folding. */
struct SamplingChunk
{
  int          Count{ 0 };
  std::int32_t Pixel[3][chunkLength];
  float        Fraction[3][chunkLength];
  /** 0 where the fill value is due. */
  std::uint8_t IsInside[chunkLength];
  /** All points and their neighbors lie inside the image. */
  bool IsInner{ true };
};

/** Place along one axis: `base` + c[0] + c[1] j + c[2] j² + c[3] j³ + extra[j] for the points j from `first` on.
 * \param extra null for none
 * \return whether all points lie in [0, last) */
bool
LocatePoints(const float *  coefficients,
             std::int32_t   base,
             int            first,
             const float *  extra,
             int            count,
             std::int32_t   last,
             std::int32_t * pixel,
             float *        fraction);

/** Brings points beyond the border inside by the rule of `fill`, for linear and nearest interpolation, along an axis of
 * `size` pixels: afterwards a point's neighbors are pixel and pixel + 1, both inside if there are two; with Wrap the
 * one after the last is the first. */
void
FoldPoints(SamplingChunk & chunk, unsigned int axis, std::int32_t size, SamplingPaddingMode fill);

/** In [0, period). */
inline std::int32_t
FloorModulo(std::int32_t value, std::int32_t period)
{
  const std::int32_t rest = value % period;
  return rest < 0 ? rest + period : rest;
}
} // namespace itk

#endif
