// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSegmentationLayers_h
#define itkSegmentationLayers_h

#include "itkVerifiedImageIO.h"
#include <map>
#include <string>

namespace itk
{
/** Whether the components of an image are layers of segments, as 3D Slicer writes segments that may overlap.
 * \param io whose information is read */
bool
HasSegmentationLayers(const VerifiedImageIO & io);

/** Makes one label of the layers of each pixel: that of the layer that is not 0. Segments keep their numbers if these
 * are distinct, else they get 1, 2, … in their order.
 * \param layers of a pixel together; may be `labels` if there is one
 * \return names of labels, as far as the file has names
 * \throws ExceptionObject with a sentence, if segments overlap */
std::map<std::int64_t, std::string>
MergeSegmentationLayers(const VerifiedImageIO & io,
                        const std::int64_t *    layers,
                        std::size_t             numberOfLayers,
                        std::size_t             pixels,
                        std::int64_t *          labels);
} // namespace itk

#endif
