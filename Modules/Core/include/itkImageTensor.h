// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageTensor_h
#define itkImageTensor_h

#include "ITKTorchCoreExport.h"
#include "itkTorchExecution.h"
#include "itkTorchTensor.h"
#include <limits>

namespace itk
{
/** Checks that a tensor is what functions on pixels take: of shape (1, C, …, y, x) with at least
 * 1 component and 1 pixel, of a pixel's component type.
 * \param function names the function in the message
 * \param name names its argument
 * \param largestDimension of images that the function takes
 * \throws ExceptionObject that says what the tensor is instead
 * \ingroup ITKTorchCore */
ITKTorchCore_EXPORT void
VerifyImageTensor(const TorchTensor & tensor,
                  const char *        function,
                  const char *        name,
                  std::size_t         largestDimension = std::numeric_limits<std::size_t>::max());

/** The same for an argument that may be left out. */
inline void
VerifyOptionalImageTensor(const TorchTensor & tensor,
                          const char *        function,
                          const char *        name,
                          std::size_t         largestDimension = std::numeric_limits<std::size_t>::max())
{
  if (tensor.IsDefined())
  {
    VerifyImageTensor(tensor, function, name, largestDimension);
  }
}
} // namespace itk

#endif
