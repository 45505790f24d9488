// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkElasticDeformationParameters_h
#define itkElasticDeformationParameters_h

#include "ITKTorchAugmentationExport.h"
#include "itkSpatialSampling.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>
#include <vector>

namespace itk
{
enum class ElasticModel : std::uint8_t
{
  /** Random vectors at the nodes of a coarse grid, cubic B-splines interpolating between. */
  Grid,
  /** Noise of every pixel, smoothed by a Gaussian. */
  SmoothedNoise
};
itkTorchEnumerationMacro(ElasticModel, { "Grid", "grid" }, { "SmoothedNoise", "smoothed-noise" });

enum class ElasticUnit : std::uint8_t
{
  Pixels,
  /** The image's own unit, usually mm. */
  Physical
};
itkTorchEnumerationMacro(ElasticUnit, { "Pixels", "pixels" }, { "Physical", "physical" });

/** Lists hold one number for all axes or one for each, along x, y (, z). */
struct ITKTorchAugmentation_EXPORT ElasticDeformationParameters
{
  ElasticModel          Model{ ElasticModel::Grid };
  std::vector<double>   GridSize{ 3.0 };
  std::vector<double>   Deviation{ 10.0 };
  std::vector<double>   Amplitude{ 300.0 };
  std::vector<double>   Sigma{ 10.0 };
  ElasticUnit           Unit{ ElasticUnit::Pixels };
  std::vector<double>   LockedAxes;
  bool                  PreventFolding{ false };
  SamplingInterpolation Interpolation{ SamplingInterpolation::Linear };
  SamplingPaddingMode   PaddingMode{ SamplingPaddingMode::Reflect };
  double                PaddingValue{ 0.0 };
  std::uint64_t         Seed{ 0 };

  static const TorchParameterTable<ElasticDeformationParameters> &
  Describe();
};
} // namespace itk

#endif
