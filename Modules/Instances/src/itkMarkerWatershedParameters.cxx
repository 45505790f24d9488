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
      .Add("FullyConnected", &P::FullyConnected, "Water also flows across edges and corners.")
      .Add("MarkWatershedLine", &P::MarkWatershedLine, "Pixels where the water of two markers meets stay 0.")
      .AddInterval(
        "LevelRange",
        &P::LevelRange,
        "Values of a landscape of more than 16 bits between which levels are told apart; inf: its own least or "
        "greatest value.");
  return table;
}
} // namespace itk
