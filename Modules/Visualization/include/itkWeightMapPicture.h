// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWeightMapPicture_h
#define itkWeightMapPicture_h

#include "ITKTorchVisualizationExport.h"
#include "itkImage.h"
#include <string>

namespace itk
{
/** Writes a PNG of labels, d₁ + d₂ and weights side by side: bright is a small sum of distances, or a great weight.
 * \param sumOfDistances its brightest is 0 and its darkest `farthest` */
ITKTorchVisualization_EXPORT void
WriteWeightMapPicture(Image<std::int64_t, 2> * labels,
                      Image<float, 2> *        sumOfDistances,
                      float                    farthest,
                      Image<float, 2> *        weights,
                      const std::string &      fileName);
} // namespace itk

#endif
