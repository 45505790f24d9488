// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageTensor_h
#define itkImageTensor_h

#include "itkTorchExecution.h"
#include "itkTorchTensor.h"

namespace itk
{
/** Checks that a tensor is what functions on pixels take: of shape (1, C, x), (1, C, y, x) or (1, C, z, y, x) with at least
 * 1 component and 1 pixel, of a pixel's component type.
 * \param function names the function in the message
 * \param name names its argument
 * \throws ExceptionObject that says what the tensor is instead
 * \ingroup ITKTorchCore */
void
VerifyImageTensor(const TorchTensor & tensor, const char * function, const char * name);

/** The same for an argument that may be left out. */
inline void
VerifyOptionalImageTensor(const TorchTensor & tensor, const char * function, const char * name)
{
  if (tensor.IsDefined())
  {
    VerifyImageTensor(tensor, function, name);
  }
}
} // namespace itk

#endif
