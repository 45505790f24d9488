// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkSpacing_h
#define itkSpacing_h

#include "ITKTorchCommonExport.h"
#include <cstddef>
#include <vector>

namespace itk
{
/** The spacing itself, or divided by that of the finest axis. */
ITKTorchCommon_EXPORT std::vector<double>
GetDistanceUnits(const std::vector<double> & spacing, bool useImageSpacing);

/** \throws ExceptionObject unless it is a positive number for each axis; it names axis and value */
ITKTorchCommon_EXPORT void
VerifySpacing(const std::vector<double> & spacing, std::size_t numberOfAxes);
} // namespace itk

#endif
