// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTruncatedImage_h
#define itkTruncatedImage_h

#include "ITKTorchIOExport.h"
#include <string>

namespace itk
{
/** Whether a file in MetaImage, NIfTI-1, JPEG or BMP format ends before its pixels do. ITK 5.2 reads such files with
 * whatever was in memory before in place of the missing pixels, and writes MetaImage and NIfTI files on full disks as
 * if nothing were wrong.
 *
 * Formats are told by the name's ending. False for other formats, and where a header is not understood, which the
 * reader says. The pixels are not decompressed unless a NIfTI file's length is in doubt.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT bool
IsTruncatedImage(const std::string & fileName);
} // namespace itk

#endif
