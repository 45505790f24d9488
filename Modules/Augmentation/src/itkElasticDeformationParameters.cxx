// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkElasticDeformationParameters.h"
#include "itkElasticField.h"

namespace itk
{
const TorchParameterTable &
ElasticDeformationParameters::Describe()
{
  static const TorchParameterTable table = []
  {
    TorchParameterTable t;
    DescribeElasticField<ElasticDeformationParameters>(t);
    return t;
  }();
  return table;
}
} // namespace itk
