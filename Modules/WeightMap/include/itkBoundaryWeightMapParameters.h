// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryWeightMapParameters_h
#define itkBoundaryWeightMapParameters_h

#include "ITKTorchWeightMapExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include "itkTwoNearestObjectsDistanceParameters.h"
#include <cstdint>
#include <limits>
#include <vector>

namespace itk
{
/** What the border term's exponent divides (d₁ + d₂)² by. */
enum class BoundaryWeightSigmaRule : std::uint8_t
{
  TwoSigmaSquared,
  SigmaSquared
};
itkTorchEnumerationMacro(BoundaryWeightSigmaRule,
                         { "TwoSigmaSquared", "two-sigma-squared" },
                         { "SigmaSquared", "sigma-squared" });

enum class BoundaryWeightRegion : std::uint8_t
{
  Everywhere,
  Background
};
itkTorchEnumerationMacro(BoundaryWeightRegion, { "Everywhere", "everywhere" }, { "Background", "background" });

enum class BoundaryWeightClasses : std::uint8_t
{
  /** 1 for every class. */
  None,
  /** N / (K N_c) for K classes that N pixels have, N_c of class c: the mean is 1. */
  InverseFrequency,
  /** As in ClassWeights. */
  Given
};
itkTorchEnumerationMacro(BoundaryWeightClasses,
                         { "None", "none" },
                         { "InverseFrequency", "inverse-frequency" },
                         { "Given", "given" });

struct ITKTorchWeightMap_EXPORT BoundaryWeightMapParameters
{
  double                  BorderWeight{ 10.0 };
  double                  Sigma{ 5.0 };
  BoundaryWeightSigmaRule SigmaRule{ BoundaryWeightSigmaRule::TwoSigmaSquared };
  double                  ProximityWeight{ 0.0 };
  double                  ProximitySigma{ 10.0 };
  BoundaryWeightRegion    Region{ BoundaryWeightRegion::Everywhere };
  ObjectBorder            Border{ ObjectBorder::PixelCenter };
  bool                    UseImageSpacing{ false };
  BoundaryWeightClasses   ClassWeighting{ BoundaryWeightClasses::None };
  std::vector<double>     ClassWeights{ 1.0, 1.0 };
  bool                    TermsPerClass{ false };
  std::int64_t            IgnoreLabel{ 0 };
  double                  MaximumWeight{ std::numeric_limits<double>::infinity() };
  double                  CutOff{ 0.0 };
  unsigned int            GapWidth{ 0 };

  static const TorchParameterTable<BoundaryWeightMapParameters> &
  Describe();

  /** The defaults: the border term of the U-Net paper, everywhere, beside w_c = 1. */
  static BoundaryWeightMapParameters
  Paper();

  /** The U-Net plug-in for Fiji: w₀ = 50, σ = 6, on the background of weight 0.1, with 0.9 more near objects (σ₁ =
   * 10). */
  static BoundaryWeightMapParameters
  Falk();

  /** What (d₁ + d₂)² is multiplied by in the border term's exponent; below 0. */
  double
  GetBorderRate() const;

  /** What d₁² is multiplied by in the exponent of the term of the nearest object; below 0. */
  double
  GetProximityRate() const;

  /** The distance from which on the terms are left out: CutOff, or where they fall below the resolution of a float
   * beside the smallest positive class weight; infinite for class weights by frequency. */
  double
  GetReach() const;
};
} // namespace itk

#endif
