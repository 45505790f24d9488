// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSamplingProblem_h
#define itkSpatialSamplingProblem_h

#include "ITKTorchAugmentationExport.h"
#include "itkDisplacementGrid.h"
#include "itkSmoothedNoise.h"
#include "itkSpatialSampling.h"
#include "itkTorchDevice.h"
#include <ATen/core/Tensor.h>
#include <functional>

namespace itk
{
/** Where the pixels of an output region come from: output point o is sampled at Map(o + u(o)). */
struct ITKTorchAugmentation_EXPORT SpatialSamplingProblem
{
  unsigned int Dimension{ 2 };
  /** The region to compute, on the grid where u is defined. */
  AxisSizes OutputStart{ { 0, 0, 0 } };
  AxisSizes OutputSize{ { 1, 1, 1 } };
  /** Pixels of the whole input. */
  AxisSizes InputSize{ { 1, 1, 1 } };
  AffineMap Map;
  /** u in output pixels, by either model or none. */
  DisplacementGrid    Grid;
  SmoothedNoise       Noise;
  SamplingPaddingMode PaddingMode{ SamplingPaddingMode::Reflect };

  /** Whether every output pixel is an input pixel. */
  bool
  IsPermutation() const;

  /** The input pixels that linear or nearest interpolation of the output region reads, at least one.
   * \return first and last along each axis, both inside the input */
  std::array<std::array<std::int64_t, 2>, 3>
  GetInputBounds() const;
};

/** One of the images that are sampled at the same points. */
struct SampledImage
{
  /** (1, C, …, y, x) with any strides; of the part of the input that is given, all of it for Cubic. */
  at::Tensor            Input;
  SamplingInterpolation Interpolation{ SamplingInterpolation::Linear };
  double                PaddingValue{ 0.0 };
  /** (1, C, …, y, x) of the output region, of the input's type, with any strides. */
  at::Tensor Output;
  /** Where the part of the input that is given begins. */
  AxisSizes InputStart{ { 0, 0, 0 } };
};

/** Images that are sampled at the same points. */
struct SpatialSamplingJob
{
  SpatialSamplingProblem    Problem;
  std::vector<SampledImage> Images;
};

/** On the device where all the images are.
 * \param progress fraction done; may throw */
ITKTorchAugmentation_EXPORT void
SampleImages(std::vector<SpatialSamplingJob> &   jobs,
             const TorchDevice &                 device,
             const std::function<void(double)> & progress);

/** The kernel of the CPU. Cubic images are coefficients, of floating point; see itkSplineCoefficients.h. */
void
SampleImagesOnHost(const SpatialSamplingJob & job, const std::function<void(double)> & progress);
} // namespace itk

#endif
