// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCannyEdgeDetectionPoint.h"
#include <cuda_runtime.h>

namespace
{
constexpr int threadsPerBlock = 256;

std::int64_t
NumberOfPixels(const std::int64_t * size, int dimension)
{
  return size[0] * size[1] * (dimension == 3 ? size[2] : 1);
}

__device__ std::int64_t
           ThisPixel()
{
  return std::int64_t{ blockIdx.x } * blockDim.x + threadIdx.x;
}

template <typename T, int D>
__global__ void
SmoothPixels(CannyCudaSteps steps, std::int64_t pixels, int axis, const T * from, T * to)
{
  const std::int64_t pixel = ThisPixel();
  if (pixel < pixels)
  {
    to[pixel] =
      itk::CannyPoint<T, D>(steps.Size, pixel).Smooth(from, axis, steps.NumberOfWeights[axis], steps.Weights[axis]);
  }
}

template <typename T, int D>
__global__ void
CurvePixels(CannyCudaSteps          steps,
            std::int64_t            pixels,
            itk::CannyFactors<T, D> factors,
            const T *               smoothed,
            T *                     curvature)
{
  const std::int64_t pixel = ThisPixel();
  if (pixel < pixels)
  {
    curvature[pixel] = itk::CannyPoint<T, D>(steps.Size, pixel).Curvature(smoothed, factors);
  }
}

template <typename T, int D>
__global__ void
SuppressPixels(CannyCudaSteps          steps,
               std::int64_t            pixels,
               itk::CannyFactors<T, D> factors,
               const T *               smoothed,
               const T *               curvature)
{
  const std::int64_t pixel = ThisPixel();
  if (pixel < pixels)
  {
    itk::CannyPoint<T, D>(steps.Size, pixel)
      .Suppress(smoothed,
                curvature,
                factors,
                static_cast<T *>(steps.Suppressed),
                static_cast<T *>(steps.Magnitude),
                static_cast<T *>(steps.Direction));
  }
}

template <typename T>
__global__ void
ClassifyPixels(CannyCudaHysteresis hysteresis, std::int64_t pixels)
{
  const std::int64_t pixel = ThisPixel();
  if (pixel < pixels)
  {
    const T    value = static_cast<const T *>(hysteresis.Suppressed)[pixel];
    const bool isStrong = static_cast<float>(value) > static_cast<T>(hysteresis.Upper);
    const bool isWeak = isStrong || value > static_cast<T>(hysteresis.Lower);
    hysteresis.Parents[pixel] = isWeak ? static_cast<std::int32_t>(pixel) : -1;
    hysteresis.IsStrong[pixel] = 0;
  }
}

template <typename T, int D>
__global__ void
JoinPixels(CannyCudaHysteresis hysteresis, std::int64_t pixels)
{
  const std::int64_t pixel = ThisPixel();
  if (pixel < pixels && hysteresis.Parents[pixel] >= 0)
  {
    itk::CannyPoint<T, D>(hysteresis.Size, pixel).JoinNeighbors(hysteresis.Parents);
  }
}

/** So that chains are walked once. */
template <typename T, int D>
__global__ void
FlattenForest(CannyCudaHysteresis hysteresis, std::int64_t pixels)
{
  const std::int64_t pixel = ThisPixel();
  if (pixel < pixels && hysteresis.Parents[pixel] >= 0)
  {
    itk::CannyPoint<T, D>::Flatten(hysteresis.Parents, static_cast<std::int32_t>(pixel));
  }
}

/** All strong pixels of a kind store the same. */
template <typename T>
__global__ void
MarkRoots(CannyCudaHysteresis hysteresis, std::int64_t pixels)
{
  const std::int64_t pixel = ThisPixel();
  if (pixel >= pixels)
  {
    return;
  }
  const T value = static_cast<const T *>(hysteresis.Suppressed)[pixel];
  if (static_cast<float>(value) > static_cast<T>(hysteresis.Upper))
  {
    hysteresis.IsStrong[hysteresis.Parents[pixel]] = 1;
  }
}

template <typename T>
__global__ void
WriteEdges(CannyCudaHysteresis hysteresis, std::int64_t pixels)
{
  const std::int64_t pixel = ThisPixel();
  if (pixel < pixels)
  {
    const std::int32_t root = hysteresis.Parents[pixel];
    const bool         isEdge = root >= 0 && hysteresis.IsStrong[root] != 0;
    static_cast<T *>(hysteresis.Edges)[pixel] = isEdge ? T{ 1 } : T{ 0 };
  }
}

unsigned int
BlocksFor(std::int64_t threads)
{
  return static_cast<unsigned int>((threads + threadsPerBlock - 1) / threadsPerBlock);
}

template <typename T, int D>
void
LaunchSteps(const CannyCudaSteps & steps, cudaStream_t stream)
{
  const std::int64_t pixels = NumberOfPixels(steps.Size, D);
  const unsigned int blocks = BlocksFor(pixels);
  const auto         factors = itk::MakeCannyFactors<T, D>(steps.PixelSize);
  const T *          from = static_cast<const T *>(steps.Image);
  int                free = 0;
  for (int axis = D; axis-- > 0; free = 1 - free)
  {
    T * const to = static_cast<T *>(steps.Scratch[free]);
    SmoothPixels<T, D><<<blocks, threadsPerBlock, 0, stream>>>(steps, pixels, axis, from, to);
    from = to;
  }
  T * const curvature = static_cast<T *>(steps.Scratch[free]);
  CurvePixels<T, D><<<blocks, threadsPerBlock, 0, stream>>>(steps, pixels, factors, from, curvature);
  SuppressPixels<T, D><<<blocks, threadsPerBlock, 0, stream>>>(steps, pixels, factors, from, curvature);
}

template <typename T, int D>
void
LaunchHysteresis(const CannyCudaHysteresis & hysteresis, cudaStream_t stream)
{
  const std::int64_t pixels = NumberOfPixels(hysteresis.Size, D);
  const unsigned int blocks = BlocksFor(pixels);
  ClassifyPixels<T><<<blocks, threadsPerBlock, 0, stream>>>(hysteresis, pixels);
  JoinPixels<T, D><<<blocks, threadsPerBlock, 0, stream>>>(hysteresis, pixels);
  FlattenForest<T, D><<<blocks, threadsPerBlock, 0, stream>>>(hysteresis, pixels);
  MarkRoots<T><<<blocks, threadsPerBlock, 0, stream>>>(hysteresis, pixels);
  WriteEdges<T><<<blocks, threadsPerBlock, 0, stream>>>(hysteresis, pixels);
}

/** Makes `device` current while `launch` runs. */
template <typename TLaunch>
const char *
OnDevice(int device, const TLaunch & launch)
{
  int         before = 0;
  cudaError_t error = cudaGetDevice(&before);
  error = error == cudaSuccess ? cudaSetDevice(device) : error;
  if (error != cudaSuccess)
  {
    return cudaGetErrorString(error);
  }
  launch();
  error = cudaGetLastError();
  cudaSetDevice(before);
  return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
} // namespace

extern "C" const char *
ITKTorchCannySteps(const CannyCudaSteps * steps, int device, void * stream)
{
  const auto launch = steps->IsDouble ? (steps->Dimension == 3 ? LaunchSteps<double, 3> : LaunchSteps<double, 2>)
                                      : (steps->Dimension == 3 ? LaunchSteps<float, 3> : LaunchSteps<float, 2>);
  return OnDevice(device, [&] { launch(*steps, static_cast<cudaStream_t>(stream)); });
}

extern "C" const char *
ITKTorchCannyHysteresis(const CannyCudaHysteresis * hysteresis, int device, void * stream)
{
  const auto launch = hysteresis->IsDouble
                        ? (hysteresis->Dimension == 3 ? LaunchHysteresis<double, 3> : LaunchHysteresis<double, 2>)
                        : (hysteresis->Dimension == 3 ? LaunchHysteresis<float, 3> : LaunchHysteresis<float, 2>);
  return OnDevice(device, [&] { launch(*hysteresis, static_cast<cudaStream_t>(stream)); });
}
