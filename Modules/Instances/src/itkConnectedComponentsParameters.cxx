// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkConnectedComponentsParameters.h"

namespace itk
{
const TorchParameterTable<ConnectedComponentsParameters> &
ConnectedComponentsParameters::Describe()
{
  using P = ConnectedComponentsParameters;
  static const auto table =
    TorchParameterTable<ConnectedComponentsParameters>()
      .Add("FullyConnected", &P::FullyConnected, "Pixels that share only an edge or a corner are also neighbors.")
      .Add("KeepLabelsApart", &P::KeepLabelsApart, "Only pixels of equal value are connected.")
      .Add("MinimumObjectSize",
           &P::MinimumObjectSize,
           "Components with fewer pixels become background.",
           TorchParameterRange::AtLeast(0),
           TorchParameterUnit::Pixels)
      .Add("SortByObjectSize",
           &P::SortByObjectSize,
           "Number components from the largest to the smallest instead of in raster order.");
  return table;
}
} // namespace itk
