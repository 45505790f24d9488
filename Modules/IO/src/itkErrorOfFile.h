// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkErrorOfFile_h
#define itkErrorOfFile_h

#include "itkErrorSentence.h"

namespace itk
{
/** The sentence of an exception about a file, without the file's name at its begin. */
inline std::string
ErrorOfFile(const std::exception & error, const std::string & fileName)
{
  const std::string sentence = ErrorSentence(error);
  const std::string begin = fileName + ": ";
  return sentence.rfind(begin, 0) == 0 ? sentence.substr(begin.size()) : sentence;
}
} // namespace itk

#endif
