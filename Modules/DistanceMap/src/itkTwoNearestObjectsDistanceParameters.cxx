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
      .Add(
        "UseImageSpacing", &P::UseImageSpacing, "Distances in physical units; otherwise in pixels of the finest axis.")
      .Add("SquaredDistance", &P::SquaredDistance, "Give squared distances.")
      .Add("MaximumDistance",
           &P::MaximumDistance,
           "Objects farther away count as none, so that regions can be streamed; never squared.",
           Range::GreaterThan(0))
      .AddChoice("Border",
                 &P::Border,
                 "Distance to the center of an object's nearest pixel, or to that pixel's edge.",
                 { "pixel-center", "pixel-edge" });
  return table;
}
} // namespace itk
