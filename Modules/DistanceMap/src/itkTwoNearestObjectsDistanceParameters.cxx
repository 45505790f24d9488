// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTwoNearestObjectsDistanceParameters.h"

namespace itk
{
const TorchParameterTable<TwoNearestObjectsDistanceParameters> &
TwoNearestObjectsDistanceParameters::Describe()
{
  using P = TwoNearestObjectsDistanceParameters;
  using Range = TorchParameterRange;
  static const auto table =
    TorchParameterTable<TwoNearestObjectsDistanceParameters>()
      .Add("UseImageSpacing",
           &P::UseImageSpacing,
           "Measure distances in physical units instead of pixels of the finest axis.")
      .Add("SquaredDistance", &P::SquaredDistance, "Output squared distances.")
      .Add("MaximumDistance",
           &P::MaximumDistance,
           "Objects farther away are ignored, so that regions can be streamed; this number is never squared.",
           Range::GreaterThan(0))
      .AddChoice(
        "Border", &P::Border, "Measure distances to the center of an object's nearest pixel, or to that pixel's edge.");
  return table;
}
} // namespace itk
