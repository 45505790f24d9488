// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMapSegmentation_h
#define itkMapSegmentation_h

#include "itkInstanceMaps.h"
#include <functional>

namespace itk
{
/** From each pixel to the nearest that is not 0, of shape (…, y, x); 0 everywhere if there is none. */
at::Tensor
DistanceTo(const at::Tensor &                  pixels,
           const std::vector<double> &         spacing,
           bool                                useImageSpacing,
           const std::function<void(double)> & progress);

/** What follows the mask in InstanceSegmentation, whose shapes, errors and progress it has.
 * \param largestDistance to the mask's border, where the levels of such a landscape begin; infinite for this mask's
 * own */
InstanceSegmentation::Result
SegmentMaps(const InstanceMaps &                   maps,
            const std::vector<double> &            spacing,
            const InstanceSegmentationParameters & parameters,
            double                                 largestDistance,
            TorchComponentType                     labelType,
            const std::function<void(double)> &    progress);
} // namespace itk

#endif
