// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageTensor.h"
#include "itkTorchTensorAccess.h"
#include <algorithm>
#include <sstream>

namespace itk
{
void
VerifyImageTensor(const TorchTensor & tensor, const char * function, const char * name)
{
  const auto shape = tensor.GetShape();
  const bool isImage = shape.size() >= 3 && shape.size() <= 5 && shape.front() == 1 &&
                       std::all_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent > 0; });
  if (!isImage)
  {
    std::ostringstream actual;
    tensor.IsDefined() ? actual << "of " << c10::IntArrayRef(shape) : actual << "undefined";
    itkGenericExceptionMacro(
      << function << ": " << name
      << " must be of shape (1, C, x), (1, C, y, x) or (1, C, z, y, x) with at least 1 pixel, but is " << actual.str()
      << '.');
  }
  tensor.GetComponentType();
}
} // namespace itk
