// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkFormatCorrections_h
#define itkFormatCorrections_h

#include "itkImageFileFormat.h"

namespace itk
{
/** Turns what ITK 5.2 reads of spacing, origin and direction into what the file says: units of length of NRRD and MRC,
 * the space LAS of NRRD, spacings of DICOM's secondary captures.
 * \param fileName that holds the header */
void
CorrectGeometry(ImageIOBase & io, const std::string & fileName, ImageFileFormat format);

void
ScaleLengths(ImageIOBase & io, double factor);

/** What states the spacing, such as "NRRD"; empty if nothing does. */
std::string
GetSpacingSource(const ImageIOBase & io, const std::string & fileName, ImageFileFormat format);

/** What the pixels of an ITK reader have to be multiplied with: a DICOM dose's unit, which GDCM leaves out, or 1. */
double
GetPixelFactor(const ImageIOBase & io, ImageFileFormat format);
} // namespace itk

#endif
