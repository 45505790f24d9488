// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetSampler.h"
#include "itkMacro.h"
#include "itkTorchRandom.h"
#include "itkUNetRandomStream.h"
#include <algorithm>
#include <map>

namespace itk
{
namespace
{
/** Of each pair; empty where all are equal. */
std::vector<double>
GetWeights(const UNetTrainingData & data, UNetSampling sampling)
{
  const std::size_t                  pairs = data.GetNumberOfPairs();
  std::vector<double>                weights;
  std::map<std::string, std::size_t> pairsOfCategory;
  for (std::size_t pair = 0; pair < pairs; ++pair)
  {
    ++pairsOfCategory[data.GetCategory(pair)];
  }
  for (std::size_t pair = 0; pair < pairs && sampling != UNetSampling::Images; ++pair)
  {
    weights.push_back(sampling == UNetSampling::Weights
                        ? data.GetSamplingWeight(pair)
                        : 1.0 / static_cast<double>(pairsOfCategory[data.GetCategory(pair)]));
  }
  return weights;
}
} // namespace

UNetSampler::UNetSampler(const UNetTrainingData & data, const UNetTrainingParameters & parameters)
  : m_Parameters(parameters)
  , m_CumulativeWeights(GetWeights(data, parameters.Sampling))
  , m_NumberOfPairs(data.GetNumberOfPairs())
{
  double sum = 0.0;
  for (double & weight : m_CumulativeWeights)
  {
    sum += weight;
    weight = sum;
  }
  if (!m_CumulativeWeights.empty() && !(sum > 0.0))
  {
    itkGenericExceptionMacro("At least one sampling weight must be greater than 0, but all " << m_NumberOfPairs
                                                                                             << " are 0.");
  }
  const std::uint64_t cropsPerStep = std::uint64_t{ parameters.BatchSize } * parameters.AccumulatedBatches;
  m_CropsPerEpoch = parameters.StepsPerEpoch > 0 ? parameters.StepsPerEpoch * cropsPerStep
                                                 : std::uint64_t{ m_NumberOfPairs } * parameters.CropsPerImage;
  m_CropsPerEpoch = parameters.OverfitCrops > 0 ? std::max(m_CropsPerEpoch, parameters.OverfitCrops) : m_CropsPerEpoch;
  m_StepsPerEpoch = (m_CropsPerEpoch + cropsPerStep - 1) / cropsPerStep;
}

std::vector<UNetCrop>
UNetSampler::ShuffleCrops(unsigned int epoch) const
{
  std::vector<UNetCrop> crops(m_CropsPerEpoch);
  for (std::uint32_t sample = 0; sample < crops.size(); ++sample)
  {
    crops[sample] = { static_cast<std::uint32_t>(sample % m_NumberOfPairs), sample };
  }
  // Fisher and Yates.
  TorchRandom random(m_Parameters.Seed, epoch, 0, OrderStream);
  for (std::size_t i = crops.size(); i > 1; --i)
  {
    std::swap(crops[i - 1], crops[random.Integer(static_cast<std::uint32_t>(i))]);
  }
  return crops;
}

UNetCrop
UNetSampler::DrawCrop(unsigned int epoch, std::uint32_t sample) const
{
  TorchRandom  random(m_Parameters.Seed, epoch, sample, PairStream);
  const double place = random.Uniform() * m_CumulativeWeights.back();
  const auto   found = std::upper_bound(m_CumulativeWeights.begin(), m_CumulativeWeights.end() - 1, place);
  return { static_cast<std::uint32_t>(found - m_CumulativeWeights.begin()), sample };
}

std::vector<std::vector<UNetCrop>>
UNetSampler::GetBatches(unsigned int epoch, std::uint64_t step) const
{
  const std::uint64_t   cropsPerStep = std::uint64_t{ m_Parameters.BatchSize } * m_Parameters.AccumulatedBatches;
  const std::uint64_t   begin = step * cropsPerStep;
  const std::uint64_t   end = std::min(begin + cropsPerStep, m_CropsPerEpoch);
  std::vector<UNetCrop> crops;
  if (m_Parameters.OverfitCrops > 0)
  {
    for (std::uint64_t i = begin; i < end; ++i)
    {
      const auto sample = static_cast<std::uint32_t>(i % m_Parameters.OverfitCrops);
      crops.push_back({ static_cast<std::uint32_t>(sample % m_NumberOfPairs), sample });
    }
  }
  else if (m_CumulativeWeights.empty())
  {
    const std::lock_guard<std::mutex> lock(m_Mutex);
    if (m_Shuffled.empty() || m_ShuffledEpoch != epoch)
    {
      m_Shuffled = this->ShuffleCrops(epoch);
      m_ShuffledEpoch = epoch;
    }
    crops.assign(m_Shuffled.begin() + static_cast<std::ptrdiff_t>(begin),
                 m_Shuffled.begin() + static_cast<std::ptrdiff_t>(end));
  }
  else
  {
    for (std::uint64_t sample = begin; sample < end; ++sample)
    {
      crops.push_back(this->DrawCrop(epoch, static_cast<std::uint32_t>(sample)));
    }
  }
  std::vector<std::vector<UNetCrop>> batches;
  for (std::size_t i = 0; i < crops.size(); i += m_Parameters.BatchSize)
  {
    const std::size_t size = std::min<std::size_t>(m_Parameters.BatchSize, crops.size() - i);
    batches.emplace_back(crops.begin() + static_cast<std::ptrdiff_t>(i),
                         crops.begin() + static_cast<std::ptrdiff_t>(i + size));
  }
  return batches;
}
} // namespace itk
