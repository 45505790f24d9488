// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetComputation_h
#define itkUNetComputation_h

#include "itkTorchEnumeration.h"
#include <cstdint>

namespace itk
{
/** Numbers that the network is computed in. */
enum class UNetPrecision : std::uint8_t
{
  /** The fastest on the device of those that the model's card permits; Float32 without one. See
   * UNetInference::GetComputation(). */
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
   * bfloat16 and 64 channels or more. Where the precision is automatic, too: as the model's card permits. */
  Automatic,
  /** By their definition. */
  Direct,
  /** By Winograd's minimal filtering wherever it is faster: 4 times fewer multiplications in float32, 2.25 in
   * bfloat16. */
  Winograd
};
itkTorchEnumerationMacro(UNetConvolution, { "Automatic", "auto" }, { "Direct", "direct" }, { "Winograd", "winograd" });

/** How a network is computed. */
struct UNetComputation
{
  UNetPrecision   Precision{ UNetPrecision::Automatic };
  UNetConvolution Convolution{ UNetConvolution::Automatic };
};
} // namespace itk

#endif
