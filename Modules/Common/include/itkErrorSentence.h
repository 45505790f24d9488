// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkErrorSentence_h
#define itkErrorSentence_h

#include "ITKTorchCommonExport.h"
#include <exception>
#include <string>

namespace itk
{
/** What an exception says to a person: its description on one line, without the source location, class name and address
 * that ITK's macros put before it.
 * \ingroup ITKTorchCommon */
ITKTorchCommon_EXPORT std::string
ErrorSentence(const std::exception & error);
} // namespace itk

#endif
