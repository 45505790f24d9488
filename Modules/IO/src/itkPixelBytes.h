// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPixelBytes_h
#define itkPixelBytes_h

#include "itkImageIOBase.h"
#include <cstddef>

namespace itk
{
/** Copies pixels without their last component. */
void
DropLastComponent(const char * from, std::size_t componentBytes, std::size_t components, std::size_t pixels, char * to);

/** The pixels of a region out of those of a whole image. */
void
CopyRows(const char *          from,
         const ImageIORegion & whole,
         std::size_t           pixelBytes,
         const ImageIORegion & region,
         char *                to);

/** Whether the last component of all pixels is the largest number of its type, or 1 of real numbers. */
bool
IsOpaque(const char *    pixels,
         IOComponentEnum type,
         std::size_t     componentBytes,
         std::size_t     components,
         std::size_t     count);

/** \param type of whole numbers of at most 32 bits, as DICOM has
 * \throws ExceptionObject with a sentence for other types */
void
Multiply(const char * from, IOComponentEnum type, std::size_t count, double factor, double * to);

/** 0 stays 0, everything else becomes 1. */
void
MakeBits(unsigned char * values, std::size_t count);

/** Sets pixels to 0 whose last component is 0.
 * \param pixels with that component
 * \param kept without it */
void
ClearTransparent(const char * pixels,
                 std::size_t  componentBytes,
                 std::size_t  components,
                 std::size_t  count,
                 char *       kept);
} // namespace itk

#endif
