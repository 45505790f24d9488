// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetDeepSupervision_h
#define itkUNetDeepSupervision_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkUNetSpecification.h"
#include <vector>

namespace itk
{
/** Levels of the decoder that have a loss: 0, …, DeepSupervision. */
ITKTorchUNetTraining_EXPORT std::vector<unsigned int>
GetSupervisedLevels(unsigned int deepSupervision);

/** The tensors that only a training has: those of the outputs of coarser levels, which the specification does not
 * know. */
ITKTorchUNetTraining_EXPORT std::vector<UNetTensorDescription>
GetAuxiliaryTensors(const UNetSpecification & specification, unsigned int deepSupervision);
} // namespace itk

#endif
