// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPicturePixels_h
#define itkPicturePixels_h

#include "itkPictureDecoder.h"

namespace itk
{
/** What becomes of the samples of a picture. */
struct PicturePixels
{
  IOComponentEnum Type{ IOComponentEnum::UCHAR };
  unsigned int    Components{ 1 };
  bool            HasAlpha{ false };
  /** Whether they are the samples as they are stored. */
  bool AreSamples{ true };
};

/** \param expands color tables to gray values or RGB, gray values of few bits to those of a byte, and turns white to
 * the largest number; CMYK always becomes RGB */
PicturePixels
DescribePicturePixels(const PictureHeader & header, bool expands);

/** Samples in raster order to pixels as described. */
void
ConvertPicturePixels(const PictureHeader & header,
                     bool                  expands,
                     const void *          samples,
                     std::size_t           pixels,
                     void *                converted);

/** The part of the stored picture that becomes a region of the upright one, and back. */
PictureRegion
GetStoredRegion(const PictureHeader & header, const PictureRegion & upright);

/** Pixels of a stored region to those of the upright region, in the orders of their rows. */
void
TurnPictureUpright(const PictureHeader & header,
                   const PictureRegion & upright,
                   std::size_t           pixelBytes,
                   const void *          stored,
                   void *                turned);

/** Columns and rows change places. */
inline bool
IsTransposed(const PictureHeader & header)
{
  return header.Orientation >= 5;
}
} // namespace itk

#endif
