// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceParameterFile_h
#define itkInstanceParameterFile_h

#include "ITKTorchWorkflowExport.h"
#include "itkInstanceSegmentation.h"
#include <string>

namespace itk
{
/** The parameters in a file that `itktorch tune` wrote.
 * \throws ExceptionObject that names the file, if it is none */
ITKTorchWorkflow_EXPORT InstanceSegmentationParameters
ReadInstanceParameters(const std::string & fileName);

/** \param report what else the file tells about them: a JSON object */
ITKTorchWorkflow_EXPORT void
WriteInstanceParameters(const std::string &                    fileName,
                        const InstanceSegmentationParameters & parameters,
                        const std::string &                    report);
} // namespace itk

#endif
