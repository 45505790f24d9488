// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkDicomLayout_h
#define itkDicomLayout_h

#include "ITKTorchIOExport.h"
#include <string>

namespace itk
{
/** What GDCM does not say of a DICOM file. */
struct DicomLayout
{
  /** Whether there is a distance between pixels anywhere, as far as the file is not compressed as a whole. */
  bool StatesSpacing{ false };
  /** Whether pixels are 0 and 1, in a bit each: GDCM makes them 0 and 255. */
  bool HasBits{ false };
};

/** GDCM takes a file that ends within its pixels for a smaller one.
 * \throws ExceptionObject with a sentence, if the pixels of a DICOM file are not all in it */
ITKTorchIO_EXPORT DicomLayout
ReadDicomLayout(const std::string & fileName);
} // namespace itk

#endif
