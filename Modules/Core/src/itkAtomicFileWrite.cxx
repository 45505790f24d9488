// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkAtomicFileWrite.h"
#include "itkMacro.h"
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

fs::path
FolderOf(const fs::path & file)
{
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}
} // namespace

void
VerifyFileCanBeWritten(const std::string & fileName)
{
  const fs::path  target(fileName);
  const fs::path  folder = FolderOf(target);
  std::error_code error;
  if (!fs::is_directory(folder, error))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": there is no folder " << folder.string() << '.');
  }
  if (fs::is_directory(target, error))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": it is a folder.");
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << std::strerror(errno) << '.');
  }
}

void
AtomicFileWrite(const std::string & fileName, const std::function<void(const std::string & temporaryName)> & write)
{
  VerifyFileCanBeWritten(fileName);
  static std::atomic<unsigned int> number{ 0 };
  const fs::path                   target(fileName);
  const fs::path                   folder = FolderOf(target);
  std::error_code                  error;
  // A folder, so that the name is right for formats that write a header which names a second file.
  const fs::path partial = folder / (".partial-" + std::to_string(getpid()) + "-" + std::to_string(number++));
  const fs::path temporary = partial / target.filename();
  if (!fs::create_directory(partial, error))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << error.message() << '.');
  }
  try
  {
    write(temporary.string());
    for (const auto & file : fs::directory_iterator(partial))
    {
      if (file.path() != temporary)
      {
        fs::rename(file.path(), folder / file.path().filename());
      }
    }
    fs::rename(temporary, target);
  }
  catch (const fs::filesystem_error & problem)
  {
    fs::remove_all(partial, error);
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << problem.code().message() << '.');
  }
  catch (...)
  {
    fs::remove_all(partial, error);
    throw;
  }
  fs::remove(partial, error);
}

void
AtomicFileWrite(const std::string & fileName, const std::string & content)
{
  AtomicFileWrite(fileName,
                  [&](const std::string & temporaryName)
                  {
                    std::ofstream file(temporaryName, std::ios::binary);
                    file << content;
                    file.close();
                    if (!file)
                    {
                      itkGenericExceptionMacro("Cannot write " << fileName << ": " << std::strerror(errno) << '.');
                    }
                  });
}
} // namespace itk
