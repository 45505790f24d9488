// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkPairCounts_h
#define itkPairCounts_h

#include "itkLabelOverlaps.h"

namespace itk
{
/** Counters of pairs of labels: a table with open addressing, which lies in the cache where a map of nodes does not. */
class PairCounts
{
public:
  void
  Add(std::uint64_t predicted, std::uint64_t truth, std::uint64_t pixels)
  {
    LabelPair & place = this->Find(predicted, truth);
    if (place.Pixels != 0)
    {
      place.Pixels += pixels;
      return;
    }
    place = { predicted, truth, pixels };
    if (++m_Used * 2 > m_Places.size())
    {
      this->Grow();
    }
  }

  void
  Add(const PairCounts & other)
  {
    for (const auto & [predicted, truth, pixels] : other.GetPairs())
    {
      this->Add(predicted, truth, pixels);
    }
  }

  /** In no order. */
  std::vector<LabelPair>
  GetPairs() const
  {
    std::vector<LabelPair> pairs;
    for (const auto & place : m_Places)
    {
      if (place.Pixels != 0)
      {
        pairs.push_back(place);
      }
    }
    return pairs;
  }

private:
  LabelPair &
  Find(std::uint64_t predicted, std::uint64_t truth)
  {
    const std::size_t   mask = m_Places.size() - 1;
    const std::uint64_t mixed = (predicted * 0x9E3779B97F4A7C15u) ^ (truth * 0xC2B2AE3D27D4EB4Fu);
    std::size_t         i = static_cast<std::size_t>((mixed ^ (mixed >> 32)) * 0x9E3779B97F4A7C15u >> 20) & mask;
    while (m_Places[i].Pixels != 0 && (m_Places[i].PredictedLabel != predicted || m_Places[i].TrueLabel != truth))
    {
      i = (i + 1) & mask;
    }
    return m_Places[i];
  }

  void
  Grow()
  {
    std::vector<LabelPair> old(2 * m_Places.size());
    old.swap(m_Places);
    for (const auto & place : old)
    {
      if (place.Pixels != 0)
      {
        this->Find(place.PredictedLabel, place.TrueLabel) = place;
      }
    }
  }

  std::vector<LabelPair> m_Places{ std::vector<LabelPair>(1024) }; // a power of two
  std::size_t            m_Used{ 0 };
};
} // namespace itk

#endif
