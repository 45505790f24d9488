// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkOpenImageFile_h
#define itkOpenImageFile_h

#include "ITKTorchIOExport.h"
#include "itkImageIOBase.h"

namespace itk
{
/** An image file whose information is read.
 * \throws ExceptionObject that names the file, if it is damaged or none that ITK reads */
ITKTorchIO_EXPORT ImageIOBase::Pointer
OpenImageFile(const std::string & fileName);

/** 3 for an image of several planes, else 2.
 * \throws ExceptionObject for more than three dimensions */
ITKTorchIO_EXPORT unsigned int
GetImageFileDimension(const ImageIOBase & io);
} // namespace itk

#endif
