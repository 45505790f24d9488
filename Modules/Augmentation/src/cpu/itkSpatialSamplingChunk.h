// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSamplingChunk_h
#define itkSpatialSamplingChunk_h

#include "itkSpatialSamplingPoints.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** An image's pixels as the sampler sees them. */
struct SamplingSource
{
  const void *        Pixels{ nullptr };
  at::ScalarType      Type{ at::ScalarType::Float };
  std::int64_t        Stride[3]{ 0, 0, 0 };
  std::int32_t        Size[3]{ 1, 1, 1 };
  SamplingPaddingMode PaddingMode{ SamplingPaddingMode::Reflect };
  double              PaddingValue{ 0.0 };
};

/** One component of a chunk's points; `step` is the output's from point to point. Cubic interpolation takes points that
 * are not folded, unless `source` is filled by its edge or a constant.
 * \param dimension 2 or 3 */
void
SampleChunk(const SamplingChunk &  chunk,
            const SamplingSource & source,
            unsigned int           dimension,
            SamplingInterpolation  interpolation,
            void *                 output,
            std::int64_t           step);
} // namespace itk

#endif
