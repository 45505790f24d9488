// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMarkerWatershedParameters_h
#define itkMarkerWatershedParameters_h

#include "ITKTorchInstancesExport.h"
#include "itkTorchParameterTable.h"
#include <limits>
#include <vector>

namespace itk
{
struct ITKTorchInstances_EXPORT MarkerWatershedParameters
{
  bool                FullyConnected{ false };
  bool                MarkWatershedLine{ true };
  std::vector<double> LevelRange{ -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity() };

  static const TorchParameterTable<MarkerWatershedParameters> &
  Describe();
};
} // namespace itk

#endif
