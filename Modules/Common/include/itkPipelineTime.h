// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPipelineTime_h
#define itkPipelineTime_h

#include "ITKTorchCommonExport.h"
#include "itkDataObject.h"

namespace itk
{
/** The latest change of anything that decides a data object's content: of the filters before it, and of their inputs
 * that have no source. DataObject::GetPipelineMTime() changes also when a filter produces another region of the same
 * image.
 * \ingroup ITKTorchCommon */
ITKTorchCommon_EXPORT ModifiedTimeType
GetPipelineTime(const DataObject * data);
} // namespace itk

#endif
