// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetModelFits_h
#define itkUNetModelFits_h

#include "ITKTorchUNetInferenceExport.h"
#include "itkUNetInferenceParameters.h"
#include "itkUNetModel.h"
#include <cstddef>
#include <vector>

namespace itk
{
/** \param size pixels along x, y (, z)
 * \throws ExceptionObject if a model cannot be used for images of that size and number of components */
ITKTorchUNetInference_EXPORT void
VerifyUNetModelFitsImage(const UNetModel &                model,
                         const std::vector<std::size_t> & size,
                         unsigned int                     numberOfComponents);

/** The same for the size of its pixels.
 * \param spacing along the axes of the model's orientation
 * \param mayResample whether another pixel size is no error
 * \throws ExceptionObject that names what the model is for */
ITKTorchUNetInference_EXPORT void
VerifyUNetModelFitsGrid(const UNetModel & model, const std::vector<double> & spacing, bool mayResample);

/** \throws ExceptionObject if pixels up to `largest` cannot hold the model's output */
ITKTorchUNetInference_EXPORT void
VerifyUNetModelFitsOutput(const UNetModel & model, UNetInferenceOutput output, double largest);
} // namespace itk

#endif
