// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageTensor.h"
#include "itkTorchTensorAccess.h"
#include <algorithm>
#include <sstream>

namespace itk
{
void
VerifyImageTensor(const TorchTensor & tensor, const char * function, const char * name, std::size_t largestDimension)
{
  const auto shape = tensor.GetShape();
  const bool isImage = shape.size() >= 3 && shape.size() - 2 <= largestDimension && shape.front() == 1 &&
                       std::all_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent > 0; });
  if (!isImage)
  {
    std::ostringstream actual;
    tensor.IsDefined() ? actual << "of " << c10::IntArrayRef(shape) : actual << "undefined";
    const std::string limit =
      largestDimension > shape.size() ? "" : ", of at most " + std::to_string(largestDimension) + " dimensions";
    itkGenericExceptionMacro(<< function << ": " << name << " must be of shape (1, C, …, y, x) with at least 1 pixel"
                             << limit << ", but is " << actual.str() << '.');
  }
  tensor.GetComponentType();
}
} // namespace itk
