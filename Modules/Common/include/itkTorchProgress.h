// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchProgress_h
#define itkTorchProgress_h

#include "ITKTorchCommonExport.h"
#include <atomic>
#include <functional>

namespace itk
{
/** How a computation tells the fraction of it that is done, in [0, 1]: on the thread that it was called on, between two
 * pieces of work. An exception, such as ProcessAborted, ends the computation. */
using TorchProgress = std::function<void(double)>;

/** The progress of a step that is the part [begin, end] of a computation, whose progress may be empty. */
inline TorchProgress
PartOfProgress(const TorchProgress & progress, double begin, double end)
{
  return [progress, begin, end](double fraction)
  {
    if (progress)
    {
      progress(begin + (end - begin) * fraction);
    }
  };
}

/** \class TorchProgressSteps
 * \brief The progress of steps that follow each other, each of them a part of the whole as large as its work. */
class ITKTorchCommon_EXPORT TorchProgressSteps
{
public:
  /** \param work of all steps, in any unit */
  TorchProgressSteps(const TorchProgress & progress, double work)
    : m_Progress(progress)
    , m_Work(work)
  {}

  TorchProgress
  Next(double work)
  {
    const double begin = m_Done / m_Work;
    m_Done += work;
    return PartOfProgress(m_Progress, begin, m_Done / m_Work);
  }

private:
  TorchProgress m_Progress;
  double        m_Work;
  double        m_Done{ 0.0 };
};

/** \class TorchAbortFlag
 * \brief A process object's flag AbortGenerateData, which any thread may set while another one computes. */
class ITKTorchCommon_EXPORT TorchAbortFlag
{
public:
  void
  Set(bool isAborted)
  {
    m_IsAborted.store(isAborted);
  }

  /** A reference, as ProcessObject returns; what it refers to does not change. */
  const bool &
  Get() const
  {
    static constexpr bool values[] = { false, true };
    return values[m_IsAborted.load() ? 1 : 0];
  }

private:
  std::atomic<bool> m_IsAborted{ false };
};

/** In a process object: AbortGenerateDataOn() may be called by any thread, and ends what is computed at its next report
 * of progress. */
#define itkTorchAbortFlagMacro()                                                                                       \
public:                                                                                                                \
  void SetAbortGenerateData(bool isAborted) override                                                                   \
  {                                                                                                                    \
    this->m_AbortFlag.Set(isAborted);                                                                                  \
  }                                                                                                                    \
  const bool & GetAbortGenerateData() const override                                                                   \
  {                                                                                                                    \
    return this->m_AbortFlag.Get();                                                                                    \
  }                                                                                                                    \
                                                                                                                       \
protected:                                                                                                             \
  void PrepareOutputs() override                                                                                       \
  {                                                                                                                    \
    this->m_AbortFlag.Set(false);                                                                                      \
    Superclass::PrepareOutputs();                                                                                      \
  }                                                                                                                    \
                                                                                                                       \
private:                                                                                                               \
  TorchAbortFlag m_AbortFlag
} // namespace itk

#endif
