// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkErrorSentence.h"
#include "itkMacro.h"
#include <regex>

namespace itk
{
std::string
ErrorSentence(const std::exception & error)
{
  const auto * const      itkError = dynamic_cast<const ExceptionObject *>(&error);
  const std::string       text = itkError ? itkError->GetDescription() : error.what();
  static const std::regex prefix(R"((ITK ERROR|itk::ERROR): (\w+\(0x[0-9a-f]+\): )?)");
  static const std::regex blanks(R"(\s+)");
  const std::string       sentence = std::regex_replace(std::regex_replace(text, prefix, ""), blanks, " ");
  const auto              begin = sentence.find_first_not_of(' ');
  return begin == std::string::npos ? std::string{}
                                    : sentence.substr(begin, sentence.find_last_not_of(' ') + 1 - begin);
}
} // namespace itk
