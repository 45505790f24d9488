// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryDistanceCollector_h
#define itkBoundaryDistanceCollector_h

#include "itkBoundaryDistances.h"
#include "itkNearBoundarySearch.h"
#include "itkTwoNearestObjectsKernel.h"
#include <algorithm>
#include <atomic>

namespace itk
{
/** Finds the distances of marked pixels: by looking around, or, where they are far apart, by collecting them while the
 * transform passes over the box that holds them all. */
class BoundaryDistanceCollector
{
public:
  BoundaryDistanceCollector(const PixelSet & prediction, const PixelSet & truth);

  /** The pixels of one set and not of the other one count for the distance of the sets. */
  void
  AddSets(const PixelSet & prediction, const PixelSet & truth);

  BoundaryDistances
  Compute(const std::vector<double> &             spacing,
          double                                  maximumDistance,
          const BoundaryDistances::ProgressType & progress);

private:
  enum Mark : std::uint8_t
  {
    InPrediction = 1,
    InTruth = 2,
    OnlyInPredictedSet = 4,
    OnlyInTrueSet = 8
  };

  static constexpr std::int64_t PixelsOfABlock = 64;

  std::int64_t
  EndOfBlock(std::int64_t block) const
  {
    return std::min((block + 1) * PixelsOfABlock, static_cast<std::int64_t>(m_Marks.size()));
  }

  using PieceType = TwoNearestObjectsPiece<double>;

  /** Leaves only the box of marked pixels. */
  void
  Crop();

  /** Number of the first pixel of each block among those with a mark. */
  std::vector<std::int64_t>
  CountBefore(Mark mark) const;

  /** By NearBoundarySearch.
   * \return whether all distances were found, with no more effort than the transform takes */
  bool
  FindNearby(const std::vector<double> &             spacing,
             double                                  maximumDistance,
             const BoundaryDistances::ProgressType & progress);

  /** The distances of the pixels with one mark, to those with the other one. */
  bool
  FindFrom(Mark from, const NearBoundarySearch & search, bool mayBeInfinite);

  /** Calls `find(offset, place, looks)` for the pixels with a mark; `place` is their number among those with the other
   * mark.
   * \return false as soon as `find` returns false or the looks are too many */
  template <typename TFind>
  bool
  ForEachPixel(Mark wanted, Mark counted, std::int64_t & looks, const TFind & find);

  void
  Transform(const std::vector<double> &             spacing,
            double                                  maximumDistance,
            const BoundaryDistances::ProgressType & progress);

  void
  Collect(const PieceType & piece);

  void
  Store(const PieceType & piece, Mark mark, const std::vector<std::int64_t> & before, std::vector<double> & distances);

  void
  RaiseSetDistance(const PieceType & piece);

  void
  RaiseSetDistance(double squaredDistance);

  std::vector<double> &
  DistancesFrom(Mark mark)
  {
    return mark == InPrediction ? m_Result.m_FromPrediction : m_Result.m_FromTruth;
  }

  std::vector<std::int64_t> m_Size;
  std::vector<std::uint8_t> m_Marks;
  std::vector<std::int64_t> m_PredictionBefore;
  std::vector<std::int64_t> m_TruthBefore;
  std::atomic<double>       m_LargestSquaredSetDistance{ 0.0 };
  BoundaryDistances         m_Result;
};
} // namespace itk

#endif
