// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetModelFile_h
#define itkUNetModelFile_h

#include "itkUNetModel.h"

namespace itk
{
/** \param readsWeights false: everything but the weights
 * \throws ExceptionObject that names the file and what in it is no valid model */
void
ReadUNetModelFile(const std::string & fileName, UNetModel & model, bool readsWeights);

/** \throws ExceptionObject, before anything is written, for a model that UNetModel::Verify() does not accept */
void
WriteUNetModelFile(const std::string & fileName, const UNetModel & model);
} // namespace itk

#endif
