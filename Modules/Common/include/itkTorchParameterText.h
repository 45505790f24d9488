// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchParameterText_h
#define itkTorchParameterText_h

#include "ITKTorchCommonExport.h"
#include "itkTorchParameterTable.h"

namespace itk
{
/** A JSON object with a member for each parameter. Infinite numbers are the texts "inf" and "-inf". */
ITKTorchCommon_EXPORT std::string
WriteParameters(const TorchParameterView & parameters);

/** Sets the parameters that a JSON object names; the others stay. Ranges are not checked; see
 * TorchParameterView::Verify().
 * \throws ExceptionObject for text that is no such object, a name that the table lacks, and a value of another type */
ITKTorchCommon_EXPORT void
ReadParameters(const std::string & json, const TorchParameterReference & parameters);
} // namespace itk

#endif
