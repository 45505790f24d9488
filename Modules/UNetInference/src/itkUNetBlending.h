// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetBlending_h
#define itkUNetBlending_h

#include "itkUNetInferencePlan.h"
#include <ATen/core/Tensor.h>
#include <functional>

namespace itk
{
/** View of the pixels of `inner` in a tensor of those of `outer`. */
at::Tensor
CropToRegion(at::Tensor tensor, const UNetRegion & outer, const UNetRegion & inner);

/** \class UNetBlending
 * \brief Weighted sums of the logits of overlapping tiles; holds only the rows along the last axis that are not
 * complete. */
class UNetBlending
{
public:
  /** Gets the logits of a part of the region that is complete. */
  using TakeType = std::function<void(const UNetRegion &, const at::Tensor &)>;

  /** \param region of all outputs */
  UNetBlending(const UNetRegion & region, TakeType take);

  /** Tiles come in the order of MakeBlendedUNetTiles().
   * \param logits of the tile's output; are changed */
  void
  Add(const UNetTile & tile, at::Tensor logits);

  /** After the last tile. */
  void
  Finish();

private:
  /** Hands on the rows before `begin` and makes room for those before `end`. */
  void
  Advance(std::int64_t begin, std::int64_t end, const at::Tensor & logits);

  TakeType   m_Take;
  UNetRegion m_Band; // the rows that are held
  at::Tensor m_Sums;
};
} // namespace itk

#endif
