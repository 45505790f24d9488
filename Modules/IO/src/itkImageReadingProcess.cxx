// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkImageReadingProcess.h"
#include "itkMacro.h"
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char ** environ;

namespace itk
{
namespace
{
/** \class FileActions
 * \brief Which files a started program has. */
class FileActions
{
public:
  FileActions() { posix_spawn_file_actions_init(&m_Actions); }
  ~FileActions() { posix_spawn_file_actions_destroy(&m_Actions); }
  FileActions(const FileActions &) = delete;
  FileActions &
  operator=(const FileActions &) = delete;

  void
  Give(int file, int as)
  {
    posix_spawn_file_actions_adddup2(&m_Actions, file, as);
  }

  void
  Open(const char * name, int as)
  {
    posix_spawn_file_actions_addopen(&m_Actions, as, name, O_WRONLY, 0);
  }

  const posix_spawn_file_actions_t *
  Get() const
  {
    return &m_Actions;
  }

private:
  posix_spawn_file_actions_t m_Actions{};
};
/** Away from the places that files get in the program. */
int
MoveUp(int file)
{
  constexpr int lowest = 10;
  const int     moved = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, lowest);
  if (moved < 0)
  {
    itkGenericExceptionMacro("no process can be started to read it: " << std::strerror(errno) << '.');
  }
  close(file);
  return moved;
}
} // namespace

namespace
{
/** \class TemporaryEnvironment
 * \brief The variables of this process, with a temporary folder that is removed even if the process that uses it
 * crashes. */
class TemporaryEnvironment
{
public:
  /** \param folder empty to leave the variables as they are */
  explicit TemporaryEnvironment(const std::string & folder)
  {
    const std::string begin = "TMPDIR=";
    for (char ** variable = environ; *variable != nullptr; ++variable)
    {
      if (folder.empty() || std::strncmp(*variable, begin.c_str(), begin.size()) != 0)
      {
        m_Variables.push_back(*variable);
      }
    }
    m_Folder = begin + folder;
    if (!folder.empty())
    {
      m_Variables.push_back(m_Folder.data());
    }
    m_Variables.push_back(nullptr);
  }
  TemporaryEnvironment(const TemporaryEnvironment &) = delete;
  TemporaryEnvironment &
  operator=(const TemporaryEnvironment &) = delete;

  char **
  Get()
  {
    return m_Variables.data();
  }

private:
  std::string         m_Folder;
  std::vector<char *> m_Variables;
};

/** \return empty if there can be none */
std::string
MakeTemporaryFolder()
{
  std::error_code error;
  std::string     folder = (std::filesystem::temp_directory_path(error) / "itktorch-XXXXXX").string();
  return error || mkdtemp(folder.data()) == nullptr ? "" : folder;
}
} // namespace

