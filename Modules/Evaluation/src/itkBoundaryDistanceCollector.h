// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkBoundaryDistanceCollector_h
#define itkBoundaryDistanceCollector_h

#include "itkBoundaryDistances.h"
#include "itkTwoNearestObjectsKernel.h"
#include <atomic>

namespace itk
{
/** Collects the distances of marked pixels while the transform passes over the box that holds them all. */
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

  using PieceType = TwoNearestObjectsPiece<double>;

  /** Leaves only the box of marked pixels. */
  void
  Crop();

  /** Number of the first pixel of each block among those with a mark. */
  std::vector<std::int64_t>
  CountBefore(Mark mark) const;

  void
  Collect(const PieceType & piece);

  void
  Store(const PieceType & piece, Mark mark, const std::vector<std::int64_t> & before, std::vector<double> & distances);

  void
  RaiseSetDistance(const PieceType & piece);

  std::vector<std::int64_t> m_Size;
  std::vector<std::uint8_t> m_Marks;
  std::vector<std::int64_t> m_PredictionBefore;
  std::vector<std::int64_t> m_TruthBefore;
  std::atomic<double>       m_LargestSquaredSetDistance{ 0.0 };
  BoundaryDistances         m_Result;
};
} // namespace itk

#endif
