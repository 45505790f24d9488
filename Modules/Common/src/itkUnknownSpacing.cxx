// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUnknownSpacing.h"
#include "itkMetaDataObject.h"

namespace itk
{
namespace
{
constexpr const char * key = "ITKTorch_Spacing";

/** Of a type that no writer of images takes for a field of its header. */
struct UnknownSpacing
{
  bool
  operator==(const UnknownSpacing &) const
  {
    return true;
  }
  bool
  operator!=(const UnknownSpacing &) const
  {
    return false;
  }
};
} // namespace

void
MarkSpacingAsUnknown(MetaDataDictionary & dictionary, bool isUnknown)
{
  if (isUnknown)
  {
    EncapsulateMetaData<UnknownSpacing>(dictionary, key, UnknownSpacing{});
  }
  else
  {
    dictionary.Erase(key);
  }
}

bool
HasUnknownSpacing(const MetaDataDictionary & dictionary)
{
  return dictionary.HasKey(key);
}
} // namespace itk
