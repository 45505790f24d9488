// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkElasticDeformationParameters.h"

namespace itk
{
const TorchParameterTable<ElasticDeformationParameters> &
ElasticDeformationParameters::Describe()
{
  using P = ElasticDeformationParameters;
  using Range = TorchParameterRange;
  static const auto table = []
  {
    TorchParameterTable<P> t;
    t.AddChoice("Model",
                &P::Model,
                "Random vectors on a coarse grid with B-splines between, or smoothed noise of every pixel.",
                { "grid", "smoothed-noise" });
    t.Add("GridSize",
          &P::GridSize,
          "Nodes of the grid along each axis; the outer ones lie on the corner pixels.",
          Range::Between(1, 64));
    t.Add("Deviation",
          &P::Deviation,
          "Standard deviation of the displacement at the grid's nodes, in Unit.",
          Range::Between(0, 1e6));
    t.Add(
      "Amplitude", &P::Amplitude, "Factor of the smoothed noise (Simard's alpha), in Unit.", Range::Between(0, 1e6));
    t.Add("Sigma",
          &P::Sigma,
          "Standard deviation of the Gaussian that smooths the noise, in Unit.",
          Range::Between(0, 1e3));
    t.AddChoice("Unit",
                &P::Unit,
                "Unit of Deviation, Amplitude and Sigma: pixels, or the image's physical unit.",
                { "pixels", "physical" });
    t.Add("LockedAxes", &P::LockedAxes, "Axes along which nothing moves, such as 2 for z.", Range::Between(0, 2));
    t.Add(
      "PreventFolding", &P::PreventFolding, "Draw again until the Jacobian's determinant is positive at all pixels.");
    t.AddChoice(
      "Interpolation", &P::Interpolation, "Of images; labels are always nearest.", { "nearest", "linear", "cubic" });
    t.AddChoice(
      "PaddingMode",
      &P::PaddingMode,
      "Beyond the border: mirrored with the border pixel repeated (reflect) or not (mirror), the border pixel "
      "(edge), PaddingValue (constant), or the other side (wrap).",
      { "reflect", "mirror", "edge", "constant", "wrap" });
    t.Add("PaddingValue",
          &P::PaddingValue,
          "Image value beyond the border with the padding mode constant; labels and weights get 0.");
    t.Add("Seed", &P::Seed, "Decides the displacement.");
    return t;
  }();
  return table;
}
} // namespace itk
