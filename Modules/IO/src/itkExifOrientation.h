// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkExifOrientation_h
#define itkExifOrientation_h

#include <cstddef>
#include <cstdint>

namespace itk
{
/** The orientation that EXIF data state, 1 to 8; 1 if they state none.
 * \param data begin as a TIFF file does */
unsigned int
GetExifOrientation(const std::uint8_t * data, std::size_t size);
} // namespace itk

#endif
