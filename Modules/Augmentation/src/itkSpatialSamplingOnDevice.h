// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpatialSamplingOnDevice_h
#define itkSpatialSamplingOnDevice_h

#include "ITKTorchAugmentationExport.h"
#include "cuda/itkSpatialSamplingCuda.h"
#include "itkSpatialSamplingProblem.h"

namespace itk
{
/** By one launch of the CUDA kernel for all jobs, or by ComposeSampledImages() where there is none. */
void
SampleImagesOnDevice(const std::vector<SpatialSamplingJob> & jobs, const TorchDevice & device);

/** What the CUDA kernel reads.
 * \param kept gets the tensors that the descriptions point to, on `device` */
ITKTorchAugmentation_EXPORT std::vector<SpatialSamplingCudaJob>
DescribeSpatialSamplingJobs(const std::vector<SpatialSamplingJob> & jobs,
                            const at::Device &                      device,
                            std::vector<at::Tensor> &               kept);
} // namespace itk

#endif
