// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkAtomicFileWrite.h"
#include "itkDicomSeries.h"
#include "itkMacro.h"
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace itk
{
namespace
{
namespace fs = std::filesystem;

constexpr const char * partialPrefix = ".partial-";

fs::path
FolderOf(const fs::path & file)
{
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

/** Of making a file of that size; 0 also where the file system cannot tell. */
int
ErrorOfAllocation(const std::string & fileName, std::uintmax_t bytes)
{
  const int file = open(fileName.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (file < 0)
  {
    return errno;
  }
  int error = fallocate(file, 0, 0, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
  if (error == EOPNOTSUPP || error == ENOSYS)
  {
    std::error_code unknown;
    const auto      space = fs::space(fs::path(fileName).parent_path(), unknown);
    error = !unknown && space.available < bytes ? ENOSPC : 0;
  }
  close(file);
  unlink(fileName.c_str());
  return error;
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
  const auto status = fs::status(target, error);
  if (fs::exists(status) && !fs::is_regular_file(status))
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": it is a pipe, a socket or a device.");
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << std::strerror(errno) << '.');
  }
}

std::string
WithSmallEnding(const std::string & fileName)
{
  std::string name = fileName;
  std::size_t begin = name.size();
  // Of ".NII.GZ" both parts.
  for (int part = 0; part < 2; ++part)
  {
    const auto        dot = begin == 0 ? std::string::npos : name.rfind('.', begin - 1);
    const std::string ending = dot == std::string::npos ? "" : name.substr(dot, begin - dot);
    const bool        isLast = part == 1;
    if (dot == std::string::npos || ending.find('/') != std::string::npos)
    {
      break;
    }
    std::transform(name.begin() + static_cast<std::ptrdiff_t>(dot),
                   name.begin() + static_cast<std::ptrdiff_t>(begin),
                   name.begin() + static_cast<std::ptrdiff_t>(dot),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    if (isLast || name.substr(dot) != ".gz")
    {
      break;
    }
    begin = dot;
  }
  return name;
}

void
VerifyIsNoDevice(const std::string & fileName)
{
  std::error_code error;
  const auto      status = fs::status(fileName, error);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status))
  {
    itkGenericExceptionMacro(<< fileName << ": it must be a regular file, but is a pipe, a socket or a device.");
  }
}

std::string
GetFileIdentity(const std::string & fileName)
{
  std::error_code error;
  const fs::path  path = fs::absolute(fileName).lexically_normal();
  const fs::path  canonical = fs::weakly_canonical(path, error);
  return (error ? path : canonical).string();
}

namespace
{
/** Also of hard links. */
bool
IsSameFile(const std::string & first, const std::string & second)
{
  std::error_code error;
  return fs::equivalent(first, second, error) || GetFileIdentity(first) == GetFileIdentity(second);
}

/** A file, and the other one of a pair of header and pixels, as of NIfTI. */
std::vector<std::string>
GetFilesOfPair(const std::string & fileName)
{
  const fs::path    path(fileName);
  const std::string ending = path.extension().string();
  if (ending == ".img" || ending == ".hdr")
  {
    return { fileName, fs::path(path).replace_extension(ending == ".img" ? ".hdr" : ".img").string() };
  }
  return { fileName };
}

/** Whether a file is one of those that an image consists of. */
bool
IsSlice(const std::string & file, const std::string & image)
{
  std::error_code error;
  if (!fs::exists(file, error) || !NamesDicomFolder(image))
  {
    return false;
  }
  const auto slices = ListImageFiles(image);
  return std::any_of(slices.begin(), slices.end(), [&](const std::string & slice) { return IsSameFile(file, slice); });
}
} // namespace

void
VerifyOutputsAreNoInputs(const std::vector<std::string> & outputs, const std::vector<std::string> & inputs)
{
  for (auto output = outputs.begin(); output != outputs.end(); ++output)
  {
    if (output->empty())
    {
      continue;
    }
    for (const std::string & input : inputs)
    {
      const auto files = GetFilesOfPair(*output);
      const bool isRead =
        !input.empty() &&
        std::any_of(files.begin(), files.end(), [&](const std::string & file) { return IsSameFile(file, input); });
      if (isRead || (!input.empty() && IsSlice(*output, input)))
      {
        itkGenericExceptionMacro("Cannot write " << *output << ": it is one of the files that are read.");
      }
    }
    for (auto other = outputs.begin(); other != output; ++other)
    {
      if (!other->empty() && IsSameFile(*output, *other))
      {
        itkGenericExceptionMacro("Cannot write " << *output << ": it would be written twice.");
      }
    }
  }
}

void
VerifyRoomForFile(const std::string & fileName, const std::string & temporaryName, std::uintmax_t bytes)
{
  const int error = ErrorOfAllocation(temporaryName, bytes);
  if (error != 0)
  {
    itkGenericExceptionMacro(
      "Cannot write " << fileName << ": "
                      << (error == ENOSPC ? "too little space is left on the disk" : std::strerror(error)) << '.');
  }
}

void
AtomicFileWrite(const std::string & fileName, const std::function<void(const std::string & temporaryName)> & write)
{
  VerifyFileCanBeWritten(fileName);
  const fs::path target(fileName);
  const fs::path folder = FolderOf(target);
  // A folder, so that the name is right for formats that write a header which names a second file. Its name is its own
  // among the processes of all machines, and after a kill.
  std::string created = (folder / (std::string(partialPrefix) + "XXXXXX")).string();
  if (mkdtemp(created.data()) == nullptr)
  {
    itkGenericExceptionMacro("Cannot write " << fileName << ": " << std::strerror(errno) << '.');
  }
  const fs::path  partial = created;
  const fs::path  temporary = partial / WithSmallEnding(target.filename().string());
  std::error_code error;
  try
  {
    write(temporary.string());
    for (const auto & file : fs::directory_iterator(partial))
    {
      if (file.path() != temporary)
      {
        const fs::path pixels = folder / file.path().filename();
        if (fs::exists(pixels) && !fs::exists(target))
        {
          itkGenericExceptionMacro("Cannot write " << fileName << ": its pixels would replace the file "
                                                   << pixels.string() << '.');
        }
        fs::rename(file.path(), pixels);
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

void
RemoveAbandonedWrites(const std::string & folder, std::chrono::hours age)
{
  const auto      now = fs::file_time_type::clock::now();
  std::error_code error;
  const auto      isOld = [&](const fs::path & path) { return fs::last_write_time(path, error) < now - age && !error; };
  for (const auto & entry : fs::directory_iterator(folder, error))
  {
    if (entry.path().filename().string().rfind(partialPrefix, 0) != 0 || !entry.is_directory(error))
    {
      continue;
    }
    bool isAbandoned = isOld(entry.path());
    for (const auto & file : fs::directory_iterator(entry.path(), error))
    {
      isAbandoned = isAbandoned && isOld(file.path());
    }
    if (isAbandoned)
    {
      fs::remove_all(entry.path(), error);
    }
  }
}
} // namespace itk
