// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkStandardOutput_h
#define itkStandardOutput_h

#include "itkErrorSentence.h"
#include "itkMacro.h"
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace itk
{
/** \throws ExceptionObject if what was printed did not arrive, as on a full disk */
inline void
VerifyStandardOutput()
{
  std::cout.flush();
  const bool isPrinted = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (!isPrinted)
  {
    itkGenericExceptionMacro("Cannot write to standard output: " << std::strerror(errno) << '.');
  }
}

/** Prints the help that was asked for, or what is wrong with the arguments.
 * \return exit status: 0 help was printed, 1 it could not be, 2 wrong arguments */
inline int
ExitAfterParsing(const CLI::App & app, const CLI::ParseError & error)
{
  if (app.exit(error) != 0)
  {
    return 2;
  }
  try
  {
    VerifyStandardOutput();
    return 0;
  }
  catch (const ExceptionObject & problem)
  {
    std::cerr << "itktorch: " << ErrorSentence(problem) << std::endl;
    return 1;
  }
}
} // namespace itk

#endif
