// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelOverlaps.h"
#include "itkPairCounts.h"
#include <ATen/Parallel.h>
#include <algorithm>
#include <mutex>
#include <tuple>

namespace itk
{
namespace
{
/** The first place from `begin` on where either label changes. */
template <typename TPredicted, typename TTrue>
std::size_t
FindEndOfRun(const TPredicted * predicted, const TTrue * truth, std::size_t begin, std::size_t end)
{
  const TPredicted      p = predicted[begin];
  const TTrue           t = truth[begin];
  constexpr std::size_t block = 32;
  std::size_t           i = begin + 1;
  while (i + block <= end)
  {
    std::uint64_t change = 0;
    for (std::size_t k = 0; k < block; ++k)
    {
      change |= static_cast<std::uint64_t>(predicted[i + k] ^ p) | static_cast<std::uint64_t>(truth[i + k] ^ t);
    }
    if (change != 0)
    {
      break;
    }
    i += block;
  }
  while (i < end && predicted[i] == p && truth[i] == t)
  {
    ++i;
  }
  return i;
}

template <typename TPredicted, typename TTrue>
void
CountRuns(const TPredicted * predicted, const TTrue * truth, std::size_t begin, std::size_t end, PairCounts & counts)
{
  for (std::size_t next = begin; begin < end; begin = next)
  {
    next = FindEndOfRun(predicted, truth, begin, end);
    counts.Add(predicted[begin], truth[begin], next - begin);
  }
}
} // namespace

LabelOverlaps::LabelOverlaps(const LabelPixels & prediction, const LabelPixels & truth)
{
  if (prediction.size() != truth.size())
  {
    itkGenericExceptionMacro("Prediction and truth must have the same number of pixels, but have "
                             << prediction.size() << " and " << truth.size() << '.');
  }
  PairCounts sum;
  std::mutex mutex;
  prediction.Visit(
    [&](const auto * predicted)
    {
      truth.Visit(
        [&](const auto * real)
        {
          at::parallel_for(0,
                           static_cast<std::int64_t>(prediction.size()),
                           1 << 18,
                           [&](std::int64_t begin, std::int64_t end)
                           {
                             PairCounts counts;
                             CountRuns(predicted, real, begin, end, counts);
                             const std::lock_guard<std::mutex> lock(mutex);
                             sum.Add(counts);
                           });
        });
    });
  for (const auto & [p, t, pixels] : sum.GetPairs())
  {
    m_Pairs.push_back({ prediction.ToLabel(p), truth.ToLabel(t), pixels });
  }
  std::sort(m_Pairs.begin(),
            m_Pairs.end(),
            [](const auto & a, const auto & b)
            { return std::tie(a.PredictedLabel, a.TrueLabel) < std::tie(b.PredictedLabel, b.TrueLabel); });
}

SegmentationOverlap
LabelOverlaps::GetForegroundOverlap() const
{
  SegmentationOverlap overlap;
  for (const auto & [predicted, real, pixels] : m_Pairs)
  {
    (predicted != 0 ? (real != 0 ? overlap.TruePositives : overlap.FalsePositives)
                    : (real != 0 ? overlap.FalseNegatives : overlap.TrueNegatives)) += pixels;
  }
  return overlap;
}

SegmentationOverlap
LabelOverlaps::GetClassOverlap(std::uint64_t label) const
{
  SegmentationOverlap overlap;
  for (const auto & [predicted, real, pixels] : m_Pairs)
  {
    (predicted == label ? (real == label ? overlap.TruePositives : overlap.FalsePositives)
                        : (real == label ? overlap.FalseNegatives : overlap.TrueNegatives)) += pixels;
  }
  return overlap;
}

std::vector<std::uint64_t>
LabelOverlaps::GetLabels() const
{
  std::vector<std::uint64_t> labels;
  for (const auto & pair : m_Pairs)
  {
    labels.push_back(pair.PredictedLabel);
    labels.push_back(pair.TrueLabel);
  }
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  labels.erase(std::remove(labels.begin(), labels.end(), 0), labels.end());
  return labels;
}
} // namespace itk
