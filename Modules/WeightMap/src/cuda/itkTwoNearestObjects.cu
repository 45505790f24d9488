// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsCuda.h"
#include "itkTwoNearestObjectsSearch.h"
#include <cuda_runtime.h>

namespace
{
/** How the lines of an axis lie in memory. */
struct Axis
{
  std::int64_t Length;
  std::int64_t Stride;
  double       Spacing;
  double       ShorterBy;
  double       SquaredMaximum;
};

constexpr int threadsPerBlock = 256;

__device__ double
Infinity()
{
  return __longlong_as_double(0x7ff0000000000000LL);
}

__device__ void
Store(const TwoNearestObjectsBuffers & to, std::int64_t pixel, const itk::TwoNearestFound & found)
{
  to.First[pixel] = found.FirstLabel == 0 ? Infinity() : found.First;
  to.Second[pixel] = found.SecondLabel == 0 ? Infinity() : found.Second;
  to.FirstLabel[pixel] = found.FirstLabel;
  to.SecondLabel[pixel] = found.SecondLabel;
}

/** A thread for each pixel; neighbouring threads read neighbouring pixels on every axis. */
__global__ void
SearchLabels(const std::int32_t * objects, TwoNearestObjectsBuffers to, std::int64_t pixels, Axis axis)
{
  const std::int64_t pixel = std::int64_t{ blockIdx.x } * blockDim.x + threadIdx.x;
  if (pixel >= pixels)
  {
    return;
  }
  const std::int64_t   position = pixel / axis.Stride % axis.Length;
  const std::int64_t   line = pixel - position * axis.Stride;
  itk::TwoNearestFound found{ Infinity(), Infinity(), 0, 0 };
  itk::SearchLine(found,
                  position,
                  axis.Length,
                  axis.Spacing,
                  axis.ShorterBy,
                  axis.SquaredMaximum,
                  [&](itk::TwoNearestFound & nearest, std::int64_t at, double squared)
                  { nearest.Add(squared, objects[line + at * axis.Stride]); });
  Store(to, pixel, found);
}

__global__ void
SearchObjects(TwoNearestObjectsBuffers from, TwoNearestObjectsBuffers to, std::int64_t pixels, Axis axis)
{
  const std::int64_t pixel = std::int64_t{ blockIdx.x } * blockDim.x + threadIdx.x;
  if (pixel >= pixels)
  {
    return;
  }
  const std::int64_t   position = pixel / axis.Stride % axis.Length;
  const std::int64_t   line = pixel - position * axis.Stride;
  itk::TwoNearestFound found{ Infinity(), Infinity(), 0, 0 };
  itk::SearchLine(found,
                  position,
                  axis.Length,
                  axis.Spacing,
                  axis.ShorterBy,
                  axis.SquaredMaximum,
                  [&](itk::TwoNearestFound & nearest, std::int64_t at, double squared)
                  {
                    const std::int64_t other = line + at * axis.Stride;
                    nearest.Add(from.First[other] + squared, from.FirstLabel[other]);
                    nearest.Add(from.Second[other] + squared, from.SecondLabel[other]);
                  });
  Store(to, pixel, found);
}
} // namespace

extern "C" const char *
ITKTorchTwoNearestObjects(const std::int32_t *     objects,
                          const std::int64_t *     size,
                          const double *           spacing,
                          int                      dimension,
                          int                      axis,
                          double                   maximumDistance,
                          bool                     isToPixelEdge,
                          TwoNearestObjectsBuffers from,
                          TwoNearestObjectsBuffers to,
                          int                      device,
                          void *                   stream)
{
  int         before = 0;
  cudaError_t error = cudaGetDevice(&before);
  error = error == cudaSuccess ? cudaSetDevice(device) : error;
  if (error != cudaSuccess)
  {
    return cudaGetErrorString(error);
  }
  std::int64_t pixels = 1;
  std::int64_t stride = 1;
  for (int a = 0; a < dimension; ++a)
  {
    pixels *= size[a];
    stride *= a < axis ? size[a] : 1;
  }
  const auto blocks = static_cast<unsigned int>((pixels + threadsPerBlock - 1) / threadsPerBlock);
  const Axis line{ size[axis], stride, spacing[axis], isToPixelEdge ? 0.5 : 0.0, maximumDistance * maximumDistance };
  if (axis == 0)
  {
    SearchLabels<<<blocks, threadsPerBlock, 0, static_cast<cudaStream_t>(stream)>>>(objects, to, pixels, line);
  }
  else
  {
    SearchObjects<<<blocks, threadsPerBlock, 0, static_cast<cudaStream_t>(stream)>>>(from, to, pixels, line);
  }
  error = cudaGetLastError();
  cudaSetDevice(before);
  return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
