// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSamplingCuda_h
#define itkSpatialSamplingCuda_h

#include <cstdint>

/** An image of a job: strides in pixels along x, y, z and from component to component. */
struct SpatialSamplingCudaImage
{
  const void * Input;
  void *       Output;
  std::int64_t InputStride[3];
  std::int64_t OutputStride[3];
  std::int64_t InputComponentStride;
  std::int64_t OutputComponentStride;
  std::int32_t Components;
  /** TorchComponentType. */
  std::int32_t Type;
  /** SamplingInterpolation. */
  std::int32_t Interpolation;
  double       PaddingValue;
};

/** See SpatialSamplingProblem. `Input` of the images points to the whole image's first pixel, also where it is not
 * there. */
struct SpatialSamplingCudaJob
{
  std::int32_t Dimension;
  /** SamplingPaddingMode. */
  std::int32_t PaddingMode;
  std::int64_t OutputStart[3];
  std::int64_t OutputSize[3];
  std::int32_t InputSize[3];
  double       Matrix[3][3];
  double       Offset[3];
  /** B-spline coefficients of u, in device memory: component slowest, then z, y, x. Null for none. */
  const float * Coefficients;
  std::int32_t  Splines[3];
  double        CellSize[3];
  /** u of every output pixel, in device memory: component slowest. Null for none. */
  const float *            Field;
  std::int32_t             NumberOfImages;
  SpatialSamplingCudaImage Images[4];
};

/** Samples all jobs.
 * \param jobs in device memory
 * \param pixels the largest job's output pixels
 * \return null, or what went wrong */
extern "C" const char *
ITKTorchSampleImages(const SpatialSamplingCudaJob * jobs,
                     int                            numberOfJobs,
                     std::int64_t                   pixels,
                     int                            device,
                     void *                         stream);

/** Uniform numbers in (0, 1), two for each pixel and channel; see PixelRandom.
 * \param output in device memory: [2][channels][z][y][x]
 * \return null, or what went wrong */
extern "C" const char *
ITKTorchPixelUniforms(float *              output,
                      const std::int64_t * size,
                      std::int64_t         channels,
                      std::uint32_t        key0,
                      std::uint32_t        key1,
                      int                  device,
                      void *               stream);

#endif
