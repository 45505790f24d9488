// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSamplingComposed_h
#define itkSpatialSamplingComposed_h

#include "itkSpatialSamplingProblem.h"

namespace itk
{
/** By LibTorch's operations, for any device. */
void
ComposeSampledImages(const SpatialSamplingJob & job);

/** u of the output region by either model, in output pixels: (D, …, y, x), double, on `device`.
 * Undefined without a model. */
at::Tensor
ComposeDisplacement(const SpatialSamplingProblem & problem, const at::Device & device);

/** The smoothed noise of the output region: (D, z, y, x), float, on the host. */
at::Tensor
ComputeSmoothedNoise(const SpatialSamplingProblem & problem);
} // namespace itk

#endif