ImageReadingProcess::ImageReadingProcess(const std::vector<std::string> & commandLine)
{
  int sockets[2] = { -1, -1 };
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
  {
    itkGenericExceptionMacro("no process can be started to read it: " << std::strerror(errno) << '.');
  }
  m_Socket = MoveUp(sockets[0]);
  const int programsSocket = MoveUp(sockets[1]);
  m_Memory = MoveUp(memfd_create("pixels", MFD_CLOEXEC));
  FileActions files;
  files.Give(programsSocket, STDIN_FILENO);
  files.Give(programsSocket, STDOUT_FILENO);
  // What libraries say of damaged files is said better by the exception.
  files.Open("/dev/null", STDERR_FILENO);
  files.Give(m_Memory, MemoryFile);

  std::vector<char *> arguments;
  for (const std::string & argument : commandLine)
  {
    arguments.push_back(const_cast<char *>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  m_Folder = MakeTemporaryFolder();
  TemporaryEnvironment environment(m_Folder);
  const int error = posix_spawn(&m_Process, arguments[0], files.Get(), nullptr, arguments.data(), environment.Get());
  close(programsSocket);
  if (error != 0)
  {
    m_Process = -1;
    close(m_Socket);
    close(m_Memory);
    this->RemoveFolder();
    itkGenericExceptionMacro("no process can be started to read it: " << std::strerror(error) << '.');
  }
  constexpr double seconds = 10;
  try
  {
    this->Receive(seconds);
  }
  catch (const ExceptionObject &)
  {
    close(m_Memory);
    this->RemoveFolder();
    itkGenericExceptionMacro("no process can be started to read it: " << commandLine.front() << " does not answer.");
  }
}

ImageReadingProcess::~ImageReadingProcess()
{
  this->End();
  close(m_Memory);
  this->RemoveFolder();
}

void
ImageReadingProcess::RemoveFolder() const
{
  std::error_code ignored;
  if (!m_Folder.empty())
  {
    std::filesystem::remove_all(m_Folder, ignored);
  }
}

std::string
ImageReadingProcess::End()
{
  if (m_Process <= 0)
  {
    return {};
  }
  close(m_Socket);
  // One that crashed has its status already; others have nothing to lose.
  int status = 0;
  if (waitpid(m_Process, &status, WNOHANG) == 0)
  {
    kill(m_Process, SIGKILL);
    waitpid(m_Process, &status, 0);
  }
  m_Process = -1;
  return WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit status " + std::to_string(WEXITSTATUS(status));
}

namespace
{
/** Seconds that a process has used of its processors. */
double
GetProcessorTime(pid_t process)
{
  clockid_t  clock = 0;
  timespec   time{};
  const bool isKnown = clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &time) == 0;
  return isKnown ? static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec) : 0.0;
}
} // namespace

std::string
ImageReadingProcess::Receive(double seconds)
{
  using Clock = std::chrono::steady_clock;
  constexpr double patience = 30;
  constexpr int    milliseconds = 50;
  const auto       begin = Clock::now();
  const double     processorBegin = GetProcessorTime(m_Process);
  while (m_Received.find('\n') == std::string::npos)
  {
    pollfd    file{ m_Socket, POLLIN, 0 };
    const int found = poll(&file, 1, milliseconds);
    if (found > 0)
    {
      char       part[4096];
      const auto count = read(m_Socket, part, sizeof(part));
      if (count == 0 || (count < 0 && errno != EINTR))
      {
        break;
      }
      m_Received.append(part, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    const double waited = std::chrono::duration<double>(Clock::now() - begin).count();
    if (GetProcessorTime(m_Process) - processorBegin > seconds || waited > patience * seconds)
    {
      this->End();
      itkGenericExceptionMacro("it is damaged: reading it takes longer than " << seconds << " s.");
    }
  }
  const auto at = m_Received.find('\n');
  if (at == std::string::npos)
  {
    // The process is ending, if it has not yet ended.
    usleep(20'000);
    itkGenericExceptionMacro("it is damaged: the library that reads it crashed (" << this->End() << ").");
  }
  const std::string answer = m_Received.substr(0, at);
  m_Received.erase(0, at + 1);
  return answer;
}

std::string
ImageReadingProcess::Ask(const std::string & line, double seconds)
{
  const std::string request = line + '\n';
  // Without a signal if the program has ended; then nothing is received either.
  send(m_Socket, request.data(), request.size(), MSG_NOSIGNAL);
  return this->Receive(seconds);
}

void
ImageReadingProcess::CopyMemory(void * to, std::size_t bytes) const
{
  struct stat status
  {};
  if (fstat(m_Memory, &status) != 0 || static_cast<std::size_t>(status.st_size) < bytes)
  {
    itkGenericExceptionMacro("its pixels did not arrive.");
  }
  void * const memory = bytes == 0 ? nullptr : mmap(nullptr, bytes, PROT_READ, MAP_SHARED, m_Memory, 0);
  if (memory == MAP_FAILED)
  {
    itkGenericExceptionMacro("there is no memory for its pixels: " << std::strerror(errno) << '.');
  }
  if (bytes > 0)
  {
    std::memcpy(to, memory, bytes);
    munmap(memory, bytes);
  }
}
} // namespace itk
