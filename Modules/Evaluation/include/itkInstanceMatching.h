// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceMatching_h
#define itkInstanceMatching_h

#include "itkMacro.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace itk
{
/** Counts of objects at one threshold. Counts of several images may be added; the average precision of the sum is then
 * over all objects together, which is not the mean of the images' values. */
struct InstanceCounts
{
  std::uint64_t TruePositives{ 0 };
  std::uint64_t FalsePositives{ 0 };
  std::uint64_t FalseNegatives{ 0 };
  std::uint64_t MergedObjects{ 0 };
  std::uint64_t SplitObjects{ 0 };
  std::uint64_t MissedObjects{ 0 };

  InstanceCounts &
  operator+=(const InstanceCounts & other);

  /** TP / (TP + FP + FN); 1 if there is neither a predicted nor a true object. */
  double
  AveragePrecision() const;
};

/** A predicted and a true object that share pixels. */
struct InstanceOverlap
{
  std::uint64_t PredictedLabel;
  std::uint64_t TrueLabel;
  std::uint64_t PredictedPixels;
  std::uint64_t TruePixels;
  std::uint64_t SharedPixels;

  double
  IntersectionOverUnion() const;
};

/** \class InstanceMatching
 * \brief Which predicted object is which true object.
 *
 * An object is the set of all pixels of one label; labels are any whole numbers, and 0 is background. Two objects match
 * at a threshold if their intersection over union is greater. From 0.5 on no object has more than one match, so there
 * is nothing to assign: a threshold must be in [0.5, 1), otherwise an exception is thrown.
 *
 * A true object is assigned to the predicted object that covers more than half of its pixels. With k true objects, a
 * predicted object merges k - 1 of them; a true object that is assigned to none is missed. The same with the sides
 * exchanged gives split objects. */
class InstanceMatching
{
public:
  using OverlapsType = std::vector<InstanceOverlap>;

  /** Two label buffers of the same grid. */
  template <typename TPredictedLabel, typename TTrueLabel>
  InstanceMatching(const TPredictedLabel * predicted, const TTrueLabel * truth, std::size_t numberOfPixels)
    : InstanceMatching(CountPairs(predicted, truth, numberOfPixels))
  {}

  std::uint64_t
  GetNumberOfPredictedObjects() const
  {
    return m_NumberOfPredictedObjects;
  }

  std::uint64_t
  GetNumberOfTrueObjects() const
  {
    return m_NumberOfTrueObjects;
  }

  /** All pairs that share a pixel, ordered by predicted, then by true label. */
  const OverlapsType &
  GetOverlaps() const
  {
    return m_Overlaps;
  }

  /** Pairs whose intersection over union is greater than the threshold. */
  std::uint64_t
  GetTruePositives(double threshold) const;

  /** Predicted objects without a match. */
  std::uint64_t
  GetFalsePositives(double threshold) const;

  /** True objects without a match. */
  std::uint64_t
  GetFalseNegatives(double threshold) const;

  double
  AveragePrecision(double threshold) const;

  std::uint64_t
  GetNumberOfMergedObjects() const
  {
    return m_NumberOfMergedObjects;
  }

  std::uint64_t
  GetNumberOfSplitObjects() const
  {
    return m_NumberOfSplitObjects;
  }

  std::uint64_t
  GetNumberOfMissedObjects() const
  {
    return m_NumberOfMissedObjects;
  }

  /** All counts at once, for adding up images. */
  InstanceCounts
  GetCounts(double threshold) const;

private:
  struct LabelPair
  {
    std::uint64_t Predicted;
    std::uint64_t True;

    bool
    operator==(const LabelPair & other) const
    {
      return Predicted == other.Predicted && True == other.True;
    }
  };

  struct LabelPairHash
  {
    std::size_t
    operator()(const LabelPair & pair) const
    {
      return static_cast<std::size_t>(pair.Predicted * 0x9E3779B97F4A7C15u + pair.True);
    }
  };

  /** Pixels of each pair of labels that occurs, background included. */
  using PairCountsType = std::unordered_map<LabelPair, std::uint64_t, LabelPairHash>;

  explicit InstanceMatching(const PairCountsType & counts);

  template <typename TPredictedLabel, typename TTrueLabel>
  static PairCountsType
  CountPairs(const TPredictedLabel * predicted, const TTrueLabel * truth, std::size_t numberOfPixels)
  {
    static_assert(std::is_integral_v<TPredictedLabel> && std::is_integral_v<TTrueLabel>, "Labels are whole numbers.");
    PairCountsType counts;
    for (std::size_t begin = 0, end = 0; begin < numberOfPixels; begin = end)
    {
      while (end < numberOfPixels && predicted[end] == predicted[begin] && truth[end] == truth[begin])
      {
        ++end;
      }
      counts[{ static_cast<std::uint64_t>(predicted[begin]), static_cast<std::uint64_t>(truth[begin]) }] += end - begin;
    }
    return counts;
  }

  OverlapsType  m_Overlaps;
  std::uint64_t m_NumberOfPredictedObjects{ 0 };
  std::uint64_t m_NumberOfTrueObjects{ 0 };
  std::uint64_t m_NumberOfMergedObjects{ 0 };
  std::uint64_t m_NumberOfSplitObjects{ 0 };
  std::uint64_t m_NumberOfMissedObjects{ 0 };
};

/** The matching of two label images, itk::Image with buffered regions that are the same; otherwise throws. */
template <typename TPredictedImage, typename TTrueImage>
InstanceMatching
MatchInstances(const TPredictedImage * prediction, const TTrueImage * truth)
{
  const auto & region = prediction->GetBufferedRegion();
  const auto & trueRegion = truth->GetBufferedRegion();
  if (region != trueRegion)
  {
    itkGenericExceptionMacro("Prediction and truth must have the same pixels: the prediction has size "
                             << region.GetSize() << " from index " << region.GetIndex() << ", the truth has size "
                             << trueRegion.GetSize() << " from index " << trueRegion.GetIndex() << '.');
  }
  return { prediction->GetBufferPointer(), truth->GetBufferPointer(), region.GetNumberOfPixels() };
}
} // namespace itk

#endif
