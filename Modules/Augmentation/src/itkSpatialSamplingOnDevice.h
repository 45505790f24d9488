// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSamplingOnDevice_h
#define itkSpatialSamplingOnDevice_h

#include "cuda/itkSpatialSamplingCuda.h"
#include "itkSpatialSamplingProblem.h"

namespace itk
{
/** By one launch of the CUDA kernel for all jobs, or by ComposeSampledImages() where there is none. */
void
SampleImagesOnDevice(const std::vector<SpatialSamplingJob> & jobs, const TorchDevice & device);

/** By LibTorch's operations, for any device. */
void
ComposeSampledImages(const SpatialSamplingJob & job);

/** What the CUDA kernel reads.
 * \param kept gets the tensors that the descriptions point to, on `device` */
std::vector<SpatialSamplingCudaJob>
DescribeSpatialSamplingJobs(const std::vector<SpatialSamplingJob> & jobs,
                            const at::Device &                      device,
                            std::vector<at::Tensor> &               kept);

/** u of the output region by either model, in output pixels: (D, …, y, x), double, on `device`.
 * Undefined without a model. */
at::Tensor
ComposeDisplacement(const SpatialSamplingProblem & problem, const at::Device & device);

/** The smoothed noise of the output region: (D, z, y, x), float, on the host. */
at::Tensor
ComputeSmoothedNoise(const SpatialSamplingProblem & problem);
} // namespace itk

#endif
