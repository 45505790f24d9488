// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkObjectNumbers_h
#define itkObjectNumbers_h

#include "ITKTorchInstancesExport.h"
#include "itkTorchTensor.h"
#include <cstdint>
#include <vector>

namespace itk
{
/** The numbers that components get as objects. */
struct ObjectNumbers
{
  /** In the order of the components; 0 for one that is too small. */
  std::vector<std::int64_t> NumberOf;
  /** Pixels of the objects 1, 2, … */
  std::vector<std::int64_t> Sizes;
};

/** Numbers 1, 2, … in the order of the components or from the largest to the smallest; equally large ones keep their
 * order. */
ObjectNumbers
NumberObjects(const std::vector<std::int64_t> & componentSizes, std::uint64_t minimumSize, bool isSortedBySize);

/** \throws ExceptionObject if there are more objects than numbers of the type */
ITKTorchInstances_EXPORT void
VerifyLabelType(std::size_t numberOfObjects, TorchComponentType labelType);

/** Calls visit(T{}) with the unsigned type of as many bytes as `type`. */
template <typename TVisit>
void
VisitUnsignedType(TorchComponentType type, const TVisit & visit)
{
  switch (type)
  {
    case TorchComponentType::UInt8:
    case TorchComponentType::Int8:
      return visit(std::uint8_t{});
    case TorchComponentType::UInt16:
    case TorchComponentType::Int16:
      return visit(std::uint16_t{});
    case TorchComponentType::UInt32:
    case TorchComponentType::Int32:
    case TorchComponentType::Float32:
      return visit(std::uint32_t{});
    default:
      return visit(std::uint64_t{});
  }
}
} // namespace itk

#endif
