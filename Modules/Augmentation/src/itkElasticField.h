// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkElasticField_h
#define itkElasticField_h

#include "ITKTorchAugmentationExport.h"
#include "itkDisplacementGrid.h"
#include "itkElasticDeformation.h"
#include "itkSmoothedNoise.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** A displacement u of pixels, by one of the models. */
struct ElasticField
{
  DisplacementGrid Grid;
  SmoothedNoise    Noise;
  /** Displacements of the grid's nodes, in pixels: component slowest, then z, y, x. */
  std::vector<double> NodeValues;
};

AxisSizes
ToAxisSizes(const std::vector<std::int64_t> & size);

/** The number of an axis in a list of one for all, or one for each. */
double
OfAxis(const std::vector<double> & numbers, unsigned int axis);

/** Nodes along each axis. */
AxisSizes
GetGridNodes(const ElasticDeformationParameters & parameters, unsigned int dimension);

ITKTorchAugmentation_EXPORT ElasticField
DrawElasticField(const ElasticDeformationParameters & parameters,
                 const std::vector<std::int64_t> &    size,
                 const std::vector<double> &          spacing,
                 TorchRandom                          random);

/** u in pixels of a region: (D, z, y, x), float, on the host. */
ITKTorchAugmentation_EXPORT at::Tensor
ComputeDisplacement(const ElasticField & field,
                    unsigned int         dimension,
                    const AxisSizes &    start,
                    const AxisSizes &    size);

/** Of x + u(x) at the pixels of an image. */
double
GetMinimumJacobianDeterminant(const ElasticField & field, unsigned int dimension, const AxisSizes & size);
} // namespace itk

#endif
