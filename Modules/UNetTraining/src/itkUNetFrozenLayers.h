// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetFrozenLayers_h
#define itkUNetFrozenLayers_h

#include "itkUNetSpecification.h"
#include <string>

namespace itk
{
/** Whether a tensor of the specification belongs to one of the layers.
 * \param frozenLayers as UNetTrainingParameters::FrozenLayers */
bool
IsOfFrozenLayer(const std::string & tensor, const std::string & frozenLayers);

/** \throws ExceptionObject that lists the first parts of the layers' names, if a frozen one has no tensor */
void
VerifyFrozenLayers(const UNetSpecification & specification, const std::string & frozenLayers);
} // namespace itk

#endif
