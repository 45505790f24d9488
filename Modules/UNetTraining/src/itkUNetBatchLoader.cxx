// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetBatchLoader.h"
#include "itkMacro.h"
#include <c10/core/GradMode.h>

namespace itk
{
UNetBatchLoader::UNetBatchLoader(UNetSamples & samples, const UNetSampler & sampler, unsigned int numberOfThreads)
  : m_Samples(samples)
  , m_Sampler(sampler)
  , m_NumberOfThreads(numberOfThreads)
{}

UNetBatchLoader::~UNetBatchLoader()
{
  this->Stop();
}

void
UNetBatchLoader::Stop()
{
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    m_IsEnding = true;
  }
  m_Changed.notify_all();
  for (std::thread & thread : m_Threads)
  {
    thread.join();
  }
  m_Threads.clear();
  m_Ready.clear();
  m_IsEnding = false;
}

void
UNetBatchLoader::Start(unsigned int epoch, std::uint64_t step, unsigned int numberOfEpochs)
{
  this->Stop();
  m_Place = { epoch, step, 0 };
  m_NumberOfEpochs = numberOfEpochs;
  m_BatchesOfStep.clear();
  m_NumberTaken = 0;
  m_NumberGiven = 0;
  for (unsigned int i = 0; i < m_NumberOfThreads; ++i)
  {
    m_Threads.emplace_back([this] { this->Work(); });
  }
}

bool
UNetBatchLoader::IsAtTheEnd() const
{
  return m_Place.Epoch >= m_NumberOfEpochs && m_NumberTaken == m_NumberGiven;
}

void
UNetBatchLoader::Advance(std::vector<UNetCrop> & crops, unsigned int & epoch)
{
  if (m_BatchesOfStep.empty())
  {
    m_BatchesOfStep = m_Sampler.GetBatches(m_Place.Epoch, m_Place.Step);
  }
  crops = m_BatchesOfStep[m_Place.Batch];
  epoch = m_Place.Epoch;
  if (++m_Place.Batch == m_BatchesOfStep.size())
  {
    m_BatchesOfStep.clear();
    m_Place.Batch = 0;
    if (++m_Place.Step == m_Sampler.GetStepsPerEpoch())
    {
      m_Place.Step = 0;
      ++m_Place.Epoch;
    }
  }
}

void
UNetBatchLoader::Work()
{
  const c10::AutoGradMode      noGradients(false);
  std::vector<UNetCrop>        crops;
  unsigned int                 epoch = 0;
  std::unique_lock<std::mutex> lock(m_Mutex);
  while (true)
  {
    m_Changed.wait(lock,
                   [this]
                   {
                     const bool isWanted = m_NumberTaken < m_NumberGiven + m_NumberOfThreads + 1;
                     return m_IsEnding || m_Place.Epoch >= m_NumberOfEpochs || isWanted;
                   });
    if (m_IsEnding || m_Place.Epoch >= m_NumberOfEpochs)
    {
      return;
    }
    const std::uint64_t number = m_NumberTaken++;
    Result              result;
    try
    {
      this->Advance(crops, epoch);
      lock.unlock();
      result.Batch = m_Samples.MakeBatch(crops, epoch);
    }
    catch (...)
    {
      result.Error = std::current_exception();
    }
    if (!lock.owns_lock())
    {
      lock.lock();
    }
    m_Ready[number] = std::move(result);
    m_Changed.notify_all();
  }
}

UNetBatch
UNetBatchLoader::GetNext()
{
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    if (this->IsAtTheEnd())
    {
      itkGenericExceptionMacro("There is no batch after the last epoch, which is epoch " << m_NumberOfEpochs << '.');
    }
  }
  if (m_NumberOfThreads == 0)
  {
    std::vector<UNetCrop> crops;
    unsigned int          epoch = 0;
    this->Advance(crops, epoch);
    ++m_NumberTaken;
    ++m_NumberGiven;
    return m_Samples.MakeBatch(crops, epoch);
  }
  std::unique_lock<std::mutex> lock(m_Mutex);
  m_Changed.wait(lock, [this] { return m_Ready.count(m_NumberGiven) > 0; });
  Result result = std::move(m_Ready.at(m_NumberGiven));
  m_Ready.erase(m_NumberGiven);
  ++m_NumberGiven;
  m_Changed.notify_all();
  if (result.Error)
  {
    std::rethrow_exception(result.Error);
  }
  return std::move(result.Batch);
}
} // namespace itk
