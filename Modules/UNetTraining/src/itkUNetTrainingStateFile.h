// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingStateFile_h
#define itkUNetTrainingStateFile_h

#include "itkUNetTrainingState.h"

namespace itk
{
/** \param readsTensors false: everything but the tensors
 * \throws ExceptionObject that names the file and what in it is no valid state */
void
ReadUNetTrainingStateFile(const std::string & fileName, UNetTrainingState & state, bool readsTensors);

/** \throws ExceptionObject, before anything is written, for a state that UNetTrainingState::Verify() does not accept */
void
WriteUNetTrainingStateFile(const std::string & fileName, const UNetTrainingState & state);
} // namespace itk

#endif
