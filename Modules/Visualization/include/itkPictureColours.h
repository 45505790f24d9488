// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPictureColours_h
#define itkPictureColours_h

#include "itkImage.h"
#include "itkRGBPixel.h"

namespace itk
{
using ColourImage = Image<RGBPixel<unsigned char>, 2>;

/** `dark` becomes black and `bright`, which may be the lesser, white, over red and yellow. */
ColourImage::Pointer
Colour(Image<float, 2> * image, float dark, float bright);

/** A colour for each label, black for 0. */
ColourImage::Pointer
ColourLabels(Image<std::int64_t, 2> * labels);
} // namespace itk

#endif
