// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTargets_h
#define itkUNetTargets_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkRandomAugmentation.h"
#include "itkUNetTrainingParameters.h"
#include <ATen/core/Tensor.h>

namespace itk
{
/** The label of pixels that are not known, in labels and targets. */
constexpr std::int64_t unetIgnoredLabel = -1;

/** \param label of a pair, (1, 1, …)
 * \param ignored other than 0 where the label is not known; may be undefined
 * \return the labels, −1 where they are ignored
 * \throws ExceptionObject for a negative label */
ITKTorchUNetTraining_EXPORT TorchTensor
MarkIgnoredLabels(const TorchTensor & label, const TorchTensor & ignored, std::int64_t ignoreLabel);

/** What a network is to learn of labels, −1 where they are ignored: class numbers of 16 bits, −1 where they are
 * ignored, as the label, and the weight of each pixel's loss; undefined for 1.
 * \param images labels of objects or classes, and weights that are factors of those that are made here
 * \param name of the labels, for errors
 * \throws ExceptionObject for a class beyond the number of classes */
ITKTorchUNetTraining_EXPORT AugmentationImages
MakeUNetTargets(const AugmentationImages &     images,
                const std::vector<double> &    spacing,
                unsigned int                   classes,
                const UNetTrainingParameters & parameters,
                const std::string &            name);

/** Of objects: 0 background, 1 interior, 2 border.
 * \param labels (1, 1, …), integers, 0 for background; pixels below 0 are not known, so that they make no border of the
 * objects beside them, and become 0. Nor does anything beyond the image.
 * \param width in pixels
 * \param contacts becomes true where a pixel of another object is as near; may be null */
ITKTorchUNetTraining_EXPORT at::Tensor
MakeInteriorAndBorder(const at::Tensor & labels, double width, at::Tensor * contacts);
} // namespace itk

#endif
