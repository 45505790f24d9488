// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageSegmenter.hxx"

namespace itk
{
template std::unique_ptr<ImageSegmenter>
MakeImageSegmenterOfDimension<3>(UNetModel * model, const std::string & device, const SegmentationSettings & settings);
} // namespace itk
