// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkAtomicFileWrite.h"
#include "itkMacro.h"
#include <atomic>
#include <filesystem>
#include <unistd.h>

namespace itk
{
void
AtomicFileWrite(const std::string & fileName, const std::function<void(const std::string & temporaryName)> & write)
{
  namespace fs = std::filesystem;
  static std::atomic<unsigned int> number{ 0 };
  const fs::path                   target(fileName);
  const fs::path                   folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  std::error_code                  error;
  if (!fs::is_directory(folder, error))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": there is no folder " << folder.string() << '.');
  }
  if (fs::is_directory(target, error))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": it is a folder.");
  }
  // The whole name, because formats such as .nii.gz are known by more than the last extension.
  const fs::path temporary = folder / (".partial-" + std::to_string(getpid()) + "-" + std::to_string(number++) + "-" +
                                       target.filename().string());
  try
  {
    write(temporary.string());
  }
  catch (...)
  {
    fs::remove(temporary, error);
    throw;
  }
  fs::rename(temporary, target, error);
  if (error)
  {
    const std::string cause = error.message();
    fs::remove(temporary, error);
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << cause << '.');
  }
}
} // namespace itk
