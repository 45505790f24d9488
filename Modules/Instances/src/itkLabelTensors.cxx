// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelTensors.h"

namespace itk
{
namespace
{
c10::ScalarType
SignedTypeOf(c10::ScalarType type)
{
  switch (type)
  {
    case c10::kUInt16:
      return c10::kShort;
    case c10::kUInt32:
      return c10::kInt;
    case c10::kUInt64:
      return c10::kLong;
    default:
      return type;
  }
}
} // namespace

c10::ScalarType
GetScalarType(TorchComponentType type)
{
  switch (type)
  {
    case TorchComponentType::UInt8:
      return c10::kByte;
    case TorchComponentType::Int8:
      return c10::kChar;
    case TorchComponentType::UInt16:
      return c10::kUInt16;
    case TorchComponentType::Int16:
      return c10::kShort;
    case TorchComponentType::UInt32:
      return c10::kUInt32;
    case TorchComponentType::Int32:
      return c10::kInt;
    case TorchComponentType::UInt64:
      return c10::kUInt64;
    case TorchComponentType::Int64:
      return c10::kLong;
    default:
      TORCH_CHECK(false, "labels must be integers, but are floating-point numbers");
  }
}

at::Tensor
GetLabelPixels(const TorchTensor & image)
{
  GetScalarType(image.GetComponentType());
  const at::Tensor pixels = GetATensor(image);
  TORCH_CHECK(pixels.dim() > 2 && pixels.size(0) == 1 && pixels.size(1) == 1,
              "an image of labels must have 1 component, but its shape is ",
              pixels.sizes());
  TORCH_CHECK(pixels.numel() > 0, "an image must have at least 1 pixel, but its shape is ", pixels.sizes());
  return pixels.squeeze(0).squeeze(0).contiguous();
}

at::Tensor
AsSigned(const at::Tensor & integers)
{
  const auto type = SignedTypeOf(integers.scalar_type());
  return type == integers.scalar_type() ? integers : integers.view(type);
}

at::Tensor
ToLabelType(const at::Tensor & integers, TorchComponentType type)
{
  const auto wanted = GetScalarType(type);
  const auto signedType = SignedTypeOf(wanted);
  const auto labels = integers.to(signedType);
  return signedType == wanted ? labels : labels.view(wanted);
}
} // namespace itk
