// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSampling_h
#define itkSpatialSampling_h

#include "itkTorchEnumeration.h"
#include <array>
#include <cstdint>

namespace itk
{
enum class SamplingInterpolation : std::uint8_t
{
  /** Half-way counts as the next pixel. */
  Nearest,
  Linear,
  /** Cubic B-spline through the pixels. */
  Cubic
};
itkTorchEnumerationMacro(SamplingInterpolation, { "Nearest", "nearest" }, { "Linear", "linear" }, { "Cubic", "cubic" });

/** What lies beyond the image's border. For pixels a b c d: */
enum class SamplingPaddingMode : std::uint8_t
{
  /** … b a | a b c d | d c …: mirrored at the pixels' edge. */
  Reflect,
  /** … c b | a b c d | c b …: mirrored at the pixels' center. */
  Mirror,
  /** … a a | a b c d | d d … */
  Edge,
  /** The fill value beyond the border pixels' edge, as in ITK's resampling; up to there as Edge. */
  Constant,
  /** … c d | a b c d | a b … */
  Wrap
};
itkTorchEnumerationMacro(SamplingPaddingMode,
                         { "Reflect", "reflect" },
                         { "Mirror", "mirror" },
                         { "Edge", "edge" },
                         { "Constant", "constant" },
                         { "Wrap", "wrap" });

/** Output point o, in pixels along x, y (, z), to its place in the input: Matrix · o + Offset. */
struct AffineMap
{
  std::array<std::array<double, 3>, 3> Matrix{ { { { 1, 0, 0 } }, { { 0, 1, 0 } }, { { 0, 0, 1 } } } };
  std::array<double, 3>                Offset{ { 0, 0, 0 } };
};
} // namespace itk

#endif
