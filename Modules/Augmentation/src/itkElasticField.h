// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkElasticField_h
#define itkElasticField_h

#include "itkDisplacementGrid.h"
#include "itkElasticDeformation.h"
#include "itkSmoothedNoise.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** A displacement u of pixels, by one of the models. */
struct ElasticField
{
  DisplacementGrid Grid;
  SmoothedNoise    Noise;
  /** Displacements of the grid's nodes, in pixels: component slowest, then z, y, x. */
  std::vector<double> NodeValues;
};

AxisSizes
ToAxisSizes(const std::vector<std::int64_t> & size);

/** The number of an axis in a list of one for all, or one for each. */
double
OfAxis(const std::vector<double> & numbers, unsigned int axis);

/** Nodes along each axis. */
AxisSizes
GetGridNodes(const ElasticDeformationParameters & parameters, unsigned int dimension);

ElasticField
DrawElasticField(const ElasticDeformationParameters & parameters,
                 const std::vector<std::int64_t> &    size,
                 const std::vector<double> &          spacing,
                 TorchRandom                          random);

/** u in pixels of a region: (D, z, y, x), float, on the host. */
at::Tensor
ComputeDisplacement(const ElasticField & field,
                    unsigned int         dimension,
                    const AxisSizes &    start,
                    const AxisSizes &    size);

/** Of x + u(x) at the pixels of an image. */
double
GetMinimumJacobianDeterminant(const ElasticField & field, unsigned int dimension, const AxisSizes & size);

/** Adds the parameters to the table of a struct that is derived from them. */
template <typename TParameters>
void
DescribeElasticField(TorchParameterTable & table)
{
  using P = TParameters;
  using Range = TorchParameterRange;
  table.AddChoice("Model",
                  static_cast<ElasticModel P::*>(&P::Model),
                  "Random vectors on a coarse grid with B-splines between, or smoothed noise of every pixel.",
                  { "grid", "smoothed-noise" });
  table.Add("GridSize",
            static_cast<std::vector<double> P::*>(&P::GridSize),
            "Nodes of the grid along each axis; the outer ones lie on the corner pixels.",
            Range::Between(1, 64));
  table.Add("Deviation",
            static_cast<std::vector<double> P::*>(&P::Deviation),
            "Standard deviation of the displacement at the grid's nodes, in Unit.",
            Range::Between(0, 1e6));
  table.Add("Amplitude",
            static_cast<std::vector<double> P::*>(&P::Amplitude),
            "Factor of the smoothed noise (Simard's alpha), in Unit.",
            Range::Between(0, 1e6));
  table.Add("Sigma",
            static_cast<std::vector<double> P::*>(&P::Sigma),
            "Standard deviation of the Gaussian that smooths the noise, in Unit.",
            Range::Between(0, 1e3));
  table.AddChoice("Unit",
                  static_cast<ElasticUnit P::*>(&P::Unit),
                  "Unit of Deviation, Amplitude and Sigma: pixels, or the image's physical unit.",
                  { "pixels", "physical" });
  table.Add("LockedAxes",
            static_cast<std::vector<double> P::*>(&P::LockedAxes),
            "Axes along which nothing moves, such as 2 for z.",
            Range::Between(0, 2));
  table.Add("PreventFolding",
            static_cast<bool P::*>(&P::PreventFolding),
            "Draw again until the Jacobian's determinant is positive at all pixels.");
  table.AddChoice("Interpolation",
                  static_cast<SamplingInterpolation P::*>(&P::Interpolation),
                  "Of images; labels are always nearest.",
                  { "nearest", "linear", "cubic" });
  table.AddChoice(
    "PaddingMode",
    static_cast<SamplingPaddingMode P::*>(&P::PaddingMode),
    "Beyond the border: mirrored with the border pixel repeated (reflect) or not (mirror), the border pixel "
    "(edge), PaddingValue (constant), or the other side (wrap).",
    { "reflect", "mirror", "edge", "constant", "wrap" });
  table.Add("PaddingValue",
            static_cast<double P::*>(&P::PaddingValue),
            "Image value beyond the border with the fill constant; labels and weights get 0.");
  table.Add("Seed", static_cast<std::uint64_t P::*>(&P::Seed), "Decides the displacement.");
}
} // namespace itk

#endif
