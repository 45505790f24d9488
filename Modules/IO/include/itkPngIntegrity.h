// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPngIntegrity_h
#define itkPngIntegrity_h

#include "ITKTorchIOExport.h"
#include <string>

namespace itk
{
/** Whether a file is a complete PNG with right check sums: signature, header chunk, data chunk, end chunk.
 *
 * The pixels are not decompressed.
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT bool
IsIntactPng(const std::string & fileName);

/** To be asked before reading with ITK 5.2, whose PNGImageIO ends the process on a damaged file (ITK pull request
 * 2942), and which does not tell of missing pixels; see IsTruncatedImage().
 * \throws ExceptionObject that names the file if there is none, if it begins as a PNG does and is not intact, and if it
 * is truncated
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyImageFile(const std::string & fileName);

class ImageIOBase;

/** To be asked before a reader of `dimension` takes the first slice of a larger image without a word.
 * \param io as the reader made it, its information read
 * \throws ExceptionObject that names the file and both dimensions
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT void
VerifyImageFileDimension(const ImageIOBase & io, unsigned int dimension);
} // namespace itk

#endif
