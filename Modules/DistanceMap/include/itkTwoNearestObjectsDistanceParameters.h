// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTwoNearestObjectsDistanceParameters_h
#define itkTwoNearestObjectsDistanceParameters_h

#include "ITKTorchDistanceMapExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>
#include <limits>

namespace itk
{
/** Where an object begins. */
enum class ObjectBorder : std::uint8_t
{
  /** At the centers of its outermost pixels. */
  PixelCenter,
  /** At their edges, half a pixel farther out. */
  PixelEdge
};
itkTorchEnumerationMacro(ObjectBorder, { "PixelCenter", "pixel-center" }, { "PixelEdge", "pixel-edge" });

struct ITKTorchDistanceMap_EXPORT TwoNearestObjectsDistanceParameters
{
  bool         UseImageSpacing{ true };
  bool         SquaredDistance{ false };
  double       MaximumDistance{ std::numeric_limits<double>::infinity() };
  ObjectBorder Border{ ObjectBorder::PixelCenter };

  static const TorchParameterTable<TwoNearestObjectsDistanceParameters> &
  Describe();
};
} // namespace itk

#endif
