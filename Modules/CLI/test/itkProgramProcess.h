// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkProgramProcess_h
#define itkProgramProcess_h

#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace itk
{
namespace Test
{
/** Starts itktorch in a process of its own.
 * \param output file for standard output; standard error goes to a file of this name and ".log"
 * \param prepare called in the new process */
inline pid_t
StartProgram(
  std::vector<std::string>      arguments,
  const std::string &           output,
  const std::function<void()> & prepare = [] {})
{
  arguments.insert(arguments.begin(), ITKTORCH_PROGRAM);
  std::vector<char *> pointers;
  for (auto & argument : arguments)
  {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  const pid_t process = fork();
  if (process == 0)
  {
    for (const auto & [stream, file] : { std::pair(STDOUT_FILENO, output), std::pair(STDERR_FILENO, output + ".log") })
    {
      dup2(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), stream);
    }
    prepare();
    execv(ITKTORCH_PROGRAM, pointers.data());
    _exit(127);
  }
  return process;
}

/** \return the exit status, or minus the signal that ended it */
inline int
WaitForProgram(pid_t process)
{
  int status = 0;
  EXPECT_EQ(waitpid(process, &status, 0), process);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
} // namespace Test
} // namespace itk

#endif
