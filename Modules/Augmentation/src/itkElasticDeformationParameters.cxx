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
                "Random displacements on a coarse grid interpolated by B-splines, or smoothed noise at every pixel.");
    t.Add("GridSize",
          &P::GridSize,
          "Number of grid nodes along each axis; the outer nodes lie on the corner pixels.",
          Range::Between(1, 64));
    t.Add("Deviation",
          &P::Deviation,
          "Standard deviation of the displacement at the grid nodes, in Unit.",
          Range::Between(0, 1e6));
    t.Add(
      "Amplitude", &P::Amplitude, "Factor of the smoothed noise (Simard's alpha), in Unit.", Range::Between(0, 1e6));
    t.Add("Sigma",
          &P::Sigma,
          "Standard deviation of the Gaussian that smooths the noise, in Unit.",
          Range::Between(0, 1e3));
    t.AddChoice("Unit", &P::Unit, "Unit of Deviation, Amplitude and Sigma: pixels, or the image's physical unit.");
    t.Add("LockedAxes", &P::LockedAxes, "Axes without displacement, such as 2 for z.", Range::Between(0, 2));
    t.Add("PreventFolding", &P::PreventFolding, "Draw again until the Jacobian determinant is positive at all pixels.");
    t.AddChoice("Interpolation", &P::Interpolation, "Interpolation of images; labels always use nearest.");
    t.AddChoice("PaddingMode",
                &P::PaddingMode,
                "Values beyond the border: mirrored with the border pixel repeated (reflect) or not (mirror), the "
                "border pixel (edge), PaddingValue (constant), or the other side (wrap).");
    t.Add("PaddingValue",
          &P::PaddingValue,
          "Image value beyond the border if PaddingMode is constant; labels and weights get 0.");
    t.Add("Seed", &P::Seed, "Seed of the displacement.");
    return t;
  }();
  return table;
}
} // namespace itk
