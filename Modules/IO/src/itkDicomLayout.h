// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDicomLayout_h
#define itkDicomLayout_h

#include "ITKTorchIOExport.h"
#include <string>

namespace itk
{
/** GDCM takes a file that ends within its pixels for a smaller one.
 * \throws ExceptionObject with a sentence, if the pixels of a DICOM file are not all in it */
ITKTorchIO_EXPORT void
VerifyDicomLayout(const std::string & fileName);
} // namespace itk

#endif
