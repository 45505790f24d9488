// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkCommands.h"
#include "itkErrorSentence.h"
#include "itkSharedLibrary.h"
#include "itkStandardOutput.h"
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

namespace
{
/** \param argv the words after the program's name */
int
Run(const itk::Command & command, int argc, char * argv[])
{
  try
  {
    const std::string name = std::string(ITKTorch_COMMAND_FOLDER) + "itktorch-" + command.Name + ".so";
    std::string       folder = itk::SharedLibrary::FolderOf(reinterpret_cast<const void *>(&itk::ErrorSentence));
    if (!std::filesystem::exists(folder + name))
    {
      // Static libraries are in the program itself.
      std::error_code absent;
      const auto      program = std::filesystem::read_symlink("/proc/self/exe", absent);
      folder = (program.parent_path() / ITKTorch_LIBRARY_FOLDER).string();
    }
    const itk::SharedLibrary library(folder + name);
    const auto               function = reinterpret_cast<itk::CommandFunction>(library.Find(itk::commandSymbol));
    return function(argc, argv);
  }
  catch (const std::exception & error)
  {
    std::cerr << "itktorch: " << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
}
} // namespace

/** Loads the library of the command that the first argument names; no other is needed to show what there is. */
int
main(int argc, char * argv[])
{
  CLI::App app("U-Net segmentation for images that ITK reads.", "itktorch");
  app.require_subcommand(1);
  app.set_version_flag("--version", "itktorch " ITKTorch_VERSION " with LibTorch " ITKTorch_LIBTORCH_VERSION);
  app.failure_message([](const CLI::App *, const CLI::Error & error)
                      { return "itktorch: " + itk::ErrorSentence(error) + '\n'; });
  for (const itk::Command & command : itk::commands)
  {
    if (argc > 1 && std::string(argv[1]) == command.Name)
    {
      return Run(command, argc - 1, argv + 1);
    }
    app.add_subcommand(command.Name, command.Description)->group(command.IsShown ? "Subcommands" : "");
  }
  try
  {
    app.parse(argc, argv);
  }
  catch (const CLI::ParseError & error)
  {
    return itk::ExitAfterParsing(app, error);
  }
  return 2;
}
