// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPictureColors_h
#define itkPictureColors_h

#include "ITKTorchVisualizationExport.h"
#include "itkImage.h"
#include "itkRGBPixel.h"
#include "itkVectorImage.h"

namespace itk
{
using ColorImage = Image<RGBPixel<unsigned char>, 2>;

/** `dark` becomes black and `bright`, which may be the lesser, white, over red and yellow. */
ITKTorchVisualization_EXPORT ColorImage::Pointer
Color(Image<float, 2> * image, float dark, float bright);

/** The first one to three components as gray or colors, two as red and green: black at the 0.2nd and white at the
 * 99.9th percentile of all finite values. */
ITKTorchVisualization_EXPORT ColorImage::Pointer
ColorComponents(const VectorImage<float, 2> * image);

/** A color for each label, black for 0. */
ITKTorchVisualization_EXPORT ColorImage::Pointer
ColorLabels(Image<std::int64_t, 2> * labels);
} // namespace itk

#endif
