// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkObjectIds_h
#define itkObjectIds_h

#include "ITKTorchDistanceMapExport.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** The labels of an image as 32-bit numbers: 0 stays 0, distinct labels stay distinct and, but for 0, in their
 * order. */
struct ITKTorchDistanceMap_EXPORT ObjectIds
{
  /** \param labels shape (1, 1, …, y, x), integers of any type */
  explicit ObjectIds(const at::Tensor & labels);

  /** The labels of some numbers, in the type of the labels. */
  at::Tensor
  ToLabels(const at::Tensor & ids) const;

  /** The labels themselves as 64-bit integers, shape (…, y, x). */
  at::Tensor
  GetWideLabels() const;

  /** 32-bit integers without gaps in memory, shape (…, y, x). */
  at::Tensor Ids;

private:
  c10::ScalarType m_Type;
  at::Tensor      m_Table; // label of each number, where they differ
};
} // namespace itk

#endif
