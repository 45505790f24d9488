// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkConnectedComponentsParameters_h
#define itkConnectedComponentsParameters_h

#include "ITKTorchInstancesExport.h"
#include "itkTorchParameterTable.h"

namespace itk
{
struct ITKTorchInstances_EXPORT ConnectedComponentsParameters
{
  bool          FullyConnected{ false };
  bool          KeepLabelsApart{ false };
  std::uint64_t MinimumObjectSize{ 0 };
  bool          SortByObjectSize{ false };

  static const TorchParameterTable<ConnectedComponentsParameters> &
  Describe();
};
} // namespace itk

#endif
