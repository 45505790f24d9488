// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSplineCoefficients_h
#define itkSplineCoefficients_h

#include "ITKTorchAugmentationExport.h"
#include "itkSpatialSampling.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** Replaces values by the coefficients of the cubic B-spline through them, along the middle axis of
 * [outer][count][inner] values. Solves c[k − 1] + 4 c[k] + c[k + 1] = 6 v[k].
 * \param fill how values go on beyond both ends: Reflect, Wrap, or else Mirror */
template <typename TValue>
ITKTorchAugmentation_EXPORT void
ToSplineCoefficients(TValue *            values,
                     std::int64_t        outer,
                     std::int64_t        count,
                     std::int64_t        inner,
                     SamplingPaddingMode fill = SamplingPaddingMode::Mirror);

/** Coefficients of the cubic spline through an image.
 * \param image (1, C, …, y, x)
 * \return the same shape, contiguous; float for pixels of 16 bits or less and for float, else double */
ITKTorchAugmentation_EXPORT at::Tensor
SplineCoefficients(const at::Tensor & image, SamplingPaddingMode fill);
} // namespace itk

#endif
