// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetModelFile_h
#define itkUNetModelFile_h

#include "itkUNetModel.h"

namespace itk
{
/** \param readsWeights false: everything but the weights */
void
ReadUNetModelFile(const std::string & fileName, UNetModel & model, bool readsWeights);

void
WriteUNetModelFile(const std::string & fileName, const UNetModel & model);
} // namespace itk

#endif
