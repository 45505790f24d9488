// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkSpatialSamplingPoint.h"
#include "itkPixelRandom.h"
#include <cuda_runtime.h>

namespace
{
constexpr int threadsPerBlock = 256;

/** A column of blocks for each job. */
__global__ void
SampleJobs(const SpatialSamplingCudaJob * jobs)
{
  const SpatialSamplingCudaJob & job = jobs[blockIdx.y];
  const std::int64_t             pixel = std::int64_t{ blockIdx.x } * blockDim.x + threadIdx.x;
  if (pixel >= job.OutputSize[0] * job.OutputSize[1] * job.OutputSize[2])
  {
    return;
  }
  const itk::SpatialSamplingPoint point(job, pixel);
  for (std::int32_t image = 0; image < job.NumberOfImages; ++image)
  {
    point.Sample(job.Images[image]);
  }
}

__global__ void
MakeUniforms(float *             output,
             std::int64_t        width,
             std::int64_t        height,
             std::int64_t        depth,
             std::int64_t        channels,
             itk::PixelRandomKey key)
{
  const std::int64_t count = width * height * depth * channels;
  const std::int64_t number = std::int64_t{ blockIdx.x } * blockDim.x + threadIdx.x;
  if (number < count)
  {
    const std::int64_t pixel = number % (width * height * depth);
    const auto         channel = static_cast<std::uint32_t>(number / (width * height * depth));
    std::uint32_t      words[4] = { static_cast<std::uint32_t>(pixel % width),
                                    static_cast<std::uint32_t>(pixel / width % height),
                                    static_cast<std::uint32_t>(pixel / (width * height)),
                                    channel };
    itk::MakePixelRandomWords(words, key);
    output[number] = itk::ToUniform(words[0]);
    output[count + number] = itk::ToUniform(words[1]);
  }
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

unsigned int
BlocksFor(std::int64_t threads)
{
  return static_cast<unsigned int>((threads + threadsPerBlock - 1) / threadsPerBlock);
}
} // namespace

extern "C" const char *
ITKTorchSampleImages(const SpatialSamplingCudaJob * jobs,
                     int                            numberOfJobs,
                     std::int64_t                   pixels,
                     int                            device,
                     void *                         stream)
{
  return OnDevice(device,
                  [&]
                  {
                    const dim3 blocks(BlocksFor(pixels), static_cast<unsigned int>(numberOfJobs));
                    SampleJobs<<<blocks, threadsPerBlock, 0, static_cast<cudaStream_t>(stream)>>>(jobs);
                  });
}

extern "C" const char *
ITKTorchPixelUniforms(float *              output,
                      const std::int64_t * size,
                      std::int64_t         channels,
                      std::uint32_t        key0,
                      std::uint32_t        key1,
                      int                  device,
                      void *               stream)
{
  return OnDevice(device,
                  [&]
                  {
                    const std::int64_t count = size[0] * size[1] * size[2] * channels;
                    MakeUniforms<<<BlocksFor(count), threadsPerBlock, 0, static_cast<cudaStream_t>(stream)>>>(
                      output, size[0], size[1], size[2], channels, { key0, key1 });
                  });
}
