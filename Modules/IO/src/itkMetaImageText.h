// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkMetaImageText_h
#define itkMetaImageText_h

#include <string>

namespace itk
{
/** A MetaImage of pixels that are written in figures, as a file of the same image whose pixels are bytes: MetaIO reads
 * figures of one component only.
 * \throws ExceptionObject with a sentence, unless there is a number for each component */
std::string
MakeBinaryMetaImage(const std::string & fileName);
} // namespace itk

#endif
