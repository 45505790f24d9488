// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkCommands.h"
#include "itkErrorSentence.h"
#include "itkImageReadingProgram.h"
#include "itkTorchDevice.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>

namespace itk
{
namespace
{
constexpr const char * readingCommand = "read-images";

/** \throws ExceptionObject if what was printed did not arrive, as on a full disk */
void
VerifyStandardOutput()
{
  std::cout.flush();
  const bool isPrinted = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (!isPrinted)
  {
    itkGenericExceptionMacro("Cannot write to standard output: " << std::strerror(errno) << '.');
  }
}
} // namespace

int
RunCommand(const char * name, void (*add)(CLI::App &), int argc, char * argv[])
{
  const auto * const command = std::find_if(
    std::begin(commands), std::end(commands), [name](const Command & c) { return std::string(c.Name) == name; });
  CLI::App app(command->Description, std::string("itktorch ") + name);
  app.failure_message([](const CLI::App *, const CLI::Error & error)
                      { return "itktorch: " + ErrorSentence(error) + '\n'; });
  try
  {
    // A reader that crashes is not to end the program.
    std::error_code absent;
    const auto      program = std::filesystem::read_symlink("/proc/self/exe", absent);
    if (!absent && std::string(name) != readingCommand)
    {
      SetImageReadingProgram({ program.string(), readingCommand });
    }
    add(app);
    app.parse(argc, argv);
    VerifyStandardOutput();
    return 0;
  }
  catch (const CLI::ParseError & error)
  {
    return app.exit(error) == 0 ? 0 : 2;
  }
  catch (const TorchDeviceError & error)
  {
    std::cerr << "itktorch: " << ErrorSentence(error) << std::endl;
    return 3;
  }
  catch (const std::exception & error)
  {
    std::cerr << "itktorch: " << ErrorSentence(error) << std::endl;
    return 1;
  }
}
} // namespace itk
