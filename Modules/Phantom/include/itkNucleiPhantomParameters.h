// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkNucleiPhantomParameters_h
#define itkNucleiPhantomParameters_h

#include "ITKTorchPhantomExport.h"
#include "itkTorchParameterTable.h"
#include <cstdint>

namespace itk
{
/** Parameters of NucleiPhantom. Lengths are in pixels and alike along all axes. */
struct ITKTorchPhantom_EXPORT NucleiPhantomParameters
{
  std::int64_t Seed{ 0 };
  std::int64_t NumberOfNuclei{ 0 };
  double       Coverage{ 0.25 };
  double       MeanRadius{ 10.0 };
  double       RadiusVariation{ 0.2 };
  double       Eccentricity{ 0.6 };
  double       Irregularity{ 0.05 };
  double       TouchingFraction{ 0.5 };
  double       Foreground{ 120.0 };
  double       ForegroundVariation{ 0.25 };
  double       Texture{ 0.3 };
  double       Background{ 16.0 };
  double       BackgroundVariation{ 0.3 };
  double       Blur{ 1.0 };
  double       Noise{ 2.0 };
  double       ShotNoise{ 0.5 };

  static const TorchParameterTable<NucleiPhantomParameters> &
  Describe();
};
} // namespace itk

#endif
