// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageFileLayout_h
#define itkImageFileLayout_h

#include "itkImageFileFormat.h"

namespace itk
{
/** Before a reader trusts a header: all pixels that it promises are in the file, and its numbers can be.
 *
 * ITK 5.2 reads truncated MetaImage, NIfTI, VTK, GIPL and MRC files with whatever was in memory in place of the missing
 * pixels, and ends the process over a transform that is not a number. Headers that are not understood pass: the reader
 * says so. The pixels are not decompressed.
 * \throws ExceptionObject with a sentence on what is wrong with the file */
void
VerifyImageFileLayout(const std::string & fileName, const ImageFileKind & kind);
} // namespace itk

#endif
