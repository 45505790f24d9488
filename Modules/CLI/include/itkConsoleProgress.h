// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkConsoleProgress_h
#define itkConsoleProgress_h

#include "itkProcessObject.h"
#include <chrono>
#include <functional>
#include <string>

namespace itk
{
/** \class ConsoleProgress
 * \brief Shows the progress of a filter, or of many images, on the standard error stream while it lives.
 *
 * On a terminal a bar with the time left, elsewhere a line for each tenth. Of a filter, the time left is told by its
 * speed since something was done for the first time: a training that goes on begins in the middle. */
class ConsoleProgress
{
public:
  /** Also shows the warnings of a Torch filter.
   * \param suffix what else to say at the end of the line */
  ConsoleProgress(ProcessObject * process, std::string title, std::function<std::string()> suffix = {});

  /** Of what is no filter: Show() tells how much is done. */
  explicit ConsoleProgress(std::string title, std::function<std::string()> suffix = {});
  ~ConsoleProgress();
  ConsoleProgress(const ConsoleProgress &) = delete;
  ConsoleProgress &
  operator=(const ConsoleProgress &) = delete;

  /** \param fraction how much is done, in [0, 1] */
  void
  Show(double fraction);

  /** A line of its own, above the bar. */
  void
  Say(const std::string & line);

private:
  using Clock = std::chrono::steady_clock;

  void
  ShowProcess();

  ProcessObject::Pointer       m_Process;
  std::string                  m_Title;
  std::function<std::string()> m_Suffix;
  bool                         m_IsTerminal;
  Clock::time_point            m_Start;
  Clock::time_point            m_FirstTime; // when m_FirstFraction was done
  double                       m_FirstFraction{ 0.0 };
  Clock::time_point            m_LastShown{};
  int                          m_LastTenth{ 0 };
  unsigned long                m_ProgressTag{ 0 };
  unsigned long                m_WarningTag{ 0 };
};

/** "45 s", "3 min 20 s", "2 h 05 min". */
std::string
FormatDuration(double seconds);
} // namespace itk

#endif
