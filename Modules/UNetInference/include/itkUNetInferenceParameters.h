// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceParameters_h
#define itkUNetInferenceParameters_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include "itkUNetComputation.h"

namespace itk
{
enum class UNetInferenceOutput : std::uint8_t
{
  /** One component for each class, in [0, 1]. */
  Probabilities,
  /** Probability of the last of one or two classes, in [0, 1]. */
  ForegroundProbability,
  /** Number of the most probable class; 0 and 1 by the threshold for one or two classes. */
  Labels
};
itkTorchEnumerationMacro(UNetInferenceOutput,
                         { "Probabilities", "probabilities" },
                         { "ForegroundProbability", "foreground-probability" },
                         { "Labels", "labels" });

/** How the windows that the network sees make up the image. */
enum class UNetTiling : std::uint8_t
{
  /** Exact, but Blended for networks with instance or group normalization. */
  Automatic,
  /** Each window gives the outputs that it decides as the whole image does. A network with instance or group
   * normalization sees the image as one window. */
  Exact,
  /** Overlapping windows of one size, whose logits are averaged with the weights of a Gaussian of σ = size / 8 around
   * each window's middle. The windows' places follow from the image's size, so that regions and pieces fit together. */
  Blended
};
itkTorchEnumerationMacro(UNetTiling, { "Automatic", "auto" }, { "Exact", "exact" }, { "Blended", "blended" });

/** What the image is computed as, for the mean of the logits. */
enum class UNetTestTimeAugmentation : std::uint8_t
{
  None,
  /** All flips: 4 in 2D, 8 in 3D. */
  Flips,
  /** All flips and quarter turns, 8, in 2D; as Flips in 3D, whose axes differ. */
  FlipsAndTurns
};
itkTorchEnumerationMacro(UNetTestTimeAugmentation,
                         { "None", "none" },
                         { "Flips", "flips" },
                         { "FlipsAndTurns", "flips-and-turns" });

struct ITKTorchUNetInference_EXPORT UNetInferenceParameters
{
  double                   Threshold{ 0.5 };
  std::uint64_t            MaximumWindowSize{ 0 };
  std::uint64_t            MaximumMemory{ 0 };
  UNetTiling               Tiling{ UNetTiling::Automatic };
  double                   BlendedOverlap{ 0.25 };
  UNetPrecision            Precision{ UNetPrecision::Automatic };
  UNetConvolution          Convolution{ UNetConvolution::Automatic };
  UNetTestTimeAugmentation TestTimeAugmentation{ UNetTestTimeAugmentation::None };
  double                   ScaleStep{ 1.0 };
  bool                     ResampleToModelSpacing{ true };

  static const TorchParameterTable<UNetInferenceParameters> &
  Describe();
};
} // namespace itk

#endif
