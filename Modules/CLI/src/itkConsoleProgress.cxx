// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkConsoleProgress.h"
#include "itkTorchWarningEvent.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace itk
{
std::string
FormatDuration(double seconds)
{
  const auto whole = static_cast<long>(std::lround(seconds));
  char       text[64];
  if (whole < 60)
  {
    std::snprintf(text, sizeof(text), "%ld s", whole);
  }
  else if (whole < 3600)
  {
    std::snprintf(text, sizeof(text), "%ld min %02ld s", whole / 60, whole % 60);
  }
  else
  {
    std::snprintf(text, sizeof(text), "%ld h %02ld min", whole / 3600, whole % 3600 / 60);
  }
  return text;
}

ConsoleProgress::ConsoleProgress(std::string title, std::function<std::string()> suffix)
  : m_Title(std::move(title))
  , m_Suffix(std::move(suffix))
  , m_IsTerminal(isatty(STDERR_FILENO) != 0)
  , m_Start(Clock::now())
  , m_FirstTime(m_Start)
{}

ConsoleProgress::ConsoleProgress(ProcessObject * process, std::string title, std::function<std::string()> suffix)
  : ConsoleProgress(std::move(title), std::move(suffix))
{
  m_Process = process;
  m_ProgressTag = process->AddObserver(ProgressEvent(), [this](const EventObject &) { this->ShowProcess(); });
  m_WarningTag =
    process->AddObserver(TorchWarningEvent(),
                         [this](const EventObject & event)
                         { this->Say("itktorch: " + dynamic_cast<const TorchWarningEvent &>(event).GetMessage()); });
}

ConsoleProgress::~ConsoleProgress()
{
  if (m_Process.IsNotNull())
  {
    m_Process->RemoveObserver(m_ProgressTag);
    m_Process->RemoveObserver(m_WarningTag);
  }
  if (m_IsTerminal && m_LastShown != Clock::time_point{})
  {
    std::fputc('\n', stderr);
  }
}

void
ConsoleProgress::Say(const std::string & line)
{
  std::fprintf(stderr, "%s%s\n", m_IsTerminal ? "\r\033[K" : "", line.c_str());
}

void
ConsoleProgress::ShowProcess()
{
  const double fraction = m_Process->GetProgress();
  if (m_FirstFraction == 0.0)
  {
    m_FirstFraction = fraction;
    m_FirstTime = Clock::now();
  }
  this->Show(fraction);
}

void
ConsoleProgress::Show(double fraction)
{
  fraction = std::clamp(fraction, 0.0, 1.0);
  const auto        now = Clock::now();
  const double      elapsed = std::chrono::duration<double>(now - m_Start).count();
  const double      done = fraction - m_FirstFraction;
  const double      left = std::chrono::duration<double>(now - m_FirstTime).count() * (1.0 - fraction) / done;
  std::string       text = fraction >= 1.0 ? "done in " + FormatDuration(elapsed)
                           : done > 0.0    ? FormatDuration(left) + " left"
                                           : "";
  const std::string suffix = m_Suffix ? m_Suffix() : std::string{};
  text += (text.empty() || suffix.empty() ? "" : "  ") + suffix;
  if (m_IsTerminal)
  {
    if (fraction < 1.0 && now - m_LastShown < std::chrono::milliseconds(100))
    {
      return;
    }
    constexpr int     width = 30;
    const int         filled = static_cast<int>(fraction * width);
    const std::string bar =
      std::string(static_cast<std::size_t>(filled), '#') + std::string(static_cast<std::size_t>(width - filled), '.');
    std::fprintf(stderr,
                 "\r%s [%s] %3d %%  %s\033[K",
                 m_Title.c_str(),
                 bar.c_str(),
                 static_cast<int>(100.0 * fraction),
                 text.c_str());
    std::fflush(stderr);
    m_LastShown = now;
  }
  else if (const int tenth = static_cast<int>(10.0 * fraction + 1e-6); tenth > m_LastTenth)
  {
    text.insert(0, text.empty() ? "" : ", ");
    std::fprintf(stderr, "%s: %d %%%s\n", m_Title.c_str(), 10 * tenth, text.c_str());
    m_LastTenth = tenth;
  }
}
} // namespace itk
