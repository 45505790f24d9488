// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkValidationPicture_h
#define itkValidationPicture_h

#include "ITKTorchWorkflowExport.h"
#include "itkImage.h"
#include "itkRGBPixel.h"
#include "itkUNetValidationCase.h"

namespace itk
{
/** Which images of a validation have a picture: at most four, evenly spread, the first one among them.
 * \return whether `number` of `count` is one of them */
ITKTorchWorkflow_EXPORT bool
HasValidationPicture(std::size_t number, std::size_t count);

/** The image as the network gets it, and the same with the outlines of the truth and of the prediction, side by side.
 * Volumes are shown by their middle plane, ignored pixels as background.
 * \ingroup ITKTorchWorkflow */
ITKTorchWorkflow_EXPORT Image<RGBPixel<unsigned char>, 2>::Pointer
DrawValidationPicture(const UNetValidationCase & validationCase);
} // namespace itk

#endif
