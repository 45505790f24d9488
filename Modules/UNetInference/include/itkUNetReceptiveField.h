// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetReceptiveField_h
#define itkUNetReceptiveField_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkUNetLayerList.h"
#include <cstdint>

namespace itk
{
/** Pixels [Begin, End) along one axis. */
struct ITKTorchUNetInference_EXPORT UNetInterval
{
  std::int64_t Begin{ 0 };
  std::int64_t End{ 0 };

  bool
  operator==(const UNetInterval & other) const
  {
    return Begin == other.Begin && End == other.End;
  }
};

/** \class UNetReceptiveField
 * \brief The input pixels that an output pixel depends on, along one axis.
 *
 * It is found by tracing the interval of outputs back through the network: a 3×3 convolution widens it by one pixel at
 * either end, a pooling doubles it, a transposed convolution halves it and rounds outwards, and a concatenation needs
 * both of its branches. No interval reaches beyond the image, where the network pads.
 *
 * Poolings make the answer depend on where the outputs lie on the grid of the network's stride, whose origin is the
 * image's first pixel.
 * \ingroup ITKTorchUNetInference */
class ITKTorchUNetInference_EXPORT UNetReceptiveField
{
public:
  explicit UNetReceptiveField(const UNetSpecification & specification);

  /** False for networks with instance or group normalization: there every pixel of the image decides every output. */
  bool
  IsLocal() const
  {
    return m_Layers.IsLocal();
  }

  /** \param output outputs, within [0, extent)
   * \param extent pixels of the image that the network sees, a multiple of the stride */
  UNetInterval
  GetInput(UNetInterval output, std::int64_t extent) const;

  /** The smallest interval with both ends on the stride that has the same outputs in `output` as the whole image. */
  UNetInterval
  GetWindow(UNetInterval output, std::int64_t extent) const;

  /** Pixels that an output interval with both ends on the stride needs at either side: 94 for four poolings and two
   * convolutions in each level. */
  std::int64_t
  GetMargin() const;

private:
  /** Of the image, if the network is local or not. */
  UNetInterval
  GetDecidingInput(UNetInterval output, std::int64_t extent) const;

  UNetLayerList m_Layers;
  std::int64_t  m_Stride;
};
} // namespace itk

#endif
