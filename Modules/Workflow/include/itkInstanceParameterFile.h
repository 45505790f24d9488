// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceParameterFile_h
#define itkInstanceParameterFile_h

#include "ITKTorchWorkflowExport.h"
#include "itkInstanceSegmentation.h"
#include "itkUNetModel.h"
#include <string>

namespace itk
{
/** The parameters in a file that `itktorch tune` wrote.
 * \throws ExceptionObject that names the file, if it is none */
ITKTorchWorkflow_EXPORT InstanceSegmentationParameters
ReadInstanceParameters(const std::string & fileName);

/** What separates the objects of a model best: what its card says; else the defaults, with the Channels of interior and
 * border if its classes are called background, interior and border.
 * \throws ExceptionObject if the card's are no valid parameters */
ITKTorchWorkflow_EXPORT InstanceSegmentationParameters
GetInstanceParameters(const UNetModel & model);

/** \param report what else the file tells about them: a JSON object */
ITKTorchWorkflow_EXPORT void
WriteInstanceParameters(const std::string &                    fileName,
                        const InstanceSegmentationParameters & parameters,
                        const std::string &                    report);
} // namespace itk

#endif
