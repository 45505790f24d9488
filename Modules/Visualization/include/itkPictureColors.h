// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPictureColors_h
#define itkPictureColors_h

#include "ITKTorchVisualizationExport.h"
#include "itkImage.h"
#include "itkRGBPixel.h"

namespace itk
{
using ColorImage = Image<RGBPixel<unsigned char>, 2>;

/** `dark` becomes black and `bright`, which may be the lesser, white, over red and yellow. */
ITKTorchVisualization_EXPORT ColorImage::Pointer
Color(Image<float, 2> * image, float dark, float bright);

/** A color for each label, black for 0. */
ITKTorchVisualization_EXPORT ColorImage::Pointer
ColorLabels(Image<std::int64_t, 2> * labels);
} // namespace itk

#endif
