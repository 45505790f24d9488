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

/** What the first axis knows: the object that a pixel belongs to. */
struct LoadLabels
{
  const std::int32_t * Objects;

  __device__ void
  operator()(itk::TwoNearestFound & nearest, std::int64_t pixel, double squared) const
  {
    const std::int32_t object = Objects[pixel];
    nearest.Merge({ object == 0 ? Infinity() : squared, Infinity(), object, 0 });
  }
};

/** What a later axis knows: the objects that the axis before it found. */
struct LoadFound
{
  TwoNearestObjectsBuffers From;

  __device__ void
  operator()(itk::TwoNearestFound & nearest, std::int64_t pixel, double squared) const
  {
    nearest.Merge(
      { From.First[pixel] + squared, From.Second[pixel] + squared, From.FirstLabel[pixel], From.SecondLabel[pixel] });
  }
};

/** A thread for each pixel; neighboring threads read neighboring pixels on every axis. */
template <typename TLoad>
__global__ void
SearchAxis(TLoad load, TwoNearestObjectsBuffers to, std::int64_t pixels, Axis axis)
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
                  { load(nearest, line + at * axis.Stride, squared); });
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
    SearchAxis<<<blocks, threadsPerBlock, 0, static_cast<cudaStream_t>(stream)>>>(
      LoadLabels{ objects }, to, pixels, line);
  }
  else
  {
    SearchAxis<<<blocks, threadsPerBlock, 0, static_cast<cudaStream_t>(stream)>>>(LoadFound{ from }, to, pixels, line);
  }
  error = cudaGetLastError();
  cudaSetDevice(before);
  return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
