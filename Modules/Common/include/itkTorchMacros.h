// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchMacros_h
#define itkTorchMacros_h

#include "itkMacro.h"

// ITK 5.2 to 6 in one place: the code is written for the newest, and what an older one lacks is defined here.

#ifdef ITKV4_COMPATIBILITY
#  error "ITKTorch's checks of inputs are const functions, as in ITK 5: build ITK without ITKV4_COMPATIBILITY."
#endif

#ifndef itkOverrideGetNameOfClassMacro
/** GetNameOfClass() of a class, as in ITK 5.4 and later. */
#  define itkOverrideGetNameOfClassMacro(thisClass)                                                                    \
    const char * GetNameOfClass() const override                                                                       \
    {                                                                                                                  \
      return #thisClass;                                                                                               \
    }                                                                                                                  \
    static_assert(true, "needs a semicolon")
#endif

/** An output of the name that `output` gives, which the constructor made: Get`name`(). */
#define itkTorchNamedOutputMacro(name, output, type)                                                                   \
  type * Get##name()                                                                                                   \
  {                                                                                                                    \
    return static_cast<type *>(this->ProcessObject::GetOutput(output));                                                \
  }                                                                                                                    \
  const type * Get##name() const                                                                                       \
  {                                                                                                                    \
    return static_cast<const type *>(this->ProcessObject::GetOutput(output));                                          \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

/** A SimpleDataObjectDecorator of `type` that is the output `name`: Get`name`Output(), and its value, Get`name`(). */
#define itkTorchDecoratedOutputMacro(name, type)                                                                       \
  const SimpleDataObjectDecorator<type> * Get##name##Output() const                                                    \
  {                                                                                                                    \
    return static_cast<const SimpleDataObjectDecorator<type> *>(this->ProcessObject::GetOutput(#name));                \
  }                                                                                                                    \
  const type & Get##name() const                                                                                       \
  {                                                                                                                    \
    return this->Get##name##Output()->Get();                                                                           \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

namespace itk
{
/** Asks for the largest possible region of each object that is there.
 * \param objects pointers to DataObject; some may be null */
template <typename TPointers>
void
RequestWholeImages(const TPointers & objects)
{
  for (const auto & each : objects)
  {
    if (each)
    {
      each->SetRequestedRegionToLargestPossibleRegion();
    }
  }
}
} // namespace itk

/** In an image filter that makes the whole of its outputs from the whole of its inputs, in its protected part. All
 * outputs are enlarged, since the one that is updated may be a decorator, which has no region. */
#define itkTorchWholeImagesMacro()                                                                                     \
  void EnlargeOutputRequestedRegion(DataObject * output) override                                                      \
  {                                                                                                                    \
    Superclass::EnlargeOutputRequestedRegion(output);                                                                  \
    ::itk::RequestWholeImages(this->GetOutputs());                                                                     \
  }                                                                                                                    \
  void GenerateInputRequestedRegion() override                                                                         \
  {                                                                                                                    \
    Superclass::GenerateInputRequestedRegion();                                                                        \
    ::itk::RequestWholeImages(this->GetInputs());                                                                      \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

#endif
