// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef Networks_h
#define Networks_h

#include "itkUNetModel.h"

namespace client
{
/** Of a network whose field of view is a few pixels. */
inline itk::UNetSpecification
SmallSpecification(unsigned int dimension, unsigned int channels, unsigned int classes)
{
  itk::UNetSpecification specification;
  specification.Dimension = dimension;
  specification.Channels = channels;
  specification.Classes = classes;
  specification.BaseFilters = 4;
  specification.Levels = 1;
  specification.ConvolutionsPerLevel = 1;
  return specification;
}

inline itk::UNetModel::Pointer
SmallModel(unsigned int dimension, unsigned int channels, unsigned int classes)
{
  auto model = itk::UNetModel::New();
  model->SetSpecification(SmallSpecification(dimension, channels, classes));
  itk::UNetIntensityNormalization rule;
  rule.Color = itk::UNetColor::Keep;
  model->SetIntensityNormalization(rule);
  model->InitializeWeights(11);
  return model;
}
} // namespace client

#endif
