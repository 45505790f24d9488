// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetModelFile_h
#define itkUNetModelFile_h

#include "itkUNetModel.h"
#include <map>

namespace itk
{
/** \param readsWeights false: everything but the weights
 * \throws ExceptionObject that names the file and what in it is no valid model */
void
ReadUNetModelFile(const std::string & fileName, UNetModel & model, bool readsWeights);

/** \param usesHalfPrecision writes float16 instead of float32
 * \throws ExceptionObject, before anything is written, for a model that UNetModel::Verify() does not accept */
void
WriteUNetModelFile(const std::string & fileName, const UNetModel & model, bool usesHalfPrecision);

/** What a model is but for its weights, as metadata of a file. */
ITKTorchUNetModel_EXPORT void
WriteUNetModelMetadata(const UNetModel & model, std::map<std::string, std::string> & metadata);

/** \throws ExceptionObject in a sentence without the file's name, for metadata that are of no model */
ITKTorchUNetModel_EXPORT void
ReadUNetModelMetadata(const std::map<std::string, std::string> & metadata, UNetModel & model);
} // namespace itk

#endif
