// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetInferenceParameters_h
#define itkUNetInferenceParameters_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"

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

/** Numbers that the network is computed in. */
enum class UNetPrecision : std::uint8_t
{
  /** The faster one of Float32 and BFloat16, tried on the device, if the latter agrees; see
   * UNetInference::GetPrecision(). */
  Automatic,
  Float32,
  BFloat16,
  /** On CUDA devices. */
  Float16
};
itkTorchEnumerationMacro(UNetPrecision,
                         { "Automatic", "auto" },
                         { "Float32", "float32" },
                         { "BFloat16", "bfloat16" },
                         { "Float16", "float16" });

/** How 3×3 convolutions are computed on the CPU. */
enum class UNetConvolution : std::uint8_t
{
  /** By Winograd's minimal filtering where its rounding is small beside the precision's own and it is faster: for
   * bfloat16 and 64 channels or more. */
  Automatic,
  /** By their definition. */
  Direct,
  /** By Winograd's minimal filtering wherever it is faster: 4 times fewer multiplications in float32, 2.25 in
   * bfloat16. */
  Winograd
};
itkTorchEnumerationMacro(UNetConvolution, { "Automatic", "auto" }, { "Direct", "direct" }, { "Winograd", "winograd" });

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
  UNetPrecision            Precision{ UNetPrecision::Float32 };
  UNetConvolution          Convolution{ UNetConvolution::Automatic };
  UNetTestTimeAugmentation TestTimeAugmentation{ UNetTestTimeAugmentation::None };
  double                   ScaleStep{ 1.0 };
  bool                     ResampleToModelSpacing{ true };

  static const TorchParameterTable<UNetInferenceParameters> &
  Describe();
};
} // namespace itk

#endif
