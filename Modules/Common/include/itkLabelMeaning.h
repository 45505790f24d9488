// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelMeaning_h
#define itkLabelMeaning_h

#include "itkTorchEnumeration.h"
#include <cstdint>

namespace itk
{
/** What the numbers of a label image mean; 0 is background. */
enum class LabelMeaning : std::uint8_t
{
  /** Every number but 0 is foreground. */
  Foreground,
  /** Each number is an object, all of one class. */
  Objects,
  /** Each number is a class. */
  Classes
};
itkTorchEnumerationMacro(LabelMeaning,
                         { "Foreground", "foreground" },
                         { "Objects", "objects" },
                         { "Classes", "classes" });
} // namespace itk

#endif
