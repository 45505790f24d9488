// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMaximumMatching_h
#define itkMaximumMatching_h

#include "ITKTorchEvaluationExport.h"
#include "itkBoundaryDistances.h"

namespace itk
{
/** As BoundaryDistances::CountWithin(), but each pixel is the partner of at most one other: the largest number of
 * disjoint pairs within the tolerance, which the Berkeley segmentation benchmark's assignment finds but for its
 * approximations. D. Martin, C. Fowlkes, J. Malik, "Learning to detect natural image boundaries using local brightness,
 * color, and texture cues", IEEE PAMI 26, 2004.
 * \throws ExceptionObject if the sets are of images of different sizes, or the tolerance is no finite number from 0
 * on */
ITKTorchEvaluation_EXPORT BoundaryCounts
CountMaximumMatching(const PixelSet &            prediction,
                     const PixelSet &            truth,
                     const std::vector<double> & spacing,
                     double                      tolerance);
} // namespace itk

#endif
