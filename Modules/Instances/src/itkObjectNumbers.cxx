// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkObjectNumbers.h"
#include "itkMacro.h"
#include <algorithm>
#include <limits>
#include <numeric>

namespace itk
{
namespace
{
std::uint64_t
LargestNumber(TorchComponentType type)
{
  switch (type)
  {
    case TorchComponentType::UInt8:
      return std::numeric_limits<std::uint8_t>::max();
    case TorchComponentType::Int8:
      return std::numeric_limits<std::int8_t>::max();
    case TorchComponentType::UInt16:
      return std::numeric_limits<std::uint16_t>::max();
    case TorchComponentType::Int16:
      return std::numeric_limits<std::int16_t>::max();
    case TorchComponentType::UInt32:
      return std::numeric_limits<std::uint32_t>::max();
    case TorchComponentType::Int32:
      return std::numeric_limits<std::int32_t>::max();
    case TorchComponentType::UInt64:
    case TorchComponentType::Int64:
      return std::numeric_limits<std::int64_t>::max();
    default:
      return 0;
  }
}
} // namespace

ObjectNumbers
NumberObjects(const std::vector<std::int64_t> & componentSizes, std::uint64_t minimumSize, bool isSortedBySize)
{
  std::vector<std::size_t> order(componentSizes.size());
  std::iota(order.begin(), order.end(), std::size_t{ 0 });
  if (isSortedBySize)
  {
    std::stable_sort(
      order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return componentSizes[a] > componentSizes[b]; });
  }
  ObjectNumbers numbers{ std::vector<std::int64_t>(componentSizes.size(), 0), {} };
  for (const std::size_t component : order)
  {
    if (static_cast<std::uint64_t>(componentSizes[component]) >= minimumSize)
    {
      numbers.Sizes.push_back(componentSizes[component]);
      numbers.NumberOf[component] = static_cast<std::int64_t>(numbers.Sizes.size());
    }
  }
  return numbers;
}

void
VerifyLabelType(std::size_t numberOfObjects, TorchComponentType labelType)
{
  if (LargestNumber(labelType) == 0)
  {
    itkGenericExceptionMacro("Labels must be integers, but are floating-point numbers.");
  }
  if (numberOfObjects > LargestNumber(labelType))
  {
    itkGenericExceptionMacro("The output's pixels can number at most " << LargestNumber(labelType)
                                                                       << " objects, but there are " << numberOfObjects
                                                                       << "; a larger integer type is needed.");
  }
}
} // namespace itk
