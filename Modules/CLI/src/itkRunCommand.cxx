// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkRunCommand.h"
#include "itkCommands.h"
#include "itkErrorSentence.h"
#include "itkImageReadingProgram.h"
#include "itkStandardOutput.h"
#include "itkTorchDevice.h"
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>

namespace itk
{
namespace
{
constexpr const char * readingCommand = "read-images";
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
  catch (const CLI::RuntimeError & error)
  {
    // What a command says itself.
    return error.get_exit_code();
  }
  catch (const CLI::ParseError & error)
  {
    return ExitAfterParsing(app, error);
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
