// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkConnectedComponentsCuda.h"
#include "itkPixelUnion.h"
#include <cuda_runtime.h>

namespace
{
constexpr int threadsPerBlock = 256;

__device__ std::int64_t
           PixelOfThread()
{
  return std::int64_t{ blockIdx.x } * blockDim.x + threadIdx.x;
}

/** Pixels of a row's run begin as one tree: each points to the first one in its warp, or beyond it to the warp
 * before. */
__global__ void
Begin(const std::int64_t * values, std::int64_t width, std::int32_t * parents, std::int64_t pixels)
{
  const std::int64_t pixel = PixelOfThread();
  const std::int64_t value = pixel < pixels ? values[pixel] : 0;
  const bool         hasLeft = value != 0 && pixel % width != 0 && values[pixel - 1] == value;
  const unsigned int lane = threadIdx.x % 32;
  const unsigned int starts = ~__ballot_sync(0xffffffffu, hasLeft) & (0xffffffffu >> (31 - lane));
  const int          start = 31 - __clz(static_cast<int>(starts));
  if (pixel < pixels)
  {
    parents[pixel] = static_cast<std::int32_t>(value == 0 ? pixels : pixel - lane + start);
  }
}

__global__ void
Merge(itk::PixelGrid grid, const std::int64_t * values, std::int32_t * parents, std::int64_t pixels)
{
  const std::int64_t pixel = PixelOfThread();
  if (pixel < pixels)
  {
    itk::UniteWithEarlierNeighbors(grid,
                                   values,
                                   parents,
                                   static_cast<std::int32_t>(pixel),
                                   [](std::int32_t * parent, std::int32_t value) { return atomicMin(parent, value); });
  }
}

/** Safe beside the other threads: a pixel's parent only becomes an earlier one of the same tree. */
__global__ void
Flatten(const std::int64_t * values, std::int32_t * parents, std::int64_t pixels)
{
  const std::int64_t pixel = PixelOfThread();
  if (pixel < pixels && values[pixel] != 0)
  {
    parents[pixel] = itk::FindPixelRoot(parents, static_cast<std::int32_t>(pixel));
  }
}
} // namespace

extern "C" const char *
ITKTorchConnectedComponents(const std::int64_t * values,
                            const std::int64_t * size,
                            int                  dimension,
                            bool                 isFullyConnected,
                            std::int32_t *       roots,
                            int                  device,
                            void *               stream)
{
  if (dimension > itk::PixelGrid::LargestDimension)
  {
    return "there are too many axes";
  }
  int         before = 0;
  cudaError_t error = cudaGetDevice(&before);
  error = error == cudaSuccess ? cudaSetDevice(device) : error;
  if (error != cudaSuccess)
  {
    return cudaGetErrorString(error);
  }
  itk::PixelGrid grid{ {}, dimension, isFullyConnected };
  std::int64_t   pixels = 1;
  for (int axis = 0; axis < dimension; ++axis)
  {
    grid.Size[axis] = size[axis];
    pixels *= size[axis];
  }
  const auto blocks = static_cast<unsigned int>((pixels + threadsPerBlock - 1) / threadsPerBlock);
  const auto queue = static_cast<cudaStream_t>(stream);
  Begin<<<blocks, threadsPerBlock, 0, queue>>>(values, size[0], roots, pixels);
  Merge<<<blocks, threadsPerBlock, 0, queue>>>(grid, values, roots, pixels);
  Flatten<<<blocks, threadsPerBlock, 0, queue>>>(values, roots, pixels);
  error = cudaGetLastError();
  cudaSetDevice(before);
  return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
