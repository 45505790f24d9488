// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFileContent_h
#define itkImageFileContent_h

#include "ITKTorchIOExport.h"
#include "itkImageBase.h"
#include "itkImageIOBase.h"
#include <string>

namespace itk
{
/** ITK's writer for the ending of a file's name, in small letters or capitals; null if there is none. */
ITKTorchIO_EXPORT ImageIOBase::Pointer
MakeImageWriter(const std::string & fileName);

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

/** A sentence about what a file will not hold of an image's spacing, origin and direction; empty if nothing is lost, or
 * nobody stated them. */
template <unsigned int VDimension>
ITKTorchIO_EXPORT std::string
DescribeLostPlace(const ImageBase<VDimension> * image, const std::string & fileName);

extern template std::string
DescribeLostPlace<2>(const ImageBase<2> * image, const std::string & fileName);
extern template std::string
DescribeLostPlace<3>(const ImageBase<3> * image, const std::string & fileName);
} // namespace itk

#endif
