// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkMarkerWatershedParameters.h"

namespace itk
{
const TorchParameterTable<MarkerWatershedParameters> &
MarkerWatershedParameters::Describe()
{
  using P = MarkerWatershedParameters;
  static const auto table =
    TorchParameterTable<MarkerWatershedParameters>()
      .Add("FullyConnected", &P::FullyConnected, "Flood also across edges and corners.")
      .Add("MarkWatershedLine", &P::MarkWatershedLine, "Pixels where the floods of two markers meet stay 0.")
      .AddInterval("LevelRange",
                   &P::LevelRange,
                   "Range of values that is divided into levels, for a landscape of more than 16 bits; inf: its own "
                   "minimum or maximum.");
  return table;
}
} // namespace itk
