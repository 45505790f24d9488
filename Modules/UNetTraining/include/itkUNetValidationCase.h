// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetValidationCase_h
#define itkUNetValidationCase_h

#include "itkTorchTensor.h"
#include <cstddef>
#include <functional>
#include <string>

namespace itk
{
/** One image of a validation, as it was scored. Tensors are on the host; volumes have the model's orientation.
 * \ingroup ITKTorchUNetTraining */
struct UNetValidationCase
{
  /** Of the validation pairs, of which there are Count. */
  std::size_t Number{ 0 };
  std::size_t Count{ 0 };
  /** See UNetTrainingData::GetName(). */
  std::string Name;
  /** (1, C, …, y, x) float, after the intensity normalization. */
  TorchTensor Image;
  /** (1, 1, …, y, x), 64-bit labels, below 0 where they are ignored. */
  TorchTensor Truth;
  /** (1, 1, …, y, x), 64-bit labels. */
  TorchTensor Prediction;
};

using UNetValidationObserver = std::function<void(const UNetValidationCase &)>;
} // namespace itk

#endif
