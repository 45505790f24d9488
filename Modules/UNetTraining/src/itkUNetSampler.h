// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetSampler_h
#define itkUNetSampler_h

#include "itkUNetTrainingData.h"
#include "itkUNetTrainingParameters.h"
#include <cstdint>
#include <mutex>
#include <vector>

namespace itk
{
/** A crop of an epoch: of which pair, and which of the epoch's, on which its place and changes depend. */
struct UNetCrop
{
  std::uint32_t Pair{ 0 };
  std::uint32_t Sample{ 0 };
};

/** \class UNetSampler
 * \brief Which crops the batches of an epoch hold: a function of the seed, the epoch and the step. Calls from several
 * threads are safe. */
class ITKTorchUNetTraining_EXPORT UNetSampler
{
public:
  /** \throws ExceptionObject if weights decide and none is greater than 0 */
  UNetSampler(const UNetTrainingData & data, const UNetTrainingParameters & parameters);

  std::uint64_t
  GetStepsPerEpoch() const
  {
    return m_StepsPerEpoch;
  }

  /** The batches of a step of the optimizer, at most AccumulatedBatches; the last one may be smaller. */
  std::vector<std::vector<UNetCrop>>
  GetBatches(unsigned int epoch, std::uint64_t step) const;

private:
  /** Every pair equally often, in random order. */
  std::vector<UNetCrop>
  ShuffleCrops(unsigned int epoch) const;

  UNetCrop
  DrawCrop(unsigned int epoch, std::uint32_t sample) const;

  UNetTrainingParameters m_Parameters;
  /** Of the pairs, sums of all before and including each; empty where every pair is taken equally often. */
  std::vector<double> m_CumulativeWeights;
  std::size_t         m_NumberOfPairs;
  std::uint64_t       m_CropsPerEpoch;
  std::uint64_t       m_StepsPerEpoch;

  mutable std::mutex            m_Mutex;
  mutable unsigned int          m_ShuffledEpoch{ 0 };
  mutable std::vector<UNetCrop> m_Shuffled;
};
} // namespace itk

#endif
