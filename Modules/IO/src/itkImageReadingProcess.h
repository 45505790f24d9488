// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageReadingProcess_h
#define itkImageReadingProcess_h

#include <cstddef>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace itk
{
/** \class ImageReadingProcess
 * \brief A running program that reads images; lines go to and fro, pixels come through shared memory. */
class ImageReadingProcess
{
public:
  /** Place of the shared memory among the files of the program, after standard input, output and error. */
  static constexpr int MemoryFile = 3;

  /** Waits until the program says by a line that it is ready.
   * \throws ExceptionObject with a sentence, if the program cannot be started */
  explicit ImageReadingProcess(const std::vector<std::string> & commandLine);
  ~ImageReadingProcess();
  ImageReadingProcess(const ImageReadingProcess &) = delete;
  ImageReadingProcess &
  operator=(const ImageReadingProcess &) = delete;

  /** \param seconds of its processor's time after which the process is ended; waiting for a disk may take thirty times
   * as long
   * \return the line that answers
   * \throws ExceptionObject with a sentence, if none comes: the process has then ended */
  std::string
  Ask(const std::string & line, double seconds);

  /** The first bytes of the shared memory.
   * \throws ExceptionObject with a sentence, if there are not as many */
  void
  CopyMemory(void * to, std::size_t bytes) const;

  bool
  IsRunning() const
  {
    return m_Process > 0;
  }

private:
  /** The next line.
   * \throws ExceptionObject as Ask() */
  std::string
  Receive(double seconds);
  /** \return how it ended, for a sentence */
  std::string
  End();
  void
  RemoveFolder() const;

  pid_t       m_Process{ -1 };
  int         m_Socket{ -1 };
  int         m_Memory{ -1 };
  std::string m_Received;
  /** For the program's temporary files. */
  std::string m_Folder;
};
} // namespace itk

#endif
