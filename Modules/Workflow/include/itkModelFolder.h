// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkModelFolder_h
#define itkModelFolder_h

#include "ITKTorchWorkflowExport.h"
#include <string>

namespace itk
{
/** The model that is used where none is stated. */
constexpr const char * defaultModelName = "nuclei";

/** The file of a model that is stated by its file, or by the name of one that comes with this library: that is
 * NAME.safetensors in share/ITKTorch/Models, beside the folder of the library in a build tree, an installation or a
 * bundle.
 * \param model what is no file, and has neither a folder nor an extension, is a name
 * \throws ExceptionObject that lists the names, if none is called so */
ITKTorchWorkflow_EXPORT std::string
FindModelFile(const std::string & model);
} // namespace itk

#endif
