// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentationParameters_h
#define itkInstanceSegmentationParameters_h

#include "ITKTorchInstancesExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>

namespace itk
{
/** What the components of a pixel are the probabilities of. */
enum class InstanceChannels : std::uint8_t
{
  /** One component. */
  Foreground,
  BackgroundForeground,
  /** An object's interior and its border exclude each other. */
  InteriorBorder,
  /** Independent of each other: borders are foreground, too. */
  ForegroundBorder,
  BackgroundInteriorBorder
};
itkTorchEnumerationMacro(InstanceChannels,
                         { "Foreground", "foreground" },
                         { "BackgroundForeground", "background-foreground" },
                         { "InteriorBorder", "interior-border" },
                         { "ForegroundBorder", "foreground-border" },
                         { "BackgroundInteriorBorder", "background-interior-border" });

enum class InstanceSeparation : std::uint8_t
{
  /** Objects are the connected components of the mask. */
  None,
  /** Seeds grow into the mask. */
  Watershed
};
itkTorchEnumerationMacro(InstanceSeparation, { "None", "none" }, { "Watershed", "watershed" });

enum class InstanceSeeds : std::uint8_t
{
  Probability,
  /** Maxima of the distance to the mask's border. */
  DistanceMaxima
};
itkTorchEnumerationMacro(InstanceSeeds, { "Probability", "probability" }, { "DistanceMaxima", "distance-maxima" });

/** What is flooded from the seeds, from low to high. */
enum class InstanceLandscape : std::uint8_t
{
  /** 1 - interior probability. */
  Probability,
  /** The negative distance to the mask's border. */
  MaskDistance,
  /** The distance to the nearest seed. */
  SeedDistance
};
itkTorchEnumerationMacro(InstanceLandscape,
                         { "Probability", "probability" },
                         { "MaskDistance", "mask-distance" },
                         { "SeedDistance", "seed-distance" });

struct ITKTorchInstances_EXPORT InstanceSegmentationParameters
{
  InstanceChannels   Channels{ InstanceChannels::Foreground };
  double             MaskThreshold{ 0.5 };
  InstanceSeparation Separation{ InstanceSeparation::Watershed };
  InstanceSeeds      Seeds{ InstanceSeeds::Probability };
  double             SeedThreshold{ 0.7 };
  double             BorderThreshold{ 0.5 };
  std::uint64_t      MinimumSeedSize{ 12 };
  double             MaximaHeight{ 1.0 };
  InstanceLandscape  Landscape{ InstanceLandscape::Probability };
  bool               KeepUnseeded{ true };
  double             MergeThreshold{ 1.0 };
  std::uint64_t      MinimumObjectSize{ 0 };
  bool               FillHoles{ true };
  bool               FullyConnected{ false };
  bool               UseImageSpacing{ false };

  static const TorchParameterTable<InstanceSegmentationParameters> &
  Describe();

  /** Components of a pixel that Channels stands for. */
  unsigned int
  GetNumberOfComponents() const;
};

/** \throws ExceptionObject unless pixels have the number of components of Channels */
ITKTorchInstances_EXPORT void
VerifyInstanceChannels(const InstanceSegmentationParameters & parameters, unsigned int numberOfComponents);
} // namespace itk

#endif
