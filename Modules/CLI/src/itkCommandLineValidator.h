// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCommandLineValidator_h
#define itkCommandLineValidator_h

#include "itkErrorSentence.h"
#include <CLI/CLI.hpp>

namespace itk
{
/** Checks a text while the command line is read.
 * \param verify throws for a text that is not allowed */
template <typename TFunction>
CLI::Validator
MakeCommandLineValidator(const TFunction & verify)
{
  const auto problemOf = [verify](const std::string & text) -> std::string
  {
    try
    {
      verify(text);
      return {};
    }
    catch (const std::exception & error)
    {
      return ErrorSentence(error);
    }
  };
  return { problemOf, "" };
}
} // namespace itk

#endif
