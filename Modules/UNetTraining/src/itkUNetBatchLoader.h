// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetBatchLoader_h
#define itkUNetBatchLoader_h

#include "itkUNetSampler.h"
#include "itkUNetSamples.h"
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

namespace itk
{
/** \class UNetBatchLoader
 * \brief Makes the batches of a training one after the other, on threads beside the computation.
 *
 * Each batch is a function of its place alone, so the number of threads changes nothing but the time. At most one batch
 * more than there are threads is ready before it is asked for. */
class ITKTorchUNetTraining_EXPORT UNetBatchLoader
{
public:
  /** \param numberOfThreads 0: batches are made when they are asked for */
  UNetBatchLoader(UNetSamples & samples, const UNetSampler & sampler, unsigned int numberOfThreads);
  /** Waits for the batches that are being made. */
  ~UNetBatchLoader();
  UNetBatchLoader(const UNetBatchLoader &) = delete;
  UNetBatchLoader &
  operator=(const UNetBatchLoader &) = delete;

  /** Where the next batch is, and where the last epoch ends: beyond it nothing is made ahead. */
  void
  Start(unsigned int epoch, std::uint64_t step, unsigned int numberOfEpochs);

  /** The next batch; after those of a step come those of the next one.
   * \throws what choosing its crops or making it threw; ExceptionObject after the last epoch */
  UNetBatch
  GetNext();

private:
  struct Place
  {
    unsigned int  Epoch{ 0 };
    std::uint64_t Step{ 0 };
    std::size_t   Batch{ 0 };
  };
  struct Result
  {
    UNetBatch          Batch;
    std::exception_ptr Error;
  };

  void
  Stop();

  /** Whether all batches were given. */
  bool
  IsAtTheEnd() const;

  /** Takes the next place and goes on to the one behind it.
   * \param crops those of the place */
  void
  Advance(std::vector<UNetCrop> & crops, unsigned int & epoch);

  void
  Work();

  UNetSamples &       m_Samples;
  const UNetSampler & m_Sampler;
  unsigned int        m_NumberOfThreads;
  unsigned int        m_NumberOfEpochs{ 0 };

  std::mutex                         m_Mutex;
  std::condition_variable            m_Changed;
  Place                              m_Place;
  std::vector<std::vector<UNetCrop>> m_BatchesOfStep;
  std::uint64_t                      m_NumberTaken{ 0 };
  std::uint64_t                      m_NumberGiven{ 0 };
  std::map<std::uint64_t, Result>    m_Ready;
  bool                               m_IsEnding{ false };
  std::vector<std::thread>           m_Threads;
};
} // namespace itk

#endif
