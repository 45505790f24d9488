// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFileContent_h
#define itkImageFileContent_h

#include "ITKTorchIOExport.h"
#include <string>

namespace itk
{
/** What an image file is to hold. */
struct ImageFileContent
{
  /** In the plural. */
  std::string  Name;
  unsigned int NumberOfComponents{ 1 };
  bool         AreRealNumbers{ false };
  /** Whole numbers up to 255. */
  bool AreBytes{ false };
};

/** To be asked before anything is computed. Whether the file can be written is not asked.
 * \throws ExceptionObject that names the file, if its format would change the pixels */
ITKTorchIO_EXPORT void
VerifyFormatHolds(const std::string & fileName, const ImageFileContent & content);
} // namespace itk

#endif
