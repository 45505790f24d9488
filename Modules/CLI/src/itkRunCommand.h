// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkRunCommand_h
#define itkRunCommand_h

#include <CLI/CLI.hpp>

namespace itk
{
/** Reads a command's arguments and runs it.
 * \param add adds the command's options, and its work as the callback
 * \return exit status: 0 done, 1 failure while running, 2 wrong arguments, 3 the device is not there */
int
RunCommand(const char * name, void (*add)(CLI::App & command), int argc, char * argv[]);
} // namespace itk

/** In the source of a command, at its end: what its library exports. */
#define itkTorchCommandMacro(name, add)                                                                                \
  extern "C" __attribute__((visibility("default"))) int itktorchCommand(int argc, char * argv[])                       \
  {                                                                                                                    \
    return ::itk::RunCommand(name, add, argc, argv);                                                                   \
  }                                                                                                                    \
  static_assert(true, "needs a semicolon")

#endif
